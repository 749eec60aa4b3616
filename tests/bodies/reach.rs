//! Who sees what of bodies: all of the district, what concerns the own organisation, what was published, or nothing.

use super::*;

const ALL: &str = "{ meetings(first: 2) { nodes { title minutes body { name } history(first: 1) { nodes { command } } papers(first: 3) { nodes { name } }
        availableTransitions { allowed blockedBy { code message } } followUps(first: 2) { nodes { agendaItem { title } actionItem { text } } }
        agendaItems(first: 5) { nodes { title proposal theme { id } parent { title } questions(first: 2) { nodes { text answer } } papers(first: 3) { nodes { name url } }
            decision { text votes(first: 1) { nodes { membership { function } } } actionItems(first: 2) { nodes { text } } } } } } }
    agendaItems(first: 9) { nodes { title description proposal theme { id } questions(first: 2) { nodes { text } } meeting { title } } }
    actionItems(first: 9) { nodes { text decision { text agendaItem { title } } } } }";

/// The marks (words that begin with a Q and digits) that somebody is told.
async fn marks(user: &Client, ids: &[String]) -> Vec<String> {
    let mut told = user.query(ALL).await.data().to_string();
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Meeting { title } ... on AgendaItem { title description meeting { agendaItems(first: 5) { nodes { title } } } continues { title } }
        ... on Decision { text agendaItem { title } } ... on ActionItem { text } ... on Paper { name meeting { title } } } }";
    told.push_str(&user.send(nodes, json!({ "ids": ids })).await.data().to_string());
    let mut marks: Vec<String> = told
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| word.starts_with("Q0"))
        .map(str::to_owned)
        .collect();
    marks.sort();
    marks.dedup();
    marks
}

