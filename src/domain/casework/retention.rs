//! How long records are kept, and how an erasure goes on. Pure.

use chrono::{Datelike, Months, NaiveDate};
use entity::codes::{ErasureGround, ErasureStatus, RetentionClass};
use entity::ids::AccountId;

use crate::error::{ErrorCode, UserError};

/// A rule as a district starts with it. The controller may change it; the data protection officer decides.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Which records.
    pub class: RetentionClass,
    /// How many months they are kept.
    pub months: i32,
    /// Whether the months count from the end of the year.
    pub after_year_end: bool,
    /// Where the rule comes from.
    pub source: &'static str,
}

/// What a new district starts with: proposals that no law fixes.
pub const PRESETS: [Preset; 4] = [
    Preset {
        class: RetentionClass::Enquiry,
        months: 6,
        after_year_end: false,
        source: "Vorschlag: Anfragen ohne Fallarbeit, Art. 5 Abs. 1 Buchst. e DSGVO; zu prüfen",
    },
    Preset {
        class: RetentionClass::ClosedCase,
        months: 36,
        after_year_end: true,
        source: "Vorschlag: drei Jahre nach Ende des Abschlussjahres, Art. 5 Abs. 1 Buchst. e DSGVO; zu prüfen",
    },
    Preset {
        class: RetentionClass::ConsentProof,
        months: 36,
        after_year_end: false,
        source: "Vorschlag: drei Jahre über die Daten hinaus, Art. 7 Abs. 1 DSGVO; zu prüfen",
    },
    Preset {
        class: RetentionClass::AccessLog,
        months: 24,
        after_year_end: false,
        source: "Vorschlag: ein bis drei Jahre, Art. 5 Abs. 2 DSGVO; zu prüfen",
    },
];

/// The first day on which records may go that were finished on `finished_on`.
#[must_use]
pub fn due_on(finished_on: NaiveDate, months: i32, after_year_end: bool) -> NaiveDate {
    let start = if after_year_end {
        NaiveDate::from_ymd_opt(finished_on.year().saturating_add(1), 1, 1).unwrap_or(finished_on)
    } else {
        finished_on
    };
    start.checked_add_months(Months::new(u32::try_from(months).unwrap_or(0))).unwrap_or(NaiveDate::MAX)
}

/// When the work with somebody in a case was over: when it was closed, or before that when the person left it. Absent while
/// it goes on.
#[must_use]
pub fn over_on(closed_on: Option<NaiveDate>, left_on: Option<NaiveDate>, today: NaiveDate) -> Option<NaiveDate> {
    let left_on = left_on.filter(|day| *day <= today);
    match (closed_on, left_on) {
        (Some(closed_on), Some(left_on)) => Some(closed_on.min(left_on)),
        (one, other) => one.or(other),
    }
}

/// A step of an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The name of the step.
    pub name: &'static str,
    /// Before.
    pub from: ErasureStatus,
    /// After.
    pub to: ErasureStatus,
}

const fn step(name: &'static str, from: ErasureStatus, to: ErasureStatus) -> Step {
    Step { name, from, to }
}

/// All steps. Approving carries the erasure out at once.
pub const STEPS: [Step; 4] = [
    step("OFFER_TO_ARCHIVE", ErasureStatus::Proposed, ErasureStatus::ArchiveOffered),
    step("APPROVE", ErasureStatus::ArchiveOffered, ErasureStatus::CarriedOut),
    step("REJECT", ErasureStatus::Proposed, ErasureStatus::Rejected),
    step("REJECT", ErasureStatus::ArchiveOffered, ErasureStatus::Rejected),
];

/// What stands in the way of a step.
#[must_use]
pub fn blocked_by(
    name: &str,
    status: ErasureStatus,
    proposed_by: Option<AccountId>,
    actor: Option<AccountId>,
) -> Vec<UserError> {
    if !STEPS.iter().any(|step| step.name == name && step.from == status) {
        let blocked = UserError::at("", ErrorCode::TransitionNotAllowed);
        return vec![blocked.with("status", status.as_str()).with("transition", name)];
    }
    if name == "APPROVE" && (proposed_by.is_none() || actor.is_none() || proposed_by == actor) {
        return vec![UserError::at("", ErrorCode::FourEyes)];
    }
    Vec::new()
}

/// Whether the ground allows an erasure before the time of keeping is over.
#[must_use]
pub const fn may_be_early(ground: ErasureGround) -> bool {
    matches!(ground, ErasureGround::Request | ErasureGround::ConsentRevoked)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use entity::codes::ErasureStatus;
    use entity::ids::{AccountId, Identifier};
    use proptest::prelude::*;

    use super::{STEPS, blocked_by, due_on, over_on};
    use crate::error::ErrorCode;

    #[test]
    fn three_years_count_from_the_end_of_the_closing_year() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(due_on(day("2023-06-01"), 36, true), day("2027-01-01"));
        assert_eq!(due_on(day("2023-12-31"), 36, true), day("2027-01-01"));
        assert_eq!(due_on(day("2023-08-31"), 6, false), day("2024-02-29"));
    }

    #[test]
    fn the_work_with_somebody_is_over_when_the_case_is_closed_or_the_person_left_it() {
        let day = |text: &str| Some(text.parse::<NaiveDate>().unwrap());
        let today = day("2023-06-01").unwrap();
        assert_eq!(over_on(None, None, today), None);
        assert_eq!(over_on(None, day("2023-06-02"), today), None, "not yet");
        assert_eq!(over_on(None, day("2023-06-01"), today), day("2023-06-01"));
        assert_eq!(over_on(day("2023-05-01"), None, today), day("2023-05-01"));
        assert_eq!(over_on(day("2023-05-01"), day("2023-03-01"), today), day("2023-03-01"));
        assert_eq!(over_on(day("2023-05-01"), day("2023-06-01"), today), day("2023-05-01"));
    }

    #[test]
    fn nobody_approves_an_own_proposal_nor_one_that_nobody_took_up() {
        let (one, two) = (AccountId::new(), AccountId::new());
        let blocked = |by, actor| {
            let reasons = blocked_by("APPROVE", ErasureStatus::ArchiveOffered, by, actor);
            reasons.into_iter().map(|error| error.code).collect::<Vec<_>>()
        };
        assert_eq!(blocked(Some(one), Some(two)), []);
        assert_eq!(blocked(Some(one), Some(one)), [ErrorCode::FourEyes]);
        assert_eq!(blocked(None, Some(two)), [ErrorCode::FourEyes]);
        assert_eq!(blocked(Some(one), None), [ErrorCode::FourEyes]);
    }

    proptest! {
        #[test]
        fn nothing_is_carried_out_without_the_offer_to_the_archive(names in proptest::collection::vec(0_usize..4, 0..12)) {
            let (one, two) = (AccountId::new(), AccountId::new());
            let (mut status, mut offered) = (ErasureStatus::Proposed, false);
            for at in names {
                let step = STEPS[at];
                if blocked_by(step.name, status, Some(one), Some(two)).is_empty() {
                    let taken = STEPS.iter().find(|known| known.name == step.name && known.from == status).unwrap();
                    status = taken.to;
                    offered |= status == ErasureStatus::ArchiveOffered;
                }
                prop_assert!(status != ErasureStatus::CarriedOut || offered);
            }
        }
    }
}
