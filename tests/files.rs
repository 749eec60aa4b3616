//! The contents of documents: in a bucket, and on their way through the server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use hyper_util::rt::{TokioExecutor, TokioIo};
use kim::config::{FilePlace, S3Config};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::{Answer, Client, TestApp};
use crate::clients::command;

mod bucket;
mod contents;
mod links;

const ACCESS_KEY: &str = "kim";
const SECRET_KEY: &str = "only for this test";

/// A storage with one bucket, `documents`: a real server of the protocol of S3, which checks signatures.
pub struct Bucket {
    folder: tempfile::TempDir,
    pub address: SocketAddr,
    serving: JoinHandle<()>,
    stopped: CancellationToken,
}

impl Bucket {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("documents")).unwrap();
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stopped = CancellationToken::new();
        let gone = stopped.clone();
        let serving = tokio::spawn(async move {
            let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
            while let Ok((socket, _)) = listener.accept().await {
                let connection = server.serve_connection(TokioIo::new(socket), service.clone()).into_owned();
                let gone = gone.clone();
                tokio::spawn(async move { gone.run_until_cancelled(connection).await.map(drop) });
            }
        });
        Self { folder, address, serving, stopped }
    }

    pub fn place(&self) -> FilePlace {
        self.place_with(SECRET_KEY)
    }

    fn place_with(&self, secret_key: &str) -> FilePlace {
        FilePlace::S3(S3Config {
            bucket: "documents".to_owned(),
            endpoint: Some(format!("http://{}", self.address).parse().unwrap()),
            region: "eu-central-1".to_owned(),
            access_key: ACCESS_KEY.to_owned(),
            secret_key: SecretString::from(secret_key),
        })
    }

    pub fn settings(&self) -> [(&'static str, String); 5] {
        [
            ("KIM_FILES_STORE", "s3".to_owned()),
            ("KIM_FILES_BUCKET", "documents".to_owned()),
            ("KIM_FILES_ENDPOINT", format!("http://{}", self.address)),
            ("KIM_FILES_ACCESS_KEY", ACCESS_KEY.to_owned()),
            ("KIM_FILES_SECRET_KEY", SECRET_KEY.to_owned()),
        ]
    }

    /// Everything that the storage keeps.
    pub fn files(&self) -> Vec<PathBuf> {
        files_in(self.folder.path())
    }

    pub fn stop(&self) {
        self.serving.abort();
        self.stopped.cancel();
    }
}

/// Something of the type PDF that is `length` bytes long, with a mark in it here and there.
pub fn pdf(length: usize) -> Vec<u8> {
    let body = b"MARKINHALT Olena Kowalenko, Musterweg 7\n".repeat(length / 40 + 1);
    let mut content = b"%PDF-1.7\n".to_vec();
    content.extend_from_slice(&body[..length - 15]);
    content.extend_from_slice(b"\n%%EOF");
    content
}

/// Announces a document; the answer has the link to upload it.
pub async fn prepare(user: &Client, case: &Value, document_type: &str, length: usize) -> Answer {
    let input = json!({
        "caseId": case["id"], "name": "Mietvertrag Größe.pdf", "documentType": document_type, "sizeBytes": length,
    });
    command(user, "documentPrepare", input, "document { id status version } upload { url expiresAt }").await
}

/// The path of a link: one that a server with a public address gives leads there.
pub fn path(link: &str) -> &str {
    let Some((_, rest)) = link.split_once("://") else { return link };
    rest.find('/').map_or("/", |start| &rest[start..])
}

/// The address that a payload gives under this name.
pub fn url(app: &TestApp, answer: &Answer, name: &str) -> String {
    let link = answer.payload()[name]["url"].as_str().unwrap_or_else(|| panic!("no link: {answer:?}"));
    app.url(path(link))
}

/// Uploads a content; status and body of the answer.
pub async fn put(url: &str, content: Vec<u8>) -> (u16, Value) {
    let answer = reqwest::Client::new().put(url).body(content).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Downloads a content; status and body of the answer.
pub async fn get(url: &str) -> (u16, Vec<u8>) {
    let answer = reqwest::get(url).await.unwrap();
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
}

/// The code of an answer that is an error.
pub fn code(body: &Value) -> &str {
    body["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no error: {body}"))
}

/// A stored document of a case.
pub async fn stored(app: &TestApp, user: &Client, case: &Value, content: &[u8]) -> Value {
    let prepared = prepare(user, case, "PDF", content.len()).await;
    let (status, body) = put(&url(app, &prepared, "upload"), content.to_vec()).await;
    assert_eq!((status, body["document"]["status"].as_str()), (201, Some("STORED")), "{body}");
    prepared.payload()["document"]["id"].clone()
}

/// Asks for a link to download a document.
pub async fn link(user: &Client, document: &Value) -> Answer {
    command_alone(user, "documentLink", json!({ "documentId": document }), "download { url expiresAt }").await
}

/// Sends a command that takes no options.
pub async fn command_alone(user: &Client, name: &str, input: Value, fields: &str) -> Answer {
    let input_type = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let document = format!(
        "mutation($input: {input_type}!) {{ {name}(input: $input) {{ {fields} userErrors {{ code path }} }} }}"
    );
    user.send(&document, json!({ "input": input })).await
}

/// The status of a document.
pub async fn status(user: &Client, document: &Value) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on Document { status } } }";
    user.send(query, json!({ "id": document })).await.data()["node"]["status"].clone()
}

/// Every file in a folder and those below it; none if nothing was ever kept there.
pub fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files_in(&path)) } else { found.push(path) }
    }
    found
}
