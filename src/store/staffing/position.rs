//! Positions: the door through which all of them are read and locked.

use async_graphql::{Enum, InputObject};
use chrono::NaiveDate;
use entity::codes::{BuildingBlock, Funder, PositionRole, PositionStatus};
use entity::ids::{MunicipalityId, OrganisationId, PositionId};
pub use entity::position::Model as Position;
use entity::position::{ActiveModel, Column, Entity};
use entity::{occupancy, organisation, service_area, staff_member};
use sea_orm::sea_query::{ExprTrait, Func, Query, SelectStatement, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, IntoSimpleExpr,
    PaginatorTrait, QueryFilter, QuerySelect, QueryTrait, Select, SqlErr,
};

use crate::access::{Extent, Permit, Verb, on, verb};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// A position with its employer.
#[derive(Clone, Debug)]
pub struct PositionRow {
    /// The position.
    pub position: Position,
    /// Its employer, where it was read along.
    pub employer: Option<organisation::Model>,
}

/// A range of days. What is left out does not limit.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub struct DayRange {
    /// This day or later.
    pub from: Option<NaiveDate>,
    /// Before this day.
    pub before: Option<NaiveDate>,
}

/// Which positions. All members that are given must hold. An empty list means nothing: it selects no position.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PositionFilter {
    /// All of these must hold as well.
    pub and: Option<Vec<PositionFilter>>,
    /// At least one of these must hold as well.
    pub or: Option<Vec<PositionFilter>>,
    /// This must not hold.
    pub not: Option<Box<PositionFilter>>,
    /// One of these positions.
    pub id_in: Option<Vec<PositionId>>,
    /// In one of these statuses.
    pub status_in: Option<Vec<PositionStatus>>,
    /// Of one of these building blocks.
    pub building_block_in: Option<Vec<BuildingBlock>>,
    /// For one of these roles.
    pub role_in: Option<Vec<PositionRole>>,
    /// Employed by one of these organisations.
    pub employer_in: Option<Vec<OrganisationId>>,
    /// Paid by one of these.
    pub funded_by_in: Option<Vec<Funder>>,
    /// Serving at least one of these municipalities by a service area.
    pub serves_any_of: Option<Vec<MunicipalityId>>,
    /// With a target date of filling in this range.
    pub target_filled_on: Option<DayRange>,
    /// With a number that begins like this.
    pub number_starts_with: Option<String>,
}

/// The most values in the lists of a filter. Databases bound the values of a statement.
const FILTER_VALUES_MAXIMUM: usize = 5_000;

impl PositionFilter {
    fn values(&self) -> usize {
        fn length<T>(list: Option<&Vec<T>>) -> usize {
            list.map_or(0, Vec::len)
        }
        let here = [
            length(self.id_in.as_ref()),
            length(self.status_in.as_ref()),
            length(self.building_block_in.as_ref()),
            length(self.role_in.as_ref()),
            length(self.employer_in.as_ref()),
            length(self.funded_by_in.as_ref()),
            length(self.serves_any_of.as_ref()),
        ];
        let inner = self.and.iter().chain(&self.or).flatten().chain(self.not.as_deref());
        here.into_iter().chain(inner.map(Self::values)).sum()
    }
}

/// What a list of positions is sorted by; ties are resolved by the id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum PositionOrder {
    /// The number.
    #[default]
    Number,
    /// The target date of filling; positions without one come last.
    TargetFilledOn,
    /// The time of recording.
    CreatedAt,
}

/// Stands for "no target date" in the order by target date.
const NO_TARGET: NaiveDate = NaiveDate::MAX;

fn target_or_last() -> SimpleExpr {
    let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NO_TARGET);
    Func::coalesce([Column::TargetFilledOn.into_simple_expr(), SimpleExpr::val(last)]).into()
}

/// The nearest day that both databases compare rightly: SQLite compares text, which needs years of four digits, and the
/// calendar of PostgreSQL begins later than ours. No stored day lies beyond.
fn comparable(day: NaiveDate) -> NaiveDate {
    let earliest = NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or(NaiveDate::MIN);
    let latest = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NO_TARGET);
    day.clamp(earliest, latest)
}

impl PositionOrder {
    fn key(self) -> Option<SimpleExpr> {
        match self {
            Self::Number => Some(Column::Number.into_simple_expr()),
            Self::TargetFilledOn => Some(target_or_last()),
            // Ids are made in the order of recording.
            Self::CreatedAt => None,
        }
    }

