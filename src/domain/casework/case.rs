//! The way of a case: its phases as data, and what stands in the way of a step.

use entity::codes::{CasePhase, CaseStatus};

use crate::error::{ErrorCode, UserError};

/// A step from one phase to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The phase before.
    pub from: CasePhase,
    /// The phase after.
    pub to: CasePhase,
    /// Whether it leads back: then it needs a reason.
    pub back: bool,
}

const fn on(from: CasePhase, to: CasePhase) -> Step {
    Step { from, to, back: false }
}

const fn back(from: CasePhase, to: CasePhase) -> Step {
    Step { from, to, back: true }
}

/// All steps. Closing a case is a command of its own and leads from any phase to CLOSURE; reopening leads back from there
/// to ASSESSMENT.
pub const STEPS: &[Step] = &[
    on(CasePhase::Intake, CasePhase::Clearing),
    on(CasePhase::Clearing, CasePhase::Assessment),
    on(CasePhase::Assessment, CasePhase::Planning),
    on(CasePhase::Planning, CasePhase::Linking),
    on(CasePhase::Linking, CasePhase::Monitoring),
    on(CasePhase::Monitoring, CasePhase::Evaluation),
    back(CasePhase::Assessment, CasePhase::Clearing),
    back(CasePhase::Planning, CasePhase::Assessment),
    back(CasePhase::Linking, CasePhase::Planning),
    back(CasePhase::Linking, CasePhase::Assessment),
    back(CasePhase::Monitoring, CasePhase::Linking),
    back(CasePhase::Monitoring, CasePhase::Planning),
    back(CasePhase::Monitoring, CasePhase::Assessment),
    back(CasePhase::Evaluation, CasePhase::Planning),
    back(CasePhase::Evaluation, CasePhase::Assessment),
];

/// What stands in the way of a step to `to`; empty if nothing does. The command and `availablePhases` ask this same function.
#[must_use]
pub fn phase_blocked_by(status: CaseStatus, from: CasePhase, to: CasePhase) -> Vec<UserError> {
    if status != CaseStatus::Open {
        return vec![UserError::at("", ErrorCode::CaseNotOpen).with("status", status.as_str())];
    }
    if STEPS.iter().any(|step| step.from == from && step.to == to) {
        return Vec::new();
    }
    vec![UserError::at("to", ErrorCode::PhaseNotReachable).with("from", from.as_str()).with("to", to.as_str())]
}

/// Whether a step leads back and therefore needs a reason.
#[must_use]
pub fn leads_back(from: CasePhase, to: CasePhase) -> bool {
    STEPS.iter().any(|step| step.from == from && step.to == to && step.back)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use entity::codes::{CasePhase, CaseStatus};

    use super::{STEPS, phase_blocked_by};

    #[test]
    fn every_phase_but_closure_is_reached_from_intake_and_none_is_a_dead_end() {
        let mut reached = BTreeSet::from([CasePhase::Intake]);
        for _ in CasePhase::ALL {
            for step in STEPS {
                if reached.contains(&step.from) {
                    reached.insert(step.to);
                }
            }
        }
        for phase in CasePhase::ALL.iter().filter(|phase| **phase != CasePhase::Closure) {
            assert!(reached.contains(phase), "{phase:?}");
            assert!(STEPS.iter().any(|step| step.from == *phase), "{phase:?}");
        }
        assert!(STEPS.iter().all(|step| step.to != CasePhase::Closure && step.from != CasePhase::Closure));
    }

    #[test]
    fn a_jump_is_refused_and_so_is_any_step_of_a_case_that_rests() {
        assert!(!phase_blocked_by(CaseStatus::Open, CasePhase::Intake, CasePhase::Linking).is_empty());
        assert!(phase_blocked_by(CaseStatus::Open, CasePhase::Intake, CasePhase::Clearing).is_empty());
        assert!(!phase_blocked_by(CaseStatus::Paused, CasePhase::Intake, CasePhase::Clearing).is_empty());
        assert!(!phase_blocked_by(CaseStatus::Closed, CasePhase::Closure, CasePhase::Intake).is_empty());
    }
}
