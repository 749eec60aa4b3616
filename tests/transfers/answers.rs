//! Answers: a transfer that is not accepted in time changes nothing, and races have one winner.

use chrono::Duration;

use super::*;

both_databases! {
    async fn a_declined_or_withdrawn_offer_changes_nothing_but_that_it_is_on_record(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (giver, receiver) = (app.user(CENTRAL).await, colleague(&app).await);
        let case = known(&giver).await;
        let offered = offer(&giver, &case, "Zita", json!({})).await.payload()["transfer"].clone();
        assert_eq!(give(&receiver, "transferDecline", &offered["id"], None).await.user_errors(), ["REASON_NEEDED"]);
        assert_eq!(give(&giver, "transferDecline", &offered["id"], Some("nein")).await.user_errors(), ["NOT_FOUND"]);
        let declined = give(&receiver, "transferDecline", &offered["id"], Some("Zu viele Fälle MARKABSAGE")).await;
        assert_eq!(declined.payload()["transfer"]["status"], "DECLINED", "{declined:?}");
        assert_eq!(notices(&giver).await, ["TRANSFER_ANSWERED"]);
        let shown = seen(&receiver, &offered["id"]).await.data()["transfer"].clone();
        assert_eq!((&shown["summary"], &shown["items"]["nodes"]), (&Value::Null, &json!([])), "the offer is over");
        let history = "query($id: ID!) { case(id: $id) { history(first: 1) { nodes { command reason } } } }";
        let told = giver.send(history, json!({ "id": case["id"] })).await.data()["case"]["history"]["nodes"][0].clone();
        assert_eq!(told, json!({ "command": "transferDecline", "reason": "Zu viele Fälle MARKABSAGE" }));

        let offered = offer(&giver, &case, "Zita", json!({})).await.payload()["transfer"].clone();
        confirm_all(&receiver, &offered["id"]).await;
        assert_eq!(give(&receiver, "transferWithdraw", &offered["id"], None).await.user_errors(), ["NOT_FOUND"]);
        let withdrawn = give(&giver, "transferWithdraw", &offered["id"], None).await;
        assert_eq!(withdrawn.payload()["transfer"]["status"], "WITHDRAWN");
        for name in ["transferAccept", "transferDecline"] {
            assert_eq!(give(&receiver, name, &offered["id"], Some("Grund")).await.user_errors(), ["TRANSITION_NOT_ALLOWED"]);
        }
        assert_eq!(lead(&app, &case).await["lead"]["displayName"], "Clara Casemanagement-Muster");
        assert_eq!(name_in_case(&giver, &case["id"]).await, "Musterfrau");
        assert!(identity(&receiver, &case["client"]["id"]).await.data()["client"].is_null());
    }

    async fn an_offer_ends_with_its_last_day_whether_the_job_has_run_or_not(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (giver, receiver) = (app.user(CENTRAL).await, colleague(&app).await);
        let case = known(&giver).await;
        let offered = offer(&giver, &case, "Zita", json!({ "answerBy": "2023-06-02" })).await.payload()["transfer"].clone();
        confirm_all(&receiver, &offered["id"]).await;
        app.clock.advance(Duration::days(2));
        let (giver, receiver) = (app.user(CENTRAL).await, app.user(COLLEAGUE).await);
        let shown = seen(&receiver, &offered["id"]).await.data()["transfer"].clone();
        assert_eq!((&shown["status"], &shown["summary"]), (&json!("EXPIRED"), &Value::Null));
        let of_status = "query($in: [TransferStatus!]) { transfers(filter: { statusIn: $in }) { nodes { id } } }";
        for (status, count) in [("OFFERED", 0), ("EXPIRED", 1)] {
            let answer = giver.send(of_status, json!({ "in": [status] })).await;
            assert_eq!(answer.data()["transfers"]["nodes"].as_array().unwrap().len(), count, "{status}");
        }
        assert_eq!(give(&receiver, "transferAccept", &offered["id"], None).await.user_errors(), ["TRANSFER_OVERDUE"]);
        assert_eq!(app.app.transfer_expiry().expire().await.unwrap(), 1);
        assert_eq!(app.app.transfer_expiry().expire().await.unwrap(), 0);
        assert_eq!(give(&receiver, "transferAccept", &offered["id"], None).await.user_errors(), ["TRANSITION_NOT_ALLOWED"]);
        assert_eq!(notices(&giver).await, ["TRANSFER_ANSWERED"]);
        assert_eq!(notices(&receiver).await, ["TRANSFER_ANSWERED", "TRANSFER_OFFERED"]);
        let history = "query($id: ID!) { case(id: $id) { history(first: 1) { nodes { command actorName } } } }";
        let told = giver.send(history, json!({ "id": case["id"] })).await.data()["case"]["history"]["nodes"][0].clone();
        assert_eq!(told, json!({ "command": "transferExpire", "actorName": null }));
        assert_eq!(lead(&app, &case).await["lead"]["displayName"], "Clara Casemanagement-Muster");
    }

    async fn an_overdue_offer_makes_room_for_a_new_one_before_the_job_comes_by(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let giver = app.user(CENTRAL).await;
        colleague(&app).await;
        let case = known(&giver).await;
        let first = offer(&giver, &case, "Zita", json!({ "answerBy": "2023-06-01" })).await.payload()["transfer"].clone();
        assert_eq!(offer(&giver, &case, "Zita", json!({})).await.user_errors(), ["TRANSFER_OPEN"]);
        app.clock.advance(Duration::days(1));
        let giver = app.user(CENTRAL).await;
        assert_eq!(offer(&giver, &case, "Zita", json!({})).await.user_errors(), Vec::<&str>::new());
        assert_eq!(seen(&giver, &first["id"]).await.data()["transfer"]["status"], "EXPIRED");
        assert_eq!(app.app.transfer_expiry().expire().await.unwrap(), 0);
    }

    async fn a_closed_case_is_not_taken_over_and_closing_and_accepting_at_once_has_one_winner(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (giver, receiver) = (app.user(CENTRAL).await, colleague(&app).await);
        for _ in 0..4 {
            let case = known(&giver).await;
            let offered = offer(&giver, &case, "Zita", json!({})).await.payload()["transfer"].clone();
            confirm_all(&receiver, &offered["id"]).await;
            let close = json!({ "caseId": case["id"], "closureReason": "CLIENT_WISH" });
            let (closed, accepted) = tokio::join!(
                command(&giver, "caseClose", close, "case { status }"),
                give(&receiver, "transferAccept", &offered["id"], None),
            );
            let state = lead(&app, &case).await;
            if accepted.user_errors().is_empty() {
                assert_eq!(closed.user_errors(), ["NOT_FOUND"], "the case is another's by then");
                assert_eq!((&state["lead"]["displayName"], &state["status"]), (&json!("Zita Zweite-Muster"), &json!("OPEN")));
            } else {
                assert_eq!(accepted.user_errors(), ["CASE_NOT_OPEN"]);
                assert_eq!((&state["lead"]["displayName"], &state["status"]), (&json!("Clara Casemanagement-Muster"), &json!("CLOSED")));
            }
        }
    }

    async fn two_acceptances_at_once_take_a_case_over_once_and_a_repeated_one_answers_the_same(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (giver, receiver) = (app.user(CENTRAL).await, colleague(&app).await);
        let case = known(&giver).await;
        let offered = offer(&giver, &case, "Zita", json!({})).await.payload()["transfer"].clone();
        confirm_all(&receiver, &offered["id"]).await;
        let (one, two) = tokio::join!(
            give(&receiver, "transferAccept", &offered["id"], None),
            give(&receiver, "transferAccept", &offered["id"], None),
        );
        let mut errors = one.user_errors();
        errors.extend(two.user_errors());
        assert_eq!(errors, ["TRANSITION_NOT_ALLOWED"]);

        let case = known(&giver).await;
        let offered = offer(&giver, &case, "Zita", json!({})).await.payload()["transfer"].clone();
        confirm_all(&receiver, &offered["id"]).await;
        let document = "mutation($input: TransferAcceptInput!, $options: CommandOptions) { transferAccept(input: $input, options: $options) {
            transfer { status version } replayed userErrors { code } } }";
        let variables = json!({ "input": { "transferId": offered["id"] }, "options": { "idempotencyKey": "accept-1" } });
        let first = receiver.send(document, variables.clone()).await.payload().clone();
        let second = receiver.send(document, variables).await.payload().clone();
        assert_eq!((&first["replayed"], &second["replayed"]), (&json!(false), &json!(true)), "{first} {second}");
        assert_eq!(first["transfer"], second["transfer"]);
        let events = "query($id: ID!) { case(id: $id) { history(first: 100) { nodes { command } } } }";
        let answer = receiver.send(events, json!({ "id": case["id"] })).await;
        let accepted = answer.data()["case"]["history"]["nodes"].as_array().unwrap().iter().filter(|node| node["command"] == "transferAccept").count();
        assert_eq!(accepted, 1);
    }

    async fn two_offers_at_once_leave_one_open(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let giver = app.user(CENTRAL).await;
        colleague(&app).await;
        let case = known(&giver).await;
        let (one, two) = tokio::join!(offer(&giver, &case, "Zita", json!({})), offer(&giver, &case, "Zita", json!({})));
        let mut errors = one.user_errors();
        errors.extend(two.user_errors());
        assert_eq!(errors, ["TRANSFER_OPEN"]);
    }
}
