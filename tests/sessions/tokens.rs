//! Access tokens: what is accepted, and what is not.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration as Span;
use kim::authn::keys::SigningKeys;
use kim::demo::COORDINATOR_LOGIN;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::{bearer, refused, whose};
use crate::app::TestApp;
use crate::databases::TestDatabase;

fn encoded(value: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(value)
}

fn part(token: &str, index: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap()).unwrap()
}

fn changed(base: &Value, changes: Value) -> Value {
    let mut base = base.as_object().unwrap().clone();
    base.extend(changes.as_object().unwrap().clone());
    base.retain(|_, value| !value.is_null());
    base.into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_genuine_tokens_of_running_sessions_are_accepted() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let genuine = app.coordinator().await.token.unwrap();
    let other = app.employer().await.token.unwrap();
    assert_eq!(whose(&bearer(&app, &genuine)).await.as_deref(), Ok(COORDINATOR_LOGIN));
    let (header, claims) = (part(&genuine, 0), part(&genuine, 1));
    let input =
        |header: &Value, claims: &Value| format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()));
    let signed = |header: Value, claims: Value| {
        let input = input(&header, &claims);
        let signature = app.app.token_keys.sign(input.as_bytes()).unwrap();
        format!("{input}.{}", encoded(signature))
    };
    assert_eq!(whose(&bearer(&app, signed(header.clone(), claims.clone()))).await.as_deref(), Ok(COORDINATOR_LOGIN));

    let public = app.app.token_keys.jwks()["keys"][0]["x"].as_str().unwrap().to_owned();
    let symmetric = |key: &[u8]| {
        let input = input(&changed(&header, json!({ "alg": "HS256" })), &claims);
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), input.as_bytes());
        format!("{input}.{}", encoded(tag.as_ref()))
    };
    let with_claims = |changes: Value| signed(header.clone(), changed(&claims, changes));
    let with_header = |changes: Value| signed(changed(&header, changes), claims.clone());
    let (start, signature) = genuine.rsplit_once('.').unwrap();
    let foreign_signature = other.rsplit_once('.').unwrap().1;
    let strange_keys = SigningKeys::from_pem(&SigningKeys::generate().unwrap()).unwrap();
    let strange = format!("{start}.{}", encoded(strange_keys.sign(start.as_bytes()).unwrap()));
    let mut flipped = URL_SAFE_NO_PAD.decode(signature).unwrap();
    flipped[0] ^= 1;
    let raised = input(&header, &changed(&claims, json!({ "sub": part(&other, 1)["sub"] })));
    for (what, token) in [
        ("flipped signature", format!("{start}.{}", encoded(flipped))),
        ("signature of another token", format!("{start}.{foreign_signature}")),
        ("signed by another key under our name", strange),
        ("no signature", format!("{start}.")),
        ("changed claims", format!("{raised}.{signature}")),
        ("alg none", format!("{}.", input(&changed(&header, json!({ "alg": "none" })), &claims))),
        ("alg None with a signature", with_header(json!({ "alg": "None" }))),
        ("HS256 with the public key", symmetric(&URL_SAFE_NO_PAD.decode(&public).unwrap())),
        ("HS256 with the public key as text", symmetric(public.as_bytes())),
        ("another algorithm's name", with_header(json!({ "alg": "ES256" }))),
        ("unknown key", with_header(json!({ "kid": "x" }))),
        ("no key", with_header(json!({ "kid": null }))),
        ("key of its own", with_header(json!({ "kid": null, "jwk": app.app.token_keys.jwks()["keys"][0] }))),
        ("another kind", with_header(json!({ "typ": "JWT" }))),
        ("foreign issuer", with_claims(json!({ "iss": "https://evil.example" }))),
        ("no issuer", with_claims(json!({ "iss": null }))),
        ("another audience", with_claims(json!({ "aud": "other" }))),
        ("no audience", with_claims(json!({ "aud": null }))),
        ("no expiry", with_claims(json!({ "exp": null }))),
        ("expiry as text", with_claims(json!({ "exp": "4102444800" }))),
        ("expired", with_claims(json!({ "exp": 1_000_000_000 }))),
        ("no session", with_claims(json!({ "sid": null }))),
        ("session of another account", with_claims(json!({ "sid": part(&other, 1)["sid"] }))),
        ("account that is none", with_claims(json!({ "sub": "00000000-0000-0000-0000-000000000000" }))),
        ("four parts", format!("{genuine}.x")),
        ("over-long", format!("{start}{}.{signature}", "x".repeat(20_000))),
    ] {
        assert_eq!(whose(&bearer(&app, token)).await, refused(), "{what}");
    }
    app.clock.advance(Span::seconds(599));
    assert_eq!(whose(&bearer(&app, &genuine)).await.as_deref(), Ok(COORDINATOR_LOGIN));
    app.clock.advance(Span::seconds(1));
    assert_eq!(whose(&bearer(&app, &genuine)).await, refused(), "its time is over");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_verified_token_is_not_verified_twice() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let user = app.coordinator().await;
    let count = || app.app.engine.services().sessions.full_verifications();
    let before = count();
    for _ in 0..5 {
        whose(&user).await.unwrap();
    }
    assert_eq!(count() - before, 1);
    whose(&app.employer().await).await.unwrap();
    assert_eq!(count() - before, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_rotate_without_logging_anybody_out() {
    let old = TestApp::start(TestDatabase::sqlite().await).await;
    let user = old.coordinator().await;
    let old_key = std::fs::read_to_string(old.folder().join("secrets/signing-key.pem")).unwrap();
    let new_key = SigningKeys::generate().unwrap();
    let start = async |keys: String| {
        let file = old.folder().join("keys.pem");
        std::fs::write(&file, keys).unwrap();
        old.neighbour().with("KIM_AUTH_SIGNING_KEYS_FILE", file.display().to_string()).start().await
    };
    let both = start(format!("{}{old_key}", new_key.expose_secret())).await;
    assert_eq!(whose(&bearer(&both, user.token.as_ref().unwrap())).await.as_deref(), Ok(COORDINATOR_LOGIN));
    let fresh = both.coordinator().await;
    assert_eq!(whose(&fresh).await.as_deref(), Ok(COORDINATOR_LOGIN));
    assert_eq!(whose(&bearer(&old, fresh.token.as_ref().unwrap())).await, refused(), "signed with the new key");
    let keys: Value = reqwest::get(both.url("/.well-known/jwks.json")).await.unwrap().json().await.unwrap();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
    let new = start(new_key.expose_secret().to_owned()).await;
    assert_eq!(whose(&bearer(&new, user.token.as_ref().unwrap())).await, refused(), "the old key is gone");
    assert_eq!(whose(&bearer(&new, fresh.token.as_ref().unwrap())).await.as_deref(), Ok(COORDINATOR_LOGIN));
}