    /// Where a position stands in a list of this order.
    #[must_use]
    pub fn boundary(self, position: &Position) -> Boundary {
        let key = match self {
            Self::Number => Key::Text(position.number.clone()),
            Self::TargetFilledOn => {
                Key::Day(position.target_filled_on.or(NaiveDate::from_ymd_opt(9999, 12, 31)).unwrap_or(NO_TARGET))
            }
            Self::CreatedAt => Key::Id,
        };
        Boundary { key, id: position.id.0 }
    }
}

/// The positions that `account` holds on the day of the permit.
fn held_by<V: Verb>(permit: &Permit<V>, account: entity::ids::AccountId) -> SelectStatement {
    let today = permit.today();
    Query::select()
        .column((occupancy::Entity, occupancy::Column::PositionId))
        .from(occupancy::Entity)
        .inner_join(
            staff_member::Entity,
            staff_member::Column::Id.into_simple_expr().eq(occupancy::Column::StaffMemberId.into_simple_expr()),
        )
        .and_where(staff_member::Column::AccountId.eq(account))
        .and_where(occupancy::Column::ValidFrom.lte(today))
        .cond_where(
            Condition::any().add(occupancy::Column::ValidUntil.is_null()).add(occupancy::Column::ValidUntil.gt(today)),
        )
        .take()
}

/// The condition that a position is within reach of the permit.
fn reached<V: on::Position>(permit: &Permit<V>) -> Condition {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    match permit.extent() {
        Extent::District => district,
        Extent::Part { organisations, own, .. } => {
            let mut any = Condition::any().add(Column::EmployerId.is_in(organisations.iter().copied()));
            if let Some(account) = own {
                any = any.add(Column::Id.in_subquery(held_by(permit, *account)));
            }
            district.add(any)
        }
    }
}

/// The door: what the permit reaches.
fn select<V: on::Position>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(reached(permit))
}

/// Selects one by its id if the permit reaches it: for what hangs on the record.
pub(in crate::store) fn door<V: on::Position>(permit: &Permit<V>, id: PositionId) -> SelectStatement {
    select(permit).select_only().column(Column::Id).filter(Column::Id.eq(id)).into_query()
}

/// For tables that hang on positions: the condition that `position_id` names one within reach.
pub(super) fn hanging<V: on::Position>(permit: &Permit<V>, position_id: impl ColumnTrait) -> Condition {
    let within_reach = Query::select().column((Entity, Column::Id)).from(Entity).cond_where(reached(permit)).take();
    Condition::all().add(position_id.in_subquery(within_reach))
}

/// The same for some positions.
pub(super) fn among<V: on::Position>(
    permit: &Permit<V>,
    position_id: impl ColumnTrait,
    positions: &[PositionId],
) -> Condition {
    hanging(permit, position_id).add(position_id.is_in(positions.iter().copied()))
}

/// What the permit reaches and the filter selects.
fn filtered(permit: &Permit<verb::ReadPosition>, filter: Option<&PositionFilter>) -> Result<Select<Entity>, Failure> {
    let Some(filter) = filter else { return Ok(select(permit)) };
    if filter.values() > FILTER_VALUES_MAXIMUM {
        let detail = format!("the lists of a filter hold at most {FILTER_VALUES_MAXIMUM} values together");
        return Err(Failure::new(ErrorCode::BadInput).with("detail", detail));
    }
    Ok(select(permit).filter(condition(filter)))
}

