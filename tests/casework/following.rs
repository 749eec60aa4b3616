//! The subscription to changes of cases.

use super::*;
use crate::clients::{erika, open_case};
use crate::sockets::Socket;

const CHANGES: &str = "subscription($case: ID) { caseChanged(caseId: $case) { case { id reference client { id } }
    entry { command reason texts { text } } } }";

async fn watching(app: &TestApp, client: &Client, case: Option<&Value>) -> Socket {
    let mut socket = Socket::of(app, client).await;
    socket.subscribe("changes", CHANGES, json!({ "case": case })).await;
    socket.settle().await;
    socket
}

async fn heard(socket: &mut Socket) -> Value {
    socket.data().await["caseChanged"].clone()
}

/// The same with all that is identified.
const IDENTIFIED: &str = "subscription { caseChanged { case { id client { identity { familyName address } }
    persons { nodes { client { identity { familyName } } } } notes(first: 1) { nodes { text } }
    history(first: 1) { nodes { reason texts { text } } } } entry { command reason texts { text } } } }";

/// What a notice tells of the person whom it is about.
const TOLD: &str = "subscription { noticeArrived { kind consent { scope purpose client { identity { familyName } } }
    client { identity { familyName } } } }";

/// What stands sealed about the person and the work.
const SECRETS: [&str; 3] = ["Musterfrau", "Musterweg", "MARK"];

/// Everything that a socket tells until it tells what this command did.
async fn told_until(socket: &mut Socket, command: &str) -> String {
    let mut told = String::new();
    loop {
        let message = socket.hear().await;
        told.push_str(&message.to_string());
        if message["payload"]["data"]["caseChanged"]["entry"]["command"] == command {
            return told;
        }
    }
}

fn expect_everything(told: &str) {
    for secret in SECRETS {
        assert!(told.contains(secret), "no {secret} in {told}");
    }
}

