//! Rights of the person: extract, restriction, erasure, and how long records are kept.

use super::*;
use crate::tables::Tables;

const OFFICER: &str = "datenschutz@kreis-coesfeld.example";
const ERASURE: &str = "erasure { id status dueOn proposedBy proof { keyFingerprint erasedTexts }
    availableSteps { name allowed blockedBy { code } } }";

/// Tables that name a client or a case and are none of a person's data, or are told in another way.
const NOT_IN_THE_EXTRACT: [(&str, &str); 4] = [
    ("client_key", "the key itself"),
    ("client_term", "made from the name"),
    ("duplicate_verdict", "tells of another person as well"),
    ("client", "the record itself, told as the section client"),
];

async fn extract(user: &Client, client: &Value) -> Value {
    let answer = user.send("query($id: ID!) { clientExtract(id: $id) { json html } }", json!({ "id": client })).await;
    answer.data()["clientExtract"].clone()
}

async fn erasure_step(user: &Client, name: &str, erasure: &Value, reason: Option<&str>) -> Answer {
    command_for(user, name, json!({ "erasureId": erasure }), ERASURE, reason).await
}

async fn closed_case(user: &Client, more: Value) -> Value {
    let case = open_case(user, erika(), more).await.payload()["case"].clone();
    let close = json!({ "caseId": case["id"], "closureReason": "GOALS_REACHED" });
    assert_eq!(command(user, "caseClose", close, "case { id }").await.user_errors(), Vec::<&str>::new());
    case
}

