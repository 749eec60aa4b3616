//! What signal detection promises, held against made-up districts.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::evidence::{Count, Evidence};
use super::*;

/// A small generator of its own, so that the districts are the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn code(&mut self, sides: u64) -> u32 {
        u32::try_from(self.roll(sides)).unwrap()
    }

    /// A code of `codes`; the first is the most frequent, the last one by far not.
    fn skewed(&mut self, codes: u64) -> u32 {
        let weight = |code: u64| 1000 / (code + 3);
        let mut roll = self.roll((0..codes).map(weight).sum());
        let found = (0..codes).find(|code| {
            let found = roll < weight(*code);
            roll = roll.saturating_sub(weight(*code));
            found
        });
        u32::try_from(found.unwrap()).unwrap()
    }

    fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            values.swap(last, usize::try_from(self.roll(u64::try_from(last).unwrap() + 1)).unwrap());
        }
    }
}

const KINDS: u64 = 19;
const NEEDS: u64 = 24;
const SPHERES: u64 = 15;
const INSTITUTIONS: u64 = 20;
const TOWNS: u64 = 11;

/// A context as it comes in life: the sphere goes with the need area, the institution with the sphere, and some of both
/// were not stated.
fn context(dice: &mut Dice, municipality: u32) -> Context {
    let need_area = dice.skewed(NEEDS);
    let legal_sphere = match dice.roll(10) {
        0 => None,
        1..=6 => Some(need_area % 15),
        _ => Some(dice.skewed(SPHERES)),
    };
    let institution = match (dice.roll(10), legal_sphere) {
        (0..=1, _) => None,
        (2..=6, Some(sphere)) => Some(sphere + 1),
        _ => Some(dice.skewed(INSTITUTIONS)),
    };
    [Some(need_area), legal_sphere, institution, Some(municipality)]
}

fn barrier(kind: u32, context: Context, case: u32, case_manager: u32) -> Barrier {
    let [need_area, legal_sphere, institution, municipality] = context;
    Barrier {
        kind,
        need_area: need_area.unwrap(),
        legal_sphere,
        institution,
        municipality: municipality.unwrap(),
        stratum: 0,
        case,
        case_manager,
    }
}

/// A district in which no kind depends on anything.
fn district(dice: &mut Dice, cases: u32) -> Vec<Barrier> {
    let mut barriers = Vec::new();
    for case in 0..cases {
        let town = dice.skewed(TOWNS);
        let case_manager = town + 11 * dice.code(2);
        for _ in 0..=dice.roll(5) {
            barriers.push(barrier(dice.skewed(KINDS), context(dice, town), case, case_manager));
        }
    }
    barriers
}

fn cases_of(barriers: &[Barrier], combination: &Combination) -> BTreeSet<u32> {
    barriers.iter().filter(|barrier| combination.includes(barrier)).map(|barrier| barrier.case).collect()
}

fn share(part: usize, all: usize) -> f64 {
    if all == 0 { 1.0 } else { f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(all).unwrap()) }
}

/// Dimensions of the context that are named, in the order of [`Context`].
const PLANS: [[bool; 4]; 10] = [
    [true, false, false, false],
    [false, false, true, false],
    [true, false, false, true],
    [true, false, true, false],
    [false, false, true, true],
    [false, true, true, false],
    [true, true, true, false],
    [true, false, true, true],
    [true, true, true, true],
    [true, true, false, true],
];

