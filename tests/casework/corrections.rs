//! What was recorded wrongly is put right: the case itself, and contacts in it. What it said before stays in the history.

use super::*;
use crate::cases::municipality;
use crate::clients::{erika, open_case};
use crate::desk::rule;

/// What is said of a case when it is opened.
const SAID: &str = "case { unit intensity referralSource ageBand gender nationalityGroup residenceGroup languageLevel
    arrivalMonth municipality { name } }";

/// What is said of a contact.
const CONTACT: &str = "contact { heldOn channel partner minutes interpreterUsed note version correctedBy }";

const HISTORY: &str = "query($id: ID!) { case(id: $id) { history(first: 100) { nodes {
    command reason details texts { kind text } changes { field before after } } } } }";

/// What the history of a case tells of commands with this beginning, newest first.
async fn told(user: &Client, case: &Value, commands: &str) -> Vec<Value> {
    let seen = user.send(HISTORY, json!({ "id": case })).await;
    let mut nodes = seen.data()["case"]["history"]["nodes"].as_array().unwrap().clone();
    nodes.retain(|node| node["command"].as_str().unwrap().starts_with(commands));
    nodes
}

/// The input with more members.
fn with(mut input: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}

both_databases! {
    async fn a_corrected_intensity_weighs_at_once_in_the_caseload_that_the_centre_sees(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = known(&user).await;
        let load = async || {
            let seen = supervisor
                .query("{ caseload(first: 50) { nodes { caseManager { displayName } weightedLoadHundredths standardCases intensiveCases } } }")
                .await;
            let nodes = seen.data()["caseload"]["nodes"].as_array().unwrap().clone();
            let clara = nodes.iter().find(|node| node["caseManager"]["displayName"] == "Clara Casemanagement-Muster").unwrap();
            ["weightedLoadHundredths", "standardCases", "intensiveCases"].map(|name| clara[name].as_i64().unwrap())
        };
        assert_eq!(load().await, [100, 1, 0]);
        let input = json!({ "caseId": case["id"], "expectedVersion": 1, "intensity": "INTENSIVE" });
        let corrected = done(&user, "caseCorrect", input, "case { intensity version }").await;
        assert_eq!(corrected, json!({ "intensity": "INTENSIVE", "version": 2 }));
        assert_eq!(load().await, [200, 0, 1]);
    }

    async fn all_that_is_said_when_a_case_is_opened_can_be_corrected_and_taken_back(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let said = json!({ "ageBand": "A25_34", "gender": "FEMALE", "nationalityGroup": "UKRAINE",
            "residenceGroup": "TEMPORARY_PROTECTION_24", "languageLevel": "A1", "arrivalMonth": "2022-04-17" });
        let case = open_case(&user, erika(), said).await.payload()["case"]["id"].clone();
        let raise = json!({ "caseId": case, "kind": "COST", "needArea": "WORK", "severity": "MINOR" });
        done(&user, "barrierRaise", raise, "barrier { id }").await;
        let input = json!({ "caseId": case, "municipalityId": municipality(&user, "Dülmen").await, "unit": "HOUSEHOLD",
            "intensity": "SHORT_ADVICE", "referralSource": "JOB_CENTRE", "ageBand": "A35_44", "gender": "DIVERSE",
            "nationalityGroup": "EU_SOUTH_EAST", "residenceGroup": "TOLERATED", "languageLevel": "B1",
            "arrivalMonth": "2022-05-20" });
        let mut expected = json!({ "municipality": { "name": "Dülmen" }, "unit": "HOUSEHOLD", "intensity": "SHORT_ADVICE",
            "referralSource": "JOB_CENTRE", "ageBand": "A35_44", "gender": "DIVERSE", "nationalityGroup": "EU_SOUTH_EAST",
            "residenceGroup": "TOLERATED", "languageLevel": "B1", "arrivalMonth": "2022-05-01" });
        assert_eq!(done(&user, "caseCorrect", input, SAID).await, expected);
        // What is left out stays, null takes it back.
        let input = json!({ "caseId": case, "gender": null, "residenceGroup": null, "arrivalMonth": null });
        for name in ["gender", "residenceGroup", "arrivalMonth"] {
            expected[name] = Value::Null;
        }
        assert_eq!(done(&user, "caseCorrect", input, SAID).await, expected);
        // The lead leads it wherever it belongs, and a barrier tells where it was met.
        let seen = user
            .send("query($id: ID!) { case(id: $id) { municipality { name } barriers { nodes { municipality { name } } } } }",
                json!({ "id": case }))
            .await;
        assert_eq!(seen.data()["case"], json!({ "municipality": { "name": "Dülmen" },
            "barriers": { "nodes": [{ "municipality": { "name": "Coesfeld" } }] } }));
    }

    async fn nobody_but_the_lead_and_the_substitute_corrects_a_case_or_a_contact(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let (case, own) = (known(&central).await, known(&municipal).await);
        let work = work(&central, &case["id"], "").await;
        let both = [
            ("caseCorrect", json!({ "caseId": case["id"], "intensity": "INTENSIVE" }), "case { id }"),
            ("contactCorrect", json!({ "contactId": work.contact, "channel": "EMAIL" }), "contact { id }"),
        ];
        let others = [
            app.supervisor().await,
            app.coordinator().await,
            app.employer().await,
            app.administrator().await,
            app.user("datenschutz@kreis-coesfeld.example").await,
        ];
        for (name, input, fields) in &both {
            assert_eq!(command(&municipal, name, input.clone(), fields).await.user_errors(), ["NOT_FOUND"], "{name}");
            for other in &others {
                assert_eq!(command(other, name, input.clone(), fields).await.code(), "FORBIDDEN", "{name}");
            }
        }
        assert!(told(&central, &case["id"], "caseCorrect").await.is_empty());
        let substitute = json!({ "caseId": case["id"], "substituteId": own["lead"]["id"] });
        done(&central, "caseNameSubstitute", substitute, "case { id }").await;
        for (name, input, fields) in both {
            done(&municipal, name, input, fields).await;
        }
    }

    async fn a_correction_of_a_case_is_checked_like_its_opening(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let asked = async |more: Value| {
            let input = with(json!({ "caseId": case["id"] }), &more);
            command(&user, "caseCorrect", input, "case { id }").await.rules()
        };
        for path in ["nationalityGroup", "residenceGroup"] {
            assert_eq!(asked(json!({ path: "ERFUNDEN" })).await, rule("CODE_UNKNOWN", path));
            assert_eq!(asked(json!({ path: " " })).await, rule("TEXT_EMPTY", path));
        }
        assert_eq!(asked(json!({ "arrivalMonth": "1900-01-01" })).await, rule("DATE_OUT_OF_RANGE", "arrivalMonth"));
        let nowhere = json!({ "municipalityId": format!("mun_{}", "0".repeat(32)) });
        assert_eq!(asked(nowhere).await, rule("NOT_FOUND", "municipalityId"));
        let stale = json!({ "expectedVersion": 7, "intensity": "INTENSIVE" });
        assert_eq!(asked(stale).await, rule("VERSION_STALE", "expectedVersion"));
        for unchanged in [json!({}), json!({ "intensity": "STANDARD", "unit": null, "gender": null })] {
            assert_eq!(asked(unchanged).await, rule("NOTHING_TO_CORRECT", ""));
        }
        assert!(told(&user, &case["id"], "caseCorrect").await.is_empty());
        assert!(asked(json!({ "intensity": "INTENSIVE" })).await.is_empty());
    }

    async fn a_value_that_left_its_list_may_stay_and_does_not_come_back(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, administrator) = (app.user(CENTRAL).await, app.administrator().await);
        let value = json!({ "list": "NATIONALITY_GROUP", "code": "MUSTERLAND", "labelDe": "Musterland",
            "labelEn": "Musterland", "validFrom": "2023-01-01" });
        let entry = done(&administrator, "codeListEntrySet", value, "codeListEntry { id }").await;
        let opened = open_case(&user, erika(), json!({ "nationalityGroup": "MUSTERLAND" })).await;
        let case = opened.payload()["case"]["id"].clone();
        let end = json!({ "codeListEntryId": entry["id"], "validUntil": "2023-06-01" });
        done(&administrator, "codeListEntryEnd", end, "codeListEntry { id }").await;
        let input = |group: &str| json!({ "caseId": case, "intensity": "INTENSIVE", "nationalityGroup": group });
        for group in ["MUSTERLAND", "UKRAINE"] {
            let corrected = done(&user, "caseCorrect", input(group), "case { nationalityGroup }").await;
            assert_eq!(corrected["nationalityGroup"], group);
        }
        let answer = command(&user, "caseCorrect", input("MUSTERLAND"), "case { id }").await;
        assert_eq!(answer.rules(), rule("CODE_UNKNOWN", "nationalityGroup"));
    }

    async fn the_history_tells_what_a_case_said_before_to_those_who_see_the_case(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let (here, there) = (municipality(&user, "Coesfeld").await, municipality(&user, "Dülmen").await);
        let input = json!({ "caseId": case["id"], "intensity": "INTENSIVE", "municipalityId": there });
        command_for(&user, "caseCorrect", input, "case { id }", Some("verwechselt")).await;
        for (reader, reason) in [(&user, json!("verwechselt")), (&app.supervisor().await, Value::Null)] {
            let told = told(reader, &case["id"], "caseCorrect").await;
            assert_eq!(told.len(), 1);
            assert_eq!(told[0]["reason"], reason);
            let changes = told[0]["changes"].as_array().unwrap();
            let fields: Vec<&str> = changes.iter().map(|change| change["field"].as_str().unwrap()).collect();
            assert_eq!(fields, ["intensity", "municipality_id", "version"]);
            assert_eq!(changes[0], json!({ "field": "intensity", "before": "\"STANDARD\"", "after": "\"INTENSIVE\"" }));
            let details: Value = serde_json::from_str(told[0]["details"].as_str().unwrap()).unwrap();
            assert_eq!(details, json!({ "municipality": { "before": here, "after": there } }));
        }
        let stranger = app.user(MUNICIPAL).await.send(HISTORY, json!({ "id": case["id"] })).await;
        assert_eq!(stranger.data(), &json!({ "case": null }));
    }

    async fn a_corrected_contact_reads_anew_and_the_history_keeps_what_it_said(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let work = work(&user, &case["id"], "ALT").await;
        let contact = json!({ "contactId": work.contact });
        let input = with(contact.clone(), &json!({ "expectedVersion": 1, "heldOn": "2023-05-30", "channel": "TELEPHONE",
            "partner": "INSTITUTION", "minutes": null, "interpreterUsed": false, "note": " NEUGESPRAECH " }));
        assert_eq!(
            done(&user, "contactCorrect", input.clone(), CONTACT).await,
            json!({ "heldOn": "2023-05-30", "channel": "TELEPHONE", "partner": "INSTITUTION", "minutes": null,
                "interpreterUsed": false, "note": "NEUGESPRAECH", "version": 2, "correctedBy": "Clara Casemanagement-Muster" })
        );
        let stale = command(&user, "contactCorrect", input, "contact { id }").await;
        assert_eq!(stale.rules(), rule("VERSION_STALE", "expectedVersion"));
        // What is left out stays.
        let again = done(&user, "contactCorrect", with(contact.clone(), &json!({ "minutes": 30 })), CONTACT).await;
        assert_eq!((&again["minutes"], &again["channel"], &again["note"]), (&json!(30), &json!("TELEPHONE"), &json!("NEUGESPRAECH")));
        for (wrong, code, path) in [
            (json!({ "heldOn": "2023-06-02" }), "DATE_OUT_OF_RANGE", "heldOn"),
            (json!({ "minutes": 0 }), "MINUTES_OUT_OF_RANGE", "minutes"),
            (json!({ "note": " " }), "TEXT_EMPTY", "note"),
            (json!({ "channel": "TELEPHONE", "minutes": 30 }), "NOTHING_TO_CORRECT", ""),
        ] {
            let answer = command(&user, "contactCorrect", with(contact.clone(), &wrong), "contact { id }").await;
            assert_eq!(answer.rules(), rule(code, path));
        }
        let input = with(contact, &json!({ "note": null }));
        assert_eq!(done(&user, "contactCorrect", input, CONTACT).await["note"], Value::Null);

        let texts = |nodes: &[Value]| nodes.iter().map(|node| node["texts"].clone()).collect::<Vec<_>>();
        let own = told(&user, &case["id"], "contact").await;
        assert_eq!(texts(&own), [
            json!([{ "kind": "CONTACT_NOTE", "text": null }]),
            json!([]),
            json!([{ "kind": "CONTACT_NOTE", "text": "NEUGESPRAECH" }]),
            json!([{ "kind": "CONTACT_NOTE", "text": "ALTGESPRAECH" }]),
        ]);
        // Supervisors see how it took place, then and now, and no words.
        let centre = told(&app.supervisor().await, &case["id"], "contact").await;
        assert!(texts(&centre).iter().all(|texts| *texts == json!([])), "{centre:?}");
        let channel = json!({ "field": "channel", "before": "\"HOME_VISIT\"", "after": "\"TELEPHONE\"" });
        assert!(centre[2]["changes"].as_array().unwrap().contains(&channel), "{centre:?}");
    }

    async fn what_a_contact_said_before_and_after_its_correction_is_erased_with_the_person(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, officer) = (app.user(CENTRAL).await, app.user("datenschutz@kreis-coesfeld.example").await);
        let case = known(&user).await;
        let work = work(&user, &case["id"], "MARK").await;
        let input = json!({ "contactId": work.contact, "note": "MARKBERICHTIGT" });
        command_for(&user, "contactCorrect", input, "contact { id }", Some("MARKGRUND")).await;
        let words = async || Value::from(told(&user, &case["id"], "contact").await).to_string();
        let before = words().await;
        for word in ["MARKGESPRAECH", "MARKBERICHTIGT", "MARKGRUND"] {
            assert!(before.contains(word), "{word}: {before}");
        }
        let close = json!({ "caseId": case["id"], "closureReason": "CLIENT_WISH" });
        done(&user, "caseClose", close, "case { id }").await;
        let propose = json!({ "clientId": case["client"]["id"], "ground": "REQUEST" });
        let erasure = done(&user, "erasurePropose", propose, "erasure { id }").await;
        for step in ["erasureOfferToArchive", "erasureApprove"] {
            done(&officer, step, json!({ "erasureId": erasure["id"] }), "erasure { id }").await;
        }
        let after = words().await;
        assert!(after.contains("contactCorrect") && !after.contains("MARK"), "{after}");
        let seen = user.send(ALL, json!({ "id": case["id"] })).await;
        assert_eq!(seen.data()["case"]["contacts"]["nodes"][0]["note"], Value::Null);
    }
}
