//! Imports of cases: row by row, exactly once, resumed after any end, and open to nobody who may not.

use serde_json::{Value, json};

use crate::app::{Client, TestApp};
use crate::databases::{TestDatabase, both_databases};
use crate::tables::Tables;

mod files;
mod readers;
mod resumption;

pub const CENTRAL: &str = "case.management@kreis-coesfeld.example";
pub const MUNICIPAL: &str = "case.management@stadt-coesfeld.example";

/// A list of cases with identities, one row for each external id.
pub fn list(ids: impl IntoIterator<Item = String>) -> String {
    let mut list = "externalId,municipality,familyName,givenNames,birthDate,openedOn,phase\n".to_owned();
    for id in ids {
        list.push_str(&format!("{id},Senden,Muster-{id},Olena,1985-03-14,2023-02-01,PLANNING\n"));
    }
    list
}

/// What the server answered to a file.
#[derive(Debug)]
pub struct Sent {
    pub status: u16,
    pub body: Value,
}

impl Sent {
    /// The outcomes of the rows, in their order.
    pub fn outcomes(&self) -> Vec<&str> {
        let rows = self.body["rows"].as_array().unwrap_or_else(|| panic!("{self:?}"));
        rows.iter().map(|row| row["outcome"].as_str().unwrap()).collect()
    }

    /// The counts of the run: created, known, refused.
    pub fn counts(&self) -> [i64; 3] {
        ["createdCount", "knownCount", "refusedCount"].map(|name| self.body["run"][name].as_i64().unwrap())
    }

    /// The codes of the errors of the file, or of the request.
    pub fn codes(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().unwrap_or_else(|| panic!("{self:?}"));
        let code = |error: &Value| error["code"].as_str().is_some();
        errors
            .iter()
            .map(|error| if code(error) { &error["code"] } else { &error["extensions"]["code"] })
            .map(|code| code.as_str().unwrap())
            .collect()
    }
}

/// Sends a file of this content type.
pub async fn send_as(app: &TestApp, user: &Client, query: &str, kind: &str, body: impl Into<reqwest::Body>) -> Sent {
    let mut request = reqwest::Client::new().post(app.url(&format!("/import/cases{query}"))).body(body);
    request = request.header("content-type", kind);
    if let Some(token) = &user.token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    Sent { status, body: serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status} {text}")) }
}

/// Sends a list.
pub async fn send(app: &TestApp, user: &Client, query: &str, list: impl Into<String>) -> Sent {
    send_as(app, user, query, "text/csv", list.into()).await
}

/// How many cases there are.
pub async fn cases(app: &TestApp) -> i64 {
    Tables::open(app.db.url()).await.count("case_file").await
}

