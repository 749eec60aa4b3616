//! Papers of meetings and items.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use entity::codes::{DocumentType, PaperKind};

use super::agenda_item::AgendaItem;
use super::meeting::Meeting;
use crate::access::Action;
use crate::commands::CommandOptions;
use crate::commands::bodies::paper::{PaperAddInput, PaperRemoveInput};
use crate::error::Failure;
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::payload::payload;
use crate::store::bodies::paper as records;

/// `Paper` of the schema; the description that its readers see stands on the `impl`.
pub struct Paper(pub records::Paper);

/// A paper of a meeting or an item (Vorlage, Anlage): a file that lies here, or a reference to one elsewhere. Coordinators and
/// supervisors see all of the district; organisations those of items that name them; everybody who reads meetings, public ones
/// of what was published.
#[Object]
impl Paper {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The meeting.
    async fn meeting(&self, ctx: &Context<'_>) -> Result<Option<Meeting>, Failure> {
        Ok(ctx.load(self.0.meeting_id).await?.map(Meeting))
    }

    /// The item; null for a paper of the whole meeting.
    async fn agenda_item(&self, ctx: &Context<'_>) -> Result<Option<AgendaItem>, Failure> {
        let Some(item) = self.0.item_id else { return Ok(None) };
        Ok(ctx.load(item).await?.map(AgendaItem))
    }

    /// What it is.
    async fn kind(&self) -> PaperKind {
        self.0.kind
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it stands elsewhere: an address that begins with https://. Null for a file that lies here.
    async fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }

    /// Where the file is sent to (PUT) and fetched from (GET), with the `Authorization` header. Null for a reference.
    async fn file_url(&self, ctx: &Context<'_>) -> Option<String> {
        let base = ctx.state().services.public_url.as_deref().unwrap_or_default().trim_end_matches('/');
        self.0.document_type.map(|_| format!("{base}/papers/{}", self.0.id))
    }

    /// What kind of file it is; null for a reference.
    async fn document_type(&self) -> Option<DocumentType> {
        self.0.document_type
    }

    /// How long the file is, in bytes; null for a reference.
    async fn size_bytes(&self) -> Option<i32> {
        self.0.size_bytes
    }

    /// When the file came; null for a reference, and as long as it did not come.
    async fn stored_at(&self) -> Option<DateTime<Utc>> {
        self.0.stored_at
    }

    /// Whether it is published with the meeting.
    async fn is_public(&self) -> bool {
        self.0.is_public
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

payload! {
    /// The answer to a command about a paper.
    PaperPayload {
        /// The paper as it stands now; null if rules forbade the command.
        paper: Paper
    } from records::Paper, Paper
}

/// Commands about papers.
#[derive(Default)]
pub struct PaperMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl PaperMutations {
    /// Adds a paper to a meeting or an item: a reference, or a file of at most 20 MiB that you then send to `Paper.fileUrl`
    /// with PUT. For coordinators.
    #[graphql(guard = "Requires(Action::PrepareMeeting)")]
    async fn paper_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where it belongs, what it is, where it stands.")] input: PaperAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<PaperPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Removes a paper with its file. For coordinators.
    #[graphql(guard = "Requires(Action::PrepareMeeting)")]
    async fn paper_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The paper.")] input: PaperRemoveInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<PaperPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
