//! Positions: plan, approve, advertise, fill, vacate, end.

use std::collections::BTreeSet;

use async_graphql::{InputObject, OneofObject};
use chrono::NaiveDate;
use entity::codes::{BuildingBlock, Funder, OrganisationKind, PositionRole, PositionStatus};
use entity::ids::{AccountId, Identifier, MunicipalityId, OccupancyId, OrganisationId, PositionId, StaffMemberId};
use serde::Serialize;
use serde_json::json;

use crate::access::{Verb, on, verb};
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::domain::period::Period;
use crate::domain::staffing::position::{
    FTE_MAXIMUM_HUNDREDTHS, PositionTransition, Share, admit, blocked_by, service_shares, status_by_occupancy,
};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::district::{municipality, organisation};
use crate::store::staffing::occupancy::Occupancy;
use crate::store::staffing::position::Position;
use crate::store::staffing::{occupancy, position, service_area, staff_member, supervision};

/// The longest position number, in characters.
const NUMBER_MAXIMUM: usize = 40;
/// The most service areas of a position.
const SERVICE_AREAS_MAXIMUM: usize = 50;

/// Loads a position through the door: the same for all commands about one.
macro_rules! loads_position {
    () => {
        async fn load(work: &Work<'_, Self::Verb>, id: PositionId) -> Result<Option<Position>, Failure> {
            position::lock(work.transaction.connection(), work.permit, id).await
        }
    };
}
pub(super) use loads_position;

impl Record for Position {
    type Id = PositionId;

    fn id(&self) -> PositionId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

impl From<&Occupancy> for Share {
    fn from(occupancy: &Occupancy) -> Self {
        Self {
            fte_hundredths: occupancy.fte_hundredths,
            period: Period::new(occupancy.valid_from, occupancy.valid_until),
        }
    }
}

/// The approval of a position, once it has one.
#[must_use]
pub fn approval(position: &Position) -> Option<Period> {
    position.approved_from.map(|from| Period::new(from, position.approved_until))
}

/// How much of a position serves one municipality.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ServiceAreaInput {
    /// The municipality.
    pub municipality_id: MunicipalityId,
    /// Full-time equivalents for it, in hundredths (25 = a quarter of a full post).
    pub share_hundredths: i32,
}

/// A position to be planned.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct PositionPlanInput {
    /// The number that people call it by, unique in the district, 1 to 40 characters, e.g. `CM-07`.
    pub number: String,
    /// Building block (Baustein).
    pub building_block: BuildingBlock,
    /// What its holder does.
    pub role: PositionRole,
    /// The employer (Anstellungsträger): the district administration or its integration centre, a municipality or a welfare
    /// organisation.
    pub employer_id: OrganisationId,
    /// Full-time equivalents in hundredths: 100 is one full post. 1 to 1000. Below 50 the state does not fund it.
    pub fte_hundredths: i32,
    /// Who pays, apart from the employer's own share.
    pub funded_by: Funder,
    /// The day by which it is to be filled.
    pub target_filled_on: Option<NaiveDate>,
    /// Which municipalities it serves; the shares sum to its FTE. Empty: the whole district.
    #[graphql(default)]
    pub service_areas: Vec<ServiceAreaInput>,
}

impl Command for PositionPlanInput {
    const NAME: &'static str = "positionPlan";
    type Verb = verb::PlanPosition;
    type Record = Position;

    loads_position!();

    fn check(&self, checks: &mut Checks) {
        checks.line("number", &self.number, NUMBER_MAXIMUM);
        checks.fte("fteHundredths", self.fte_hundredths, FTE_MAXIMUM_HUNDREDTHS);
        checks.day("targetFilledOn", self.target_filled_on);
        checks.require(self.service_areas.len() <= SERVICE_AREAS_MAXIMUM, || {
            UserError::at("serviceAreas", ErrorCode::ListTooLong).with("maximum", SERVICE_AREAS_MAXIMUM)
        });
        let mut seen = BTreeSet::new();
        // Thousands of complaints about a list that is refused anyway help nobody.
        for (index, area) in self.service_areas.iter().take(SERVICE_AREAS_MAXIMUM).enumerate() {
            checks.fte(&format!("serviceAreas.{index}.shareHundredths"), area.share_hundredths, FTE_MAXIMUM_HUNDREDTHS);
            checks.require(seen.insert(area.municipality_id), || {
                UserError::at(&format!("serviceAreas.{index}.municipalityId"), ErrorCode::DuplicateEntry)
            });
        }
    }
}

