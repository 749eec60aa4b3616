//! Documents of cases: prepare, store, delete. How their contents come and go: [`content`].

pub mod content;

use async_graphql::InputObject;
use chrono::{DateTime, Duration, Utc};
use entity::codes::{DocumentStatus, DocumentType, TextKind};
use entity::ids::{CaseId, ClientId, DocumentId, Identifier};
use serde::Serialize;

use crate::access::verb;
use crate::commands::casework::work::{case_at_work, record_in_case};
use crate::commands::pipeline::{Changes, Command, Creates, Done, Stop, Texts, Work};
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::files::ObjectKey;
use crate::store::casework::case_person;
use crate::store::casework::document::{self, Document};
use crate::store::casework::sealed_text::unwritable;

record_in_case!(Document, DocumentId, |document| Some(document.version));

/// A document whose content is to be uploaded.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct DocumentPrepareInput {
    /// The case.
    pub case_id: CaseId,
    /// The person of the case whom it is about; left out: the person that the case is about.
    pub client_id: Option<ClientId>,
    /// Its name, as people know it, e.g. `Mietvertrag.pdf`; at most 200 characters. It is stored sealed.
    pub name: String,
    /// What it is. The content is compared with it.
    pub document_type: DocumentType,
    /// The exact length of the content in bytes.
    pub size_bytes: i32,
}

/// `documentPrepare`, with what the settings of the server say.
#[derive(Serialize)]
#[serde(transparent)]
pub struct DocumentPrepare<'a> {
    /// The input.
    pub input: &'a DocumentPrepareInput,
    /// Largest document in bytes.
    #[serde(skip)]
    pub maximum_bytes: u32,
    /// How long the content is awaited.
    #[serde(skip)]
    pub awaited_for: Duration,
}

impl Command for DocumentPrepare<'_> {
    const NAME: &'static str = "documentPrepare";
    type Verb = verb::WorkOnCase;
    type Record = Document;

    fn check(&self, checks: &mut Checks) {
        checks.line("name", &self.input.name, NAME_MAXIMUM);
        checks.require(self.input.size_bytes > 0, || UserError::at("sizeBytes", ErrorCode::DocumentEmpty));
        let size = u32::try_from(self.input.size_bytes).unwrap_or(0);
        checks.require(size <= self.maximum_bytes, || {
            UserError::at("sizeBytes", ErrorCode::DocumentTooLarge).with("maximum", self.maximum_bytes)
        });
    }

    async fn load(work: &Work<'_, Self::Verb>, id: DocumentId) -> Result<Option<Document>, Failure> {
        document::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for DocumentPrepare<'_> {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Document>, Stop> {
        let connection = work.transaction.connection();
        let case = case_at_work(work, "caseId", self.input.case_id).await?;
        let client = self.input.client_id.unwrap_or(case.client_id);
        if client != case.client_id && !case_person::belongs(connection, work.permit, case.id, client).await? {
            return Err(UserError::at("clientId", ErrorCode::NotFound).into());
        }
        if document::is_consent_lapsed(connection, work.permit, client).await? {
            return Err(UserError::at("clientId", ErrorCode::DocumentConsentNeeded).into());
        }
        let prepared = Document {
            id: DocumentId::new(),
            district_id: work.permit.district_id(),
            case_id: case.id,
            client_id: client,
            document_type: self.input.document_type,
            size_bytes: self.input.size_bytes,
            status: DocumentStatus::Receiving,
            object_key: None,
            uploaded_by: work.actor.account_id(),
            awaited_until: work.now + self.awaited_for,
            stored_at: None,
            deleted_at: None,
            version: 1,
            created_at: work.now,
        };
        document::insert(connection, work.permit, &prepared).await?;
        let name = Texts::in_case(client, case.id).with(prepared.id.0, TextKind::DocumentName, Some(&self.input.name));
        Ok(Done::new(prepared).with_texts(name))
    }
}

