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
    /// What has to be there first.
    pub needs: &'static [Need],
}

/// What a step can need of the work that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// At least one assessment.
    Assessment,
    /// A support plan that was agreed with the client.
    AgreedPlan,
    /// At least one measure that is beyond being planned, whatever became of it.
    MeasureBegun,
    /// No measure that is still open.
    MeasuresSettled,
}

/// The work that was done in a case, as far as a step can depend on it. Drafts of plans do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Assessments.
    pub assessments: i64,
    /// Support plans that are agreed: one at most.
    pub agreed_plans: i64,
    /// Measures beyond being planned.
    pub begun_measures: i64,
    /// Measures that are not settled.
    pub open_measures: i64,
    /// Tasks that are not settled. They stand in nobody's way.
    pub open_tasks: i64,
}

impl Need {
    /// What is missing, for a step to `to`; `None` if it is there.
    fn missing(self, facts: &Facts, to: CasePhase) -> Option<UserError> {
        let (holds, code) = match self {
            Self::Assessment => (facts.assessments > 0, ErrorCode::AssessmentNeeded),
            Self::AgreedPlan => (facts.agreed_plans > 0, ErrorCode::PlanNeeded),
            Self::MeasureBegun => (facts.begun_measures > 0, ErrorCode::MeasureNeeded),
            Self::MeasuresSettled => (facts.open_measures == 0, ErrorCode::MeasuresOpen),
        };
        let missing = || UserError::at("to", code).with("to", to.as_str());
        (!holds).then(|| {
            if self == Self::MeasuresSettled { missing().with("open", facts.open_measures) } else { missing() }
        })
    }
}

const fn on(from: CasePhase, to: CasePhase, needs: &'static [Need]) -> Step {
    Step { from, to, back: false, needs }
}

const fn back(from: CasePhase, to: CasePhase) -> Step {
    Step { from, to, back: true, needs: &[] }
}

/// All steps. Closing a case is a command of its own and leads from any phase to CLOSURE; reopening leads back from there
/// to ASSESSMENT. Each step on needs what the phase before it is for.
pub const STEPS: &[Step] = &[
    on(CasePhase::Intake, CasePhase::Clearing, &[]),
    on(CasePhase::Clearing, CasePhase::Assessment, &[]),
    on(CasePhase::Assessment, CasePhase::Planning, &[Need::Assessment]),
    on(CasePhase::Planning, CasePhase::Linking, &[Need::AgreedPlan]),
    on(CasePhase::Linking, CasePhase::Monitoring, &[Need::MeasureBegun]),
    on(CasePhase::Monitoring, CasePhase::Evaluation, &[Need::MeasuresSettled]),
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
pub fn phase_blocked_by(status: CaseStatus, from: CasePhase, to: CasePhase, facts: &Facts) -> Vec<UserError> {
    if status != CaseStatus::Open {
        return vec![UserError::at("", ErrorCode::CaseNotOpen).with("status", status.as_str())];
    }
    if let Some(step) = STEPS.iter().find(|step| step.from == from && step.to == to) {
        return step.needs.iter().filter_map(|need| need.missing(facts, to)).collect();
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

    use super::{Facts, STEPS, phase_blocked_by};
    use crate::error::ErrorCode;

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
        assert!(
            !phase_blocked_by(CaseStatus::Open, CasePhase::Intake, CasePhase::Linking, &Facts::default()).is_empty()
        );
        assert!(
            phase_blocked_by(CaseStatus::Open, CasePhase::Intake, CasePhase::Clearing, &Facts::default()).is_empty()
        );
        assert!(
            !phase_blocked_by(CaseStatus::Paused, CasePhase::Intake, CasePhase::Clearing, &Facts::default()).is_empty()
        );
        assert!(
            !phase_blocked_by(CaseStatus::Closed, CasePhase::Closure, CasePhase::Intake, &Facts::default()).is_empty()
        );
    }

    #[test]
    fn a_step_on_names_the_work_that_is_missing_and_a_step_back_needs_none() {
        let all = Facts { assessments: 1, agreed_plans: 1, begun_measures: 1, ..Facts::default() };
        let codes = |from, to, facts: &Facts| -> Vec<ErrorCode> {
            phase_blocked_by(CaseStatus::Open, from, to, facts).into_iter().map(|error| error.code).collect()
        };
        let table = [
            (CasePhase::Assessment, CasePhase::Planning, Facts { assessments: 0, ..all }, ErrorCode::AssessmentNeeded),
            (CasePhase::Planning, CasePhase::Linking, Facts { agreed_plans: 0, ..all }, ErrorCode::PlanNeeded),
            (CasePhase::Linking, CasePhase::Monitoring, Facts { begun_measures: 0, ..all }, ErrorCode::MeasureNeeded),
            (CasePhase::Monitoring, CasePhase::Evaluation, Facts { open_measures: 2, ..all }, ErrorCode::MeasuresOpen),
        ];
        for (from, to, facts, code) in table {
            assert_eq!(codes(from, to, &facts), [code]);
            assert_eq!(codes(from, to, &all), []);
        }
        for step in STEPS.iter().filter(|step| step.back) {
            assert_eq!(codes(step.from, step.to, &Facts::default()), []);
        }
    }
}
