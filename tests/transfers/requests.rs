//! Requests: the lead learns who asks, and who asks learns nothing.

use chrono::Duration;

use super::*;

async fn request(user: &Client, reference: &str) -> Answer {
    command(user, "transferRequest", json!({ "reference": reference }), TRANSFER).await
}

/// An answer without what differs between any two requests.
fn alike(answer: &Answer) -> String {
    let mut body = answer.body.clone();
    for name in ["transferRequest", "transfer"] {
        if let Some(value) = body["data"].get_mut(name) {
            let transfer = if name == "transfer" { value } else { &mut value["transfer"] };
            transfer["id"] = json!("ID");
            transfer["reference"] = json!("REFERENCE");
        }
    }
    body.as_object_mut().unwrap().remove("extensions");
    format!("{body}{}", answer.body["extensions"]["redactions"])
}

both_databases! {
    async fn a_request_looks_the_same_whether_there_is_such_a_case_or_not(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (lead_of_case, asker) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let case = known(&lead_of_case).await;
        let (real, void) = (request(&asker, case["reference"].as_str().unwrap()).await, request(&asker, "2023-0999").await);
        assert_eq!(alike(&real), alike(&void));
        let (real, void) = (real.payload()["transfer"].clone(), void.payload()["transfer"].clone());
        assert_eq!((&real["kind"], &real["status"]), (&json!("REQUEST"), &json!("OFFERED")));
        let look = async |asker: &Client| {
            let (real, void) = (seen(asker, &real["id"]).await, seen(asker, &void["id"]).await);
            assert_eq!(alike(&real), alike(&void));
            real.data()["transfer"]["status"].clone()
        };
        look(&asker).await;
        assert_eq!(request(&asker, "2023-0999").await.user_errors(), ["REQUEST_OPEN"]);
        assert_eq!(request(&asker, case["reference"].as_str().unwrap()).await.user_errors(), ["REQUEST_OPEN"]);
        assert_eq!(request(&asker, "23-1").await.user_errors(), ["REFERENCE_MALFORMED"]);
        let reason = command_for(&asker, "transferRequest", json!({ "reference": "2023-0998" }), "transfer { id }", Some("Frau M.")).await;
        assert_eq!(reason.user_errors(), ["REASON_NOT_ALLOWED"]);
        assert!(notices(&asker).await.is_empty());
        assert_eq!(notices(&lead_of_case).await, ["TRANSFER_OFFERED"]);
        let told = seen(&lead_of_case, &real["id"]).await.data()["transfer"].clone();
        assert_eq!((&told["receiver"]["displayName"], &told["case"]["id"]), (&json!("Cem Casemanagement-Muster"), &case["id"]));
        assert!(seen(&lead_of_case, &void["id"]).await.data()["transfer"].is_null());
        // Silence ends both in the same way.
        app.clock.advance(Duration::days(15));
        let asker = app.user(MUNICIPAL).await;
        assert_eq!(look(&asker).await, "EXPIRED");
        assert_eq!(app.app.transfer_expiry().expire().await.unwrap(), 2);
        assert_eq!(look(&asker).await, "EXPIRED");
        assert_eq!(notices(&asker).await, ["TRANSFER_ANSWERED", "TRANSFER_ANSWERED"]);
        let own = app.user(CENTRAL).await;
        assert_eq!(request(&own, case["reference"].as_str().unwrap()).await.user_errors(), ["RECEIVER_IS_LEAD"]);
    }

    async fn a_lead_accepts_a_request_by_offering_the_case_and_declines_it_with_a_reason(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (lead_of_case, asker) = (app.user(CENTRAL).await, colleague(&app).await);
        let case = known(&lead_of_case).await;
        let reference = case["reference"].as_str().unwrap();
        let asked = request(&asker, reference).await.payload()["transfer"].clone();
        assert_eq!(give(&lead_of_case, "transferAccept", &asked["id"], None).await.user_errors(), ["TRANSFER_IS_REQUEST"]);
        assert_eq!(give(&asker, "transferAccept", &asked["id"], None).await.user_errors(), ["NOT_FOUND"]);
        let states = |transfer: &Value| -> Vec<bool> {
            transfer["availableTransitions"].as_array().unwrap().iter().map(|state| state["allowed"] == true).collect()
        };
        assert_eq!(states(&seen(&lead_of_case, &asked["id"]).await.data()["transfer"]), [false, false, true, false]);
        assert_eq!(states(&seen(&asker, &asked["id"]).await.data()["transfer"]), [false, false, false, true]);
        let declined = give(&lead_of_case, "transferDecline", &asked["id"], Some("MARKABSAGE")).await;
        assert_eq!(declined.payload()["transfer"]["status"], "DECLINED", "{declined:?}");
        let shown = seen(&asker, &asked["id"]).await;
        assert_eq!(shown.data()["transfer"]["status"], "DECLINED");
        assert!(shown.data()["transfer"]["giver"].is_null() && !shown.body.to_string().contains("MARKABSAGE"));

        let asked = request(&asker, reference).await.payload()["transfer"].clone();
        let offered = offer(&lead_of_case, &case, "Zita", json!({})).await.payload()["transfer"].clone();
        assert_eq!(seen(&asker, &asked["id"]).await.data()["transfer"]["status"], "ACCEPTED");
        assert_eq!(lead(&app, &case).await["lead"]["displayName"], "Clara Casemanagement-Muster", "the request alone moves nothing");
        confirm_all(&asker, &offered["id"]).await;
        assert_eq!(give(&asker, "transferAccept", &offered["id"], None).await.user_errors(), Vec::<&str>::new());
        assert_eq!(lead(&app, &case).await["lead"]["displayName"], "Zita Zweite-Muster");
    }

    async fn nobody_can_have_more_than_ten_requests_open_and_withdrawing_makes_room(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let asker = app.user(MUNICIPAL).await;
        let mut last = Value::Null;
        for number in 1..=10 {
            let asked = request(&asker, &format!("2023-{number:04}")).await;
            last = asked.payload()["transfer"]["id"].clone();
        }
        assert_eq!(request(&asker, "2023-0011").await.user_errors(), ["REQUESTS_TOO_MANY"]);
        assert_eq!(give(&app.user(CENTRAL).await, "transferWithdraw", &last, None).await.user_errors(), ["NOT_FOUND"]);
        assert_eq!(give(&asker, "transferWithdraw", &last, None).await.payload()["transfer"]["status"], "WITHDRAWN");
        assert_eq!(request(&asker, "2023-0011").await.user_errors(), Vec::<&str>::new());
        assert_eq!(request(&app.supervisor().await, "2023-0011").await.code(), "FORBIDDEN");
    }
}
