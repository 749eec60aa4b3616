//! Comments on the concept.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use entity::codes::ConceptCommentStatus;

use super::concept::ConceptDocument;
use super::concept_section::ConceptSection;
use crate::access::Action;
use crate::commands::CommandOptions;
use crate::commands::bodies::concept_comment::{ConceptCommentAddInput, ConceptCommentSettleInput};
use crate::error::Failure;
use crate::graphql::context::Ask;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::NameOf;
use crate::graphql::payload::payload;
use crate::store::bodies::concept_comment as records;

/// `ConceptComment` of the schema; the description that its readers see stands on the `impl`.
pub struct ConceptComment(pub records::Comment);

/// A comment on an edition of the concept (Anmerkung), and what became of it. Seen by those who take part in the edition,
/// coordinators and supervisors.
#[Object]
impl ConceptComment {
    /// Global id: what `conceptCommentSettle` takes.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The edition.
    async fn concept(&self, ctx: &Context<'_>) -> Result<Option<ConceptDocument>, Failure> {
        Ok(ctx.load(self.0.concept_id).await?.map(ConceptDocument))
    }

    /// Whether it is about the whole edition.
    async fn is_about_whole(&self) -> bool {
        self.0.section_id.is_none()
    }

    /// The section that it is about; null if it is about the whole. One that was taken out since is shown to coordinators and
    /// supervisors only.
    async fn section(&self, ctx: &Context<'_>) -> Result<Option<ConceptSection>, Failure> {
        let Some(id) = self.0.section_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(ConceptSection))
    }

    /// In which consultation of the edition it was made.
    async fn consultation(&self) -> i32 {
        self.0.consultation
    }

    /// The institution for which it was made; null: the coordination or the supervisory centre.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        let Some(id) = self.0.organisation_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Organisation))
    }

    /// The name of who made it; null if the system itself did (demo data).
    async fn author_name(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(account) = self.0.author_id else { return Ok(None) };
        ctx.load(NameOf(account)).await
    }

    /// The comment.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// What became of it.
    async fn status(&self) -> ConceptCommentStatus {
        self.0.status
    }

    /// The answer; null if there is none.
    async fn answer(&self) -> Option<&str> {
        self.0.answer.as_deref()
    }

    /// When it was answered; null as long as it was not.
    async fn settled_at(&self) -> Option<DateTime<Utc>> {
        self.0.settled_at
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

payload! {
    /// The answer to a command about a comment on the concept.
    ConceptCommentPayload {
        /// The comment as it stands now; null if rules forbade the command.
        concept_comment: ConceptComment
    } from records::Comment, ConceptComment
}

/// Commands about comments on the concept.
#[derive(Default)]
pub struct ConceptCommentMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ConceptCommentMutations {
    /// Comments on an edition in consultation, or on one of its sections. For those who take part, coordinators and
    /// supervisors.
    #[graphql(guard = "Requires(Action::CommentOnConcept)")]
    async fn concept_comment_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The edition, the section, and the comment.")] input: ConceptCommentAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConceptCommentPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Answers a comment: the concept follows it, or does not, for a reason. OPEN → ACCEPTED or NOT_ACCEPTED. For coordinators.
    #[graphql(guard = "Requires(Action::EditConcept)")]
    async fn concept_comment_settle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The comment, whether the concept follows it, and the answer.")]
        input: ConceptCommentSettleInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConceptCommentPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
