//! What is said about a person opens for those who may, is stored nowhere readable, and closes with the consent.

use super::*;
use crate::clients::{erika, open_case};
use crate::tables::Tables;

async fn written(user: &Client, case: &Value) -> Work {
    let work = work(user, case, "MARK").await;
    assert_eq!(agree(user, &work.plan).await.user_errors(), Vec::<&str>::new());
    let input = json!({ "measureId": work.measure, "status": "REFUSED", "outcome": "MARKABSAGE" });
    done(user, "measureSetStatus", input, "measure { id }").await;
    let input = json!({ "goalId": work.goal, "status": "DROPPED", "outcome": "MARKAUFGEGEBEN" });
    done(user, "goalSetStatus", input, "goal { id }").await;
    work
}

/// How many texts of the work are shown.
fn shown(answer: &Answer) -> usize {
    answer.body["data"].to_string().matches("MARK").count()
}

const ALL_COMMANDS: [(&str, &str); 9] = [
    ("noteWrite", "note { id }"),
    ("noteCorrect", "note { id }"),
    ("contactRecord", "contact { id }"),
    ("contactCorrect", "contact { id }"),
    ("caseCorrect", "case { id }"),
    ("taskAdd", "task { id }"),
    ("assessmentRecord", "assessment { id }"),
    ("supportPlanDraft", "supportPlan { id }"),
    ("caseChangeLegalSphere", "case { id }"),
];

/// Each command that writes about the person is refused for this reason.
async fn all_refused(user: &Client, case: &Value, work: &Work, code: &str) {
    for (name, fields) in ALL_COMMANDS {
        let mut input = match name {
            "noteWrite" => json!({ "text": "neu" }),
            "noteCorrect" => json!({ "noteId": work.note, "text": "neu" }),
            "contactRecord" => json!({ "channel": "EMAIL", "partner": "CLIENT" }),
            "contactCorrect" => json!({ "contactId": work.contact, "channel": "EMAIL" }),
            "caseCorrect" => json!({ "intensity": "INTENSIVE" }),
            "taskAdd" => json!({ "text": "neu", "dueOn": "2023-07-01" }),
            "assessmentRecord" => json!({ "needArea": "WORK", "severity": "LOW" }),
            "caseChangeLegalSphere" => json!({ "changedOn": "2023-06-01", "begunSphere": "SGB_II" }),
            _ => json!({}),
        };
        if !["noteCorrect", "contactCorrect"].contains(&name) {
            input["caseId"] = case.clone();
        }
        assert_eq!(refused(user, name, input, fields).await, [code], "{name}");
    }
}