impl Creates for PositionPlanInput {
    async fn create(&self, work: &Work<'_, verb::PlanPosition>) -> Result<Done<Position>, Stop> {
        let connection = work.transaction.connection();
        let shares: Vec<_> =
            self.service_areas.iter().map(|area| (area.municipality_id, area.share_hundredths)).collect();
        service_shares(self.fte_hundredths, &shares.iter().map(|(_, share)| *share).collect::<Vec<_>>())?;
        let employer = organisation::find(connection, work.permit, self.employer_id)
            .await?
            .filter(|employer| work.permit.extent().includes(employer.id))
            .ok_or_else(|| UserError::at("employerId", ErrorCode::NotFound))?;
        let can_employ = matches!(
            employer.kind,
            OrganisationKind::DistrictAdministration
                | OrganisationKind::IntegrationCentre
                | OrganisationKind::Municipality
                | OrganisationKind::WelfareOrganisation
        );
        if !can_employ || !Period::new(employer.valid_from, employer.valid_until).contains(work.today) {
            return Err(UserError::at("employerId", ErrorCode::EmployerUnsuitable).into());
        }
        let asked: Vec<MunicipalityId> = shares.iter().map(|(municipality, _)| *municipality).collect();
        let known = municipality::existing(connection, work.permit, &asked).await?;
        let unknown = asked.iter().position(|municipality| !known.contains(municipality));
        if let Some(index) = unknown {
            let path = format!("serviceAreas.{index}.municipalityId");
            return Err(UserError::at(&path, ErrorCode::NotFound).into());
        }
        let planned = Position {
            id: PositionId::new(),
            district_id: work.permit.district_id(),
            number: self.number.trim().to_owned(),
            building_block: self.building_block,
            role: self.role,
            employer_id: employer.id,
            fte_hundredths: self.fte_hundredths,
            funded_by: self.funded_by,
            approved_from: None,
            approved_until: None,
            target_filled_on: self.target_filled_on,
            status: PositionStatus::Planned,
            ended_on: None,
            version: 1,
            created_at: work.now,
        };
        let planned = position::insert(connection, work.permit, planned).await??;
        service_area::insert_all(connection, work.permit, planned.id, &shares).await?;
        let details = if self.service_areas.is_empty() {
            serde_json::Value::Null
        } else {
            json!({ "serviceAreas": self.service_areas })
        };
        Ok(Done::new(planned).with(details))
    }
}

/// Checks a transition, applies what `edit` says, and stores the position with its next version.
async fn transit<V: on::Position + Verb>(
    work: &Work<'_, V>,
    transition: PositionTransition,
    mut position: Position,
    occupancies: &[Share],
    edit: impl FnOnce(&mut Position),
) -> Result<Position, Stop> {
    let blocked = blocked_by(transition, position.status, position.fte_hundredths, occupancies);
    if !blocked.is_empty() {
        return Err(blocked.into());
    }
    edit(&mut position);
    position.version = position.version.saturating_add(1);
    position::update(work.transaction.connection(), work.permit, &position).await?;
    Ok(position)
}

macro_rules! changes_position {
    ($input:ident) => {
        fn target(&self) -> (PositionId, &'static str) {
            (self.position_id, "positionId")
        }

        fn expected_version(&self) -> Option<i32> {
            self.expected_version
        }
    };
}
pub(super) use changes_position;

/// An approval of a position.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct PositionApproveInput {
    /// The position.
    pub position_id: PositionId,
    /// The version that you saw; refused if the position was changed since.
    pub expected_version: Option<i32>,
    /// First day of the approval.
    pub approved_from: NaiveDate,
    /// First day no longer covered; without it the approval has no end.
    pub approved_until: Option<NaiveDate>,
}

impl Command for PositionApproveInput {
    const NAME: &'static str = "positionApprove";
    type Verb = verb::ApprovePosition;
    type Record = Position;

    loads_position!();

    fn check(&self, checks: &mut Checks) {
        checks.day("approvedFrom", Some(self.approved_from));
        checks.day("approvedUntil", self.approved_until);
        checks.period("approvedUntil", Some(self.approved_from), self.approved_until);
    }
}

impl Changes for PositionApproveInput {
    changes_position!(PositionApproveInput);

    async fn change(&self, work: &Work<'_, Self::Verb>, before: Position) -> Result<Done<Position>, Stop> {
        let position = transit(work, PositionTransition::Approve, before, &[], |position| {
            position.status = PositionStatus::Approved;
            position.approved_from = Some(self.approved_from);
            position.approved_until = self.approved_until;
        });
        Ok(Done::new(position.await?))
    }
}

/// A position to be advertised.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct PositionAdvertiseInput {
    /// The position.
    pub position_id: PositionId,
    /// The version that you saw; refused if the position was changed since.
    pub expected_version: Option<i32>,
    /// A new day by which it is to be filled; left out, the old one stays.
    pub target_filled_on: Option<NaiveDate>,
}

impl Command for PositionAdvertiseInput {
    const NAME: &'static str = "positionAdvertise";
    type Verb = verb::AdvertisePosition;
    type Record = Position;

