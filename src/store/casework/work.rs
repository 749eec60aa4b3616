//! What was done in cases so far, as far as the next phase can depend on it.

use entity::codes::{MeasureStatus, PlanStatus, TaskStatus};
use entity::ids::CaseId;
use entity::{assessment, case_file, goal, measure, support_plan, task};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement, SubQueryStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, FromQueryResult};

use super::case::hanging;
use crate::access::{Permit, on};
use crate::domain::casework::case::Facts;
use crate::domain::casework::plan::OPEN_MEASURES;
use crate::error::Failure;

#[derive(FromQueryResult)]
struct Row {
    id: CaseId,
    assessments: i64,
    agreed_plans: i64,
    begun_measures: i64,
    open_measures: i64,
    open_tasks: i64,
}

/// Counts the rows of a table whose column names the case of the statement around it.
fn counted(column: impl ColumnTrait + Copy, rows: SelectStatement) -> Expr {
    let mut rows = rows;
    rows.expr(Expr::cust("COUNT(*)"))
        .and_where(Expr::col((column.entity_name(), column)).equals((case_file::Entity, case_file::Column::Id)));
    Expr::SubQuery(None, Box::new(SubQueryStatement::SelectStatement(rows)))
}

/// Measures of plans that are more than drafts.
fn measures(statuses: Vec<MeasureStatus>) -> SelectStatement {
    let drafts = Query::select()
        .column((goal::Entity, goal::Column::Id))
        .from(goal::Entity)
        .inner_join(
            support_plan::Entity,
            Expr::col((support_plan::Entity, support_plan::Column::Id)).equals((goal::Entity, goal::Column::PlanId)),
        )
        .and_where(support_plan::Column::Status.eq(PlanStatus::Draft))
        .and_where(Expr::col((goal::Entity, goal::Column::CaseId)).equals((measure::Entity, measure::Column::CaseId)))
        .take();
    Query::select()
        .from(measure::Entity)
        .and_where(measure::Column::Status.is_in(statuses))
        .and_where(measure::Column::GoalId.not_in_subquery(drafts))
        .take()
}

/// The facts of these cases, as far as they are within reach. One statement.
///
/// # Errors
/// Those of the database.
pub async fn facts<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    cases: &[CaseId],
) -> Result<Vec<(CaseId, Facts)>, Failure> {
    // A measure that was struck out before it began is neither open nor begun.
    let begun = MeasureStatus::ALL
        .iter()
        .copied()
        .filter(|status| !matches!(status, MeasureStatus::Planned | MeasureStatus::Dropped));
    let agreed = Query::select()
        .from(support_plan::Entity)
        .and_where(support_plan::Column::Status.eq(PlanStatus::Agreed))
        .take();
    let open = Query::select().from(task::Entity).and_where(task::Column::Status.eq(TaskStatus::Open)).take();
    let statement = Query::select()
        .column((case_file::Entity, case_file::Column::Id))
        .expr_as(counted(assessment::Column::CaseId, Query::select().from(assessment::Entity).take()), "assessments")
        .expr_as(counted(support_plan::Column::CaseId, agreed), "agreed_plans")
        .expr_as(counted(measure::Column::CaseId, measures(begun.collect())), "begun_measures")
        .expr_as(counted(measure::Column::CaseId, measures(OPEN_MEASURES.to_vec())), "open_measures")
        .expr_as(counted(task::Column::CaseId, open), "open_tasks")
        .from(case_file::Entity)
        .and_where(Expr::col((case_file::Entity, case_file::Column::Id)).is_in(cases.iter().copied()))
        .cond_where(hanging(permit, case_file::Column::Id))
        .take();
    let rows = connection.query_all(&statement).await?;
    rows.iter()
        .map(|row| {
            let row = Row::from_query_result(row, "")?;
            let facts = Facts {
                assessments: row.assessments,
                agreed_plans: row.agreed_plans,
                begun_measures: row.begun_measures,
                open_measures: row.open_measures,
                open_tasks: row.open_tasks,
            };
            Ok((row.id, facts))
        })
        .collect()
}
