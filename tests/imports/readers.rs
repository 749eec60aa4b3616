//! Who may import, for whom, and who sees what became of it.

use entity::codes::Role;
use entity::ids::Identifier;

use super::*;
use crate::access::world::Place;

both_databases! {
    async fn only_case_managers_and_partner_systems_import(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let rows = || list(["1".to_owned()]);
        for other in [app.supervisor().await, app.coordinator().await, app.employer().await, app.administrator().await] {
            let sent = send(&app, &other, "", rows()).await;
            assert_eq!((sent.status, sent.codes()), (403, vec!["FORBIDDEN"]));
        }
        // The partner system of the demo has no scope for it.
        let system = app.user("fachverfahren@stadt-duelmen.example").await;
        assert_eq!(send(&app, &system, "", rows()).await.codes(), ["FORBIDDEN"]);
        let sent = send(&app, &app.nobody(), "", rows()).await;
        assert_eq!((sent.status, sent.codes()), (401, vec!["UNAUTHENTICATED"]));
        let mut broken = app.nobody();
        broken.token = Some("broken".to_owned());
        assert_eq!(send(&app, &broken, "", rows()).await.status, 401);
        assert_eq!(cases(&app).await, 0);
    }

    async fn a_case_manager_imports_own_cases_and_nobody_elses(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(MUNICIPAL).await;
        let rows = format!(
            "externalId,municipality,lead\n1,Senden,\n2,Senden,{MUNICIPAL}\n3,Senden,Cem Casemanagement-Muster\n\
             4,Senden,{CENTRAL}\n5,Senden,Clara Casemanagement-Muster\n6,Senden,Niemand\n"
        );
        let sent = send(&app, &user, "", rows).await;
        let expected = ["CREATED", "CREATED", "CREATED", "REFUSED", "REFUSED", "REFUSED"];
        assert_eq!(sent.outcomes(), expected, "{sent:#?}");
        // Who exists elsewhere and who does not is told in the same words.
        let told = |row: usize| sent.body["rows"][row]["errors"][0]["code"].as_str().unwrap();
        assert_eq!([told(3), told(4), told(5)], ["IMPORT_LEAD_UNKNOWN"; 3]);
    }

    async fn the_extract_of_an_imported_person_tells_where_the_data_came_from(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(MUNICIPAL).await;
        let sent = send(&app, &user, "", super::list(["A-1".to_owned()])).await;
        assert_eq!(sent.outcomes(), ["CREATED"], "{sent:#?}");
        let cases = user.query("{ cases { nodes { reference client { id } } } }").await;
        let case = &cases.data()["cases"]["nodes"][0];
        let extract = "query($id: ID!) { clientExtract(id: $id) { json } }";
        let made = user.send(extract, json!({ "id": case["client"]["id"] })).await;
        let told: Value = serde_json::from_str(made.data()["clientExtract"]["json"].as_str().unwrap()).unwrap();
        let imports = told["sections"].as_array().unwrap().iter().find(|section| section["name"] == "imports").unwrap();
        let expected = json!([{ "reference": case["reference"], "imported_at": "2023-06-01T08:00:00Z", "source": "eine Datei" }]);
        assert_eq!(imports["records"], expected);
    }

    async fn a_partner_system_imports_for_the_case_managers_of_its_organisation(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let place = Place::demo(&app).await;
        let data = app.coordinator().await.query("{ organisations(first: 100) { nodes { id name } } }").await;
        let organisations = data.data()["organisations"]["nodes"].as_array().unwrap().clone();
        let town = organisations.iter().find(|row| row["name"] == "Stadt Coesfeld").unwrap();
        let account = place.account("fachverfahren@stadt-coesfeld.example", "Fachverfahren").await;
        place.grant(account, Role::Integration, Identifier::parse(town["id"].as_str().unwrap()).unwrap()).await;
        let system = app.user("fachverfahren@stadt-coesfeld.example").await;
        let rows = format!(
            "externalId,municipality,lead,familyName\n1,Senden,{MUNICIPAL},Muster\n2,Senden,,Muster\n3,Senden,{CENTRAL},Muster\n"
        );
        let sent = send(&app, &system, "?source=fachverfahren", rows).await;
        assert_eq!(sent.outcomes(), ["CREATED", "REFUSED", "REFUSED"], "{sent:#?}");
        assert_eq!(sent.body["rows"][1]["errors"][0]["code"], "IMPORT_CELL_MISSING");
        let id = &sent.body["rows"][0]["caseId"];
        let query = "query($id: ID!) { case(id: $id) { client { identity { familyName } } } }";
        let seen = app.user(MUNICIPAL).await.send(query, json!({ "id": id })).await;
        assert_eq!(seen.data()["case"]["client"]["identity"]["familyName"], "Muster");
        // Who brought a case does not get to see it.
        assert_eq!(system.send(query, json!({ "id": id })).await.code(), "FORBIDDEN");
        let own = system.query("{ importRuns { nodes { source createdCount refusedCount } } }").await;
        let expected = json!([{ "source": "fachverfahren", "createdCount": 1, "refusedCount": 2 }]);
        assert_eq!(own.data()["importRuns"]["nodes"], expected);
    }

    async fn what_became_of_an_import_is_seen_by_who_sent_it_only(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(MUNICIPAL).await;
        let sent = send(&app, &user, "", format!("{}A3,Entenhausen,,,,,\n", list(["A1".to_owned()]))).await;
        let run = &sent.body["run"]["id"];
        let query = "query($run: ID!) { node(id: $run) { id } importRun(id: $run) { status rowCount finishedAt }
            importRows(runId: $run, outcomeIn: [REFUSED]) { nodes { line outcome caseId userErrors { code path } } } }";
        let own = user.send(query, json!({ "run": run })).await;
        assert_eq!(own.data()["node"]["id"], *run);
        assert_eq!(own.data()["importRun"]["rowCount"], 2);
        let expected = json!([{ "line": 3, "outcome": "REFUSED", "caseId": null,
            "userErrors": [{ "code": "IMPORT_MUNICIPALITY_UNKNOWN", "path": ["municipality"] }] }]);
        assert_eq!(own.data()["importRows"]["nodes"], expected);
        let other = app.user(CENTRAL).await.send(query, json!({ "run": run })).await;
        assert_eq!(other.data(), &json!({ "node": null, "importRun": null, "importRows": { "nodes": [] } }));
        let centre = app.supervisor().await.send("query($run: ID!) { node(id: $run) { id } }", json!({ "run": run })).await;
        assert_eq!(centre.data(), &json!({ "node": null }));
    }
}
