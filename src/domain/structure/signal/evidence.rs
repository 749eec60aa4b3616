//! How much a count says against what was expected.

use statrs::distribution::{ContinuousCDF, Gamma};
use statrs::function::beta::checked_beta_reg;
use statrs::function::gamma::checked_gamma_lr;

use super::Thresholds;
use super::table::to_f64;

/// What is added to seen and expected cases before they are compared: the prior of Norén et al. (2013).
const SHRINKAGE: f64 = 0.5;
/// The probability of a ratio below its lower bound, by the custom of the information component (there called IC025).
const BELOW: f64 = 0.025;

/// A count, and its expectation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count {
    pub(super) cases: u32,
    pub(super) expected_cases: f64,
    /// If it was expected to be a share of some cases of which it is a part: how many these are.
    pub(super) among: Option<u32>,
}

/// What a count says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence {
    pub(super) expected_cases: f64,
    pub(super) ratio: f64,
    pub(super) lower_bound: f64,
    /// How many of the tests would be as surprising by chance.
    pub(super) false_alarms: f64,
    /// The log likelihood ratio of "as often as seen" against "as often as expected", less the logarithm of the number of
    /// tests: what it takes to say which combination it is.
    pub(super) weight: f64,
}

impl Evidence {
    /// Of a single test. None if the ratio or its lower bound are not large enough.
    pub(super) fn weigh(count: Count, thresholds: &Thresholds) -> Option<Self> {
        let (seen, expected) = (f64::from(count.cases), count.expected_cases);
        if expected <= 0.0 || seen <= expected {
            return None;
        }
        let likelihood = |seen: f64, expected: f64| seen * (seen / expected).ln();
        let (elsewhere, false_alarms, weight) = if let Some(among) = count.among {
            // A part against the rest: the whole does not tell what is usual, since the part is in it.
            let (among, rest) = (f64::from(among), f64::from(among.checked_sub(count.cases)?));
            let rest_expected = among - expected;
            if rest <= 0.0 || rest_expected <= 0.0 {
                return None;
            }
            let probability = mid_p(seen, |seen| at_least_of(seen, among, expected / among));
            let likelihood = likelihood(seen, expected) + likelihood(rest, rest_expected);
            (expected * rest / rest_expected, probability, likelihood)
        } else {
            (expected, mid_p(seen, |seen| at_least(seen, expected)), likelihood(seen, expected) - (seen - expected))
        };
        let (ratio, lower_bound) = shrunk(count.cases, elsewhere, thresholds)?;
        Some(Self { expected_cases: elsewhere, ratio, lower_bound, false_alarms, weight })
    }

    /// The same as one of many tests: those of its type, times the number of types.
    pub(super) fn one_of(self, tests: f64) -> Self {
        Self { false_alarms: self.false_alarms * tests, weight: self.weight - tests.ln(), ..self }
    }

    /// The same about more cases, and another expectation of them; how surprising it is stays.
    pub(super) fn about(self, cases: u32, expected_cases: f64, thresholds: &Thresholds) -> Option<Self> {
        let (ratio, lower_bound) = shrunk(cases, expected_cases, thresholds)?;
        Some(Self { expected_cases, ratio, lower_bound, ..self })
    }
}

/// Cases for each expected one, shrunk towards 1.
pub(super) fn ratio(cases: u32, expected_cases: f64) -> f64 {
    (f64::from(cases) + SHRINKAGE) / (expected_cases + SHRINKAGE)
}

/// The ratio and its lower bound, if they are large enough.
fn shrunk(cases: u32, expected_cases: f64, thresholds: &Thresholds) -> Option<(f64, f64)> {
    let (seen, expected) = (f64::from(cases) + SHRINKAGE, expected_cases + SHRINKAGE);
    let ratio = ratio(cases, expected_cases);
    if ratio < thresholds.min_ratio {
        return None;
    }
    let lower_bound = Gamma::new(seen, 1.0).ok()?.inverse_cdf(BELOW) / expected;
    (lower_bound >= thresholds.min_lower_bound).then_some((ratio, lower_bound))
}

/// The probability to see more, and half of that to see just as many.
fn mid_p(seen: f64, at_least: impl Fn(f64) -> f64) -> f64 {
    f64::midpoint(at_least(seen), at_least(seen + 1.0))
}

/// The probability to see so many or more, by the Poisson distribution.
fn at_least(seen: f64, expected: f64) -> f64 {
    checked_gamma_lr(seen, expected).unwrap_or(1.0)
}

/// The probability that of `among` so many or more are part of a share, by the binomial distribution.
fn at_least_of(seen: f64, among: f64, share: f64) -> f64 {
    if seen > among { 0.0 } else { checked_beta_reg(seen, among - seen + 1.0, share).unwrap_or(1.0) }
}

/// For each number of false alarms, in ascending order: with which rate of false discoveries so many pass (the adjusted
/// p-value of Benjamini and Hochberg).
pub(super) fn q_values(false_alarms: &[f64]) -> Vec<f64> {
    let mut passing = to_f64(false_alarms.len());
    let mut smallest = 1.0_f64;
    let mut q_values = Vec::with_capacity(false_alarms.len());
    for alarms in false_alarms.iter().rev() {
        smallest = smallest.min(alarms / passing);
        q_values.push(smallest);
        passing -= 1.0;
    }
    q_values.reverse();
    q_values
}

/// How many false alarms there may be so that no larger share than `rate` is false of what passes.
pub(super) fn limit(false_alarms: impl Iterator<Item = f64>, rate: f64) -> f64 {
    let mut false_alarms: Vec<f64> = false_alarms.collect();
    false_alarms.sort_by(f64::total_cmp);
    rate * to_f64(q_values(&false_alarms).iter().filter(|q_value| **q_value <= rate).count())
}