/// `documentStore`: the content of a document has arrived and lies where it says. The server gives this command for who
/// uploaded it.
#[derive(Serialize)]
pub struct DocumentStore {
    /// The document.
    pub document_id: DocumentId,
    /// Where the content lies.
    pub object_key: String,
}

impl DocumentStore {
    /// Says that the content of a document lies there.
    #[must_use]
    pub fn new(document_id: DocumentId, place: &ObjectKey) -> Self {
        Self { document_id, object_key: place.as_str().to_owned() }
    }
}

/// What stands in the way of an upload at this moment. Asked before it begins, and again when it is complete.
fn expect_awaited(document: &Document, now: DateTime<Utc>) -> Result<(), UserError> {
    let awaited = document.status == DocumentStatus::Receiving && now < document.awaited_until;
    if awaited {
        return Ok(());
    }
    Err(UserError::at("", ErrorCode::DocumentNotAwaited).with("status", document.status.as_str()))
}

impl Command for DocumentStore {
    const NAME: &'static str = "documentStore";
    type Verb = verb::WorkOnCase;
    type Record = Document;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: DocumentId) -> Result<Option<Document>, Failure> {
        document::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for DocumentStore {
    fn target(&self) -> (DocumentId, &'static str) {
        (self.document_id, "documentId")
    }

    fn expected_version(&self) -> Option<i32> {
        None
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut document: Document) -> Result<Done<Document>, Stop> {
        expect_awaited(&document, work.now)?;
        // The person may have been restricted, or have revoked the consent, while the content was under way.
        if let Some(error) = unwritable(work.transaction, work.permit, document.client_id).await? {
            return Err(error.into());
        }
        if document::is_consent_lapsed(work.transaction.connection(), work.permit, document.client_id).await? {
            return Err(UserError::at("", ErrorCode::DocumentConsentNeeded).into());
        }
        document.status = DocumentStatus::Stored;
        document.object_key = Some(self.object_key.clone());
        document.stored_at = Some(work.now);
        document.version = document.version.saturating_add(1);
        document::update(work.transaction.connection(), work.permit, &document).await?;
        Ok(Done::new(document))
    }
}

/// A document to be deleted, for good. Needs `options.reason`.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct DocumentDeleteInput {
    /// The document.
    pub document_id: DocumentId,
    /// The version that you saw; refused if the document was changed since.
    pub expected_version: Option<i32>,
}

impl Command for DocumentDeleteInput {
    const NAME: &'static str = "documentDelete";
    type Verb = verb::WorkOnCase;
    type Record = Document;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: DocumentId) -> Result<Option<Document>, Failure> {
        document::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for DocumentDeleteInput {
    fn target(&self) -> (DocumentId, &'static str) {
        (self.document_id, "documentId")
    }

    fn expected_version(&self) -> Option<i32> {
        self.expected_version
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut document: Document) -> Result<Done<Document>, Stop> {
        if document.status == DocumentStatus::Deleted {
            let status = document.status.as_str();
            return Err(UserError::at("documentId", ErrorCode::DocumentNotStored).with("status", status).into());
        }
        if work.reason.is_none() {
            return Err(UserError::at("options.reason", ErrorCode::ReasonNeeded).into());
        }
        // What a person wants to be kept may not be deleted; what rests on a consent that ended has to be.
        let unwritable = unwritable(work.transaction, work.permit, document.client_id).await?;
        if let Some(error) = unwritable.filter(|error| error.code == ErrorCode::ClientRestricted) {
            return Err(error.into());
        }
        document.status = DocumentStatus::Deleted;
        document.object_key = None;
        document.deleted_at = Some(work.now);
        document.version = document.version.saturating_add(1);
        document::update(work.transaction.connection(), work.permit, &document).await?;
        let name = Texts::in_case(document.client_id, document.case_id)
            .with(document.id.0, TextKind::DocumentName, None)
            .regardless();
        Ok(Done::new(document).with_texts(name))
    }
}
