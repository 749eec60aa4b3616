//! The protocol edge: GraphQL over HTTP at `/graphql`, over `graphql-transport-ws` at `/graphql/ws` (and by upgrade at
//! `/graphql`), and over server-sent events. What a document means is the engine's business; what stands here is how
//! requests come in and how answers go out.
//!
//! A request passes these gates in this order: method, media type of the body (415), `Accept` (406), `Authorization`
//! (401, never anonymous instead), the body's size and time (413, 408), its members (400), the engine.
//!
//! Status by the media type of the answer:
//!
//! | what happened | `application/graphql-response+json` | `application/json` |
//! |---|---|---|
//! | executed, with or without field errors, even `data: null` | 200 | 200 |
//! | executed, but nothing came of it because the server could not (`data: null`, all errors 503) | 503 | 503 |
//! | the document cannot be parsed, is not valid, breaks a limit; variables do not fit | 400 or the code's own | 200 |
//! | mutation by GET | 405, `Allow: POST` | 405, `Allow: POST` |
//! | broken or expired token | 401 | 401 |
//! | any other code of the engine that means 413, 429 or 5xx | that status | that status |
//! | any other code of the engine that means 4xx | that status | 200 |
//! | not a well-formed GraphQL-over-HTTP request (JSON, members, media type, size, time) | 400, 406, 408, 413, 415 | the same |
//!
//! A request error is an answer with errors of which none has a path, and no data; it is sent without `data`, as the
//! specification wants it. An event stream is 200 once it has begun; a request error before that is a JSON answer with
//! the statuses of the first column.

mod negotiation;
mod request;
mod sse;
mod transport_ws;

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use self::negotiation::{Accepted, Answer, JsonType};
pub(in crate::http) use self::request::{bad, read_body};
use crate::access::Actor;
use crate::app::App;
use crate::error::{ErrorCode, Failure};
use crate::graphql::{Call, Caller, Engine, Operations};
use crate::http::RequestId;
use crate::http::middleware::client_address;

/// After how many seconds a client that was told 429 or 503 may ask again.
const RETRY_AFTER_S: &str = "5";

/// Says whether a page of the request's `Origin` may open a socket; requests without one come from no page.
pub type OriginCheck = Arc<dyn Fn(&HttpRequest) -> bool + Send + Sync>;

/// What the routes of this module work with; register it as `web::Data<Edge>`.
#[derive(Clone)]
pub struct Edge {
    /// Answers requests.
    pub engine: Engine,
    /// Fires when the server is about to stop: sockets close with 1001, event streams complete.
    pub shutdown: CancellationToken,
    /// Asked before each WebSocket handshake.
    pub origin_allowed: OriginCheck,
}

/// Registers `/graphql` and `/graphql/ws`.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/graphql")
                .route(web::get().to(get))
                .route(web::post().to(post))
                .default_service(web::to(|request: HttpRequest| wrong_method(request, "GET, POST"))),
        )
        .service(
            web::resource("/graphql/ws")
                .route(web::get().to(socket))
                .default_service(web::to(|request: HttpRequest| wrong_method(request, "GET"))),
        );
}

async fn post(edge: Data<Edge>, request: HttpRequest, mut payload: Payload) -> HttpResponse {
    let answer = async {
        if !negotiation::is_plain_json(request.headers()) {
            return Err(Failure::new(ErrorCode::UnsupportedMediaType));
        }
        let accepted = acceptable(&request)?;
        let caller = authenticate(&edge, &request).await?;
        let limits = edge.engine.http_limits();
        let body = read_body(&request, &mut payload, limits.body_bytes, limits.body_timeout_ms).await?;
        let call = Call {
            request: request::from_body(&body)?,
            caller,
            request_id: request_id(&request),
            operations: Operations::QueriesAndMutations,
        };
        answer(&edge, accepted, call).await
    };
    answer.await.unwrap_or_else(|failure| refuse(&request, failure))
}

async fn get(edge: Data<Edge>, request: HttpRequest, payload: Payload) -> HttpResponse {
    if asks_for_upgrade(&request) {
        return socket(edge, request, payload).await;
    }
    let answer = async {
        let accepted = acceptable(&request)?;
        let caller = authenticate(&edge, &request).await?;
        let call = Call {
            request: request::from_url(request.query_string())?,
            caller,
            request_id: request_id(&request),
            operations: Operations::QueriesOnly,
        };
        answer(&edge, accepted, call).await
    };
    answer.await.unwrap_or_else(|failure| refuse(&request, failure))
}

