//! The life of a position: its transitions as data, and the arithmetic of its occupancy and service areas.

use async_graphql::Enum;
use entity::codes::PositionStatus;

use crate::domain::period::Period;
use crate::error::{ErrorCode, UserError};

/// The most full-time equivalents that one position can have, in hundredths.
pub const FTE_MAXIMUM_HUNDREDTHS: i32 = 1000;
/// Below this the state does not fund a position, in hundredths (funding guideline, domain rule 12).
pub const FTE_ELIGIBLE_HUNDREDTHS: i32 = 50;

/// A step in the life of a position; each belongs to the mutation of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum PositionTransition {
    /// The money is granted (`positionApprove`).
    Approve,
    /// Candidates are sought (`positionAdvertise`).
    Advertise,
    /// A holder is recorded (`positionFill`).
    Fill,
    /// A holder leaves (`positionVacate`).
    Vacate,
    /// The position ceases to exist (`positionEnd`).
    End,
}

impl PositionTransition {
    /// All transitions, in the order of a position's life.
    pub const ALL: [Self; 5] = [Self::Approve, Self::Advertise, Self::Fill, Self::Vacate, Self::End];

    /// Its name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "APPROVE",
            Self::Advertise => "ADVERTISE",
            Self::Fill => "FILL",
            Self::Vacate => "VACATE",
            Self::End => "END",
        }
    }
}

/// The whole life of a position: from which status which transition may start.
///
/// `positionFill` and `positionVacate` start from FILLED as well, because several people can share a position.
pub const TRANSITIONS: &[(PositionTransition, &[PositionStatus])] = &[
    (PositionTransition::Approve, &[PositionStatus::Planned]),
    (PositionTransition::Advertise, &[PositionStatus::Approved, PositionStatus::Vacant]),
    (
        PositionTransition::Fill,
        &[PositionStatus::Approved, PositionStatus::Advertised, PositionStatus::Filled, PositionStatus::Vacant],
    ),
    (PositionTransition::Vacate, &[PositionStatus::Filled]),
    (
        PositionTransition::End,
        &[
            PositionStatus::Planned,
            PositionStatus::Approved,
            PositionStatus::Advertised,
            PositionStatus::Filled,
            PositionStatus::Vacant,
        ],
    ),
];

/// A holder's share of a position for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Full-time equivalents in hundredths.
    pub fte_hundredths: i32,
    /// For how long.
    pub period: Period,
}

/// What stands in the way of `transition`, given the status and the occupancies of the position; empty if nothing does.
///
/// The commands and `availableTransitions` ask this same function.
#[must_use]
pub fn blocked_by(
    transition: PositionTransition,
    status: PositionStatus,
    fte_hundredths: i32,
    occupancies: &[Share],
) -> Vec<UserError> {
    let from = TRANSITIONS.iter().filter(|(name, _)| *name == transition).flat_map(|(_, from)| from.iter());
    if !from.into_iter().any(|allowed| *allowed == status) {
        return vec![
            UserError::at("", ErrorCode::TransitionNotAllowed)
                .with("status", status.as_str())
                .with("transition", transition.as_str()),
        ];
    }
    let open = || occupancies.iter().filter(|share| share.period.until.is_none());
    match transition {
        PositionTransition::Fill => {
            let occupied: i32 = open().map(|share| share.fte_hundredths).sum();
            if occupied >= fte_hundredths {
                return vec![
                    UserError::at("", ErrorCode::PositionFullyOccupied)
                        .with("occupied", occupied)
                        .with("available", fte_hundredths),
                ];
            }
        }
        PositionTransition::End if open().next().is_some() => {
            return vec![UserError::at("", ErrorCode::PositionOccupied)];
        }
        _ => {}
    }
    Vec::new()
}

/// The status that follows from the occupancies after somebody came or left.
#[must_use]
pub fn status_by_occupancy(occupancies: &[Share]) -> PositionStatus {
    if occupancies.iter().any(|share| share.period.until.is_none()) {
        PositionStatus::Filled
    } else {
        PositionStatus::Vacant
    }
}

/// The most full-time equivalents (in hundredths) that are occupied on any one day of `period`.
#[must_use]
pub fn peak_hundredths(occupancies: &[Share], period: &Period) -> i32 {
    // The load rises only where a period begins, so the peak lies on one of these days.
    let beginnings = occupancies.iter().map(|share| share.period.from.max(period.from));
    std::iter::once(period.from)
        .chain(beginnings)
        .filter(|day| period.contains(*day))
        .map(|day| {
            occupancies.iter().filter(|share| share.period.contains(day)).map(|share| share.fte_hundredths).sum()
        })
        .max()
        .unwrap_or(0)
}

