//! The `graphql-transport-ws` protocol over WebSockets.
//!
//! Closing codes: 1001 the server stops, 1002 broken framing, 1007 text that is not UTF-8, 1009 a message over the
//! limit, 1011 a fault of the server, 1013 the token cannot be checked at the moment, 4008 the reader is too slow, 4400
//! invalid message, 4401 operation before `connection_init` or session ended, 4403 token refused or expired, 4406
//! subprotocol not offered (the older `graphql-ws` is another protocol and not spoken), 4408 no `connection_init` in
//! time, 4409 id in use, 4429 second `connection_init`.
//!
//! The client library `graphql-ws`, which the explorer uses, takes 4401 for final, but connects anew after 4403 and asks
//! the page for its token again. So 4403 means "come back with a fresh token" and 4401 "log in first".
//!
//! One task serves one socket. It owns the operations, so whatever ends the task ends them. Outgoing messages wait in a
//! queue that is bounded in messages (by `actix-ws`) and bytes ([`QUEUE_BYTES`]); while it is full the operations are
//! not asked for more. A reader that leaves it full for a whole ping interval is dropped. The closing frame can not
//! reach such a reader: its operations are gone at once, but actix keeps the TCP connection for as long as the kernel
//! does. The listener's `TCP_USER_TIMEOUT` decides how long that is.
//!
//! `actix-ws` keeps the bytes of an unfinished frame without limit, whatever frame size is set. [`FrameMeter`]
//! therefore reads the lengths that frames announce before the bytes get there.

use std::cell::Cell;
use std::future::{Future, pending, ready};
use std::io::ErrorKind;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, ready as ready_or_return};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut, Payload};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev};
use actix_ws::{CloseCode, CloseReason, Item, Message, MessageStream, ProtocolError, Session};
use async_graphql::{Response, ServerError};
use futures_util::stream::{LocalBoxStream, once};
use futures_util::{SinkExt, StreamExt};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::Notify;
use tokio::time::{Instant, interval_at, sleep, sleep_until, timeout, timeout_at};
use tokio_stream::StreamMap;

use super::request::{Fault, bad, from_members};
use super::{Edge, Wire, authorization, edge_error, is_request_error, request_id};
use crate::error::{ErrorCode, Failure};
use crate::graphql::engine::refusal;
use crate::graphql::{Call, Caller, HttpLimits, Operations, SessionEnd};

const PROTOCOL: &str = "graphql-transport-ws";

/// How many bytes wait for a slow reader before the operations do.
const QUEUE_BYTES: usize = 256 * 1024;

/// How long a closing frame may wait in a full queue, and how long the peer has to answer it.
const CLOSING_MS: u64 = 1_000;

/// An operation's id is kept as long as the operation; nobody needs a longer one.
const ID_BYTES: usize = 256;

/// Answers the handshake of `request` and serves the socket in a task of its own.
///
/// # Errors
/// `FORBIDDEN` for a page of a foreign origin; `BAD_REQUEST` when the handshake is not one.
pub(super) async fn open(edge: &Edge, request: &HttpRequest, payload: Payload) -> Result<HttpResponse, Failure> {
    if !(edge.origin_allowed)(request) {
        return Err(Failure::new(ErrorCode::Forbidden));
    }
    let wrong = || bad("the WebSocket handshake is not well-formed");
    let limits = edge.engine.http_limits();
    let mut meter = FrameMeter::new(limits.ws_message_bytes);
    let metered = payload.map(move |chunk| chunk.and_then(|bytes| meter.admit(&bytes).map(|()| bytes)));
    let mut metered: dev::Payload = dev::Payload::Stream { payload: metered.boxed_local() };
    let payload = Payload::from_request(request, &mut metered).await.map_err(|_| wrong())?;
    let (response, session, messages) =
        actix_ws::handle_with_protocols(request, payload, &[PROTOCOL]).map_err(|_| wrong())?;
    let protocol_agreed = response.headers().contains_key(header::SEC_WEBSOCKET_PROTOCOL);
    let queue = Rc::new(Queue::default());
    let metered_queue = Rc::clone(&queue);
    let response = response.map_body(|_, body| BoxBody::new(Outgoing { body, queue: metered_queue }));
    let peer = Peer {
        edge: edge.clone(),
        limits,
        authorization: authorization(request).map(|value| value.map(str::to_owned)),
        address: super::address_of(request),
        request_id: request_id(request),
    };
    let inbound = Inbound {
        messages: messages.max_frame_size(limits.ws_message_bytes),
        fragments: None,
        max_bytes: limits.ws_message_bytes,
    };
    let outbound = Outbound { session, queue, ended: Box::pin(pending()), patience: peer.ping_interval() };
    actix_web::rt::spawn(async move {
        let mut connection = Connection { outbound, inbound };
        let ending = if protocol_agreed {
            connection.serve(&peer).await
        } else {
            Ending::close(4406, "Subprotocol not acceptable")
        };
        connection.finish(ending).await;
    });
    Ok(response)
}

