//! Support plans: the lives of goals and measures as tables of data, and what stands in the way of a step.

use entity::codes::{CaseStatus, GoalStatus, MeasureStatus, PlanStatus};

use crate::error::{ErrorCode, UserError};

/// The life of a goal: from which status which others are reached.
pub const GOAL_STEPS: &[(GoalStatus, &[GoalStatus])] = &[
    (GoalStatus::Open, &[GoalStatus::InProgress, GoalStatus::Reached, GoalStatus::PartlyReached, GoalStatus::Dropped]),
    (GoalStatus::InProgress, &[GoalStatus::Reached, GoalStatus::PartlyReached, GoalStatus::Dropped]),
    (GoalStatus::PartlyReached, &[GoalStatus::InProgress, GoalStatus::Reached]),
];

/// The life of a measure: from which status which others are reached. How it ended is never taken back: another try is
/// another measure, so that what was not available stays on record.
pub const MEASURE_STEPS: &[(MeasureStatus, &[MeasureStatus])] = &[
    (
        MeasureStatus::Planned,
        &[MeasureStatus::Referred, MeasureStatus::Refused, MeasureStatus::NotAvailable, MeasureStatus::Dropped],
    ),
    (
        MeasureStatus::Referred,
        &[MeasureStatus::Started, MeasureStatus::Refused, MeasureStatus::NotAvailable, MeasureStatus::Dropped],
    ),
    (MeasureStatus::Started, &[MeasureStatus::Completed, MeasureStatus::Refused, MeasureStatus::Dropped]),
];

/// Measures that are not settled yet.
pub const OPEN_MEASURES: &[MeasureStatus] = &[MeasureStatus::Planned, MeasureStatus::Referred, MeasureStatus::Started];

/// Goals that a later plan carries over.
pub const OPEN_GOALS: &[GoalStatus] = &[GoalStatus::Open, GoalStatus::InProgress];

/// Whether something can have stood in the way of a measure of this status.
#[must_use]
pub const fn may_have_barrier(status: MeasureStatus) -> bool {
    matches!(status, MeasureStatus::Refused | MeasureStatus::NotAvailable)
}

fn leads<S: Copy + PartialEq>(steps: &[(S, &[S])], from: S, to: S) -> bool {
    steps.iter().any(|(before, after)| *before == from && after.contains(&to))
}

fn case_is_closed(case: CaseStatus) -> Option<UserError> {
    (case == CaseStatus::Closed).then(|| UserError::at("", ErrorCode::CaseIsClosed))
}

fn no_step(from: &str, to: &str) -> UserError {
    UserError::at("status", ErrorCode::StatusNotReachable).with("from", from).with("to", to)
}

/// What stands in the way of a goal's step to `to`; empty if nothing does. The command and `availableTransitions` ask this
/// same function.
#[must_use]
pub fn goal_blocked_by(case: CaseStatus, plan: PlanStatus, from: GoalStatus, to: GoalStatus) -> Vec<UserError> {
    let mut blocks: Vec<UserError> = case_is_closed(case).into_iter().collect();
    match plan {
        // In a draft, a goal can be struck out and nothing else.
        PlanStatus::Draft if to != GoalStatus::Dropped => blocks.push(UserError::at("", ErrorCode::PlanNotAgreed)),
        PlanStatus::Superseded => blocks.push(UserError::at("", ErrorCode::PlanSuperseded)),
        PlanStatus::Draft | PlanStatus::Agreed => {}
    }
    if !leads(GOAL_STEPS, from, to) {
        blocks.push(no_step(from.as_str(), to.as_str()));
    }
    blocks
}

/// What stands in the way of a measure's step to `to`; empty if nothing does. The command and `availableTransitions` ask
/// this same function. Measures of a plan that was replaced go on, because life does.
#[must_use]
pub fn measure_blocked_by(
    case: CaseStatus,
    plan: PlanStatus,
    from: MeasureStatus,
    to: MeasureStatus,
) -> Vec<UserError> {
    let mut blocks: Vec<UserError> = case_is_closed(case).into_iter().collect();
    if plan == PlanStatus::Draft && to != MeasureStatus::Dropped {
        blocks.push(UserError::at("", ErrorCode::PlanNotAgreed));
    }
    if !leads(MEASURE_STEPS, from, to) {
        blocks.push(no_step(from.as_str(), to.as_str()));
    }
    blocks
}

#[cfg(test)]
mod tests {
    use entity::codes::{CaseStatus, GoalStatus, MeasureStatus, PlanStatus};

    use super::{GOAL_STEPS, MEASURE_STEPS, OPEN_MEASURES, goal_blocked_by, leads, measure_blocked_by};

    #[test]
    fn a_measure_is_open_exactly_as_long_as_a_step_leads_on() {
        for status in MeasureStatus::ALL {
            let leads_on = MeasureStatus::ALL.iter().any(|to| leads(MEASURE_STEPS, *status, *to));
            assert_eq!(OPEN_MEASURES.contains(status), leads_on, "{status:?}");
        }
    }

    #[test]
    fn every_status_is_reached_from_the_first() {
        fn reached<S: Copy + PartialEq>(steps: &[(S, &[S])], first: S) -> Vec<S> {
            let mut found = vec![first];
            while let Some(next) = steps
                .iter()
                .filter(|(from, _)| found.contains(from))
                .flat_map(|(_, to)| to.iter())
                .find(|to| !found.contains(to))
            {
                found.push(*next);
            }
            found
        }
        assert_eq!(reached(GOAL_STEPS, GoalStatus::Open).len(), GoalStatus::ALL.len());
        assert_eq!(reached(MEASURE_STEPS, MeasureStatus::Planned).len(), MeasureStatus::ALL.len());
    }

    #[test]
    fn nothing_moves_in_a_closed_case_or_before_the_plan_is_agreed_but_what_is_struck_out() {
        for to in GoalStatus::ALL {
            assert!(!goal_blocked_by(CaseStatus::Closed, PlanStatus::Agreed, GoalStatus::Open, *to).is_empty());
            assert!(!goal_blocked_by(CaseStatus::Open, PlanStatus::Superseded, GoalStatus::Open, *to).is_empty());
            let in_draft = goal_blocked_by(CaseStatus::Open, PlanStatus::Draft, GoalStatus::Open, *to);
            assert_eq!(in_draft.is_empty(), *to == GoalStatus::Dropped, "{to:?}");
        }
        for to in MeasureStatus::ALL {
            let from = MeasureStatus::Planned;
            assert!(!measure_blocked_by(CaseStatus::Closed, PlanStatus::Agreed, from, *to).is_empty());
            let in_draft = measure_blocked_by(CaseStatus::Open, PlanStatus::Draft, from, *to);
            assert_eq!(in_draft.is_empty(), *to == MeasureStatus::Dropped, "{to:?}");
        }
    }
}
