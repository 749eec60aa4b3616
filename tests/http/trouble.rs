//! A lost database, a full disk, a locked file: 503, nothing half done, and recovery without a restart.

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, eventually};
use crate::databases::TestDatabase;
use crate::desk::{id_of, numbers, plan, planned};
use crate::sockets::Socket;
use crate::tables::{Lock, Tables};

fn assert_unavailable(answer: &Answer, code: &str) {
    assert_eq!((answer.status, answer.code()), (503, code), "{answer:?}");
    assert_eq!(answer.body["errors"][0]["extensions"]["retryable"], true);
    let text = answer.body.to_string();
    assert!(!text.contains("postgres") && !text.contains("sqlite") && !text.contains("SELECT"), "{text}");
}

async fn readiness(app: &TestApp) -> (u16, Value) {
    let response = reqwest::get(app.url("/health/ready")).await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_database_costs_503_and_comes_back_without_a_restart() {
    let Some(db) = TestDatabase::private_postgres().await else { return };
    let app = TestApp::on(db).with("KIM_DATABASE_ACQUIRE_TIMEOUT_MS", "1000").start().await;
    let coordinator = app.coordinator().await;
    let employer = id_of(&coordinator, "organisations", "Stadt Coesfeld").await;
    // What the demo did is not what is waited for.
    app.seal().await;
    let mut socket = Socket::of(&app, &coordinator).await;
    socket.subscribe("a", "subscription { positionChanged { position { number } } }", json!({})).await;
    socket.settle().await;
    plan(&coordinator, &employer, "BEFORE").await;
    assert_eq!(socket.data().await["positionChanged"]["position"]["number"], "BEFORE");

    app.db.stop();
    assert_unavailable(&coordinator.query("{ positions { totalCount } }").await, "DATABASE_UNAVAILABLE");
    assert_unavailable(&plan(&coordinator, &employer, "LOST").await, "DATABASE_UNAVAILABLE");
    let login = "mutation { sessionLogin(input: { login: \"a@b.example\", password: \"c\" }) { userErrors { code } } }";
    assert_unavailable(&app.nobody().query(login).await, "DATABASE_UNAVAILABLE");
    let (status, body) = readiness(&app).await;
    assert!(status == 503 && body["missing"][0].as_str().unwrap().starts_with("database:"), "{body}");
    assert_eq!(reqwest::get(app.url("/health/live")).await.unwrap().status(), 200);
    let mut refused = Socket::silent(&app).await;
    refused.introduce(&coordinator).await;
    assert_eq!(refused.closing().await.0, 1013, "the token cannot be checked now: come back later");

    app.db.start();
    eventually("the server is ready again", || async { readiness(&app).await.0 == 200 }).await;
    let seen = numbers(&coordinator).await;
    assert!(seen.contains(&"BEFORE".to_owned()) && !seen.contains(&"LOST".to_owned()));
    plan(&coordinator, &employer, "AFTER").await;
    assert_eq!(socket.data().await["positionChanged"]["position"]["number"], "AFTER", "the feed has recovered, too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_storage_costs_503_stores_nothing_and_works_again_with_space() {
    let app = TestApp::on(TestDatabase::sqlite().await)
        // The bound on pages belongs to a connection, so there is to be but one.
        .with("KIM_DATABASE_MAX_CONNECTIONS", "1")
        .start()
        .await;
    let coordinator = app.coordinator().await;
    let employer = id_of(&coordinator, "organisations", "Stadt Coesfeld").await;
    app.seal().await;
    let pages = async |most: i64| limit_pages(&app, most).await;
    let mut tables = Tables::open(app.db.url()).await;
    pages(tables.number("PRAGMA page_count").await + 4).await;
    let before = numbers(&coordinator).await.len();
    let events_before = tables.count("event").await;
    let mut done = 0;
    let refused = loop {
        let answer = plan(&coordinator, &employer, &format!("FULL-{done}")).await;
        if answer.body.get("errors").is_some() {
            break answer;
        }
        done += 1;
        assert!(done < 500, "the storage never got full");
    };
    assert_unavailable(&refused, "STORAGE_FULL");
    assert_eq!(numbers(&coordinator).await.len(), (before + done).min(100), "what was refused is not there");
    let events = tables.count("event").await;
    assert_eq!(usize::try_from(events - events_before).unwrap(), done, "nor in the log");
    pages(1_000_000).await;
    eventually("there is space again", || async {
        plan(&coordinator, &employer, "SPACE").await.body["data"]["positionPlan"]["position"]["number"] == "SPACE"
    })
    .await;
}

#[expect(clippy::disallowed_methods, reason = "a full disk cannot be had otherwise without being root")]
async fn limit_pages(app: &TestApp, most: i64) {
    app.app.store.reader().execute_unprepared(&format!("PRAGMA max_page_count = {most}")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_file_that_another_process_writes_to_is_waited_for_and_then_busy() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let coordinator = app.coordinator().await;
    let employer = id_of(&coordinator, "organisations", "Stadt Coesfeld").await;
    let lock = Lock::hold(app.db.url(), "position").await;
    assert!(!numbers(&coordinator).await.is_empty(), "reading goes on");
    assert_unavailable(&plan(&coordinator, &employer, "BUSY").await, "BUSY");
    // Short enough a wait is not noticed.
    let release = async {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        lock.release().await;
    };
    let (position, ()) = tokio::join!(planned(&coordinator, &employer, "WAITED"), release);
    assert!(!position.is_empty());
    assert!(!numbers(&coordinator).await.contains(&"BUSY".to_owned()));
}
