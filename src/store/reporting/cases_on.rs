//! Cases as they stood on a day: their phase then is told by their way through the phases.

use chrono::NaiveDate;
use entity::codes::CasePhase;
use entity::{case_file, case_phase_change};
use sea_orm::sea_query::{Alias, Asterisk, DynIden, Expr, ExprTrait, Func, IntoIden, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, IntoSimpleExpr};

/// The name of the column that holds the phase on the day.
const PHASE: &str = "phase_then";
/// The name of the column that holds how many cases there are.
pub(super) const CASES: &str = "cases";

/// The phase of a case on a day; the present one where nothing is known of that day.
pub(super) fn phase_on(day: NaiveDate) -> Expr {
    let then = Query::select()
        .column((case_phase_change::Entity, case_phase_change::Column::ToPhase))
        .from(case_phase_change::Entity)
        .and_where(
            case_phase_change::Column::CaseId
                .into_simple_expr()
                .eq(Expr::col((case_file::Entity, case_file::Column::Id))),
        )
        .and_where(case_phase_change::Column::ChangedOn.lte(day))
        .order_by((case_phase_change::Entity, case_phase_change::Column::Id), Order::Desc)
        .limit(1)
        .take();
    let now = Expr::col((case_file::Entity, case_file::Column::Phase));
    Func::coalesce([Expr::SubQuery(None, Box::new(then.into())), now]).into()
}

/// Whether they are counted that were closed on the day, or those that were not.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Counting {
    /// Those that were not closed.
    Open,
    /// Those that were.
    Closed,
}

/// How many of the cases that `chosen` selects, and that had been opened on `day`, there are for each combination of the
/// named expressions.
pub(super) fn counted(
    chosen: Condition,
    counting: Counting,
    day: NaiveDate,
    by: Vec<(&'static str, Expr)>,
) -> SelectStatement {
    let mut cases = Query::select();
    cases
        .expr_as(phase_on(day), Alias::new(PHASE))
        .from(case_file::Entity)
        .cond_where(chosen)
        .and_where(case_file::Column::OpenedOn.lte(day));
    let names: Vec<DynIden> = by.iter().map(|(name, _)| Alias::new(*name).into_iden()).collect();
    for (name, expression) in by {
        cases.expr_as(expression, Alias::new(name));
    }
    let phase = Expr::col(Alias::new(PHASE));
    let closure = CasePhase::Closure.as_str();
    Query::select()
        .columns(names.clone())
        .expr_as(Func::count(Expr::col(Asterisk)), Alias::new(CASES))
        .from_subquery(cases, Alias::new("cases_then"))
        .and_where(if counting == Counting::Closed { phase.eq(closure) } else { phase.ne(closure) })
        .group_by_columns(names)
        .take()
}
