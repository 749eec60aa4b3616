//! From bytes to a GraphQL request: the bounded, timed reading of a body, and the members of the JSON object, the URL
//! or the WebSocket payload that carry a request.
//!
//! Nothing here looks into the GraphQL document. Unknown members are passed over, as the specification wants it; a
//! member of the wrong type is named. A NUL character is refused wherever it stands, since no text of the system may
//! hold one and PostgreSQL cannot store it.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::{BytesMut, Payload};
use async_graphql::{Request, Value as GraphqlValue, Variables};
use futures_util::StreamExt;
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::error::{ErrorCode, Failure};

/// A `BAD_REQUEST` whose message says what is wrong. It never repeats what the client sent.
pub fn bad(detail: &'static str) -> Failure {
    Failure::new(ErrorCode::BadRequest).with("detail", detail)
}

/// What is wrong with the members of a request. A socket is closed for a wrong shape, but not for what a user typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A member is missing or has the wrong type.
    Shape(&'static str),
    /// A member holds what no request may hold.
    Content(&'static str),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Shape(detail) | Fault::Content(detail) => bad(detail),
        }
    }
}

/// Reads a whole body of at most `max_bytes`, which must have arrived `timeout_ms` after the call.
///
/// # Errors
/// `PAYLOAD_TOO_LARGE` (at once, when `Content-Length` says so), `REQUEST_TIMEOUT`, or `BAD_REQUEST` when the
/// connection breaks off.
pub async fn read_body(
    request: &HttpRequest,
    payload: &mut Payload,
    max_bytes: usize,
    timeout_ms: u64,
) -> Result<BytesMut, Failure> {
    let too_large = || Failure::new(ErrorCode::PayloadTooLarge).with("limit", max_bytes);
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|bytes: usize| bytes > max_bytes) {
        return Err(too_large());
    }
    let deadline = Instant::now() + Duration::from_millis(timeout_ms);
    let mut body = BytesMut::new();
    loop {
        match tokio::time::timeout_at(deadline, payload.next()).await {
            Err(_) => return Err(Failure::new(ErrorCode::RequestTimeout)),
            Ok(None) => return Ok(body),
            Ok(Some(Err(_))) => return Err(bad("the body broke off")),
            Ok(Some(Ok(chunk))) => {
                if body.len().saturating_add(chunk.len()) > max_bytes {
                    return Err(too_large());
                }
                body.extend_from_slice(&chunk);
            }
        }
    }
}

/// Reads the request that a JSON body carries.
///
/// # Errors
/// `BAD_REQUEST` with what is wrong; `BATCH_NOT_SUPPORTED`.
pub fn from_body(body: &[u8]) -> Result<Request, Failure> {
    let text = str::from_utf8(body).map_err(|_| bad("the body is not valid UTF-8"))?;
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(from_members(members)?),
        Ok(Value::Array(_)) => Err(Failure::new(ErrorCode::BatchNotSupported)),
        Ok(_) => Err(bad("the body must be a JSON object")),
        Err(_) => Err(bad("the body is not valid JSON")),
    }
}

/// Reads the request whose members stand in a JSON object.
///
/// # Errors
/// A fault that names the missing or wrong member.
pub fn from_members(mut members: Map<String, Value>) -> Result<Request, Fault> {
    let query = match members.remove("query") {
        Some(Value::String(query)) => query,
        None | Some(Value::Null) => return Err(Fault::Shape("`query` is missing")),
        Some(_) => return Err(Fault::Shape("`query` must be a string")),
    };
    let operation_name = match members.remove("operationName") {
        Some(Value::String(name)) => Some(name),
        None | Some(Value::Null) => None,
        Some(_) => return Err(Fault::Shape("`operationName` must be a string")),
    };
    let variables = match members.remove("variables") {
        Some(Value::Object(variables)) => variables,
        None | Some(Value::Null) => Map::new(),
        Some(_) => return Err(Fault::Shape("`variables` must be an object")),
    };
    let extensions = match members.remove("extensions") {
        Some(Value::Object(extensions)) => extensions,
        None | Some(Value::Null) => Map::new(),
        Some(_) => return Err(Fault::Shape("`extensions` must be an object")),
    };
    assemble(query, operation_name, variables, extensions)
}

