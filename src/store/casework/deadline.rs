//! Deadlines: they hang on cases, and are reached through them.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::DeadlineStatus;
pub use entity::deadline::Model as Deadline;
use entity::deadline::{ActiveModel, Column, Entity};
use entity::ids::{CaseId, ClientId, DeadlineId};
use entity::{case_file, deadline_rule};
use sea_orm::sea_query::{Query, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, IntoSimpleExpr, QueryFilter,
    QueryOrder, QuerySelect, Select,
};

use super::case::{self, hanging, staff_of};
use crate::access::{Extent, Permit, on, verb};
use crate::error::{ErrorCode, Failure};
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// Which deadlines. All members that are given must hold. An empty list means nothing: it selects no deadline.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DeadlineFilter {
    /// Due before this day. Of a deadline that is known by its month, the first day of the month counts.
    pub due_before: Option<NaiveDate>,
    /// Due on this day or later.
    pub due_from: Option<NaiveDate>,
    /// In one of these statuses.
    pub status_in: Option<Vec<DeadlineStatus>>,
    /// By one of these rules, whatever the version.
    pub rule_code_in: Option<Vec<String>>,
    /// Of one of these cases.
    pub case_in: Option<Vec<CaseId>>,
}

/// The door: what the permit reaches.
fn select<V: on::Case>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(Column::DistrictId.eq(permit.district_id())).filter(hanging(permit, Column::CaseId))
}

fn within<T: Into<sea_orm::Value> + Clone>(all: Condition, column: Column, values: Option<&Vec<T>>) -> Condition {
    match values {
        None => all,
        Some(values) if values.is_empty() => all.add(SimpleExpr::val(1).eq(0)),
        Some(values) => all.add(column.is_in(values.iter().cloned())),
    }
}

fn condition(permit: &Permit<verb::ReadCase>, filter: &DeadlineFilter) -> Condition {
    let mut all = within(Condition::all(), Column::Status, filter.status_in.as_ref());
    all = within(all, Column::CaseId, filter.case_in.as_ref());
    if let Some(day) = filter.due_before {
        all = all.add(Column::DueOn.lt(day));
    }
    if let Some(day) = filter.due_from {
        all = all.add(Column::DueOn.gte(day));
    }
    if let Some(codes) = &filter.rule_code_in {
        let rules = Query::select()
            .column(deadline_rule::Column::Id)
            .from(deadline_rule::Entity)
            .and_where(deadline_rule::Column::DistrictId.eq(permit.district_id()))
            .and_where(deadline_rule::Column::Code.is_in(codes.iter().map(String::as_str)))
            .take();
        all = all.add(Column::RuleId.in_subquery(rules));
    }
    all
}

/// A page of deadlines, the next one first.
///
/// # Errors
/// Those of the database.
pub async fn page(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    filter: Option<&DeadlineFilter>,
    window: &Window,
) -> Result<Page<Deadline>, Failure> {
    let mut chosen = select(permit);
    if let Some(filter) = filter {
        chosen = chosen.filter(condition(permit, filter));
    }
    let key = Some(Column::DueOn.into_simple_expr());
    Ok(window.page(window.apply(chosen, key, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// Where a deadline stands in a list.
#[must_use]
pub fn boundary(deadline: &Deadline) -> Boundary {
    Boundary { key: Key::Day(deadline.due_on), id: deadline.id.0 }
}

/// The deadlines of these cases, the next one first.
///
/// # Errors
/// Those of the database.
pub async fn of_cases(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    cases: &[CaseId],
) -> Result<Vec<Deadline>, Failure> {
    Ok(select(permit)
        .filter(Column::CaseId.is_in(cases.iter().copied()))
        .order_by_asc(Column::DueOn)
        .order_by_asc(Column::Id)
        .all(store.reader())
        .await?)
}

/// One by its id, locked with its case until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: DeadlineId,
) -> Result<Option<Deadline>, Failure> {
    let found = select(permit).filter(Column::Id.eq(id));
    // The case first, as every command locks them.
    let Some(seen) = found.clone().one(connection).await? else { return Ok(None) };
    if case::lock(connection, permit, seen.case_id).await?.is_none() {
        return Ok(None);
    }
    Ok(found.lock_exclusive().one(connection).await?)
}

/// Records a deadline of a case that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::WorkOnCase>,
    deadline: &Deadline,
) -> Result<(), Failure> {
    if deadline.district_id != permit.district_id() {
        return Err(Failure::new(ErrorCode::NotFound));
    }
    Entity::insert(ActiveModel::from(deadline.clone()).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores a changed deadline that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::WorkOnCase>,
    deadline: &Deadline,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(deadline.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// Takes away all deadlines that are about a client: part of erasing it. Their days come close to who the person is.
///
/// # Errors
/// Those of the database.
pub async fn delete_all_of<V: on::Erasure>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    client: ClientId,
) -> Result<(), Failure> {
    Entity::delete_many()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::ClientId.eq(client))
        .exec(connection)
        .await?;
    Ok(())
}

/// The open deadlines, with their cases and rules, of the cases that the account of the permit leads or stands in for: for
/// its calendar. The next one first.
///
/// # Errors
/// Those of the database.
pub async fn for_calendar(
    store: &Store,
    permit: &Permit<verb::KeepCalendar>,
    limit: u64,
) -> Result<Vec<(Deadline, Option<case_file::Model>, Option<deadline_rule::Model>)>, Failure> {
    // Whatever else the account may see: a calendar shows what is its own.
    let Extent::Part { own: Some(account), .. } = permit.extent() else { return Ok(Vec::new()) };
    let own = Query::select()
        .column((case_file::Entity, case_file::Column::Id))
        .from(case_file::Entity)
        .and_where(case_file::Column::DistrictId.eq(permit.district_id()))
        .cond_where(
            Condition::any()
                .add(case_file::Column::LeadId.in_subquery(staff_of(*account)))
                .add(case_file::Column::SubstituteId.in_subquery(staff_of(*account))),
        )
        .take();
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::CaseId.in_subquery(own))
        .filter(Column::Status.eq(DeadlineStatus::Open))
        .order_by_asc(Column::DueOn)
        .order_by_asc(Column::Id)
        .limit(limit)
        .find_also_related(case_file::Entity)
        .find_also_related(deadline_rule::Entity)
        .all(store.reader())
        .await?)
}