fn condition(filter: &PositionFilter) -> Condition {
    // A filter without members holds for everything, inside `not` and `or` as well: an empty condition would vanish there.
    let mut all = Condition::all().add(SimpleExpr::val(1).eq(1));
    for inner in filter.and.iter().flatten() {
        all = all.add(condition(inner));
    }
    if let Some(inner) = &filter.or {
        let mut any = Condition::any();
        if inner.is_empty() {
            any = any.add(nothing());
        }
        for inner in inner {
            any = any.add(condition(inner));
        }
        all = all.add(any);
    }
    if let Some(inner) = &filter.not {
        all = all.add(condition(inner).not());
    }
    fn within<T: Into<sea_orm::Value> + Copy>(all: Condition, column: Column, values: Option<&Vec<T>>) -> Condition {
        match values {
            None => all,
            Some(values) if values.is_empty() => all.add(nothing()),
            Some(values) => all.add(column.is_in(values.iter().copied())),
        }
    }
    all = within(all, Column::Id, filter.id_in.as_ref());
    all = within(all, Column::Status, filter.status_in.as_ref());
    all = within(all, Column::BuildingBlock, filter.building_block_in.as_ref());
    all = within(all, Column::Role, filter.role_in.as_ref());
    all = within(all, Column::EmployerId, filter.employer_in.as_ref());
    all = within(all, Column::FundedBy, filter.funded_by_in.as_ref());
    if let Some(municipalities) = &filter.serves_any_of {
        let served = Query::select()
            .column(service_area::Column::PositionId)
            .from(service_area::Entity)
            .and_where(service_area::Column::MunicipalityId.is_in(municipalities.iter().copied()))
            .take();
        all = all.add(Column::Id.in_subquery(served));
    }
    if let Some(range) = &filter.target_filled_on {
        // A comparison with an absent date is neither true nor false, which `not` would keep as it is.
        all = all.add(Column::TargetFilledOn.is_not_null());
        if let Some(from) = range.from {
            all = all.add(target_or_last().gte(comparable(from)));
        }
        if let Some(before) = range.before {
            all = all.add(target_or_last().lt(comparable(before)));
        }
    }
    if let Some(beginning) = &filter.number_starts_with {
        all = all.add(
            SimpleExpr::from(Func::cust("substr").args([
                Column::Number.into_simple_expr(),
                SimpleExpr::val(1),
                SimpleExpr::val(i32::try_from(beginning.chars().count()).unwrap_or(i32::MAX)),
            ]))
            .eq(beginning.as_str()),
        );
    }
    all
}

fn nothing() -> SimpleExpr {
    SimpleExpr::val(1).eq(0)
}

/// Several by their ids, in any order, with their employers; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Position>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[PositionId],
) -> Result<Vec<PositionRow>, Failure> {
    let rows = select(permit)
        .filter(Column::Id.is_in(ids.iter().copied()))
        .find_also_related(organisation::Entity)
        .all(store.reader())
        .await?;
    Ok(rows.into_iter().map(|(position, employer)| PositionRow { position, employer }).collect())
}

/// A page of positions with their employers.
///
/// # Errors
/// `BAD_INPUT` for a filter with too many values, and those of the database.
pub async fn page(
    store: &Store,
    permit: &Permit<verb::ReadPosition>,
    filter: Option<&PositionFilter>,
    order: PositionOrder,
    window: &Window,
) -> Result<Page<PositionRow>, Failure> {
    let rows = window
        .apply(filtered(permit, filter)?, order.key(), Column::Id.into_simple_expr())
        .find_also_related(organisation::Entity)
        .all(store.reader())
        .await?;
    Ok(window.page(rows.into_iter().map(|(position, employer)| PositionRow { position, employer }).collect()))
}

/// How many positions the filter selects.
///
/// # Errors
/// `BAD_INPUT` for a filter with too many values, and those of the database.
pub async fn count(
    store: &Store,
    permit: &Permit<verb::ReadPosition>,
    filter: Option<&PositionFilter>,
) -> Result<u64, Failure> {
    Ok(filtered(permit, filter)?.count(store.reader()).await?)
}

/// All positions within reach: for the staffing figures, which add them up.
///
/// # Errors
/// Those of the database.
pub async fn all(store: &Store, permit: &Permit<verb::ReadPosition>) -> Result<Vec<Position>, Failure> {
    Ok(select(permit).all(store.reader()).await?)
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Position>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: PositionId,
) -> Result<Option<Position>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// Records a new position. The permit must reach its employer.
///
/// # Errors
/// `POSITION_NUMBER_TAKEN` as a user error; else those of the database.
pub async fn insert(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::PlanPosition>,
    position: Position,
) -> Result<Result<Position, UserError>, Failure> {
    if position.district_id != permit.district_id() || !permit.extent().includes(position.employer_id) {
        return Err(Failure::new(ErrorCode::NotFound));
    }
    let row: ActiveModel = position.clone().into_active_model().reset_all();
    match Entity::insert(row).exec_without_returning(connection).await {
        Ok(_) => Ok(Ok(position)),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Ok(Err(UserError::at("number", ErrorCode::PositionNumberTaken)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Stores the changed columns of a position that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: on::Position>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    position: &Position,
) -> Result<(), Failure> {
    let row: ActiveModel = position.clone().into_active_model().reset_all();
    Entity::update(row).validate()?.filter(reached(permit)).exec(connection).await?;
    Ok(())
}