/// Plants one combination of each plan: barriers are added to random cases until it is seen in `times` as many cases as it
/// would be, and in `extra` more.
fn plant(dice: &mut Dice, barriers: &mut Vec<Barrier>, times: f64, extra: usize) -> Vec<Combination> {
    let background = barriers.clone();
    let mut planted: Vec<Combination> = Vec::new();
    while let Some(plan) = PLANS.get(planted.len()) {
        let model = background[usize::try_from(dice.roll(u64::try_from(background.len()).unwrap())).unwrap()];
        let asked: Vec<Option<u32>> =
            context_of(&model).into_iter().zip(plan).map(|(code, named)| code.filter(|_| *named)).collect();
        let combination = Combination::new(1 + dice.code(KINDS - 1), asked.try_into().unwrap());
        let dimensions = 1 + plan.iter().filter(|named| **named).count();
        // One kind is planted once at most, so that what is true about it is clear.
        if combination.dimensions() != dimensions || planted.iter().any(|other| other.kind == combination.kind) {
            continue;
        }
        let like: Vec<&Barrier> =
            background.iter().filter(|it| holds_all(&combination.context(), &context_of(it))).collect();
        let of_kind = background.iter().filter(|it| it.kind == combination.kind).count();
        let expected = share(like.len(), 1) * share(of_kind, background.len());
        let enough = (expected * times).max(expected + share(extra, 1));
        let towns: BTreeSet<u32> = like.iter().map(|it| it.municipality).collect();
        let hosts: Vec<&Barrier> = background.iter().filter(|it| towns.contains(&it.municipality)).collect();
        // Not where more than half of the cases would have to have it.
        if 2.0 * enough > share(hosts.iter().map(|it| it.case).collect::<BTreeSet<_>>().len(), 1) {
            continue;
        }
        let mut seen = cases_of(barriers, &combination);
        while share(seen.len(), 1) < enough {
            let one_of = |dice: &mut Dice, barriers: &[&Barrier]| {
                *barriers[usize::try_from(dice.roll(u64::try_from(barriers.len()).unwrap())).unwrap()]
            };
            // In a context that is there anyway, so that nothing but the kind stands out.
            let place = one_of(dice, &like);
            let mut host = one_of(dice, &hosts);
            while host.municipality != place.municipality {
                host = one_of(dice, &hosts);
            }
            if seen.insert(host.case) {
                let Barrier { case, case_manager, .. } = host;
                barriers.push(Barrier { kind: combination.kind, case, case_manager, ..place });
            }
        }
        planted.push(combination);
    }
    planted
}

/// A district, and what was planted there.
fn planted(seed: u64, cases: u32, times: f64, extra: usize) -> (Vec<Barrier>, Vec<Combination>) {
    let mut dice = Dice(seed);
    let mut barriers = district(&mut dice, cases);
    let planted = plant(&mut dice, &mut barriers, times, extra);
    (barriers, planted)
}

fn found(barriers: &[Barrier]) -> Vec<Signal> {
    detect(barriers.iter().copied(), &Thresholds::PRESET).unwrap().signals
}

/// How well what was planted is found. A signal is *true* if it has the same kind and mostly the same cases as something
/// planted (at least half of those that either has): where an institution works under one law only, the data cannot tell
/// whether it is the institution or the law. It is *exact* if it is the very combination.
#[derive(Default)]
struct Score {
    planted: usize,
    planted_and_found: usize,
    signals: usize,
    signals_true: usize,
    exact: usize,
}

impl Score {
    fn of(cases: u32, times: f64, extra: usize, seeds: u64) -> Self {
        let mut score = Self::default();
        for seed in 0..seeds {
            let (barriers, planted) = planted(seed, cases, times, extra);
            let signals = found(&barriers);
            let alike = |one: &Combination, other: &Combination| {
                one.kind == other.kind && {
                    let (one, other) = (cases_of(&barriers, one), cases_of(&barriers, other));
                    2 * one.intersection(&other).count() >= one.union(&other).count()
                }
            };
            let is_true = |signal: &&Signal| planted.iter().any(|own| alike(own, &signal.combination));
            let is_found = |own: &&Combination| signals.iter().any(|signal| alike(own, &signal.combination));
            score.planted += planted.len();
            score.planted_and_found += planted.iter().filter(is_found).count();
            score.signals += signals.len();
            score.signals_true += signals.iter().filter(is_true).count();
            score.exact += signals.iter().filter(|signal| planted.contains(&signal.combination)).count();
        }
        score
    }

    fn recall(&self) -> f64 {
        share(self.planted_and_found, self.planted)
    }

