//! A whole server per test: real sockets, a real database, and users that are clients.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use kim::app::{App, Hashing};
use kim::clock::SimulatedClock;
use kim::config::{Config, Environment};
use kim::http;
use reqwest::header::{ACCEPT, AUTHORIZATION};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::databases::{MASTER_KEY, TestDatabase};
use crate::tables::Tables;

/// When the simulated clock of a test starts: the spring of the minutes, a working day, 10 o'clock in Coesfeld.
pub fn start_of_tests() -> DateTime<Utc> {
    "2023-06-01T08:00:00Z".parse().unwrap()
}

/// A running server.
pub struct TestApp {
    /// Its parts.
    pub app: App,
    /// Its clock.
    pub clock: Arc<SimulatedClock>,
    /// Where it listens.
    pub address: SocketAddr,
    /// Its database.
    pub db: TestDatabase,
    folder: tempfile::TempDir,
    shutdown: CancellationToken,
    serving: Option<JoinHandle<std::io::Result<()>>>,
}

/// Settings of a server to be started.
pub struct TestAppBuilder {
    db: TestDatabase,
    demo: bool,
    hashing: Hashing,
    settings: Vec<(String, String)>,
}

impl TestAppBuilder {
    /// Leaves the demo district out.
    pub fn without_demo(mut self) -> Self {
        self.demo = false;
        self
    }

    /// Hashes passwords as slowly as production does.
    pub fn with_standard_hashing(mut self) -> Self {
        self.hashing = Hashing::Standard;
        self
    }

