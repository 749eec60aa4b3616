//! For how long, and on what basis, a case may be unmasked (domain rule 2).

use chrono::{Days, NaiveDate};
use entity::codes::LegalBasis;

use crate::error::{ErrorCode, UserError};

/// For so many days a case is unmasked at most. Whoever needs it longer gives a reason anew, and the lead is told anew.
pub const UNMASKING_MAXIMUM_DAYS: u64 = 14;

/// Checks the basis and the end of an unmasking that begins today.
///
/// # Errors
/// Names the fields `legalBasis` and `validUntil`.
pub fn unmaskable(basis: LegalBasis, until: NaiveDate, today: NaiveDate) -> Result<(), Vec<UserError>> {
    let mut errors = Vec::new();
    if matches!(basis, LegalBasis::Consent61A | LegalBasis::Special92A) {
        errors.push(UserError::at("legalBasis", ErrorCode::UnmaskingByConsent));
    }
    let latest = today.checked_add_days(Days::new(UNMASKING_MAXIMUM_DAYS)).unwrap_or(today);
    if until <= today || until > latest {
        let too_long = UserError::at("validUntil", ErrorCode::UnmaskingTooLong);
        errors.push(too_long.with("maximum", UNMASKING_MAXIMUM_DAYS).with("latest", latest));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Whether an unmasking holds on a day.
#[must_use]
pub fn holds(from: NaiveDate, until: NaiveDate, is_ended: bool, day: NaiveDate) -> bool {
    from <= day && day < until && !is_ended
}

#[cfg(test)]
mod tests {
    use chrono::{Duration, NaiveDate};
    use entity::codes::LegalBasis;
    use proptest::prelude::*;

    use super::{UNMASKING_MAXIMUM_DAYS, holds, unmaskable};

    proptest! {
        #[test]
        fn an_unmasking_is_never_by_consent_and_holds_for_at_least_one_day_and_at_most_the_maximum(
            basis in 0..LegalBasis::ALL.len(), days in -20..40_i64,
        ) {
            let today = NaiveDate::from_ymd_opt(2023, 6, 1).unwrap();
            let (basis, until) = (LegalBasis::ALL[basis], today + Duration::days(days));
            let is_consent = matches!(basis, LegalBasis::Consent61A | LegalBasis::Special92A);
            let is_in_time = (1..=i64::try_from(UNMASKING_MAXIMUM_DAYS).unwrap()).contains(&days);
            prop_assert_eq!(unmaskable(basis, until, today).is_ok(), !is_consent && is_in_time);
        }

        #[test]
        fn an_unmasking_holds_from_its_first_day_until_its_last_and_never_once_it_is_ended(
            length in 1..14_i64, later in -5..30_i64, is_ended: bool,
        ) {
            let from = NaiveDate::from_ymd_opt(2023, 6, 1).unwrap();
            let holds = holds(from, from + Duration::days(length), is_ended, from + Duration::days(later));
            prop_assert_eq!(holds, !is_ended && (0..length).contains(&later));
        }
    }
}
