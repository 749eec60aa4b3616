//! The life of a meeting.

use super::*;

const MEETING: &str = "query($id: ID!) { meeting(id: $id) { status minutes place version attendance { nodes { status membership { function } } }
    availableTransitions { name allowed blockedBy { code } } history(first: 50) { nodes { command } } } }";

fn allowed(meeting: &Value) -> Vec<String> {
    let steps = meeting["availableTransitions"].as_array().unwrap();
    steps.iter().filter(|step| step["allowed"] == true).map(|step| step["name"].as_str().unwrap().to_owned()).collect()
}

/// The meetings that somebody is told of by notices, the latest notice first.
async fn told_of_meetings(user: &Client, fields: &str) -> Vec<Value> {
    let told = user.query(&format!("{{ notices {{ nodes {{ kind meeting {{ {fields} }} }} }} }}")).await;
    let told = told.data()["notices"]["nodes"].as_array().unwrap().clone();
    told.into_iter()
        .filter(|notice| notice["kind"] == "MEETING_INVITED")
        .map(|notice| notice["meeting"].clone())
        .collect()
}

both_databases! {
    async fn a_meeting_is_planned_for_the_future_and_invites_with_an_agenda(db: TestDatabase) {
        let mut round = Round::open(db, 3, json!({})).await;
        let guest = round.job_centre().await;
        let user = round.coordinator.clone();
        let plan = |starts: &str, ends: Value| json!({ "bodyId": round.body, "title": "Sitzung", "startsAt": starts, "endsAt": ends });
        assert_eq!(refused(&user, "meetingPlan", plan("2023-06-01T07:59:59Z", Value::Null)).await, rule("MEETING_IN_THE_PAST", "startsAt"));
        assert_eq!(refused(&user, "meetingPlan", plan("2023-06-02T08:00:00Z", json!("2023-06-02T08:00:00Z"))).await, rule("PERIOD_EMPTY", "endsAt"));
        assert_eq!(refused(&user, "meetingPlan", plan("3023-06-02T08:00:00Z", Value::Null)).await, rule("DATE_OUT_OF_RANGE", "startsAt"));
        let meeting = round.planned().await;
        let seen = read(&user, MEETING, &meeting).await["meeting"].clone();
        assert_eq!(allowed(&seen), ["CHANGE", "CANCEL"]);
        assert_eq!(refused(&user, "meetingInvite", json!({ "meetingId": meeting })).await, rule("AGENDA_EMPTY", ""));
        assert!(read(&guest, MEETING, &meeting).await["meeting"].is_null(), "what is planned is nobody's yet");
        round.item(&meeting, "Bericht", json!({})).await;
        round.invite(&meeting).await;
        assert_eq!(refused(&user, "meetingInvite", json!({ "meetingId": meeting })).await, rule("MEETING_STEP_NOT_ALLOWED", ""));
        let told = told_of_meetings(&guest, "title place startsAt").await;
        assert_eq!(told, [json!({ "title": "Sitzung", "place": "Kreishaus", "startsAt": "2023-06-02T08:00:00+00:00" })]);
        let change = json!({ "meetingId": meeting, "title": "Sitzung", "startsAt": "2023-06-02T09:00:00Z", "place": "Rathaus" });
        done(&user, "meetingChange", change.clone(), "meeting { id }").await;
        done(&user, "meetingChange", change, "meeting { id }").await;
        assert_eq!(told_of_meetings(&guest, "title").await.len(), 2, "told of another time, once");
        assert_eq!(refused(&user, "meetingHold", json!({ "meetingId": meeting, "presentIds": [] })).await, rule("MEETING_NOT_BEGUN", "meetingId"));
        round.pass(2).await;
        let item = json!({ "meetingId": meeting, "title": "Nachtrag" });
        assert_eq!(refused(&round.coordinator, "agendaItemAdd", item).await, rule("AGENDA_CLOSED", ""));
        let late = round.planned().await;
        round.item(&late, "Bericht", json!({})).await;
        round.pass(2).await;
        assert_eq!(refused(&round.coordinator, "meetingInvite", json!({ "meetingId": late })).await, rule("MEETING_IN_THE_PAST", "meetingId"));
    }

    async fn attendance_is_of_those_who_belong_to_the_body_on_that_day(db: TestDatabase) {
        let mut round = Round::open(db, 3, json!({})).await;
        let meeting = round.planned().await;
        let item = round.item(&meeting, "Bericht", json!({})).await;
        round.invite(&meeting).await;
        let end = json!({ "bodyMembershipId": round.members[2], "validUntil": "2023-06-02" });
        done(&round.coordinator, "bodyMembershipEnd", end, "bodyMembership { id }").await;
        round.pass(1).await;
        let user = &round.coordinator;
        let hold = |present: &[usize], excused: &[usize]| {
            let ids = |places: &[usize]| places.iter().map(|place| round.members[*place].clone()).collect::<Vec<_>>();
            json!({ "meetingId": meeting, "presentIds": ids(present), "excusedIds": ids(excused) })
        };
        assert_eq!(refused(user, "meetingHold", hold(&[0, 2], &[])).await, rule("MEMBERSHIP_UNSUITABLE", "presentIds.1"));
        assert_eq!(refused(user, "meetingHold", hold(&[0], &[0])).await, rule("DUPLICATE_ENTRY", "excusedIds.0"));
        done(user, "meetingHold", hold(&[0, 1], &[]), "meeting { id }").await;
        done(user, "meetingHold", hold(&[0], &[1]), "meeting { id }").await;
        let seen = read(user, MEETING, &meeting).await["meeting"].clone();
        let mut attended: Vec<String> = seen["attendance"]["nodes"].as_array().unwrap().iter().map(Value::to_string).collect();
        attended.sort();
        assert_eq!(attended, [r#"{"status":"PRESENT","membership":{"function":"Funktion 0"}}"#, r#"{"status":"EXCUSED","membership":{"function":"Funktion 1"}}"#]
            .map(|text| serde_json::from_str::<Value>(text).unwrap().to_string()));
        let employer = round.app.employer().await;
        let own = read(&employer, MEETING, &meeting).await["meeting"]["attendance"]["nodes"].clone();
        assert_eq!(own, json!([{ "status": "PRESENT", "membership": { "function": "Funktion 0" } }]));
        round.note(&item).await;
        assert_eq!(refused(user, "meetingHold", hold(&[0], &[])).await, rule("ATTENDANCE_FIXED", ""));
    }

    async fn minutes_are_text_whatever_they_say_and_are_approved_once_all_has_a_result(db: TestDatabase) {
        let mut round = Round::open(db, 2, json!({})).await;
        let (meeting, items) = round.held(&[json!({}), json!({})]).await;
        let user = round.coordinator.clone();
        assert_eq!(refused(&user, "meetingApproveMinutes", json!({ "meetingId": meeting })).await, rule("MINUTES_MISSING", ""));
        let hostile = "# TOP 1\n\n<script>alert(1)</script> [x](javascript:alert(1)) ![](https://x.example/\"onerror=) <svg onload=alert(1)>\u{202E}\n{{7*7}} '; DROP TABLE meeting; --\n\n| a | b |\n|---|---|\n";
        let minutes = |text: &str| json!({ "meetingId": meeting, "minutes": text });
        done(&user, "meetingRecordMinutes", minutes(hostile), "meeting { id }").await;
        assert_eq!(read(&user, MEETING, &meeting).await["meeting"]["minutes"], hostile);
        assert_eq!(refused(&user, "meetingRecordMinutes", minutes("\u{7}")).await, rule("TEXT_FORBIDDEN_CHARACTER", "minutes"));
        assert_eq!(refused(&user, "meetingRecordMinutes", minutes(&"ä".repeat(100_001))).await, rule("TEXT_TOO_LONG", "minutes"));
        let longest = "ä".repeat(100_000);
        done(&user, "meetingRecordMinutes", minutes(&longest), "meeting { id }").await;
        assert_eq!(read(&user, MEETING, &meeting).await["meeting"]["minutes"], longest);
        assert_eq!(refused(&user, "meetingApproveMinutes", json!({ "meetingId": meeting })).await, rule("AGENDA_ITEMS_OPEN", ""));
        round.note(&items[0]).await;
        done(&user, "agendaItemPostpone", json!({ "agendaItemId": items[1] }), "agendaItem { status }").await;
        done(&user, "meetingApproveMinutes", json!({ "meetingId": meeting }), "meeting { status }").await;
        assert_eq!(refused(&user, "meetingRecordMinutes", minutes("anders")).await, rule("MEETING_STEP_NOT_ALLOWED", ""));
        let seen = read(&user, MEETING, &meeting).await["meeting"].clone();
        assert_eq!(allowed(&seen), ["PUBLISH"]);
        let history = seen["history"].to_string();
        assert!(history.contains("decisionRecord") && history.contains("agendaItemAdd"), "{history}");
        let mut tables = Tables::open(round.app.db.url()).await;
        assert_eq!(tables.number("SELECT count(*) FROM event WHERE change LIKE '%alert(1)%'").await, 0, "the log holds the hash");
    }

    async fn only_public_bodies_publish_before_the_minutes_are_approved(db: TestDatabase) {
        let mut round = Round::open(db, 1, json!({})).await;
        let (meeting, items) = round.held(&[json!({ "isPublic": true })]).await;
        let user = round.coordinator.clone();
        assert_eq!(refused(&user, "meetingPublish", json!({ "meetingId": meeting })).await, rule("MEETING_NOT_TO_PUBLISH", ""));
        let body = json!({ "bodyId": round.body, "name": "Runde", "isPublic": true });
        done(&user, "bodyChange", body, "body { id }").await;
        assert_eq!(refused(&user, "meetingPublish", json!({ "meetingId": meeting, "withMinutes": true })).await, rule("MINUTES_NOT_APPROVED", "withMinutes"));
        assert_eq!(refused(&user, "meetingUnpublish", json!({ "meetingId": meeting })).await, rule("MEETING_NOT_PUBLISHED", ""));
        done(&user, "meetingRecordMinutes", json!({ "meetingId": meeting, "minutes": "# Geheim" }), "meeting { id }").await;
        done(&user, "meetingPublish", json!({ "meetingId": meeting }), "meeting { publishedAt }").await;
        let manager = round.app.user(crate::clients::MUNICIPAL).await;
        let query = "query($id: ID!) { meeting(id: $id) { minutes agendaItems { nodes { title decision { text } } } } }";
        assert_eq!(read(&manager, query, &meeting).await["meeting"], json!({ "minutes": null, "agendaItems": { "nodes": [{ "title": "Punkt 0", "decision": null }] } }));
        round.note(&items[0]).await;
        done(&user, "meetingApproveMinutes", json!({ "meetingId": meeting }), "meeting { id }").await;
        assert!(read(&manager, query, &meeting).await["meeting"]["minutes"].is_null(), "approved is not published");
        done(&user, "meetingPublish", json!({ "meetingId": meeting, "withMinutes": true }), "meeting { id }").await;
        assert_eq!(read(&manager, query, &meeting).await["meeting"], json!({ "minutes": "# Geheim", "agendaItems": { "nodes": [{ "title": "Punkt 0", "decision": { "text": "Kenntnis genommen." } }] } }));
        done(&user, "meetingUnpublish", json!({ "meetingId": meeting }), "meeting { publishedAt }").await;
        assert!(read(&manager, query, &meeting).await["meeting"].is_null());
    }

    async fn a_cancelled_meeting_is_over_and_its_members_are_told(db: TestDatabase) {
        let round = Round::open(db, 2, json!({})).await;
        let guest = round.job_centre().await;
        let meeting = round.planned().await;
        round.item(&meeting, "Bericht", json!({})).await;
        round.invite(&meeting).await;
        done(&round.coordinator, "meetingCancel", json!({ "meetingId": meeting }), "meeting { status }").await;
        let told = told_of_meetings(&guest, "status").await;
        assert_eq!(told, [json!({ "status": "CANCELLED" }), json!({ "status": "CANCELLED" })]);
        for step in ["meetingInvite", "meetingCancel", "meetingApproveMinutes", "meetingPublish"] {
            assert_eq!(refused(&round.coordinator, step, json!({ "meetingId": meeting })).await, rule("MEETING_STEP_NOT_ALLOWED", ""));
        }
    }

    async fn the_meeting_of_the_minutes_is_in_the_demo(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let document = "{ meetings(first: 2) { nodes { status body { name } title startsAt minutes agendaItems(first: 5) { nodes { number title status
            decision { kind text voting yes paperUrl decidedOn actionItems(first: 5) { nodes { text dueOn organisation { name } status } } }
            questions(first: 5) { nodes { askedBy text answer answeredOn } } papers(first: 5) { nodes { kind name url fileUrl documentType storedAt } } } } } } }";
        let data = app.coordinator().await.query(document).await.data().clone();
        let text = serde_json::to_string_pretty(&data).unwrap();
        let ids = data["meetings"]["nodes"][0]["agendaItems"]["nodes"][0]["papers"]["nodes"][0]["fileUrl"].as_str().unwrap().to_owned();
        insta::assert_snapshot!("the_meeting_of_the_minutes", text.replace(ids.rsplit('_').next().unwrap(), "…"));
        // What was published everybody reads who reads meetings.
        let manager = app.user(crate::clients::MUNICIPAL).await;
        let seen = manager.query(document).await.data().clone();
        assert_eq!(seen["meetings"]["nodes"][0]["minutes"], data["meetings"]["nodes"][0]["minutes"]);
        assert_eq!(seen["meetings"]["nodes"][0]["agendaItems"]["nodes"][0]["questions"], data["meetings"]["nodes"][0]["agendaItems"]["nodes"][0]["questions"]);
        assert_eq!(seen["meetings"]["nodes"][0]["agendaItems"]["nodes"][0]["decision"]["actionItems"]["nodes"], json!([]), "what others have to do");
    }

    async fn a_page_of_meetings_costs_the_same_number_of_statements_whatever_its_length(db: TestDatabase) {
        let mut round = Round::open(db, 2, json!({})).await;
        let document = "query($first: Int) { meetings(first: $first) { nodes { title body { name } agendaItems(first: 20) { nodes { number title
            decision { kind votes(first: 5) { nodes { vote } } actionItems(first: 5) { nodes { text } } }
            questions(first: 5) { nodes { text } } papers(first: 5) { nodes { name } } } } followUps(first: 5) { nodes { agendaItem { title } actionItem { text } } }
            attendance(first: 5) { nodes { membership { function } } } availableTransitions { allowed } } } }";
        for number in 0..4 {
            let (_, items) = round.held(&[json!({}), json!({})]).await;
            let decision = round.note(&items[0]).await;
            let town = id_of(&round.coordinator, "organisations", COESFELD).await;
            let action = json!({ "decisionId": decision, "organisationId": town, "text": format!("Auftrag {number}") });
            done(&round.coordinator, "actionItemAssign", action, "actionItem { id }").await;
            done(&round.coordinator, "agendaItemPostpone", json!({ "agendaItemId": items[1] }), "agendaItem { id }").await;
        }
        round.app.seal().await;
        let mut costs = Vec::new();
        for rows in [2, 5] {
            let mut fewest = u64::MAX;
            for _ in 0..8 {
                let before = round.app.app.store.statements();
                round.coordinator.send(document, json!({ "first": rows })).await.data();
                fewest = fewest.min(round.app.app.store.statements() - before);
            }
            costs.push(fewest);
        }
        assert_eq!(costs[0], costs[1], "one statement for each relation");
        assert!(costs[0] <= 24, "{costs:?}");
        let short = "query($first: Int) { meetings(first: $first) { nodes { title agendaItems(first: 20) { nodes { title
            decision { kind actionItems(first: 5) { nodes { text } } } } } } } }";
        let mut fewest = u64::MAX;
        for _ in 0..8 {
            let before = round.app.app.store.statements();
            round.coordinator.send(short, json!({ "first": 5 })).await.data();
            fewest = fewest.min(round.app.app.store.statements() - before);
        }
        assert_eq!(fewest, 5, "who asks, meetings, items, decisions, what is to be done");
    }
}
