//! Signals: combinations of barriers that recur more often than chance would have it.
//!
//! One case that fails at the waiting time of an office is a case; eight of them, where two were to be expected, are a
//! question about the office. The method is that of drug safety, where a side effect is looked for behind single reports:
//! counts against expectation, shrunk, with a limit on false alarms. The list it gives is a reason to look, no finding.
//!
//! # What is compared
//! A barrier has a *kind* (waiting time, missing offer, ...) and a *context*: need area, legal sphere, institution,
//! municipality. A combination is a kind and any part of the context, from one of the four dimensions to all of them: 15
//! types, from "waiting time x housing" to the full one. The kind is always in it, since a context without one (job centre
//! x Book II of the Social Code) says how the offices are built, not what is in the way. Absent institutions and spheres
//! are no values: they take part in no combination that asks for them.
//!
//! **Counted** are distinct cases: the same barrier raised thrice in a case is one.
//!
//! **Expected** is what would be seen if the kind did not depend on the context. How spheres, offices and towns depend on
//! each other is left as it is: of the independence of all five dimensions everybody knows that it is wrong. So each
//! barrier has a probability to be of the kind, which is the share of the kind among all barriers (of the same stratum,
//! [`Barrier::stratum`], and with the same of institution and sphere stated), and a case with `m` barriers in the context
//! is expected with `1 - (1 - share)^m`, so that long cases do not count as surprising. Expectations are numbers of cases.
//!
//! **Shrunk** is the ratio of both: `(cases + 1/2) / (expected + 1/2)`, the mean of the posterior distribution
//! Gamma(cases + 1/2, expected + 1/2), whose 2.5 percent quantile is [`Signal::lower_bound`]. This is the information
//! component of Bate et al. (1998) in the form of Norén, Hopstadius and Bate (2013), as a ratio and not as its binary
//! logarithm. It was preferred to `DuMouchel`'s Gamma-Poisson shrinker (1999) because a body can check it with a pocket
//! calculator, and because a prior that is fitted to the few hundred cases of a district would change the strength of a
//! signal whenever something unrelated is raised.
//!
//! **False alarms** are limited by the procedure of Benjamini and Hochberg (1995) on mid-p-values of the Poisson
//! distribution (Ahmed et al. 2010 brought both into drug safety), with weights (Genovese, Roeder and Wasserman 2006) that
//! give each of the types the same part of the error, however many combinations it has: the many full combinations do not
//! drown the few simple ones. What is tested is every kind with every context, if both have enough cases to be a signal
//! at all; that does not depend on how they meet. Combinations that miss another threshold count as tested, and failed.
//!
//! **Pruned** is what says nothing more. Eight cases in one town make the need area stand out as well, and the office, and
//! both together. So of each kind the combination with the most evidence is taken first (the log likelihood ratio less the
//! logarithm of the number of tests, so that the general one is preferred unless the special one says more), the
//! expectation is fitted to it (iterative proportional fitting, Deming and Stephan 1940), and what no longer stands out
//! beyond that is dropped, until nothing is left: the greedy summary of Mampaey, Vreeken and Tatti (2012). At the end each
//! one has to hold against all the others. Where one signal is a special case of another, the part is held against the
//! rest, from both sides: a town is named only if it stands out from the other towns (binomial distribution), and the
//! need area only if it stands out without that town.
//!
//! The limit on false alarms is met twice: before pruning, where all shadows of one cause count, and by what is left. For
//! the second there is no theorem; the tests measure it. Since many types overlap and small counts come in steps, the
//! limit is a cautious one: if nothing depends on anything, about one list in 100 has a signal, or fewer, and not five.
//!
//! # What it does not know
//! That a case manager has a habit (that is why two of them, or two towns, are asked for), that some kinds belong to some
//! need areas by their meaning, and what is never raised. A kind that fills most of a context hides others there.
//!
//! # Sources
//! - Bate et al.: A Bayesian neural network method for adverse drug reaction signal generation. Eur J Clin Pharmacol 54
//!   (1998) 315-321.
//! - Norén, Hopstadius, Bate: Shrinkage observed-to-expected ratios for robust and transparent large-scale pattern
//!   discovery. Stat Methods Med Res 22 (2013) 57-69.
//! - `DuMouchel`: Bayesian data mining in large frequency tables. Am Stat 53 (1999) 177-190.
//! - Benjamini, Hochberg: Controlling the false discovery rate. J R Stat Soc B 57 (1995) 289-300.
//! - Genovese, Roeder, Wasserman: False discovery control with p-value weighting. Biometrika 93 (2006) 509-524.
//! - Ahmed et al.: False discovery rate estimation for frequentist pharmacovigilance signal detection methods. Biometrics
//!   66 (2010) 301-309.
//! - Deming, Stephan: On a least squares adjustment of a sampled frequency table. Ann Math Stat 11 (1940) 427-444.
//! - Mampaey, Vreeken, Tatti: Summarizing data succinctly with the most informative itemsets. ACM TKDD 6 (2012) 16.

