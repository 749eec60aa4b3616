//! What waits in cases for longer than it should: a function for each kind of hint. Each says of which cases it speaks and
//! since when they wait; whether that is long is decided by the limits alone.

use chrono::NaiveDate;
use entity::case_file::{self, Column, Entity};
use entity::codes::{CaseIntensity, CasePhase, CaseStatus, PlanStatus, QualityHintKind};
use entity::ids::StaffMemberId;
use entity::{contact, support_plan};
use sea_orm::sea_query::{Alias, Asterisk, Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, FromQueryResult, IntoSimpleExpr, Iterable};

use super::caseload::within_reach;
use crate::access::{Permit, verb};
use crate::domain::reporting::hint::{Limits, waits_since_at_latest};
use crate::error::Failure;
use crate::store::Store;
use crate::store::casework::case::Case;

/// The most hints of a kind for one case manager: one more than a page has, so that there is seen to be more.
const HINTS_MAXIMUM: i64 = 101;

/// A case in which something has waited for too long.
#[derive(Clone, Debug)]
pub struct Hint {
    /// The case.
    pub case: Case,
    /// What it is about.
    pub kind: QualityHintKind,
    /// Since when it waits.
    pub since: NaiveDate,
}

/// Cases that wait for something, and since when.
struct Waiting {
    kind: QualityHintKind,
    cases: Condition,
    since: Expr,
}

/// All hints about the cases of these case managers, those that wait longest first. A statement for each kind.
///
/// # Errors
/// Those of the database.
pub async fn all(
    store: &Store,
    permit: &Permit<verb::ReadCaseload>,
    leads: &[StaffMemberId],
    limits: &Limits,
) -> Result<Vec<Hint>, Failure> {
    let mut hints = Vec::new();
    for waiting in
        [phase_overdue(permit.today(), limits), no_plan(permit.today(), limits), no_contact(permit.today(), limits)]
    {
        hints.extend(find(store, permit, leads, waiting).await?);
    }
    hints.sort_by_key(|hint| (hint.since, hint.case.id, hint.kind));
    Ok(hints)
}

/// Cases that have been in their phase for too long.
fn phase_overdue(today: NaiveDate, limits: &Limits) -> Waiting {
    let kind = QualityHintKind::PhaseOverdue;
    let mut cases = Condition::any();
    for phase in CasePhase::ALL {
        if let Some(limit) = limits.of(kind, *phase) {
            let since = waits_since_at_latest(today, limit);
            cases = cases.add(Condition::all().add(Column::Phase.eq(*phase)).add(Column::PhaseSince.lte(since)));
        }
    }
    Waiting { kind, cases, since: Column::PhaseSince.into_simple_expr() }
}

/// Cases for which no plan has been agreed since they were opened. Short advice needs none.
fn no_plan(today: NaiveDate, limits: &Limits) -> Waiting {
    let agreed = Query::select()
        .expr(Expr::val(1))
        .from(support_plan::Entity)
        .and_where(of_case(support_plan::Column::CaseId))
        .and_where(support_plan::Column::Status.eq(PlanStatus::Agreed))
        .take();
    let cases = Condition::all()
        .add(Column::Intensity.ne(CaseIntensity::ShortAdvice))
        .add(Column::OpenedOn.lte(waits_since_at_latest(today, limits.no_plan)))
        .add(Expr::exists(agreed).not());
    Waiting { kind: QualityHintKind::NoPlan, cases, since: Column::OpenedOn.into_simple_expr() }
}

/// Cases without a contact since the last one, or since they were opened.
fn no_contact(today: NaiveDate, limits: &Limits) -> Waiting {
    let last = Query::select()
        .expr(Func::max(Expr::col((contact::Entity, contact::Column::HeldOn))))
        .from(contact::Entity)
        .and_where(of_case(contact::Column::CaseId))
        .take();
    let opened = Expr::col((Entity, Column::OpenedOn));
    let since: Expr = Func::coalesce([Expr::SubQuery(None, Box::new(last.into())), opened]).into();
    let cases = Condition::all().add(since.clone().lte(waits_since_at_latest(today, limits.no_contact)));
    Waiting { kind: QualityHintKind::NoContact, cases, since }
}

fn of_case(column: impl ColumnTrait) -> Expr {
    column.into_simple_expr().eq(Expr::col((Entity, Column::Id)))
}

/// Finds the cases that are worked on and wait.
async fn find(
    store: &Store,
    permit: &Permit<verb::ReadCaseload>,
    leads: &[StaffMemberId],
    waiting: Waiting,
) -> Result<Vec<Hint>, Failure> {
    let (since, place) = (Alias::new("since"), Alias::new("place"));
    let cases = Query::select()
        .columns(Column::iter().map(|column| (Entity, column)))
        .expr_as(waiting.since, since)
        .from(Entity)
        .and_where(Column::DistrictId.eq(permit.district_id()))
        .and_where(Column::LeadId.in_subquery(within_reach(permit, leads)))
        .and_where(Column::Status.eq(CaseStatus::Open))
        .cond_where(waiting.cases)
        .take();
    let all_of = |rows: SelectStatement, name: &'static str| {
        Query::select().column(Asterisk).from_subquery(rows, Alias::new(name)).take()
    };
    let mut placed = all_of(cases, "waiting");
    placed.expr_as(Expr::cust("ROW_NUMBER() OVER (PARTITION BY lead_id ORDER BY since, id)"), place.clone());
    let mut statement = all_of(placed, "placed");
    statement.and_where(Expr::col(place).lte(HINTS_MAXIMUM));
    let mut hints = Vec::new();
    for row in store.reader().query_all(&statement).await? {
        let case = case_file::Model::from_query_result(&row, "")?;
        hints.push(Hint { case, kind: waiting.kind, since: row.try_get("", "since")? });
    }
    Ok(hints)
}
