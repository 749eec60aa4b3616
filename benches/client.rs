//! A client that costs as little as it can, since it runs on the machine that is measured: one socket, requests that are
//! written as prepared bytes, answers that are read by their `Content-Length`.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Trouble;

/// A keep-alive connection.
pub(crate) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// The bytes of a request.
pub(crate) fn request(body: &Value, token: Option<&str>) -> Vec<u8> {
    let body = body.to_string();
    let authorization = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
         accept: application/graphql-response+json\r\n{authorization}content-length: {}\r\n\r\n{body}",
        body.len(),
    )
    .into_bytes()
}

impl Client {
    /// Opens a connection.
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self, Trouble> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a document and reads the answer's body.
    pub(crate) async fn ask(&mut self, body: &Value, token: Option<&str>) -> Result<Vec<u8>, Trouble> {
        self.send(&request(body, token)).await
    }

    /// Sends prepared bytes and reads the answer's body; whatever is not 200 is an error.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<Vec<u8>, Trouble> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let (start, length) = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server closed the connection".into());
            }
            if let Some(end) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(self.buffer.get(..end).unwrap_or_default()).to_ascii_lowercase();
                if !head.starts_with("http/1.1 200") {
                    return Err(format!("not answered: {head}").into());
                }
                let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
                break (end.saturating_add(4), length.ok_or("an answer without a length")?);
            }
        };
        let end = usize::saturating_add(start, length);
        while self.buffer.len() < end {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server closed the connection".into());
            }
        }
        Ok(self.buffer.get(start..end).unwrap_or_default().to_vec())
    }
}

/// The body of a path that is fetched by GET.
pub(crate) async fn get(address: SocketAddr, path: &str) -> Result<Vec<u8>, Trouble> {
    Client::connect(address).await?.send(format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n").as_bytes()).await
}

/// The value of a metric.
pub(crate) async fn metric(address: SocketAddr, name: &str) -> Result<f64, Trouble> {
    let text = String::from_utf8(get(address, "/metrics").await?)?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    value.ok_or_else(|| format!("no metric {name}").into())
}

/// Logs in to an account of the demo; gives the access token.
pub(crate) async fn log_in(address: SocketAddr, login: &str) -> Result<String, Trouble> {
    let body = json!({
        "query": "mutation($input: SessionLoginInput!) { sessionLogin(input: $input) { session { accessToken } } }",
        "variables": { "input": { "login": login, "password": kim::demo::PASSWORD } },
    });
    let answer: Value = serde_json::from_slice(&Client::connect(address).await?.ask(&body, None).await?)?;
    let token = answer.pointer("/data/sessionLogin/session/accessToken").and_then(Value::as_str);
    Ok(token.ok_or_else(|| format!("no login: {answer}"))?.to_owned())
}

/// What one connection did in its time.
pub(crate) struct Round {
    begun: Instant,
    ends: Instant,
    latencies: Vec<Duration>,
}

impl Round {
    /// Begins to run for so many seconds.
    pub(crate) fn begin(seconds: u64) -> Self {
        let begun = Instant::now();
        Self { begun, ends: begun.checked_add(Duration::from_secs(seconds)).unwrap_or(begun), latencies: Vec::new() }
    }

    /// Whether there is time for another request.
    pub(crate) fn goes_on(&self) -> bool {
        Instant::now() < self.ends
    }

    /// Notes how long a request takes.
    pub(crate) async fn time<T>(&mut self, request: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let answer = request.await;
        self.latencies.push(begun.elapsed());
        answer
    }
}

/// All connections together.
pub(crate) struct Summary {
    /// How many requests were answered.
    pub(crate) requests: f64,
    /// How long that took.
    pub(crate) elapsed_s: f64,
    /// Half of the answers were quicker.
    pub(crate) p50_ms: f64,
    /// One answer of a hundred was slower.
    pub(crate) p99_ms: f64,
}

impl Summary {
    /// Adds up; nothing where nothing was answered.
    pub(crate) fn of(rounds: Vec<Round>) -> Option<Self> {
        let elapsed = rounds.iter().map(|round| round.begun.elapsed()).max()?;
        let mut latencies: Vec<Duration> = rounds.into_iter().flat_map(|round| round.latencies).collect();
        latencies.sort_unstable();
        let at = |percent: usize| {
            let index = latencies.len().saturating_sub(1).saturating_mul(percent).checked_div(100)?;
            latencies.get(index).map(|latency| latency.as_secs_f64() * 1000.0)
        };
        Some(Self {
            requests: u32::try_from(latencies.len()).ok().map(f64::from)?,
            elapsed_s: elapsed.as_secs_f64(),
            p50_ms: at(50)?,
            p99_ms: at(99)?,
        })
    }
}
