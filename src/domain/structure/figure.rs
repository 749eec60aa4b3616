//! Figures about barriers that may leave the centre.
//!
//! Case managers and the centre work with barriers; everybody else sees counts of cases. A count is hidden below a
//! threshold and blurred above it: the *cell-key method* (Fraser and Wooton, "A proposed method for confidentialising
//! tabular output to protect against differencing", UNECE 2005). Every case carries a random number; the sum of those that
//! are counted decides by how much the count is blurred. So the same cases always give the same figure, which makes asking
//! again pointless, and one case more or less gives another blur, which makes differences between two questions, or
//! between two days, say nothing certain about one case.

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
            // says. Rounded up or down at random, but always the same way for the same cases.
            let inside = blurred(cases, keys);
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

/// An amount that belongs to counted cases, e.g. what they cost: blurred as the count is, and rounded to `unit`.
#[must_use]
pub fn shown_amount(amount: i64, counted: Counted, audience: Audience, unit: i64) -> Option<i64> {
    let told = shown(counted, audience)?;
    if audience == Audience::Centre || counted.cases == 0 {
        return Some(amount);
    }
    let scaled = i128::from(amount).saturating_mul(i128::from(told)) / i128::from(counted.cases);
    let unit = i128::from(unit.max(1));
    let rounded = (scaled.saturating_add(unit / 2) / unit).saturating_mul(unit);
    Some(i64::try_from(rounded).unwrap_or(i64::MAX))
}

/// How many similar ones are told to somebody who raises a barrier: "at least so many", in steps of the threshold.
#[must_use]
pub const fn at_least(cases: u32) -> Option<u32> {
    let threshold = Audience::Inside.threshold();
    if cases < threshold { None } else { Some(cases / threshold * threshold) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{Audience, BASE, BLUR, Counted, at_least, cell_key, shown, shown_amount};

    fn counted(cases: &[i32]) -> Counted {
        Counted { cases: u32::try_from(cases.len()).unwrap(), keys: cases.iter().map(|key| i64::from(*key)).sum() }
    }

    #[test]
    fn few_cases_are_hidden_and_the_centre_sees_the_truth() {
        let two = Counted { cases: 2, keys: 7 };
        let four = Counted { cases: 4, keys: 7 };
        assert_eq!(shown(two, Audience::Centre), Some(2));
        assert_eq!((shown(two, Audience::Inside), shown(four, Audience::Outside)), (None, None));
        assert_eq!((at_least(2), at_least(3), at_least(8)), (None, Some(3), Some(6)));
    }

    #[test]
    fn an_amount_follows_the_count_that_is_shown() {
        let five = Counted { cases: 5, keys: 0 };
        let told = shown(five, Audience::Inside).unwrap();
        assert_eq!(shown_amount(50_000, five, Audience::Inside, 100), Some(i64::from(told) * 10_000));
        assert_eq!(shown_amount(50_049, five, Audience::Centre, 100), Some(50_049));
        assert_eq!(shown_amount(50_000, Counted { cases: 2, keys: 0 }, Audience::Inside, 100), None);
    }

    #[test]
    fn a_figure_outside_says_no_more_than_the_one_inside() {
        // How often each figure outside comes with a figure inside must not depend on the true count behind it.
        let mut seen: std::collections::BTreeMap<(Option<u32>, u32), [u32; 20]> = Default::default();
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
    }

    #[test]
    fn the_key_of_a_case_is_never_negative() {
        assert!(cell_key(uuid::Uuid::max()) >= 0);
        assert_eq!(cell_key(uuid::Uuid::nil()), 0);
    }
}