/// What the handshake told, and what it takes to serve.
struct Peer {
    edge: Edge,
    limits: HttpLimits,
    authorization: Result<Option<String>, Failure>,
    address: Option<IpAddr>,
    request_id: String,
}

impl Peer {
    fn ping_interval(&self) -> Duration {
        Duration::from_millis(self.limits.ws_ping_interval_ms.max(1))
    }

    async fn authenticate(&self, payload: Option<Map<String, Value>>) -> Result<Caller, Ending> {
        let refused = || Ending::close(4403, "Forbidden");
        let mut payload = payload.unwrap_or_default();
        let given = payload.remove("Authorization").or_else(|| payload.remove("authorization"));
        let authorization = match given {
            Some(Value::String(value)) => Some(value),
            None | Some(Value::Null) => self.authorization.clone().map_err(|_| refused())?,
            Some(_) => return Err(refused()),
        };
        self.edge.engine.authenticate(authorization.as_deref(), self.address).await.map_err(|error| {
            let entry = error.code.entry();
            match entry.http_status {
                _ if entry.retryable => Ending::close(1013, "Try again later"),
                500.. => Ending::close(1011, "Internal error"),
                _ => refused(),
            }
        })
    }
}

/// How a socket comes to its end.
enum Ending {
    /// With this closing frame.
    Close(Option<CloseReason>),
    /// Without one: there is nobody to read it.
    Drop,
}

impl Ending {
    fn close(code: u16, reason: impl Into<String>) -> Self {
        Self::Close(Some(CloseReason { code: CloseCode::from(code), description: Some(reason.into()) }))
    }

    fn invalid(reason: &str) -> Self {
        Self::close(4400, format!("Invalid message: {reason}"))
    }
}

impl From<SessionEnd> for Ending {
    fn from(end: SessionEnd) -> Self {
        match end {
            SessionEnd::TokenExpired => Self::close(4403, "Token expired"),
            SessionEnd::SessionEnded => Self::close(4401, "Session ended"),
        }
    }
}

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ClientMessage {
    ConnectionInit {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    Ping {
        #[serde(default)]
        payload: Option<Map<String, Value>>,
    },
    Pong {},
    Subscribe {
        id: String,
        payload: Map<String, Value>,
    },
    Complete {
        id: String,
    },
}

/// What the server says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ServerMessage<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Map<String, Value>>,
    },
    Next {
        id: &'a str,
        payload: Wire<'a>,
    },
    Error {
        id: &'a str,
        payload: &'a [ServerError],
    },
    Complete {
        id: &'a str,
    },
}

/// What an operation brings forth.
enum Event {
    /// It could not begin; nothing follows.
    Refused(Response),
    Result(Response),
    Done,
}

type Running = StreamMap<String, LocalBoxStream<'static, Event>>;

/// The operations of a socket. Those with a single result may finish when the server stops; subscriptions need not.
#[derive(Default)]
struct Active {
    singles: Running,
    subscriptions: Running,
    begun: u64,
}

impl Active {
    fn contains(&self, id: &str) -> bool {
        self.singles.contains_key(id) || self.subscriptions.contains_key(id)
    }

    fn len(&self) -> usize {
        self.singles.len().saturating_add(self.subscriptions.len())
    }

