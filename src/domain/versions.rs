//! Versions of one rule or one value: each holds for a time, and on no day do two of them hold.

use chrono::NaiveDate;

use super::period::Period;
use crate::error::{ErrorCode, UserError};

/// Where a version finds its place among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement<I> {
    /// The version with the same first day, which it replaces.
    pub replaces: Option<I>,
    /// The version that runs on its first day and ends there.
    pub ends: Option<I>,
    /// First day on which it no longer holds: as wanted, or else the first day of the next version.
    pub until: Option<NaiveDate>,
}

/// Finds the place of a version that holds from `from` until `until`; without `until`, until the next version begins.
///
/// # Errors
/// `LATER_VERSION_EXISTS` if it would run into a later one.
pub fn place<I: Copy>(
    versions: &[(I, Period)],
    from: NaiveDate,
    until: Option<NaiveDate>,
) -> Result<Placement<I>, UserError> {
    let next = versions.iter().map(|(_, period)| period.from).filter(|start| *start > from).min();
    if let (Some(until), Some(next)) = (until, next)
        && until > next
    {
        return Err(UserError::at("validUntil", ErrorCode::LaterVersionExists).with("from", next));
    }
    let replaces = versions.iter().find(|(_, period)| period.from == from).map(|(id, _)| *id);
    let ends = versions.iter().find(|(_, period)| period.from < from && period.contains(from)).map(|(id, _)| *id);
    Ok(Placement { replaces, ends, until: until.or(next) })
}

/// Whether a version that begins on `from` can end on `until`.
///
/// # Errors
/// `PERIOD_EMPTY`, or `LATER_VERSION_EXISTS` if it would run into a later one.
pub fn can_end<I>(versions: &[(I, Period)], from: NaiveDate, until: NaiveDate) -> Result<(), UserError> {
    if until <= from {
        return Err(UserError::at("validUntil", ErrorCode::PeriodEmpty));
    }
    match versions.iter().map(|(_, period)| period.from).filter(|start| *start > from).min() {
        Some(next) if until > next => {
            Err(UserError::at("validUntil", ErrorCode::LaterVersionExists).with("from", next))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Days, NaiveDate};
    use proptest::prelude::*;

    use super::{can_end, place};
    use crate::domain::period::Period;

    fn day(offset: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2023, 1, 1).unwrap() + Days::new(offset)
    }

    proptest! {
        #[test]
        fn on_no_day_do_two_versions_hold_whatever_is_set_and_ended(
            steps in proptest::collection::vec((0_u64..20, proptest::option::of(1_u64..20), any::<bool>()), 1..12)
        ) {
            let mut versions: Vec<(usize, Period)> = Vec::new();
            for (number, (from, length, sets)) in steps.into_iter().enumerate() {
                let (from, until) = (day(from), length.map(|length| day(from + length)));
                if sets {
                    let Ok(placement) = place(&versions, from, until) else {
                        prop_assert!(versions.iter().any(|(_, other)| other.from > from && until.is_some_and(|until| until > other.from)));
                        continue;
                    };
                    versions.retain(|(id, _)| Some(*id) != placement.replaces);
                    for (id, period) in &mut versions {
                        if Some(*id) == placement.ends {
                            period.until = Some(from);
                        }
                    }
                    versions.push((number, Period::new(from, placement.until)));
                } else if let (Some(until), Some((_, first))) = (until, versions.first().copied())
                    && can_end(&versions, first.from, until).is_ok()
                    && let Some((_, period)) = versions.first_mut()
                {
                    period.until = Some(until);
                }
                for offset in 0..60 {
                    let holding = versions.iter().filter(|(_, period)| period.contains(day(offset))).count();
                    prop_assert!(holding <= 1, "{versions:?} on day {offset}");
                }
            }
        }
    }
}
