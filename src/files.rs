//! The contents of documents: sealed under the client's key and kept outside the database, in a folder or in a bucket of
//! an S3-compatible storage. No database here; who may put or fetch what is decided before.
//!
//! - Contents are never held whole: they are sealed and opened in chunks of 64 KiB ([`crate::vault::stream`]), written in
//!   parts of a few MiB and read in parts of one.
//! - An object is visible whole or not at all, and is on the disk before its upload is acknowledged: the crate writes
//!   beside it, syncs, renames and syncs the folder; a bucket does the like.
//! - The name of an object holds nothing but ids. Each upload has an object of its own, so that two uploads of one document
//!   never mix; the record says which one counts, and housekeeping removes the others.

pub mod inspection;
pub mod link;

use std::io;
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use entity::ids::{DistrictId, DocumentId};
use futures_util::{Stream, TryFutureExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    ClientOptions, GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig,
};
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use crate::config::{FilePlace, S3Config};
use crate::error::{ErrorCode, Failure};
use crate::vault::stream::{CHUNK_LEN, HEADER_LEN, StreamOpener, StreamSealer, sealed_len};
use crate::vault::{DataKey, FieldName, VaultError};

/// Bytes of a part that is written to a bucket: the least that S3 takes, and the same for all parts but the last.
const BUCKET_PART_LEN: usize = 5 * 1024 * 1024;
/// Bytes of a part that is written to a folder.
const FOLDER_PART_LEN: usize = 1024 * 1024;
/// Sealed bytes that are read at once: whole chunks, about 1 MiB.
const READ_LEN: u64 = 16 * (65_536 + 16);
/// What the crate puts between the name of an object and the number of a file that is being written to it.
const UNFINISHED: char = '#';

/// Why contents could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// There is no such object.
    #[error("the object is not there")]
    Missing,
    /// The storage is full.
    #[error("the storage is full: {0}")]
    Full(String),
    /// The storage does not answer as it should.
    #[error("the storage cannot be used: {0}")]
    Unavailable(String),
    /// What is stored is not what was stored once.
    #[error("the stored content is damaged")]
    Damaged,
    /// The cryptographic library failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl From<FilesError> for Failure {
    fn from(error: FilesError) -> Self {
        let code = match &error {
            FilesError::Full(_) => ErrorCode::StorageFull,
            FilesError::Unavailable(_) => ErrorCode::FilesUnavailable,
            FilesError::Missing | FilesError::Damaged | FilesError::Vault(_) => ErrorCode::Internal,
        };
        Self::new(code).because(error.to_string())
    }
}

impl From<object_store::Error> for FilesError {
    fn from(error: object_store::Error) -> Self {
        if matches!(error, object_store::Error::NotFound { .. }) {
            return Self::Missing;
        }
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(inner) = cause {
            let kind = inner.downcast_ref::<io::Error>().map(io::Error::kind);
            if matches!(kind, Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)) {
                return Self::Full(error.to_string());
            }
            cause = inner.source();
        }
        Self::Unavailable(error.to_string())
    }
}

/// Where one content of a document lies: the ids of district, document and upload.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// The place for a new upload.
    #[must_use]
    pub fn new(district: DistrictId, document: DocumentId) -> Self {
        Self(format!("{}/{}/{}", district.0.simple(), document.0.simple(), Uuid::now_v7().simple()))
    }

    /// Takes what [`ObjectKey::as_str`] gave; nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let key = Self(text.to_owned());
        let well_formed = key.ids().is_some_and(|(district, document, upload)| {
            text == format!("{}/{}/{}", district.0.simple(), document.0.simple(), upload.simple())
        });
        well_formed.then_some(key)
    }

    fn ids(&self) -> Option<(DistrictId, DocumentId, Uuid)> {
        let mut parts = self.0.split('/').map(|part| Uuid::try_parse(part).ok());
        let ids = (DistrictId(parts.next()??), DocumentId(parts.next()??), parts.next()??);
        parts.next().is_none().then_some(ids)
    }

    /// Which document.
    #[must_use]
    pub fn document(&self) -> Option<DocumentId> {
        self.ids().map(|(_, document, _)| document)
    }

    /// As it stands in the database.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn path(&self) -> Path {
        Path::from(self.0.as_str())
    }
}