    fn remove(&mut self, id: &str) {
        self.singles.remove(id);
        self.subscriptions.remove(id);
    }

    /// The next event of any operation; waits for ever while there is none.
    async fn next(&mut self) -> (String, Event) {
        let (singles, subscriptions) = (&mut self.singles, &mut self.subscriptions);
        tokio::select! {
            Some(event) = singles.next() => event,
            Some(event) = subscriptions.next() => event,
            else => pending().await,
        }
    }

    fn begin(&mut self, peer: &Peer, caller: Caller, id: String, mut request: async_graphql::Request) {
        self.begun = self.begun.saturating_add(1);
        let engine = peer.edge.engine.clone();
        let is_subscription = engine.is_subscription(&mut request);
        let request_id = format!("{}-{}", peer.request_id, self.begun);
        let answers = async_stream::stream! {
            // The handshake may be long ago, and grants may have ended since.
            let caller = match engine.renew(caller).await {
                Ok(caller) => caller,
                Err(failure) => {
                    yield refusal(&failure, &request_id);
                    return;
                }
            };
            let call = Call { request, caller, request_id, operations: Operations::QueriesAndMutations };
            let mut answers = pin!(engine.subscribe(call));
            while let Some(answer) = answers.next().await {
                yield answer;
            }
        };
        let running = if is_subscription { &mut self.subscriptions } else { &mut self.singles };
        running.insert(id, events(answers));
    }
}

