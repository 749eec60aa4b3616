//! Whether a decision helped: how many cases met the barrier before and after, counted by the same method.

use statrs::distribution::{Beta, ContinuousCDF};

/// Cases that met a barrier in two equally long periods.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// How many times as many after as before; `None` if there were none before.
    pub ratio: Option<f64>,
    /// The lower bound of the ratio, with a confidence of 95 %.
    pub low: f64,
    /// The upper bound; `None` if there is none (there were no cases before).
    pub high: Option<f64>,
}

/// Compares two counts of periods of the same length. The bounds are exact for Poisson counts: given their sum, the later
/// one is binomial (Przyborowski and Wilenski, Biometrika 1940), bounds after Clopper and Pearson, Biometrika 1934.
#[must_use]
pub fn effect(before: u32, after: u32) -> Effect {
    let odds = |share: f64| share / (1.0 - share);
    let (b, a) = (f64::from(before), f64::from(after));
    let quantile = |one: f64, other: f64, part: f64| Beta::new(one, other).map(|beta| beta.inverse_cdf(part)).ok();
    let low = if after == 0 { Some(0.0) } else { quantile(a, b + 1.0, 0.025).map(odds) };
    let high = if before == 0 { None } else { quantile(a + 1.0, b, 0.975).map(odds) };
    Effect { ratio: (before > 0).then(|| a / b), low: low.unwrap_or(0.0), high }
}

#[cfg(test)]
mod tests {
    use super::effect;

    #[test]
    fn fewer_cases_by_half_are_no_proof_when_they_are_few_and_one_when_they_are_many() {
        let few = effect(8, 4);
        assert_eq!(few.ratio, Some(0.5));
        assert!(few.low < 0.2 && few.high.unwrap() > 1.0, "{few:?}");
        let many = effect(80, 40);
        assert!(many.high.unwrap() < 0.75 && many.low > 0.3, "{many:?}");
    }

    #[test]
    fn nothing_before_or_after_has_one_open_bound() {
        assert_eq!((effect(0, 3).ratio, effect(0, 3).high), (None, None));
        assert!(effect(0, 3).low > 0.0);
        let gone = effect(10, 0);
        assert_eq!((gone.ratio, gone.low), (Some(0.0), 0.0));
        assert!(gone.high.unwrap() < 0.5);
        assert_eq!(effect(0, 0).low, 0.0);
    }
}