/// Reads the request that the query part of a URL carries; `variables` and `extensions` hold JSON objects. An empty
/// `operationName`, `variables` or `extensions` counts as left out.
///
/// # Errors
/// `BAD_REQUEST` that names the missing, repeated or wrong parameter.
pub fn from_url(query_string: &str) -> Result<Request, Failure> {
    let (mut query, mut operation_name, mut variables, mut extensions) = (None, None, None, None);
    for pair in query_string.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let slot = match percent_decoded(name)?.as_str() {
            "query" => &mut query,
            "operationName" => &mut operation_name,
            "variables" => &mut variables,
            "extensions" => &mut extensions,
            _ => continue,
        };
        if slot.replace(percent_decoded(value)?).is_some() {
            return Err(bad("a parameter of the URL is given twice"));
        }
    }
    let object = |text: Option<String>, wrong: &'static str| match text.filter(|text| !text.is_empty()) {
        None => Ok(Map::new()),
        Some(text) => match serde_json::from_str(&text) {
            Ok(Value::Object(members)) => Ok(members),
            Ok(Value::Null) => Ok(Map::new()),
            _ => Err(bad(wrong)),
        },
    };
    let variables = object(variables, "`variables` must be a JSON object")?;
    let extensions = object(extensions, "`extensions` must be a JSON object")?;
    let query = query.ok_or_else(|| bad("`query` is missing"))?;
    Ok(assemble(query, operation_name.filter(|name| !name.is_empty()), variables, extensions)?)
}