/// The contents of documents. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FileStore {
    place: Arc<Place>,
}

type Objects = Arc<dyn ObjectStore>;

#[derive(Debug)]
enum Place {
    /// Opened when it is needed: the command line, which works with the same settings, should leave no folders behind.
    Folder {
        folder: PathBuf,
        opened: OnceLock<Objects>,
    },
    Bucket(Objects),
}

impl FileStore {
    /// The configured place. It is not touched before it is needed, so that the rest of the work goes on while it is away.
    ///
    /// # Errors
    /// If the settings of the bucket cannot be used.
    pub fn new(place: &FilePlace) -> Result<Self, FilesError> {
        let place = match place {
            FilePlace::Folder(folder) => Place::Folder { folder: folder.clone(), opened: OnceLock::new() },
            FilePlace::S3(config) => Place::Bucket(Self::bucket(config)?),
        };
        Ok(Self { place: Arc::new(place) })
    }

    /// Makes the folder if it is not there. A bucket is not asked.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn prepare(&self) -> Result<(), FilesError> {
        self.objects().map(drop)
    }

    fn objects(&self) -> Result<Objects, FilesError> {
        let (folder, opened) = match &*self.place {
            Place::Bucket(objects) => return Ok(Arc::clone(objects)),
            Place::Folder { folder, opened } => (folder, opened),
        };
        if let Some(objects) = opened.get() {
            return Ok(Arc::clone(objects));
        }
        make_folder(folder).map_err(|error| FilesError::Unavailable(format!("{}: {error}", folder.display())))?;
        let objects: Objects = Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true));
        Ok(Arc::clone(opened.get_or_init(|| objects)))
    }

    /// Bytes of a part that is written.
    fn part_len(&self) -> usize {
        match &*self.place {
            Place::Folder { .. } => FOLDER_PART_LEN,
            Place::Bucket(_) => BUCKET_PART_LEN,
        }
    }

    fn bucket(config: &S3Config) -> Result<Objects, FilesError> {
        let retry = RetryConfig { max_retries: 3, retry_timeout: Duration::from_secs(30), ..RetryConfig::default() };
        // Which addresses may be spoken to without TLS was decided with the configuration.
        let plain = config.endpoint.as_ref().is_some_and(|endpoint| endpoint.scheme() == "http");
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&config.bucket)
            .with_region(&config.region)
            .with_access_key_id(&config.access_key)
            .with_secret_access_key(config.secret_key.expose_secret())
            .with_retry(retry)
            .with_client_options(ClientOptions::new().with_allow_http(plain));
        if let Some(endpoint) = &config.endpoint {
            builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
        }
        Ok(Arc::new(builder.build()?))
    }

    /// Begins to write the content of a document, sealed under its client's key.
    ///
    /// # Errors
    /// [`FilesError::Vault`], and those of the disk.
    pub fn write(&self, key: &ObjectKey, data_key: &DataKey) -> Result<Incoming, FilesError> {
        let (sealer, header) = data_key.seal_stream(field_of(key)?)?;
        Ok(Incoming {
            objects: self.objects()?,
            part_len: self.part_len(),
            path: key.path(),
            sealer: Some(sealer),
            waiting: header.to_vec(),
            upload: None,
        })
    }

    /// Begins to read the content of a document that has `content_len` bytes.
    ///
    /// # Errors
    /// [`FilesError::Missing`], and [`FilesError::Damaged`] if the object has another length than it must have.
    pub async fn read(&self, key: &ObjectKey, data_key: &DataKey, content_len: u64) -> Result<Outgoing, FilesError> {
        let header_len = u64::try_from(HEADER_LEN).unwrap_or_default();
        let (objects, path) = (self.objects()?, key.path());
        let end = sealed_len(content_len).min(header_len + READ_LEN);
        let options = GetOptions { range: Some(GetRange::Bounded(0..end)), ..GetOptions::default() };
        let result = objects.get_opts(&path, options).await?;
        if result.meta.size != sealed_len(content_len) {
            return Err(FilesError::Damaged);
        }
        let first = result.bytes().await?;
        let (header, first) = first.split_first_chunk().ok_or(FilesError::Damaged)?;
        let opener = data_key.open_stream(field_of(key)?, header).map_err(|_| FilesError::Damaged)?;
        Ok(Outgoing {
            objects,
            path,
            opener: Some(opener),
            waiting: Bytes::copy_from_slice(first),
            offset: end,
            end: sealed_len(content_len),
        })
    }

    /// Removes an object. One that is not there is fine.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn delete(&self, key: &ObjectKey) -> Result<(), FilesError> {
        match self.objects()?.delete(&key.path()).await.map_err(FilesError::from) {
            Ok(()) | Err(FilesError::Missing) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Removes all objects of a document, whichever upload they are of.
    ///
    /// # Errors
    /// Those of the storage.
    pub async fn delete_all_of(&self, district: DistrictId, document: DocumentId) -> Result<(), FilesError> {
        let folder = format!("{}/{}", district.0.simple(), document.0.simple());
        let objects: Vec<_> = self.list_in(&folder).try_collect().await?;
        for (key, _) in objects {
            self.delete(&key).await?;
        }
        Ok(())
    }

    /// All objects of a district, with when they were written.
    pub fn list(
        &self,
        district: DistrictId,
    ) -> impl Stream<Item = Result<(ObjectKey, DateTime<Utc>), FilesError>> + Send + use<> {
        self.list_in(&district.0.simple().to_string())
    }

    fn list_in(
        &self,
        folder: &str,
    ) -> impl Stream<Item = Result<(ObjectKey, DateTime<Utc>), FilesError>> + Send + use<> {
        let (objects, folder) = (self.objects(), Path::from(folder));
        let listed = async move { Ok(objects?.list(Some(&folder)).map_err(FilesError::from)) };
        listed.try_flatten_stream().try_filter_map(async |object| {
            Ok(ObjectKey::parse(object.location.as_ref()).map(|key| (key, object.last_modified)))
        })
    }

    /// Removes what a stopped process left half-written in the folder and nobody has touched for this long. A bucket does
    /// the like by a rule of its own.
    ///
    /// # Errors
    /// Those of the disk.
    pub async fn forget_unfinished(&self, older_than: Duration) -> Result<u64, FilesError> {
        let folder = match &*self.place {
            Place::Folder { folder, .. } if folder.exists() => folder.clone(),
            _ => return Ok(0),
        };
        let removed = tokio::task::spawn_blocking(move || remove_unfinished(&folder, older_than)).await;
        let removed = removed.map_err(|error| FilesError::Unavailable(error.to_string()))?;
        removed.map_err(|error| FilesError::Unavailable(error.to_string()))
    }
}