use std::collections::HashMap;
use std::hash::Hash;

use thiserror::Error;

mod evidence;
mod model;
mod table;
#[cfg(test)]
mod tests;
mod told;

use evidence::{limit, q_values};
use table::{Candidate, Table};
pub use told::{Stored, Told, told};

/// The most barriers that are looked at in one go. A barrier needs some 300 bytes while they are counted.
pub const BARRIERS_MAXIMUM: usize = 1_000_000;
/// The most kinds of barriers.
pub const KINDS_MAXIMUM: usize = 1000;
/// The most strata.
pub const STRATA_MAXIMUM: usize = 50;

/// A barrier, in codes that the caller has made up ([`Interner`]). Codes say nothing but same or different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Barrier {
    /// What is in the way.
    pub kind: u32,
    /// Where in life.
    pub need_area: u32,
    /// Under which law, if it was said.
    pub legal_sphere: Option<u32>,
    /// Which institution is concerned, if it was said.
    pub institution: Option<u32>,
    /// In which town.
    pub municipality: u32,
    /// The same for all (0), or what shares of kinds should be taken apart by, since they differ for reasons of no
    /// interest: the year, or the size class of the municipality. Few strata: a share needs barriers to be taken from.
    pub stratum: u32,
    /// In which case.
    pub case: u32,
    /// Who raised it.
    pub case_manager: u32,
}

/// A kind of barrier and a part of its context; what is none can be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Combination {
    /// What is in the way.
    pub kind: u32,
    /// Where in life.
    pub need_area: Option<u32>,
    /// Under which law.
    pub legal_sphere: Option<u32>,
    /// Which institution is concerned.
    pub institution: Option<u32>,
    /// In which town.
    pub municipality: Option<u32>,
}

impl Combination {
    const fn new(kind: u32, [need_area, legal_sphere, institution, municipality]: Context) -> Self {
        Self { kind, need_area, legal_sphere, institution, municipality }
    }

    const fn context(&self) -> Context {
        [self.need_area, self.legal_sphere, self.institution, self.municipality]
    }

    /// How many dimensions it names: 2 to 5.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        1 + self.context().iter().flatten().count()
    }

    /// Whether the barrier is one of these: the evidence of a signal.
    #[must_use]
    pub fn includes(&self, barrier: &Barrier) -> bool {
        self.kind == barrier.kind && holds_all(&self.context(), &context_of(barrier))
    }

    /// Whether it is the same or more general: every barrier of the other one is one of these.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.kind == other.kind && holds_all(&self.context(), &other.context())
    }

    /// Whether a barrier can be one of both.
    fn overlaps(&self, other: &Self) -> bool {
        let either = |(one, other): (Option<u32>, Option<u32>)| one.is_none() || other.is_none() || one == other;
        self.kind == other.kind && self.context().into_iter().zip(other.context()).all(either)
    }
}

/// Need area, legal sphere, institution, municipality.
type Context = [Option<u32>; 4];

const fn context_of(barrier: &Barrier) -> Context {
    [Some(barrier.need_area), barrier.legal_sphere, barrier.institution, Some(barrier.municipality)]
}

fn holds_all(asked: &Context, given: &Context) -> bool {
    asked.iter().zip(given).all(|(asked, given)| asked.is_none() || asked == given)
}

