//! Figures about barriers that may leave the centre.
//!
//! Case managers and the centre work with barriers; everybody else sees counts of cases. A count is hidden below a
//! threshold and blurred above it: the *cell-key method* (Fraser and Wooton, "A proposed method for confidentialising
//! tabular output to protect against differencing", UNECE 2005). Every case carries a random number; the sum of those that
//! are counted decides by how much the count is blurred. So the same cases always give the same figure, which makes asking
//! again pointless, and one case more or less gives another blur, which makes differences between two questions, or
//! between two days, say nothing certain about one case.
//!
//! Whatever else is told of the same cases (what they cost, in how many towns they were met, a lower bound, a figure for
//! the public) says no more about their number than the figure inside does: it follows from that figure, or from a draw of
//! its own that has nothing to do with it.

/// Who looks at a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// The supervisory centre, which may see the barriers themselves.
    Centre,
    /// Coordinators, and case managers who look beyond their own cases.
    Inside,
    /// Bodies, employers, institutions, the public.
    Outside,
}

impl Audience {
    /// The fewest cases that may be told: 3 inside, 5 outside (domain rule 18).
    #[must_use]
    pub const fn threshold(self) -> u32 {
        match self {
            Self::Centre => 0,
            Self::Inside => 3,
            Self::Outside => 5,
        }
    }
}

/// Cases that were counted together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many.
    pub cases: u32,
    /// The sum of their random numbers.
    pub keys: i64,
}

/// By how much a count inside may differ from the truth.
pub const BLUR: u32 = 2;
/// Figures outside are multiples of this.
pub const BASE: u32 = 5;

/// The number that all barriers of a case carry: from the random part of its identifier, which nobody outside sees.
#[must_use]
pub fn cell_key(case: uuid::Uuid) -> i32 {
    let [.., a, b, c, d] = *case.as_bytes();
    i32::from_be_bytes([a & 0x7f, b, c, d])
}

/// Keeps the chance of figures outside apart from that of figures inside.
const OUTSIDE: i64 = 0x6f75_7473_6964_6521;
/// The same for amounts,
const AMOUNT: i64 = 0x616d_6f75_6e74_7321;
/// and for towns.
const TOWNS: i64 = 0x746f_776e_7320_2121;
/// An amount is blurred in so many parts of the share of a case.
const GRAIN: u64 = 1000;

