//! Supervision: assigning who supervises a position, professionally or in line.
//!
//! The two kinds are two actions of the policy, so they are two commands inside; the API shows them as one.

use chrono::NaiveDate;
use entity::codes::{PositionStatus, SupervisionKind};
use entity::ids::{PositionId, StaffMemberId};
use serde::Serialize;
use serde_json::json;

use super::position::{changes_position, loads_position};
use crate::access::{Verb, on, verb};
use crate::commands::pipeline::{Changes, Command, Done, Stop, Work};
use crate::domain::input::Checks;
use crate::domain::period::Period;
use crate::domain::staffing::supervision::{Assignment, SupervisorPlace, assignable};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::staffing::position::Position;
use crate::store::staffing::{occupancy, position, staff_member, supervision};

/// A supervision to be assigned. One of the same kind that runs at its beginning ends there.
#[derive(Clone, Debug, Serialize, async_graphql::InputObject)]
pub struct SupervisionAssignInput {
    /// The position.
    pub position_id: PositionId,
    /// The version that you saw; refused if the position was changed since.
    pub expected_version: Option<i32>,
    /// Professional (Fachaufsicht, by the integration centre) or line (Dienstaufsicht, by the employer).
    pub kind: SupervisionKind,
    /// Who supervises. Never the holder, and never the same person for both kinds at a time.
    pub supervisor_id: StaffMemberId,
    /// First day.
    pub from: NaiveDate,
    /// First day on which it no longer holds; without it, it has no end.
    pub until: Option<NaiveDate>,
}

/// The assignment of the professional supervision.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Professional(pub SupervisionAssignInput);

/// The assignment of the line supervision.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Line(pub SupervisionAssignInput);

macro_rules! assigns {
    ($name:ident, $verb:ident) => {
        impl Command for $name {
            const NAME: &'static str = "supervisionAssign";
            type Verb = verb::$verb;
            type Record = Position;

            loads_position!();

            fn check(&self, checks: &mut Checks) {
                checks.day("from", Some(self.0.from));
                checks.day("until", self.0.until);
                checks.period("until", Some(self.0.from), self.0.until);
            }
        }

        impl std::ops::Deref for $name {
            type Target = SupervisionAssignInput;
            fn deref(&self) -> &SupervisionAssignInput {
                &self.0
            }
        }

        impl Changes for $name {
            changes_position!($name);

            async fn change(&self, work: &Work<'_, Self::Verb>, before: Position) -> Result<Done<Position>, Stop> {
                assign(work, &self.0, before).await
            }
        }
    };
}

assigns!(Professional, AssignProfessionalSupervision);
assigns!(Line, AssignLineSupervision);

async fn assign<V: on::Position + Verb>(
    work: &Work<'_, V>,
    input: &SupervisionAssignInput,
    mut position: Position,
) -> Result<Done<Position>, Stop> {
    let connection = work.transaction.connection();
    if position.status == PositionStatus::Ended {
        let ended = UserError::at("", ErrorCode::TransitionNotAllowed);
        return Err(ended.with("status", position.status.as_str()).with("transition", "SUPERVISION_ASSIGN").into());
    }
    let (person, organisation) = staff_member::find_with_organisation(connection, work.permit, input.supervisor_id)
        .await?
        .filter(|(person, _)| work.permit.extent().includes(person.organisation_id))
        .ok_or_else(|| UserError::at("supervisorId", ErrorCode::NotFound))?;
    let present = supervision::of_position(connection, work.permit, position.id).await?;
    let assignments: Vec<Assignment> = present
        .iter()
        .map(|row| Assignment {
            kind: row.kind,
            supervisor: row.supervisor_id,
            period: Period::new(row.valid_from, row.valid_until),
        })
        .collect();
    let holders: Vec<(StaffMemberId, Period)> = occupancy::of_position(connection, work.permit, position.id)
        .await?
        .iter()
        .map(|row| (row.staff_member_id, Period::new(row.valid_from, row.valid_until)))
        .collect();
    let new = Assignment { kind: input.kind, supervisor: person.id, period: Period::new(input.from, input.until) };
    let place = SupervisorPlace { organisation: organisation.id, kind: organisation.kind };
    assignable(&new, place, position.employer_id, &assignments, &holders)?;
    let mut ended = Vec::new();
    for row in present.iter().filter(|row| row.kind == input.kind) {
        if Period::new(row.valid_from, row.valid_until).overlaps(&new.period) {
            supervision::end(connection, work.permit, row.id, input.from).await?;
            ended.push(row.id);
        }
    }
    let added =
        supervision::insert(connection, work.permit, position.id, input.kind, person.id, input.from, input.until)
            .await?;
    position.version = position.version.saturating_add(1);
    position::update(connection, work.permit, &position).await?;
    Ok(Done::new(position).with(json!({ "supervisionAdded": added, "supervisionsEnded": ended })))
}