/// What a combination must have to be a signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// At least so many distinct cases; 2 or more, since one does not recur.
    pub min_cases: u32,
    /// At least so many distinct case managers (1 or more), or else enough municipalities.
    pub min_case_managers: u32,
    /// At least so many distinct municipalities (1 or more), or else enough case managers.
    pub min_municipalities: u32,
    /// How many of the combinations that stand out may do so by chance, as a share, above 0 and at most 0.5.
    pub false_discovery_rate: f64,
    /// At least this ratio of cases to expected ones, after shrinking; 1 or more.
    pub min_ratio: f64,
    /// At least this lower bound of the ratio; 0 or more. With 1, the information component is above zero.
    pub min_lower_bound: f64,
}

impl Thresholds {
    /// What a district starts with. Cases, case managers and towns are the programme's rule for a theme; a rate of 5
    /// percent and a lower bound above chance are the custom of drug safety; the ratio is a proposal, from no source.
    pub const PRESET: Self = Self {
        min_cases: 3,
        min_case_managers: 2,
        min_municipalities: 2,
        false_discovery_rate: 0.05,
        min_ratio: 1.5,
        min_lower_bound: 1.0,
    };

    /// Whether they make sense.
    ///
    /// # Errors
    /// The first that does not.
    pub fn check(&self) -> Result<(), SignalError> {
        if self.min_cases < 2 || self.min_case_managers < 1 || self.min_municipalities < 1 {
            return Err(SignalError::CountTooSmall);
        }
        if !(self.false_discovery_rate > 0.0 && self.false_discovery_rate <= 0.5) {
            return Err(SignalError::RateOutOfRange(self.false_discovery_rate));
        }
        if !(self.min_ratio.is_finite() && self.min_ratio >= 1.0) {
            return Err(SignalError::RatioOutOfRange(self.min_ratio));
        }
        if !(self.min_lower_bound.is_finite() && self.min_lower_bound >= 0.0) {
            return Err(SignalError::LowerBoundOutOfRange(self.min_lower_bound));
        }
        Ok(())
    }

    const fn enough(&self, tally: &Tally) -> bool {
        tally.cases >= self.min_cases
            && (tally.case_managers >= self.min_case_managers || tally.municipalities >= self.min_municipalities)
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum SignalError {
    /// Fewer than two cases, or no case manager or municipality.
    #[error("a signal needs at least two cases, one case manager and one municipality")]
    CountTooSmall,
    /// A rate of false discoveries that is none.
    #[error("the rate of false discoveries must be above 0 and at most 0.5, not {0}")]
    RateOutOfRange(f64),
    /// A ratio below what chance gives.
    #[error("the ratio must be at least 1, not {0}")]
    RatioOutOfRange(f64),
    /// A lower bound that no ratio can have.
    #[error("the lower bound must be at least 0, not {0}")]
    LowerBoundOutOfRange(f64),
    /// More than [`BARRIERS_MAXIMUM`].
    #[error("more than {BARRIERS_MAXIMUM} barriers at once")]
    TooManyBarriers,
    /// More than [`KINDS_MAXIMUM`].
    #[error("more than {KINDS_MAXIMUM} kinds of barriers")]
    TooManyKinds,
    /// More than [`STRATA_MAXIMUM`].
    #[error("more than {STRATA_MAXIMUM} strata")]
    TooManyStrata,
}

/// How often something was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    cases: u32,
    case_managers: u32,
    municipalities: u32,
}

/// A combination that stands out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signal {
    /// Which.
    pub combination: Combination,
    /// In how many distinct cases it was seen.
    pub cases: u32,
    /// How many case managers raised it.
    pub case_managers: u32,
    /// In how many towns.
    pub municipalities: u32,
    /// In how many cases it was to be expected by chance and by other signals that overlap with it: if it is a special
    /// case of one, by what that one is elsewhere; special cases of its own are left aside.
    pub expected_cases: f64,
    /// Cases for each expected one, shrunk towards 1.
    pub ratio: f64,
    /// What the ratio is at least, with a probability of 97.5 percent.
    pub lower_bound: f64,
    /// The smallest rate of false discoveries at which it would still be a signal.
    pub q_value: f64,
}

