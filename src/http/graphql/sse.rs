//! GraphQL over server-sent events, each operation on a connection of its own ("distinct connections mode"): `next`
//! events carry answers, one `complete` event ends the stream, comments keep it alive.
//!
//! A subscription's stream begins when its first answer is there or [`FIRST_ANSWER_MS`] have passed, whichever is
//! sooner: a request error that shows up until then gets a JSON answer with its own status, one that shows up later
//! goes out as `next` and ends the stream.
//!
//! Each stream has a task that moves answers into a short queue, from which the connection takes them. When the reader
//! leaves, or lets the queue stand full for a whole keep-alive interval, the task ends and the subscription with it.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Bytes;
use async_graphql::Response;
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, interval_at, timeout};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;

use super::{Edge, edge_error, encode, is_request_error};
use crate::error::{ErrorCode, Failure};
use crate::graphql::{Call, Caller};

/// How long the status of a subscription's answer may stay open.
const FIRST_ANSWER_MS: u64 = 100;

/// How many events wait for a slow reader before the subscription does.
const QUEUE_EVENTS: usize = 4;

const KEEP_ALIVE: &str = ":\n\n";
const COMPLETE: &str = "event: complete\ndata:\n\n";

/// Begins the subscription `call` and answers with its stream.
///
/// # Errors
/// The request error that kept the subscription from beginning.
pub(super) async fn begin(edge: &Edge, call: Call) -> Result<HttpResponse, Response> {
    let caller = call.caller.clone();
    let request_id = call.request_id.clone();
    let mut answers = Box::pin(edge.engine.subscribe(call));
    let first = match timeout(Duration::from_millis(FIRST_ANSWER_MS), answers.next()).await {
        Ok(Some(response)) if is_request_error(&response) => return Err(response),
        Ok(Some(response)) => Some(response),
        Ok(None) | Err(_) => None,
    };
    let (queue, events) = mpsc::channel(QUEUE_EVENTS);
    let feed = Feed {
        queue,
        keep_alive: Duration::from_millis(edge.engine.http_limits().ws_ping_interval_ms.max(1)),
        shutdown: edge.shutdown.clone(),
        caller,
        request_id,
    };
    let answers = futures_util::stream::iter(first).chain(answers);
    actix_web::rt::spawn(async move {
        let left = feed.queue.clone();
        tokio::select! {
            () = feed.run(answers) => {}
            () = left.closed() => {}
        }
    });
    Ok(head().streaming(ReceiverStream::new(events).map(Ok::<Bytes, Infallible>)))
}

/// The whole stream of an operation with one answer.
pub(super) fn single(response: &Response) -> HttpResponse {
    head().body(format!("{}{COMPLETE}", next(response)))
}

fn head() -> actix_web::HttpResponseBuilder {
    let mut builder = HttpResponse::Ok();
    builder
        .insert_header((header::CONTENT_TYPE, "text/event-stream; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "Accept, Authorization"))
        // A compressor or a buffering proxy would hold events back.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"));
    builder
}

fn next(response: &Response) -> String {
    format!("event: next\ndata: {}\n\n", encode(response))
}

/// Why a stream ends before its subscription does.
enum Over {
    Shutdown,
    Session,
}

struct Feed {
    queue: mpsc::Sender<Bytes>,
    keep_alive: Duration,
    shutdown: CancellationToken,
    caller: Caller,
    request_id: String,
}

impl Feed {
    async fn run(&self, answers: impl Stream<Item = Response>) {
        let over = self.watch(answers).await;
        match over {
            Err(Stalled) => return,
            Ok(Some(Over::Session)) => {
                let error = edge_error(&Failure::new(ErrorCode::Unauthenticated), &self.request_id);
                if self.push(next(&error)).await.is_err() {
                    return;
                }
            }
            Ok(Some(Over::Shutdown) | None) => {}
        }
        // A reader that is gone needs no farewell.
        let _ = self.push(COMPLETE.to_owned()).await;
    }

    /// Passes answers on until they end (`None`) or something else ends them; they are dropped on return.
    async fn watch(&self, answers: impl Stream<Item = Response>) -> Result<Option<Over>, Stalled> {
        let mut answers = pin!(answers);
        let mut over = pin!(async {
            tokio::select! {
                () = self.shutdown.cancelled() => Over::Shutdown,
                _ = self.caller.ended() => Over::Session,
            }
        });
        let mut beat = interval_at(Instant::now(), self.keep_alive);
        loop {
            let event = tokio::select! {
                biased;
                over = &mut over => return Ok(Some(over)),
                // The first beat comes at once and sends the head of the answer on its way.
                _ = beat.tick() => KEEP_ALIVE.to_owned(),
                answer = answers.next() => match answer {
                    Some(response) => next(&response),
                    None => return Ok(None),
                },
            };
            tokio::select! {
                biased;
                over = &mut over => return Ok(Some(over)),
                pushed = self.push(event) => pushed?,
            }
        }
    }

    async fn push(&self, event: String) -> Result<(), Stalled> {
        match timeout(self.keep_alive, self.queue.send(Bytes::from(event))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Stalled),
        }
    }
}

/// The reader takes nothing any more.
struct Stalled;
