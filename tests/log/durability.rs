//! What was acknowledged is there after a crash, exactly once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::app::eventually;
use crate::databases::{TestDatabase, both_databases};
use crate::desk::document;
use crate::program::{Program, Serving};
use crate::tables::Tables;

const CLIENTS: u32 = 4;
const CRASHES: u32 = 4;
/// So many acknowledged writes after each start before the server is killed.
const WRITES: u32 = 12;

struct Client {
    http: reqwest::Client,
    token: String,
    employer: String,
}

impl Client {
    async fn post(&self, url: &str, document: &str, variables: Value) -> Option<Value> {
        let request = self.http.post(url).json(&json!({ "query": document, "variables": variables }));
        let request = if self.token.is_empty() { request } else { request.bearer_auth(&self.token) };
        request.send().await.ok()?.json().await.ok()
    }

    /// Logs in and looks the employer up.
    async fn log_in(url: &str) -> Self {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(20)).build().unwrap();
        let mut client = Self { http, token: String::new(), employer: String::new() };
        let login = "mutation($input: SessionLoginInput!) { sessionLogin(input: $input) { session { accessToken } } }";
        let input = json!({ "input": { "login": kim::demo::COORDINATOR_LOGIN, "password": kim::demo::PASSWORD } });
        let answer = client.post(url, login, input).await.unwrap();
        client.token = answer["data"]["sessionLogin"]["session"]["accessToken"].as_str().unwrap().to_owned();
        let answer = client.post(url, "{ organisations(first: 100) { nodes { id name } } }", json!({})).await.unwrap();
        let nodes = answer["data"]["organisations"]["nodes"].as_array().unwrap();
        let found = nodes.iter().find(|row| row["name"] == "Stadt Coesfeld").unwrap();
        client.employer = found["id"].as_str().unwrap().to_owned();
        client
    }

    /// Plans the position of this number under a key of its own; its id if the server acknowledged it.
    async fn plan(&self, url: &str, number: u32) -> Option<String> {
        let input = json!({
            "number": format!("D-{number}"), "buildingBlock": "CASE_MANAGEMENT", "role": "CASE_MANAGER",
            "employerId": self.employer, "fteHundredths": 100, "fundedBy": "STATE",
        });
        let variables = json!({ "input": input, "options": { "idempotencyKey": format!("key {number}") } });
        let answer = self.post(url, &document("positionPlan"), variables).await?;
        let payload = &answer["data"]["positionPlan"];
        assert_eq!(payload["userErrors"], json!([]), "{answer}");
        payload["position"]["id"].as_str().map(str::to_owned)
    }
}

/// Writes with several clients until the server dies; returns what it acknowledged and what it left open.
async fn write_until_the_end(
    client: &Arc<Client>,
    serving: Serving,
    next: &Arc<AtomicU32>,
) -> (BTreeMap<u32, String>, BTreeSet<u32>) {
    let (acknowledged, enough) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
    let writers: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (client, url, next) = (Arc::clone(client), serving.url("/graphql"), Arc::clone(next));
            let (acknowledged, enough) = (Arc::clone(&acknowledged), Arc::clone(&enough));
            tokio::spawn(async move {
                let mut written = BTreeMap::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    match client.plan(&url, number).await {
                        Some(id) => written.insert(number, id),
                        None => return (written, number),
                    };
                    if acknowledged.fetch_add(1, Ordering::Relaxed) + 1 == WRITES {
                        enough.notify_one();
                    }
                }
            })
        })
        .collect();
    tokio::time::timeout(Duration::from_secs(60), enough.notified()).await.unwrap();
    // Dropped is killed, as by a crash.
    drop(serving);
    let (mut written, mut open) = (BTreeMap::new(), BTreeSet::new());
    for writer in writers {
        let (ids, number) = writer.await.unwrap();
        written.extend(ids);
        open.insert(number);
    }
    (written, open)
}

both_databases! {
    async fn an_acknowledged_write_survives_a_crash_exactly_once(db: TestDatabase) {
        let program = Program::on(&db).with("KIM_DEMO", "true").with("KIM_SEALING_INTERVAL_MS", "50");
        let mut serving = program.serve(&["serve"]);
        let client = Arc::new(Client::log_in(&serving.url("/graphql")).await);
        let next = Arc::new(AtomicU32::new(0));
        let mut written = BTreeMap::new();
        for _ in 0..CRASHES {
            let (acknowledged, open) = write_until_the_end(&client, serving, &next).await;
            written.extend(acknowledged);
            serving = program.serve(&["serve"]);
            for number in open {
                let id = client.plan(&serving.url("/graphql"), number).await.expect("a retry is answered");
                written.insert(number, id);
            }
        }
        // Every key still gives the first answer.
        for (number, id) in &written {
            assert_eq!(client.plan(&serving.url("/graphql"), *number).await.as_ref(), Some(id));
        }
        drop(serving);
        let mut tables = Tables::open(db.url()).await;
        let count = i64::try_from(written.len()).unwrap();
        assert_eq!(tables.count("position WHERE number LIKE 'D-%'").await, count);
        for id in written.values() {
            assert_eq!(tables.count(&format!("event WHERE subject = '{id}'")).await, 1);
        }
        assert!(program.succeed(&["log", "verify"]).contains(": sound."));
        // What the crash left in the outbox is sealed by the next start.
        let _serving = program.serve(&["serve"]);
        eventually("the outbox is empty", async || Tables::open(db.url()).await.count("log_pending").await == 0).await;
        assert!(program.succeed(&["log", "verify"]).contains("; 0 wait for the sealer."));
    }
}
