//! The engine: runs one request against the schema, under all limits, and lets nothing out that must not leave.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationType};
use async_graphql::{Request, Response, ServerError, Value, Variables, value};
use chrono::{DateTime, Utc};
use futures_util::{FutureExt, Stream, StreamExt};

use crate::access::Actor;
use crate::error::{ErrorCode, Failure};
use crate::graphql::context::{RequestState, Services};
use crate::graphql::limits::{Exceeded, Limits, Measure, measure, scan_tokens, unknown_list_type};
use crate::graphql::schema::{KimSchema, build};
use crate::live::SessionWatch;
use crate::store::accounts::session::Login;

/// The most errors of one answer; a small document can have thousands.
const ERRORS_MAXIMUM: usize = 20;
/// The longest message of a syntax error, in characters: the parser quotes whole lines.
const SYNTAX_MESSAGE_MAXIMUM: usize = 400;

/// What a call may carry out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operations {
    /// Queries (and subscriptions over an event stream): HTTP GET.
    QueriesOnly,
    /// Everything.
    QueriesAndMutations,
}

/// One request to be run.
pub struct Call {
    /// The request.
    pub request: Request,
    /// Who sent it.
    pub caller: Caller,
    /// Its identifier, for the log and for errors.
    pub request_id: String,
    /// What it may carry out.
    pub operations: Operations,
}

/// The limits of the transport.
#[derive(Clone, Copy, Debug)]
pub struct HttpLimits {
    /// The largest body, in bytes.
    pub body_bytes: usize,
    /// How long a body may take to arrive, in milliseconds.
    pub body_timeout_ms: u64,
    /// How long a WebSocket may take to say who it is, in milliseconds.
    pub ws_init_timeout_ms: u64,
    /// Pause between signs of life on open connections, in milliseconds.
    pub ws_ping_interval_ms: u64,
    /// The most operations at once on one WebSocket.
    pub ws_max_operations: usize,
    /// The largest WebSocket message, in bytes.
    pub ws_message_bytes: usize,
}

/// Why an open connection loses its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// The access token has run out.
    TokenExpired,
    /// The person logged out, or the account was disabled.
    SessionEnded,
}

/// Who sends requests on a connection.
#[derive(Clone)]
pub struct Caller {
    actor: Option<Actor>,
    expires_in: Option<Duration>,
    watch: SessionWatch,
    address: Option<IpAddr>,
    /// The `Idempotency-Key` header of the request.
    pub idempotency_key: Option<String>,
}

impl Caller {
    /// Resolves when the caller's session is over; never for nobody in particular.
    pub async fn ended(&self) -> SessionEnd {
        let expired = async {
            match self.expires_in {
                Some(rest) => tokio::time::sleep(rest).await,
                None => std::future::pending().await,
            }
        };
        let ended = async {
            match self.login() {
                // The watch drops its end only after telling, or when the server stops.
                Some(login) => drop(self.watch.follow(login).wait_for(|ended| *ended).await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = expired => SessionEnd::TokenExpired,
            () = ended => SessionEnd::SessionEnded,
        }
    }

    fn login(&self) -> Option<Login> {
        let actor = self.actor.as_ref()?;
        Some(Login { account_id: actor.account_id()?, session_id: actor.session_id() })
    }

    /// Who it is.
    #[must_use]
    pub const fn actor(&self) -> Option<&Actor> {
        self.actor.as_ref()
    }
}

/// The limits of requests.
#[derive(Clone)]
pub struct EngineLimits {
    /// Of documents.
    pub document: Limits,
    /// Of the transport.
    pub http: HttpLimits,
    /// How long an answer may take.
    pub time_budget: Duration,
}

/// The engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    schema: KimSchema,
    services: Arc<Services>,
    limits: EngineLimits,
    input_types: BTreeSet<String>,
}

/// A request that passed the limits.
struct Admitted {
    request: Request,
    state: Arc<RequestState>,
    measure: Measure,
}

impl Engine {
    /// An engine over the schema.
    #[must_use]
    pub fn new(services: Arc<Services>, limits: EngineLimits) -> Self {
        let schema = build();
        let input_types = input_types(&schema.sdl());
        Self { inner: Arc::new(Inner { schema, services, limits, input_types }) }
    }