both_databases! {
    async fn each_row_becomes_a_case_or_is_refused_on_its_own(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(MUNICIPAL).await;
        let rows = "Fremdschlüssel;Kommune;Nachname;Vorname;Geburtsdatum;Eröffnet am;Phase;Einwilligung am;Form der Einwilligung;Rechtsgrundlage\n\
            A1;Stadt Coesfeld;Musterfrau;Erika;14.03.1985;01.02.2023;Hilfeplanung;1.2.2023;schriftlich;\n\
            A2;Entenhausen;Duck;Donald;;;;;;\n\
            A3;5558044;;;;;;;;\n\
            A4;Senden;Muster;Max;31.02.1985;;;;;\n\
            A5;Senden;Muster;Max;;;;;;Einwilligung\n";
        let sent = send(&app, &user, "", rows).await;
        assert_eq!(sent.status, 200, "{sent:#?}");
        assert_eq!(sent.outcomes(), ["CREATED", "REFUSED", "CREATED", "REFUSED", "REFUSED"]);
        assert_eq!(sent.counts(), [2, 0, 3]);
        assert_eq!(sent.body["run"]["status"], "DONE");
        let rows = &sent.body["rows"];
        assert_eq!(rows[1]["line"], 3);
        assert_eq!(rows[1]["errors"][0]["message"], "„Entenhausen“ ist keine Kommune dieses Kreises. Den Namen oder den achtstelligen Gemeindeschlüssel angeben.");
        assert_eq!(rows[1]["errors"][0]["path"], json!(["municipality"]));
        assert_eq!(rows[3]["errors"][0]["code"], "IMPORT_DATE_UNREADABLE");
        assert_eq!(rows[4]["errors"][0]["code"], "CONSENT_NEEDED");
        let query = "query($id: ID!) { case(id: $id) { reference openedOn phase phaseSince lead { displayName }
            municipality { name } client { legalBasis identity { familyName birthDate } consents { nodes { scope givenOn language } } }
            phaseChanges { nodes { previousPhase phase changedOn } }
            history { nodes { command details } } } }";
        let answer = user.send(query, json!({ "id": rows[0]["caseId"] })).await;
        let case = &answer.data()["case"];
        assert_eq!(case["reference"], "2023-0001");
        assert_eq!((&case["openedOn"], &case["phase"]), (&json!("2023-02-01"), &json!("PLANNING")));
        assert_eq!(case["phaseSince"], "2023-06-01");
        assert_eq!(case["lead"]["displayName"], "Cem Casemanagement-Muster");
        assert_eq!(case["municipality"]["name"], "Coesfeld");
        assert_eq!(case["client"]["legalBasis"], "CONSENT_6_1_A");
        assert_eq!(case["client"]["identity"], json!({ "familyName": "Musterfrau", "birthDate": "1985-03-14" }));
        let consent = json!([{ "scope": "CASE_RECORD", "givenOn": "2023-02-01", "language": "und" }]);
        assert_eq!(case["client"]["consents"]["nodes"], consent);
        assert_eq!(case["phaseChanges"]["nodes"], json!([{ "previousPhase": null, "phase": "PLANNING", "changedOn": "2023-06-01" }]));
        assert_eq!(case["history"]["nodes"].as_array().unwrap().len(), 1);
        assert_eq!(case["history"]["nodes"][0]["command"], "caseImport");
        let answer = user.send(query, json!({ "id": rows[2]["caseId"] })).await;
        assert_eq!(answer.data()["case"]["municipality"]["name"], "Senden");
        // Whoever is found by name is found although the case came from a file.
        let found = user.query("{ clientSearch(names: \"Musterfrau\") { nodes { client { identity { givenNames } } } } }").await;
        assert_eq!(found.data()["clientSearch"]["nodes"][0]["client"]["identity"]["givenNames"], "Erika");
    }

    async fn the_same_file_again_makes_no_case_again(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(MUNICIPAL).await;
        let rows = list((1..=5).map(|number| format!("A{number}")));
        let first = send(&app, &user, "", rows.clone()).await;
        assert_eq!(first.counts(), [5, 0, 0], "{first:#?}");
        let second = send(&app, &user, "", rows.clone()).await;
        assert_eq!(second.counts(), [0, 5, 0], "{second:#?}");
        let ids = |sent: &Sent| -> Vec<Value> {
            sent.body["rows"].as_array().unwrap().iter().map(|row| row["caseId"].clone()).collect()
        };
        assert_eq!(ids(&first), ids(&second));
        // A corrected and longer file brings what is new.
        let third = send(&app, &user, "", list((4..=7).map(|number| format!("A{number}")))).await;
        assert_eq!(third.outcomes(), ["KNOWN", "KNOWN", "CREATED", "CREATED"]);
        assert_eq!(cases(&app).await, 7);
    }

    async fn a_dry_run_tries_every_row_and_stores_nothing_but_its_report(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(MUNICIPAL).await;
        let rows = format!("{}A3,Entenhausen,,,,,\n", list((1..=2).map(|number| format!("A{number}"))));
        let mut tables = Tables::open(app.db.url()).await;
        app.seal().await;
        let mut before = Vec::new();
        for table in ["case_file", "client", "client_key", "client_term", "sealed_text", "event", "consent"] {
            before.push((table, tables.count(table).await));
        }
        let checked = send(&app, &user, "?dryRun=true", rows.clone()).await;
        assert_eq!(checked.outcomes(), ["WOULD_CREATE", "WOULD_CREATE", "REFUSED"], "{checked:#?}");
        assert_eq!(checked.body["run"]["status"], "CHECKED");
        assert_eq!(checked.body["rows"][0]["caseId"], Value::Null);
        for (table, count) in before {
            assert_eq!(tables.count(table).await, count, "{table}");
        }
        let imported = send(&app, &user, "", rows).await;
        assert_eq!(imported.outcomes(), ["CREATED", "CREATED", "REFUSED"], "{imported:#?}");
        // Somebody who is imported after a first dry run is found: the key of the index is the one that was stored.
        let found = user.query("{ clientSearch(names: \"Muster-A1\") { nodes { client { id } } } }").await;
        assert!(!found.data()["clientSearch"]["nodes"].as_array().unwrap().is_empty());
    }

    async fn external_ids_are_unique_in_their_source_or_else_for_each_case_manager(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let rows = || list(["1".to_owned()]);
        assert_eq!(send(&app, &central, "", rows()).await.outcomes(), ["CREATED"]);
        assert_eq!(send(&app, &municipal, "", rows()).await.outcomes(), ["CREATED"], "a list of somebody else's");
        assert_eq!(send(&app, &central, "?source=jobsys", rows()).await.outcomes(), ["CREATED"]);
        assert_eq!(send(&app, &municipal, "?source=JobSys", rows()).await.outcomes(), ["KNOWN"], "the same system");
        let sent = send(&app, &municipal, "?source=zwei%20worte", rows()).await;
        assert_eq!((sent.status, sent.codes()), (422, vec!["IMPORT_SOURCE_MALFORMED"]));
    }

    async fn nothing_of_a_file_is_readable_in_the_database(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(MUNICIPAL).await;
        let rows = "externalId,municipality,familyName,address,contact,unit\n\
            MARKID1,Senden,MARKNAME,MARKWEG 1,MARKKONTAKT,PERSON\n\
            MARKID2,Senden,MARKNAME,,,MARKUNIT\n\
            MARKID3,MARKORT,MARKNAME,,,PERSON\n";
        let sent = send(&app, &user, "", rows).await;
        assert_eq!(sent.outcomes(), ["CREATED", "REFUSED", "REFUSED"], "{sent:#?}");
        assert!(sent.body.to_string().contains("MARKUNIT"), "the sender is told what was wrong");
        let everything = Tables::open(app.db.url()).await.everything(app.db.url()).await;
        assert!(everything.contains("caseImport"), "the search looks at the right place");
        for mark in ["MARKID", "MARKNAME", "MARKWEG", "MARKKONTAKT", "MARKUNIT", "MARKORT"] {
            assert!(!everything.contains(mark), "{mark} is readable in the database");
        }
        let query = "query($run: ID!) { importRows(runId: $run) { nodes { line outcome userErrors { code path message } } } }";
        let answer = user.send(query, json!({ "run": sent.body["run"]["id"] })).await;
        let told = &answer.data()["importRows"]["nodes"][1]["userErrors"][0];
        assert_eq!(told["message"], "„…“ ist hier nicht möglich. Möglich sind: PERSON, HOUSEHOLD.");
        assert!(!answer.body.to_string().contains("MARK"));
    }
}