fn assemble(
    query: String,
    operation_name: Option<String>,
    variables: Map<String, Value>,
    extensions: Map<String, Value>,
) -> Result<Request, Fault> {
    let nul = |text: &str| text.contains('\0');
    let nul_in = |members: &Map<String, Value>| members.iter().any(|(name, value)| nul(name) || holds_nul(value));
    if nul(&query) || operation_name.as_deref().is_some_and(nul) || nul_in(&variables) || nul_in(&extensions) {
        return Err(Fault::Content("a NUL character is not allowed"));
    }
    // The library's own conversion drops all variables when one is wrong; say so instead.
    let variables = GraphqlValue::from_json(Value::Object(variables)).map(Variables::from_value);
    let mut request =
        Request::new(query).variables(variables.map_err(|_| Fault::Content("`variables` cannot be read"))?);
    request.operation_name = operation_name;
    for (name, value) in extensions {
        let value = GraphqlValue::from_json(value).map_err(|_| Fault::Content("`extensions` cannot be read"))?;
        request.extensions.insert(name, value);
    }
    Ok(request)
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || holds_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Decodes `%41` and `+` strictly: what does not come out as UTF-8 is an error, not a replacement character.
fn percent_decoded(text: &str) -> Result<String, Failure> {
    let wrong = || bad("the URL is not well-formed percent-encoded UTF-8");
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [bytes.next().ok_or_else(wrong)?, bytes.next().ok_or_else(wrong)?];
                let [value] = <[u8; 1]>::try_from(hex::decode(digits).map_err(|_| wrong())?).map_err(|_| wrong())?;
                value
            }
            other => other,
        });
    }
    String::from_utf8(decoded).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail(failure: &Failure) -> String {
        assert_eq!((failure.code, failure.arguments.len()), (ErrorCode::BadRequest, 1));
        failure.arguments[0].1.clone()
    }

    fn refused(body: &str) -> String {
        detail(&from_body(body.as_bytes()).expect_err(body))
    }

    #[test]
    fn members_are_read_and_unknown_ones_passed_over() {
        let request = from_body(
            br#"{"query":"{a}","operationName":"A","variables":{"x":[1,{"y":null}]},"extensions":{"k":"v"},"id":7}"#,
        )
        .unwrap();
        assert_eq!(request.query, "{a}");
        assert_eq!(request.operation_name.as_deref(), Some("A"));
        assert_eq!(request.variables.to_string(), "{x: [1, {y: null}]}");
        assert_eq!(request.extensions.len(), 1);
        let request = from_body(br#"{"query":"{a}","operationName":null,"variables":null,"extensions":null}"#).unwrap();
        assert_eq!(request.operation_name, None);
    }

    #[test]
    fn wrong_members_are_named() {
        assert_eq!(refused("{}"), "`query` is missing");
        assert_eq!(refused(r#"{"query":null}"#), "`query` is missing");
        assert_eq!(refused(r#"{"query":{}}"#), "`query` must be a string");
        assert_eq!(refused(r#"{"query":"{a}","operationName":1}"#), "`operationName` must be a string");
        assert_eq!(refused(r#"{"query":"{a}","variables":[]}"#), "`variables` must be an object");
        assert_eq!(refused(r#"{"query":"{a}","variables":"{}"}"#), "`variables` must be an object");
        assert_eq!(refused(r#"{"query":"{a}","extensions":7}"#), "`extensions` must be an object");
    }

    #[test]
    fn bodies_that_are_no_request_are_refused() {
        let batch = from_body(br#"[{"query":"{a}"}]"#).unwrap_err();
        assert_eq!(batch.code, ErrorCode::BatchNotSupported);
        assert_eq!(refused("7"), "the body must be a JSON object");
        assert_eq!(refused(""), "the body is not valid JSON");
        assert_eq!(refused(r#"{"query":"{a}","variables":{"x":NaN}}"#), "the body is not valid JSON");
        let deep = format!(r#"{{"query":"{{a}}","variables":{{"x":{}{}}}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(refused(&deep), "the body is not valid JSON");
        let invalid = from_body(b"{\"query\":\"{a}\",\"id\":\"\xff\"}").unwrap_err();
        assert_eq!(detail(&invalid), "the body is not valid UTF-8");
    }

    #[test]
    fn nul_is_refused_wherever_it_stands() {
        for body in [
            r#"{"query":"{a\u0000}"}"#,
            r#"{"query":"{a}","operationName":"\u0000"}"#,
            r#"{"query":"{a}","variables":{"x":[{"y":"a\u0000"}]}}"#,
            r#"{"query":"{a}","variables":{"\u0000":1}}"#,
            r#"{"query":"{a}","extensions":{"x":"\u0000"}}"#,
        ] {
            assert_eq!(refused(body), "a NUL character is not allowed", "{body}");
        }
        assert_eq!(refused("{\"query\":\"{a}\0\"}"), "the body is not valid JSON");
        assert_eq!(detail(&from_url("query=%00").unwrap_err()), "a NUL character is not allowed");
    }

    #[test]
    fn url_parameters_are_read_strictly() {
        let request = from_url("query=%7Ba+b%7D&operationName=&variables=%7B%22%C3%A4%22%3A1%7D&x=1").unwrap();
        assert_eq!(request.query, "{a b}");
        assert_eq!(request.operation_name, None);
        assert_eq!(request.variables.to_string(), "{ä: 1}");
        for (url, expected) in [
            ("", "`query` is missing"),
            ("query=a&query=b", "a parameter of the URL is given twice"),
            ("query=%ff", "the URL is not well-formed percent-encoded UTF-8"),
            ("query=%4", "the URL is not well-formed percent-encoded UTF-8"),
            ("query=%+1", "the URL is not well-formed percent-encoded UTF-8"),
            ("query=a&variables=[]", "`variables` must be a JSON object"),
            ("query=a&variables={", "`variables` must be a JSON object"),
            ("query=a&extensions=1", "`extensions` must be a JSON object"),
        ] {
            assert_eq!(detail(&from_url(url).expect_err(url)), expected, "{url}");
        }
    }
}
