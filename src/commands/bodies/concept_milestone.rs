//! Milestones of the concept: set, changed, reached, taken out.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::ids::{ConceptId, ConceptMilestoneId, Identifier};
use serde::Serialize;

use super::concept::lock_for;
use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::bodies::concept::ConceptTransition;
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::bodies::concept;
use crate::store::bodies::concept_milestone::{self, Milestone};

/// The most milestones of an edition.
const MILESTONES_MAXIMUM: u64 = 50;

impl Record for Milestone {
    type Id = ConceptMilestoneId;

    fn id(&self) -> ConceptMilestoneId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }

    fn subject(&self) -> String {
        self.concept_id.to_string()
    }
}

macro_rules! loads_milestone {
    () => {
        async fn load(work: &Work<'_, Self::Verb>, id: ConceptMilestoneId) -> Result<Option<Milestone>, Failure> {
            let connection = work.transaction.connection();
            let Some(of) = concept_milestone::concept_of(connection, work.permit, id).await? else { return Ok(None) };
            // The edition first, so that commands wait for each other in one order.
            concept::lock(connection, work.permit, of).await?;
            concept_milestone::lock(connection, work.permit, id).await
        }
    };
}

macro_rules! changes_milestone {
    () => {
        fn target(&self) -> (ConceptMilestoneId, &'static str) {
            (self.concept_milestone_id, "conceptMilestoneId")
        }

        fn expected_version(&self) -> Option<i32> {
            self.expected_version
        }
    };
}

async fn expect_open(work: &Work<'_, verb::EditConcept>, milestone: &Milestone) -> Result<(), Stop> {
    if milestone.removed_at.is_some() {
        return Err(UserError::at("conceptMilestoneId", ErrorCode::NotFound).into());
    }
    lock_for(work, milestone.concept_id, "conceptMilestoneId", ConceptTransition::Plan).await.map(drop)
}

/// A milestone to be added.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptMilestoneAddInput {
    /// The edition: a draft, in consultation, or adopted.
    pub concept_id: ConceptId,
    /// What has to be reached, at most 200 characters.
    pub title: String,
    /// By when.
    pub due_on: NaiveDate,
}

impl Command for ConceptMilestoneAddInput {
    const NAME: &'static str = "conceptMilestoneAdd";
    type Verb = verb::EditConcept;
    type Record = Milestone;

    loads_milestone!();

    fn check(&self, checks: &mut Checks) {
        checks.line("title", &self.title, NAME_MAXIMUM);
        checks.day("dueOn", Some(self.due_on));
    }
}

impl Creates for ConceptMilestoneAddInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Milestone>, Stop> {
        let connection = work.transaction.connection();
        let concept = lock_for(work, self.concept_id, "conceptId", ConceptTransition::Plan).await?;
        if concept_milestone::count(connection, work.permit, concept.id).await? >= MILESTONES_MAXIMUM {
            return Err(UserError::at("", ErrorCode::ListTooLong).with("maximum", MILESTONES_MAXIMUM).into());
        }
        let milestone = Milestone {
            id: ConceptMilestoneId::new(),
            district_id: work.permit.district_id(),
            concept_id: concept.id,
            title: self.title.trim().to_owned(),
            due_on: self.due_on,
            reached_on: None,
            removed_at: None,
            version: 1,
            created_at: work.now,
            updated_at: work.now,
        };
        concept_milestone::insert(connection, work.permit, &milestone).await?;
        Ok(Done::new(milestone))
    }
}

/// A milestone as it is to be from now on.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptMilestoneChangeInput {
    /// The milestone.
    pub concept_milestone_id: ConceptMilestoneId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// What has to be reached, at most 200 characters.
    pub title: String,
    /// By when.
    pub due_on: NaiveDate,
    /// When it was reached, not in the future; null: not yet.
    pub reached_on: Option<NaiveDate>,
}

impl Command for ConceptMilestoneChangeInput {
    const NAME: &'static str = "conceptMilestoneChange";
    type Verb = verb::EditConcept;
    type Record = Milestone;

    loads_milestone!();

    fn check(&self, checks: &mut Checks) {
        checks.line("title", &self.title, NAME_MAXIMUM);
        checks.day("dueOn", Some(self.due_on));
        checks.day("reachedOn", self.reached_on);
    }
}

impl Changes for ConceptMilestoneChangeInput {
    changes_milestone!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut milestone: Milestone) -> Result<Done<Milestone>, Stop> {
        expect_open(work, &milestone).await?;
        if let Some(error) = self.reached_on.and_then(|day| Checks::happened("reachedOn", day, work.today)) {
            return Err(error.into());
        }
        milestone.title = self.title.trim().to_owned();
        milestone.due_on = self.due_on;
        milestone.reached_on = self.reached_on;
        milestone.version = milestone.version.saturating_add(1);
        milestone.updated_at = work.now;
        concept_milestone::update(work.transaction.connection(), work.permit, &milestone).await?;
        Ok(Done::new(milestone))
    }
}

/// A milestone to be taken out.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptMilestoneRemoveInput {
    /// The milestone.
    pub concept_milestone_id: ConceptMilestoneId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

impl Command for ConceptMilestoneRemoveInput {
    const NAME: &'static str = "conceptMilestoneRemove";
    type Verb = verb::EditConcept;
    type Record = Milestone;

    loads_milestone!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for ConceptMilestoneRemoveInput {
    changes_milestone!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut milestone: Milestone) -> Result<Done<Milestone>, Stop> {
        expect_open(work, &milestone).await?;
        milestone.removed_at = Some(work.now);
        milestone.version = milestone.version.saturating_add(1);
        milestone.updated_at = work.now;
        concept_milestone::update(work.transaction.connection(), work.permit, &milestone).await?;
        Ok(Done::new(milestone))
    }
}