fn events(answers: impl futures_util::Stream<Item = Response> + 'static) -> LocalBoxStream<'static, Event> {
    let results = answers.enumerate().map(|(index, response)| {
        if index == 0 && is_request_error(&response) { Event::Refused(response) } else { Event::Result(response) }
    });
    results.chain(once(ready(Event::Done))).boxed_local()
}

struct Connection {
    outbound: Outbound,
    inbound: Inbound,
}

impl Connection {
    /// Serves until something ends the socket. The operations end with this function.
    async fn serve(&mut self, peer: &Peer) -> Ending {
        match self.converse(peer).await {
            Ok(never) => match never {},
            Err(ending) => ending,
        }
    }

    async fn converse(&mut self, peer: &Peer) -> Result<std::convert::Infallible, Ending> {
        let mut active = Active::default();
        let mut caller: Option<Caller> = None;
        let init_deadline = Instant::now() + Duration::from_millis(peer.limits.ws_init_timeout_ms);
        let mut heard_at = Instant::now();
        let mut beat = interval_at(heard_at + peer.ping_interval(), peer.ping_interval());
        loop {
            let Self { outbound, inbound } = self;
            tokio::select! {
                biased;
                () = peer.edge.shutdown.cancelled() => return self.wind_up(active).await,
                end = &mut outbound.ended => return Err(end.into()),
                () = sleep_until(init_deadline), if caller.is_none() => {
                    return Err(Ending::close(4408, "Connection initialisation timeout"));
                }
                message = inbound.next() => {
                    heard_at = Instant::now();
                    match message? {
                        Incoming::Text(text) => {
                            let message = serde_json::from_str(&text).map_err(|_| Ending::invalid("not of this protocol"))?;
                            match (message, &caller) {
                                (ClientMessage::ConnectionInit { .. }, Some(_)) => {
                                    return Err(Ending::close(4429, "Too many initialisation requests"));
                                }
                                (ClientMessage::ConnectionInit { payload }, None) => {
                                    let admitted = timeout_at(init_deadline, peer.authenticate(payload)).await;
                                    let late = |_| Ending::close(4408, "Connection initialisation timeout");
                                    let admitted = admitted.map_err(late)??;
                                    let session = admitted.clone();
                                    outbound.ended = Box::pin(async move { session.ended().await });
                                    caller = Some(admitted);
                                    outbound.say(&ServerMessage::ConnectionAck).await?;
                                }
                                (ClientMessage::Ping { payload }, _) => {
                                    outbound.say(&ServerMessage::Pong { payload }).await?;
                                }
                                (ClientMessage::Pong {}, _) => {}
                                (ClientMessage::Complete { id }, _) => active.remove(&id),
                                (ClientMessage::Subscribe { .. }, None) => return Err(Ending::close(4401, "Unauthorized")),
                                (ClientMessage::Subscribe { id, payload }, Some(caller)) => {
                                    outbound.subscribe(peer, &mut active, caller, id, payload).await?;
                                }
                            }
                        }
                        Incoming::Ping(bytes) => outbound.push(Message::Pong(bytes), 0).await?,
                        Incoming::Pong => {}
                    }
                }
                _ = beat.tick() => {
                    if heard_at.elapsed() > peer.ping_interval().saturating_mul(2) {
                        return Err(Ending::Drop);
                    }
                    outbound.push(Message::Ping(Bytes::new()), 0).await?;
                }
                (id, event) = active.next() => outbound.report(&mut active, &id, event).await?,
            }
        }
    }

    /// Lets running queries and mutations finish (the engine bounds their time), then closes.
    async fn wind_up(&mut self, mut active: Active) -> Result<std::convert::Infallible, Ending> {
        active.subscriptions.clear();
        while !active.singles.is_empty() {
            tokio::select! {
                biased;
                end = &mut self.outbound.ended => return Err(end.into()),
                (id, event) = active.next() => self.outbound.report(&mut active, &id, event).await?,
            }
        }
        Err(Ending::close(1001, "The server is going away"))
    }

    async fn finish(self, ending: Ending) {
        let Self { outbound, mut inbound } = self;
        let Ending::Close(reason) = ending else { return };
        let patience = Duration::from_millis(CLOSING_MS);
        if matches!(timeout(patience, outbound.session.close(reason)).await, Ok(Ok(()))) {
            // Unread bytes at the end of a connection make the kernel reset it, and the closing frame may be lost. An
            // error repeats itself for ever.
            let _ = timeout(patience, async { while let Some(Ok(_)) = inbound.messages.next().await {} }).await;
        }
    }
}

/// The way out: the queue, and what must interrupt waiting for it.
struct Outbound {
    session: Session,
    queue: Rc<Queue>,
    ended: Pin<Box<dyn Future<Output = SessionEnd>>>,
    patience: Duration,
}

impl Outbound {
    async fn say(&mut self, message: &ServerMessage<'_>) -> Result<(), Ending> {
        let text = serde_json::to_string(message).map_err(|_| Ending::close(1011, "Internal error"))?;
        let bytes = text.len();
        self.push(Message::Text(text.into()), bytes).await
    }

    async fn push(&mut self, message: Message, bytes: usize) -> Result<(), Ending> {
        let Self { session, queue, ended, patience } = self;
        let sending = async {
            queue.wait_for_room().await;
            queue.add(bytes);
            session.send(message).await
        };
        tokio::select! {
            biased;
            end = ended => Err(end.into()),
            sent = sending => sent.map_err(|_| Ending::Drop),
            () = sleep(*patience) => Err(Ending::close(4008, "The reader is too slow")),
        }
    }

    async fn report(&mut self, active: &mut Active, id: &str, event: Event) -> Result<(), Ending> {
        match event {
            Event::Refused(response) => {
                active.remove(id);
                self.say(&ServerMessage::Error { id, payload: &response.errors }).await
            }
            Event::Result(response) => self.say(&ServerMessage::Next { id, payload: Wire::of(&response) }).await,
            Event::Done => {
                active.remove(id);
                self.say(&ServerMessage::Complete { id }).await
            }
        }
    }

    async fn subscribe(
        &mut self,
        peer: &Peer,
        active: &mut Active,
        caller: &Caller,
        id: String,
        payload: Map<String, Value>,
    ) -> Result<(), Ending> {
        if id.is_empty() || id.len() > ID_BYTES {
            return Err(Ending::invalid("`id` must have 1 to 256 bytes"));
        }
        if active.contains(&id) {
            return Err(Ending::close(4409, format!("Subscriber for {id} already exists")));
        }
        let failure = match from_members(payload) {
            Err(Fault::Shape(detail)) => return Err(Ending::invalid(detail)),
            Err(fault @ Fault::Content(_)) => Failure::from(fault),
            Ok(_) if active.len() >= peer.limits.ws_max_operations => {
                Failure::new(ErrorCode::TooManyOperations).with("limit", peer.limits.ws_max_operations)
            }
            Ok(request) => {
                active.begin(peer, caller.clone(), id, request);
                return Ok(());
            }
        };
        let error = edge_error(&failure, &peer.request_id);
        self.say(&ServerMessage::Error { id: &id, payload: &error.errors }).await
    }
}

/// The bytes that were handed to `actix-ws` and that the connection has not taken yet.
#[derive(Default)]
struct Queue {
    bytes: Cell<usize>,
    taken: Notify,
}

impl Queue {
    async fn wait_for_room(&self) {
        while self.bytes.get() >= QUEUE_BYTES {
            self.taken.notified().await;
        }
    }

    fn add(&self, bytes: usize) {
        self.bytes.set(self.bytes.get().saturating_add(bytes));
    }

    fn take(&self, bytes: usize) {
        // Framing and control frames are taken without having been added.
        self.bytes.set(self.bytes.get().saturating_sub(bytes));
        self.taken.notify_one();
    }
}

/// The socket's outgoing half, which tells the queue what the connection has taken.
struct Outgoing {
    body: BoxBody,
    queue: Rc<Queue>,
}

impl MessageBody for Outgoing {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let chunk = ready_or_return!(Pin::new(&mut self.body).poll_next(cx));
        if let Some(Ok(bytes)) = &chunk {
            self.queue.take(bytes.len());
        }
        Poll::Ready(chunk)
    }
}