    /// What the whole server shares.
    #[must_use]
    pub fn services(&self) -> &Arc<Services> {
        &self.inner.services
    }

    /// The limits of the transport.
    #[must_use]
    pub fn http_limits(&self) -> HttpLimits {
        self.inner.limits.http
    }

    /// Finds out who sends a request. `authorization` is the raw header value; without one it is nobody in particular.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` for a token that is broken, expired or of an ended session: never a silent fall back to nobody.
    pub async fn authenticate(&self, authorization: Option<&str>, address: Option<IpAddr>) -> Result<Caller, Failure> {
        let watch = self.inner.services.sessions.watch().clone();
        let mut caller = Caller { actor: None, expires_in: None, watch, address, idempotency_key: None };
        let Some(authorization) = authorization else { return Ok(caller) };
        let unauthenticated = || Failure::new(ErrorCode::Unauthenticated);
        let (scheme, token) = authorization.split_once(' ').ok_or_else(unauthenticated)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(unauthenticated());
        }
        let services = &self.inner.services;
        let identified = services.sessions.identify(token.trim()).await.inspect_err(|failure| {
            tracing::info!(code = failure.code.as_str(), cause = failure.cause.as_deref(), "a token was refused");
        })?;
        let rest: DateTime<Utc> = identified.expires_at;
        caller.expires_in = Some((rest - services.clock.now()).to_std().unwrap_or_default());
        caller.actor = Some(identified.actor);
        Ok(caller)
    }

    /// The same caller with the grants that hold now: for connections that outlive a request.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` if the session or the account has ended, and the troubles of the server.
    pub async fn renew(&self, caller: Caller) -> Result<Caller, Failure> {
        let Some(actor) = &caller.actor else { return Ok(caller) };
        let present = self.inner.services.sessions.again(actor).await?;
        let present = present.ok_or_else(|| Failure::new(ErrorCode::Unauthenticated))?;
        Ok(Caller { actor: Some(present), ..caller })
    }