/// Where in the client's data the content stands: it opens nowhere else.
fn field_of(key: &ObjectKey) -> Result<FieldName, FilesError> {
    key.document().map(|document| FieldName::DOCUMENT.of(document.0)).ok_or(FilesError::Missing)
}

/// Makes a folder for the server's user alone, with those above it.
fn make_folder(folder: &FilePath) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn remove_unfinished(folder: &FilePath, older_than: Duration) -> io::Result<u64> {
    let mut removed = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        // Whatever goes away meanwhile was finished or removed by somebody else.
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() {
            removed += remove_unfinished(&entry.path(), older_than)?;
            continue;
        }
        let unfinished = entry.file_name().to_string_lossy().contains(UNFINISHED);
        // A file from the future is as old as nothing.
        let age = metadata.modified().ok().and_then(|modified| modified.elapsed().ok()).unwrap_or_default();
        if unfinished && age >= older_than && std::fs::remove_file(entry.path()).is_ok() {
            removed += 1;
        }
    }
    Ok(removed)
}

/// A content on its way in. Unless [`Incoming::finish`] succeeds, nothing of it is ever visible, and dropping it removes
/// what was written.
pub struct Incoming {
    objects: Objects,
    part_len: usize,
    path: Path,
    /// Absent once it has ended.
    sealer: Option<StreamSealer>,
    /// Sealed bytes that are no whole part yet.
    waiting: Vec<u8>,
    /// Begun with the first whole part: a short content goes out in one piece.
    upload: Option<Box<dyn MultipartUpload>>,
}

