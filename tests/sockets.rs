//! A user's WebSocket, and a reader of event streams.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::app::{Client, TestApp};

/// The subprotocol that the server speaks.
pub const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");
/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(8);

/// What a socket runs over.
pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// A WebSocket.
pub struct Socket(WebSocketStream<Box<dyn Wire>>);

impl Socket {
    /// Shakes hands at `path` with these headers.
    pub async fn open(app: &TestApp, path: &str, headers: &[(&'static str, &str)]) -> Self {
        let mut request = format!("ws://{}{path}", app.address).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        let wire: Box<dyn Wire> = Box::new(TcpStream::connect(app.address).await.unwrap());
        Self(tokio_tungstenite::client_async(request, wire).await.unwrap().0)
    }

    /// A socket over a connection where hands were shaken already.
    pub async fn over(wire: impl Wire + 'static) -> Self {
        let wire: Box<dyn Wire> = Box::new(wire);
        Self(WebSocketStream::from_raw_socket(wire, Role::Client, None).await)
    }

    /// A socket that has not said who it is.
    pub async fn silent(app: &TestApp) -> Self {
        Self::open(app, "/graphql/ws", &[PROTOCOL]).await
    }

    /// A socket of this user, ready for operations.
    pub async fn of(app: &TestApp, client: &Client) -> Self {
        let mut socket = Self::silent(app).await;
        socket.introduce(client).await;
        assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
        socket
    }

    /// Says who it is.
    pub async fn introduce(&mut self, client: &Client) {
        let payload = client.token.as_ref().map(|token| json!({ "Authorization": format!("Bearer {token}") }));
        self.say(json!({ "type": "connection_init", "payload": payload })).await;
    }

    /// Sends a message.
    pub async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    /// Sends a frame.
    pub async fn send(&mut self, frame: Message) {
        self.0.send(frame).await.unwrap();
    }

    /// Begins an operation.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    /// Runs a query and waits for its answer: everything said before has been dealt with then.
    pub async fn settle(&mut self) {
        self.subscribe("settle", "{ __typename }", json!({})).await;
        let mut answer = self.hear().await;
        // On a busy machine a subscription hears of what happened just before it, too.
        while answer["id"] != "settle" {
            assert_eq!(answer["type"], "next", "{answer}");
            answer = self.hear().await;
        }
        assert_eq!(self.hear().await["type"], "complete");
    }

    /// The next message.
    pub async fn hear(&mut self) -> Value {
        match self.frame().await {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("no message: {other:?}"),
        }
    }

    /// The next message, if one comes within this time, which is shorter than a test waits elsewhere.
    pub async fn hear_within(&mut self, time: Duration) -> Option<Value> {
        tokio::time::timeout(time, self.hear()).await.ok()
    }

    /// The data of the next result of an operation.
    pub async fn data(&mut self) -> Value {
        let mut message = self.hear().await;
        assert!(message["type"] == "next" && message["payload"].get("errors").is_none(), "{message}");
        message["payload"]["data"].take()
    }

    /// The code and the reason of the closing frame, which has to come next.
    pub async fn closing(&mut self) -> (u16, String) {
        match self.frame().await {
            Message::Close(Some(frame)) => (frame.code.into(), frame.reason.to_string()),
            other => panic!("not closed: {other:?}"),
        }
    }

    async fn frame(&mut self) -> Message {
        loop {
            let frame = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("a frame in time");
            match frame.expect("not the end").unwrap() {
                Message::Ping(_) | Message::Pong(_) => {}
                frame => return frame,
            }
        }
    }
}

/// A WebSocket handshake by hand, for what a well-behaved client cannot do. Returns the connection behind its answer.
pub async fn raw_socket(app: &TestApp, protocol: &str) -> TcpStream {
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = format!(
        "GET /graphql/ws HTTP/1.1\r\nhost: {}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\
         sec-websocket-protocol: {protocol}\r\n\r\n",
        app.address
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"\r\n\r\n") {
        seen.push(stream.read_u8().await.unwrap());
    }
    assert!(seen.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&seen));
    stream
}

/// The code of the closing frame of a raw socket.
pub async fn raw_closing_code(stream: &mut TcpStream) -> u16 {
    let read = async {
        loop {
            let (first, length) = (stream.read_u8().await.unwrap(), stream.read_u8().await.unwrap());
            let mut payload = vec![0; usize::from(length)];
            stream.read_exact(&mut payload).await.unwrap();
            if first == 0x88 {
                return u16::from_be_bytes([payload[0], payload[1]]);
            }
        }
    };
    tokio::time::timeout(PATIENCE, read).await.unwrap()
}

/// An event stream.
pub struct Events {
    response: reqwest::Response,
    text: String,
}

impl Events {
    /// Begins a subscription as this user.
    pub async fn of(app: &TestApp, client: &Client, query: &str, variables: Value) -> Self {
        let mut request = reqwest::Client::new()
            .post(app.url("/graphql"))
            .header("accept", "text/event-stream")
            .json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = &client.token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
        Self { response, text: String::new() }
    }

    /// The next event: its name and its data. Comments are passed over.
    pub async fn next(&mut self) -> (String, Value) {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                if let Some(name) = field("event:") {
                    let data = field("data:").unwrap_or_default();
                    return (name.to_owned(), serde_json::from_str(data).unwrap_or(Value::Null));
                }
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await.expect("an event in time");
            self.text.push_str(str::from_utf8(&chunk.unwrap().expect("not the end")).unwrap());
        }
    }
}
