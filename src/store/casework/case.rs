//! Cases: the door through which all of them are read and locked.

use async_graphql::InputObject;
use chrono::NaiveDate;
pub use entity::case_file::Model as Case;
use entity::case_file::{ActiveModel, Column, Entity};
use entity::codes::{CasePhase, CaseStatus, PositionRole};
use entity::ids::{AccountId, CaseId, DistrictId, MunicipalityId, StaffMemberId};
use entity::{occupancy, position, staff_member};
use sea_orm::sea_query::{Expr, Query, SelectStatement, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, IntoSimpleExpr, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};

use crate::access::{Extent, Permit, Verb, on, verb};
use crate::error::{ErrorCode, Failure};
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// Which cases. All members that are given must hold. An empty list means nothing: it selects no case.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CaseFilter {
    /// In one of these statuses.
    pub status_in: Option<Vec<CaseStatus>>,
    /// In one of these phases.
    pub phase_in: Option<Vec<CasePhase>>,
    /// Of one of these municipalities.
    pub municipality_in: Option<Vec<MunicipalityId>>,
    /// Led by one of these case managers.
    pub lead_in: Option<Vec<StaffMemberId>>,
}

/// The staff records of an account.
pub(in crate::store) fn staff_of(account: AccountId) -> SelectStatement {
    Query::select()
        .column(staff_member::Column::Id)
        .from(staff_member::Entity)
        .and_where(staff_member::Column::AccountId.eq(account))
        .take()
}

/// The condition that a case is within reach of the permit: a case belongs to its lead and its substitute, and to no
/// organisation.
pub(in crate::store) fn reached<V: Verb>(permit: &Permit<V>) -> Condition {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    match permit.extent() {
        Extent::District => district,
        Extent::Part { own: Some(account), .. } => district.add(
            Condition::any()
                .add(Column::LeadId.in_subquery(staff_of(*account)))
                .add(Column::SubstituteId.in_subquery(staff_of(*account))),
        ),
        Extent::Part { own: None, .. } => district.add(Column::Id.is_null()),
    }
}

/// The door: what the permit reaches.
fn select<V: on::Case>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(reached(permit))
}

/// Selects the case if it is within reach: for its history.
pub(in crate::store) fn door<V: on::Case>(permit: &Permit<V>, id: CaseId) -> SelectStatement {
    select(permit).filter(Column::Id.eq(id)).into_query()
}

/// For tables that hang on cases: the condition that `case_id` names one within reach.
pub(in crate::store) fn hanging<V: Verb>(permit: &Permit<V>, case_id: impl ColumnTrait) -> Condition {
    let within_reach = Query::select().column((Entity, Column::Id)).from(Entity).cond_where(reached(permit)).take();
    Condition::all().add(case_id.in_subquery(within_reach))
}

/// Those of these cases within reach that the staff member of the statement around it leads or stands in for.
pub(in crate::store) fn naming(permit: &Permit<verb::ReadCase>, cases: &[CaseId]) -> SelectStatement {
    let this_one = |column| Expr::col((Entity, column)).equals((staff_member::Entity, staff_member::Column::Id));
    Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Column::Id.is_in(cases.iter().copied()))
        .cond_where(Condition::any().add(this_one(Column::LeadId)).add(this_one(Column::SubstituteId)))
        .cond_where(reached(permit))
        .take()
}

fn condition(filter: &CaseFilter) -> Condition {
    fn within<T: Into<sea_orm::Value> + Copy>(all: Condition, column: Column, values: Option<&Vec<T>>) -> Condition {
        match values {
            None => all,
            Some(values) if values.is_empty() => all.add(SimpleExpr::val(1).eq(0)),
            Some(values) => all.add(column.is_in(values.iter().copied())),
        }
    }
    let all = within(Condition::all(), Column::Status, filter.status_in.as_ref());
    let all = within(all, Column::Phase, filter.phase_in.as_ref());
    let all = within(all, Column::MunicipalityId, filter.municipality_in.as_ref());
    within(all, Column::LeadId, filter.lead_in.as_ref())
}

