//! What readers may be told of a signal.
//!
//! A ratio of cases to expected ones, told to the hundredth, tells the cases to whoever knows what was expected, and so does
//! its lower bound. So where the count is blurred, what is told beside it is made from the count that is told, and from an
//! expectation in whole cases; what cannot be made so is not told.

use super::evidence::ratio;
use super::explanation;
use crate::domain::structure::figure::{Audience, Counted, shown};

/// A signal as it is stored: the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The cases.
    pub counted: Counted,
    /// How many were to be expected, in hundredths of a case.
    pub expected_hundredths: i32,
    /// How many times as many there are, shrunk, in hundredths.
    pub ratio_hundredths: i32,
    /// The lower bound of that, in hundredths.
    pub lower_bound_hundredths: i32,
    /// The share of chance among signals that are at least as strong, in millionths.
    pub false_discovery_millionths: i32,
}

/// What a reader may be told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Who reads.
    pub audience: Audience,
    /// The cases; `None` if they are too few.
    pub cases: Option<u32>,
    /// How many were to be expected, in hundredths of a case; whole cases unless the count is exact.
    pub expected_hundredths: i32,
    /// How many times as many there are, shrunk, in hundredths, by these two; `None` if the cases are.
    pub ratio_hundredths: Option<i32>,
    /// The lower bound, in hundredths; `None` unless the count is exact.
    pub lower_bound_hundredths: Option<i32>,
    /// The share of chance, in millionths; `None` unless the count is exact.
    pub false_discovery_millionths: Option<i32>,
}

/// What an audience may be told of a signal.
#[must_use]
pub fn told(stored: Stored, audience: Audience) -> Told {
    let cases = shown(stored.counted, audience);
    if audience == Audience::Centre {
        return Told {
            audience,
            cases,
            expected_hundredths: stored.expected_hundredths,
            ratio_hundredths: Some(stored.ratio_hundredths),
            lower_bound_hundredths: Some(stored.lower_bound_hundredths),
            false_discovery_millionths: Some(stored.false_discovery_millionths),
        };
    }
    let whole = stored.expected_hundredths.saturating_add(50) / 100;
    Told {
        audience,
        cases,
        expected_hundredths: whole.saturating_mul(100),
        ratio_hundredths: cases.and_then(|cases| hundredths(ratio(cases, f64::from(whole)))),
        lower_bound_hundredths: None,
        false_discovery_millionths: None,
    }
}

fn hundredths(value: f64) -> Option<i32> {
    format!("{:.0}", (value * 100.0).clamp(0.0, f64::from(i32::MAX))).parse().ok()
}

impl Told {
    /// The same in plain words, in German or in English: "8 Fälle, 2,1 erwartet" where it is exact, else "9 Fälle, etwa 2
    /// erwartet".
    #[must_use]
    pub fn explanation(&self, german: bool) -> String {
        if self.audience == Audience::Centre {
            let expected = f64::from(self.expected_hundredths) / 100.0;
            return explanation(self.cases.unwrap_or_default(), expected, german);
        }
        // More than one in any case.
        let (noun, fewer) = if german { ("Fälle", "weniger als") } else { ("cases", "fewer than") };
        let cases = match self.cases {
            Some(cases) => format!("{cases} {noun}"),
            None => format!("{fewer} {} {noun}", self.audience.threshold()),
        };
        let expected = match self.expected_hundredths / 100 {
            // Never 0: nothing was expected to be impossible.
            0 => format!("{fewer} 1"),
            whole if german => format!("etwa {whole}"),
            whole => format!("about {whole}"),
        };
        format!("{cases}, {expected} {}", if german { "erwartet" } else { "expected" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stored(cases: u32, keys: i64, expected_hundredths: i32) -> Stored {
        let expected = f64::from(expected_hundredths) / 100.0;
        Stored {
            counted: Counted { cases, keys },
            expected_hundredths,
            ratio_hundredths: hundredths(ratio(cases, expected)).unwrap(),
            lower_bound_hundredths: 123,
            false_discovery_millionths: 456,
        }
    }

    /// The cases that a ratio and an expectation stand for.
    fn solved(told: Told) -> Option<f64> {
        let ratio = f64::from(told.ratio_hundredths?) / 100.0;
        Some(ratio * (f64::from(told.expected_hundredths) / 100.0 + 0.5) - 0.5)
    }

    #[test]
    fn the_centre_is_told_the_truth_and_nobody_else_the_strength() {
        let signal = stored(8, 7, 214);
        let exact = told(signal, Audience::Centre);
        assert_eq!((exact.cases, exact.expected_hundredths, exact.ratio_hundredths), (Some(8), 214, Some(322)));
        assert_eq!((exact.lower_bound_hundredths, exact.false_discovery_millionths), (Some(123), Some(456)));
        for audience in [Audience::Inside, Audience::Outside] {
            let blurred = told(signal, audience);
            assert_eq!((blurred.lower_bound_hundredths, blurred.false_discovery_millionths), (None, None));
            assert_eq!(blurred.expected_hundredths, 200);
        }
        let few = told(stored(2, 7, 40), Audience::Inside);
        assert_eq!((few.cases, few.expected_hundredths, few.ratio_hundredths), (None, 0, None));
    }

    #[test]
    fn words_say_no_more_than_numbers() {
        let words = |signal, audience| [true, false].map(|german| told(signal, audience).explanation(german));
        assert_eq!(words(stored(8, 7, 214), Audience::Centre), ["8 Fälle, 2,1 erwartet", "8 cases, 2.1 expected"]);
        let some = stored(8, 7, 214);
        let cases = told(some, Audience::Inside).cases.unwrap();
        assert_eq!(
            words(some, Audience::Inside),
            [format!("{cases} Fälle, etwa 2 erwartet"), format!("{cases} cases, about 2 expected")]
        );
        assert_eq!(
            words(stored(2, 7, 49), Audience::Inside),
            ["weniger als 3 Fälle, weniger als 1 erwartet", "fewer than 3 cases, fewer than 1 expected"]
        );
    }

    proptest! {
        #[test]
        fn whoever_solves_for_the_cases_finds_the_count_that_is_told(
            cases in 3..60_u32, keys in 0..i64::from(i32::MAX), expected in 1..4_000_i32
        ) {
            let signal = stored(cases, keys, expected);
            let blurred = told(signal, Audience::Inside);
            prop_assert_eq!(blurred.expected_hundredths % 100, 0);
            prop_assert!(blurred.expected_hundredths.abs_diff(expected) <= 50);
            // A hundredth of the ratio is a part of a case.
            let error = (f64::from(blurred.expected_hundredths) / 100.0 + 0.5) * 0.005 + 1e-9;
            prop_assert!((solved(blurred).unwrap() - f64::from(blurred.cases.unwrap())).abs() <= error);
        }

        #[test]
        fn what_is_told_depends_on_the_count_that_is_told_and_the_expected_whole_cases_alone(
            cases in 3..60_u32, other in 3..60_u32, keys in 0..i64::from(i32::MAX), more in 0..1_000_i64,
            whole in 1..40_i32, parts in -50..50_i32
        ) {
            let one = told(stored(cases, keys, whole * 100), Audience::Inside);
            let other = told(stored(other, keys + more, whole * 100 + parts), Audience::Inside);
            prop_assert!(one.cases != other.cases || one == other, "{one:?} {other:?}");
        }
    }
}