    /// Parses the document of a request, within the limits of its size.
    fn parse<'a>(&self, request: &'a mut Request) -> Result<&'a ExecutableDocument, Failure> {
        let scan =
            scan_tokens(&request.query, &self.inner.limits.document).map_err(|exceeded| failure_of(&exceeded))?;
        if scan.bad_escape {
            let detail =
                "a string escapes NUL or half of a surrogate pair; write the character itself or use a variable";
            return Err(Failure::new(ErrorCode::BadRequest).with("detail", detail));
        }
        request.parsed_query().map_err(|error| {
            let message: String = error.message.chars().take(SYNTAX_MESSAGE_MAXIMUM).collect();
            Failure::new(ErrorCode::ParseFailed).with("detail", message)
        })
    }

    /// Whether the request is a subscription. A document that cannot be read is none.
    pub fn is_subscription(&self, request: &mut Request) -> bool {
        let name = request.operation_name.clone();
        let Ok(document) = self.parse(request) else { return false };
        operation_type(document, name.as_deref()) == Some(OperationType::Subscription)
    }

    fn admit(&self, call: Call) -> Result<Admitted, (Failure, String)> {
        let Call { mut request, caller, request_id, operations } = call;
        let checked = self.check(&mut request, operations);
        let measure = checked.map_err(|failure| (failure, request_id.clone()))?;
        let services = Arc::clone(&self.inner.services);
        let Caller { actor, address, idempotency_key, .. } = caller;
        let state = Arc::new(RequestState::new(services, actor, idempotency_key, address, request_id));
        let request = request.data(Arc::clone(&state));
        Ok(Admitted { request, state, measure })
    }

    fn check(&self, request: &mut Request, operations: Operations) -> Result<Measure, Failure> {
        let operation_name = request.operation_name.clone();
        let variables = std::mem::take(&mut request.variables);
        let document = self.parse(request)?;
        if let Some(name) = unknown_list_type(document, |name| self.inner.input_types.contains(name)) {
            return Err(Failure::new(ErrorCode::ValidationFailed).with("detail", format!("unknown type {name}")));
        }
        let measured = measure(document, operation_name.as_deref(), &variables, &self.inner.limits.document)
            .map_err(|exceeded| failure_of(&exceeded))?;
        match operation_type(document, operation_name.as_deref()) {
            Some(OperationType::Mutation) if operations == Operations::QueriesOnly => {
                return Err(Failure::new(ErrorCode::MethodNotAllowed));
            }
            // A rule of the specification that the framework's validator does not know.
            Some(OperationType::Subscription) if measured.root_fields > 1 => {
                let detail = "a subscription has exactly one field at its root";
                return Err(Failure::new(ErrorCode::ValidationFailed).with("detail", detail));
            }
            _ => {}
        }
        // The framework minds a missing variable only where an argument needs it, and only when it gets there.
        if let Some(name) = missing_variable(document, operation_name.as_deref(), &variables) {
            return Err(Failure::new(ErrorCode::BadInput).with("detail", format!("the variable ${name} is required")));
        }
        request.variables = variables;
        Ok(measured)
    }

    /// Runs a query or a mutation.
    pub async fn execute(&self, call: Call) -> Response {
        let Admitted { request, state, measure } = match self.admit(call) {
            Ok(admitted) => admitted,
            Err((failure, request_id)) => return refusal(&failure, &request_id),
        };
        let budget = self.inner.limits.time_budget;
        // A panic is a fault of ours that must cost one request, not the connections of the whole worker.
        let running = AssertUnwindSafe(state.run(self.inner.schema.execute(request))).catch_unwind();
        let response = match tokio::time::timeout(budget, running).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => {
                return refusal(&Failure::internal("a resolver panicked"), &state.request_id);
            }
            Err(_) => {
                let failure = Failure::new(ErrorCode::QueryTimeout).with("limit", budget.as_millis());
                return refusal(&failure, &state.request_id);
            }
        };
        if let Err(failure) = state.record_reads().await {
            return refusal(&failure, &state.request_id);
        }
        finish(response, &state, &measure)
    }

    /// Runs a subscription (or, with one answer, a query or a mutation).
    pub fn subscribe(&self, call: Call) -> impl Stream<Item = Response> + Send + 'static + use<> {
        let engine = self.clone();
        async_stream::stream! {
            let mut call = call;
            if !engine.is_subscription(&mut call.request) {
                yield engine.execute(call).await;
                return;
            }
            let Admitted { request, state, measure } = match engine.admit(call) {
                Ok(admitted) => admitted,
                Err((failure, request_id)) => {
                    yield refusal(&failure, &request_id);
                    return;
                }
            };
            let mut responses = engine.inner.schema.execute_stream(request);
            while let Some(response) = state.run(responses.next()).await {
                if let Err(failure) = state.record_reads().await {
                    yield refusal(&failure, &state.request_id);
                    return;
                }
                yield finish(response, &state, &measure);
            }
        }
    }
}

fn operation_type(document: &ExecutableDocument, name: Option<&str>) -> Option<OperationType> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => Some(operation.node.ty),
        (DocumentOperations::Multiple(operations), Some(name)) => {
            operations.get(name).map(|operation| operation.node.ty)
        }
        // Without a name it is refused later; until then the strictest kind decides.
        (DocumentOperations::Multiple(operations), None) => {
            operations.values().map(|operation| operation.node.ty).find(|ty| *ty == OperationType::Mutation)
        }
    }
}

/// A variable that the operation insists on and the request does not give.
fn missing_variable<'d>(
    document: &'d ExecutableDocument,
    name: Option<&str>,
    variables: &Variables,
) -> Option<&'d str> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => Some(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(_), None) => None,
    }?;
    let missing = operation.node.variable_definitions.iter().find(|definition| {
        let (name, definition) = (&definition.node.name.node, &definition.node);
        match variables.get(name) {
            Some(value) => *value == Value::Null && !definition.var_type.node.nullable,
            None => definition.default_value.is_none() && !definition.var_type.node.nullable,
        }
    });
    missing.map(|definition| definition.node.name.node.as_str())
}

