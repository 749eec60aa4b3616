//! Disclosures: what is passed on is covered by a release or by a documented legal basis, and revoking tells who received it.

use serde_json::{Value, json};

use crate::app::{Answer, Client, TestApp};
use crate::clients::{CENTRAL, MUNICIPAL, command, command_for, known};
use crate::databases::{TestDatabase, both_databases};

const JOB_CENTRE: &str = "Jobcenter Kreis Coesfeld";

async fn organisation(user: &Client, name: &str) -> Value {
    let answer = user.query("{ organisations(first: 100) { nodes { id name } } }").await;
    let nodes = answer.data()["organisations"]["nodes"].as_array().unwrap().clone();
    nodes.into_iter().find(|node| node["name"] == name).unwrap()["id"].clone()
}

async fn pass_on(user: &Client, case: &Value, more: Value, reason: Option<&str>) -> Answer {
    let mut input = json!({ "clientId": case["client"]["id"], "caseId": case["id"], "dataClasses": ["IDENTITY"],
        "recipientOrganisationId": organisation(user, JOB_CENTRE).await });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    let fields =
        "disclosure { id disclosedOn dataClasses purpose legalBasis consent { id } recipientOrganisation { name } }";
    command_for(user, "disclosureRecord", input, fields, reason).await
}

async fn release(user: &Client, case: &Value, more: Value) -> Value {
    let mut input = json!({ "clientId": case["client"]["id"], "scope": "SHARE_WITH_INSTITUTION", "form": "WRITTEN",
        "language": "uk", "dataClasses": ["IDENTITY", "LANGUAGES"] });
    if more.get("recipientStaffMemberId").is_none() {
        input["recipientOrganisationId"] = organisation(user, JOB_CENTRE).await;
    }
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    let given = command(user, "consentRecord", input, "consent { id }").await;
    assert_eq!(given.user_errors(), Vec::<&str>::new(), "{given:?}");
    given.payload()["consent"]["id"].clone()
}

/// How many notices of a kind there are to whom.
async fn told(app: &TestApp, to: &str) -> i64 {
    let mut tables = crate::tables::Tables::open(app.db.url()).await;
    tables.number(&format!("SELECT count(*) FROM notice WHERE kind = 'CONSENT_REVOKED' AND {to} IS NOT NULL")).await
}

