//! On what ground data may be passed on.

use chrono::NaiveDate;
use entity::codes::{ConsentScope, DataClass, LegalBasis};

use crate::error::{ErrorCode, UserError};

/// Releases that allow to pass data on to others.
pub const PASSING_ON: [ConsentScope; 2] = [ConsentScope::ShareWithInstitution, ConsentScope::CaseConference];

/// What a rule has to know of a release.
#[derive(Clone, Debug)]
pub struct Release {
    /// First day on which it holds.
    pub valid_from: NaiveDate,
    /// First day on which it no longer holds.
    pub valid_until: Option<NaiveDate>,
    /// The day on which it was revoked.
    pub revoked_on: Option<NaiveDate>,
    /// What it covers.
    pub classes: Vec<DataClass>,
}

/// Whether a release covers these data on a day. On the day of its revocation it no longer does.
#[must_use]
pub fn covers(release: &Release, classes: &[DataClass], day: NaiveDate) -> bool {
    release.valid_from <= day
        && release.valid_until.is_none_or(|until| day < until)
        && release.revoked_on.is_none_or(|revoked| day < revoked)
        && classes.iter().all(|class| release.classes.contains(class))
}

/// What is wrong with a legal basis that is named instead of a release: it is another thing than a consent, and it is
/// documented by a reason.
#[must_use]
pub fn basis_faults(basis: LegalBasis, has_reason: bool) -> Vec<UserError> {
    let mut faults = Vec::new();
    if matches!(basis, LegalBasis::Consent61A | LegalBasis::Special92A) {
        faults.push(UserError::at("legalBasis", ErrorCode::LegalBasisUnsuitable));
    }
    if !has_reason {
        faults.push(UserError::at("options.reason", ErrorCode::ReasonNeeded));
    }
    faults
}

#[cfg(test)]
mod tests {
    use entity::codes::DataClass;
    use proptest::prelude::*;

    use super::{Release, covers};

    proptest! {
        #[test]
        fn a_release_covers_its_own_classes_on_its_own_days_until_it_is_revoked(
            from in 0_u64..20, length in proptest::option::of(1_u64..20), revoked in proptest::option::of(0_u64..40),
            day in 0_u64..40, released in 0_usize..1024, asked in 0_usize..1024,
        ) {
            let date = |days| chrono::NaiveDate::from_ymd_opt(2023, 6, 1).unwrap() + chrono::Days::new(days);
            let classes = |bits: usize| -> Vec<DataClass> {
                DataClass::ALL.iter().enumerate().filter(|(place, _)| bits >> place & 1 == 1).map(|(_, class)| *class).collect()
            };
            let release = Release {
                valid_from: date(from),
                valid_until: length.map(|length| date(from + length)),
                revoked_on: revoked.map(date),
                classes: classes(released),
            };
            let in_time = day >= from && length.is_none_or(|length| day < from + length) && revoked.is_none_or(|revoked| day < revoked);
            prop_assert_eq!(covers(&release, &classes(asked), date(day)), in_time && asked & !released == 0);
        }
    }
}
