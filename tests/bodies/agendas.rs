//! Agendas: items and their parts, questions, and what comes again.

use super::*;

const AGENDA: &str =
    "query($id: ID!) { meeting(id: $id) { agendaItems { nodes { number title status parent { title } } }
    followUps { nodes { agendaItem { title } actionItem { text } } } } }";

async fn agenda(user: &Client, meeting: &str) -> Vec<String> {
    let data = read(user, AGENDA, meeting).await;
    let items = data["meeting"]["agendaItems"]["nodes"].as_array().unwrap().clone();
    let text = |item: &Value| format!("{} {}", item["number"].as_str().unwrap(), item["title"].as_str().unwrap());
    items.iter().map(text).collect()
}

both_databases! {
    async fn several_matters_stand_under_one_item_one_level_deep_and_in_their_order(db: TestDatabase) {
        let round = Round::open(db, 1, json!({})).await;
        let user = &round.coordinator;
        let meeting = round.planned().await;
        let report = round.item(&meeting, "Bericht", json!({})).await;
        let other = round.item(&meeting, "Verschiedenes", json!({})).await;
        let right = round.item(&meeting, "Chancen-Aufenthaltsrecht", json!({ "parentId": report })).await;
        round.item(&meeting, "Bürgergeld", json!({ "parentId": report, "position": 1 })).await;
        round.item(&meeting, "Begrüßung", json!({ "position": 1 })).await;
        assert_eq!(agenda(user, &meeting).await, ["1 Begrüßung", "2 Bericht", "2.1 Bürgergeld", "2.2 Chancen-Aufenthaltsrecht", "3 Verschiedenes"]);
        let nested = json!({ "meetingId": meeting, "title": "Zu tief", "parentId": right });
        assert_eq!(refused(user, "agendaItemAdd", nested).await, rule("AGENDA_TOO_NESTED", "parentId"));
        let elsewhere = round.planned().await;
        let foreign = json!({ "meetingId": elsewhere, "title": "Fremd", "parentId": report });
        assert_eq!(refused(user, "agendaItemAdd", foreign).await, rule("NOT_FOUND", "parentId"));
        let change = json!({ "agendaItemId": other, "title": "Verschiedenes", "isPublic": false, "position": 1 });
        done(user, "agendaItemChange", change, "agendaItem { number }").await;
        assert_eq!(agenda(user, &meeting).await[..2], ["1 Verschiedenes", "2 Begrüßung"]);
        assert_eq!(refused(user, "agendaItemRemove", json!({ "agendaItemId": report })).await, rule("AGENDA_ITEM_HAS_PARTS", ""));
        let removal = "mutation($i: AgendaItemRemoveInput!) { agendaItemRemove(input: $i, options: { idempotencyKey: \"weg\" }) { replayed userErrors { code } } }";
        for replayed in [false, true] {
            let answer = user.send(removal, json!({ "i": { "agendaItemId": other } })).await;
            assert_eq!(answer.payload(), &json!({ "replayed": replayed, "userErrors": [] }));
        }
        assert_eq!(refused(user, "agendaItemRemove", json!({ "agendaItemId": other })).await, rule("NOT_FOUND", "agendaItemId"));
        assert_eq!(agenda(user, &meeting).await, ["1 Begrüßung", "2 Bericht", "2.1 Bürgergeld", "2.2 Chancen-Aufenthaltsrecht"]);
        let only = round.item(&elsewhere, "Einziger", json!({})).await;
        round.invite(&elsewhere).await;
        assert_eq!(refused(user, "agendaItemRemove", json!({ "agendaItemId": only })).await, rule("AGENDA_EMPTY", ""));
        let unknown = format!("thm_{}", "0".repeat(32));
        let themed = json!({ "meetingId": elsewhere, "title": "Thema", "themeId": unknown });
        assert_eq!(refused(user, "agendaItemAdd", themed).await, rule("NOT_FOUND", "themeId"));
    }

    async fn a_theme_comes_onto_an_agenda_only_from_its_confirmation_on(db: TestDatabase) {
        let round = Round::open(db, 1, json!({})).await;
        let meeting = round.planned().await;
        let plain = round.item(&meeting, "Ohne Thema", json!({})).await;
        let statuses = [("SIGNAL", false), ("PROPOSED", false), ("UNDER_REVIEW", false), ("CONFIRMED", true), ("PRIORITISED", true),
            ("IN_WORK", true), ("DECIDED", true), ("IMPLEMENTED", true), ("EVALUATED", true), ("FORWARDED_TO_STATE", true),
            ("REJECTED", false), ("MERGED", false), ("PARKED", false)];
        for (number, (status, may)) in (1_i32..).zip(statuses) {
            let theme = round.theme(number, status).await;
            let add = json!({ "meetingId": meeting, "title": "Thema", "themeId": theme });
            let change = json!({ "agendaItemId": plain, "title": "Mit Thema", "isPublic": false, "themeId": theme });
            let expected = if may { Vec::new() } else { vec![rule("THEME_NOT_CONFIRMED", "themeId")] };
            for (name, input) in [("agendaItemAdd", add), ("agendaItemChange", change)] {
                let answer = command(&round.coordinator, name, input, "replayed").await;
                assert_eq!(answer.rules(), expected, "{name} {status}");
            }
        }
    }

    async fn what_was_put_off_or_is_not_done_comes_again_at_the_next_meeting_of_the_body(db: TestDatabase) {
        let mut round = Round::open(db, 2, json!({})).await;
        let (first, items) = round.held(&[json!({}), json!({})]).await;
        let decision = round.note(&items[0]).await;
        let town = id_of(&round.coordinator, "organisations", COESFELD).await;
        let action = json!({ "decisionId": decision, "organisationId": town, "text": "Konzept", "dueOn": "2023-12-31" });
        let action = done(&round.coordinator, "actionItemAssign", action, "actionItem { id }").await;
        done(&round.coordinator, "agendaItemPostpone", json!({ "agendaItemId": items[1] }), "agendaItem { id }").await;
        let next = round.planned().await;
        let user = round.coordinator.clone();
        let follow_ups = async |meeting: &str| read(&user, AGENDA, meeting).await["meeting"]["followUps"]["nodes"].clone();
        assert_eq!(follow_ups(&next).await, json!([
            { "agendaItem": { "title": "Punkt 1" }, "actionItem": null }, { "agendaItem": null, "actionItem": { "text": "Konzept" } },
        ]));
        assert_eq!(follow_ups(&first).await, json!([]), "what a meeting itself left is no follow-up to it");
        let carry = |item: &str| json!({ "meetingId": next, "title": "Noch einmal", "continuesId": item });
        assert_eq!(refused(&user, "agendaItemAdd", carry(&items[0])).await, rule("AGENDA_ITEM_NOT_TO_CARRY", "continuesId"));
        done(&user, "agendaItemAdd", carry(&items[1]), "agendaItem { continues { title } }").await;
        assert_eq!(refused(&user, "agendaItemAdd", carry(&items[1])).await, rule("AGENDA_ITEM_NOT_TO_CARRY", "continuesId"));
        done(&user, "actionItemReport", json!({ "actionItemId": action["id"], "result": "Geschrieben" }), "actionItem { status }").await;
        assert_eq!(follow_ups(&next).await, json!([]));
    }

    async fn questions_of_members_are_recorded_with_their_answers(db: TestDatabase) {
        let mut round = Round::open(db, 1, json!({})).await;
        let meeting = round.planned().await;
        let item = round.item(&meeting, "Bericht", json!({})).await;
        let ask = json!({ "agendaItemId": item, "askedBy": "Fraktion A", "text": "Wie hoch ist der Eigenanteil?" });
        assert_eq!(refused(&round.coordinator, "meetingQuestionAsk", ask.clone()).await, rule("MEETING_STEP_NOT_ALLOWED", ""));
        round.invite(&meeting).await;
        let question = id(&done(&round.coordinator, "meetingQuestionAsk", ask.clone(), "meetingQuestion { id answer }").await);
        round.pass(1).await;
        let supervisor = round.app.supervisor().await;
        let answer = json!({ "meetingQuestionId": question, "expectedVersion": 1, "answer": "7.000 bis 10.000 Euro" });
        let mut future = answer.clone();
        future["answeredOn"] = json!("2023-06-03");
        assert_eq!(refused(&supervisor, "meetingQuestionAnswer", future).await, rule("DATE_OUT_OF_RANGE", "answeredOn"));
        let answered = done(&supervisor, "meetingQuestionAnswer", answer, "meetingQuestion { askedBy answer answeredOn version }").await;
        assert_eq!(answered, json!({ "askedBy": "Fraktion A", "answer": "7.000 bis 10.000 Euro", "answeredOn": "2023-06-02", "version": 2 }));
        assert_eq!(command(&supervisor, "meetingQuestionAsk", ask, "replayed").await.code(), "FORBIDDEN");
        let employer = round.app.employer().await;
        let answer = json!({ "meetingQuestionId": question, "answer": "anders" });
        assert_eq!(command(&employer, "meetingQuestionAnswer", answer, "replayed").await.code(), "FORBIDDEN");
    }

    async fn what_is_said_about_a_theme_names_nobody_of_its_cases_and_the_attempt_is_on_record(db: TestDatabase) {
        let mut round = Round::open(db, 1, json!({})).await;
        let manager = round.app.user(crate::clients::CENTRAL).await;
        crate::structure::met(&manager, 1, "OFFER_FULL").await;
        let theme = crate::structure::presentable(&round.app, "OFFER_FULL").await;
        let meeting = round.planned().await;
        for field in ["title", "description", "proposal"] {
            let mut input = json!({ "meetingId": meeting, "title": "Kurse", "themeId": theme });
            input[field] = json!("Wie bei Familie Nummer1");
            assert_eq!(refused(&round.coordinator, "agendaItemAdd", input).await, rule("TEXT_NAMES_PERSON", field));
        }
        let (meeting, items) = round.held(&[json!({ "themeId": theme }), json!({})]).await;
        let decision = |item: &str| json!({ "agendaItemId": item, "kind": "TAKE_NOTE", "text": "Kenntnis genommen: Nummer1." });
        let user = round.coordinator.clone();
        assert_eq!(refused(&user, "decisionRecord", decision(&items[0])).await, rule("TEXT_NAMES_PERSON", "text"));
        done(&user, "decisionRecord", decision(&items[1]), "decision { id }").await;
        let minutes = json!({ "meetingId": meeting, "minutes": "## Kurse\n\nBericht über Nummer1." });
        assert_eq!(refused(&user, "meetingRecordMinutes", minutes).await, rule("TEXT_NAMES_PERSON", "minutes"));
        let officer = round.app.user("datenschutz@kreis-coesfeld.example").await;
        let accesses = officer.query("{ accesses(first: 20) { nodes { basis } } }").await;
        let accesses = accesses.data()["accesses"]["nodes"].as_array().unwrap().clone();
        assert!(accesses.iter().filter(|access| access["basis"] == "COMPARISON").count() >= 5, "{accesses:?}");
    }
}
