//! What waits in cases for longer than it should: a function for each kind of hint. Each finds the cases and since when they
//! wait; whether that is long is decided by the limits alone.

use chrono::NaiveDate;
use entity::case_file::{self, Column, Entity};
use entity::codes::{CasePhase, CaseStatus, QualityHintKind};
use entity::ids::StaffMemberId;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, FromQueryResult, Iterable};

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

/// All hints about the cases of these case managers, those that wait longest first.
///
/// # Errors
/// Those of the database.
pub async fn all(
    store: &Store,
    permit: &Permit<verb::ReadCaseload>,
    leads: &[StaffMemberId],
    limits: &Limits,
) -> Result<Vec<Hint>, Failure> {
    // A further kind of hint is a further line here.
    let mut hints = phase_overdue(store, permit, leads, limits).await?;
    hints.sort_by_key(|hint| (hint.since, hint.case.id, hint.kind));
    Ok(hints)
}

/// Cases that are worked on and have been in their phase for too long.
async fn phase_overdue(
    store: &Store,
    permit: &Permit<verb::ReadCaseload>,
    leads: &[StaffMemberId],
    limits: &Limits,
) -> Result<Vec<Hint>, Failure> {
    let kind = QualityHintKind::PhaseOverdue;
    let mut overdue = Condition::any();
    for phase in CasePhase::ALL {
        if let Some(limit) = limits.of(kind, *phase) {
            let since = waits_since_at_latest(permit.today(), limit);
            overdue = overdue.add(Condition::all().add(Column::Phase.eq(*phase)).add(Column::PhaseSince.lte(since)));
        }
    }
    let place = Alias::new("place");
    let waiting = Query::select()
        .columns(Column::iter())
        .expr_as(Expr::cust("ROW_NUMBER() OVER (PARTITION BY lead_id ORDER BY phase_since, id)"), place.clone())
        .from(Entity)
        .and_where(Column::DistrictId.eq(permit.district_id()))
        .and_where(Column::LeadId.in_subquery(within_reach(permit, leads)))
        .and_where(Column::Status.eq(CaseStatus::Open))
        .cond_where(overdue)
        .take();
    let statement = Query::select()
        .columns(Column::iter())
        .from_subquery(waiting, Alias::new("waiting"))
        .and_where(Expr::col(place).lte(HINTS_MAXIMUM))
        .take();
    let mut hints = Vec::new();
    for row in store.reader().query_all(&statement).await? {
        let case = case_file::Model::from_query_result(&row, "")?;
        hints.push(Hint { since: case.phase_since, case, kind });
    }
    Ok(hints)
}