/// A well spread number from the sum of keys.
fn spread(keys: i64) -> u64 {
    let mut mixed = u64::from_be_bytes(keys.to_be_bytes()).wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// How many cases an audience may be told of; `None` if they are too few.
#[must_use]
pub fn shown(counted: Counted, audience: Audience) -> Option<u32> {
    let Counted { cases, keys } = counted;
    match audience {
        Audience::Centre => Some(cases),
        _ if cases < audience.threshold() => None,
        Audience::Inside => Some(blurred(cases, keys)),
        Audience::Outside => {
            // Made from the figure inside, and by a chance of its own: so who sees both knows no more than the one inside
            // says. That goes for whether it is told, too: if it depended on the count, "3 inside, and told outside" would
            // mean five. Rounded up or down at random, but always the same way for the same cases.
            let inside = blurred(cases, keys);
            if fewest(inside) < audience.threshold() {
                return None;
            }
            let rest = inside % BASE;
            let up = spread(keys ^ OUTSIDE) % u64::from(BASE) < u64::from(rest);
            let rounded = inside.saturating_sub(rest).saturating_add(if up { BASE } else { 0 });
            Some(rounded.max(BASE))
        }
    }
}

/// A count of at least three, a little more or less.
fn blurred(cases: u32, keys: i64) -> u32 {
    let width = u64::from(BLUR).saturating_mul(2).saturating_add(1);
    let step = u32::try_from(spread(keys) % width).unwrap_or(BLUR);
    cases.saturating_add(step).saturating_sub(BLUR).max(Audience::Inside.threshold())
}

/// The fewest cases that a figure inside can stand for.
fn fewest(inside: u32) -> u32 {
    inside.saturating_sub(BLUR).max(Audience::Inside.threshold())
}

/// An amount that belongs to counted cases, e.g. what they cost: blurred as the count is, then by up to the share of one case
/// more or less, by a draw of its own, and rounded to `unit`.
///
/// Without that draw the amount divided by the figure would be the true mean of the cases. The means of two parts and of the
/// whole tell how many cases the parts have.
#[must_use]
pub fn shown_amount(amount: i64, counted: Counted, audience: Audience, unit: i64) -> Option<i64> {
    let told = shown(counted, audience)?;
    if audience == Audience::Centre || counted.cases == 0 {
        return Some(amount);
    }
    let (cases, grain) = (i128::from(counted.cases), i128::from(GRAIN));
    let width = GRAIN.saturating_mul(2).saturating_add(1);
    let drawn = i128::from(spread(counted.keys ^ AMOUNT) % width).saturating_sub(grain);
    let scaled = i128::from(amount).saturating_mul(i128::from(told)) / cases;
    let parts = cases.saturating_mul(grain);
    let scaled = scaled.saturating_mul(parts.saturating_add(drawn)) / parts;
    let unit = i128::from(unit.max(1));
    let rounded = (scaled.saturating_add(unit / 2) / unit).saturating_mul(unit);
    Some(i64::try_from(rounded).unwrap_or(i64::MAX))
}

/// In how many municipalities cases were met: exact for the centre, "in at least so many" for everybody else. One may be left
/// out, by a draw of its own, so that a town more or less says nothing certain. Never more than the cases that the figure stands
/// for at least: so many towns would tell of so many cases.
#[must_use]
pub fn towns_at_least(towns: u32, counted: Counted, audience: Audience) -> Option<u32> {
    shown(counted, audience)?;
    if audience == Audience::Centre {
        return Some(towns);
    }
    let Counted { cases, keys } = counted;
    let left_out = u32::try_from(spread(keys ^ TOWNS) % 2).unwrap_or(1);
    Some(towns.saturating_sub(left_out).min(fewest(blurred(cases, keys))).max(1))
}

/// The most that is told of similar ones. Nobody needs to know whether there are a hundred or a thousand, and so nobody has to
/// count them while somebody types.
pub const AT_LEAST_MAXIMUM: u32 = 99;

/// So many cases, and any more, are told of in the same way by [`at_least`]. Which of them were counted does not matter then.
#[must_use]
pub fn beyond_what_is_told(counted: Counted) -> Counted {
    let enough = AT_LEAST_MAXIMUM.saturating_add(BLUR.saturating_mul(2));
    if counted.cases < enough { counted } else { Counted { cases: enough, keys: 0 } }
}

/// How many similar ones are told to somebody who raises a barrier: "at least so many", in steps of the threshold, and 99 at
/// most. It follows from the figure inside, so that a step does not tell which count it was taken at.
#[must_use]
pub fn at_least(counted: Counted) -> Option<u32> {
    let least = fewest(shown(counted, Audience::Inside)?).min(AT_LEAST_MAXIMUM);
    Some(least.saturating_sub(least % Audience::Inside.threshold()))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::{
        AT_LEAST_MAXIMUM, Audience, BASE, BLUR, Counted, at_least, beyond_what_is_told, cell_key, fewest, shown,
        shown_amount, spread, towns_at_least,
    };

    fn counted(cases: &[i32]) -> Counted {
        Counted { cases: u32::try_from(cases.len()).unwrap(), keys: cases.iter().map(|key| i64::from(*key)).sum() }
    }

    /// The number of a made-up case.
    fn key(number: u32) -> i32 {
        i32::try_from(spread(i64::from(number)) >> 33).unwrap()
    }

    /// Made-up cases, the same in every run.
    fn cases(from: u32, count: u32) -> Vec<i32> {
        (from..from + count).map(key).collect()
    }

    #[test]
    fn few_cases_are_hidden_and_the_centre_sees_the_truth() {
        let two = Counted { cases: 2, keys: 7 };
        let four = Counted { cases: 4, keys: 7 };
        assert_eq!(shown(two, Audience::Centre), Some(2));
        assert_eq!((shown(two, Audience::Inside), shown(four, Audience::Outside)), (None, None));
        assert_eq!((at_least(two), towns_at_least(2, two, Audience::Inside)), (None, None));
        assert_eq!(towns_at_least(2, two, Audience::Centre), Some(2));
        assert_eq!(shown_amount(50_000, two, Audience::Inside, 100), None);
        assert_eq!(shown_amount(50_049, two, Audience::Centre, 100), Some(50_049));
    }

    #[test]
    fn beyond_ninety_nine_it_does_not_matter_how_many_were_counted() {
        for count in 3..140_u32 {
            for trial in 0..200_u32 {
                let set = counted(&cases(trial * 1000, count));
                let told = at_least(set).unwrap();
                assert!(told <= count && told <= AT_LEAST_MAXIMUM, "{count}");
                assert_eq!(at_least(beyond_what_is_told(set)), Some(told), "{count}");
            }
        }
        assert_eq!(at_least(Counted { cases: 1_000_000, keys: 1 }), Some(AT_LEAST_MAXIMUM));
    }

    #[test]
    fn whatever_is_told_of_the_same_cases_leaves_as_many_counts_open_as_the_figure_inside() {
        let mut alone: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        let mut together: BTreeMap<(u32, Option<u32>, Option<u32>), BTreeSet<u32>> = BTreeMap::new();
        for count in 3..40_u32 {
            for trial in 0..600_u32 {
                let set = counted(&cases(trial * 100, count));
                let inside = shown(set, Audience::Inside).unwrap();
                alone.entry(inside).or_default().insert(count);
                together.entry((inside, shown(set, Audience::Outside), at_least(set))).or_default().insert(count);
            }
        }
        for ((inside, outside, least), counts) in together {
            assert_eq!(counts, alone[&inside], "{inside} inside, {outside:?} outside, {least:?} elsewhere");
            // The highest are cut off by the end of the trial.
            assert!(counts.len() >= 3 || inside > 37, "{inside}: {counts:?}");
        }
    }

    #[test]
    fn a_step_of_what_was_seen_elsewhere_does_not_tell_which_count_it_was_taken_at() {
        let mut taken_at: BTreeMap<(Option<u32>, Option<u32>), BTreeSet<u32>> = BTreeMap::new();
        for count in 3..40_u32 {
            for trial in 0..600_u32 {
                let mut set = cases(trial * 100, count + 1);
                let after = at_least(counted(&set));
                set.pop();
                taken_at.entry((at_least(counted(&set)), after)).or_default().insert(count);
            }
        }
        assert!(taken_at.contains_key(&(Some(3), Some(6))) && taken_at.contains_key(&(Some(6), Some(3))));
        for ((before, after), counts) in taken_at {
            // The highest are cut off by the end of the trial.
            if before != after && before.max(after) < Some(30) {
                assert!(counts.len() >= 2, "from {before:?} to {after:?} at {counts:?} only");
            }
        }
    }

    #[test]
    fn a_town_more_or_less_says_nothing_certain() {
        let told = |towns: u32| -> BTreeSet<Option<u32>> {
            (0..100_u32)
                .map(|trial| towns_at_least(towns, counted(&cases(trial * 100, 20)), Audience::Inside))
                .collect()
        };
        assert_eq!(told(4), BTreeSet::from([Some(3), Some(4)]));
        assert_eq!(told(5), BTreeSet::from([Some(4), Some(5)]));
        assert_eq!(told(1), BTreeSet::from([Some(1)]));
    }

    #[test]
    fn an_amount_goes_with_the_count_that_is_shown_and_does_not_give_the_mean_away() {
        let mut means = BTreeSet::new();
        for trial in 0..200_u32 {
            let set = counted(&cases(trial * 100, 8));
            let told = i64::from(shown(set, Audience::Inside).unwrap());
            let amount = shown_amount(8 * 100_000, set, Audience::Inside, 100).unwrap();
            // Up to the share of one case of eight, and what rounding adds.
            let most = u64::try_from(told * 12_500 + 100).unwrap();
            assert!(amount % 100 == 0 && amount.abs_diff(told * 100_000) <= most, "{amount} for {told}");
            means.insert(amount / told);
        }
        assert!(means.len() > 100, "{means:?}");
    }

    #[test]
    fn the_amounts_of_two_parts_and_of_the_whole_do_not_tell_how_many_cases_the_parts_have() {
        // Who knew the means x and y of two parts of a and b cases, and w of the whole, would know a : b, since
        // a x + b y = (a + b) w; and of the few pairs that the figures leave open, mostly one has that quotient.
        const TRIALS: u32 = 200;
        let near = |told: u32| told.saturating_sub(BLUR)..=told + BLUR;
        let seen = |keys: &[i32], amount: i64| {
            let told = shown(counted(keys), Audience::Inside).unwrap();
            let amount = shown_amount(amount, counted(keys), Audience::Inside, 10_000).unwrap();
            (told, f64::from(i32::try_from(amount).unwrap()) / f64::from(told))
        };
        let mut solved = 0;
        for trial in 0..TRIALS {
            let (a, b) = (6 + trial % 9, 7 + trial % 5);
            let (one, other) = (cases(trial * 1_000, a), cases(trial * 1_000 + 500, b));
            let whole: Vec<i32> = one.iter().chain(&other).copied().collect();
            let (cost, rest) = (2_000_000 * i64::from(a), 500_000 * i64::from(b));
            let ((of_one, x), (of_other, y), (of_whole, w)) =
                (seen(&one, cost), seen(&other, rest), seen(&whole, cost + rest));
            let quotient = (w - y) / (x - w);
            let distance = |(a, b): &(u32, u32)| (f64::from(*a) / f64::from(*b) - quotient).abs();
            let guess = near(of_one)
                .flat_map(|a| near(of_other).map(move |b| (a, b)))
                .filter(|(a, b)| near(of_whole).contains(&(a + b)))
                .min_by(|one, other| distance(one).total_cmp(&distance(other)));
            solved += u32::from(guess == Some((a, b)));
        }
        assert!(solved < TRIALS / 3, "{solved} of {TRIALS} solved");
    }

    #[test]
    fn a_figure_outside_says_no_more_than_the_one_inside() {
        // How often each figure outside comes with a figure inside must not depend on the true count behind it.
        let mut seen: BTreeMap<(Option<u32>, u32), [u32; 20]> = BTreeMap::new();
        for cases in 18..23_u32 {
            for keys in 0..20_000_i64 {
                let counted = Counted { cases, keys: keys.wrapping_mul(7_919) };
                let outside = shown(counted, Audience::Outside).unwrap();
                let place = usize::try_from(outside / BASE).unwrap();
                seen.entry((shown(counted, Audience::Inside), cases)).or_default()[place] += 1;
            }
        }
        // 20 inside stands for 18 to 22, each with another blur.
        let of: Vec<[u32; 20]> = (18..23).map(|cases| seen[&(Some(20), cases)]).collect();
        for shares in &of {
            assert!(shares.iter().zip(&of[0]).all(|(a, b)| a.abs_diff(*b) < 400), "{of:?}");
        }
        let of: Vec<[u32; 20]> = (19..23).map(|cases| seen[&(Some(21), cases)]).collect();
        for shares in &of {
            assert!(shares.iter().zip(&of[0]).all(|(a, b)| a.abs_diff(*b) < 400), "{of:?}");
        }
    }

    proptest! {
        #[test]
        fn a_figure_is_near_the_truth_and_the_same_for_the_same_cases_in_any_order(
            mut keys in prop::collection::vec(0..i32::MAX, 0..60)
        ) {
            let inside = shown(counted(&keys), Audience::Inside);
            let outside = shown(counted(&keys), Audience::Outside);
            keys.reverse();
            prop_assert_eq!(inside, shown(counted(&keys), Audience::Inside));
            let truth = u32::try_from(keys.len()).unwrap();
            if let Some(told) = inside {
                prop_assert!(told.abs_diff(truth) <= BLUR && told >= 3);
            }
            if let Some(told) = outside {
                prop_assert!(told % BASE == 0 && told.abs_diff(truth) < BASE + BLUR && told >= BASE);
            }
        }

        #[test]
        fn who_sees_a_figure_before_and_after_cannot_tell_whether_one_case_was_added(
            keys in prop::collection::vec(0..i32::MAX, 5..40)
        ) {
            // Over all cases that could have been added, the change that is seen is one that other numbers of cases give
            // as well: no single difference belongs to "one case more" alone.
            let before = i64::from(shown(counted(&keys), Audience::Inside).unwrap());
            let changes = |added: usize| -> BTreeSet<i64> {
                (0..200_i32)
                    .map(|other| {
                        let mut after = keys.clone();
                        after.extend((0..added).map(|one| other * 7_919 + i32::try_from(one).unwrap() * 104_729));
                        i64::from(shown(counted(&after), Audience::Inside).unwrap()) - before
                    })
                    .collect()
            };
            let (one, two) = (changes(1), changes(2));
            prop_assert!(one.intersection(&two).count() >= 3, "{one:?} {two:?}");
            prop_assert!(one.contains(&0) || before != i64::try_from(keys.len()).unwrap());
        }

        #[test]
        fn towns_are_a_lower_bound_that_tells_of_no_more_cases_than_the_figure(
            keys in prop::collection::vec(0..i32::MAX, 1..40), towns in 1..12_u32
        ) {
            let set = counted(&keys);
            let towns = towns.min(set.cases);
            let inside = towns_at_least(towns, set, Audience::Inside);
            let outside = towns_at_least(towns, set, Audience::Outside);
            let told = shown(set, Audience::Inside);
            prop_assert_eq!(inside.is_some(), told.is_some());
            prop_assert_eq!(outside.is_some(), shown(set, Audience::Outside).is_some());
            prop_assert!(outside.is_none() || outside == inside);
            prop_assert_eq!(towns_at_least(towns, set, Audience::Centre), Some(towns));
            if let (Some(inside), Some(told)) = (inside, told) {
                prop_assert!((1..=towns).contains(&inside) && inside <= fewest(told));
            }
        }

        #[test]
        fn what_is_told_of_those_elsewhere_is_never_more_than_the_truth(
            keys in prop::collection::vec(0..i32::MAX, 0..60)
        ) {
            let set = counted(&keys);
            let told = at_least(set);
            prop_assert_eq!(told.is_some(), set.cases >= 3);
            prop_assert!(told.is_none_or(|told| told <= set.cases && told >= 3 && told.is_multiple_of(3)));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn what_one_case_more_changes_two_more_or_one_in_the_place_of_another_change_as_well(
            keys in prop::collection::vec(0..i32::MAX, 6..40)
        ) {
            type Figure = fn(&[i32]) -> Option<u32>;
            let figures: [Figure; 4] = [
                |keys: &[i32]| shown(counted(keys), Audience::Inside),
                |keys: &[i32]| shown(counted(keys), Audience::Outside),
                |keys: &[i32]| at_least(counted(keys)),
                // Every third case in a town of its own.
                |keys: &[i32]| towns_at_least(1 + counted(keys).cases / 3, counted(keys), Audience::Inside),
            ];
            for (which, figure) in figures.into_iter().enumerate() {
                let after = |gone: usize, come: u32| -> BTreeSet<Option<u32>> {
                    (0..300_u32)
                        .map(|other| {
                            let mut after = keys[gone..].to_vec();
                            after.extend(cases(other * 2, come));
                            figure(&after)
                        })
                        .collect()
                };
                let others = &after(0, 2) | &after(1, 1);
                let one = after(0, 1);
                prop_assert!(one.is_subset(&others), "{which}: {one:?}, and otherwise {others:?}");
            }
        }
    }

    #[test]
    fn the_key_of_a_case_is_never_negative() {
        assert!(cell_key(uuid::Uuid::max()) >= 0);
        assert_eq!(cell_key(uuid::Uuid::nil()), 0);
    }
}
