//! Texts about themes name nobody of their cases; where one is refused, the access log tells that something was told.

use super::*;
use crate::bodies::{JOB_CENTRE, JOB_CENTRE_LOGIN, Round};
use crate::clients::open_case;
use crate::desk::id_of;
use crate::tables::Tables;

const COMPARED: &str = "access_log WHERE basis = 'COMPARISON'";

/// A barrier of a kind in the case of somebody of this name.
async fn met_by(user: &Client, family_name: &str, kind: &str) -> Value {
    let identity = json!({ "givenNames": "Ida", "familyName": family_name, "birthDate": "1990-01-01" });
    let opened = open_case(user, identity, json!({ "consent": { "form": "WRITTEN", "language": "de" } })).await;
    let case = opened.payload()["case"]["id"].clone();
    raised(user, json!({ "caseId": case, "kind": kind, "needArea": "LANGUAGE", "severity": "MINOR" })).await
}

/// Gives a command that is refused because a text names one person, and finds that on record.
async fn named(tables: &mut Tables, user: &Client, name: &str, input: Value, reason: Option<&str>) {
    let before = tables.count(COMPARED).await;
    let answer = command_for(user, name, input.clone(), "replayed", reason).await;
    assert_eq!(answer.user_errors(), ["TEXT_NAMES_PERSON"], "{name} {input}: {answer:?}");
    assert_eq!(tables.count(COMPARED).await, before + 1, "{name} {input}");
}

