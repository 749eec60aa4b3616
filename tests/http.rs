//! The HTTP edge of the whole server.

use reqwest::Url;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::app::TestApp;

mod limits;
mod privacy;
mod shutdown;
mod surroundings;
mod trouble;
mod wire;

const GRAPHQL: &str = "application/graphql-response+json";
const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

/// Sends a request: status, headers, and the body as JSON (null if it is none).
async fn read(request: reqwest::RequestBuilder) -> (u16, HeaderMap, Value) {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, headers, serde_json::from_str(&response.text().await.unwrap()).unwrap_or(Value::Null))
}

/// The address of a GET request to the API.
fn asking(app: &TestApp, parameters: &[(&str, &str)]) -> Url {
    Url::parse_with_params(&app.url("/graphql"), parameters).unwrap()
}

/// The code of a request error: one without data.
fn code(body: &Value) -> &str {
    assert!(body.get("data").is_none(), "a request error has no data: {body}");
    assert!(body["errors"][0]["extensions"]["retryable"].is_boolean(), "{body}");
    body["errors"][0]["extensions"]["code"].as_str().unwrap()
}