both_databases! {
    async fn institutions_see_their_items_and_tasks_members_the_meeting_and_others_what_was_published(db: TestDatabase) {
        let mut round = Round::open(db, 1, json!({})).await;
        round.job_centre().await;
        let centre = id_of(&round.coordinator, "organisations", JOB_CENTRE).await;
        let town = id_of(&round.coordinator, "organisations", COESFELD).await;
        let input = json!({ "bodyId": round.body, "title": "Q0meeting", "startsAt": round.in_days(1) });
        let meeting = id(&done(&round.coordinator, "meetingPlan", input, "meeting { id }").await);
        let secret = round.item(&meeting, "Q0secret", json!({ "description": "Q0secretText" })).await;
        let own = round.item(&meeting, "Q0own", json!({ "organisationId": centre, "parentId": secret })).await;
        let public = round.item(&meeting, "Q0public", json!({ "isPublic": true })).await;
        let mut ids = vec![meeting.clone(), secret.clone(), own.clone(), public.clone()];
        for (item, mark, is_public) in [(&secret, "Q0secretPaper", true), (&own, "Q0ownPaper", false), (&public, "Q0publicPaper", true), (&public, "Q0publicDraft", false)] {
            let input = json!({ "agendaItemId": item, "kind": "OTHER", "name": mark, "isPublic": is_public, "source": { "url": "https://ris.example/" } });
            ids.push(id(&done(&round.coordinator, "paperAdd", input, "paper { id }").await));
        }
        let paper = json!({ "meetingId": meeting, "kind": "OTHER", "name": "Q0meetingPaper", "source": { "url": "https://ris.example/" } });
        ids.push(id(&done(&round.coordinator, "paperAdd", paper, "paper { id }").await));
        let member = round.app.employer().await;
        let guest = round.app.user(JOB_CENTRE_LOGIN).await;
        for user in [&member, &guest] {
            assert_eq!(marks(user, &ids).await, Vec::<String>::new(), "a draft");
        }
        round.invite(&meeting).await;
        for (item, mark) in [(&secret, "Q0secretQuestion"), (&own, "Q0ownQuestion"), (&public, "Q0publicQuestion")] {
            let input = json!({ "agendaItemId": item, "askedBy": "Fraktion", "text": mark });
            done(&round.coordinator, "meetingQuestionAsk", input, "meetingQuestion { id }").await;
        }
        assert_eq!(marks(&member, &ids).await, ["Q0meeting"]);
        assert_eq!(marks(&guest, &ids).await, ["Q0meeting", "Q0own", "Q0ownPaper", "Q0ownQuestion"]);
        round.pass(1).await;
        round.hold(&meeting, 1).await;
        done(&round.coordinator, "meetingRecordMinutes", json!({ "meetingId": meeting, "minutes": "Q0minutes" }), "meeting { id }").await;
        for (item, mark, responsible) in [(&own, "Q0ownDecision", &town), (&public, "Q0publicDecision", &centre)] {
            let input = json!({ "agendaItemId": item, "kind": "TAKE_NOTE", "text": mark });
            let decision = id(&done(&round.coordinator, "decisionRecord", input, "decision { id }").await);
            let action = json!({ "decisionId": decision, "organisationId": responsible, "text": format!("{mark}Task") });
            ids.push(id(&done(&round.coordinator, "actionItemAssign", action, "actionItem { id }").await));
            ids.push(decision);
        }
        done(&round.coordinator, "meetingApproveMinutes", json!({ "meetingId": meeting }), "meeting { id }").await;
        let (member, guest) = (round.app.employer().await, round.app.user(JOB_CENTRE_LOGIN).await);
        let manager = round.app.user(crate::clients::MUNICIPAL).await;
        assert_eq!(marks(&member, &ids).await, ["Q0meeting", "Q0ownDecisionTask"]);
        let own_marks = ["Q0meeting", "Q0own", "Q0ownDecision", "Q0ownPaper", "Q0ownQuestion", "Q0publicDecisionTask"];
        assert_eq!(marks(&guest, &ids).await, own_marks);
        assert_eq!(marks(&manager, &ids).await, Vec::<String>::new());
        done(&round.coordinator, "meetingPublish", json!({ "meetingId": meeting }), "meeting { id }").await;
        let published = ["Q0meeting", "Q0public", "Q0publicDecision", "Q0publicPaper", "Q0publicQuestion"];
        assert_eq!(marks(&manager, &ids).await, published);
        let mut all: Vec<&str> = own_marks.into_iter().chain(published).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(marks(&guest, &ids).await, all);
        done(&round.coordinator, "meetingPublish", json!({ "meetingId": meeting, "withMinutes": true }), "meeting { id }").await;
        assert!(marks(&manager, &ids).await.contains(&"Q0minutes".to_owned()));
        assert_eq!(marks(&round.app.supervisor().await, &ids).await, marks(&round.coordinator, &ids).await);
        assert_eq!(marks(&round.coordinator, &ids).await.len(), 18);
        for login in ["datenschutz@kreis-coesfeld.example", "administration@kreis-coesfeld.example", "fachverfahren@stadt-duelmen.example"] {
            let user = round.app.user(login).await;
            assert_eq!(user.query("{ meetings { nodes { id } } }").await.code(), "FORBIDDEN", "{login}");
            let nodes = user.send("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
            assert!(nodes.data()["nodes"].as_array().unwrap().iter().all(Value::is_null), "{login}: published is not for everybody");
        }
        assert_eq!(round.app.nobody().query("{ meetings { nodes { id } } }").await.code(), "UNAUTHENTICATED");
        let steps = read(&member, "query($id: ID!) { meeting(id: $id) { availableTransitions { allowed blockedBy { code } } history { nodes { command } } } }", &meeting).await;
        let steps = &steps["meeting"];
        assert!(steps["availableTransitions"].as_array().unwrap().iter().all(|step| step["blockedBy"][0]["code"] == "FORBIDDEN"));
        assert_eq!(steps["history"]["nodes"], json!([]), "the history tells of all items");
    }

    async fn a_membership_that_ended_opens_no_meeting(db: TestDatabase) {
        let round = Round::open(db, 1, json!({})).await;
        let meeting = round.planned().await;
        round.item(&meeting, "Bericht", json!({})).await;
        round.invite(&meeting).await;
        let employer = round.app.employer().await;
        let query = "query($id: ID!) { meeting(id: $id) { title } }";
        assert!(!read(&employer, query, &meeting).await["meeting"].is_null());
        let end = json!({ "bodyMembershipId": round.members[0], "validUntil": "2023-06-01" });
        done(&round.coordinator, "bodyMembershipEnd", end, "bodyMembership { id }").await;
        assert!(read(&employer, query, &meeting).await["meeting"].is_null());
    }
}
