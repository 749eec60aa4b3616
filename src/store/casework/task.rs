//! Tasks in cases.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::case_file;
use entity::codes::{CaseDuty, TaskStatus};
use entity::ids::{AccountId, CaseId, DistrictId, TaskId};
pub use entity::task::Model as Task;
use entity::task::{Column, Entity};
use sea_orm::sea_query::{Query, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, IntoSimpleExpr, QueryFilter, QueryOrder, QuerySelect};

use super::case::{hanging, staff_of};
use super::part::Part;
use crate::access::{Extent, Permit, verb};
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// Which tasks. All members that are given must hold. An empty list means nothing: it selects no task.
#[derive(Clone, Debug, Default, InputObject)]
pub struct TaskFilter {
    /// In one of these statuses.
    pub status_in: Option<Vec<TaskStatus>>,
    /// Due before this day.
    pub due_until: Option<NaiveDate>,
    /// Only those that you yourself are to do: as the lead of the case or as the substitute.
    #[graphql(default)]
    pub mine: bool,
}

impl Part for Task {
    type Table = Entity;
    type Id = TaskId;
    const COLUMNS: [Column; 3] = [Column::DistrictId, Column::Id, Column::CaseId];

    fn place(&self) -> (DistrictId, CaseId) {
        (self.district_id, self.case_id)
    }
}

fn cases_with(account: AccountId, column: case_file::Column) -> SelectStatement {
    Query::select()
        .column((case_file::Entity, case_file::Column::Id))
        .from(case_file::Entity)
        .and_where(column.in_subquery(staff_of(account)))
        .take()
}

/// The condition that a task is for this account to do.
fn for_account(account: AccountId) -> Condition {
    let duty = |duty: CaseDuty, column: case_file::Column| {
        Condition::all().add(Column::Assignee.eq(duty)).add(Column::CaseId.in_subquery(cases_with(account, column)))
    };
    let without_substitute =
        cases_with(account, case_file::Column::LeadId).and_where(case_file::Column::SubstituteId.is_null()).take();
    Condition::any()
        .add(duty(CaseDuty::Lead, case_file::Column::LeadId))
        .add(duty(CaseDuty::Substitute, case_file::Column::SubstituteId))
        // What was left to a substitute who is gone falls back to the lead.
        .add(
            Condition::all()
                .add(Column::Assignee.eq(CaseDuty::Substitute))
                .add(Column::CaseId.in_subquery(without_substitute)),
        )
}

fn condition(filter: &TaskFilter, account: Option<AccountId>) -> Condition {
    let mut all = Condition::all();
    match &filter.status_in {
        None => {}
        Some(statuses) if statuses.is_empty() => all = all.add(SimpleExpr::val(1).eq(0)),
        Some(statuses) => all = all.add(Column::Status.is_in(statuses.iter().copied())),
    }
    if let Some(until) = filter.due_until {
        all = all.add(Column::DueOn.lt(until));
    }
    match account {
        Some(account) if filter.mine => all.add(for_account(account)),
        None if filter.mine => all.add(SimpleExpr::val(1).eq(0)),
        _ => all,
    }
}

/// A page of all tasks in cases within reach, by the day on which they are due. `account` is whose they are, where only
/// one's own are asked for.
///
/// # Errors
/// Those of the database.
pub async fn page(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    filter: &TaskFilter,
    account: Option<AccountId>,
    window: &Window,
) -> Result<Page<Task>, Failure> {
    let chosen = Entity::find().filter(hanging(permit, Column::CaseId)).filter(condition(filter, account));
    let key = Some(Column::DueOn.into_simple_expr());
    let rows = window.apply(chosen, key, Column::Id.into_simple_expr()).all(store.reader()).await?;
    Ok(window.page(rows))
}

/// Where one stands in the list.
#[must_use]
pub fn boundary(task: &Task) -> Boundary {
    Boundary { key: Key::Day(task.due_on), id: task.id.0 }
}

/// The open tasks, with their cases, that are for the account of the permit to do: for its calendar. The next one first.
///
/// # Errors
/// Those of the database.
pub async fn for_calendar(
    store: &Store,
    permit: &Permit<verb::KeepCalendar>,
    limit: u64,
) -> Result<Vec<(Task, Option<case_file::Model>)>, Failure> {
    // Whatever else the account may see: a calendar shows what is its own.
    let Extent::Part { own: Some(account), .. } = permit.extent() else { return Ok(Vec::new()) };
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Status.eq(TaskStatus::Open))
        .filter(for_account(*account))
        .order_by_asc(Column::DueOn)
        .order_by_asc(Column::Id)
        .limit(limit)
        .find_also_related(case_file::Entity)
        .all(store.reader())
        .await?)
}