/// The way in: frames put together to messages.
struct Inbound {
    messages: MessageStream,
    fragments: Option<BytesMut>,
    max_bytes: usize,
}

enum Incoming {
    Text(String),
    Ping(Bytes),
    Pong,
}

impl Inbound {
    async fn next(&mut self) -> Result<Incoming, Ending> {
        loop {
            let message = self.messages.next().await.ok_or(Ending::Drop)?.map_err(|error| broken(&error))?;
            return Ok(match message {
                Message::Text(text) => Incoming::Text(text.to_string()),
                Message::Ping(bytes) => Incoming::Ping(bytes),
                Message::Pong(_) => Incoming::Pong,
                Message::Close(reason) => return Err(Ending::Close(reason)),
                Message::Binary(_) | Message::Continuation(Item::FirstBinary(_)) => {
                    return Err(Ending::invalid("binary"));
                }
                Message::Continuation(Item::FirstText(bytes)) => {
                    self.fragments = Some(BytesMut::from(bytes));
                    continue;
                }
                Message::Continuation(Item::Continue(bytes)) => {
                    self.append(&bytes)?;
                    continue;
                }
                Message::Continuation(Item::Last(bytes)) => {
                    self.append(&bytes)?;
                    let whole = self.fragments.take().unwrap_or_default();
                    let text = String::from_utf8(whole.to_vec()).map_err(|_| Ending::close(1007, "Not UTF-8"))?;
                    Incoming::Text(text)
                }
                Message::Nop => continue,
            });
        }
    }

    fn append(&mut self, bytes: &Bytes) -> Result<(), Ending> {
        let fragments = self.fragments.get_or_insert_default();
        if fragments.len().saturating_add(bytes.len()) > self.max_bytes {
            return Err(too_large());
        }
        fragments.extend_from_slice(bytes);
        Ok(())
    }
}

fn too_large() -> Ending {
    Ending::close(1009, "Message too large")
}

fn broken(error: &ProtocolError) -> Ending {
    match error {
        ProtocolError::Overflow => too_large(),
        ProtocolError::Io(io) => {
            let payload = io.get_ref().and_then(|inner| inner.downcast_ref::<PayloadError>());
            match (payload, io.kind()) {
                (Some(PayloadError::Overflow), _) => too_large(),
                (None, ErrorKind::InvalidData) => Ending::close(1007, "Not UTF-8"),
                _ => Ending::Drop,
            }
        }
        _ => Ending::close(1002, "Protocol error"),
    }
}

