//! Reach that ends: what somebody could read yesterday comes back by no side door.

use std::time::Duration;

use async_graphql::{Request, Variables};
use entity::codes::{OrganisationKind, Role, SupervisionKind};
use futures_util::{SinkExt, StreamExt};
use kim::graphql::{Call, Operations};
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::world::{Place, day};
use crate::app::{TestApp, eventually};
use crate::databases::{TestDatabase, both_databases};

async fn town(place: &Place<'_>, name: &str, ags: &str) -> entity::ids::OrganisationId {
    let municipality = place.municipality(ags, name).await;
    place.organisation(OrganisationKind::Municipality, name, Some(municipality)).await
}

both_databases! {
    async fn an_old_idempotency_key_does_not_bring_a_lost_record_back(db: TestDatabase) {
        let app = TestApp::on(db).without_demo().start().await;
        let place = Place::found(&app, "05901", "Kreis Muster").await;
        let (a, b) = (town(&place, "A", "05901001").await, town(&place, "B", "05901002").await);
        let account = place.account("wechsel@test.example", "Wanda Wechsel-Muster").await;
        let grant = place.grant(account, Role::Employer, a).await;
        let position = place.position("A-1", a, &[], None).await;
        let client = app.user("wechsel@test.example").await;
        let advertise = json!({ "positionId": position.to_string() });
        let advertise_document = "mutation($i: PositionAdvertiseInput!) { positionAdvertise(input: $i, options: { idempotencyKey: \"k1\" }) {
            replayed position { number history { nodes { command } } } userErrors { code path } } }";
        let plan = json!({ "number": "A-2", "buildingBlock": "COORDINATION", "role": "CASE_MANAGER",
            "employerId": a.to_string(), "fteHundredths": 100, "fundedBy": "STATE" });
        let plan_document = "mutation($i: PositionPlanInput!) { positionPlan(input: $i, options: { idempotencyKey: \"k2\" }) {
            replayed position { number } userErrors { code path } } }";
        for replayed in [false, true] {
            let answer = client.send(advertise_document, json!({ "i": advertise })).await;
            assert_eq!(answer.payload()["replayed"], replayed);
            assert_eq!(answer.payload()["position"]["history"]["nodes"].as_array().unwrap().len(), 3);
            assert_eq!(client.send(plan_document, json!({ "i": plan })).await.payload()["replayed"], replayed);
        }
        place.revoke(grant).await;
        place.grant(account, Role::Employer, b).await;
        for (document, input) in [(advertise_document, advertise), (plan_document, plan)] {
            let answer = client.send(document, json!({ "i": input })).await;
            assert_eq!(answer.user_errors(), ["NOT_FOUND"], "{answer:?}");
            assert_eq!(answer.payload()["position"], Value::Null);
        }
    }

    async fn a_name_beside_ones_position_does_not_open_the_persons_history(db: TestDatabase) {
        let app = TestApp::on(db).without_demo().start().await;
        let mut place = Place::found(&app, "05901", "Kreis Muster").await;
        let a = town(&place, "A", "05901001").await;
        let centre = place.organisation(OrganisationKind::IntegrationCentre, "Zentrum", None).await;
        let account = place.account("personal@test.example", "Petra Personal-Muster").await;
        place.grant(account, Role::Employer, a).await;
        place.reason = Some("vertraulicher Grund".to_owned());
        let supervisor = place.staff(centre, "Zoe Zentrum-Muster").await;
        place.reason = None;
        let position = place.position("A-1", a, &[], None).await;
        place.supervise(position, SupervisionKind::Professional, supervisor).await;
        let document = "query($id: ID!) { position(id: $id) { supervisions { nodes { supervisor { displayName history { nodes { reason } } } } } } }";
        let answer = app.user("personal@test.example").await.send(document, json!({ "id": position.to_string() })).await;
        let supervisor = &answer.data()["position"]["supervisions"]["nodes"][0]["supervisor"];
        assert_eq!(supervisor, &json!({ "displayName": "Zoe Zentrum-Muster", "history": { "nodes": [] } }));
    }

    async fn a_subscription_shows_each_change_as_it_is_and_only_what_is_still_within_reach(db: TestDatabase) {
        let app = TestApp::on(db).without_demo().start().await;
        let place = Place::found(&app, "05901", "Kreis Muster").await;
        let (a, b) = (town(&place, "A", "05901001").await, town(&place, "B", "05901002").await);
        let account = place.account("personal@test.example", "Petra Personal-Muster").await;
        let grant = place.grant(account, Role::Employer, a).await;
        place.grant(account, Role::Employer, b).await;
        let (first, second) = (place.position("A-1", a, &[], None).await, place.position("B-1", b, &[], None).await);
        app.seal().await;
        let token = app.user("personal@test.example").await.token.unwrap();
        let engine = &app.app.engine;
        let caller = engine.authenticate(Some(&format!("Bearer {token}")), None).await.unwrap();
        let request = Request::new("subscription { positionChanged { position { number occupancies { nodes { staffMember { displayName } } }
            history { nodes { command } } } entry { command } } }").variables(Variables::default());
        let call = Call { request, caller, request_id: "test".to_owned(), operations: Operations::QueriesAndMutations };
        let mut answers = Box::pin(engine.subscribe(call));
        let mut next = async || {
            let answer = tokio::time::timeout(Duration::from_secs(10), answers.next()).await.unwrap().unwrap();
            serde_json::to_value(answer).unwrap()["data"]["positionChanged"].clone()
        };
        // The stream begins when it is first asked.
        let advertise = async {
            let feed = &app.app.engine.services().feed;
            eventually("the stream begins", || async { feed.subscribers() > 0 }).await;
            place.advertise(first).await;
        };
        let (change, ()) = tokio::join!(next(), advertise);
        assert_eq!(change["entry"]["command"], "positionAdvertise");
        assert_eq!(change["position"]["occupancies"]["nodes"], json!([]));
        place.fill(first, "Hanna Halterin-Muster", None, "2023-02-01", None).await;
        let change = next().await;
        assert_eq!(change["entry"]["command"], "positionFill");
        assert_eq!(change["position"]["occupancies"]["nodes"][0]["staffMember"]["displayName"], "Hanna Halterin-Muster");
        assert_eq!(change["position"]["history"]["nodes"].as_array().unwrap().len(), 4);
        place.revoke(grant).await;
        place.vacate(first, &day("2023-07-01").to_string()).await;
        place.advertise(second).await;
        let change = next().await;
        assert_eq!(change["position"]["number"], "B-1", "a change of a lost position was told");
    }

    async fn an_open_web_socket_does_not_keep_a_grant_that_has_ended(db: TestDatabase) {
        let app = TestApp::on(db).without_demo().start().await;
        let place = Place::found(&app, "05901", "Kreis Muster").await;
        let a = town(&place, "A", "05901001").await;
        let account = place.account("personal@test.example", "Petra Personal-Muster").await;
        let grant = place.grant(account, Role::Employer, a).await;
        place.position("A-1", a, &[], None).await;
        let token = app.user("personal@test.example").await.token.unwrap();
        let mut request = format!("ws://{}/graphql", app.address).into_client_request().unwrap();
        request.headers_mut().insert("Sec-WebSocket-Protocol", "graphql-transport-ws".parse().unwrap());
        let (mut socket, _) = connect_async(request).await.unwrap();
        let say = |value: Value| Message::text(value.to_string());
        let init = json!({ "type": "connection_init", "payload": { "Authorization": format!("Bearer {token}") } });
        socket.send(say(init)).await.unwrap();
        let mut counts = Vec::new();
        for id in ["1", "2"] {
            if id == "2" {
                place.revoke(grant).await;
            }
            let payload = json!({ "query": "{ positions { totalCount } }" });
            socket.send(say(json!({ "type": "subscribe", "id": id, "payload": payload }))).await.unwrap();
            loop {
                let message = tokio::time::timeout(Duration::from_secs(10), socket.next()).await.unwrap().unwrap().unwrap();
                let Message::Text(text) = message else { continue };
                let message: Value = serde_json::from_str(&text).unwrap();
                if message["type"] == "next" {
                    counts.push(message["payload"].clone());
                }
                if message["type"] == "error" {
                    counts.push(json!({ "errors": message["payload"] }));
                }
                if message["type"] == "complete" || message["type"] == "error" {
                    break;
                }
            }
        }
        assert_eq!(counts[0]["data"]["positions"]["totalCount"], 1);
        assert_eq!(counts[1]["errors"][0]["extensions"]["code"], "FORBIDDEN", "{counts:?}");
    }
}
