//! The contents of documents in a bucket: against a real server that speaks the protocol of S3 and checks signatures.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use entity::ids::{DistrictId, DocumentId, Identifier};
use futures_util::TryStreamExt;
use hyper_util::rt::{TokioExecutor, TokioIo};
use kim::config::{FilePlace, S3Config};
use kim::files::{FileStore, FilesError, ObjectKey};
use kim::vault::{DataKey, MasterKeys, Owner};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;

const ACCESS_KEY: &str = "kim";
const SECRET_KEY: &str = "only for this test";

/// A storage with one bucket, `documents`.
pub struct Bucket {
    folder: tempfile::TempDir,
    pub address: SocketAddr,
    serving: JoinHandle<()>,
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
        let serving = tokio::spawn(async move {
            let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
            while let Ok((socket, _)) = listener.accept().await {
                let connection = server.serve_connection(TokioIo::new(socket), service.clone()).into_owned();
                tokio::spawn(connection);
            }
        });
        Self { folder, address, serving }
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
    }
}

/// Every file in a folder and those below it.
pub fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files_in(&path)) } else { found.push(path) }
    }
    found
}

fn data_key(district: DistrictId) -> DataKey {
    let keys =
        MasterKeys::from_text(&SecretString::from("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"))
            .unwrap();
    keys.create_data_key(Owner { district_id: district.0, client_id: Uuid::now_v7() }).unwrap().0
}

async fn fetch(files: &FileStore, key: &ObjectKey, data_key: &DataKey, length: u64) -> Result<Vec<u8>, FilesError> {
    let mut outgoing = files.read(key, data_key, length).await?;
    let mut content = Vec::new();
    while let Some(piece) = outgoing.next().await? {
        assert!(piece.len() < 1_200_000, "{} bytes at once", piece.len());
        content.extend_from_slice(&piece);
    }
    Ok(content)
}

#[tokio::test]
async fn bucket_keeps_contents_sealed_and_gives_them_back() {
    let bucket = Bucket::start().await;
    let files = FileStore::open(&bucket.place()).unwrap();
    let district = DistrictId::new();
    let data_key = data_key(district);
    // In one piece, in several parts, and in parts without a rest.
    for length in [100_u64, 13_000_000, 2 * 5 * 1024 * 1024] {
        let key = ObjectKey::new(district, DocumentId::new());
        let content = b"Olena Kowalenko ".repeat(usize::try_from(length / 16 + 1).unwrap());
        let content = &content[..usize::try_from(length).unwrap()];
        let mut incoming = files.write(&key, &data_key).unwrap();
        for piece in content.chunks(70_000) {
            incoming.push(piece).await.unwrap();
        }
        incoming.finish().await.unwrap();
        assert!(fetch(&files, &key, &data_key, length).await.unwrap() == content, "{length}");
        let listed: Vec<ObjectKey> = files.list(district).map_ok(|(key, _)| key).try_collect().await.unwrap();
        assert_eq!(listed, [key.clone()]);
        for file in bucket.files() {
            assert!(!std::fs::read(&file).unwrap().windows(9).any(|window| window == b"Kowalenko"), "{file:?}");
        }
        files.delete(&key).await.unwrap();
        files.delete(&key).await.unwrap();
        assert!(matches!(fetch(&files, &key, &data_key, length).await, Err(FilesError::Missing)));
    }
}

#[tokio::test]
async fn bucket_shows_nothing_of_an_upload_that_was_given_up() {
    let bucket = Bucket::start().await;
    let files = FileStore::open(&bucket.place()).unwrap();
    let district = DistrictId::new();
    let (key, data_key) = (ObjectKey::new(district, DocumentId::new()), data_key(district));
    let mut incoming = files.write(&key, &data_key).unwrap();
    incoming.push(&vec![7; 11 * 1024 * 1024]).await.unwrap();
    assert!(!bucket.files().is_empty());
    assert!(files.list(district).try_collect::<Vec<_>>().await.unwrap().is_empty());
    drop(incoming);
    crate::app::eventually("the parts go away", || async { bucket.files().is_empty() }).await;
}

#[tokio::test]
async fn bucket_that_is_away_or_refuses_is_a_trouble_of_the_server_and_not_a_missing_document() {
    let bucket = Bucket::start().await;
    let district = DistrictId::new();
    let (key, data_key) = (ObjectKey::new(district, DocumentId::new()), data_key(district));
    let refused = FileStore::open(&bucket.place_with("another key")).unwrap();
    assert!(matches!(refused.read(&key, &data_key, 5).await, Err(FilesError::Unavailable(_))));
    let incoming = refused.write(&key, &data_key).unwrap();
    assert!(matches!(incoming.finish().await, Err(FilesError::Unavailable(_))));
    let files = FileStore::open(&bucket.place()).unwrap();
    bucket.stop();
    assert!(matches!(files.read(&key, &data_key, 5).await, Err(FilesError::Unavailable(_))));
}
