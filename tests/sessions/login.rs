//! Passwords, throttling, refreshing, and the ends of sessions.

use std::time::{Duration, Instant};

use chrono::Duration as Span;
use futures_util::future::join_all;
use kim::demo::{COORDINATOR_LOGIN, EMPLOYER_LOGIN};
use serde_json::json;

use super::{client, log_in, refresh, refused, whose};
use crate::app::{Client, TestApp};
use crate::databases::{TestDatabase, both_databases};
use crate::desk::{PASSWORD, account, account_id, disable, grant, id_of, revoke};

async fn positions(client: &Client) -> Result<usize, String> {
    let answer = client.query("{ positions { nodes { id } } }").await;
    match answer.body["data"]["positions"]["nodes"].as_array() {
        Some(nodes) => Ok(nodes.len()),
        None => Err(answer.code().to_owned()),
    }
}

both_databases! {
    async fn failed_logins_look_alike_whatever_the_reason(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let administrator = app.administrator().await;
        let gone = account(&administrator, "gone@example.org", Some(PASSWORD)).await;
        disable(&administrator, &gone).await;
        account(&administrator, "external@example.org", None).await;
        let mut answers = Vec::new();
        for (login, password) in [
            (COORDINATOR_LOGIN, "wrong"),
            (COORDINATOR_LOGIN, ""),
            ("nobody@example.org", PASSWORD),
            ("", ""),
            ("gone@example.org", PASSWORD),
            ("external@example.org", ""),
            ("external@example.org", PASSWORD),
        ] {
            let answer = log_in(&app, login, password).await;
            assert_eq!(answer.user_errors(), ["LOGIN_FAILED"], "{login}");
            answers.push((answer.status, answer.body["data"].to_string()));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert!(log_in(&app, &COORDINATOR_LOGIN.to_uppercase(), kim::demo::PASSWORD).await.user_errors().is_empty());
        let long = "x".repeat(100_000);
        assert_eq!(log_in(&app, &long, "wrong").await.user_errors(), ["LOGIN_FAILED"]);
        assert_eq!(log_in(&app, COORDINATOR_LOGIN, &long).await.user_errors(), ["LOGIN_FAILED"]);
    }

    async fn too_many_attempts_on_an_account_are_refused_for_a_while_even_with_the_right_password(db: TestDatabase) {
        let app = TestApp::on(db)
            .with("KIM_AUTH_LOGIN_ATTEMPTS_PER_ACCOUNT", "3")
            .with("KIM_AUTH_LOGIN_WINDOW_SECONDS", "900")
            .start()
            .await;
        for login in [COORDINATOR_LOGIN, "nobody@example.org"] {
            for variant in [login.to_owned(), login.to_uppercase(), format!(" {login} ")] {
                assert_eq!(log_in(&app, &variant, "wrong").await.user_errors(), ["LOGIN_FAILED"]);
            }
            for _ in 0..3 {
                let answer = log_in(&app, login, kim::demo::PASSWORD).await;
                assert_eq!(answer.user_errors(), ["LOGIN_THROTTLED"], "{login}: known or not, the same");
            }
        }
        assert!(log_in(&app, EMPLOYER_LOGIN, kim::demo::PASSWORD).await.user_errors().is_empty(), "others are not hit");
        app.clock.advance(Span::seconds(899));
        assert_eq!(log_in(&app, COORDINATOR_LOGIN, kim::demo::PASSWORD).await.user_errors(), ["LOGIN_THROTTLED"]);
        app.clock.advance(Span::seconds(2));
        assert!(log_in(&app, COORDINATOR_LOGIN, kim::demo::PASSWORD).await.user_errors().is_empty());
        // Success clears the count.
        for _ in 0..3 {
            assert_eq!(log_in(&app, COORDINATOR_LOGIN, "wrong").await.user_errors(), ["LOGIN_FAILED"]);
            assert_eq!(log_in(&app, COORDINATOR_LOGIN, "wrong").await.user_errors(), ["LOGIN_FAILED"]);
            assert!(log_in(&app, COORDINATOR_LOGIN, kim::demo::PASSWORD).await.user_errors().is_empty());
        }
    }

    async fn attempts_at_once_do_not_slip_through_the_throttle(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_AUTH_LOGIN_ATTEMPTS_PER_ACCOUNT", "3").start().await;
        let answers = join_all((0..12).map(|_| log_in(&app, COORDINATOR_LOGIN, "wrong"))).await;
        let failed = answers.iter().filter(|answer| answer.user_errors() == ["LOGIN_FAILED"]).count();
        let throttled = answers.iter().filter(|answer| answer.user_errors() == ["LOGIN_THROTTLED"]).count();
        assert_eq!((failed, throttled), (3, 9));
    }

    async fn too_many_attempts_from_an_address_are_refused_for_a_while(db: TestDatabase) {
        let app = TestApp::on(db)
            .with("KIM_AUTH_LOGIN_ATTEMPTS_PER_ADDRESS", "5")
            .with("KIM_AUTH_LOGIN_WINDOW_SECONDS", "60")
            .start()
            .await;
        for index in 0..5 {
            let login = format!("nobody-{index}@example.org");
            assert_eq!(log_in(&app, &login, "wrong").await.user_errors(), ["LOGIN_FAILED"]);
        }
        assert_eq!(log_in(&app, COORDINATOR_LOGIN, kim::demo::PASSWORD).await.user_errors(), ["LOGIN_THROTTLED"]);
        app.clock.advance(Span::seconds(61));
        assert!(log_in(&app, COORDINATOR_LOGIN, kim::demo::PASSWORD).await.user_errors().is_empty());
    }

    async fn refresh_token_works_once_and_gives_the_next_one(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let mut user = app.coordinator().await;
        for _ in 0..3 {
            app.clock.advance(Span::seconds(601));
            assert_eq!(whose(&user).await, refused(), "the access token has run out");
            let answer = refresh(&app, user.refresh_token.as_ref().unwrap()).await;
            let next = client(&app, &answer);
            assert!(next.refresh_token != user.refresh_token && next.token != user.token);
            assert_eq!(whose(&next).await.as_deref(), Ok(COORDINATOR_LOGIN));
            user = next;
        }
        for broken in ["", "x", "kimr_", &"x".repeat(10_000), user.token.as_ref().unwrap()] {
            assert_eq!(refresh(&app, broken).await.user_errors(), ["REFRESH_TOKEN_INVALID"]);
        }
        assert_eq!(whose(&user).await.as_deref(), Ok(COORDINATOR_LOGIN));
    }

    async fn reused_refresh_token_ends_the_family(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (stolen, other_session) = (app.coordinator().await, app.coordinator().await);
        let used = stolen.refresh_token.as_ref().unwrap();
        let thief = client(&app, &refresh(&app, used).await);
        assert_eq!(refresh(&app, used).await.user_errors(), ["REFRESH_TOKEN_INVALID"]);
        assert_eq!(whose(&thief).await, refused());
        assert_eq!(whose(&stolen).await, refused());
        let answer = refresh(&app, thief.refresh_token.as_ref().unwrap()).await;
        assert_eq!(answer.user_errors(), ["REFRESH_TOKEN_INVALID"]);
        assert_eq!(whose(&other_session).await.as_deref(), Ok(COORDINATOR_LOGIN), "another login is another family");
    }

    async fn refresh_token_used_twice_at_once_ends_the_family_as_well(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.coordinator().await;
        let token = user.refresh_token.clone().unwrap();
        let answers = join_all((0..6).map(|_| refresh(&app, &token))).await;
        let given: Vec<_> = answers.iter().filter(|answer| answer.user_errors().is_empty()).collect();
        assert!(given.len() <= 1, "{answers:?}");
        for answer in given {
            let client = client(&app, answer);
            assert_eq!(whose(&client).await, refused());
            assert_eq!(refresh(&app, client.refresh_token.as_ref().unwrap()).await.user_errors(), ["REFRESH_TOKEN_INVALID"]);
        }
        assert_eq!(whose(&user).await, refused());
    }

    async fn refresh_tokens_and_sessions_end_in_time(db: TestDatabase) {
        let app = TestApp::on(db)
            .with("KIM_AUTH_ACCESS_TOKEN_SECONDS", "600")
            .with("KIM_AUTH_REFRESH_TOKEN_SECONDS", "3600")
            .with("KIM_AUTH_SESSION_MAX_SECONDS", "7200")
            .start()
            .await;
        let unused = app.employer().await;
        let mut user = app.coordinator().await;
        for _ in 0..2 {
            app.clock.advance(Span::seconds(3_550));
            user = client(&app, &refresh(&app, user.refresh_token.as_ref().unwrap()).await);
        }
        assert_eq!(refresh(&app, unused.refresh_token.as_ref().unwrap()).await.user_errors(), ["REFRESH_TOKEN_INVALID"]);
        assert_eq!(whose(&user).await.as_deref(), Ok(COORDINATOR_LOGIN));
        app.clock.advance(Span::seconds(101));
        assert_eq!(whose(&user).await, refused(), "a session ends however often it is refreshed");
        let answer = refresh(&app, user.refresh_token.as_ref().unwrap()).await;
        assert_eq!(answer.user_errors(), ["REFRESH_TOKEN_INVALID"]);
    }

    async fn logout_ends_one_session_at_once(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, elsewhere) = (app.coordinator().await, app.coordinator().await);
        let logout = "mutation { sessionLogout { userErrors { code } } }";
        assert!(user.query(logout).await.user_errors().is_empty());
        assert_eq!(whose(&user).await, refused());
        assert_eq!(user.query(logout).await.code(), "UNAUTHENTICATED");
        assert_eq!(refresh(&app, user.refresh_token.as_ref().unwrap()).await.user_errors(), ["REFRESH_TOKEN_INVALID"]);
        assert_eq!(whose(&elsewhere).await.as_deref(), Ok(COORDINATOR_LOGIN));
    }

    async fn disabled_account_is_out_at_once(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (administrator, user) = (app.administrator().await, app.coordinator().await);
        disable(&administrator, &account_id(&administrator, COORDINATOR_LOGIN).await).await;
        assert_eq!(whose(&user).await, refused());
        assert_eq!(refresh(&app, user.refresh_token.as_ref().unwrap()).await.user_errors(), ["REFRESH_TOKEN_INVALID"]);
        assert_eq!(log_in(&app, COORDINATOR_LOGIN, kim::demo::PASSWORD).await.user_errors(), ["LOGIN_FAILED"]);
    }

    async fn grants_begin_and_end_with_their_days_in_berlin(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_AUTH_ACCESS_TOKEN_SECONDS", "3600").start().await;
        let administrator = app.administrator().await;
        let employer = id_of(&administrator, "organisations", "Stadt Coesfeld").await;
        let id = account(&administrator, "spaeter@example.org", Some(PASSWORD)).await;
        let days = json!({ "from": "2023-06-02", "until": "2023-06-03" });
        grant(&administrator, &id, "EMPLOYER", &employer, days).await;
        // It is ten o'clock on the first of June; midnight in Berlin is 22:00 UTC.
        for (advance, allowed) in
            [(0, false), (14 * 3600 - 60, false), (120, true), (24 * 3600 - 120, true), (120, false)]
        {
            app.clock.advance(Span::seconds(advance));
            let user = app.user_with_password("spaeter@example.org", PASSWORD).await;
            let seen = positions(&user).await;
            assert_eq!(seen.is_ok(), allowed, "{} {seen:?}", app.app.clock.now());
            assert!(allowed || seen == Err("FORBIDDEN".to_owned()), "{seen:?}");
        }
    }

    async fn given_and_revoked_grants_take_effect_on_the_next_request(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let administrator = app.administrator().await;
        let employer = id_of(&administrator, "organisations", "Stadt Coesfeld").await;
        let id = account(&administrator, "neu@example.org", Some(PASSWORD)).await;
        let user = app.user_with_password("neu@example.org", PASSWORD).await;
        assert_eq!(positions(&user).await, Err("FORBIDDEN".to_owned()));
        let given = grant(&administrator, &id, "EMPLOYER", &employer, json!({})).await;
        assert_eq!(positions(&user).await, Ok(3));
        revoke(&administrator, &given).await;
        assert_eq!(positions(&user).await, Err("FORBIDDEN".to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failed_logins_take_as_long_whatever_the_reason() {
    let app = TestApp::on(TestDatabase::sqlite().await).with_standard_hashing().start().await;
    let administrator = app.administrator().await;
    let gone = account(&administrator, "gone@example.org", Some(PASSWORD)).await;
    disable(&administrator, &gone).await;
    account(&administrator, "external@example.org", None).await;
    let logins = [COORDINATOR_LOGIN, "nobody@example.org", "gone@example.org", "external@example.org"];
    // Noise only ever adds time, so the shortest of several tries counts; the tries take turns, so that all share it.
    let mut shortest = [Duration::MAX; 4];
    for _ in 0..8 {
        for (login, shortest) in logins.iter().zip(&mut shortest) {
            let begun = Instant::now();
            assert_eq!(log_in(&app, login, "wrong").await.user_errors(), ["LOGIN_FAILED"]);
            *shortest = begun.elapsed().min(*shortest);
        }
    }
    let [usual, others @ ..] = shortest;
    for other in others {
        // Without a hash it would be a tenth.
        assert!(other * 2 > usual, "{shortest:?} of {logins:?}");
    }
}
