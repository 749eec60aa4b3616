//! The demo district: the minutes' facts, seen from three sides, and its invented cases.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::app::{Client, TestApp};
use crate::databases::{TestDatabase, both_databases};

async fn load(app: &TestApp, count: u32, seed: u64) -> u32 {
    let loaded = kim::demo::load_cases(&app.app, count, seed, |_| {}).await;
    loaded.unwrap_or_else(|failure| panic!("{failure:?}"))
}

/// All cases that a reader sees, page by page.
async fn all_cases(user: &Client, fields: &str) -> Vec<Value> {
    let mut cases = Vec::new();
    let mut after = Value::Null;
    loop {
        let query = format!(
            "query($after: String) {{ cases(first: 100, after: $after) {{ nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let answer = user.send(&query, serde_json::json!({ "after": after })).await;
        let page = &answer.data()["cases"];
        cases.extend(page["nodes"].as_array().unwrap().iter().cloned());
        if page["pageInfo"]["hasNextPage"] == false {
            return cases;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

both_databases! {
    async fn every_example_runs_for_the_account_it_is_meant_for(db: TestDatabase) {
        let app = TestApp::start(db).await;
        load(&app, 60, kim::demo::cases::SEED).await;
        for example in &kim::http::explorer::EXAMPLES {
            let answer = app.user(example.login).await.query(example.query).await;
            let first = answer.data().as_object().unwrap().values().find_map(|list| list["nodes"].as_array());
            assert!(!first.unwrap().is_empty(), "{}: {answer:?}", example.title);
        }
    }

    async fn a_second_start_keeps_the_data(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let count = app.coordinator().await.query("{ positions { totalCount } }").await.data().clone();
        let db = app.stop().await;
        let app = TestApp::start(db).await;
        assert_eq!(app.coordinator().await.query("{ positions { totalCount } }").await.data(), &count);
    }

    async fn every_case_manager_of_the_demo_has_16_to_25_open_cases(db: TestDatabase) {
        let app = TestApp::start(db).await;
        assert_eq!(load(&app, kim::demo::cases::COUNT, kim::demo::cases::SEED).await, 240);
        let cases = all_cases(
            &app.supervisor().await,
            "reference status phase openedOn municipality { name } lead { displayName }",
        )
        .await;
        assert_eq!(cases.len(), 240);
        let mut open: BTreeMap<&str, usize> = BTreeMap::new();
        for case in cases.iter().filter(|case| case["status"] != "CLOSED") {
            *open.entry(case["lead"]["displayName"].as_str().unwrap()).or_default() += 1;
        }
        // Nine people hold the case-management positions in June 2023; the others are vacant.
        assert_eq!(open.len(), 9);
        assert!(open.values().all(|count| (16..=25).contains(count)), "{open:?}");
        let count = |name: &str, key: &str| {
            let values: std::collections::BTreeSet<String> =
                cases.iter().map(|case| if key.is_empty() { case[name].to_string() } else { case[name][key].to_string() }).collect();
            values.len()
        };
        assert_eq!((count("municipality", "name"), count("phase", ""), count("reference", "")), (11, 8, 240));
        assert_eq!(load(&app, 10, 1).await, 0, "there are cases already");
    }

    async fn invented_people_are_sealed_found_and_logged_as_real_ones_are(db: TestDatabase) {
        let app = TestApp::start(db).await;
        load(&app, 60, 7).await;
        let user = app.user("case.management@stadt-coesfeld.example").await;
        let fields = "reference municipality { name } client { identity { familyName givenNames contact } }
            phaseChanges { nodes { previousPhase phase } } history { nodes { command texts { kind text } } }";
        let cases = all_cases(&user, fields).await;
        assert!(!cases.is_empty());
        for case in &cases {
            assert_eq!(case["municipality"]["name"], "Coesfeld", "the position serves no other town");
            let name = &case["client"]["identity"]["familyName"];
            assert!(case["client"]["identity"]["contact"].as_str().unwrap().contains(" 0000"));
            assert!(!case["phaseChanges"]["nodes"].as_array().unwrap().is_empty());
            let event = &case["history"]["nodes"][0];
            assert_eq!(event["command"], "caseOpen");
            let told = event["texts"].as_array().unwrap().iter().find(|text| text["kind"] == "FAMILY_NAME").unwrap();
            assert_eq!(told["text"], *name);
            let found = user
                .send(
                    "query($names: String!) { clientSearch(names: $names) { nodes { client { identity { familyName } } } } }",
                    serde_json::json!({ "names": name }),
                )
                .await;
            let found = found.data()["clientSearch"]["nodes"].as_array().unwrap().clone();
            assert!(found.iter().any(|found| found["client"]["identity"]["familyName"] == *name), "{name}");
        }
        app.seal().await;
        // A case that is opened by hand gets the next number.
        let next = crate::cases::open(&user).await;
        assert!(!cases.iter().any(|case| case["reference"] == next["reference"]));
        app.seal().await;
        let keys = &app.app.sealing_keys;
        let check = |key: &str, message: &[u8], signature: &[u8]| keys.verify(key, message, signature);
        let store = &app.app.store;
        let district = kim::store::district::district::by_ags(store, kim::demo::DISTRICT_AGS).await.unwrap().unwrap();
        let report = kim::store::log::verification::verify(store, district.id, None, &check).await.unwrap();
        assert!(report.finding.is_none() && report.waiting == 0);
    }

    async fn the_themes_of_the_minutes_rest_on_planted_barriers_and_await_the_steering_group(db: TestDatabase) {
        let app = TestApp::start(db).await;
        load(&app, kim::demo::cases::COUNT, kim::demo::cases::SEED).await;
        let (coordinator, supervisor) = (app.coordinator().await, app.supervisor().await);
        let query = "{ themes { nodes { title status evidence { cases suffices } options { nodes { title owner { name } } } } } }";
        let themes = supervisor.query(query).await.data()["themes"]["nodes"].as_array().unwrap().clone();
        let titles: Vec<&str> = themes.iter().map(|theme| theme["title"].as_str().unwrap()).collect();
        assert_eq!(titles.len(), 3);
        for (title, subject) in titles.iter().rev().zip(["Chancen-Aufenthaltsrecht", "Bürgergeld", "Fachkräfteeinwanderung"]) {
            assert!(title.starts_with(subject), "{title}");
        }
        for theme in &themes {
            assert_eq!((&theme["status"], &theme["evidence"]["suffices"]), (&serde_json::json!("PRIORITISED"), &serde_json::json!(true)));
            assert!(theme["evidence"]["cases"].as_i64().unwrap() >= 8, "{theme}");
            assert!(!theme["options"]["nodes"].as_array().unwrap().is_empty());
        }
        let query = "{ meetings { nodes { id title body { name } agendaItems { nodes { title theme { title } proposal } } } } }";
        let meetings = coordinator.query(query).await.data()["meetings"]["nodes"].as_array().unwrap().clone();
        let meeting = meetings.iter().find(|meeting| meeting["body"]["name"] == "Steuerungsgruppe").unwrap();
        let of_themes = meeting["agendaItems"]["nodes"].as_array().unwrap().iter().filter(|item| !item["theme"].is_null());
        assert_eq!(of_themes.count(), 3);
        // Nothing of the demo waits for the job that raises what nobody answered.
        assert_eq!(app.app.barrier_waiting().raise().await.unwrap(), 0);
        let pack = |form: &str| {
            let url = app.url(&format!("/meetings/{}/pack.{form}", meeting["id"].as_str().unwrap()));
            reqwest::Client::new().get(url).bearer_auth(coordinator.token.as_ref().unwrap()).send()
        };
        let page = pack("html").await.unwrap().text().await.unwrap();
        for wanted in ["Chancen-Aufenthaltsrecht", "Was Nichtstun kostet", "Gemeinsame Sprechstunde", "Nach Stadt oder Gemeinde"] {
            assert!(page.contains(wanted), "{wanted}");
        }
        let pdf = pack("pdf").await.unwrap().bytes().await.unwrap();
        if let Ok(folder) = std::env::var("KIM_TEST_KEEP") {
            std::fs::write(format!("{folder}/pack.pdf"), &pdf).unwrap();
            std::fs::write(format!("{folder}/pack.html"), &page).unwrap();
        }
        assert_eq!(lopdf::Document::load_mem(&pdf).unwrap().get_pages().len(), 5, "title, three themes, decisions");
    }
}
