//! Consent decides: what it releases opens, what it no longer covers is closed at once on every path.

use super::*;
use crate::tables::Tables;

const ALL_TEXTS: &str = "query($id: ID!) { case(id: $id) { client { id identity { familyName address } }
    history { nodes { reason texts { kind text } } } } }";

/// A release to the integration centre.
fn release(client: &Value, centre: &Value, classes: &[&str]) -> Value {
    json!({ "clientId": client, "scope": "SUPERVISION_IDENTIFIED", "recipientOrganisationId": centre,
        "dataClasses": classes, "form": "WRITTEN", "language": "uk", "purpose": "Fachaufsicht über MARKZWECK" })
}

async fn centre(user: &Client) -> Value {
    let answer = user.query("{ organisations(first: 100) { nodes { id kind } } }").await;
    let nodes = answer.data()["organisations"]["nodes"].as_array().unwrap().clone();
    nodes.into_iter().find(|node| node["kind"] == "INTEGRATION_CENTRE").unwrap()["id"].clone()
}

/// Records a consent that nothing stands in the way of; its id.
async fn given(user: &Client, input: Value) -> Value {
    let answer = command(user, "consentRecord", input, "consent { id }").await;
    assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{answer:?}");
    answer.payload()["consent"]["id"].clone()
}

/// How many recipients were told that something was revoked.
async fn told(app: &TestApp) -> i64 {
    Tables::open(app.db.url()).await.count("notice WHERE kind = 'CONSENT_REVOKED'").await
}

