//! Who takes part in the concept, and what they think of it.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use entity::codes::ConceptPositionKind;

use super::concept::ConceptDocument;
use crate::access::Action;
use crate::commands::CommandOptions;
use crate::commands::bodies::concept_participant::{
    ConceptParticipantAddInput, ConceptParticipantRemoveInput, ConceptTakePositionInput,
};
use crate::error::Failure;
use crate::graphql::connection::{List, RelationArguments, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{ConceptPositionsOf, NameOf, ParticipantPerson};
use crate::graphql::payload::payload;
use crate::graphql::staffing::staff_member::StaffMember;
use crate::store::bodies::concept_participant as records;

/// `ConceptParticipant` of the schema; the description that its readers see stands on the `impl`.
pub struct ConceptParticipant(pub records::Participant);

/// `ConceptPosition` of the schema; the description that its readers see stands on the `impl`.
pub struct ConceptPosition(pub records::Position);

/// An institution that takes part in writing the concept, by the function of who speaks for it. Seen by who sees the edition.
#[Object]
impl ConceptParticipant {
    /// Global id: what `conceptTakePosition` takes.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The institution.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        Ok(ctx.load(self.0.organisation_id).await?.map(Organisation))
    }

    /// The function in the institution.
    async fn function(&self) -> &str {
        &self.0.function
    }

    /// The person; null if none is named.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>, Failure> {
        let Some(id) = self.0.staff_member_id else { return Ok(None) };
        Ok(ctx.load(ParticipantPerson(id)).await?.map(StaffMember::from))
    }

    /// When it was last invited to answer; null as long as it was not.
    async fn invited_at(&self) -> Option<DateTime<Utc>> {
        self.0.invited_at
    }

    /// When it took its present position; null: no position yet, or you do not take part yourself.
    async fn answered_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>, Failure> {
        let positions = ctx.load(ConceptPositionsOf(self.0.id)).await?.unwrap_or_default();
        Ok(positions.first().map(|position| position.created_at))
    }

    /// What it thinks of this edition now; null: no position yet. For those who take part, coordinators and supervisors; null
    /// for others.
    async fn position(&self, ctx: &Context<'_>) -> Result<Option<ConceptPosition>, Failure> {
        let positions = ctx.load(ConceptPositionsOf(self.0.id)).await?.unwrap_or_default();
        Ok(positions.into_iter().next().map(ConceptPosition))
    }

    /// All positions that it took on this edition, the latest first. For those who take part, coordinators and supervisors;
    /// empty for others.
    async fn positions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<ConceptPosition>, Failure> {
        let rows = ctx.load(ConceptPositionsOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        let list = format!("concept positions {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, |row| row.id.0, ConceptPosition)
    }
}

/// What a participant thinks of an edition of the concept. It is never changed: another one takes its place.
#[Object]
impl ConceptPosition {
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Whose it is.
    async fn participant(&self, ctx: &Context<'_>) -> Result<Option<ConceptParticipant>, Failure> {
        Ok(ctx.load(self.0.participant_id).await?.map(ConceptParticipant))
    }

    /// Agreement, agreement with a reservation, or objection.
    async fn kind(&self) -> ConceptPositionKind {
        self.0.kind
    }

    /// The reservation or the objection, or a word of agreement; null if nothing was said.
    async fn text(&self) -> Option<&str> {
        self.0.text.as_deref()
    }

    /// In which consultation of the edition it was taken. If that is not the present one (`ConceptDocument.consultation`), the
    /// text may read differently now.
    async fn consultation(&self) -> i32 {
        self.0.consultation
    }

    /// The name of who put it on record; null if the system itself did (demo data).
    async fn recorder_name(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(account) = self.0.recorded_by else { return Ok(None) };
        ctx.load(NameOf(account)).await
    }

    /// When it was put on record.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// The edition.
    async fn concept(&self, ctx: &Context<'_>) -> Result<Option<ConceptDocument>, Failure> {
        Ok(ctx.load(self.0.concept_id).await?.map(ConceptDocument))
    }
}

payload! {
    /// The answer to a command about a participant of the concept.
    ConceptParticipantPayload {
        /// The participant as it stands now; null if rules forbade the command.
        concept_participant: ConceptParticipant
    } from records::Participant, ConceptParticipant
}

payload! {
    /// The answer to the command that takes a position on the concept.
    ConceptPositionPayload {
        /// The position; null if rules forbade the command.
        concept_position: ConceptPosition
    } from records::Position, ConceptPosition
}

/// Commands about participants of the concept.
#[derive(Default)]
pub struct ConceptParticipantMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ConceptParticipantMutations {
    /// Adds an institution to those who take part in the concept. For coordinators.
    #[graphql(guard = "Requires(Action::EditConcept)")]
    async fn concept_participant_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The edition, the institution, and who speaks for it.")] input: ConceptParticipantAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConceptParticipantPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Takes an institution off the list of those who take part, if it has not answered. For coordinators.
    #[graphql(guard = "Requires(Action::EditConcept)")]
    async fn concept_participant_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The participant.")] input: ConceptParticipantRemoveInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConceptParticipantPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Takes the position of a participant on an edition in consultation, in place of the one before. For employers and
    /// institutions about their own, case managers where they are named, and coordinators, who record what others told them.
    #[graphql(guard = "Requires(Action::AnswerConcept)")]
    async fn concept_take_position(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The participant, and what it thinks.")] input: ConceptTakePositionInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConceptPositionPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }
}
