//! How a case passes from one case manager to another: the steps as data, and what stands in their way.

use async_graphql::Enum;
use chrono::{Days, NaiveDate};
use entity::codes::{DataClass, LegalBasis, TransferKind, TransferStatus};
use entity::ids::OrganisationId;

use crate::error::{ErrorCode, UserError};

/// Days to answer, unless something else is said.
pub const ANSWER_DAYS: u64 = 14;
/// The most days to answer.
pub const ANSWER_DAYS_MAXIMUM: u64 = 92;
/// The most requests that a person may have open.
pub const REQUESTS_MAXIMUM: usize = 10;

/// A step of a transfer; each belongs to the mutation of the same name, e.g. `transferAccept`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum TransferTransition {
    /// The receiver confirms a task, a deadline or a consent (`transferConfirmItem`).
    ConfirmItem,
    /// The receiver takes the case over (`transferAccept`).
    Accept,
    /// The receiver declines the case, or the lead declines a request (`transferDecline`).
    Decline,
    /// Who offered, assigned or requested takes it back (`transferWithdraw`).
    Withdraw,
}

impl TransferTransition {
    /// All steps.
    pub const ALL: [Self; 4] = [Self::ConfirmItem, Self::Accept, Self::Decline, Self::Withdraw];

    /// Its name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConfirmItem => "CONFIRM_ITEM",
            Self::Accept => "ACCEPT",
            Self::Decline => "DECLINE",
            Self::Withdraw => "WITHDRAW",
        }
    }
}

const OFFERS: &[TransferKind] = &[TransferKind::Assign, TransferKind::HandOver, TransferKind::Transfer];

/// The whole life of a transfer: for which kinds a step exists, from which status it starts, and where it leads to. An offer
/// that nobody answers in time runs out by itself: OFFERED → EXPIRED. A request is accepted by an offer to who asked.
pub const TRANSITIONS: &[(TransferTransition, &[TransferKind], TransferStatus, TransferStatus)] = &[
    (TransferTransition::ConfirmItem, OFFERS, TransferStatus::Offered, TransferStatus::Offered),
    (TransferTransition::Accept, OFFERS, TransferStatus::Offered, TransferStatus::Accepted),
    (TransferTransition::Decline, TransferKind::ALL, TransferStatus::Offered, TransferStatus::Declined),
    (TransferTransition::Withdraw, TransferKind::ALL, TransferStatus::Offered, TransferStatus::Withdrawn),
];

/// Where a transfer stands on a day: an offer whose time is over has run out, whether that was recorded already or not.
#[must_use]
pub fn status_on(status: TransferStatus, answer_by: NaiveDate, today: NaiveDate) -> TransferStatus {
    if status == TransferStatus::Offered && answer_by < today { TransferStatus::Expired } else { status }
}

/// What a rule has to know of a transfer.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// Which of the four things it is.
    pub kind: TransferKind,
    /// What is recorded of it.
    pub status: TransferStatus,
    /// Last day on which it can be answered.
    pub answer_by: NaiveDate,
    /// How many items are still to be confirmed.
    pub unconfirmed: usize,
}

/// What stands in the way of a step; empty if nothing does. The commands and `availableTransitions` ask this same function.
#[must_use]
pub fn blocked_by(transition: TransferTransition, standing: &Standing, today: NaiveDate) -> Vec<UserError> {
    let Some((_, kinds, from, _)) = TRANSITIONS.iter().find(|(name, ..)| *name == transition) else {
        return Vec::new();
    };
    if !kinds.contains(&standing.kind) {
        return vec![UserError::at("", ErrorCode::TransferIsRequest)];
    }
    if standing.status != *from {
        return vec![
            UserError::at("", ErrorCode::TransitionNotAllowed)
                .with("status", standing.status.as_str())
                .with("transition", transition.as_str()),
        ];
    }
    if status_on(standing.status, standing.answer_by, today) == TransferStatus::Expired {
        return vec![UserError::at("", ErrorCode::TransferOverdue).with("answerBy", standing.answer_by)];
    }
    if transition == TransferTransition::Accept && standing.unconfirmed > 0 {
        return vec![UserError::at("", ErrorCode::TransferItemsUnconfirmed).with("count", standing.unconfirmed)];
    }
    Vec::new()
}

/// What it is when a lead offers a case: handing over stays with the employer, a transfer does not.
#[must_use]
pub fn kind_of_offer(from: OrganisationId, to: OrganisationId) -> TransferKind {
    if from == to { TransferKind::HandOver } else { TransferKind::Transfer }
}

/// The last day to answer: the one that was asked for, if it is neither past nor too far away.
///
/// # Errors
/// `DATE_OUT_OF_RANGE` at `answerBy`.
pub fn answer_by(asked: Option<NaiveDate>, today: NaiveDate) -> Result<NaiveDate, UserError> {
    let in_days = |days| today.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX);
    let (day, latest) = (asked.unwrap_or_else(|| in_days(ANSWER_DAYS)), in_days(ANSWER_DAYS_MAXIMUM));
    if (today..=latest).contains(&day) {
        Ok(day)
    } else {
        let error = UserError::at("answerBy", ErrorCode::DateOutOfRange);
        Err(error.with("earliest", today).with("latest", latest))
    }
}