/// Follows the frames in a stream of bytes and stops at the first that announces more than it may hold.
#[derive(Debug)]
struct FrameMeter {
    max_bytes: u64,
    header: Vec<u8>,
    ahead_bytes: u64,
}

impl FrameMeter {
    fn new(max_bytes: usize) -> Self {
        Self { max_bytes: u64::try_from(max_bytes).unwrap_or(u64::MAX), header: Vec::new(), ahead_bytes: 0 }
    }

    fn admit(&mut self, mut chunk: &[u8]) -> Result<(), PayloadError> {
        loop {
            let here = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            if here <= self.ahead_bytes {
                self.ahead_bytes = self.ahead_bytes.saturating_sub(here);
                return Ok(());
            }
            let skipped = usize::try_from(self.ahead_bytes).unwrap_or(usize::MAX);
            self.ahead_bytes = 0;
            let Some((first, rest)) = chunk.get(skipped..).and_then(<[u8]>::split_first) else { return Ok(()) };
            self.header.push(*first);
            chunk = rest;
            if let Some(announced_bytes) = announced_bytes(&self.header) {
                if announced_bytes > self.max_bytes {
                    return Err(PayloadError::Overflow);
                }
                self.header.clear();
                self.ahead_bytes = announced_bytes;
            }
        }
    }
}

/// The length of the payload that a frame's header announces; `None` while the header is not complete.
fn announced_bytes(header: &[u8]) -> Option<u64> {
    let [_, second, rest @ ..] = header else { return None };
    let mask_bytes = if second & 0x80 == 0 { 0 } else { 4 };
    let (length, length_bytes) = match second & 0x7f {
        126 => (u64::from(u16::from_be_bytes(*rest.first_chunk()?)), 2),
        127 => (u64::from_be_bytes(*rest.first_chunk()?), 8),
        short => (u64::from(short), 0),
    };
    (rest.len() >= length_bytes + mask_bytes).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(length: usize) -> Vec<u8> {
        let mut frame = vec![0x81];
        match length {
            0..126 => frame.push(0x80 | u8::try_from(length).unwrap()),
            126..65_536 => {
                frame.push(0x80 | 126);
                frame.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
            _ => {
                frame.push(0x80 | 127);
                frame.extend(u64::try_from(length).unwrap().to_be_bytes());
            }
        }
        frame.extend([0xff; 4]);
        frame.extend(vec![0xff; length]);
        frame
    }

    #[test]
    fn frames_are_followed_however_they_are_cut() {
        let bytes: Vec<u8> = [0, 1, 125, 126, 70_000, 3].into_iter().flat_map(frame).collect();
        for cut in [1, 2, 3, 7, 64, 1_000, 100_000] {
            let mut meter = FrameMeter::new(70_000);
            for chunk in bytes.chunks(cut) {
                meter.admit(chunk).unwrap();
            }
            assert_eq!((meter.ahead_bytes, meter.header.len()), (0, 0), "{cut}");
        }
    }

    #[test]
    fn frame_that_announces_too_much_is_refused_before_its_bytes_come() {
        let mut meter = FrameMeter::new(1_000);
        meter.admit(&frame(1_000)).unwrap();
        let mut huge = vec![0x82, 0x80 | 127];
        huge.extend((u64::MAX >> 1).to_be_bytes());
        meter.admit(&huge).unwrap();
        assert!(meter.admit(&[0; 4]).is_err());
    }

    #[test]
    fn client_messages_of_other_protocols_are_not_read() {
        let reads = |text: &str| serde_json::from_str::<ClientMessage>(text).is_ok();
        assert!(reads(r#"{"type":"connection_init"}"#));
        assert!(reads(r#"{"type":"connection_init","payload":null}"#));
        assert!(reads(r#"{"type":"pong","payload":{"x":1}}"#));
        assert!(!reads(r#"{"type":"start","id":"1","payload":{}}"#));
        assert!(!reads(r#"{"type":"subscribe","payload":{}}"#));
        assert!(!reads(r#"{"type":"subscribe","id":1,"payload":{}}"#));
        assert!(!reads(r#"{"type":"connection_init","payload":"x"}"#));
        assert!(!reads("7"));
    }
}