impl Incoming {
    /// Takes the next bytes of the content, and writes them as soon as a part is full.
    ///
    /// # Errors
    /// Those of the storage: give it up.
    pub async fn push(&mut self, content: &[u8]) -> Result<(), FilesError> {
        for piece in content.chunks(CHUNK_LEN) {
            if let Some(sealer) = &mut self.sealer {
                sealer.push(piece, &mut self.waiting)?;
            }
            if self.waiting.len() >= self.part_len {
                let rest = self.waiting.split_off(self.part_len);
                let part = std::mem::replace(&mut self.waiting, rest);
                self.put(part).await?;
            }
        }
        Ok(())
    }

    async fn put(&mut self, part: Vec<u8>) -> Result<(), FilesError> {
        if self.upload.is_none() {
            self.upload = Some(self.objects.put_multipart(&self.path).await?);
        }
        if let Some(upload) = &mut self.upload {
            upload.put_part(PutPayload::from(part)).await?;
        }
        Ok(())
    }

    /// Ends the content: it is stored durably, and visible from now on.
    ///
    /// # Errors
    /// Those of the storage; then nothing is stored.
    pub async fn finish(mut self) -> Result<(), FilesError> {
        if let Some(sealer) = self.sealer.take() {
            sealer.finish(&mut self.waiting)?;
        }
        let rest = std::mem::take(&mut self.waiting);
        if self.upload.is_none() {
            self.objects.put(&self.path, PutPayload::from(rest)).await?;
            return Ok(());
        }
        self.put(rest).await?;
        if let Some(upload) = &mut self.upload {
            upload.complete().await?;
        }
        self.upload = None;
        Ok(())
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // A bucket keeps the parts, invisibly, until it is told not to.
        if let Some(mut upload) = self.upload.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move {
                if let Err(error) = upload.abort().await {
                    tracing::warn!(cause = %error, "the parts of an unfinished upload could not be removed");
                }
            });
        }
    }
}

/// A content on its way out.
pub struct Outgoing {
    objects: Objects,
    path: Path,
    /// Absent once it has ended or failed.
    opener: Option<StreamOpener>,
    waiting: Bytes,
    offset: u64,
    end: u64,
}