fn chosen(permit: &Permit<verb::ReadCase>, filter: Option<&CaseFilter>) -> Select<Entity> {
    let select = select(permit);
    match filter {
        Some(filter) => select.filter(condition(filter)),
        None => select,
    }
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Case>(store: &Store, permit: &Permit<V>, ids: &[CaseId]) -> Result<Vec<Case>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// A page of cases in the order of their opening.
///
/// # Errors
/// Those of the database.
pub async fn page(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    filter: Option<&CaseFilter>,
    window: &Window,
) -> Result<Page<Case>, Failure> {
    let select = window.apply(chosen(permit, filter), None, Column::Id.into_simple_expr());
    Ok(window.page(select.all(store.reader()).await?))
}

/// How many cases the filter selects.
///
/// # Errors
/// Those of the database.
pub async fn count(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    filter: Option<&CaseFilter>,
) -> Result<u64, Failure> {
    Ok(chosen(permit, filter).count(store.reader()).await?)
}

/// Where a case stands in a list.
#[must_use]
pub fn boundary(case: &Case) -> Boundary {
    Boundary { key: Key::Id, id: case.id.0 }
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: CaseId,
) -> Result<Option<Case>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// The account of the lead of a case within reach, if the lead has one.
///
/// # Errors
/// Those of the database.
pub async fn lead_account<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: CaseId,
) -> Result<Option<AccountId>, Failure> {
    let lead = select(permit).filter(Column::Id.eq(id)).select_only().column(Column::LeadId).into_query();
    let lead = staff_member::Entity::find().filter(staff_member::Column::Id.in_subquery(lead)).one(connection).await?;
    Ok(lead.and_then(|lead| lead.account_id))
}

/// The staff records that hold a case-management position on the day of the permit.
pub(in crate::store) fn holding_case_management<V: Verb>(permit: &Permit<V>) -> SelectStatement {
    let today = permit.today();
    Query::select()
        .column(occupancy::Column::StaffMemberId)
        .from(occupancy::Entity)
        .and_where(occupancy::Column::PositionId.in_subquery(case_management(permit.district_id())))
        .and_where(occupancy::Column::ValidFrom.lte(today))
        .cond_where(
            Condition::any().add(occupancy::Column::ValidUntil.is_null()).add(occupancy::Column::ValidUntil.gt(today)),
        )
        .take()
}

/// The case-management positions of a district.
pub(in crate::store) fn case_management(district_id: DistrictId) -> SelectStatement {
    Query::select()
        .column(position::Column::Id)
        .from(position::Entity)
        .and_where(position::Column::DistrictId.eq(district_id))
        .and_where(position::Column::Role.eq(PositionRole::CaseManager))
        .take()
}

/// The staff records that hold a case-management position on a day.
pub(in crate::store) fn holders(district_id: DistrictId, day: NaiveDate) -> SelectStatement {
    Query::select()
        .column(occupancy::Column::StaffMemberId)
        .from(occupancy::Entity)
        .and_where(occupancy::Column::PositionId.in_subquery(case_management(district_id)))
        .and_where(occupancy::Column::ValidFrom.lte(day))
        .cond_where(
            Condition::any().add(occupancy::Column::ValidUntil.is_null()).add(occupancy::Column::ValidUntil.gt(day)),
        )
        .take()
}

/// Staff records of an account that hold a case-management position on the day of the permit.
///
/// # Errors
/// Those of the database.
pub async fn case_managers_of<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    staff: Condition,
) -> Result<Vec<StaffMemberId>, Failure> {
    let rows = staff_member::Entity::find()
        .filter(staff_member::Column::DistrictId.eq(permit.district_id()))
        .filter(staff)
        .filter(staff_member::Column::Id.in_subquery(holding_case_management(permit)))
        .filter(staff_member::Column::Id.in_subquery(holders(permit.district_id(), permit.today())))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The condition that a staff record belongs to an account.
#[must_use]
pub fn of_account(account: AccountId) -> Condition {
    Condition::all().add(staff_member::Column::AccountId.eq(account))
}

/// The condition that a staff record is this one.
#[must_use]
pub fn is_member(id: StaffMemberId) -> Condition {
    Condition::all().add(staff_member::Column::Id.eq(id))
}

/// The next number of a case within a year.
///
/// # Errors
/// Those of the database.
pub async fn next_number<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    year: i32,
) -> Result<i32, Failure> {
    let last = Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Year.eq(year))
        .order_by_desc(Column::Number)
        .one(connection)
        .await?;
    Ok(last.map_or(1, |case| case.number.saturating_add(1)))
}

/// Records a new case; `false` if its number was taken meanwhile.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    case: &Case,
) -> Result<bool, Failure> {
    if case.district_id != permit.district_id() {
        return Err(Failure::new(ErrorCode::NotFound));
    }
    let row = ActiveModel::from(case.clone()).reset_all();
    let unique = sea_orm::sea_query::OnConflict::columns([Column::DistrictId, Column::Year, Column::Number])
        .do_nothing()
        .to_owned();
    match Entity::insert(row).on_conflict(unique).exec_without_returning(connection).await {
        Ok(count) => Ok(count == 1),
        Err(sea_orm::DbErr::RecordNotInserted) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Stores the changed columns of a case that was reached through its door and locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    case: &Case,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(case.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}
