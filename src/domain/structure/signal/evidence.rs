//! How much a count says against what was expected.

use statrs::distribution::{ContinuousCDF, Gamma};
use statrs::function::gamma::checked_gamma_lr;

use super::Thresholds;
use super::table::to_f64;

/// What is added to both counts before they are compared: the prior of Norén et al. (2013).
const SHRINKAGE: f64 = 0.5;
/// Below the lower bound lies the ratio with this probability, as in the custom of the information component (`IC025`).
const BELOW: f64 = 0.025;

/// A count against its expectation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence {
    pub(super) expected: f64,
    pub(super) ratio: f64,
    pub(super) lower_bound: f64,
    /// How many of the tests would be as surprising by chance.
    pub(super) false_alarms: f64,
    /// The Poisson log likelihood ratio of "as often as seen" against "as often as expected", less the logarithm of the
    /// number of tests: what it takes to say which combination it is.
    pub(super) weight: f64,
}

impl Evidence {
    /// `tests` is the number of tests among which this one is: those of its type, times the number of types. None if the
    /// ratio or its lower bound are not large enough.
    pub(super) fn weigh(cases: u32, expected: f64, tests: f64, thresholds: &Thresholds) -> Option<Self> {
        let seen = f64::from(cases);
        let ratio = (seen + SHRINKAGE) / (expected + SHRINKAGE);
        if expected <= 0.0 || seen <= expected || ratio < thresholds.ratio || tests <= 0.0 {
            return None;
        }
        let lower_bound = lower_bound(seen, expected)?;
        (lower_bound >= thresholds.lower_bound).then(|| Self {
            expected,
            ratio,
            lower_bound,
            false_alarms: tests * mid_p(seen, expected),
            weight: seen * (seen / expected).ln() - (seen - expected) - tests.ln(),
        })
    }
}

/// The probability to see more, and half of that to see just as many, of a Poisson distribution.
pub(super) fn mid_p(seen: f64, expected: f64) -> f64 {
    let at_least = |count| checked_gamma_lr(count, expected).unwrap_or(1.0);
    f64::midpoint(at_least(seen), at_least(seen + 1.0))
}

/// The quantile of the posterior distribution of the ratio.
pub(super) fn lower_bound(seen: f64, expected: f64) -> Option<f64> {
    let standard = Gamma::new(seen + SHRINKAGE, 1.0).ok()?;
    Some(standard.inverse_cdf(BELOW) / (expected + SHRINKAGE))
}

/// How many false alarms there may be so that, of as many as pass, no larger share is false than `rate` (Benjamini and
/// Hochberg). `false_alarms` are those of all that may pass.
pub(super) fn limit(false_alarms: impl Iterator<Item = f64>, rate: f64) -> f64 {
    q_values(false_alarms)
        .iter()
        .zip(1u32..)
        .filter(|((_, q_value), _)| *q_value <= rate)
        .map(|(_, passing)| rate * f64::from(passing))
        .last()
        .unwrap_or(0.0)
}

/// Pairs of the number of false alarms that there are if as many pass as up to this one, ascending, and the smallest share
/// of false ones with which it still passes.
pub(super) fn q_values(false_alarms: impl Iterator<Item = f64>) -> Vec<(f64, f64)> {
    let mut values: Vec<(f64, f64)> = false_alarms.map(|alarms| (alarms, 1.0)).collect();
    values.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut passing = to_f64(values.len());
    let mut smallest = 1.0_f64;
    for (alarms, q_value) in values.iter_mut().rev() {
        smallest = smallest.min(*alarms / passing);
        *q_value = smallest;
        passing -= 1.0;
    }
    values
}