    fn precision(&self) -> f64 {
        share(self.signals_true, self.signals)
    }

    fn exact(&self) -> f64 {
        share(self.exact, self.signals)
    }
}

#[test]
fn nine_in_ten_planted_combinations_are_found_and_nine_in_ten_signals_were_planted() {
    for (cases, seeds) in [(400, 5), (1500, 2)] {
        // Four times as often as by chance, and in twelve cases more at least: weaker ones drown in the many tests.
        let score = Score::of(cases, 4.0, 12, seeds);
        assert!(score.recall() >= 0.9, "recall {} with {cases} cases", score.recall());
        assert!(score.precision() >= 0.9, "precision {} with {cases} cases", score.precision());
        assert!(score.exact() >= 0.7, "exact {} with {cases} cases", score.exact());
    }
}

#[derive(Clone, Copy, Debug)]
enum Shuffled {
    /// Each of the five dimensions by itself, so that a case has towns from everywhere.
    Everything,
    /// The kinds only: contexts stay as they come in life.
    Kinds,
    /// The kinds, but cases repeat themselves: half of the barriers have the kind of the one before.
    RepeatedKinds,
}

fn shuffled(dice: &mut Dice, mut barriers: Vec<Barrier>, how: Shuffled) -> Vec<Barrier> {
    fn column<T: Copy>(dice: &mut Dice, barriers: &mut [Barrier], field: fn(&mut Barrier) -> &mut T) {
        let mut values: Vec<T> = barriers.iter_mut().map(|barrier| *field(barrier)).collect();
        dice.shuffle(&mut values);
        for (barrier, value) in barriers.iter_mut().zip(values) {
            *field(barrier) = value;
        }
    }
    column(dice, &mut barriers, |barrier| &mut barrier.kind);
    match how {
        Shuffled::Everything => {
            column(dice, &mut barriers, |barrier| &mut barrier.need_area);
            column(dice, &mut barriers, |barrier| &mut barrier.legal_sphere);
            column(dice, &mut barriers, |barrier| &mut barrier.institution);
            column(dice, &mut barriers, |barrier| &mut barrier.municipality);
        }
        Shuffled::Kinds => {}
        Shuffled::RepeatedKinds => {
            barriers.sort_by_key(|barrier| barrier.case);
            for next in 1..barriers.len() {
                if barriers[next].case == barriers[next - 1].case && dice.roll(2) == 0 {
                    barriers[next].kind = barriers[next - 1].kind;
                }
            }
        }
    }
    barriers
}

/// In how many of the runs there is any signal at all.
fn runs_with_alarm(cases: u32, how: Shuffled, runs: u64) -> usize {
    let alarm = |run: &u64| {
        let (barriers, _) = planted(1000 + run, cases, 4.0, 12);
        !found(&shuffled(&mut Dice(*run), barriers, how)).is_empty()
    };
    (0..runs).filter(alarm).count()
}

#[test]
fn of_shuffled_barriers_less_than_one_list_in_twenty_has_a_signal() {
    for how in [Shuffled::Everything, Shuffled::Kinds, Shuffled::RepeatedKinds] {
        let alarms = runs_with_alarm(300, how, 50);
        assert!(share(alarms, 50) < Thresholds::PRESET.false_discovery_rate, "{alarms} of 50, {how:?}");
    }
}

/// `cases` cases from number `first` on, with one barrier each, raised by two case managers in turn.
fn group(kind: u32, context: Context, first: u32, cases: u32) -> Vec<Barrier> {
    (first..first + cases).map(|case| barrier(kind, context, case, case % 2)).collect()
}

const HERE: Context = [Some(1), None, None, Some(1)];

/// Each of 20 kinds in each of four need areas and four towns in two cases. Then kind 1 in `more` further cases [`HERE`].
fn even_but(more: u32) -> Vec<Barrier> {
    let place = |number: u32| [Some(number / 20 % 4), None, None, Some(number / 80)];
    let even = (0..320).flat_map(|number| group(number % 20, place(number), 100 + 2 * number, 2));
    even.chain(group(1, HERE, 0, more)).collect()
}

