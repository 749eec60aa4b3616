//! The way of contents: signed links, uploads, downloads, and what has to be tidied up after them.
//!
//! Whoever uses a link acts as the account that it was made for, with the grants of that moment. A download asks the door
//! before every piece: a consent that is revoked, a session that ends, a case that is handed over ends it in the middle.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration as StdDuration;

use async_graphql::{InputObject, SimpleObject};
use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use entity::codes::{AccessPurpose, DataClass, DocumentStatus, TextKind};
use entity::ids::{ClientId, DistrictId, DocumentId};
use futures_util::{Stream, StreamExt, TryStreamExt};
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{DocumentDeleteInput, DocumentPrepare, DocumentPrepareInput, DocumentStore, expect_awaited};
use crate::access::{Actor, verb};
use crate::clock::SharedClock;
use crate::commands::accounts::session::Sessions;
use crate::commands::pipeline::Stop;
use crate::commands::{Answer, CommandOptions, Commands};
use crate::error::{ErrorCode, Failure, UserError};
use crate::files::inspection::Inspection;
use crate::files::link::{Direction, Link, LinkSeal};
use crate::files::{FileStore, FilesError, ObjectKey, Outgoing};
use crate::live::AccessRecorder;
use crate::store::Store;
use crate::store::casework::document::{self, Document};
use crate::store::casework::identified::{self, OpenKey, Opening};
use crate::store::casework::sealed_text;
use crate::store::district::district;
use crate::store::log::access::Reads;

/// Uploads and downloads at once in this process; each holds a few MiB.
const TRANSFERS_AT_ONCE: usize = 64;
/// How much later than agreed a content may still come before its record is forgotten: clocks differ.
const GRACE: Duration = Duration::hours(1);
/// How old an object has to be that no record knows before it is removed. After a restore from a backup, objects that are
/// younger than it are unknown at first, and may be wanted.
const UNKNOWN_KEPT_FOR: Duration = Duration::days(30);
/// How old a half-written file of a stopped process has to be.
const UNFINISHED_KEPT_FOR: StdDuration = StdDuration::from_secs(2 * 86_400);
/// How often all objects are looked through.
const HOURS_BETWEEN_SWEEPS: u64 = 24;
/// Objects whose records are looked up at once.
const OBJECTS_AT_ONCE: usize = 500;

/// What the settings say about contents.
#[derive(Clone, Copy, Debug)]
pub struct ContentRules {
    /// Largest document in bytes.
    pub maximum_bytes: u32,
    /// How long a link can be used.
    pub link_life: Duration,
    /// How long one upload or download may take.
    pub transfer_timeout: StdDuration,
    /// How long an upload may pause.
    pub pause_timeout: StdDuration,
}

/// What the contents of documents go through.
pub struct ContentParts {
    /// The database.
    pub store: Store,
    /// What time it is.
    pub clock: SharedClock,
    /// The write path.
    pub commands: Commands,
    /// Who stands behind a link.
    pub sessions: Sessions,
    /// Records reads.
    pub accesses: AccessRecorder,
    /// Where contents lie.
    pub files: FileStore,
    /// Signs links.
    pub links: LinkSeal,
    /// What links begin with: the public address of the server, if it is known.
    pub public_url: String,
    /// What the settings say.
    pub rules: ContentRules,
}

/// The contents of documents. Cheap to clone.
#[derive(Clone)]
pub struct Documents {
    parts: Arc<ContentParts>,
    room: Arc<Semaphore>,
}

/// A signed link to upload or download the content of one document. Who has it can use it, so treat it like a password; it
/// works only as long as you may do so yourself.
#[derive(Clone, Debug, SimpleObject)]
pub struct SignedLink {
    /// Where: an absolute address, or a path of this server if its public address is not configured. Upload with `PUT`,
    /// download with `GET`; no `Authorization` header is needed.
    pub url: String,
    /// From when on it can no longer be used. What has begun by then may be finished.
    pub expires_at: DateTime<Utc>,
}