both_databases! {
    async fn data_are_passed_on_only_under_a_release_that_covers_recipient_data_and_day(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        assert_eq!(pass_on(&user, &case, json!({}), None).await.user_errors(), ["DISCLOSURE_NOT_COVERED"]);
        let consent = release(&user, &case, json!({ "validFrom": "2023-05-01", "givenOn": "2023-05-01" })).await;
        let purpose = json!({ "purpose": "Termin für Frau Musterfrau MARKZWECK" });
        let passed = pass_on(&user, &case, purpose, None).await;
        let shown = &passed.payload()["disclosure"];
        assert_eq!((&shown["consent"]["id"], &shown["disclosedOn"]), (&consent, &json!("2023-06-01")), "{passed:?}");
        assert_eq!(shown["purpose"], "Termin für Frau Musterfrau MARKZWECK");
        for (refused, why) in [
            (json!({ "dataClasses": ["IDENTITY", "NOTES"] }), "DISCLOSURE_NOT_COVERED"),
            (json!({ "recipientOrganisationId": organisation(&user, "Stadt Dülmen").await }), "DISCLOSURE_NOT_COVERED"),
            (json!({ "disclosedOn": "2023-04-30" }), "DISCLOSURE_NOT_COVERED"),
            (json!({ "disclosedOn": "2023-06-02" }), "DATE_OUT_OF_RANGE"),
            (json!({ "dataClasses": [] }), "DATA_CLASSES_NEEDED"),
            (json!({ "recipientOrganisationId": null }), "RECIPIENT_NEEDED"),
        ] {
            assert_eq!(pass_on(&user, &case, refused.clone(), None).await.user_errors(), [why], "{refused}");
        }
        command(&user, "consentRevoke", json!({ "consentId": consent }), "consent { id }").await;
        assert_eq!(pass_on(&user, &case, json!({}), None).await.user_errors(), ["DISCLOSURE_NOT_COVERED"]);
        let earlier = pass_on(&user, &case, json!({ "disclosedOn": "2023-05-31" }), None).await;
        assert_eq!(earlier.user_errors(), Vec::<&str>::new(), "it held on that day");
        let foreign = pass_on(&app.user(MUNICIPAL).await, &case, json!({}), None).await;
        assert_eq!(foreign.user_errors(), ["NOT_FOUND"]);
        let everything = crate::tables::Tables::open(app.db.url()).await.everything(app.db.url()).await;
        assert!(!everything.contains("MARKZWECK"));
    }

    async fn a_legal_basis_with_a_reason_stands_for_a_release_and_is_on_record(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let vital = json!({ "legalBasis": "VITAL_6_1_D" });
        assert_eq!(pass_on(&user, &case, vital.clone(), None).await.user_errors(), ["REASON_NEEDED"]);
        let consent = pass_on(&user, &case, json!({ "legalBasis": "CONSENT_6_1_A" }), Some("mündlich")).await;
        assert_eq!(consent.user_errors(), ["LEGAL_BASIS_UNSUITABLE"]);
        let passed = pass_on(&user, &case, vital, Some("Lebensgefahr MARKGRUND")).await;
        assert_eq!(passed.payload()["disclosure"]["legalBasis"], "VITAL_6_1_D", "{passed:?}");
        let query = "query($id: ID!) { case(id: $id) { client { disclosures { nodes { legalBasis recordedBy } } }
            history(first: 1) { nodes { command reason } } } }";
        let shown = user.send(query, json!({ "id": case["id"] })).await;
        let shown = &shown.data()["case"];
        assert_eq!(shown["client"]["disclosures"]["nodes"], json!([{ "legalBasis": "VITAL_6_1_D", "recordedBy": "Clara Casemanagement-Muster" }]));
        assert_eq!(shown["history"]["nodes"][0], json!({ "command": "disclosureRecord", "reason": "Lebensgefahr MARKGRUND" }));
    }

    async fn whoever_received_data_under_a_release_is_told_of_its_revocation_once(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let consent = release(&user, &case, json!({})).await;
        for _ in 0..2 {
            assert_eq!(pass_on(&user, &case, json!({}), None).await.user_errors(), Vec::<&str>::new());
        }
        command(&user, "consentRevoke", json!({ "consentId": consent }), "consent { id }").await;
        assert_eq!(told(&app, "recipient_organisation_id").await, 1, "as the recipient of the release, and not again");

        // Given in favour of a person: the person and the organisation that received the data are told.
        let own = app.user(MUNICIPAL).await.query("{ caseManagers(first: 100) { nodes { id displayName } } }").await;
        let nodes = own.data()["caseManagers"]["nodes"].as_array().unwrap().clone();
        let cem = nodes.iter().find(|node| node["displayName"].as_str().unwrap().starts_with("Cem")).unwrap()["id"].clone();
        let consent = release(&user, &case, json!({ "recipientStaffMemberId": cem })).await;
        let to_person = json!({ "recipientOrganisationId": null, "recipientStaffMemberId": cem });
        let passed = pass_on(&user, &case, to_person, None).await;
        assert_eq!(passed.payload()["disclosure"]["recipientOrganisation"]["name"], "Stadt Coesfeld", "{passed:?}");
        command(&user, "consentRevoke", json!({ "consentId": consent }), "consent { id }").await;
        assert_eq!((told(&app, "recipient_account_id").await, told(&app, "recipient_organisation_id").await), (1, 2));
    }

    async fn officer_and_centre_see_what_was_passed_on_without_whose_it_is(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        release(&user, &case, json!({})).await;
        pass_on(&user, &case, json!({ "purpose": "MARKZWECK" }), None).await;
        let query = "{ disclosures { nodes { dataClasses disclosedOn purpose client { id } recipientOrganisation { name } } } }";
        for reader in [app.supervisor().await, app.user("datenschutz@kreis-coesfeld.example").await] {
            let answer = reader.query(query).await;
            assert_eq!(
                answer.data()["disclosures"]["nodes"][0],
                json!({ "dataClasses": ["IDENTITY"], "disclosedOn": "2023-06-01", "purpose": null, "client": null,
                    "recipientOrganisation": { "name": JOB_CENTRE } })
            );
            assert!(!answer.body.to_string().contains("MARKZWECK"));
        }
        assert_eq!(app.user(MUNICIPAL).await.query(query).await.data()["disclosures"]["nodes"], json!([]));
        assert_eq!(app.employer().await.query(query).await.code(), "FORBIDDEN");
    }
}