#[test]
fn a_signal_has_its_counts_and_the_expectation_of_the_formula() {
    let detection = detect(even_but(12), &Thresholds::PRESET).unwrap();
    let [signal] = detection.signals.as_slice() else { panic!("{detection:?}") };
    let Signal { combination, cases, case_managers, municipalities, expected_cases, .. } = *signal;
    assert_eq!((combination, cases, case_managers, municipalities), (Combination::new(1, HERE), 14, 2, 1));
    // 44 of 652 barriers have the kind, 52 are in the context, each in a case of its own.
    assert!((expected_cases - 52.0 * 44.0 / 652.0).abs() < 1e-9, "{expected_cases}");
    assert!((signal.ratio - 14.5 / (expected_cases + 0.5)).abs() < 1e-9);
    assert!(signal.lower_bound > 1.0 && signal.lower_bound < signal.ratio);
    assert!(signal.q_value > 0.0 && signal.q_value < 0.05);
    assert_eq!(explanation(signal.cases, signal.expected_cases, true), "14 Fälle, 3,5 erwartet");
    assert_eq!(explanation(signal.cases, signal.expected_cases, false), "14 cases, 3.5 expected");
    // 20 kinds with four need areas, four towns, and both.
    assert_eq!(detection.tested, 20 * (4 + 4 + 16));
}

#[test]
fn a_case_with_many_barriers_is_expected_once() {
    // The 40 cases have two further barriers each in the same place: the more barriers, the less of a surprise.
    let mut barriers = even_but(40);
    barriers.extend((0..80).flat_map(|number| group(10 + (number + number / 40) % 10, HERE, number % 40, 1)));
    let signals = found(&barriers);
    let [signal] = signals.as_slice() else { panic!("{signals:?}") };
    let share = 72.0_f64 / 760.0;
    let expected = 40.0 * share + 40.0 * (1.0 - (1.0 - share).powi(3));
    assert!((signal.expected_cases - expected).abs() < 1e-9, "{} for {expected}", signal.expected_cases);
}

#[test]
fn the_same_barrier_raised_again_in_a_case_does_not_count() {
    let barriers = even_but(12);
    let alone = found(&barriers);
    let again: Vec<Barrier> = barriers.iter().chain(&barriers).chain(&barriers).copied().collect();
    assert_eq!(found(&again), alone);
    // By another case manager: the case still counts once, and so does the barrier in what is expected.
    let by_another = barriers.iter().map(|barrier| Barrier { case_manager: 7, ..*barrier });
    let again: Vec<Barrier> = barriers.iter().copied().chain(by_another).collect();
    let expected: Vec<Signal> = alone.iter().map(|signal| Signal { case_managers: 3, ..*signal }).collect();
    assert_eq!(found(&again), expected);
    // One case, however often it is raised and by whomever, is no signal.
    let many = (0..40).map(|case_manager| barrier(1, HERE, 0, case_manager));
    assert_eq!(found(&even_but(0).into_iter().chain(many).collect::<Vec<_>>()), []);
}

#[test]
fn a_town_is_named_only_where_the_town_stands_out() {
    let everywhere: Vec<Barrier> =
        (0..4).flat_map(|town| group(1, [Some(1), None, None, Some(town)], 20 * town, 12)).collect();
    let mut barriers: Vec<Barrier> = even_but(0).into_iter().chain(everywhere).collect();
    let general = Combination::new(1, [Some(1), None, None, None]);
    let signals = found(&barriers);
    assert_eq!(signals.iter().map(|signal| signal.combination).collect::<Vec<_>>(), [general]);
    assert_eq!(signals[0].municipalities, 4);
    // Now a town has three times as many as the others.
    barriers.extend(group(1, HERE, 2000, 40));
    let signals = found(&barriers);
    let special = Combination::new(1, HERE);
    let combinations: BTreeSet<_> = signals.iter().map(|signal| signal.combination).collect();
    assert_eq!(combinations, BTreeSet::from([general, special]), "{signals:?}");
    // The town is measured against what the need area leads one to expect, not against plain chance.
    let town = signals.iter().find(|signal| signal.combination == special).unwrap();
    assert!(town.expected_cases > 12.0 && town.expected_cases < 30.0, "{town:?}");
    assert!(general.covers(&special) && !special.covers(&general));
}

