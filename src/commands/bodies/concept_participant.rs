//! Who takes part in the concept, and what they think of it.

use async_graphql::InputObject;
use entity::codes::{ConceptPositionKind, ConceptStatus};
use entity::ids::{ConceptId, ConceptParticipantId, ConceptPositionId, Identifier, OrganisationId, StaffMemberId};
use serde::Serialize;

use super::TEXT_MAXIMUM;
use super::concept::{lock_for, tell};
use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::bodies::concept::{ConceptTransition, needs_words};
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::bodies::concept;
use crate::store::bodies::concept_participant::{self, Participant, Position};
use crate::store::district::organisation;
use crate::store::staffing::staff_member;

/// The most participants of an edition.
const PARTICIPANTS_MAXIMUM: usize = 100;
/// The most positions that a participant takes on an edition, one after the other.
const POSITIONS_MAXIMUM: u64 = 50;

impl Record for Participant {
    type Id = ConceptParticipantId;

    fn id(&self) -> ConceptParticipantId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }

    fn subject(&self) -> String {
        self.concept_id.to_string()
    }
}

impl Record for Position {
    type Id = ConceptPositionId;

    fn id(&self) -> ConceptPositionId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }

    fn subject(&self) -> String {
        self.concept_id.to_string()
    }
}

macro_rules! loads_participant {
    () => {
        async fn load(work: &Work<'_, Self::Verb>, id: ConceptParticipantId) -> Result<Option<Participant>, Failure> {
            let connection = work.transaction.connection();
            let Some(of) = concept_participant::concept_of(connection, work.permit, id).await? else { return Ok(None) };
            concept::lock(connection, work.permit, of).await?;
            concept_participant::lock(connection, work.permit, id).await
        }
    };
}

/// An institution that takes part in the concept.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptParticipantAddInput {
    /// The edition: a draft or in consultation. If it is in consultation, the institution is told at once.
    pub concept_id: ConceptId,
    /// The institution.
    pub organisation_id: OrganisationId,
    /// The function in the institution of who speaks for it, e.g. "Leitung Jobcenter". At most 200 characters.
    pub function: String,
    /// The person, if one is to be named: of the staff of the institution. Case managers take a position where they are named.
    pub staff_member_id: Option<StaffMemberId>,
}

impl Command for ConceptParticipantAddInput {
    const NAME: &'static str = "conceptParticipantAdd";
    type Verb = verb::EditConcept;
    type Record = Participant;

    loads_participant!();

    fn check(&self, checks: &mut Checks) {
        checks.line("function", &self.function, NAME_MAXIMUM);
    }
}

impl Creates for ConceptParticipantAddInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Participant>, Stop> {
        let connection = work.transaction.connection();
        let concept = lock_for(work, self.concept_id, "conceptId", ConceptTransition::Invite).await?;
        let found = organisation::find(connection, work.permit, self.organisation_id).await?;
        found.ok_or_else(|| UserError::at("organisationId", ErrorCode::NotFound))?;
        if let Some(person) = self.staff_member_id
            && !staff_member::belongs_to(connection, work.permit, person, self.organisation_id).await?
        {
            return Err(UserError::at("staffMemberId", ErrorCode::StaffOfOtherEmployer).into());
        }
        let function = self.function.trim();
        let present = concept_participant::all_of(connection, work.permit, concept.id).await?;
        let is_same = |other: &Participant| {
            other.organisation_id == self.organisation_id
                && other.function == function
                && other.staff_member_id == self.staff_member_id
        };
        if present.iter().any(is_same) {
            return Err(UserError::at("", ErrorCode::DuplicateEntry).into());
        }
        if present.len() >= PARTICIPANTS_MAXIMUM {
            return Err(UserError::at("", ErrorCode::ListTooLong).with("maximum", PARTICIPANTS_MAXIMUM).into());
        }
        let is_open = concept.status == ConceptStatus::InConsultation;
        let added = Participant {
            id: ConceptParticipantId::new(),
            district_id: work.permit.district_id(),
            concept_id: concept.id,
            organisation_id: self.organisation_id,
            function: function.to_owned(),
            staff_member_id: self.staff_member_id,
            invited_at: is_open.then_some(work.now),
            removed_at: None,
            created_at: work.now,
            updated_at: work.now,
        };
        concept_participant::insert_many(connection, work.permit, std::slice::from_ref(&added)).await?;
        if is_open && !present.iter().any(|other| other.organisation_id == self.organisation_id) {
            tell(work, concept.id, self.organisation_id).await?;
        }
        Ok(Done::new(added))
    }
}