/// What counts of cases say in plain words, in German or in English: "8 Fälle, 2,1 erwartet" / "8 cases, 2.1 expected". The
/// number of cases is the one that the reader may be told.
#[must_use]
pub fn explanation(cases: u32, expected: f64, german: bool) -> String {
    // With one decimal; never 0.0, since nothing was expected to be impossible.
    let is_less = expected < 0.05;
    let expected = format!("{:.1}", if is_less { 0.1 } else { expected });
    if german {
        let noun = if cases == 1 { "Fall" } else { "Fälle" };
        let less = if is_less { "weniger als " } else { "" };
        format!("{cases} {noun}, {less}{} erwartet", expected.replace('.', ","))
    } else {
        let noun = if cases == 1 { "case" } else { "cases" };
        let less = if is_less { "fewer than " } else { "" };
        format!("{cases} {noun}, {less}{expected} expected")
    }
}

/// What was found, and among how many.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detection {
    /// The strongest first: by lower bound, then ratio, then cases, then codes.
    pub signals: Vec<Signal>,
    /// How many combinations were tested.
    pub tested: usize,
    /// How many stood out before those were pruned that say nothing more.
    pub standing_out: usize,
}

/// Finds the signals. The same barriers give the same answer, in whatever order they come.
///
/// # Errors
/// [`SignalError`], if a threshold makes no sense or there are too many barriers, kinds, or strata.
pub fn detect(barriers: impl IntoIterator<Item = Barrier>, thresholds: &Thresholds) -> Result<Detection, SignalError> {
    thresholds.check()?;
    let barriers: Vec<Barrier> = barriers.into_iter().take(BARRIERS_MAXIMUM + 1).collect();
    if barriers.len() > BARRIERS_MAXIMUM {
        return Err(SignalError::TooManyBarriers);
    }
    let table = Table::new(barriers)?;
    let (candidates, tested) = table.candidates(thresholds);
    let rate = thresholds.false_discovery_rate;
    let mut permitted = limit(candidates.iter().map(|candidate| candidate.at_first.false_alarms), rate);
    let mut standing = candidates;
    standing.retain(|candidate| candidate.at_first.false_alarms <= permitted);
    let standing_out = standing.len();
    // Among those that stand out, most are shadows of a few. The share of false ones is kept among the few.
    let mut selected = loop {
        let of_kinds = standing.chunk_by(|one, other| one.seen.kind == other.seen.kind);
        let selected: Vec<Candidate> =
            of_kinds.flat_map(|of_kind| model::select(&table, of_kind, permitted, thresholds)).collect();
        permitted = limit(selected.iter().map(Candidate::false_alarms), rate);
        if selected.iter().all(|candidate| candidate.false_alarms() <= permitted) {
            break selected;
        }
        standing.retain(|candidate| candidate.at_first.false_alarms <= permitted);
    };
    selected.sort_by(|one, other| one.false_alarms().total_cmp(&other.false_alarms()));
    let false_alarms: Vec<f64> = selected.iter().map(Candidate::false_alarms).collect();
    let mut signals: Vec<Signal> =
        selected.iter().zip(q_values(&false_alarms)).map(|(candidate, q_value)| candidate.signal(q_value)).collect();
    signals.sort_by(|one, other| {
        let stronger = |value: fn(&Signal) -> f64| value(other).total_cmp(&value(one));
        stronger(|signal| signal.lower_bound)
            .then(stronger(|signal| signal.ratio))
            .then(other.cases.cmp(&one.cases))
            .then(one.combination.cmp(&other.combination))
    });
    Ok(Detection { signals, tested, standing_out })
}

/// Makes codes for whatever the caller tells things apart by, and finds it again.
#[derive(Clone, Debug)]
pub struct Interner<K> {
    codes: HashMap<K, u32>,
    keys: Vec<K>,
}

impl<K> Default for Interner<K> {
    fn default() -> Self {
        Self { codes: HashMap::new(), keys: Vec::new() }
    }
}

impl<K: Clone + Eq + Hash> Interner<K> {
    /// The code of a key: 0 for the first, and so on. Hand in the keys in the same order to get the same codes.
    pub fn code(&mut self, key: K) -> u32 {
        let next = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        *self.codes.entry(key).or_insert_with_key(|key| {
            self.keys.push(key.clone());
            next
        })
    }

    /// The key of a code.
    #[must_use]
    pub fn key(&self, code: u32) -> Option<&K> {
        self.keys.get(usize::try_from(code).ok()?)
    }
}