async fn socket(edge: Data<Edge>, request: HttpRequest, payload: Payload) -> HttpResponse {
    if !asks_for_upgrade(&request) {
        let failure = bad("only WebSocket handshakes are answered here");
        let mut response = refuse(&request, failure);
        *response.status_mut() = StatusCode::UPGRADE_REQUIRED;
        response.headers_mut().insert(header::UPGRADE, header::HeaderValue::from_static("websocket"));
        return response;
    }
    let opened = transport_ws::open(edge.get_ref(), &request, payload).await;
    opened.unwrap_or_else(|failure| refuse(&request, failure))
}

async fn wrong_method(request: HttpRequest, allowed: &'static str) -> HttpResponse {
    let mut response = refuse(&request, Failure::new(ErrorCode::MethodNotAllowed));
    response.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static(allowed));
    response
}

fn asks_for_upgrade(request: &HttpRequest) -> bool {
    let upgrade = request.headers().get(header::UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|value| value.to_ascii_lowercase().contains("websocket"))
}

fn acceptable(request: &HttpRequest) -> Result<Accepted, Failure> {
    let accepted = Accepted::of(request);
    accepted.for_result().map(|_| accepted).ok_or_else(|| Failure::new(ErrorCode::NotAcceptable))
}

/// The identifier that the server's middleware gave to this request; empty without that middleware.
pub(super) fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// The `Authorization` header as it came.
///
/// # Errors
/// `UNAUTHENTICATED` when there are several or one that is not text: a broken token, not a missing one.
fn authorization(request: &HttpRequest) -> Result<Option<&str>, Failure> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| Failure::new(ErrorCode::Unauthenticated)),
        (Some(_), Some(_)) => Err(Failure::new(ErrorCode::Unauthenticated)),
    }
}

pub(in crate::http) async fn authenticate(edge: &Edge, request: &HttpRequest) -> Result<Caller, Failure> {
    let mut caller = edge
        .engine
        .authenticate(authorization(request)?, address_of(request))
        .await
        .map_err(|error| Failure::new(error.code))?;
    caller.idempotency_key = idempotency_key(request)?;
    Ok(caller)
}

/// Who asks for something beside GraphQL, by the same header.
///
/// # Errors
/// `UNAUTHENTICATED`.
pub(in crate::http) async fn actor_of(edge: &Edge, request: &HttpRequest) -> Result<Actor, Failure> {
    let caller = authenticate(edge, request).await?;
    caller.actor().cloned().ok_or_else(|| Failure::new(ErrorCode::Unauthenticated))
}

/// The client's address, behind proxies that the configuration trusts.
fn address_of(request: &HttpRequest) -> Option<std::net::IpAddr> {
    request.app_data::<Data<App>>().and_then(|app| client_address(request, &app.config.server))
}

/// The `Idempotency-Key` header as it came.
fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, Failure> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| (1..=128).contains(&key.len()));
    key.map(|key| Some(key.to_owned())).ok_or_else(|| bad("Idempotency-Key must have 1 to 128 plain characters"))
}

/// Carries `call` out and writes the answer in the form that the client accepts.
async fn answer(edge: &Edge, accepted: Accepted, mut call: Call) -> Result<HttpResponse, Failure> {
    if edge.engine.is_subscription(&mut call.request) {
        if !accepted.takes_events() {
            // Over plain JSON there is no form for it: `text/event-stream` or a WebSocket.
            return Err(Failure::new(ErrorCode::NotAcceptable));
        }
        let begun = sse::begin(edge, call).await;
        return Ok(begun.unwrap_or_else(|response| respond(&response, accepted.for_error(), Statuses::Exact)));
    }
    let response = edge.engine.execute(call).await;
    Ok(match accepted.for_result() {
        Some(Answer::Events) if !is_request_error(&response) => sse::single(&response),
        Some(Answer::Single(JsonType::Json)) => respond(&response, JsonType::Json, Statuses::Lenient),
        Some(Answer::Single(JsonType::GraphqlResponse)) => {
            respond(&response, JsonType::GraphqlResponse, Statuses::Exact)
        }
        Some(Answer::Events) | None => respond(&response, accepted.for_error(), Statuses::Exact),
    })
}

