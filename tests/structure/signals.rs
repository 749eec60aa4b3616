//! Signals: what recurs more than chance is found by the job, and becomes a theme.

use super::*;

both_databases! {
    async fn what_recurs_in_one_context_is_found_and_becomes_a_theme_once(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let needs = ["WORK", "HOUSING", "HEALTH", "SCHOOL"];
        let kinds = ["COST", "TRANSPORT", "WAITING_TIME", "INFORMATION_GAP"];
        let raise = async |user: &Client, number: usize, kind: &str, need: &str| {
            let case = numbered(user, number).await;
            raised(user, json!({ "caseId": case, "kind": kind, "needArea": need, "severity": "MINOR" })).await;
        };
        for number in 0..24 {
            let user = if number % 2 == 0 { &central } else { &municipal };
            raise(user, number, kinds[number % 4], needs[(number / 4) % 4]).await;
        }
        assert_eq!(app.app.signal_search().search().await.unwrap(), 0, "chance alone");
        for number in 24..34 {
            let user = if number % 2 == 0 { &central } else { &municipal };
            raise(user, number, "OFFER_FULL", "LANGUAGE").await;
        }
        assert_eq!(app.app.signal_search().search().await.unwrap(), 1);
        let (coordinator, supervisor) = (app.coordinator().await, app.supervisor().await);
        let list = "{ signals { nodes { id kind needArea municipality { name } cases expectedHundredths explanation theme { id } } } }";
        let seen = supervisor.query(list).await;
        let signal = seen.data()["signals"]["nodes"][0].clone();
        assert_eq!((&signal["kind"], &signal["needArea"], &signal["cases"]), (&json!("OFFER_FULL"), &json!("LANGUAGE"), &json!(10)));
        assert!(signal["municipality"].is_null(), "it is in both towns");
        let explained = signal["explanation"].as_str().unwrap();
        assert!(explained.starts_with("10 Fälle, ") && explained.ends_with(" erwartet"), "{explained}");
        let blurred = coordinator.query(list).await.data()["signals"]["nodes"][0]["cases"].as_i64().unwrap();
        assert!((8..=12).contains(&blurred));
        let mut input = proposal("OFFER_FULL");
        input["pattern"] = Value::Null;
        input["signalId"] = signal["id"].clone();
        let theme = done(&coordinator, "themePropose", input, "theme { id needArea }").await;
        assert_eq!(theme["needArea"], "LANGUAGE");
        // Found again, it keeps its id and its theme.
        app.app.signal_search().search().await.unwrap();
        let again = supervisor.query(list).await.data()["signals"]["nodes"][0].clone();
        assert_eq!((&again["id"], &again["theme"]["id"]), (&signal["id"], &theme["id"]));
        let denied = app.user(CENTRAL).await.query(list).await;
        assert_eq!(denied.code(), "FORBIDDEN");
    }

    async fn thresholds_are_data(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let administrator = app.administrator().await;
        let mut input = crate::access::samples::structure_setting();
        input["minimumCases"] = json!(1);
        assert_eq!(refused(&administrator, "structureSettingChange", input.clone(), "setting { minimumCases }").await, ["SETTING_OUT_OF_RANGE"]);
        input["minimumCases"] = json!(4);
        done(&administrator, "structureSettingChange", input, "setting { minimumCases }").await;
        let seen = app.employer().await.query("{ structureSetting { minimumCases hourCostCents validFrom } }").await;
        assert_eq!(seen.data()["structureSetting"], json!({ "minimumCases": 4, "hourCostCents": 4500, "validFrom": "2023-06-01" }));
    }
}
