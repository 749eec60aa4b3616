//! Editions of the case-management concept.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::ConceptStatus;
use entity::ids::ConceptId;

use super::concept_comment::ConceptComment;
use super::concept_comparison::ConceptComparison;
use super::concept_milestone::ConceptMilestone;
use super::concept_participant::ConceptParticipant;
use super::concept_section::ConceptSection;
use super::decision::Decision;
use crate::access::{Action, Extent, verb};
use crate::commands::CommandOptions;
use crate::commands::bodies::concept::{
    ConceptAdoptInput, ConceptArrangeInput, ConceptChangeInput, ConceptConsultInput, ConceptDraftInput,
    ConceptReturnInput, ConceptWithdrawInput,
};
use crate::domain::bodies::concept::{ConceptTransition, after};
use crate::error::{self, ErrorCode, Failure};
use crate::graphql::connection::{List, PageArguments, RelationArguments, SortDirection, connect, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::errors::UserError;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{
    ConceptCommentsOf, ConceptMilestonesOf, ConceptParticipantsOf, ConceptSectionsOf, ConceptStandingOf,
};
use crate::graphql::log::entry::{LogEntry, history};
use crate::graphql::payload::payload;
use crate::store::bodies::concept as records;
use crate::store::bodies::concept::ConceptFilter;
use crate::store::log::history::Subject;

/// `ConceptDocument` of the schema; the description that its readers see stands on the `impl`.
pub struct ConceptDocument(pub records::Concept);

/// A step of an edition of the concept.
#[derive(SimpleObject)]
pub struct ConceptTransitionState {
    /// The step.
    name: ConceptTransition,
    /// Whether you can take it now.
    allowed: bool,
    /// What stands in the way; empty if allowed.
    blocked_by: Vec<UserError>,
}

/// An edition of the case-management concept (CM-Konzept): how case managers work in this district, and who is responsible for
/// what, written with all institutions that are concerned and adopted by a body. An adopted edition is never changed: the next
/// one is drafted from it.
///
/// Coordinators write it; they and supervisors see everything. Institutions that take part see an edition from the moment on
/// that it is put to them (IN_CONSULTATION), not while it is written. Adopted editions are seen by everybody who reads meetings.
#[Object]
impl ConceptDocument {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Counts the editions of the district, from 1.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Where it stands.
    async fn status(&self) -> ConceptStatus {
        self.0.status
    }

    /// The edition that it was drafted from; null if it began empty, or if you do not see it.
    async fn predecessor(&self, ctx: &Context<'_>) -> Result<Option<ConceptDocument>, Failure> {
        let Some(id) = self.0.predecessor_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(ConceptDocument))
    }

    /// How many times it was put to the participants. Comments and positions say in which of these consultations they were
    /// made.
    async fn consultation(&self) -> i32 {
        self.0.consultation
    }

    /// Since when its text stands still for the participants; null while it is written.
    async fn opened_at(&self) -> Option<DateTime<Utc>> {
        self.0.opened_at
    }

    /// Until when the participants are asked to answer; null if no day is set.
    async fn respond_by(&self) -> Option<NaiveDate> {
        self.0.respond_by
    }

    /// Why it was last taken back from the participants, or withdrawn; null if it was not.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// The decision that adopted it; null if none did, or if you do not see it.
    async fn decision(&self, ctx: &Context<'_>) -> Result<Option<Decision>, Failure> {
        let Some(id) = self.0.decision_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Decision))
    }

    /// When it was adopted; null if it was not.
    async fn adopted_on(&self) -> Option<NaiveDate> {
        self.0.adopted_on
    }

    /// Its sections, in the order of the text.
    async fn sections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<ConceptSection>, Failure> {
        let rows = ctx.load(ConceptSectionsOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        let list = format!("concept sections {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, |row| row.id.0, ConceptSection)
    }

    /// Who takes part in it, in the order in which they were added; also those who have taken no position yet.
    async fn participants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<ConceptParticipant>, Failure> {
        let rows = ctx.load(ConceptParticipantsOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        let list = format!("concept participants {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, |row| row.id.0, ConceptParticipant)
    }

    /// The comments on it and on its sections, the oldest first. For those who take part, coordinators and supervisors; empty
    /// for others.
    async fn comments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<ConceptComment>, Failure> {
        let rows = ctx.load(ConceptCommentsOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        let list = format!("concept comments {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, |row| row.id.0, ConceptComment)
    }

    /// Its milestones, the earliest first.
    async fn milestones(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<ConceptMilestone>, Failure> {
        let rows = ctx.load(ConceptMilestonesOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        let list = format!("concept milestones {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, |row| row.id.0, ConceptMilestone)
    }

    /// What differs from another edition to this one, section by section; null if the other one does not exist or is not yours
    /// to see.
    async fn comparison(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The other edition: the one before, as a rule.")] with: ConceptId,
    ) -> Result<Option<ConceptComparison>, Failure> {
        let Some(other) = ctx.load(with).await? else { return Ok(None) };
        Ok(Some(ConceptComparison { before: other, after: self.0.clone() }))
    }

    /// The path of the edition as a page to be printed: GET with the `Authorization` header.
    async fn page_url(&self) -> String {
        format!("/concepts/{}.html", self.0.id)
    }

    /// The path of the edition as a PDF: GET with the `Authorization` header.
    async fn pdf_url(&self) -> String {
        format!("/concepts/{}.pdf", self.0.id)
    }

    /// The steps of an edition's life, with what stands in the way of each. The commands decide by the same table; what
    /// depends on more than the edition (a fitting decision, another edition that is being worked on) only they check.
    async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<ConceptTransitionState>, Failure> {
        let actor = ctx.actor()?;
        // What others may not see must not show in what stands in the way either.
        let standing = match actor.extent(Action::ReadConcept) {
            Extent::District => ctx.load(ConceptStandingOf(self.0.id)).await?.unwrap_or_default(),
            Extent::Part { .. } => Default::default(),
        };
        let state = |name: ConceptTransition| {
            let action = match name {
                ConceptTransition::Comment => Action::CommentOnConcept,
                ConceptTransition::TakePosition => Action::AnswerConcept,
                _ => Action::EditConcept,
            };
            let reasons: Vec<error::UserError> = if actor.may(action) {
                after(self.0.status, name, &standing).err().into_iter().collect()
            } else {
                vec![error::UserError::at("", ErrorCode::Forbidden)]
            };
            ConceptTransitionState {
                name,
                allowed: reasons.is_empty(),
                blocked_by: reasons.into_iter().map(UserError).collect(),
            }
        };
        Ok(ConceptTransition::ALL.into_iter().map(state).collect())
    }

    /// Counts the changes of the edition itself, from 1: its sections have versions of their own. Send it back as
    /// `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was drafted.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// What was done to it and to all that belongs to it, newest first. For coordinators and supervisors; empty for others.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<LogEntry>, Failure> {
        history(ctx, Subject::Concept(self.0.id), first, after).await
    }
}

payload! {
    /// The answer to a command about an edition of the concept.
    ConceptPayload {
        /// The edition as it stands now; null if rules forbade the command.
        concept: ConceptDocument
    } from records::Concept, ConceptDocument
}

/// Queries about the concept.
#[derive(Default)]
pub struct ConceptQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ConceptQueries {
    /// One edition of the case-management concept (CM-Konzept); null if it does not exist or is not yours to see.
    #[graphql(guard = "Requires(Action::ReadConcept)")]
    async fn concept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ConceptId,
    ) -> Result<Option<ConceptDocument>, Failure> {
        Ok(ctx.load(id).await?.map(ConceptDocument))
    }

    /// The editions of the case-management concept that you may see, the newest first. The one with the status ADOPTED is in
    /// force.
    #[graphql(guard = "Requires(Action::ReadConcept)")]
    async fn concepts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if left out.")] filter: Option<ConceptFilter>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<ConceptDocument>, Failure> {
        const LIST: &str = "concepts";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let permit = ctx.permit::<verb::ReadConcept>()?;
        let page = records::page(ctx.store(), &permit, filter.as_ref(), &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, ConceptDocument)
    }
}

/// Commands about editions of the concept.
#[derive(Default)]
pub struct ConceptMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ConceptMutations {
    /// Drafts an edition of the concept: empty, or with the sections and participants of an earlier one. One edition at a time
    /// is worked on. → DRAFT. For coordinators.
    #[graphql(guard = "Requires(Action::EditConcept)")]
    async fn concept_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The edition to begin with, and a title.")] input: ConceptDraftInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConceptPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Gives a draft another title. For coordinators.
    #[graphql(guard = "Requires(Action::EditConcept)")]
    async fn concept_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The edition and its title.")] input: ConceptChangeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConceptPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Puts the sections of a draft in another order. For coordinators.
    #[graphql(guard = "Requires(Action::EditConcept)")]
    async fn concept_arrange(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The edition, and all of its sections in their order.")] input: ConceptArrangeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConceptPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Puts a draft to its participants, who are told: they comment on it and take their positions. Its text stands still from
    /// now on. DRAFT → IN_CONSULTATION. For coordinators.
    #[graphql(guard = "Requires(Action::EditConcept)")]
    async fn concept_consult(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The edition, and until when answers are asked for.")] input: ConceptConsultInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConceptPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Takes an edition back from the participants to change it, for a reason (`options.reason`, needed). They see it again
    /// when it is put to them anew; comments and positions stay. IN_CONSULTATION → DRAFT. For coordinators.
    #[graphql(guard = "Requires(Action::EditConcept)")]
    async fn concept_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The edition.")] input: ConceptReturnInput,
        #[graphql(desc = "Idempotency key, validate-only, reason (needed).")] options: Option<CommandOptions>,
    ) -> Result<ConceptPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Records that a body adopted an edition; the one in force before is superseded. All comments are answered by then; who
    /// has taken no position, or objects, does not stop it: the body decides. IN_CONSULTATION → ADOPTED. For coordinators.
    #[graphql(guard = "Requires(Action::EditConcept)")]
    async fn concept_adopt(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The edition, and the decision of the body.")] input: ConceptAdoptInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConceptPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Gives an edition up, for a reason (`options.reason`, needed). → WITHDRAWN. For coordinators.
    #[graphql(guard = "Requires(Action::EditConcept)")]
    async fn concept_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The edition.")] input: ConceptWithdrawInput,
        #[graphql(desc = "Idempotency key, validate-only, reason (needed).")] options: Option<CommandOptions>,
    ) -> Result<ConceptPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