    loads_position!();

    fn check(&self, checks: &mut Checks) {
        checks.day("targetFilledOn", self.target_filled_on);
    }
}

impl Changes for PositionAdvertiseInput {
    changes_position!(PositionAdvertiseInput);

    async fn change(&self, work: &Work<'_, Self::Verb>, before: Position) -> Result<Done<Position>, Stop> {
        let position = transit(work, PositionTransition::Advertise, before, &[], |position| {
            position.status = PositionStatus::Advertised;
            position.target_filled_on = self.target_filled_on.or(position.target_filled_on);
        });
        Ok(Done::new(position.await?))
    }
}

/// A person who is new to the records of the employer.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct NewStaffMember {
    /// Name, at most 200 characters.
    pub display_name: String,
    /// The account of the person, so that the person sees the own position.
    pub account_id: Option<AccountId>,
}

/// Who is to hold a position: exactly one of the two.
#[derive(Clone, Debug, Serialize, OneofObject)]
pub enum Holder {
    /// Somebody who is on record with the employer.
    Existing(StaffMemberId),
    /// Somebody who is new.
    New(NewStaffMember),
}

/// A position to be filled.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct PositionFillInput {
    /// The position.
    pub position_id: PositionId,
    /// The version that you saw; refused if the position was changed since.
    pub expected_version: Option<i32>,
    /// Who is to hold it. An existing member of staff must be employed by the position's employer.
    pub holder: Holder,
    /// Full-time equivalents of the holder in hundredths. Together with other holders never more than the position has.
    pub fte_hundredths: i32,
    /// First day. Lies within the approval.
    pub from: NaiveDate,
    /// First day on which the person no longer holds it; without it the employment in this position has no end.
    pub until: Option<NaiveDate>,
}

impl Command for PositionFillInput {
    const NAME: &'static str = "positionFill";
    type Verb = verb::FillPosition;
    type Record = Position;

    loads_position!();

    fn check(&self, checks: &mut Checks) {
        checks.fte("fteHundredths", self.fte_hundredths, FTE_MAXIMUM_HUNDREDTHS);
        checks.day("from", Some(self.from));
        checks.day("until", self.until);
        checks.period("until", Some(self.from), self.until);
        if let Holder::New(person) = &self.holder {
            checks.line("holder.new.displayName", &person.display_name, NAME_MAXIMUM);
        }
    }
}

impl Changes for PositionFillInput {
    changes_position!(PositionFillInput);

    async fn change(&self, work: &Work<'_, Self::Verb>, before: Position) -> Result<Done<Position>, Stop> {
        let connection = work.transaction.connection();
        let present = occupancy::of_position(connection, work.permit, before.id).await?;
        let mut shares: Vec<Share> = present.iter().map(Share::from).collect();
        let blocked = blocked_by(PositionTransition::Fill, before.status, before.fte_hundredths, &shares);
        if !blocked.is_empty() {
            return Err(blocked.into());
        }
        let new = Share { fte_hundredths: self.fte_hundredths, period: Period::new(self.from, self.until) };
        admit(new, before.fte_hundredths, approval(&before), &shares)?;
        let holder = self.find_holder(work, &before).await?;
        let supervised_by_holder = supervision::of_position(connection, work.permit, before.id)
            .await?
            .iter()
            .filter(|row| row.supervisor_id == holder)
            .any(|row| Period::new(row.valid_from, row.valid_until).overlaps(&new.period));
        if supervised_by_holder {
            return Err(UserError::at("holder.existing", ErrorCode::SupervisesOneself).into());
        }
        let added =
            occupancy::insert(connection, work.permit, before.id, holder, self.fte_hundredths, self.from, self.until)
                .await?;
        let others = std::mem::take(&mut shares);
        let position = transit(work, PositionTransition::Fill, before, &others, |position| {
            shares = others.iter().copied().chain([new]).collect();
            position.status = status_by_occupancy(&shares);
        });
        Ok(Done::new(position.await?).with(json!({ "occupancyAdded": added })))
    }
}

impl PositionFillInput {
    async fn find_holder(
        &self,
        work: &Work<'_, verb::FillPosition>,
        position: &Position,
    ) -> Result<StaffMemberId, Stop> {
        let connection = work.transaction.connection();
        match &self.holder {
            Holder::Existing(id) => {
                let (person, _) = staff_member::find_with_organisation(connection, work.permit, *id)
                    .await?
                    // Staff of another employer is not this actor's to know of, unless the reach is the whole district.
                    .filter(|(person, _)| work.permit.extent().includes(person.organisation_id))
                    .ok_or_else(|| UserError::at("holder.existing", ErrorCode::NotFound))?;
                if person.organisation_id == position.employer_id {
                    Ok(person.id)
                } else {
                    Err(UserError::at("holder.existing", ErrorCode::StaffOfOtherEmployer).into())
                }
            }
            Holder::New(person) => {
                if let Some(account) = person.account_id
                    && !crate::store::accounts::account::exists_in(connection, account, work.permit.district_id())
                        .await?
                {
                    return Err(UserError::at("holder.new.accountId", ErrorCode::NotFound).into());
                }
                let made = staff_member::insert(
                    connection,
                    work.permit,
                    position.employer_id,
                    person.account_id,
                    person.display_name.trim(),
                    work.now,
                );
                Ok(made.await?.id)
            }
        }
    }
}