#[test]
fn who_never_states_an_institution_makes_no_signal_of_those_who_do() {
    // Kind 0, half of all, has no institution; the others have one of four, whichever it may be.
    let mut barriers = group(0, [Some(0), None, None, Some(0)], 1000, 400);
    for number in 0..400 {
        barriers.extend(group(1 + number % 10, [Some(0), None, Some(number / 10 % 4), Some(0)], number, 1));
    }
    assert_eq!(found(&barriers), []);
}

#[test]
fn what_differs_between_strata_is_no_signal() {
    // In the second year both kind 1 and need area 1 were ten times as frequent as in the first, without any connection.
    let mut barriers = Vec::new();
    for (year, often) in [(0, 1), (1, 10)] {
        for (kind, need_area) in [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)] {
            let often_kind = if kind == 1 { often } else { 10 };
            let often_need = if need_area == 1 { often } else { 10 };
            let first = u32::try_from(barriers.len()).unwrap();
            let new = group(kind, [Some(need_area), None, None, Some(0)], first, 4 * often_kind * often_need);
            barriers.extend(new.into_iter().map(|barrier| Barrier { stratum: year, ..barrier }));
        }
    }
    assert_eq!(found(&barriers), []);
    let merged: Vec<Barrier> = barriers.iter().map(|barrier| Barrier { stratum: 0, ..*barrier }).collect();
    let looser = Thresholds { min_ratio: 1.0, ..Thresholds::PRESET };
    assert_eq!(detect(barriers, &looser).unwrap().signals, []);
    assert_ne!(detect(merged, &looser).unwrap().signals, []);
}

#[test]
fn each_threshold_is_kept() {
    let barriers = even_but(12);
    let signals = |thresholds: Thresholds| detect(barriers.iter().copied(), &thresholds).unwrap().signals.len();
    let preset = Thresholds::PRESET;
    assert_eq!(signals(preset), 1);
    assert_eq!(signals(Thresholds { min_cases: 14, ..preset }), 1);
    assert_eq!(signals(Thresholds { min_cases: 15, ..preset }), 0);
    // Two case managers in one town: one of both is enough.
    assert_eq!(signals(Thresholds { min_municipalities: 4, ..preset }), 1);
    assert_eq!(signals(Thresholds { min_case_managers: 3, ..preset }), 0);
    assert_eq!(signals(Thresholds { min_case_managers: 3, min_municipalities: 1, ..preset }), 1);
    let signal = found(&barriers)[0];
    assert_eq!(signals(Thresholds { min_ratio: signal.ratio + 0.01, ..preset }), 0);
    assert_eq!(signals(Thresholds { min_lower_bound: signal.lower_bound + 0.01, ..preset }), 0);
    assert_eq!(signals(Thresholds { false_discovery_rate: signal.q_value * 1.01, ..preset }), 1);
    assert_eq!(signals(Thresholds { false_discovery_rate: signal.q_value * 0.99, ..preset }), 0);
}

#[test]
fn thresholds_that_make_no_sense_are_refused() {
    let preset = Thresholds::PRESET;
    let error = |thresholds: Thresholds| detect([], &thresholds).unwrap_err();
    assert_eq!(error(Thresholds { min_cases: 1, ..preset }), SignalError::CountTooSmall);
    assert_eq!(error(Thresholds { min_case_managers: 0, ..preset }), SignalError::CountTooSmall);
    assert_eq!(error(Thresholds { min_municipalities: 0, ..preset }), SignalError::CountTooSmall);
    for rate in [0.0, -0.1, 0.51, f64::INFINITY] {
        assert_eq!(error(Thresholds { false_discovery_rate: rate, ..preset }), SignalError::RateOutOfRange(rate));
    }
    assert!(matches!(error(Thresholds { false_discovery_rate: f64::NAN, ..preset }), SignalError::RateOutOfRange(_)));
    for ratio in [0.99, f64::INFINITY] {
        assert_eq!(error(Thresholds { min_ratio: ratio, ..preset }), SignalError::RatioOutOfRange(ratio));
    }
    let below = Thresholds { min_lower_bound: -0.1, ..preset };
    assert_eq!(error(below), SignalError::LowerBoundOutOfRange(-0.1));
    assert_eq!(
        error(Thresholds { false_discovery_rate: 2.0, ..preset }).to_string(),
        "the rate of false discoveries must be above 0 and at most 0.5, not 2"
    );
}

