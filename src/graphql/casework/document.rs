//! Documents of cases, and the links to their contents.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::codes::{DocumentStatus, DocumentType, TextKind};

use crate::access::Action;
use crate::commands::casework::document::content::{DocumentLinkInput, SignedLink};
use crate::commands::casework::document::{DocumentDeleteInput, DocumentPrepareInput};
use crate::commands::pipeline::Stop;
use crate::commands::{Answer, CommandOptions};
use crate::error::Failure;
use crate::files::inspection::media_type;
use crate::graphql::casework::case::Case;
use crate::graphql::casework::client::Client;
use crate::graphql::casework::text::text;
use crate::graphql::context::Ask;
use crate::graphql::errors::UserError;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::NameOf;
use crate::graphql::payload::payload;
use crate::store::casework::document as records;

/// `Document` of the schema; the description that its readers see stands on the `impl`.
pub struct Document(pub records::Document);

/// A document (Dokument, Unterlage) of a case: a scan, a photograph, a letter. Its content is stored sealed under the key of
/// the person whom it is about, and comes and goes by signed links: `documentPrepare` gives one to upload, `documentLink` one
/// to download. Documents are identified data: the lead and the substitute see them, and those for whom the client released
/// the class DOCUMENTS or the case was unmasked; all others see only how many there are (`Case.documentCount`).
///
/// Where the client gave a consent PHOTO_DOCUMENT and the latest one was revoked or has expired, names and contents open to
/// nobody, until it is given anew. The lead and the substitute then still see that a document is there, of which kind and
/// size, and since when – to delete it, or to ask for the consent; nobody else sees that.
#[Object]
impl Document {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The case; null (with an entry in `extensions.redactions`) if you may not see it.
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Failure> {
        let case = ctx.load(self.0.case_id).await?;
        if case.is_none() {
            ctx.redact();
        }
        Ok(case.map(Case))
    }

    /// The person whom it is about; null (with an entry in `extensions.redactions`) if you may not see who it is.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>, Failure> {
        let client = ctx.load(self.0.client_id).await?;
        if client.is_none() {
            ctx.redact();
        }
        Ok(client.map(Client))
    }

    /// Its name, e.g. `Mietvertrag.pdf`; null once it is deleted, or (with an entry in `extensions.redactions`) if it does not
    /// open for you: also for the lead once the consent to keep documents has lapsed. That you saw it is recorded.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0.id.0, TextKind::DocumentName).await
    }

    /// What it is.
    async fn document_type(&self) -> DocumentType {
        self.0.document_type
    }

    /// The media type with which it is downloaded, e.g. `application/pdf`.
    async fn media_type(&self) -> &'static str {
        media_type(self.0.document_type)
    }

    /// The length of the content in bytes.
    async fn size_bytes(&self) -> i32 {
        self.0.size_bytes
    }

    /// Whether the content is there. RECEIVING: it is still to be uploaded; if it never is, the document goes away by itself.
    async fn status(&self) -> DocumentStatus {
        self.0.status
    }

    /// The name of who put it there; null if the system itself did.
    async fn uploaded_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(id) = self.0.uploaded_by else { return Ok(None) };
        ctx.load(NameOf(id)).await
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was prepared.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When its content was stored; null while it is not there.
    async fn stored_at(&self) -> Option<DateTime<Utc>> {
        self.0.stored_at
    }

    /// When it was deleted; null if it was not.
    async fn deleted_at(&self) -> Option<DateTime<Utc>> {
        self.0.deleted_at
    }
}

/// The answer to the preparation of a document.
#[derive(SimpleObject)]
pub struct DocumentPreparePayload {
    /// The document as it stands now; null if rules forbade the command.
    document: Option<Document>,
    /// Where to `PUT` the content, with exactly the announced length; null when nothing is awaited: rules forbade the command,
    /// it was only validated, or the content is there already.
    upload: Option<SignedLink>,
    /// The rules that forbade it; empty if it was carried out.
    user_errors: Vec<UserError>,
    /// Whether this is the first answer again, because the idempotency key was used before. The link is new all the same.
    replayed: bool,
}

payload! {
    /// The answer to a command about a document.
    DocumentPayload {
        /// The document as it stands now; null if rules forbade the command.
        document: Document
    } from records::Document, Document
}

/// The answer to the wish for a link.
#[derive(SimpleObject)]
pub struct DocumentLinkPayload {
    /// Where to `GET` the content; null if rules forbade it.
    download: Option<SignedLink>,
    /// The rules that forbade it; empty if there is a link.
    user_errors: Vec<UserError>,
}

/// Commands about documents.
#[derive(Default)]
pub struct DocumentMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl DocumentMutations {
    /// Announces a document of a case and gives the link to upload its content. The content is taken only if it has the
    /// announced type and length. For the lead and the substitute, unless the case is closed or the person's consent
    /// PHOTO_DOCUMENT was revoked or has expired.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn document_prepare(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document to come.")] input: DocumentPrepareInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<DocumentPreparePayload, Failure> {
        let (documents, actor) = (&ctx.state().services.documents, ctx.actor()?);
        let options = ctx.command_options(options);
        let Answer { record, user_errors, replayed } = documents.prepare(actor, &input, &options).await?;
        let upload = match record.as_ref().filter(|_| !options.validate_only) {
            Some(document) => documents.upload_link(actor, document)?,
            None => None,
        };
        Ok(DocumentPreparePayload {
            document: record.map(Document),
            upload,
            user_errors: user_errors.into_iter().map(UserError).collect(),
            replayed,
        })
    }

    /// Gives a link to download the content of a document, for a few minutes. Each download is recorded before its first byte
    /// leaves, and is broken off in the middle if you lose access meanwhile. The lead and the substitute are told
    /// (DOCUMENT_CONSENT_NEEDED) when the consent to keep documents has lapsed.
    #[graphql(guard = "Requires(Action::ReadIdentity)")]
    async fn document_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document, and why it is read.")] input: DocumentLinkInput,
    ) -> Result<DocumentLinkPayload, Failure> {
        match ctx.state().services.documents.download_link(ctx.actor()?, &input).await {
            Ok(link) => Ok(DocumentLinkPayload { download: Some(link), user_errors: Vec::new() }),
            Err(Stop::Rules(errors)) => {
                Ok(DocumentLinkPayload { download: None, user_errors: errors.into_iter().map(UserError).collect() })
            }
            Err(Stop::Failure(failure)) => Err(failure),
        }
    }

    /// Deletes a document for good: its content and its name go, that it was there stays in the history. Needs a reason. For
    /// the lead and the substitute, unless the person's data are restricted.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn document_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The document to be deleted.")] input: DocumentDeleteInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<DocumentPayload, Failure> {
        let options = ctx.command_options(options);
        Ok(ctx.state().services.documents.delete(ctx.actor()?, &input, &options).await?.into())
    }
}
