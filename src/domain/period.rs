//! Half-open periods of days: the first day belongs to it, the end does not.

use chrono::{Datelike, Days, Months, NaiveDate};

/// From a day (inclusive) until a day (exclusive) or without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// First day that no longer belongs to it; `None` without end.
    pub until: Option<NaiveDate>,
}

impl Period {
    /// The period from `from` until `until`.
    #[must_use]
    pub const fn new(from: NaiveDate, until: Option<NaiveDate>) -> Self {
        Self { from, until }
    }

    /// Whether no day belongs to it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.until.is_some_and(|until| until <= self.from)
    }

    /// Whether `day` belongs to it.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }

    /// Whether some day belongs to both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        !self.is_empty()
            && !other.is_empty()
            && other.until.is_none_or(|until| self.from < until)
            && self.until.is_none_or(|until| other.from < until)
    }

    /// Whether each day of `other` belongs to it.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.from <= other.from
            && match (self.until, other.until) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(mine), Some(others)) => others <= mine,
            }
    }
}

/// A calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: NaiveDate,
}

impl Month {
    /// The month that `day` lies in.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        Self { first: day.with_day(1).unwrap_or(day) }
    }

    /// Its first day.
    #[must_use]
    pub const fn first_day(self) -> NaiveDate {
        self.first
    }

    /// The month after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self { first: self.first.checked_add_months(Months::new(1)).unwrap_or(self.first) }
    }

    /// Its last day: the reporting date (Stichtag) of monthly figures.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        self.next().first.checked_sub_days(Days::new(1)).unwrap_or(self.first)
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::{Month, Period};

    fn day(offset: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2023, 1, 1).unwrap() + chrono::Days::new(offset)
    }

    fn periods() -> impl Strategy<Value = Period> {
        (0_u64..12, proptest::option::of(0_u64..12)).prop_map(|(from, until)| Period::new(day(from), until.map(day)))
    }

    proptest! {
        #[test]
        fn overlap_and_cover_mean_what_the_days_say(a in periods(), b in periods()) {
            let days = || (0..40).map(day);
            prop_assert_eq!(a.overlaps(&b), days().any(|day| a.contains(day) && b.contains(day)));
            if !b.is_empty() {
                prop_assert_eq!(a.covers(&b), days().all(|day| !b.contains(day) || a.contains(day)) && (a.until.is_none() || b.until.is_some()));
            }
        }
    }

    #[test]
    fn a_month_ends_on_its_last_day_in_leap_years_too() {
        let month = Month::of(NaiveDate::from_ymd_opt(2024, 2, 11).unwrap());
        assert_eq!(month.last_day(), NaiveDate::from_ymd_opt(2024, 2, 29).unwrap());
        assert_eq!(month.next().first_day(), NaiveDate::from_ymd_opt(2024, 3, 1).unwrap());
    }
}
