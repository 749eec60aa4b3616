//! Hints about the quality of case work: what has waited for longer than it should. They ask for a look and judge nobody.
//!
//! A hint is a kind ([`QualityHintKind`]), a day since when something waits, and a limit in days from the settings. A new
//! hint needs a limit here and a function in `store/reporting/hint.rs` that says which cases wait and since when.

use chrono::{Days, NaiveDate};
use entity::codes::{CasePhase, QualityHintKind};

/// After how many days something is hinted at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// In the phase INTAKE.
    pub intake: i32,
    /// In the phase CLEARING.
    pub clearing: i32,
    /// In the phase ASSESSMENT.
    pub assessment: i32,
    /// In the phase PLANNING.
    pub planning: i32,
    /// In the phase LINKING.
    pub linking: i32,
    /// In the phase MONITORING.
    pub monitoring: i32,
    /// In the phase EVALUATION.
    pub evaluation: i32,
    /// Without an agreed plan.
    pub no_plan: i32,
    /// Without a contact.
    pub no_contact: i32,
}

impl Limits {
    /// What a district starts with: a proposal, from no source.
    pub const PRESET: Self = Self {
        intake: 14,
        clearing: 28,
        assessment: 42,
        planning: 42,
        linking: 90,
        monitoring: 180,
        evaluation: 42,
        no_plan: 90,
        no_contact: 60,
    };

    /// How many days a case may be in a phase; none for CLOSURE.
    #[must_use]
    pub const fn of_phase(&self, phase: CasePhase) -> Option<i32> {
        Some(match phase {
            CasePhase::Intake => self.intake,
            CasePhase::Clearing => self.clearing,
            CasePhase::Assessment => self.assessment,
            CasePhase::Planning => self.planning,
            CasePhase::Linking => self.linking,
            CasePhase::Monitoring => self.monitoring,
            CasePhase::Evaluation => self.evaluation,
            CasePhase::Closure => return None,
        })
    }

    /// How many days may pass before a case in `phase` is hinted at; none if it never is.
    #[must_use]
    pub const fn of(&self, kind: QualityHintKind, phase: CasePhase) -> Option<i32> {
        match kind {
            QualityHintKind::PhaseOverdue => self.of_phase(phase),
            QualityHintKind::NoPlan => Some(self.no_plan),
            QualityHintKind::NoContact => Some(self.no_contact),
        }
    }
}

/// What has waited since `since` is hinted at if that is this day or an earlier one.
#[must_use]
pub fn waits_since_at_latest(today: NaiveDate, limit_days: i32) -> NaiveDate {
    // On the day after the limit: a limit of 14 days leaves the whole fourteenth day.
    let days = u64::try_from(limit_days.saturating_add(1)).unwrap_or(0);
    today.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use entity::codes::{CasePhase, QualityHintKind};

    use super::{Limits, waits_since_at_latest};

    #[test]
    fn a_phase_is_overdue_when_its_limit_has_passed_and_not_before() {
        let day = |day| NaiveDate::from_ymd_opt(2023, 6, day).unwrap();
        let limit = Limits::PRESET.of(QualityHintKind::PhaseOverdue, CasePhase::Intake).unwrap();
        assert!(day(1) > waits_since_at_latest(day(15), limit), "the fourteenth day after the first");
        assert!(day(1) <= waits_since_at_latest(day(16), limit));
        assert_eq!(Limits::PRESET.of(QualityHintKind::PhaseOverdue, CasePhase::Closure), None);
    }
}