both_databases! {
    async fn supervisors_see_the_rows_of_the_work_and_none_of_its_texts(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        written(&user, &case["id"]).await;
        let own = user.send(ALL, json!({ "id": case["id"] })).await;
        assert_eq!(shown(&own), 11, "{own:?}");
        assert!(own.body["extensions"].get("redactions").is_none());
        let seen = app.supervisor().await.send(ALL, json!({ "id": case["id"] })).await;
        let rows = &seen.data()["case"];
        assert_eq!(rows["assessments"]["nodes"][0]["severity"], "HIGH");
        assert_eq!(rows["supportPlan"]["goals"]["nodes"][0]["measures"]["nodes"][0]["status"], "REFUSED");
        assert_eq!(rows["contacts"]["nodes"][0]["minutes"], 45);
        assert_eq!(rows["notes"]["nodes"][0]["writtenBy"], "Clara Casemanagement-Muster");
        assert_eq!(rows["tasks"]["nodes"][0]["dueOn"], "2023-06-20");
        assert!(!seen.body.to_string().contains("MARK"), "{seen:?}");
        assert_eq!(seen.body["extensions"]["redactions"].as_array().unwrap().len(), 11, "each is told as hidden");
        let other = app.user(MUNICIPAL).await.send(ALL, json!({ "id": case["id"] })).await;
        assert_eq!(other.data(), &json!({ "case": null }));
        for reader in [app.coordinator().await, app.employer().await, app.administrator().await] {
            assert_eq!(reader.send(ALL, json!({ "id": case["id"] })).await.code(), "FORBIDDEN");
        }
    }

    async fn nothing_that_was_said_in_a_case_is_readable_in_the_database(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let work = written(&user, &case["id"]).await;
        let input = json!({ "noteId": work.note, "text": "MARKBERICHTIGUNG" });
        command_for(&user, "noteCorrect", input, "note { id }", Some("MARKGRUND")).await;
        let input = json!({ "contactId": work.contact, "note": "MARKKORREKTUR" });
        command_for(&user, "contactCorrect", input, "contact { id }", Some("MARKGRUND")).await;
        let seen = user.send(ALL, json!({ "id": case["id"] })).await;
        assert!(seen.body.to_string().contains("MARKBERICHTIGUNG") && seen.body.to_string().contains("MARKKORREKTUR"));
        let everything = Tables::open(app.db.url()).await.everything(app.db.url()).await;
        assert!(everything.contains("noteCorrect") && everything.contains("HOME_VISIT"), "the search looks at the right place");
        assert!(!everything.contains("MARK"), "something is readable in the database");
    }

    async fn each_text_of_the_work_that_is_shown_is_recorded_by_its_class(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        written(&user, &case["id"]).await;
        let count = async || Tables::open(app.db.url()).await.count("access_log").await;
        let before = count().await;
        user.send(ALL, json!({ "id": case["id"] })).await;
        assert_eq!(count().await, before + 4, "ASSESSMENT, PLAN, NOTES and TASKS");
    }

    async fn a_revoked_consent_hides_all_texts_and_refuses_new_work(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let consent = json!({ "legalBasis": "CONSENT_6_1_A", "consent": { "form": "ORAL", "language": "ar" } });
        let case = open_case(&user, erika(), consent).await.payload()["case"].clone();
        let work = written(&user, &case["id"]).await;
        assert_eq!(shown(&user.send(ALL, json!({ "id": case["id"] })).await), 11);
        let revoke = json!({ "consentId": case["client"]["consents"]["nodes"][0]["id"] });
        done(&user, "consentRevoke", revoke, "consent { id }").await;
        let seen = user.send(ALL, json!({ "id": case["id"] })).await;
        assert_eq!(shown(&seen), 0, "{seen:?}");
        assert_eq!(seen.data()["case"]["contacts"]["nodes"][0]["minutes"], 45, "the rows stay");
        all_refused(&user, &case["id"], &work, "CONSENT_NEEDED").await;
        let input = json!({ "taskId": work.task, "status": "DROPPED" });
        done(&user, "taskSettle", input, "task { status }").await;
        let again = json!({ "clientId": case["client"]["id"], "scope": "CASE_RECORD", "form": "WRITTEN", "language": "ar" });
        done(&user, "consentRecord", again, "consent { id }").await;
        assert_eq!(shown(&user.send(ALL, json!({ "id": case["id"] })).await), 11);
        done(&user, "noteWrite", json!({ "caseId": case["id"], "text": "weiter" }), "note { id }").await;
    }

    async fn a_restricted_client_is_neither_read_about_nor_written_about(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let work = written(&user, &case["id"]).await;
        Tables::open(app.db.url()).await.run("UPDATE client SET status = 'RESTRICTED'").await;
        assert_eq!(shown(&user.send(ALL, json!({ "id": case["id"] })).await), 0);
        all_refused(&user, &case["id"], &work, "CLIENT_RESTRICTED").await;
    }

    async fn a_release_opens_the_texts_of_its_class_and_no_others(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = known(&user).await;
        written(&user, &case["id"]).await;
        let organisations = user.query("{ organisations(first: 100) { nodes { id kind } } }").await;
        let nodes = organisations.data()["organisations"]["nodes"].as_array().unwrap();
        let centre = nodes.iter().find(|node| node["kind"] == "INTEGRATION_CENTRE").unwrap();
        let input = json!({ "clientId": case["client"]["id"], "scope": "SUPERVISION_IDENTIFIED",
            "recipientOrganisationId": centre["id"], "dataClasses": ["PLAN"], "form": "WRITTEN", "language": "uk" });
        let given = done(&user, "consentRecord", input, "consent { id }").await;
        let seen = supervisor.send(ALL, json!({ "id": case["id"] })).await;
        let rows = &seen.data()["case"];
        assert_eq!(rows["supportPlan"]["goals"]["nodes"][0]["text"], "MARKZIEL");
        assert!(rows["notes"]["nodes"][0]["text"].is_null() && rows["assessments"]["nodes"][0]["finding"].is_null());
        done(&user, "consentRevoke", json!({ "consentId": given["id"] }), "consent { id }").await;
        assert_eq!(shown(&supervisor.send(ALL, json!({ "id": case["id"] })).await), 0);
    }
}