/// A document to be downloaded.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct DocumentLinkInput {
    /// The document.
    pub document_id: DocumentId,
    /// Why you read it, for the access log; left out: what follows from how you stand to the case.
    pub purpose: Option<AccessPurpose>,
}

/// A content on its way to its reader.
pub struct Download<S> {
    /// The document.
    pub document: Document,
    /// Its name.
    pub name: String,
    /// The content. It ends with an error if it is broken off.
    pub content: S,
}

impl Documents {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: ContentParts) -> Self {
        Self { parts: Arc::new(parts), room: Arc::new(Semaphore::new(TRANSFERS_AT_ONCE)) }
    }

    /// Makes the place of contents ready, if it is a folder.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn prepare_place(&self) -> Result<(), FilesError> {
        self.parts.files.prepare()
    }

    /// Carries `documentPrepare` out.
    ///
    /// # Errors
    /// `FORBIDDEN`, and the troubles of the server.
    pub async fn prepare(
        &self,
        actor: &Actor,
        input: &DocumentPrepareInput,
        options: &CommandOptions,
    ) -> Result<Answer<Document>, Failure> {
        let rules = self.parts.rules;
        let transfer = Duration::from_std(rules.transfer_timeout).unwrap_or(Duration::MAX);
        let command =
            DocumentPrepare { input, maximum_bytes: rules.maximum_bytes, awaited_for: rules.link_life + transfer };
        self.parts.commands.create(actor, &command, options).await
    }

    /// The link to upload a content that is awaited; `None` when it no longer is.
    ///
    /// # Errors
    /// The troubles of the server.
    pub fn upload_link(&self, actor: &Actor, document: &Document) -> Result<Option<SignedLink>, Failure> {
        let now = self.parts.clock.now();
        if expect_awaited(document, now).is_err() {
            return Ok(None);
        }
        self.sign(actor, Direction::Upload, document.id, None, now).map(Some)
    }

    /// The link to download a content.
    ///
    /// # Errors
    /// What forbids it, and the troubles of the server.
    pub async fn download_link(&self, actor: &Actor, input: &DocumentLinkInput) -> Result<SignedLink, Stop> {
        let permit = actor.permit::<verb::ReadIdentity>()?;
        let found = document::find_many(&self.parts.store, &permit, &[input.document_id]).await?;
        let document = found.first().ok_or_else(|| UserError::at("documentId", ErrorCode::NotFound))?;
        if document.status != DocumentStatus::Stored {
            let status = document.status.as_str();
            return Err(UserError::at("documentId", ErrorCode::DocumentNotStored).with("status", status).into());
        }
        if document::open(&self.parts.store, &permit, document.id).await?.is_none() {
            return Err(UserError::at("documentId", ErrorCode::DocumentConsentNeeded).into());
        }
        let now = self.parts.clock.now();
        Ok(self.sign(actor, Direction::Download, document.id, input.purpose, now)?)
    }

    fn sign(
        &self,
        actor: &Actor,
        direction: Direction,
        document_id: DocumentId,
        purpose: Option<AccessPurpose>,
        now: DateTime<Utc>,
    ) -> Result<SignedLink, Failure> {
        let account_id = actor.account_id().ok_or_else(|| Failure::new(ErrorCode::Forbidden))?;
        let expires_at = now + self.parts.rules.link_life;
        let session_id = actor.session_id();
        let token =
            self.parts.links.sign(&Link { direction, document_id, account_id, session_id, purpose, expires_at })?;
        Ok(SignedLink { url: format!("{}/files/{token}", self.parts.public_url), expires_at })
    }

    /// Who stands behind a link at this moment.
    async fn actor_of(&self, link: &Link) -> Result<Actor, Failure> {
        let actor = self.parts.sessions.of_account(link.account_id, link.session_id).await?;
        actor.ok_or_else(|| Failure::new(ErrorCode::LinkInvalid))
    }

    fn take_room(&self) -> Result<OwnedSemaphorePermit, Failure> {
        Arc::clone(&self.room).try_acquire_owned().map_err(|_| Failure::new(ErrorCode::Busy))
    }

    /// Takes a content in. `announced` is the length that the request says, if it says one.
    ///
    /// # Errors
    /// `LINK_INVALID`, what is wrong with the content, and the troubles of the server; then nothing is stored.
    pub async fn receive<E>(
        &self,
        token: &str,
        announced: Option<u64>,
        content: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<Document, Stop> {
        let parts = &self.parts;
        let link = parts.links.open(token, Direction::Upload, parts.clock.now())?;
        let _room = self.take_room()?;
        let actor = self.actor_of(&link).await?;
        let invalid = || Failure::new(ErrorCode::LinkInvalid);
        let identity = actor.permit::<verb::ReadIdentity>().map_err(|_| invalid())?;
        let document = document::open(&parts.store, &identity, link.document_id).await?.ok_or_else(invalid)?;
        expect_awaited(&document, parts.clock.now())?;
        let length = u64::try_from(document.size_bytes).unwrap_or(0);
        if let Some(announced) = announced.filter(|announced| *announced != length) {
            let mismatch = UserError::at("", ErrorCode::DocumentSizeMismatch);
            return Err(mismatch.with("declared", length).with("received", announced).into());
        }
        let asked = [(document.client_id, Some(document.case_id))];
        let keys = identified::keys(&parts.store, &identity, &asked, DataClass::Documents).await?;
        let OpenKey { key: data_key, .. } = keys.into_iter().next().ok_or_else(invalid)?;
        let place = ObjectKey::new(document.district_id, document.id);
        let mut incoming = parts.files.write(&place, &data_key).map_err(Failure::from)?;
        let mut inspection = Inspection::new(document.document_type, length);
        let deadline = Instant::now() + parts.rules.transfer_timeout;
        let mut content = std::pin::pin!(content);
        loop {
            let patience = deadline.min(Instant::now() + parts.rules.pause_timeout);
            match tokio::time::timeout_at(patience, content.next()).await {
                Err(_) => return Err(Failure::new(ErrorCode::RequestTimeout).into()),
                Ok(None) => break,
                Ok(Some(Err(_))) => {
                    return Err(Failure::new(ErrorCode::BadRequest).with("detail", "the body broke off").into());
                }
                Ok(Some(Ok(bytes))) => {
                    inspection.push(&bytes)?;
                    incoming.push(&bytes).await.map_err(Failure::from)?;
                }
            }
        }
        inspection.finish()?;
        incoming.finish().await.map_err(Failure::from)?;
        let stored = DocumentStore::new(document.id, &place);
        let answer = parts.commands.change(&actor, &stored, &CommandOptions::default()).await;
        match answer {
            Ok(Answer { record: Some(document), .. }) => Ok(document),
            refused => {
                // No record says that it is there. What cannot be removed now housekeeping removes.
                self.remove(&place).await;
                match refused {
                    Ok(answer) => Err(Stop::Rules(answer.user_errors)),
                    Err(failure) => Err(failure.into()),
                }
            }
        }
    }

    async fn remove(&self, place: &ObjectKey) {
        if let Err(error) = self.parts.files.delete(place).await {
            tracing::warn!(cause = %error, "an object could not be removed; it is tried again later");
        }
    }

    /// Gives a content out. The read is recorded before the first byte leaves.
    ///
    /// # Errors
    /// `LINK_INVALID`, and the troubles of the server.
    pub async fn send(
        &self,
        token: &str,
        request_id: String,
    ) -> Result<Download<impl Stream<Item = Result<Bytes, Failure>> + use<>>, Failure> {
        let parts = &self.parts;
        let invalid = || Failure::new(ErrorCode::LinkInvalid);
        let link = parts.links.open(token, Direction::Download, parts.clock.now())?;
        let room = self.take_room()?;
        let deadline = Instant::now() + parts.rules.transfer_timeout;
        let actor = self.actor_of(&link).await?;
        let identity = actor.permit::<verb::ReadIdentity>().map_err(|_| invalid())?;
        let document = self.stored(&actor, link.document_id).await?.ok_or_else(invalid)?;
        let place = document.object_key.as_deref().and_then(ObjectKey::parse);
        let place = place.ok_or_else(|| Failure::internal("a stored document lies nowhere"))?;
        let asked = [(document.client_id, Some(document.case_id))];
        let keys = identified::keys(&parts.store, &identity, &asked, DataClass::Documents).await?;
        let OpenKey { key: data_key, opening } = keys.into_iter().next().ok_or_else(invalid)?;
        let texts = sealed_text::of_records(&parts.store, &identity, &[document.id.0]).await?;
        let name = texts.into_iter().find(|text| text.kind == TextKind::DocumentName);
        let name = name.and_then(|name| name.open).map(|name| name.text).unwrap_or_default();
        let length = u64::try_from(document.size_bytes).unwrap_or(0);
        // Whether the content is there and genuine shows before the answer begins.
        let mut outgoing =
            parts.files.read(&place, &data_key, length).await.map_err(|error| broken(&document, error))?;
        let first = outgoing.next().await.map_err(|error| broken(&document, error))?;
        let opening = Opening { purpose: link.purpose, ..opening };
        let reads = Reads {
            district_id: document.district_id,
            account_id: actor.account_id(),
            request_id: Some(request_id.chars().take(100).collect()),
            at: parts.clock.now(),
            openings: BTreeSet::from([opening]),
        };
        parts.accesses.record(reads).await?;
        let content = self.clone().pieces(link, document.clone(), first, outgoing, deadline, room);
        Ok(Download { document, name, content })
    }

    /// The pieces of a content, each after the door was asked.
    fn pieces(
        self,
        link: Link,
        document: Document,
        first: Option<Bytes>,
        mut outgoing: Outgoing,
        deadline: Instant,
        room: OwnedSemaphorePermit,
    ) -> impl Stream<Item = Result<Bytes, Failure>> + use<> {
        async_stream::try_stream! {
            // Taken until the reader has all of it, or goes away.
            let _room = room;
            let mut piece = first;
            while let Some(bytes) = piece {
                if Instant::now() >= deadline {
                    Err(Failure::new(ErrorCode::RequestTimeout))?;
                }
                let actor = self.actor_of(&link).await?;
                if self.stored(&actor, link.document_id).await?.is_none() {
                    tracing::info!(document = %link.document_id, "a download was broken off: it is no longer the reader's to see");
                    Err(Failure::new(ErrorCode::LinkInvalid))?;
                }
                yield bytes;
                piece = outgoing.next().await.map_err(|error| broken(&document, error))?;
            }
        }
    }

    /// The document, if its content opens for the actor and is there.
    async fn stored(&self, actor: &Actor, id: DocumentId) -> Result<Option<Document>, Failure> {
        let Ok(permit) = actor.permit::<verb::ReadIdentity>() else { return Ok(None) };
        let found = document::open(&self.parts.store, &permit, id).await?;
        Ok(found.filter(|document| document.status == DocumentStatus::Stored))
    }

    /// Carries `documentDelete` out, and removes the content.
    ///
    /// # Errors
    /// `FORBIDDEN`, and the troubles of the server.
    pub async fn delete(
        &self,
        actor: &Actor,
        input: &DocumentDeleteInput,
        options: &CommandOptions,
    ) -> Result<Answer<Document>, Failure> {
        let answer = self.parts.commands.change(actor, input, options).await?;
        if let Some(document) = answer.record.as_ref().filter(|_| !options.validate_only) {
            self.forget_contents(document.district_id, &[document.id]).await;
        }
        Ok(answer)
    }

    /// Removes the contents of all documents of an erased client; to be called after the erasure was committed. They are
    /// noise already; what cannot be removed now housekeeping removes.
    pub async fn forget_contents_of(&self, district: DistrictId, client: ClientId) {
        match document::deleted_of(&self.parts.store, district, client).await {
            Ok(documents) => self.forget_contents(district, &documents).await,
            Err(failure) => {
                tracing::warn!(
                    cause = failure.cause.as_deref(),
                    "contents could not be removed; it is tried again later"
                )
            }
        }
    }

    /// Removes the contents of documents whose records say that they are deleted, after that was committed.
    async fn forget_contents(&self, district: DistrictId, documents: &[DocumentId]) {
        for document in documents {
            if let Err(error) = self.parts.files.delete_all_of(district, *document).await {
                tracing::warn!(cause = %error, %document, "a content could not be removed; it is tried again later");
            }
        }
    }

    /// Forgets documents whose content never came, and what of it did.
    ///
    /// # Errors
    /// Those of the database and of the storage.
    pub async fn forget_unfinished(&self) -> Result<u64, Failure> {
        let store = &self.parts.store;
        let unfinished = document::unfinished(store, self.parts.clock.now() - GRACE).await?;
        for (district, document) in &unfinished {
            self.parts.files.delete_all_of(*district, *document).await.map_err(Failure::from)?;
        }
        let ids: Vec<DocumentId> = unfinished.into_iter().map(|(_, document)| document).collect();
        if ids.is_empty() {
            return Ok(0);
        }
        let transaction = store.begin().await?;
        let forgotten = document::forget(&transaction, &ids).await?;
        transaction.commit().await?;
        Ok(forgotten)
    }

    /// Removes objects that no document counts as its content: of uploads that were cut off at the last moment, of deleted
    /// documents and erased clients. Looks at all objects of all districts of this database, and at no others.
    ///
    /// # Errors
    /// Those of the database and of the storage.
    pub async fn sweep(&self) -> Result<u64, Failure> {
        let parts = &self.parts;
        let mut removed = 0;
        for district in district::all(&parts.store).await? {
            let district = district.id;
            let mut listed = std::pin::pin!(parts.files.list(district).try_chunks(OBJECTS_AT_ONCE));
            while let Some(objects) = listed.next().await {
                let objects = objects.map_err(|error| Failure::from(error.1))?;
                let ids: BTreeSet<DocumentId> = objects.iter().filter_map(|(key, _)| key.document()).collect();
                let ids: Vec<DocumentId> = ids.into_iter().collect();
                let known = document::places_of(&parts.store, district, &ids).await?;
                for (key, written_at) in objects {
                    let record = key.document().and_then(|id| known.get(&id));
                    let wanted = match record {
                        Some((DocumentStatus::Receiving, _)) => true,
                        Some((_, place)) => place.as_deref() == Some(key.as_str()),
                        None => parts.clock.now() < written_at + UNKNOWN_KEPT_FOR,
                    };
                    if !wanted {
                        parts.files.delete(&key).await.map_err(Failure::from)?;
                        removed += 1;
                    }
                }
            }
        }
        removed += parts.files.forget_unfinished(UNFINISHED_KEPT_FOR).await.map_err(Failure::from)?;
        Ok(removed)
    }

    /// Tidies up every hour, and looks through all objects once a day, until `shutdown`.
    pub async fn keep_tidy(self, shutdown: CancellationToken) {
        for hour in 1_u64.. {
            tokio::select! {
                () = tokio::time::sleep(StdDuration::from_secs(3600)) => {}
                () = shutdown.cancelled() => return,
            }
            let mut tidied = self.forget_unfinished().await;
            if hour % HOURS_BETWEEN_SWEEPS == 1 && tidied.is_ok() {
                tidied = self.sweep().await;
            }
            if let Err(failure) = tidied {
                tracing::warn!(cause = failure.cause.as_deref(), "documents could not be tidied up; it is tried again");
            }
        }
    }
}

/// The trouble with a content that should be there.
fn broken(document: &Document, error: FilesError) -> Failure {
    tracing::error!(document = %document.id, cause = %error, "the content of a document could not be read");
    error.into()
}