/// Checks a new holder's share against the position, its approval and the other holders.
///
/// # Errors
/// Names the fields `fteHundredths` or `from`.
pub fn admit(
    share: Share,
    fte_hundredths: i32,
    approval: Option<Period>,
    others: &[Share],
) -> Result<(), Vec<UserError>> {
    let mut errors = Vec::new();
    let occupied = peak_hundredths(others, &share.period);
    if occupied.saturating_add(share.fte_hundredths) > fte_hundredths {
        errors.push(
            UserError::at("fteHundredths", ErrorCode::PositionFullyOccupied)
                .with("occupied", occupied)
                .with("available", fte_hundredths),
        );
    }
    // Who is employed without end is so beyond the approval as well; what counts is that it begins within.
    let beginning = Period::new(share.period.from, share.period.from.succ_opt());
    if approval.is_none_or(|approval| !approval.covers(&beginning)) {
        errors.push(UserError::at("from", ErrorCode::OutsideApproval));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Checks that the shares of the service areas sum to the position's full-time equivalents (domain rule 11).
/// No service area at all is allowed: the position serves the whole district.
///
/// # Errors
/// `SERVICE_SHARE_MISMATCH` at `serviceAreas`.
pub fn service_shares(fte_hundredths: i32, shares_hundredths: &[i32]) -> Result<(), Vec<UserError>> {
    let sum: i64 = shares_hundredths.iter().map(|share| i64::from(*share)).sum();
    if shares_hundredths.is_empty() || sum == i64::from(fte_hundredths) {
        Ok(())
    } else {
        Err(vec![
            UserError::at("serviceAreas", ErrorCode::ServiceShareMismatch)
                .with("sum", sum)
                .with("expected", fte_hundredths),
        ])
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Days, NaiveDate};
    use entity::codes::PositionStatus;
    use proptest::prelude::*;

    use super::{PositionTransition, Share, TRANSITIONS, admit, blocked_by, peak_hundredths, status_by_occupancy};
    use crate::domain::period::Period;

    fn day(offset: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2023, 1, 1).unwrap() + Days::new(offset)
    }

    fn shares() -> impl Strategy<Value = Vec<Share>> {
        proptest::collection::vec((1_i32..60, 0_u64..20, proptest::option::of(1_u64..20)), 0..6).prop_map(|all| {
            all.into_iter()
                .map(|(fte_hundredths, from, length)| Share {
                    fte_hundredths,
                    period: Period::new(day(from), length.map(|length| day(from + length))),
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn the_peak_is_the_largest_sum_of_any_day(shares in shares(), from in 0_u64..20, length in proptest::option::of(1_u64..20)) {
            let period = Period::new(day(from), length.map(|length| day(from + length)));
            let by_days = (0..60).map(day).filter(|day| period.contains(*day))
                .map(|day| shares.iter().filter(|share| share.period.contains(day)).map(|share| share.fte_hundredths).sum::<i32>())
                .max().unwrap_or(0);
            prop_assert_eq!(peak_hundredths(&shares, &period), by_days);
        }

        #[test]
        fn no_sequence_of_admitted_holders_exceeds_the_position(candidates in shares()) {
            let mut admitted: Vec<Share> = Vec::new();
            for candidate in candidates {
                if admit(candidate, 100, Some(Period::new(day(0), None)), &admitted).is_ok() {
                    admitted.push(candidate);
                }
            }
            for day in (0..60).map(day) {
                let sum: i32 = admitted.iter().filter(|share| share.period.contains(day)).map(|share| share.fte_hundredths).sum();
                prop_assert!(sum <= 100);
            }
        }
    }

    #[test]
    fn nothing_leads_out_of_ended_and_everything_else_can_end() {
        for (transition, from) in TRANSITIONS {
            assert!(!from.contains(&PositionStatus::Ended), "{transition:?}");
        }
        for status in PositionStatus::ALL.iter().filter(|status| **status != PositionStatus::Ended) {
            assert!(blocked_by(PositionTransition::End, *status, 100, &[]).is_empty(), "{status:?}");
        }
    }

    #[test]
    fn a_position_with_a_holder_cannot_end_and_a_full_one_cannot_be_filled() {
        let holder = [Share { fte_hundredths: 100, period: Period::new(day(0), None) }];
        assert!(!blocked_by(PositionTransition::End, PositionStatus::Filled, 100, &holder).is_empty());
        assert!(!blocked_by(PositionTransition::Fill, PositionStatus::Filled, 100, &holder).is_empty());
        assert!(blocked_by(PositionTransition::Fill, PositionStatus::Filled, 150, &holder).is_empty());
        assert_eq!(status_by_occupancy(&holder), PositionStatus::Filled);
        assert_eq!(status_by_occupancy(&[]), PositionStatus::Vacant);
    }
}