/// A holder who leaves a position.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct PositionVacateInput {
    /// The position.
    pub position_id: PositionId,
    /// The version that you saw; refused if the position was changed since.
    pub expected_version: Option<i32>,
    /// Which occupancy ends; needed only if the position has several without an end.
    pub occupancy_id: Option<OccupancyId>,
    /// First day on which the person no longer holds it. May lie in the future.
    pub until: NaiveDate,
    /// A new day by which the position is to be filled again; left out, the old one stays.
    pub target_filled_on: Option<NaiveDate>,
}

impl Command for PositionVacateInput {
    const NAME: &'static str = "positionVacate";
    type Verb = verb::VacatePosition;
    type Record = Position;

    loads_position!();

    fn check(&self, checks: &mut Checks) {
        checks.day("until", Some(self.until));
        checks.day("targetFilledOn", self.target_filled_on);
    }
}

impl Changes for PositionVacateInput {
    changes_position!(PositionVacateInput);

    async fn change(&self, work: &Work<'_, Self::Verb>, before: Position) -> Result<Done<Position>, Stop> {
        let connection = work.transaction.connection();
        let mut present = occupancy::of_position(connection, work.permit, before.id).await?;
        let shares: Vec<Share> = present.iter().map(Share::from).collect();
        let blocked = blocked_by(PositionTransition::Vacate, before.status, before.fte_hundredths, &shares);
        if !blocked.is_empty() {
            return Err(blocked.into());
        }
        let mut open = present.iter_mut().filter(|occupancy| occupancy.valid_until.is_none());
        let ending = match self.occupancy_id {
            Some(id) => open
                .find(|occupancy| occupancy.id == id)
                .ok_or_else(|| UserError::at("occupancyId", ErrorCode::OccupancyNotOpen))?,
            None => {
                let first = open.next().ok_or_else(|| UserError::at("occupancyId", ErrorCode::OccupancyNotOpen))?;
                if open.next().is_some() {
                    return Err(UserError::at("occupancyId", ErrorCode::OccupancyAmbiguous).into());
                }
                first
            }
        };
        if self.until <= ending.valid_from {
            return Err(UserError::at("until", ErrorCode::PeriodEmpty).into());
        }
        ending.valid_until = Some(self.until);
        let ended = ending.clone();
        occupancy::end(connection, work.permit, ended.id, self.until).await?;
        let left: Vec<Share> = present.iter().map(Share::from).collect();
        let position = transit(work, PositionTransition::Vacate, before, &shares, |position| {
            position.status = status_by_occupancy(&left);
            position.target_filled_on = self.target_filled_on.or(position.target_filled_on);
        });
        Ok(Done::new(position.await?).with(json!({ "occupancyEnded": ended })))
    }
}

/// A position that ceases to exist.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct PositionEndInput {
    /// The position.
    pub position_id: PositionId,
    /// The version that you saw; refused if the position was changed since.
    pub expected_version: Option<i32>,
    /// First day on which it no longer exists. No occupancy may reach beyond it.
    pub ended_on: NaiveDate,
}

impl Command for PositionEndInput {
    const NAME: &'static str = "positionEnd";
    type Verb = verb::EndPosition;
    type Record = Position;

    loads_position!();

    fn check(&self, checks: &mut Checks) {
        checks.day("endedOn", Some(self.ended_on));
    }
}

impl Changes for PositionEndInput {
    changes_position!(PositionEndInput);

    async fn change(&self, work: &Work<'_, Self::Verb>, before: Position) -> Result<Done<Position>, Stop> {
        let present = occupancy::of_position(work.transaction.connection(), work.permit, before.id).await?;
        if present.iter().any(|occupancy| occupancy.valid_until.is_none_or(|until| until > self.ended_on)) {
            return Err(UserError::at("endedOn", ErrorCode::PositionOccupied).into());
        }
        let shares: Vec<Share> = present.iter().map(Share::from).collect();
        let position = transit(work, PositionTransition::End, before, &shares, |position| {
            position.status = PositionStatus::Ended;
            position.ended_on = Some(self.ended_on);
        });
        Ok(Done::new(position.await?))
    }
}
