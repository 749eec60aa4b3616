//! Milestones of the concept.

use async_graphql::{Context, ID, Object};
use chrono::NaiveDate;

use super::concept::ConceptDocument;
use crate::access::Action;
use crate::clock::legal_day;
use crate::commands::CommandOptions;
use crate::commands::bodies::concept_milestone::{
    ConceptMilestoneAddInput, ConceptMilestoneChangeInput, ConceptMilestoneRemoveInput,
};
use crate::domain::bodies::concept::is_overdue;
use crate::error::Failure;
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::payload::payload;
use crate::store::bodies::concept_milestone as records;

/// `ConceptMilestone` of the schema; the description that its readers see stands on the `impl`.
pub struct ConceptMilestone(pub records::Milestone);

/// A milestone on the way to the concept, e.g. the day by which it has to be adopted. Seen by who sees the edition.
#[Object]
impl ConceptMilestone {
    /// Global id: what `conceptMilestoneChange` takes.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The edition.
    async fn concept(&self, ctx: &Context<'_>) -> Result<Option<ConceptDocument>, Failure> {
        Ok(ctx.load(self.0.concept_id).await?.map(ConceptDocument))
    }

    /// What has to be reached.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// By when.
    async fn due_on(&self) -> NaiveDate {
        self.0.due_on
    }

    /// When it was reached; null: not yet.
    async fn reached_on(&self) -> Option<NaiveDate> {
        self.0.reached_on
    }

    /// Whether it was due before today and is not reached. Milestones of editions that were superseded or withdrawn are not.
    async fn is_overdue(&self, ctx: &Context<'_>) -> Result<bool, Failure> {
        let Some(concept) = ctx.load(self.0.concept_id).await? else { return Ok(false) };
        let today = legal_day(ctx.state().services.clock.now());
        Ok(is_overdue(concept.status, self.0.due_on, self.0.reached_on, today))
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

payload! {
    /// The answer to a command about a milestone of the concept.
    ConceptMilestonePayload {
        /// The milestone as it stands now; null if rules forbade the command.
        concept_milestone: ConceptMilestone
    } from records::Milestone, ConceptMilestone
}

/// Commands about milestones of the concept.
#[derive(Default)]
pub struct ConceptMilestoneMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ConceptMilestoneMutations {
    /// Adds a milestone to an edition. For coordinators.
    #[graphql(guard = "Requires(Action::EditConcept)")]
    async fn concept_milestone_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The edition, what has to be reached, and by when.")] input: ConceptMilestoneAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConceptMilestonePayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Changes a milestone, or records that it was reached. For coordinators.
    #[graphql(guard = "Requires(Action::EditConcept)")]
    async fn concept_milestone_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The milestone as it is to be.")] input: ConceptMilestoneChangeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConceptMilestonePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Takes a milestone out. For coordinators.
    #[graphql(guard = "Requires(Action::EditConcept)")]
    async fn concept_milestone_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The milestone.")] input: ConceptMilestoneRemoveInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConceptMilestonePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
