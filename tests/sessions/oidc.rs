//! Tokens of an external issuer.

use chrono::Duration as Span;
use kim::demo::COORDINATOR_LOGIN;
use serde_json::{Value, json};

use super::{bearer, refused, whose};
use crate::app::{Client, TestApp, eventually};
use crate::databases::{TestDatabase, both_databases};
use crate::desk::{account, disable, grant, id_of};
use crate::issuer::TestIssuer;
use crate::sockets::Socket;

async fn start(db: TestDatabase, issuer: &TestIssuer) -> TestApp {
    TestApp::on(db).with("KIM_OIDC_ISSUER", issuer.url()).with("KIM_OIDC_AUDIENCE", "kim").start().await
}

fn of(app: &TestApp, issuer: &TestIssuer, login: &str) -> Client {
    bearer(app, issuer.token(json!({ "email": login, "email_verified": true })))
}

both_databases! {
    async fn tokens_of_the_configured_issuer_stand_for_the_account_of_their_login(db: TestDatabase) {
        let issuer = TestIssuer::start().await;
        let app = start(db, &issuer).await;
        assert_eq!(whose(&of(&app, &issuer, COORDINATOR_LOGIN)).await.as_deref(), Ok(COORDINATOR_LOGIN));
        assert_eq!(issuer.discovery_requests(), 1, "the address of the keys was not configured");
        let shouted = COORDINATOR_LOGIN.to_uppercase();
        assert_eq!(whose(&of(&app, &issuer, &shouted)).await.as_deref(), Ok(COORDINATOR_LOGIN));
        // An account without a password is for exactly this.
        let administrator = app.administrator().await;
        let id = account(&administrator, "extern@example.org", None).await;
        let employer = id_of(&administrator, "organisations", "Stadt Coesfeld").await;
        grant(&administrator, &id, "EMPLOYER", &employer, json!({})).await;
        let external = of(&app, &issuer, "extern@example.org");
        assert_eq!(external.query("{ positions { totalCount } }").await.data()["positions"]["totalCount"], 3);
        // One's own tokens go on working beside them.
        assert_eq!(whose(&app.coordinator().await).await.as_deref(), Ok(COORDINATOR_LOGIN));
        disable(&administrator, &id).await;
        assert_eq!(whose(&external).await, refused());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_do_not_fit_are_refused() {
    let issuer = TestIssuer::start().await;
    let stranger = TestIssuer::start().await;
    let app = start(TestDatabase::sqlite().await, &issuer).await;
    let with = |claims: Value| {
        let mut all = json!({ "email": COORDINATOR_LOGIN, "email_verified": true });
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        issuer.token(all)
    };
    assert!(whose(&bearer(&app, with(json!({})))).await.is_ok());
    for (what, token) in [
        ("unknown login", with(json!({ "email": "nobody@example.org" }))),
        ("no login", with(json!({ "email": null }))),
        ("login of another shape", with(json!({ "email": [COORDINATOR_LOGIN] }))),
        ("unverified address", with(json!({ "email_verified": false }))),
        ("address of unknown standing", with(json!({ "email_verified": null }))),
        ("another audience", with(json!({ "aud": "other" }))),
        ("another issuer", stranger.token(json!({ "email": COORDINATOR_LOGIN, "email_verified": true }))),
        (
            "another issuer under the name",
            stranger.token(json!({ "iss": issuer.url(), "email": COORDINATOR_LOGIN, "email_verified": true })),
        ),
        ("expired", with(json!({ "exp": 1_600_000_000 }))),
        ("no expiry", with(json!({ "exp": null }))),
        ("no subject", with(json!({ "sub": null }))),
        ("our own name", with(json!({ "iss": "kim" }))),
    ] {
        assert_eq!(whose(&bearer(&app, token)).await, refused(), "{what}");
    }
    let without = TestApp::start(TestDatabase::sqlite().await).await;
    let answer = whose(&of(&without, &issuer, COORDINATOR_LOGIN)).await;
    assert_eq!(answer, refused(), "no issuer is configured");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claim_of_the_login_can_be_chosen() {
    let issuer = TestIssuer::start().await;
    let app = TestApp::on(TestDatabase::sqlite().await)
        .with("KIM_OIDC_ISSUER", issuer.url())
        .with("KIM_OIDC_AUDIENCE", "kim")
        .with("KIM_OIDC_JWKS_URL", issuer.jwks_url())
        .with("KIM_OIDC_LOGIN_CLAIM", "preferred_username")
        .start()
        .await;
    let token = issuer.token(json!({ "preferred_username": COORDINATOR_LOGIN }));
    assert_eq!(whose(&bearer(&app, token)).await.as_deref(), Ok(COORDINATOR_LOGIN));
    assert_eq!(issuer.discovery_requests(), 0);
    assert_eq!(whose(&of(&app, &issuer, COORDINATOR_LOGIN)).await, refused(), "the address counts for nothing here");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_the_issuer_are_kept_and_rotate() {
    let issuer = TestIssuer::start().await;
    let app = start(TestDatabase::sqlite().await, &issuer).await;
    let before = of(&app, &issuer, COORDINATOR_LOGIN);
    for _ in 0..5 {
        assert!(whose(&before).await.is_ok());
    }
    assert_eq!(issuer.requests(), 1);
    app.clock.advance(Span::seconds(30));
    issuer.rotate();
    assert!(whose(&of(&app, &issuer, COORDINATOR_LOGIN)).await.is_ok(), "the new key is fetched when it is first met");
    assert_eq!(issuer.requests(), 2);
    assert_eq!(whose(&before).await, refused(), "the old key was withdrawn");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_issuer_costs_503_for_unknown_keys_while_known_ones_go_on_working() {
    let issuer = TestIssuer::start().await;
    let app = start(TestDatabase::sqlite().await, &issuer).await;
    issuer.set_failing(true);
    let first = of(&app, &issuer, COORDINATOR_LOGIN);
    let answer = first.query("{ __typename }").await;
    assert_eq!((answer.status, answer.code()), (503, "ISSUER_UNAVAILABLE"));
    assert_eq!(answer.body["errors"][0]["extensions"]["retryable"], true);
    assert!(whose(&app.coordinator().await).await.is_ok(), "own logins do not depend on it");
    let ready = reqwest::get(app.url("/health/ready")).await.unwrap();
    assert!(ready.status() == 503 && ready.text().await.unwrap().contains("external issuer"));
    let mut socket = Socket::silent(&app).await;
    socket.introduce(&first).await;
    assert_eq!(socket.closing().await.0, 1013);

    issuer.set_failing(false);
    app.clock.advance(Span::seconds(11));
    assert_eq!(whose(&first).await.as_deref(), Ok(COORDINATOR_LOGIN));
    issuer.set_failing(true);
    app.clock.advance(Span::seconds(3_600));
    assert!(whose(&first).await.is_ok(), "known keys go on working for a day");
    issuer.rotate();
    app.clock.advance(Span::seconds(11));
    assert_eq!(whose(&of(&app, &issuer, COORDINATOR_LOGIN)).await, Err("503 ISSUER_UNAVAILABLE".to_owned()));
    issuer.set_failing(false);
    eventually("the new key is found", || async {
        app.clock.advance(Span::seconds(11));
        whose(&of(&app, &issuer, COORDINATOR_LOGIN)).await.is_ok()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disabling_ends_subscriptions_that_were_opened_with_an_external_token() {
    let issuer = TestIssuer::start().await;
    let app = start(TestDatabase::sqlite().await, &issuer).await;
    let administrator = app.administrator().await;
    let id = account(&administrator, "extern@example.org", None).await;
    let employer = id_of(&administrator, "organisations", "Stadt Coesfeld").await;
    grant(&administrator, &id, "EMPLOYER", &employer, json!({})).await;
    let mut socket = Socket::of(&app, &of(&app, &issuer, "extern@example.org")).await;
    socket.subscribe("a", "subscription { positionChanged { position { number } } }", json!({})).await;
    socket.settle().await;
    disable(&administrator, &id).await;
    assert_eq!(socket.closing().await.0, 4401);
}