/// A participant to be taken off the list: one that has not answered.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptParticipantRemoveInput {
    /// The participant, of an edition that is a draft or in consultation.
    pub concept_participant_id: ConceptParticipantId,
}

impl Command for ConceptParticipantRemoveInput {
    const NAME: &'static str = "conceptParticipantRemove";
    type Verb = verb::EditConcept;
    type Record = Participant;

    loads_participant!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for ConceptParticipantRemoveInput {
    fn target(&self) -> (ConceptParticipantId, &'static str) {
        (self.concept_participant_id, "conceptParticipantId")
    }

    fn expected_version(&self) -> Option<i32> {
        None
    }

    async fn change(
        &self,
        work: &Work<'_, Self::Verb>,
        mut participant: Participant,
    ) -> Result<Done<Participant>, Stop> {
        let connection = work.transaction.connection();
        if participant.removed_at.is_some() {
            return Err(UserError::at("conceptParticipantId", ErrorCode::NotFound).into());
        }
        lock_for(work, participant.concept_id, "conceptParticipantId", ConceptTransition::Invite).await?;
        if concept_participant::has_answered(connection, work.permit, participant.id).await? {
            return Err(UserError::at("conceptParticipantId", ErrorCode::ConceptParticipantAnswered).into());
        }
        participant.removed_at = Some(work.now);
        participant.updated_at = work.now;
        concept_participant::update(connection, work.permit, &participant).await?;
        Ok(Done::new(participant))
    }
}

/// What a participant thinks of an edition, in place of what it thought before.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptTakePositionInput {
    /// The participant, of an edition in consultation: of your own organisation, or the one that names you. Coordinators put
    /// on record what others told them.
    pub concept_participant_id: ConceptParticipantId,
    /// Agreement, agreement with a reservation, or objection.
    pub kind: ConceptPositionKind,
    /// The reservation or the objection, without which it is refused; with an agreement if you like. At most 4000 characters.
    /// No personal data of clients.
    pub text: Option<String>,
}

impl Command for ConceptTakePositionInput {
    const NAME: &'static str = "conceptTakePosition";
    type Verb = verb::AnswerConcept;
    type Record = Position;

    fn check(&self, checks: &mut Checks) {
        checks.prose("text", self.text.as_deref(), TEXT_MAXIMUM);
        checks.require(self.text.is_some() || !needs_words(self.kind), || {
            UserError::at("text", ErrorCode::ConceptPositionWithoutWords)
        });
    }

    async fn load(work: &Work<'_, Self::Verb>, id: ConceptPositionId) -> Result<Option<Position>, Failure> {
        concept_participant::lock_position(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for ConceptTakePositionInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Position>, Stop> {
        let connection = work.transaction.connection();
        let path = "conceptParticipantId";
        let missing = || UserError::at(path, ErrorCode::NotFound);
        let of = concept_participant::concept_of(connection, work.permit, self.concept_participant_id).await?;
        let found = concept::lock(connection, work.permit, of.ok_or_else(missing)?).await?;
        let of = found.ok_or_else(missing)?.id;
        let found = concept_participant::lock_own(connection, work.permit, self.concept_participant_id).await?;
        let participant = found.ok_or_else(missing)?;
        let concept = lock_for(work, of, path, ConceptTransition::TakePosition).await?;
        if concept_participant::count_positions(connection, work.permit, participant.id).await? >= POSITIONS_MAXIMUM {
            return Err(UserError::at("", ErrorCode::ListTooLong).with("maximum", POSITIONS_MAXIMUM).into());
        }
        let position = Position {
            id: ConceptPositionId::new(),
            district_id: work.permit.district_id(),
            concept_id: concept.id,
            participant_id: participant.id,
            consultation: concept.consultation,
            kind: self.kind,
            text: self.text.clone(),
            recorded_by: work.actor.account_id(),
            created_at: work.now,
        };
        concept_participant::insert_position(connection, work.permit, &position).await?;
        Ok(Done::new(position))
    }
}