both_databases! {
    async fn the_extract_tells_all_that_is_on_record_and_who_read_it(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let client = &case["client"]["id"];
        command_for(&user, "casePause", json!({ "caseId": case["id"] }), "case { id }", Some("im Krankenhaus")).await;
        name_in_case(&user, &case["id"]).await;
        let made = extract(&user, client).await;
        let page = made["html"].as_str().unwrap();
        for expected in [
            "Musterfrau", "Erika Olena", "1985-03-14", "Musterweg 7", "erika@muster.example", case["reference"].as_str().unwrap(),
            "Führen der Fallakte", "schriftlich", "Clara Casemanagement-Muster", "Fallarbeit", "im Krankenhaus", "Kreis Coesfeld",
        ] {
            assert!(page.contains(expected), "{expected} is not on the page");
        }
        let data: Value = serde_json::from_str(made["json"].as_str().unwrap()).unwrap();
        let section = |name: &str| {
            let sections = data["sections"].as_array().unwrap();
            sections.iter().find(|section| section["name"] == name).unwrap()["records"].as_array().unwrap().len()
        };
        assert_eq!((section("identity"), section("cases"), section("consents")), (8, 1, 1));
        assert!(section("accesses") >= 1 && section("events") >= 3);
        // The extract itself is a look at the data, and stands in the next one.
        let again = extract(&user, client).await;
        assert!(again["html"].as_str().unwrap().contains("Rechte der betroffenen Person"));
        assert!(extract(&app.user(MUNICIPAL).await, client).await.is_null());
        let refused = app.supervisor().await.send("query($id: ID!) { clientExtract(id: $id) { json } }", json!({ "id": client })).await;
        assert_eq!(refused.code(), "FORBIDDEN");
    }

    async fn every_table_that_names_a_client_or_a_case_is_told_in_the_extract(db: TestDatabase) {
        let mut tables = Tables::open(db.url()).await;
        let list = match &tables {
            Tables::Sqlite(_) => "SELECT group_concat(DISTINCT m.name) FROM sqlite_master m JOIN pragma_table_info(m.name) c
                WHERE m.type = 'table' AND (c.name LIKE '%client_id' OR c.name = 'case_id' OR m.name IN ('client', 'case_file'))",
            Tables::Postgres(_) => "SELECT string_agg(DISTINCT table_name::text, ',') FROM information_schema.columns
                WHERE table_schema = 'public' AND (column_name LIKE '%client_id' OR column_name = 'case_id'
                OR table_name IN ('client', 'case_file'))",
        };
        let mut found: Vec<String> = tables.text(list).await.split(',').map(str::to_owned).collect();
        found.retain(|table| !NOT_IN_THE_EXTRACT.iter().any(|(known, _)| known == table));
        found.sort();
        assert_eq!(found, kim::store::casework::extract::TABLES, "tell it in src/store/casework/extract.rs");
    }

    async fn a_restricted_client_opens_for_nobody_but_the_extract_is_still_given(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let client = &case["client"]["id"];
        let input = json!({ "clientId": client });
        assert_eq!(command(&user, "clientRestrict", input.clone(), "client { id }").await.user_errors(), ["REASON_NEEDED"]);
        let restricted = command_for(&user, "clientRestrict", input.clone(), "client { status restrictedAt }", Some("bestreitet die Angaben")).await;
        assert_eq!(restricted.payload()["client"]["status"], "RESTRICTED", "{restricted:?}");
        assert!(name_in_case(&user, &case["id"]).await.is_null());
        let found = user.query("{ clientSearch(names: \"Musterfrau\") { nodes { fit } } }").await;
        assert_eq!(found.data()["clientSearch"]["nodes"].as_array().unwrap().len(), 1, "only the child is found");
        let correct = json!({ "clientId": client, "address": "Neuer Weg" });
        assert_eq!(command(&user, "clientCorrect", correct, "client { id }").await.user_errors(), ["CLIENT_RESTRICTED"]);
        assert!(extract(&user, client).await["html"].as_str().unwrap().contains("Musterfrau"));
        let lifted = command_for(&user, "clientLiftRestriction", input, "client { status }", Some("geklärt")).await;
        assert_eq!(lifted.payload()["client"]["status"], "ACTIVE");
        assert_eq!(name_in_case(&user, &case["id"]).await, "Musterfrau");
    }

    async fn an_erasure_needs_two_persons_and_the_archive_and_leaves_nothing_readable(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, officer) = (app.user(CENTRAL).await, app.user(OFFICER).await);
        let case = known(&user).await;
        let client = &case["client"]["id"];
        let propose = json!({ "clientId": client, "ground": "REQUEST" });
        assert_eq!(command(&user, "erasurePropose", propose.clone(), ERASURE).await.user_errors(), ["CASE_STILL_OPEN"]);
        let close = json!({ "caseId": case["id"], "closureReason": "CLIENT_WISH" });
        command_for(&user, "caseClose", close, "case { id }", Some("MARKGRUND")).await;
        let early = json!({ "clientId": client, "ground": "RETENTION_EXPIRED" });
        assert_eq!(command(&user, "erasurePropose", early, ERASURE).await.user_errors(), ["ERASURE_NOT_YET_DUE"]);
        let proposed = command(&user, "erasurePropose", propose.clone(), ERASURE).await;
        let erasure = proposed.payload()["erasure"]["id"].clone();
        assert_eq!(command(&user, "erasurePropose", propose, ERASURE).await.user_errors(), ["ERASURE_PENDING"]);
        assert_eq!(erasure_step(&user, "erasureApprove", &erasure, None).await.code(), "FORBIDDEN");
        assert_eq!(erasure_step(&officer, "erasureApprove", &erasure, None).await.user_errors(), ["TRANSITION_NOT_ALLOWED"]);
        let offered = erasure_step(&officer, "erasureOfferToArchive", &erasure, None).await;
        assert_eq!(offered.payload()["erasure"]["status"], "ARCHIVE_OFFERED");
        let done = erasure_step(&officer, "erasureApprove", &erasure, Some("Verlangen vom 1. Juni")).await;
        let record = &done.payload()["erasure"];
        assert_eq!(record["status"], "CARRIED_OUT", "{done:?}");
        assert_eq!(record["proof"]["keyFingerprint"].as_str().unwrap().len(), 64);
        assert_eq!(record["proof"]["erasedTexts"], 8);

        let seen = user
            .send("query($id: ID!) { case(id: $id) { status client { status identity { familyName } } history { nodes { reason texts { text } } } } }",
                json!({ "id": case["id"] }))
            .await;
        assert_eq!(seen.data()["case"]["client"], json!({ "status": "ERASED", "identity": { "familyName": null } }));
        assert!(!seen.body.to_string().contains("MARKGRUND"), "the log keeps no reason that a person could read");
        let found = user.query("{ clientSearch(names: \"Erika Olena\") { nodes { fit } } }").await;
        assert_eq!(found.data()["clientSearch"]["nodes"], json!([]));
        let page = extract(&user, client).await["html"].as_str().unwrap().to_owned();
        assert!(!page.contains("Musterfrau") && !page.contains("MARKGRUND"));
        let reopen = json!({ "caseId": case["id"] });
        assert_eq!(command_for(&user, "caseReopen", reopen, "case { id }", Some("doch")).await.user_errors(), ["CLIENT_ERASED"]);
        let mut tables = Tables::open(app.db.url()).await;
        let id = tables.id(entity::ids::Identifier::uuid(
            <entity::ids::ClientId as entity::ids::Identifier>::parse(client.as_str().unwrap()).unwrap(),
        ));
        for table in ["client_key", "client_term", "sealed_text"] {
            assert_eq!(tables.number(&format!("SELECT count(*) FROM {table} WHERE client_id = {id}")).await, 0, "{table}");
        }
    }

    async fn nobody_approves_what_nobody_or_oneself_proposed(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let officer = app.user(OFFICER).await;
        let case = closed_case(&user, json!({})).await;
        app.clock.advance(chrono::Duration::days(190));
        assert_eq!(app.app.retention_job().look().await.unwrap(), 1, "an enquiry is kept for six months");
        assert_eq!(app.app.retention_job().look().await.unwrap(), 0, "it is proposed once");
        let officer = { drop(officer); app.user(OFFICER).await };
        let listed = officer.query(&format!("{{ erasures(statusIn: [PROPOSED]) {{ nodes {{ clientId client {{ id }} {} }} }} }}", "id proposedBy")).await;
        let found = listed.data()["erasures"]["nodes"][0].clone();
        assert_eq!(found["clientId"], case["client"]["id"]);
        assert!(found["client"].is_null() && found["proposedBy"].is_null(), "{listed:?}");
        erasure_step(&officer, "erasureOfferToArchive", &found["id"], None).await;
        assert_eq!(erasure_step(&officer, "erasureApprove", &found["id"], None).await.user_errors(), ["FOUR_EYES"]);
        let user = { drop(user); app.user(CENTRAL).await };
        let take_up = json!({ "clientId": case["client"]["id"], "ground": "RETENTION_EXPIRED" });
        let taken = command(&user, "erasurePropose", take_up, ERASURE).await;
        assert_eq!(taken.payload()["erasure"]["proposedBy"], "Clara Casemanagement-Muster", "{taken:?}");
        let done = erasure_step(&officer, "erasureApprove", &found["id"], None).await;
        assert_eq!(done.payload()["erasure"]["status"], "CARRIED_OUT", "{done:?}");
    }

    async fn what_is_kept_how_long_is_a_dated_rule(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, administrator) = (app.user(CENTRAL).await, app.administrator().await);
        closed_case(&user, json!({})).await;
        let rules = "{ retentionRules(first: 100) { nodes { class months validFrom validUntil } } }";
        assert_eq!(user.query(rules).await.data()["retentionRules"]["nodes"].as_array().unwrap().len(), 4);
        let longer = json!({ "class": "ENQUIRY", "months": 12, "afterYearEnd": false, "source": "Dienstanweisung", "validFrom": "2023-09-01" });
        let set = command(&administrator, "retentionRuleSet", longer, "retentionRule { months }").await;
        assert_eq!(set.payload()["retentionRule"]["months"], 12, "{set:?}");
        app.clock.advance(chrono::Duration::days(190));
        assert_eq!(app.app.retention_job().look().await.unwrap(), 0, "the longer rule holds by then");
        app.clock.advance(chrono::Duration::days(190));
        assert_eq!(app.app.retention_job().look().await.unwrap(), 1);
        let bad = json!({ "class": "ENQUIRY", "months": -1, "afterYearEnd": false, "source": " " });
        let administrator = app.administrator().await;
        let refused = command(&administrator, "retentionRuleSet", bad, "retentionRule { months }").await;
        assert_eq!(refused.user_errors(), ["MONTHS_OUT_OF_RANGE", "TEXT_EMPTY"]);
    }

    async fn reads_are_forgotten_when_their_time_is_over(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        name_in_case(&user, &case["id"]).await;
        let count = async || Tables::open(app.db.url()).await.count("access_log").await;
        app.clock.advance(chrono::Duration::days(700));
        app.app.retention_job().look().await.unwrap();
        assert!(count().await >= 1);
        app.clock.advance(chrono::Duration::days(40));
        app.app.retention_job().look().await.unwrap();
        assert_eq!(count().await, 0);
    }
}