fn failure_of(exceeded: &Exceeded) -> Failure {
    let code = ErrorCode::parse(exceeded.code()).unwrap_or(ErrorCode::BadRequest);
    Failure::new(code).with("limit", exceeded.limit())
}

/// Names of everything that can be the type of a variable.
fn input_types(sdl: &str) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = ["Int", "Float", "String", "Boolean", "ID"].map(str::to_owned).into();
    for line in sdl.lines() {
        let mut words = line.split_whitespace();
        if matches!(words.next(), Some("input" | "enum" | "scalar"))
            && let Some(name) = words.next()
        {
            names.insert(name.to_owned());
        }
    }
    names
}

/// An answer that carries nothing but one error.
#[must_use]
pub fn refusal(failure: &Failure, request_id: &str) -> Response {
    if failure.code == ErrorCode::Internal {
        tracing::error!(request_id, cause = failure.cause.as_deref(), "a request failed");
    }
    let mut error = ServerError::new(failure.message(), None);
    tag(&mut error, failure.code, request_id);
    Response::from_errors(vec![error])
}

fn tag(error: &mut ServerError, code: ErrorCode, request_id: &str) {
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("code", code.as_str());
    extensions.set("retryable", code.entry().retryable);
    extensions.set("requestId", request_id);
}

/// Gives every error its code, hides the text of those that are none of ours, and adds cost and redactions.
fn finish(mut response: Response, state: &RequestState, measure: &Measure) -> Response {
    response.errors.truncate(ERRORS_MAXIMUM);
    for error in &mut response.errors {
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        let code = match code {
            Some(Value::String(code)) => ErrorCode::parse(code),
            _ => None,
        };
        let code = match code {
            Some(code) => code,
            // Without a path nothing was run: the document or its variables do not fit the schema.
            None if error.path.is_empty() => {
                error.message = Failure::new(ErrorCode::ValidationFailed).with("detail", &error.message).message();
                ErrorCode::ValidationFailed
            }
            None if is_about_an_argument(&error.message) => {
                error.message = Failure::new(ErrorCode::BadInput).with("detail", &error.message).message();
                // An argument that cannot be read is a fault of the request, like one that validation finds.
                error.path.clear();
                ErrorCode::BadInput
            }
            None => {
                tracing::error!(
                    request_id = state.request_id,
                    cause = error.message,
                    "an error without a code was hidden"
                );
                error.message = Failure::new(ErrorCode::Internal).message();
                ErrorCode::Internal
            }
        };
        tag(error, code, &state.request_id);
    }
    let redactions = state.take_redactions();
    if !redactions.is_empty() {
        let list = redactions.into_iter().map(|redaction| {
            let path = redaction.path.into_iter().map(|part| match part.parse::<u64>() {
                Ok(index) => Value::from(index),
                Err(_) => Value::from(part),
            });
            value!({ "path": Value::List(path.collect()), "reason": redaction.reason.as_str() })
        });
        response.extensions.insert("redactions".to_owned(), Value::List(list.collect()));
    }
    response.extensions.insert(
        "cost".to_owned(),
        value!({ "complexity": measure.complexity, "depth": measure.depth, "fields": measure.expanded_fields }),
    );
    response
}

/// The framework's messages about arguments that it could not read; they quote the request only.
fn is_about_an_argument(message: &str) -> bool {
    ["Failed to parse", "Expected input type", "Variable "].iter().any(|beginning| message.starts_with(beginning))
        || message.starts_with("Invalid value for argument")
        || message.contains("Invalid global ID")
}

#[cfg(test)]
mod tests {
    use super::input_types;

    #[test]
    fn all_types_of_variables_are_known() {
        let types = input_types("input A {\n\tb: Int\n}\nenum C {\n\tD\n}\nscalar E\ntype F {\n\tg: Int\n}\n");
        assert!(["A", "C", "E", "Int", "ID"].iter().all(|name| types.contains(*name)));
        assert!(!types.contains("F"));
    }
}