    /// Sets an environment variable of the configuration, e.g. `KIM_AUTH_ACCESS_TOKEN_SECONDS`.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.settings.push((name.to_owned(), value.into()));
        self
    }

    /// Starts it.
    pub async fn start(self) -> TestApp {
        let folder = tempfile::tempdir().unwrap();
        let mut settings: Vec<(String, String)> = [
            ("KIM_ENVIRONMENT", "development".to_owned()),
            ("KIM_DATABASE_URL", self.db.url().to_owned()),
            ("KIM_DATA_DIRECTORY", folder.path().display().to_string()),
            ("KIM_SERVER_BIND", "127.0.0.1:0".to_owned()),
            ("KIM_SERVER_WORKERS", "2".to_owned()),
            ("KIM_SERVER_SHUTDOWN_TIMEOUT_SECONDS", "5".to_owned()),
            ("KIM_DEMO", self.demo.to_string()),
            ("KIM_SEALING_INTERVAL_MS", "100".to_owned()),
            ("KIM_VAULT_MASTER_KEYS", MASTER_KEY.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        for (name, value) in self.settings {
            settings.retain(|(known, _)| *known != name);
            settings.push((name, value));
        }
        let config =
            Config::load(None, settings, Environment::Development).unwrap_or_else(|problems| panic!("{problems}"));
        let clock = SimulatedClock::starting_at(start_of_tests());
        let app = App::assemble(config, clock.clone(), self.hashing).await.unwrap();
        if self.demo {
            kim::demo::load(&app).await.unwrap_or_else(|failure| panic!("{failure:?}"));
        }
        let listening = http::listen(app.clone()).unwrap();
        let address = listening.address;
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn(listening.serve(shutdown.clone()));
        TestApp { app, clock, address, db: self.db, folder, shutdown, serving: Some(serving) }
    }
}

impl TestApp {
    /// A server on this database, to be set up further.
    pub fn on(db: TestDatabase) -> TestAppBuilder {
        TestAppBuilder { db, demo: true, hashing: Hashing::Cheap, settings: Vec::new() }
    }

    /// A server on this database with the demo district.
    pub async fn start(db: TestDatabase) -> Self {
        Self::on(db).start().await
    }

    /// Another server on the same database, with the same keys and a clock of its own, to be set up further.
    pub fn neighbour(&self) -> TestAppBuilder {
        let keys = |name: &str| self.folder().join("secrets").join(name).display().to_string();
        Self::on(self.db.same())
            .without_demo()
            .with("KIM_AUTH_SIGNING_KEYS_FILE", keys("signing-key.pem"))
            .with("KIM_SEALING_SIGNING_KEYS_FILE", keys("sealing-key.pem"))
    }

    /// The address of a path, e.g. `/graphql`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The folder of keys and files.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A client that is not logged in.
    pub fn nobody(&self) -> Client {
        Client::at(self.url("/graphql"))
    }

    /// A client that logged in with a demo account.
    pub async fn user(&self, login: &str) -> Client {
        self.user_with_password(login, kim::demo::PASSWORD).await
    }

    /// A client that logged in.
    pub async fn user_with_password(&self, login: &str, password: &str) -> Client {
        self.nobody().logged_in(login, password).await
    }

    /// The coordinator of the demo.
    pub async fn coordinator(&self) -> Client {
        self.user(kim::demo::COORDINATOR_LOGIN).await
    }

    /// The supervisor of the demo.
    pub async fn supervisor(&self) -> Client {
        self.user(kim::demo::SUPERVISOR_LOGIN).await
    }

    /// The employer Stadt Coesfeld of the demo.
    pub async fn employer(&self) -> Client {
        self.user(kim::demo::EMPLOYER_LOGIN).await
    }

    /// The administrator of the demo.
    pub async fn administrator(&self) -> Client {
        self.user("administration@kreis-coesfeld.example").await
    }

    /// Seals all committed events now.
    pub async fn seal(&self) {
        // The server's own sealer may be at work at the same moment; then this one leaves it to that one.
        let mut tables = Tables::open(self.db.url()).await;
        loop {
            self.app.sealer().seal_all().await.unwrap();
            if tables.count("log_pending").await == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Stops the server as SIGTERM does and waits until it has.
    pub async fn stop(mut self) -> TestDatabase {
        self.shutdown.cancel();
        if let Some(serving) = self.serving.take() {
            serving.await.unwrap().unwrap();
        }
        // The rest of `self` is dropped; the database lives on.
        let Self { db, .. } = self;
        db
    }
}

/// A user, as a client of the API.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    /// The access token.
    pub token: Option<String>,
    /// The refresh token.
    pub refresh_token: Option<String>,
}

impl Client {
    /// Somebody who is not logged in, at the endpoint of a server.
    pub fn at(url: String) -> Self {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(30))
            // Shorter than the server waits, which would otherwise close a connection just as it is used again.
            .pool_idle_timeout(Duration::from_secs(2))
            .build()
            .unwrap();
        Self { http, url, token: None, refresh_token: None }
    }

    /// The same, logged in.
    pub async fn logged_in(self, login: &str, password: &str) -> Self {
        let answer = self
            .send(
                "mutation($input: SessionLoginInput!) { sessionLogin(input: $input) {
                    session { accessToken refreshToken } userErrors { code } } }",
                json!({ "input": { "login": login, "password": password } }),
            )
            .await;
        let session = &answer.data()["sessionLogin"]["session"];
        let text = |name: &str| session[name].as_str().unwrap_or_else(|| panic!("{login}: {answer:?}")).to_owned();
        Self { token: Some(text("accessToken")), refresh_token: Some(text("refreshToken")), ..self }
    }

    /// Sends a document without variables.
    pub async fn query(&self, document: &str) -> Answer {
        self.send(document, json!({})).await
    }

    /// Sends a document with variables.
    pub async fn send(&self, document: &str, variables: Value) -> Answer {
        self.post(json!({ "query": document, "variables": variables }), &[]).await
    }

    /// Sends a document with variables and headers.
    pub async fn send_with(&self, document: &str, variables: Value, headers: &[(&str, &str)]) -> Answer {
        self.post(json!({ "query": document, "variables": variables }), headers).await
    }

    /// Posts a body to the endpoint.
    pub async fn post(&self, body: Value, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.http.post(&self.url).header(ACCEPT, "application/graphql-response+json").json(&body);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {status} {text}"));
        Answer { status, body }
    }
}

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Answer {
    /// The data of an answer without errors.
    pub fn data(&self) -> &Value {
        assert!(self.body.get("errors").is_none(), "{self:#?}");
        &self.body["data"]
    }

    /// The code of the first top-level error.
    pub fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no error: {self:#?}"))
    }

    /// The payload of the one mutation of an answer.
    pub fn payload(&self) -> &Value {
        self.data().as_object().and_then(|data| data.values().next()).unwrap()
    }

    /// The codes of the user errors of the one mutation.
    pub fn user_errors(&self) -> Vec<&str> {
        let errors = self.payload()["userErrors"].as_array().unwrap();
        errors.iter().map(|error| error["code"].as_str().unwrap()).collect()
    }
}

/// Waits until `condition` holds, for five seconds at most.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut condition: impl FnMut() -> F) {
    for _ in 0..250 {
        if condition().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("did not happen in five seconds: {what}");
}
