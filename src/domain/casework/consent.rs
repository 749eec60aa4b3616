//! What a consent has to say, by what it is for; whether it holds; and what ends with it.

use chrono::NaiveDate;
use entity::codes::{ConsentScope, ConsentStatus};

use crate::error::{ErrorCode, UserError};

/// Whether a consent of this scope is given in favour of somebody.
#[must_use]
pub const fn has_recipient(scope: ConsentScope) -> bool {
    matches!(
        scope,
        ConsentScope::ShareWithInstitution | ConsentScope::CaseConference | ConsentScope::SupervisionIdentified
    )
}

/// The scopes of the consents that end when one of the scope `revoked` is revoked.
///
/// Who takes back the consent to the record does not want it shared: everything ends by which data of it go to somebody else,
/// whatever the record rests on, and nothing comes back to life when the record is consented to anew. The rest stands for
/// itself and is revoked by itself: INTERPRETER and PHOTO_DOCUMENT say how the work is done and kept, and STATISTICS_ONLY
/// opens nothing to anybody – being counted without a name is another thing than being shared.
#[must_use]
pub fn ended_with(revoked: ConsentScope) -> Vec<ConsentScope> {
    if revoked != ConsentScope::CaseRecord {
        return Vec::new();
    }
    let shares = |scope: &ConsentScope| has_recipient(*scope) || *scope == ConsentScope::StateDatabase;
    ConsentScope::ALL.iter().copied().filter(shares).collect()
}

/// What is wrong with the recipients and the classes of data of a consent.
#[must_use]
pub fn faults(scope: ConsentScope, recipients: usize, data_classes: usize) -> Vec<UserError> {
    let mut faults = Vec::new();
    if has_recipient(scope) {
        if recipients != 1 {
            faults.push(
                UserError::at("recipientOrganisationId", ErrorCode::RecipientNeeded).with("scope", scope.as_str()),
            );
        }
        if data_classes == 0 {
            faults.push(UserError::at("dataClasses", ErrorCode::DataClassesNeeded).with("scope", scope.as_str()));
        }
    } else if recipients != 0 {
        faults.push(
            UserError::at("recipientOrganisationId", ErrorCode::RecipientNotAllowed).with("scope", scope.as_str()),
        );
    }
    faults
}

/// Whether a consent holds on a day: revoked before expired.
#[must_use]
pub fn status(is_revoked: bool, valid_until: Option<NaiveDate>, today: NaiveDate) -> ConsentStatus {
    if is_revoked {
        ConsentStatus::Revoked
    } else if valid_until.is_some_and(|until| until <= today) {
        ConsentStatus::Expired
    } else {
        ConsentStatus::Given
    }
}

/// Whether a text looks like a language tag of BCP 47: subtags of letters and digits, the first one of two or three
/// letters.
#[must_use]
pub fn is_language_tag(text: &str) -> bool {
    let mut subtags = text.split('-');
    let first = subtags.next().unwrap_or_default();
    text.len() <= 35
        && (2..=3).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        && subtags.all(|subtag| (1..=8).contains(&subtag.len()) && subtag.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use entity::codes::{ConsentScope, ConsentStatus};

    use super::{ended_with, faults, has_recipient, is_language_tag, status};

    #[test]
    fn with_the_consent_to_the_record_ends_all_that_shares_it_and_with_no_other_consent_anything() {
        use ConsentScope as S;
        let shared = [S::ShareWithInstitution, S::CaseConference, S::SupervisionIdentified, S::StateDatabase];
        assert_eq!(ended_with(S::CaseRecord), shared);
        for scope in ConsentScope::ALL {
            assert!(*scope == S::CaseRecord || ended_with(*scope).is_empty(), "{scope:?}");
            // A release that is added later has to end as well.
            assert!(!has_recipient(*scope) || shared.contains(scope), "{scope:?}");
        }
        for kept in [S::Interpreter, S::PhotoDocument, S::StatisticsOnly] {
            assert!(!ended_with(S::CaseRecord).contains(&kept), "{kept:?} is revoked by itself");
        }
    }

    #[test]
    fn a_release_names_exactly_one_recipient_and_what_it_releases() {
        for scope in ConsentScope::ALL {
            let is_release = has_recipient(*scope);
            assert_eq!(faults(*scope, 1, 1).is_empty(), is_release, "{scope:?}");
            assert_eq!(faults(*scope, 0, 0).is_empty(), !is_release, "{scope:?}");
            assert!(!faults(*scope, 2, 1).is_empty(), "{scope:?}");
        }
    }

    #[test]
    fn a_consent_ends_with_its_last_day_or_with_its_revocation() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(status(false, Some(day("2023-06-02")), day("2023-06-01")), ConsentStatus::Given);
        assert_eq!(status(false, Some(day("2023-06-01")), day("2023-06-01")), ConsentStatus::Expired);
        assert_eq!(status(false, None, day("2099-01-01")), ConsentStatus::Given);
        assert_eq!(status(true, None, day("2023-06-01")), ConsentStatus::Revoked);
    }

    #[test]
    fn language_tags_are_told_from_names_of_languages() {
        for good in ["de", "uk", "ar", "zh-Hant", "de-DE", "kmr"] {
            assert!(is_language_tag(good), "{good}");
        }
        for bad in ["", "d", "Deutsch", "de_DE", "de-", "1a", "ukrainisch"] {
            assert!(!is_language_tag(bad), "{bad}");
        }
    }
}