both_databases! {
    async fn a_theme_made_of_a_signal_names_nobody_and_the_attempt_is_on_record(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let coordinator = app.coordinator().await;
        met_by(&app.user(CENTRAL).await, "Abendroth", "OFFER_FULL").await;
        let mut tables = Tables::open(app.db.url()).await;
        let signal = entity::ids::SignalId(uuid::Uuid::now_v7());
        let key = tables.id(signal.0);
        tables
            .run(&format!(
                "INSERT INTO signal (id, district_id, kind, cases, case_keys, case_managers, municipalities, expected_hundredths, ratio_hundredths,
                    lower_hundredths, chance_millionths, found_at, created_at)
                 SELECT {key}, id, 'OFFER_FULL', 1, 1, 1, 1, 10, 300, 150, 10, '2023-06-01T08:00:00+00:00', '2023-06-01T08:00:00+00:00'
                 FROM district WHERE ags = '05558'"
            ))
            .await;
        let mut input = proposal("OFFER_FULL");
        input["signalId"] = json!(signal.to_string());
        input["description"] = json!("Wie bei Familie Abendroth.");
        // What is given besides a signal does not count: nothing there fits a pattern of this kind.
        for pattern in [Value::Null, json!({ "kind": "TRANSPORT" })] {
            input["pattern"] = pattern;
            named(&mut tables, &coordinator, "themePropose", input.clone(), None).await;
        }
        input["description"] = json!("Viele finden keinen Kurs.");
        done(&coordinator, "themePropose", input, "theme { id }").await;
    }

    async fn a_theme_that_grows_names_nobody_of_its_new_cases_and_the_attempt_is_on_record(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let full = met_by(&central, "Abendroth", "OFFER_FULL").await;
        met_by(&central, "Birkenfeld", "COST").await;
        // The text names somebody, but nobody of the cases that it rests on so far.
        let mut about_cost = proposal("COST");
        about_cost["description"] = json!("Wie bei Familie Abendroth.");
        let cost = done(&supervisor, "themePropose", about_cost, "theme { id }").await["id"].clone();
        let one = proposed(&supervisor, "OFFER_FULL").await;
        let mut tables = Tables::open(app.db.url()).await;
        let merge = json!({ "themeId": one, "intoId": cost });
        named(&mut tables, &supervisor, "themeMerge", merge, None).await;
        let backwards = json!({ "themeId": cost, "intoId": one });
        named(&mut tables, &supervisor, "themeMerge", backwards, Some("Birkenfeld drängt")).await;
        let single = json!({ "themeId": cost, "barrierIds": [full["id"]] });
        named(&mut tables, &supervisor, "themeGather", single, None).await;
        done(&supervisor, "themeGather", json!({ "themeId": cost }), "theme { id }").await;
        let case = "query($id: ID!) { node(id: $id) { ... on Barrier { case { id } } } }";
        let case = central.send(case, json!({ "id": full["id"] })).await.data()["node"]["case"]["id"].clone();
        raised(&central, json!({ "caseId": case, "kind": "COST", "needArea": "LANGUAGE", "severity": "MINOR" })).await;
        named(&mut tables, &supervisor, "themeGather", json!({ "themeId": cost }), None).await;
        let query = "query($id: ID!) { node(id: $id) { ... on Theme { evidence { cases } mergedInto { id } } } }";
        let seen = supervisor.send(query, json!({ "id": cost })).await;
        assert_eq!(seen.data()["node"], json!({ "evidence": { "cases": 1 }, "mergedInto": null }));
    }

    async fn questions_answers_and_orders_about_a_theme_name_nobody_of_its_cases_and_the_attempt_is_on_record(db: TestDatabase) {
        let mut round = Round::open(db, 1, json!({})).await;
        round.job_centre().await;
        met_by(&round.app.user(CENTRAL).await, "Abendroth", "OFFER_FULL").await;
        let theme = proposed(&round.coordinator, "OFFER_FULL").await;
        confirmed(&round.app, &theme).await;
        let (_, items) = round.held(&[json!({ "themeId": theme }), json!({})]).await;
        let (coordinator, institution) = (round.coordinator.clone(), round.app.user(JOB_CENTRE_LOGIN).await);
        let mut tables = Tables::open(round.app.db.url()).await;

        let ask = |item: &str, text: &str| json!({ "agendaItemId": item, "askedBy": "Fraktion A", "text": text });
        let question = "meetingQuestion { id }";
        named(&mut tables, &coordinator, "meetingQuestionAsk", ask(&items[0], "Was wird aus Familie Abendroth?"), None).await;
        done(&coordinator, "meetingQuestionAsk", ask(&items[1], "Was wird aus Familie Abendroth?"), question).await;
        let asked = done(&coordinator, "meetingQuestionAsk", ask(&items[0], "Wann beginnt der Kurs?"), question).await;
        let reply = |text: &str| json!({ "meetingQuestionId": asked["id"], "answer": text });
        let supervisor = round.app.supervisor().await;
        named(&mut tables, &supervisor, "meetingQuestionAnswer", reply("Im Herbst, für Familie Abendroth früher."), None).await;
        done(&supervisor, "meetingQuestionAnswer", reply("Im Herbst."), question).await;

        let words = |text: &str| json!({ "agendaItemId": items[0], "kind": "TAKE_NOTE", "text": text });
        named(&mut tables, &coordinator, "decisionRecord", words("Kenntnis genommen."), Some("Abendroth drängt")).await;
        let decision = round.note(&items[0]).await;
        let centre = id_of(&coordinator, "organisations", JOB_CENTRE).await;
        let order = |text: &str| json!({ "decisionId": decision, "organisationId": centre, "text": text });
        named(&mut tables, &coordinator, "actionItemAssign", order("Familie Abendroth einladen"), None).await;
        let action = done(&coordinator, "actionItemAssign", order("Kurs einrichten"), "actionItem { id }").await;
        let result = |text: &str| json!({ "actionItemId": action["id"], "result": text });
        // The institution sees neither the decision nor the theme, and is told no more than that it named somebody.
        named(&mut tables, &institution, "actionItemReport", result("Familie Abendroth ist dabei."), None).await;
        named(&mut tables, &coordinator, "actionItemDrop", result("Familie Abendroth ist weggezogen."), None).await;
        done(&institution, "actionItemReport", result("Der Kurs läuft."), "actionItem { status }").await;
    }
}
