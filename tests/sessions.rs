//! Logging in, staying in, and being put out.

mod login;
mod oidc;
mod tokens;

use serde_json::json;

use crate::app::{Answer, Client, TestApp};

/// Tries to log in.
async fn log_in(app: &TestApp, login: &str, password: &str) -> Answer {
    let document = "mutation($input: SessionLoginInput!) {
        sessionLogin(input: $input) { session { accessToken refreshToken expiresAt } userErrors { code path message } } }";
    app.nobody().send(document, json!({ "input": { "login": login, "password": password } })).await
}

/// Tries to exchange a refresh token.
async fn refresh(app: &TestApp, token: &str) -> Answer {
    let document = "mutation($input: SessionRefreshInput!) {
        sessionRefresh(input: $input) { session { accessToken refreshToken } userErrors { code path message } } }";
    app.nobody().send(document, json!({ "input": { "refreshToken": token } })).await
}

/// The client of an answer with new tokens.
fn client(app: &TestApp, answer: &Answer) -> Client {
    let session = &answer.payload()["session"];
    let text = |name: &str| Some(session[name].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned());
    let mut client = app.nobody();
    client.token = text("accessToken");
    client.refresh_token = text("refreshToken");
    client
}

/// A client with this access token.
fn bearer(app: &TestApp, token: impl Into<String>) -> Client {
    let mut client = app.nobody();
    client.token = Some(token.into());
    client
}

/// Whose token it is, or the code with which it is refused.
async fn whose(client: &Client) -> Result<String, String> {
    let answer = client.query("{ viewer { account { login } } }").await;
    if answer.status == 200 {
        return Ok(answer.data()["viewer"]["account"]["login"].as_str().unwrap().to_owned());
    }
    assert_eq!(answer.body.get("data"), None, "{answer:?}");
    Err(format!("{} {}", answer.status, answer.code()))
}

/// The answer to a token that is not accepted.
fn refused() -> Result<String, String> {
    Err("401 UNAUTHENTICATED".to_owned())
}