/// The answer to a request that the engine does not get to see, with the shape of the engine's own errors: one error
/// with `extensions { code, retryable, requestId }` and no data.
pub fn edge_error(failure: &Failure, request_id: &str) -> Response {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", failure.code.as_str());
    extensions.set("retryable", failure.code.entry().retryable);
    extensions.set("requestId", request_id);
    let mut error = ServerError::new(failure.message(), None);
    error.extensions = Some(extensions);
    Response::from_errors(vec![error])
}

pub(in crate::http) fn refuse(request: &HttpRequest, failure: Failure) -> HttpResponse {
    let error = edge_error(&failure, &request_id(request));
    let mut response = respond(&error, Accepted::of(request).for_error(), Statuses::Exact);
    if matches!(failure.code, ErrorCode::PayloadTooLarge | ErrorCode::RequestTimeout) {
        // The rest of the body is still under way; nobody is going to read it.
        response.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
    }
    response
}

/// Whether the operation was not begun: errors without a path and no data.
pub(crate) fn is_request_error(response: &Response) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// Which statuses a JSON answer may have: see the table above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Statuses {
    Exact,
    Lenient,
}

fn status(response: &Response, statuses: Statuses) -> StatusCode {
    let mut errors = response.errors.iter().map(status_of);
    if !is_request_error(response) {
        // A client, and a proxy before us, should know to come back although the operation was begun.
        let unavailable = !response.errors.is_empty() && errors.all(|status| status == StatusCode::SERVICE_UNAVAILABLE);
        let nothing = response.data == Value::Null;
        return if nothing && unavailable { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    }
    let status = errors.next().unwrap_or(StatusCode::BAD_REQUEST);
    let kept = matches!(status.as_u16(), 401 | 405 | 413 | 429) || status.is_server_error();
    match statuses {
        Statuses::Lenient if !kept => StatusCode::OK,
        Statuses::Lenient | Statuses::Exact => status,
    }
}

/// The status that the code of `error` means; 400 where it has none.
fn status_of(error: &ServerError) -> StatusCode {
    let code = match error.extensions.as_ref().and_then(|extensions| extensions.get("code")) {
        Some(Value::String(code)) => ErrorCode::parse(code),
        Some(Value::Enum(code)) => ErrorCode::parse(code.as_str()),
        _ => None,
    };
    let status = code.and_then(|code| StatusCode::from_u16(code.entry().http_status).ok());
    status.unwrap_or(StatusCode::BAD_REQUEST)
}

fn respond(response: &Response, json_type: JsonType, statuses: Statuses) -> HttpResponse {
    let status = status(response, statuses);
    let mut builder = HttpResponse::build(status);
    builder
        .insert_header((header::CONTENT_TYPE, json_type.content_type()))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "Accept, Authorization"));
    match status {
        StatusCode::UNAUTHORIZED => builder.insert_header((header::WWW_AUTHENTICATE, "Bearer")),
        // Of the engine's: the one method it minds is a mutation's GET.
        StatusCode::METHOD_NOT_ALLOWED => builder.insert_header((header::ALLOW, "POST")),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            builder.insert_header((header::RETRY_AFTER, RETRY_AFTER_S))
        }
        _ => &mut builder,
    };
    builder.body(encode(response))
}

/// A GraphQL answer as it is sent: without `data` when the operation was not begun.
#[derive(Serialize)]
pub(crate) struct Wire<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<&'a std::collections::BTreeMap<String, Value>>,
}

impl<'a> Wire<'a> {
    pub(crate) fn of(response: &'a Response) -> Self {
        Self {
            errors: &response.errors,
            data: (!is_request_error(response)).then_some(&response.data),
            extensions: Some(&response.extensions).filter(|extensions| !extensions.is_empty()),
        }
    }
}

/// `response` as one line of JSON.
pub(crate) fn encode(response: &Response) -> String {
    serde_json::to_string(&Wire::of(response)).unwrap_or_else(|_| {
        // Only a value that JSON has no form for gets here; its neighbours have one.
        let error = edge_error(&Failure::new(ErrorCode::Internal), "");
        serde_json::to_string(&Wire::of(&error)).unwrap_or_default()
    })
}
