//! Sections of the concept.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};

use super::concept::ConceptDocument;
use crate::access::Action;
use crate::commands::CommandOptions;
use crate::commands::bodies::concept_section::{
    ConceptSectionAddInput, ConceptSectionChangeInput, ConceptSectionRemoveInput,
};
use crate::error::Failure;
use crate::graphql::connection::{List, RelationArguments, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{FormerTextsOf, NameOf};
use crate::graphql::payload::payload;
use crate::store::bodies::concept_section as records;

/// `ConceptSection` of the schema; the description that its readers see stands on the `impl`.
pub struct ConceptSection(pub records::Section);

/// `ConceptFormerText` of the schema; the description that its readers see stands on the `impl`.
pub struct ConceptFormerText(pub records::FormerText);

/// A text that a section had while it was written.
#[Object]
impl ConceptFormerText {
    /// The version of the section that had it.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The heading.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The text in Markdown, as it was written: show it as text, or draw it safely.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// The name of who wrote it; null if the system itself did (demo data).
    async fn author_name(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(account) = self.0.written_by else { return Ok(None) };
        ctx.load(NameOf(account)).await
    }

    /// When it was written.
    async fn written_at(&self) -> DateTime<Utc> {
        self.0.written_at
    }
}

/// A section of the case-management concept. Seen by who sees the edition.
#[Object]
impl ConceptSection {
    /// Global id: what `conceptSectionChange` and `conceptCommentAdd` take.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The edition.
    async fn concept(&self, ctx: &Context<'_>) -> Result<Option<ConceptDocument>, Failure> {
        Ok(ctx.load(self.0.concept_id).await?.map(ConceptDocument))
    }

    /// What it is recognised by in all editions, whatever its heading.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// Its heading.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Its text in Markdown, as it was written, whatever stands in it: show it as text, or draw it safely.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// The name of who wrote this text; null if the system itself did (demo data).
    async fn author_name(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(account) = self.0.written_by else { return Ok(None) };
        ctx.load(NameOf(account)).await
    }

    /// When this text was written.
    async fn written_at(&self) -> DateTime<Utc> {
        self.0.written_at
    }

    /// Whether it was taken out; then it is shown where a comment is about it, and nowhere else, to coordinators and
    /// supervisors.
    async fn is_removed(&self) -> bool {
        self.0.removed_at.is_some()
    }

    /// What it read before in this edition, the latest first: no text that was ever saved is lost. At most 25 versions at
    /// once; ask for earlier ones by `beforeVersion`. For coordinators and supervisors; empty for others.
    async fn former_texts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of earlier versions than this; all if left out.")] before_version: Option<i32>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<ConceptFormerText>, Failure> {
        let before = before_version.unwrap_or(self.0.version).min(self.0.version);
        let rows = ctx.load(FormerTextsOf { section: self.0.id, before }).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        let list = format!("former texts {} {before}", self.0.id);
        let place = |row: &records::FormerText| uuid::Uuid::from_u64_pair(0, u64::try_from(row.version).unwrap_or(0));
        connect_loaded(ctx, &list, &arguments, rows, place, ConceptFormerText)
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

payload! {
    /// The answer to a command about a section of the concept.
    ConceptSectionPayload {
        /// The section as it stands now; null if rules forbade the command.
        concept_section: ConceptSection
    } from records::Section, ConceptSection
}

/// Commands about sections of the concept.
#[derive(Default)]
pub struct ConceptSectionMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ConceptSectionMutations {
    /// Adds a section at the end of a draft, or brings one back that was taken out. For coordinators.
    #[graphql(guard = "Requires(Action::EditConcept)")]
    async fn concept_section_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The edition, key, heading and text.")] input: ConceptSectionAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConceptSectionPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Writes a section of a draft anew; what it read before is kept. For coordinators.
    #[graphql(guard = "Requires(Action::EditConcept)")]
    async fn concept_section_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The section as it is to read.")] input: ConceptSectionChangeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConceptSectionPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Takes a section out of a draft; what it read is kept. For coordinators.
    #[graphql(guard = "Requires(Action::EditConcept)")]
    async fn concept_section_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The section.")] input: ConceptSectionRemoveInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConceptSectionPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