impl Outgoing {
    /// The next bytes of the content, about 1 MiB; `None` at its end. Bytes are genuine, but may be only the beginning of
    /// the content until `None` comes.
    ///
    /// # Errors
    /// [`FilesError::Missing`] if the object was removed meanwhile, [`FilesError::Damaged`], and those of the storage.
    pub async fn next(&mut self) -> Result<Option<Bytes>, FilesError> {
        let Some(mut opener) = self.opener.take() else { return Ok(None) };
        let mut content = Vec::with_capacity(usize::try_from(READ_LEN).unwrap_or_default());
        loop {
            let sealed = match std::mem::take(&mut self.waiting) {
                waiting if !waiting.is_empty() => waiting,
                _ if self.offset < self.end => {
                    let end = self.end.min(self.offset + READ_LEN);
                    let sealed = self.objects.get_range(&self.path, self.offset..end).await?;
                    self.offset = end;
                    sealed
                }
                _ => {
                    opener.finish(&mut content).map_err(|_| FilesError::Damaged)?;
                    return Ok(Some(Bytes::from(content)).filter(|content| !content.is_empty()));
                }
            };
            opener.push(&sealed, &mut content).map_err(|_| FilesError::Damaged)?;
            if !content.is_empty() {
                self.opener = Some(opener);
                return Ok(Some(Bytes::from(content)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use entity::ids::Identifier;
    use futures_util::TryStreamExt;
    use secrecy::SecretString;

    use super::*;
    use crate::vault::{MasterKeys, Owner};

    const MASTER_KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    struct Trial {
        folder: tempfile::TempDir,
        files: FileStore,
        district: DistrictId,
        data_key: DataKey,
    }

    impl Trial {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let files = FileStore::new(&FilePlace::Folder(folder.path().join("a/files"))).unwrap();
            assert!(!folder.path().join("a").exists(), "the folder is made when it is needed");
            let district = DistrictId::new();
            Self { folder, files, district, data_key: Self::key_of(district) }
        }

        fn key_of(district: DistrictId) -> DataKey {
            let keys = MasterKeys::from_text(&SecretString::from(MASTER_KEY)).unwrap();
            keys.current(&keys.key_check().unwrap())
                .unwrap()
                .create_data_key(Owner { district_id: district.0, client_id: Uuid::now_v7() })
                .unwrap()
                .0
        }

        fn key(&self) -> ObjectKey {
            ObjectKey::new(self.district, DocumentId::new())
        }

        async fn store(&self, key: &ObjectKey, content: &[u8], step: usize) {
            let mut incoming = self.files.write(key, &self.data_key).unwrap();
            for piece in content.chunks(step) {
                incoming.push(piece).await.unwrap();
                assert!(incoming.waiting.capacity() <= 3 * FOLDER_PART_LEN, "{} bytes", incoming.waiting.capacity());
            }
            incoming.finish().await.unwrap();
        }

        async fn fetch(&self, key: &ObjectKey, content_len: usize) -> Result<Vec<u8>, FilesError> {
            let content_len = u64::try_from(content_len).unwrap();
            let mut outgoing = self.files.read(key, &self.data_key, content_len).await?;
            let mut content = Vec::new();
            while let Some(piece) = outgoing.next().await? {
                assert!(piece.len() <= 17 * CHUNK_LEN, "{} bytes at once", piece.len());
                content.extend_from_slice(&piece);
            }
            Ok(content)
        }

        /// Everything that lies in the folder.
        fn on_disk(&self) -> Vec<PathBuf> {
            fn walk(folder: &FilePath, found: &mut Vec<PathBuf>) {
                for entry in std::fs::read_dir(folder).unwrap() {
                    let path = entry.unwrap().path();
                    if path.is_dir() { walk(&path, found) } else { found.push(path) }
                }
            }
            let mut found = Vec::new();
            walk(self.folder.path(), &mut found);
            found
        }

        async fn listed(&self) -> BTreeSet<ObjectKey> {
            self.files.list(self.district).map_ok(|(key, _)| key).try_collect().await.unwrap()
        }
    }

    fn content(length: usize) -> Vec<u8> {
        (0..length).map(|at| u8::try_from((at * 31 + at / 251) % 256).unwrap()).collect()
    }

    #[tokio::test]
    async fn content_comes_back_unchanged_whatever_its_length() {
        let trial = Trial::new();
        let part = FOLDER_PART_LEN;
        for length in [1, 100, CHUNK_LEN, 16 * CHUNK_LEN, 16 * CHUNK_LEN + 1, part, part + 1, 3 * part + 7] {
            let (key, content) = (trial.key(), content(length));
            trial.store(&key, &content, 10_000).await;
            assert!(trial.fetch(&key, length).await.unwrap() == content, "{length}");
        }
    }

    #[tokio::test]
    async fn nothing_readable_and_nothing_but_ids_lies_on_the_disk() {
        let trial = Trial::new();
        let (key, content) = (trial.key(), b"Sehr geehrte Frau Kowalenko, ".repeat(100_000));
        trial.store(&key, &content, 4096).await;
        let [file] = trial.on_disk().try_into().unwrap();
        assert!(file.ends_with(key.as_str()));
        let stored = std::fs::read(&file).unwrap();
        assert!(!stored.windows(9).any(|window| window == b"Kowalenko"));
        assert_eq!(u64::try_from(stored.len()).unwrap(), sealed_len(u64::try_from(content.len()).unwrap()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = trial.folder.path().join("a/files").metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
        }
    }

    #[tokio::test]
    async fn half_an_upload_is_invisible_and_goes_away() {
        let trial = Trial::new();
        let key = trial.key();
        let mut incoming = trial.files.write(&key, &trial.data_key).unwrap();
        incoming.push(&content(3 * FOLDER_PART_LEN)).await.unwrap();
        assert_eq!(trial.on_disk().len(), 1);
        assert!(trial.listed().await.is_empty());
        assert!(matches!(trial.fetch(&key, 3 * FOLDER_PART_LEN).await, Err(FilesError::Missing)));
        drop(incoming);
        while !trial.on_disk().is_empty() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn what_a_stopped_process_left_is_removed_once_it_is_old_enough() {
        let trial = Trial::new();
        let (kept, broken) = (trial.key(), trial.key());
        trial.store(&kept, b"kept", 10).await;
        let mut incoming = trial.files.write(&broken, &trial.data_key).unwrap();
        incoming.push(&content(2 * FOLDER_PART_LEN)).await.unwrap();
        // As if the process had been killed.
        std::mem::forget(incoming);
        assert_eq!(trial.files.forget_unfinished(Duration::from_secs(3600)).await.unwrap(), 0);
        assert_eq!(trial.on_disk().len(), 2);
        assert_eq!(trial.files.forget_unfinished(Duration::ZERO).await.unwrap(), 1);
        assert_eq!(trial.listed().await, [kept].into());
    }

    #[tokio::test]
    async fn content_opens_at_its_place_with_its_key_and_length_only() {
        let trial = Trial::new();
        let (key, other) = (trial.key(), trial.key());
        trial.store(&key, b"passport", 100).await;
        assert!(matches!(trial.fetch(&key, 7).await, Err(FilesError::Damaged)));
        assert!(matches!(trial.fetch(&other, 8).await, Err(FilesError::Missing)));
        let place = |key: &ObjectKey| trial.folder.path().join("a/files").join(key.as_str());
        std::fs::create_dir_all(place(&other).parent().unwrap()).unwrap();
        std::fs::copy(place(&key), place(&other)).unwrap();
        assert!(matches!(trial.fetch(&other, 8).await, Err(FilesError::Damaged)));
        let mut outgoing = trial.files.read(&key, &Trial::key_of(trial.district), 8).await.unwrap();
        assert!(matches!(outgoing.next().await, Err(FilesError::Damaged)));
        assert_eq!(outgoing.next().await.unwrap(), None, "a stream that failed stays over");
    }

    #[tokio::test]
    async fn content_that_was_altered_or_removed_while_it_is_read_ends_with_an_error() {
        let trial = Trial::new();
        let (altered, removed) = (trial.key(), trial.key());
        let long = content(3_000_000);
        for key in [&altered, &removed] {
            trial.store(key, &long, 100_000).await;
        }
        let path = trial.folder.path().join("a/files").join(altered.as_str());
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[2_000_000] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert!(matches!(trial.fetch(&altered, long.len()).await, Err(FilesError::Damaged)));

        let mut outgoing = trial.files.read(&removed, &trial.data_key, 3_000_000).await.unwrap();
        assert!(outgoing.next().await.unwrap().is_some());
        trial.files.delete(&removed).await.unwrap();
        trial.files.delete(&removed).await.unwrap();
        assert!(matches!(outgoing.next().await, Err(FilesError::Missing)));
    }

    #[test]
    fn a_name_holds_three_ids_in_one_spelling() {
        let key = ObjectKey::new(DistrictId::new(), DocumentId::new());
        assert_eq!(ObjectKey::parse(key.as_str()), Some(key.clone()));
        let text = key.as_str();
        let upper = text.to_uppercase();
        for wrong in ["", "/", "a/b/c", "../../etc/passwd", &format!("{text}/x"), &format!("/{text}"), &upper] {
            assert_eq!(ObjectKey::parse(wrong), None, "{wrong}");
        }
    }
}
