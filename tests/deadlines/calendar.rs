//! The calendar feed: pseudonymous, for the own cases only, behind an address that is a secret and can be revoked.

use entity::ids::Identifier;
use reqwest::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use reqwest::{Method, Response};

use super::*;
use crate::access::world::Place;

const MADE: &str = "calendarFeed { id name revokedAt } url";

/// Makes a feed; its id and its address.
async fn feed(app: &TestApp, user: &Client) -> (Value, String) {
    let made = command(user, "calendarFeedCreate", json!({ "name": "Telefon" }), MADE).await;
    assert_eq!(made.user_errors(), Vec::<&str>::new(), "{made:?}");
    let path = made.payload()["url"].as_str().unwrap();
    assert!(path.starts_with("/calendar/kimc_") && path.ends_with(".ics"), "{path}");
    (made.payload()["calendarFeed"].clone(), app.url(path))
}

async fn ask(method: Method, url: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = reqwest::Client::new().request(method, url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

/// Fetches an address: status and text.
async fn fetch(url: &str) -> (u16, String) {
    let response = ask(Method::GET, url, &[]).await;
    (response.status().as_u16(), response.text().await.unwrap())
}

/// The summaries of a calendar, in their order.
fn summaries(text: &str) -> Vec<String> {
    text.split("\r\n").filter_map(|line| line.strip_prefix("SUMMARY:")).map(str::to_owned).collect()
}

const GONE: (u16, &str) = (404, "Not found.\n");

async fn is_gone(url: &str) -> bool {
    let (status, text) = fetch(url).await;
    (status, text.as_str()) == GONE
}

both_databases! {
    async fn a_calendar_has_the_open_deadlines_of_the_own_cases_and_names_nobody(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, other) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let (case, foreign) = (known(&user).await, known(&other).await);
        added(&other, &foreign, by_rule("COURSE_ENDS", "2023-06-20"), None).await;
        added(&user, &case, by_rule("APPEAL_ONE_MONTH", "2023-05-10"), Some("MARKTEXT")).await;
        added(&user, &case, by_rule("EIGHTEENTH_BIRTHDAY", "2005-09-23"), None).await;
        added(&user, &case, json!({ "dueOn": "2023-07-01" }), Some("MARKTEXT")).await;
        let settled = added(&user, &case, by_rule("TITLE_EXPIRES", "2023-06-30"), None).await;
        command(&user, "deadlineSettle", json!({ "deadlineId": settled["id"], "outcome": "MET" }), DEADLINE).await;

        let (_, url) = feed(&app, &user).await;
        let response = ask(Method::GET, &url, &[]).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/calendar; charset=utf-8");
        assert_eq!(response.headers()["cache-control"], "private, no-cache");
        let text = response.text().await.unwrap();
        let reference = case["reference"].as_str().unwrap();
        assert_eq!(summaries(&text), [
            format!("{reference}: Widerspruch oder Klage (1 Monat)"),
            format!("{reference}: Frist"),
            format!("{reference}: 18. Geburtstag (in diesem Monat)"),
        ]);
        for line in ["DTSTART;VALUE=DATE:20230612", "DTSTART;VALUE=DATE:20230701", "DTSTART;VALUE=DATE:20230901", "TRIGGER:-P13DT16H"] {
            assert!(text.contains(&format!("\r\n{line}\r\n")), "{line} in {text}");
        }
        for secret in ["MARK", "Muster", "Erika", "0923"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        let task = json!({ "caseId": case["id"], "text": "MARKTEXT", "dueOn": "2023-06-20" });
        assert_eq!(command(&user, "taskAdd", task, "task { id }").await.user_errors(), Vec::<&str>::new());
        let (_, text) = fetch(&url).await;
        assert_eq!(summaries(&text)[1], format!("{reference}: Aufgabe"));
        assert!(!text.contains("MARK"));
        let (_, english) = fetch(&format!("{url}?lang=en")).await;
        assert_eq!(summaries(&english)[0], format!("{reference}: Objection or court action (1 month)"));
        let foreign_reference = foreign["reference"].as_str().unwrap();
        let (_, url) = feed(&app, &other).await;
        assert_eq!(summaries(&fetch(&url).await.1), [format!("{foreign_reference}: Ende des Kurses")]);
        let substitute = json!({ "caseId": case["id"], "substituteId": foreign["lead"]["id"] });
        assert_eq!(command(&user, "caseNameSubstitute", substitute, "case { id }").await.user_errors(), Vec::<&str>::new());
        assert_eq!(summaries(&fetch(&url).await.1).len(), 4, "the deadlines of both cases, and no task of the lead");
    }

    async fn a_calendar_that_has_not_changed_is_not_sent_again(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let deadline = added(&user, &case, by_rule("COURSE_ENDS", "2023-06-20"), None).await;
        let (_, url) = feed(&app, &user).await;
        let first = ask(Method::GET, &url, &[]).await;
        let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
        let text = first.text().await.unwrap();
        app.clock.advance(chrono::Duration::hours(5));
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
            let again = ask(Method::GET, &url, &[(IF_NONE_MATCH.as_str(), &known)]).await;
            assert_eq!((again.status().as_u16(), again.text().await.unwrap().as_str()), (304, ""));
        }
        let head = ask(Method::HEAD, &url, &[]).await;
        assert_eq!((head.status().as_u16(), head.headers()[ETAG].to_str().unwrap()), (200, tag.as_str()));
        let user = app.user(CENTRAL).await;
        let moved = json!({ "deadlineId": deadline["id"], "dueOn": "2023-06-27" });
        command_for(&user, "deadlineMove", moved, DEADLINE, Some("verlängert")).await;
        let changed = ask(Method::GET, &url, &[(IF_NONE_MATCH.as_str(), &tag)]).await;
        assert_eq!(changed.status(), 200);
        let changed = changed.text().await.unwrap();
        let uid = |text: &str| text.split("\r\n").find(|line| line.starts_with("UID:")).unwrap().to_owned();
        assert_eq!(uid(&text), uid(&changed), "a calendar knows by it which entry moved");
        assert!(text.contains("SEQUENCE:0\r\n") && changed.contains("SEQUENCE:1\r\n"));
    }

    async fn an_address_that_does_not_hold_leads_nowhere_in_the_same_words(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, other) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        known(&user).await;
        let ((one, first), (_, second)) = (feed(&app, &user).await, feed(&app, &user).await);
        assert_eq!(fetch(&first).await.0, 200);
        let revoke = json!({ "calendarFeedId": one["id"] });
        let refused = command(&other, "calendarFeedRevoke", revoke.clone(), "calendarFeed { id }").await;
        assert_eq!(refused.rules(), rule("NOT_FOUND", "calendarFeedId"));
        let revoked = command(&user, "calendarFeedRevoke", revoke.clone(), "calendarFeed { revokedAt }").await;
        assert!(revoked.payload()["calendarFeed"]["revokedAt"].is_string());
        let again = command(&user, "calendarFeedRevoke", revoke, "calendarFeed { id }").await;
        assert_eq!(again.rules(), rule("CALENDAR_FEED_REVOKED", "calendarFeedId"));
        assert!(is_gone(&first).await && fetch(&second).await.0 == 200, "the other one still works");
        for path in ["/calendar/x.ics", &format!("/calendar/kimc_{}.ics", "A".repeat(43)), "/calendar/", "/calendar/a/b.ics", "/nothing"] {
            assert!(is_gone(&app.url(path)).await, "{path}");
        }

        // The grant ends: nothing is left to see. An account that is disabled has no calendar either.
        let place = Place::demo(&app).await;
        let accounts = app.administrator().await.query("{ accounts(first: 100) { nodes { id login grants { nodes { id } } } } }").await;
        let of = |login: &str| {
            let nodes = accounts.data()["accounts"]["nodes"].as_array().unwrap().clone();
            nodes.into_iter().find(|node| node["login"] == login).unwrap()
        };
        let id = |value: &Value| value.as_str().unwrap().to_owned();
        place.revoke(Identifier::parse(&id(&of(CENTRAL)["grants"]["nodes"][0]["id"])).unwrap()).await;
        assert!(is_gone(&second).await);
        let (_, third) = feed(&app, &other).await;
        assert_eq!(fetch(&third).await.0, 200);
        place.disable(Identifier::parse(&id(&of(MUNICIPAL)["id"])).unwrap()).await;
        assert!(is_gone(&third).await);
    }

    async fn the_address_is_shown_once_and_kept_nowhere(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let create = "mutation($options: CommandOptions) { calendarFeedCreate(input: { name: \"Telefon\" }, options: $options) {
            calendarFeed { id } url replayed userErrors { code path } } }";
        let make = async |options: Value| user.send(create, json!({ "options": options })).await.payload().clone();
        let only_validated = make(json!({ "validateOnly": true })).await;
        assert!(only_validated["url"].is_null() && !only_validated["calendarFeed"].is_null());
        let made = make(json!({ "idempotencyKey": "once" })).await;
        let again = make(json!({ "idempotencyKey": "once" })).await;
        assert_eq!((&again["replayed"], &again["url"], &again["calendarFeed"]), (&json!(true), &Value::Null, &made["calendarFeed"]));
        let token = made["url"].as_str().unwrap().strip_prefix("/calendar/").unwrap().strip_suffix(".ics").unwrap().to_owned();
        let everything = Tables::open(app.db.url()).await.everything(app.db.url()).await;
        assert!(everything.contains("calendarFeedCreate") && !everything.contains(&token[5..]));
        let list = user.query("{ calendarFeeds { nodes { id name revokedAt } } }").await;
        assert_eq!(list.data()["calendarFeeds"]["nodes"].as_array().unwrap().len(), 1);
        for _ in 1..10 {
            feed(&app, &user).await;
        }
        let many = command(&user, "calendarFeedCreate", json!({ "name": "x" }), MADE).await;
        assert_eq!((many.rules(), &many.payload()["url"]), (rule("CALENDAR_FEEDS_TOO_MANY", ""), &Value::Null));
        for other in [app.supervisor().await, app.coordinator().await, app.administrator().await] {
            assert_eq!(command(&other, "calendarFeedCreate", json!({ "name": "x" }), MADE).await.code(), "FORBIDDEN");
        }
        assert!(app.user(MUNICIPAL).await.query("{ calendarFeeds { nodes { id } } }").await.data()["calendarFeeds"]["nodes"].as_array().unwrap().is_empty());
    }

    async fn the_address_is_complete_where_the_operator_has_named_the_server(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_SERVER_PUBLIC_URL", "https://kim.example.org/").start().await;
        let made = command(&app.user(CENTRAL).await, "calendarFeedCreate", json!({ "name": "x" }), MADE).await;
        assert!(made.payload()["url"].as_str().unwrap().starts_with("https://kim.example.org/calendar/kimc_"), "{made:?}");
    }
}