fn expect_nothing(told: &str) {
    for secret in SECRETS {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
}

async fn subscribed(app: &TestApp, client: &Client, subscription: &str) -> Socket {
    app.seal().await;
    let mut socket = Socket::of(app, client).await;
    socket.subscribe("open", subscription, json!({})).await;
    socket.settle().await;
    socket
}

/// Writes a note, with a reason.
async fn write(user: &Client, case: &Value) {
    let note = json!({ "caseId": case["id"], "text": "MARKTEXT" });
    let written = command_for(user, "noteWrite", note, "note { id }", Some("MARKGRUND")).await;
    assert_eq!(written.user_errors(), Vec::<&str>::new(), "{written:?}");
}

/// A release of who the person is and of the work to the integration centre.
async fn released(user: &Client, case: &Value) -> Value {
    let organisations = user.query("{ organisations(first: 100) { nodes { id kind } } }").await;
    let nodes = organisations.data()["organisations"]["nodes"].as_array().unwrap().clone();
    let centre = nodes.iter().find(|node| node["kind"] == "INTEGRATION_CENTRE").unwrap();
    let input = json!({ "clientId": case["client"]["id"], "scope": "SUPERVISION_IDENTIFIED", "form": "WRITTEN",
        "recipientOrganisationId": centre["id"], "language": "uk", "purpose": "MARKZWECK",
        "dataClasses": ["IDENTITY", "CONTACT_DETAILS", "NOTES", "HISTORY"] });
    done(user, "consentRecord", input, "consent { id }").await["id"].clone()
}

both_databases! {
    async fn an_open_subscription_carries_nothing_identified_once_what_opened_it_is_revoked(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = known(&user).await;
        let release = released(&user, &case).await;
        let mut socket = subscribed(&app, &supervisor, IDENTIFIED).await;
        write(&user, &case).await;
        expect_everything(&told_until(&mut socket, "noteWrite").await);
        done(&user, "consentRevoke", json!({ "consentId": release }), "consent { id }").await;
        write(&user, &case).await;
        let told = told_until(&mut socket, "noteWrite").await;
        expect_nothing(&told);
        assert!(told.contains(case["id"].as_str().unwrap()), "pseudonymously it goes on: {told}");

        // The consent to the record takes a release along.
        released(&user, &case).await;
        write(&user, &case).await;
        expect_everything(&told_until(&mut socket, "noteWrite").await);
        let record = json!({ "consentId": case["client"]["consents"]["nodes"][0]["id"] });
        done(&user, "consentRevoke", record, "consent { id }").await;
        write(&user, &case).await;
        expect_nothing(&told_until(&mut socket, "noteWrite").await);

        let unmask = json!({ "caseId": case["id"], "legalBasis": "VITAL_6_1_D", "reason": "MARKGEFAHR", "validUntil": "2023-06-05" });
        let unmasking = done(&supervisor, "caseUnmask", unmask, "unmasking { id }").await;
        write(&user, &case).await;
        expect_everything(&told_until(&mut socket, "noteWrite").await);
        done(&supervisor, "caseEndUnmasking", json!({ "unmaskingId": unmasking["id"] }), "unmasking { id }").await;
        write(&user, &case).await;
        expect_nothing(&told_until(&mut socket, "noteWrite").await);
        socket.settle().await;
    }

    async fn the_open_subscription_of_a_lead_carries_nothing_identified_once_the_record_has_lost_its_consent(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let consent = json!({ "legalBasis": "CONSENT_6_1_A", "consent": { "form": "ORAL", "language": "ar" } });
        let case = open_case(&user, erika(), consent).await.payload()["case"].clone();
        write(&user, &case).await;
        let task = json!({ "caseId": case["id"], "text": "MARKAUFGABE", "dueOn": "2023-06-20" });
        let task = done(&user, "taskAdd", task, "task { id }").await;
        let mut socket = subscribed(&app, &user, IDENTIFIED).await;
        write(&user, &case).await;
        expect_everything(&told_until(&mut socket, "noteWrite").await);
        let record = json!({ "consentId": case["client"]["consents"]["nodes"][0]["id"] });
        done(&user, "consentRevoke", record, "consent { id }").await;
        done(&user, "taskSettle", json!({ "taskId": task["id"], "status": "DROPPED" }), "task { id }").await;
        expect_nothing(&told_until(&mut socket, "taskSettle").await);
        socket.settle().await;
    }

    async fn an_open_subscription_to_notices_names_nobody_once_the_release_is_revoked(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = known(&user).await;
        let mut socket = subscribed(&app, &supervisor, TOLD).await;
        let release = released(&user, &case).await;
        let given = socket.data().await["noticeArrived"].clone();
        assert_eq!(given["kind"], "CONSENT_GIVEN");
        assert_eq!(given["consent"]["client"]["identity"]["familyName"], "Musterfrau", "{given}");
        done(&user, "consentRevoke", json!({ "consentId": release }), "consent { id }").await;
        let revoked = socket.data().await["noticeArrived"].clone();
        assert_eq!((&revoked["kind"], &revoked["consent"]["client"]), (&json!("CONSENT_REVOKED"), &Value::Null));
        expect_nothing(&revoked.to_string());
    }

    async fn subscribers_hear_of_the_work_in_cases_that_they_may_see_and_supervisors_pseudonymously(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let (case, own) = (known(&central).await, known(&municipal).await);
        app.seal().await;
        let mut lead = watching(&app, &central, None).await;
        let mut other = watching(&app, &municipal, None).await;
        let mut centre = watching(&app, &app.supervisor().await, None).await;
        let mut one = watching(&app, &app.supervisor().await, Some(&own["id"])).await;
        let note = json!({ "caseId": case["id"], "text": "MARKTEXT" });
        command_for(&central, "noteWrite", note, "note { id }", Some("MARKGRUND")).await;
        done(&municipal, "noteWrite", json!({ "caseId": own["id"], "text": "eigen" }), "note { id }").await;
        let first = heard(&mut lead).await;
        assert_eq!(first["entry"]["command"], "noteWrite");
        assert_eq!((&first["entry"]["reason"], &first["entry"]["texts"]), (&json!("MARKGRUND"), &json!([{ "text": "MARKTEXT" }])));
        assert_eq!(first["case"]["client"]["id"], case["client"]["id"]);
        let seen = heard(&mut centre).await;
        assert_eq!(seen["case"], json!({ "id": case["id"], "reference": case["reference"], "client": null }));
        assert_eq!(seen["entry"], json!({ "command": "noteWrite", "reason": null, "texts": [] }));
        for socket in [&mut other, &mut one] {
            assert_eq!(heard(socket).await["case"]["id"], own["id"], "nothing of other cases");
        }
    }

    async fn a_subscriber_hears_no_more_of_a_case_that_went_out_of_reach(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let (case, own) = (known(&central).await, known(&municipal).await);
        let substitute = |person: Value| json!({ "caseId": case["id"], "substituteId": person });
        done(&central, "caseNameSubstitute", substitute(own["lead"]["id"].clone()), "case { id }").await;
        app.seal().await;
        let mut socket = watching(&app, &municipal, None).await;
        let write = async |user: &Client, case: &Value| {
            done(user, "noteWrite", json!({ "caseId": case, "text": "Text" }), "note { id }").await;
        };
        write(&central, &case["id"]).await;
        assert_eq!(heard(&mut socket).await["case"]["id"], case["id"]);
        done(&central, "caseNameSubstitute", substitute(Value::Null), "case { id }").await;
        write(&central, &case["id"]).await;
        write(&municipal, &own["id"]).await;
        assert_eq!(heard(&mut socket).await["case"]["id"], own["id"]);
    }
}