both_databases! {
    async fn with_the_consent_to_the_record_all_releases_end_for_good_whatever_the_record_rests_on(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let centre = centre(&user).await;
        let mut clients = Vec::new();
        for basis in ["PUBLIC_TASK_6_1_E", "CONSENT_6_1_A"] {
            let more = json!({ "legalBasis": basis, "consent": { "form": "ORAL", "language": "ar" } });
            let case = open_case(&user, erika(), more).await.payload()["case"].clone();
            let (client, record) = (&case["client"]["id"], &case["client"]["consents"]["nodes"][0]["id"]);
            let before = given(&user, release(client, &centre, &["NOTES"])).await;
            command(&user, "consentRevoke", json!({ "consentId": before }), "consent { id }").await;
            let held = given(&user, release(client, &centre, &["IDENTITY"])).await;
            let mut to_come = release(client, &centre, &["IDENTITY", "HISTORY"]);
            to_come["validFrom"] = json!("2023-06-03");
            let to_come = given(&user, to_come).await;
            let counted = json!({ "clientId": client, "scope": "STATISTICS_ONLY", "form": "ORAL", "language": "ar" });
            given(&user, counted).await;
            assert!(!identity_is_gone(&supervisor, client).await);
            let told_before = told(&app).await;
            let revoke = json!({ "consentId": record });
            assert_eq!(command(&user, "consentRevoke", revoke, "consent { id }").await.user_errors(), Vec::<&str>::new());

            assert!(identity_is_gone(&supervisor, client).await, "{basis}");
            assert_eq!(told(&app).await, told_before + 2, "whoever had one, or was to have one");
            let query = "query($id: ID!) { client(id: $id) { consents { nodes { scope status version } }
                history(first: 1) { nodes { command details } } } }";
            let seen = user.send(query, json!({ "id": client })).await;
            let consents = seen.data()["client"]["consents"]["nodes"].as_array().unwrap();
            let consents: Vec<(&str, &str, i64)> = consents
                .iter()
                .map(|one| (one["scope"].as_str().unwrap(), one["status"].as_str().unwrap(), one["version"].as_i64().unwrap()))
                .collect();
            let expected = [
                ("CASE_RECORD", "REVOKED", 2),
                ("SUPERVISION_IDENTIFIED", "REVOKED", 2),
                ("SUPERVISION_IDENTIFIED", "REVOKED", 2),
                ("SUPERVISION_IDENTIFIED", "REVOKED", 2),
                ("STATISTICS_ONLY", "GIVEN", 1),
            ];
            assert_eq!(consents, expected, "{basis}");
            let event = &seen.data()["client"]["history"]["nodes"][0];
            assert_eq!(event["command"], "consentRevoke");
            let details: Value = serde_json::from_str(event["details"].as_str().unwrap()).unwrap();
            assert_eq!(details, json!({ "alsoRevoked": [held, to_come] }));

            let anew = json!({ "clientId": client, "scope": "CASE_RECORD", "form": "WRITTEN", "language": "ar" });
            given(&user, anew).await;
            assert_eq!(name_in_case(&user, &case["id"]).await, "Musterfrau");
            assert!(identity_is_gone(&supervisor, client).await, "nothing comes back to life: {basis}");
            clients.push(client.clone());
        }
        app.clock.advance(chrono::Duration::days(3));
        let supervisor = app.supervisor().await;
        for client in &clients {
            assert!(identity_is_gone(&supervisor, client).await, "what was to come does not come");
        }
    }

    async fn a_release_opens_its_classes_of_data_for_its_recipient_until_it_is_revoked(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = known(&user).await;
        let client = &case["client"]["id"];
        let input = release(client, &centre(&user).await, &["IDENTITY"]);
        let given = command(&user, "consentRecord", input, "consent { id status dataClasses purpose version }").await;
        assert_eq!(given.payload()["consent"]["status"], "GIVEN", "{given:?}");
        assert_eq!(given.payload()["consent"]["dataClasses"], json!(["IDENTITY"]));
        assert_eq!(given.payload()["consent"]["purpose"], "Fachaufsicht über MARKZWECK");
        let seen = supervisor.send(ALL_TEXTS, json!({ "id": case["id"] })).await;
        let identity = &seen.data()["case"]["client"]["identity"];
        assert_eq!(identity, &json!({ "familyName": "Musterfrau", "address": null }), "the address was not released");
        assert!(!seen.body.to_string().contains("MARKZWECK"));
        let revoke = json!({ "consentId": given.payload()["consent"]["id"], "expectedVersion": 1 });
        let revoked = command(&user, "consentRevoke", revoke.clone(), "consent { status revokedAt }").await;
        assert_eq!(revoked.payload()["consent"]["status"], "REVOKED", "{revoked:?}");
        let seen = supervisor.send(ALL_TEXTS, json!({ "id": case["id"] })).await;
        assert!(seen.data()["case"]["client"].is_null());
        assert!(identity_is_gone(&supervisor, client).await);
        let again = json!({ "consentId": revoke["consentId"] });
        assert_eq!(command(&user, "consentRevoke", again, "consent { id }").await.user_errors(), ["CONSENT_NOT_IN_FORCE"]);
    }

    async fn a_release_holds_on_its_days_only(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = known(&user).await;
        let mut input = release(&case["client"]["id"], &centre(&user).await, &["IDENTITY"]);
        input["validFrom"] = json!("2023-06-03");
        input["validUntil"] = json!("2023-06-05");
        assert_eq!(command(&user, "consentRecord", input, "consent { id }").await.user_errors(), Vec::<&str>::new());
        let mut seen = Vec::new();
        for _ in 1..=5 {
            let supervisor = app.supervisor().await;
            seen.push(!identity_is_gone(&supervisor, &case["client"]["id"]).await);
            app.clock.advance(chrono::Duration::days(1));
        }
        assert_eq!(seen, [false, false, true, true, false]);
        drop(supervisor);
    }

    async fn without_the_consent_that_a_record_rests_on_nothing_opens_and_nothing_is_written(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let refused = open_case(&user, erika(), json!({ "legalBasis": "CONSENT_6_1_A" })).await;
        assert_eq!(refused.user_errors(), ["CONSENT_NEEDED"]);
        let consent = json!({ "legalBasis": "CONSENT_6_1_A", "consent": { "form": "ORAL", "language": "ar" } });
        let case = open_case(&user, erika(), consent).await.payload()["case"].clone();
        let client = &case["client"]["id"];
        assert_eq!(name_in_case(&user, &case["id"]).await, "Musterfrau");
        command_for(&user, "casePause", json!({ "caseId": case["id"] }), "case { id }", Some("MARKGRUND")).await;
        let revoke = json!({ "consentId": case["client"]["consents"]["nodes"][0]["id"] });
        assert_eq!(command(&user, "consentRevoke", revoke, "consent { id }").await.user_errors(), Vec::<&str>::new());

        let seen = user.send(ALL_TEXTS, json!({ "id": case["id"] })).await;
        assert_eq!(seen.data()["case"]["client"]["identity"], json!({ "familyName": null, "address": null }));
        for secret in ["Musterfrau", "Musterweg", "MARKGRUND"] {
            assert!(!seen.body.to_string().contains(secret), "{secret} in {seen:?}");
        }
        let found = user.query("{ clientSearch(names: \"Musterfrau\") { nodes { client { id } } } }").await;
        assert_eq!(found.data()["clientSearch"]["nodes"], json!([]));
        let correct = json!({ "clientId": client, "address": "Neuer Weg" });
        assert_eq!(command(&user, "clientCorrect", correct.clone(), "client { id }").await.user_errors(), ["CONSENT_NEEDED"]);
        let renewed = json!({ "clientId": client, "scope": "CASE_RECORD", "form": "WRITTEN", "language": "ar" });
        assert_eq!(command(&user, "consentRecord", renewed, "consent { id }").await.user_errors(), Vec::<&str>::new());
        assert_eq!(name_in_case(&user, &case["id"]).await, "Musterfrau");
        assert_eq!(command(&user, "clientCorrect", correct, "client { id }").await.user_errors(), Vec::<&str>::new());
    }

    async fn a_release_without_recipient_or_data_is_refused_with_what_is_missing(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let input = json!({ "clientId": case["client"]["id"], "scope": "SHARE_WITH_INSTITUTION", "form": "ORAL",
            "language": "Deutsch", "validFrom": "2023-06-02", "validUntil": "2023-06-01" });
        let answer = command(&user, "consentRecord", input, "consent { id }").await;
        assert_eq!(
            answer.user_errors(),
            ["RECIPIENT_NEEDED", "DATA_CLASSES_NEEDED", "LANGUAGE_MALFORMED", "PERIOD_EMPTY"]
        );
        let foreign = json!({ "clientId": case["client"]["id"], "scope": "CASE_RECORD", "form": "ORAL", "language": "de" });
        let answer = command(&app.user(MUNICIPAL).await, "consentRecord", foreign, "consent { id }").await;
        assert_eq!(answer.user_errors(), ["NOT_FOUND"]);
    }

    async fn officer_and_centre_see_consents_without_their_texts(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let input = release(&case["client"]["id"], &centre(&user).await, &["NOTES"]);
        command(&user, "consentRecord", input, "consent { id }").await;
        for reader in [app.supervisor().await, app.user("datenschutz@kreis-coesfeld.example").await] {
            let answer = reader
                .query("{ consents { nodes { scope status language purpose explanation client { id } recordedBy } } }")
                .await;
            let nodes = answer.data()["consents"]["nodes"].as_array().unwrap();
            assert_eq!(nodes.len(), 2);
            assert!(nodes.iter().all(|node| node["purpose"].is_null() && node["client"].is_null()), "{answer:?}");
        }
        assert_eq!(app.coordinator().await.query("{ consents { nodes { id } } }").await.code(), "FORBIDDEN");
    }
}

async fn identity_is_gone(user: &Client, client: &Value) -> bool {
    identity(user, client).await.data()["client"].is_null()
}