/// Whether a client's agreement lets a lead hand a case over: within one employer nothing else asks the client, so the day of it
/// or a legal basis has to be named; to another employer a release in favour of the receiver says as much.
///
/// # Errors
/// `CLIENT_AGREEMENT_NEEDED` or `DATE_OUT_OF_RANGE`, both at `clientAgreedOn`.
pub fn agreement(
    kind: TransferKind,
    agreed_on: Option<NaiveDate>,
    basis: Option<LegalBasis>,
    (opened_on, today): (NaiveDate, NaiveDate),
) -> Result<(), UserError> {
    const PATH: &str = "clientAgreedOn";
    match agreed_on {
        Some(day) if (opened_on..=today).contains(&day) => Ok(()),
        Some(_) => {
            let error = UserError::at(PATH, ErrorCode::DateOutOfRange);
            Err(error.with("earliest", opened_on).with("latest", today))
        }
        None if kind == TransferKind::HandOver && basis.is_none() => {
            Err(UserError::at(PATH, ErrorCode::ClientAgreementNeeded))
        }
        None => Ok(()),
    }
}

/// Which of the needed classes of data are not among the released ones.
#[must_use]
pub fn lacking(needed: &[DataClass], released: &[DataClass]) -> Vec<DataClass> {
    needed.iter().copied().filter(|class| !released.contains(class)).collect()
}

/// Reads the reference of a case, `2023-0042`: its year and its number.
#[must_use]
pub fn read_reference(text: &str) -> Option<(i32, i32)> {
    let (year, number) = text.trim().split_once('-')?;
    let digits = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
        (lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse::<i32>().ok())
            .flatten()
    };
    let (year, number) = (digits(year, 4..=4)?, digits(number, 4..=9)?);
    (number > 0).then_some((year, number))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use entity::codes::{LegalBasis, TransferKind, TransferStatus};

    use super::{Standing, TransferTransition, agreement, answer_by, blocked_by, read_reference};
    use crate::error::ErrorCode;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn nothing_follows_an_answer_and_nothing_but_silence_follows_the_last_day() {
        for transition in TransferTransition::ALL {
            for kind in TransferKind::ALL {
                for status in TransferStatus::ALL {
                    for today in ["2023-06-15", "2023-06-16"] {
                        let standing =
                            Standing { kind: *kind, status: *status, answer_by: day("2023-06-15"), unconfirmed: 0 };
                        let free = blocked_by(transition, &standing, day(today)).is_empty();
                        let answers_request = *kind == TransferKind::Request
                            && matches!(transition, TransferTransition::Accept | TransferTransition::ConfirmItem);
                        let expected = *status == TransferStatus::Offered && today == "2023-06-15" && !answers_request;
                        assert_eq!(free, expected, "{transition:?} {kind:?} {status:?} {today}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_case_is_accepted_only_when_every_item_is_confirmed() {
        let standing = Standing {
            kind: TransferKind::HandOver,
            status: TransferStatus::Offered,
            answer_by: day("2023-06-15"),
            unconfirmed: 1,
        };
        let today = day("2023-06-01");
        let blocks = blocked_by(TransferTransition::Accept, &standing, today);
        assert_eq!(blocks.first().map(|block| block.code), Some(ErrorCode::TransferItemsUnconfirmed));
        assert!(blocked_by(TransferTransition::Decline, &standing, today).is_empty());
    }

    #[test]
    fn a_lead_hands_over_only_what_the_client_agreed_to_since_the_case_was_opened() {
        let days = (day("2023-03-01"), day("2023-06-01"));
        let basis = Some(LegalBasis::PublicTask61E);
        let code =
            |kind, agreed: Option<&str>, basis| agreement(kind, agreed.map(day), basis, days).err().map(|e| e.code);
        let handed = TransferKind::HandOver;
        assert_eq!(code(handed, None, None), Some(ErrorCode::ClientAgreementNeeded));
        assert_eq!(code(handed, None, basis), None);
        assert_eq!(code(TransferKind::Transfer, None, None), None, "the release is asked for elsewhere");
        assert_eq!(code(TransferKind::Assign, None, None), None, "the centre says why instead");
        for agreed in ["2023-03-01", "2023-06-01"] {
            assert_eq!(code(handed, Some(agreed), None), None, "{agreed}");
        }
        for agreed in ["2023-02-28", "2023-06-02"] {
            assert_eq!(code(handed, Some(agreed), basis), Some(ErrorCode::DateOutOfRange), "{agreed}");
        }
    }

    #[test]
    fn a_reference_is_a_year_and_a_number() {
        assert_eq!(read_reference("2023-0042"), Some((2023, 42)));
        assert_eq!(read_reference(" 2023-12345 "), Some((2023, 12_345)));
        for bad in ["2023-42", "23-0042", "2023-0000", "2023", "cas_1", "2023-00a2", "+023-0042", "2023-9999999999"] {
            assert_eq!(read_reference(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_answer_has_a_fortnight_unless_said_otherwise_and_three_months_at_most() {
        let today = day("2023-06-01");
        assert_eq!(answer_by(None, today), Ok(day("2023-06-15")));
        assert_eq!(answer_by(Some(today), today), Ok(today));
        assert!(answer_by(Some(day("2023-05-31")), today).is_err());
        assert!(answer_by(Some(day("2023-09-02")), today).is_err());
    }
}