#[test]
fn more_barriers_kinds_or_strata_than_fit_are_refused() {
    let one = barrier(1, HERE, 1, 1);
    let refused = |barriers: Vec<Barrier>| detect(barriers, &Thresholds::PRESET).unwrap_err();
    let (kinds, strata) = (0..=1000, 0..=50);
    assert_eq!(refused(kinds.map(|kind| Barrier { kind, ..one }).collect()), SignalError::TooManyKinds);
    assert_eq!(refused(strata.map(|stratum| Barrier { stratum, ..one }).collect()), SignalError::TooManyStrata);
    let endless = std::iter::repeat(one);
    assert_eq!(detect(endless, &Thresholds::PRESET), Err(SignalError::TooManyBarriers));
}

#[test]
fn nothing_or_little_or_all_the_same_is_no_signal() {
    assert_eq!(detect([], &Thresholds::PRESET), Ok(Detection::default()));
    let one = barrier(1, HERE, 1, 1);
    for barriers in [
        vec![one],
        group(1, HERE, 0, 3),
        // Only one kind, only one context, and each case with something of its own.
        group(1, HERE, 0, 500),
        (0..500).flat_map(|case| group(case % 7, HERE, case, 1)).collect(),
        (0..500).flat_map(|case| group(1, [Some(case % 7), None, None, Some(case % 5)], case, 1)).collect(),
        (0..500).flat_map(|case| group(case, [Some(case); 4], case, 1)).collect(),
        // Codes at the end of what there is.
        vec![Barrier { kind: u32::MAX, need_area: u32::MAX, stratum: u32::MAX, case: u32::MAX, ..one }; 10],
    ] {
        assert_eq!(found(&barriers), [], "{:?}", barriers.first());
    }
}

#[test]
fn a_kind_that_is_nowhere_else_is_a_signal_of_its_place_in_the_shortest_words() {
    // All of kind 7 concerns one institution, which is in one town and has one need area and sphere.
    let mut barriers = group(7, [Some(7), Some(7), Some(7), Some(7)], 5000, 30);
    barriers.extend(even_but(0));
    barriers.extend((0..200).flat_map(|case| group(case % 5, [Some(0), Some(0), Some(0), Some(0)], 6000 + case, 1)));
    let combinations: Vec<Combination> = found(&barriers).iter().map(|signal| signal.combination).collect();
    let [combination] = combinations.as_slice() else { panic!("{combinations:?}") };
    assert_eq!((combination.kind, combination.dimensions()), (7, 2));
}

#[test]
fn explanations_never_say_zero_was_expected() {
    let signal = |cases, expected_cases| Signal { cases, expected_cases, ..found(&even_but(12))[0] };
    let both = |signal: Signal| {
        (
            explanation(signal.cases, signal.expected_cases, true),
            explanation(signal.cases, signal.expected_cases, false),
        )
    };
    let words = |de: &str, en: &str| (de.to_owned(), en.to_owned());
    assert_eq!(both(signal(8, 2.1)), words("8 Fälle, 2,1 erwartet", "8 cases, 2.1 expected"));
    assert_eq!(both(signal(1, 0.06)), words("1 Fall, 0,1 erwartet", "1 case, 0.1 expected"));
    assert_eq!(both(signal(3, 0.04)), words("3 Fälle, weniger als 0,1 erwartet", "3 cases, fewer than 0.1 expected"));
}

