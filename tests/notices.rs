//! Notices: who is told sees what it is about as far as it may, and hears of it as it happens.

use entity::codes::Role;
use serde_json::{Value, json};

use crate::access::world::Place;
use crate::app::{Client, TestApp};
use crate::clients::{CENTRAL, MUNICIPAL, command, command_for, known};
use crate::databases::{TestDatabase, both_databases};
use crate::sockets::Socket;
use crate::transfers::{colleague, offer};

const NOTICES: &str =
    "query($open: Boolean) { notices(onlyOpen: $open) { nodes { id kind createdAt acknowledgedAt acknowledgedBy
    consent { id scope } transfer { id reference } case { id } client { id } } } }";

async fn list(user: &Client, only_open: bool) -> Vec<Value> {
    user.send(NOTICES, json!({ "open": only_open })).await.data()["notices"]["nodes"].as_array().unwrap().clone()
}

/// A client of the demo's job centre.
async fn job_centre(app: &TestApp) -> (Client, Value) {
    let place = Place::demo(app).await;
    let answer = app.supervisor().await.query("{ organisations(first: 100) { nodes { id name } } }").await;
    let nodes = answer.data()["organisations"]["nodes"].as_array().unwrap().clone();
    let found = nodes.iter().find(|node| node["name"] == "Jobcenter Kreis Coesfeld").unwrap()["id"].clone();
    let guest = place.account("jobcenter@kreis-coesfeld.example", "Jana Jobcenter-Muster").await;
    let id = entity::ids::Identifier::parse(found.as_str().unwrap()).unwrap();
    place.grant(guest, Role::Institution, id).await;
    (app.user("jobcenter@kreis-coesfeld.example").await, found)
}

both_databases! {
    async fn an_institution_is_told_that_something_was_released_or_revoked_and_not_whose_it_is(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let (institution, id) = job_centre(&app).await;
        let case = known(&user).await;
        let input = json!({ "clientId": case["client"]["id"], "scope": "SHARE_WITH_INSTITUTION", "recipientOrganisationId": id,
            "dataClasses": ["IDENTITY"], "form": "WRITTEN", "language": "uk" });
        let consent = command(&user, "consentRecord", input, "consent { id }").await.payload()["consent"]["id"].clone();
        command(&user, "consentRevoke", json!({ "consentId": consent }), "consent { id }").await;
        let told = list(&institution, true).await;
        let kinds: Vec<&str> = told.iter().map(|notice| notice["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["CONSENT_REVOKED", "CONSENT_GIVEN", "CONCEPT_OPENED"], "the last one is of the demo");
        for notice in &told {
            for about in ["consent", "transfer", "case", "client"] {
                assert!(notice[about].is_null(), "{notice}");
            }
        }
        let answer = institution.send(NOTICES, json!({})).await;
        assert_eq!(answer.data()["notices"]["nodes"].as_array().unwrap().len(), 3);
        for secret in [&consent, &case["client"]["id"], &case["id"], &case["reference"]] {
            assert!(!answer.body.to_string().contains(secret.as_str().unwrap()));
        }
        assert!(list(&user, false).await.is_empty());
        assert!(list(&app.user(MUNICIPAL).await, false).await.is_empty());
        for other in [app.employer().await, app.coordinator().await, app.administrator().await] {
            assert_eq!(other.send(NOTICES, json!({})).await.code(), "FORBIDDEN");
        }
    }

    async fn a_notice_is_acknowledged_by_who_was_told_and_the_first_one_stays_on_record(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (giver, receiver) = (app.user(CENTRAL).await, colleague(&app).await);
        let case = known(&giver).await;
        let offered = offer(&giver, &case, "Zita", json!({})).await.payload()["transfer"].clone();
        let notice = list(&receiver, true).await[0].clone();
        assert_eq!((&notice["kind"], &notice["transfer"]["id"]), (&json!("TRANSFER_OFFERED"), &offered["id"]));
        let input = json!({ "noticeId": notice["id"] });
        assert_eq!(command(&giver, "noticeAcknowledge", input.clone(), "notice { id }").await.user_errors(), ["NOT_FOUND"]);
        let reason = command_for(&receiver, "noticeAcknowledge", input.clone(), "notice { id }", Some("Frau M.")).await;
        assert_eq!(reason.user_errors(), ["REASON_NOT_ALLOWED"]);
        let first = command(&receiver, "noticeAcknowledge", input.clone(), "notice { acknowledgedAt acknowledgedBy }").await;
        assert_eq!(first.payload()["notice"]["acknowledgedBy"], "Zita Zweite-Muster", "{first:?}");
        app.clock.advance(chrono::Duration::minutes(1));
        let second = command(&receiver, "noticeAcknowledge", input, "notice { acknowledgedAt acknowledgedBy }").await;
        assert_eq!(first.payload()["notice"], second.payload()["notice"]);
        assert!(list(&receiver, true).await.is_empty());
        assert_eq!(list(&receiver, false).await.len(), 1);
    }

    async fn a_notice_arrives_at_whom_it_is_for_and_at_nobody_else(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (giver, receiver) = (app.user(CENTRAL).await, colleague(&app).await);
        let other = app.user(MUNICIPAL).await;
        let case = known(&giver).await;
        app.seal().await;
        let document = "subscription { noticeArrived { kind transfer { reference } } }";
        let mut sockets = Vec::new();
        for user in [&receiver, &other] {
            let mut socket = Socket::of(&app, user).await;
            socket.subscribe("notices", document, json!({})).await;
            socket.settle().await;
            sockets.push(socket);
        }
        offer(&giver, &case, "Zita", json!({})).await;
        let heard = sockets[0].data().await;
        assert_eq!(heard["noticeArrived"], json!({ "kind": "TRANSFER_OFFERED", "transfer": { "reference": case["reference"] } }));
        // What the other one hears first is what is for it.
        let own = known(&other).await;
        let asked = json!({ "reference": own["reference"] });
        let answer = command(&giver, "transferRequest", asked, "transfer { id }").await;
        assert_eq!(answer.user_errors(), Vec::<&str>::new());
        let heard = sockets[1].data().await;
        assert_eq!(heard["noticeArrived"]["transfer"]["reference"], own["reference"]);
    }
}
