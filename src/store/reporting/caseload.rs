//! Case managers and how much work they have: those who hold a case-management position, and those who still lead cases.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::case_file;
use entity::codes::{CaseIntensity, CaseStatus};
use entity::ids::StaffMemberId;
use entity::occupancy;
use entity::staff_member::{Column, Entity, Model as StaffMember};
use sea_orm::sea_query::{Alias, Asterisk, Expr, Func, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QuerySelect, QueryTrait, Select,
};

use super::cases_on::{CASES, Counting, counted};
use crate::access::{Extent, Permit, on, verb};
use crate::domain::reporting::caseload::Cases;
use crate::error::Failure;
use crate::store::Store;
use crate::store::casework::case::{case_management, holders};
use crate::store::page::{Page, Window};

/// The cases of a case manager that are not closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// All of them.
    pub cases: Cases,
    /// How many of them rest.
    pub paused: u32,
}

/// The door: case managers of the district, or of the organisations that the permit reaches.
fn select<V: on::Figures>(permit: &Permit<V>) -> Select<Entity> {
    let district = permit.district_id();
    let leading = Query::select()
        .column((case_file::Entity, case_file::Column::LeadId))
        .from(case_file::Entity)
        .and_where(case_file::Column::DistrictId.eq(district))
        .and_where(case_file::Column::Status.ne(CaseStatus::Closed))
        .take();
    let case_managers = Condition::any()
        .add(Column::Id.in_subquery(holders(district, permit.today())))
        .add(Column::Id.in_subquery(leading));
    let own = Condition::all().add(Column::DistrictId.eq(district));
    let reached = match permit.extent() {
        Extent::District => own,
        Extent::Part { organisations, .. } => own.add(Column::OrganisationId.is_in(organisations.iter().copied())),
    };
    Entity::find().filter(reached).filter(case_managers)
}

/// A page of case managers by name.
///
/// # Errors
/// Those of the database.
pub async fn page<V: on::Figures>(
    store: &Store,
    permit: &Permit<V>,
    window: &Window,
) -> Result<Page<StaffMember>, Failure> {
    let key = Some(Column::DisplayName.into_simple_expr());
    Ok(window.page(window.apply(select(permit), key, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// Only the ids of the case managers within reach, for narrowing what hangs on them.
pub(super) fn within_reach<V: on::Figures>(permit: &Permit<V>, ids: &[StaffMemberId]) -> SelectStatement {
    select(permit).select_only().column(Column::Id).filter(Column::Id.is_in(ids.iter().copied())).into_query()
}

fn led_by<V: on::Figures>(permit: &Permit<V>, ids: &[StaffMemberId]) -> Condition {
    Condition::all()
        .add(case_file::Column::DistrictId.eq(permit.district_id()))
        .add(case_file::Column::LeadId.in_subquery(within_reach(permit, ids)))
}

/// How many cases these case managers lead that are not closed.
///
/// # Errors
/// Those of the database.
pub async fn loads(
    store: &Store,
    permit: &Permit<verb::ReadCaseload>,
    ids: &[StaffMemberId],
) -> Result<HashMap<StaffMemberId, Load>, Failure> {
    let by = [case_file::Column::LeadId, case_file::Column::Intensity, case_file::Column::Status];
    let statement = Query::select()
        .columns(by)
        .expr_as(Func::count(Expr::col(Asterisk)), Alias::new(CASES))
        .from(case_file::Entity)
        .cond_where(led_by(permit, ids))
        .and_where(case_file::Column::Status.ne(CaseStatus::Closed))
        .group_by_columns(by)
        .take();
    let mut loads: HashMap<StaffMemberId, Load> = HashMap::new();
    for row in store.reader().query_all(&statement).await? {
        let (lead, intensity): (StaffMemberId, CaseIntensity) =
            (row.try_get("", "lead_id")?, row.try_get("", "intensity")?);
        let (status, cases): (CaseStatus, i64) = (row.try_get("", "status")?, row.try_get("", CASES)?);
        let cases = u32::try_from(cases).unwrap_or(u32::MAX);
        let load = loads.entry(lead).or_default();
        load.cases.add(intensity, cases);
        if status == CaseStatus::Paused {
            load.paused = load.paused.saturating_add(cases);
        }
    }
    Ok(loads)
}

/// How many cases these case managers led that were not closed on a day.
///
/// # Errors
/// Those of the database.
pub async fn cases_on<V: on::Figures>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[StaffMemberId],
    day: NaiveDate,
) -> Result<HashMap<StaffMemberId, Cases>, Failure> {
    let by = [("lead_id", case_file::Column::LeadId), ("intensity", case_file::Column::Intensity)];
    let by = by.map(|(name, column)| (name, column.into_simple_expr())).into();
    let mut cases: HashMap<StaffMemberId, Cases> = HashMap::new();
    let statement = counted(led_by(permit, ids), Counting::Open, day, by);
    for row in store.reader().query_all(&statement).await? {
        let (lead, intensity): (StaffMemberId, CaseIntensity) =
            (row.try_get("", "lead_id")?, row.try_get("", "intensity")?);
        let number: i64 = row.try_get("", CASES)?;
        cases.entry(lead).or_default().add(intensity, u32::try_from(number).unwrap_or(u32::MAX));
    }
    Ok(cases)
}

/// How many full-time equivalents, in hundredths, these case managers hold in case-management positions on the day of the
/// permit.
///
/// # Errors
/// Those of the database.
pub async fn full_time_equivalents<V: on::Figures>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[StaffMemberId],
) -> Result<HashMap<StaffMemberId, i32>, Failure> {
    let today = permit.today();
    let statement = Query::select()
        .column(occupancy::Column::StaffMemberId)
        .expr_as(Func::sum(Expr::col(occupancy::Column::FteHundredths)), Alias::new("fte"))
        .from(occupancy::Entity)
        .and_where(occupancy::Column::DistrictId.eq(permit.district_id()))
        .and_where(occupancy::Column::StaffMemberId.in_subquery(within_reach(permit, ids)))
        .and_where(occupancy::Column::PositionId.in_subquery(case_management(permit.district_id())))
        .and_where(occupancy::Column::ValidFrom.lte(today))
        .cond_where(
            Condition::any().add(occupancy::Column::ValidUntil.is_null()).add(occupancy::Column::ValidUntil.gt(today)),
        )
        .group_by_col(occupancy::Column::StaffMemberId)
        .take();
    let mut held = HashMap::new();
    for row in store.reader().query_all(&statement).await? {
        let fte: i64 = row.try_get("", "fte")?;
        held.insert(row.try_get("", "staff_member_id")?, i32::try_from(fte).unwrap_or(i32::MAX));
    }
    Ok(held)
}