#[test]
fn bounds_and_probabilities_agree_with_other_ways_to_compute_them() {
    let any = Thresholds { min_ratio: 0.0, min_lower_bound: 0.0, ..Thresholds::PRESET };
    let weigh = |cases, expected_cases, among| Evidence::weigh(Count { cases, expected_cases, among }, &any).unwrap();
    for cases in [3, 8, 40, 1000] {
        for expected in [0.01, 0.5, 2.1, 30.0].into_iter().filter(|expected| *expected < f64::from(cases)) {
            // The approximation that Norén et al. (2013) give for spreadsheets, in binary logarithms.
            let seen = f64::from(cases) + 0.5;
            let approximate = (seen / (expected + 0.5)).log2() - 3.3 * seen.powf(-0.5) - 2.0 * seen.powf(-1.5);
            let exact = weigh(cases, expected, None).lower_bound.log2();
            assert!((exact - approximate).abs() < 0.15, "{cases} {expected}: {exact} {approximate}");
        }
    }
    // Term by term, of a Poisson distribution and of a binomial one.
    let (mut poisson, mut below) = ((-2.1_f64).exp(), 0.0);
    let (mut binomial, mut below_of) = (0.7_f64.powi(20), 0.0);
    for cases in 0..20_u32 {
        if cases > 2 {
            let other = 1.0 - below - poisson / 2.0;
            assert!((weigh(cases, 2.1, None).false_alarms - other).abs() < 1e-12, "{cases}");
        }
        if cases > 6 {
            let other = 1.0 - below_of - binomial / 2.0;
            assert!((weigh(cases, 6.0, Some(20)).false_alarms - other).abs() < 1e-12, "{cases} of 20");
        }
        below += poisson;
        below_of += binomial;
        poisson *= 2.1 / f64::from(cases + 1);
        binomial *= 0.3 / 0.7 * f64::from(20 - cases) / f64::from(cases + 1);
    }
    // 15 of 20 instead of 6 of 20: the other 5 stand for 14, so that these stand for 6 * 5/14.
    assert!((weigh(15, 6.0, Some(20)).expected_cases - 30.0 / 14.0).abs() < 1e-12);
    // 1, 2 and 4 false alarms among the first, two, and three that pass.
    let q_values = evidence::q_values(&[0.01, 0.02, 0.15]);
    assert!(q_values.iter().zip([0.01, 0.01, 0.05]).all(|(one, other)| (one - other).abs() < 1e-12), "{q_values:?}");
    assert!((evidence::limit([0.15, 0.02, 0.01, 9.0].into_iter(), 0.05) - 0.15).abs() < 1e-12);
}

#[test]
fn codes_lead_back_to_their_keys() {
    let mut interner = Interner::default();
    let codes = ["DAYCARE", "HOUSING", "DAYCARE"].map(|key| interner.code(key));
    assert_eq!(codes, [0, 1, 0]);
    assert_eq!((interner.key(1), interner.key(2)), (Some(&"HOUSING"), None));
}

fn any_barrier() -> impl Strategy<Value = Barrier> {
    let absent = || proptest::option::of(0..2_u32);
    (0..4_u32, 0..2_u32, absent(), absent(), 0..2_u32, 0..2_u32, 0..30_u32, 0..4_u32).prop_map(
        |(kind, need_area, legal_sphere, institution, municipality, stratum, case, case_manager)| Barrier {
            kind,
            need_area,
            legal_sphere,
            institution,
            municipality,
            stratum,
            case,
            case_manager,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_answer_does_not_depend_on_order_and_every_figure_can_be_counted_again(
        barriers in proptest::collection::vec(any_barrier(), 0..120),
        planted in any_barrier(),
        times in 0..40_u32,
        seed in any::<u64>(),
    ) {
        let thresholds =
            Thresholds { min_cases: 2, false_discovery_rate: 0.5, min_ratio: 1.0, ..Thresholds::PRESET };
        let planted = (0..times).map(|case| Barrier { case: 100 + case, case_manager: case % 3, ..planted });
        let mut barriers: Vec<Barrier> = barriers.into_iter().chain(planted).collect();
        let detection = detect(barriers.iter().copied(), &thresholds).unwrap();
        prop_assert!(detection.signals.len() <= detection.standing_out && detection.standing_out <= detection.tested);
        for signal in &detection.signals {
            let own: Vec<&Barrier> = barriers.iter().filter(|it| signal.combination.includes(it)).collect();
            let distinct = |value: fn(&Barrier) -> u32| {
                u32::try_from(own.iter().map(|barrier| value(barrier)).collect::<BTreeSet<u32>>().len()).unwrap()
            };
            prop_assert_eq!(signal.cases, distinct(|barrier| barrier.case));
            prop_assert_eq!(signal.case_managers, distinct(|barrier| barrier.case_manager));
            prop_assert_eq!(signal.municipalities, distinct(|barrier| barrier.municipality));
            prop_assert!(signal.cases >= 2 && (signal.case_managers >= 2 || signal.municipalities >= 2));
            prop_assert!(signal.expected_cases > 0.0 && signal.expected_cases < f64::from(signal.cases));
            prop_assert!(signal.lower_bound >= 1.0 && signal.ratio >= signal.lower_bound);
            prop_assert!((0.0..=0.5).contains(&signal.q_value));
        }
        prop_assert!(detection.signals.is_sorted_by(|one, other| one.lower_bound >= other.lower_bound));
        Dice(seed).shuffle(&mut barriers);
        prop_assert_eq!(detect(barriers, &thresholds).unwrap(), detection);
    }
}

#[test]
#[ignore = "takes minutes: the figures for the documentation, with --nocapture in a release build"]
fn figures() {
    for cases in [400, 1500, 5000, 20_000] {
        for (times, extra) in [(2.0, 6), (3.0, 8), (3.0, 10), (4.0, 12), (5.0, 20)] {
            let score = Score::of(cases, times, extra, 20);
            let [recall, precision, exact] = [score.recall(), score.precision(), score.exact()];
            println!(
                "{cases} cases, {times} times and {extra} more: recall {recall:.3} precision {precision:.3} exact {exact:.3}"
            );
        }
    }
    for (cases, runs) in [(300, 1000), (1500, 300), (5000, 100)] {
        for how in [Shuffled::Everything, Shuffled::Kinds, Shuffled::RepeatedKinds] {
            println!("{cases} cases, shuffled {how:?}: {} of {runs} with a signal", runs_with_alarm(cases, how, runs));
        }
    }
}

#[test]
#[ignore = "takes seconds in a release build"]
fn three_hundred_thousand_barriers_take_seconds() {
    // As it was planted, and a worst case: 300 towns, and kinds that depend on almost everything.
    let (plain, _) = planted(7, 100_000, 4.0, 12);
    let mut dice = Dice(7);
    let mut tangled = Vec::new();
    for case in 0..100_000 {
        let town = dice.skewed(300);
        for _ in 0..3 {
            let place = context(&mut dice, town);
            let [need_area, institution] = [place[0].unwrap(), place[2].unwrap_or(3)];
            let kind = [need_area % 19, institution % 19, (town * 7 + need_area) % 19, dice.skewed(KINDS), 0];
            let kind = kind[usize::try_from(dice.roll(4)).unwrap()];
            tangled.push(barrier(kind, place, case, town * 3 + dice.code(3)));
        }
    }
    for (name, barriers) in [("plain", plain), ("tangled", tangled)] {
        let number = barriers.len();
        let start = std::time::Instant::now();
        let Detection { signals, tested, standing_out } = detect(barriers, &Thresholds::PRESET).unwrap();
        let took = start.elapsed();
        println!(
            "{name}: {number} barriers, {tested} tests, {standing_out} stand out, {} signals: {took:?}",
            signals.len()
        );
        // A guard against something much slower, on a machine that does other work too.
        assert!(took.as_secs() < 30, "{name}: {took:?}");
    }
}
