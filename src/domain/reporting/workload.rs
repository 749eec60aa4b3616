//! Workload as an employer may see it: counts of the own staff, and nothing that tells more than the count.

use super::caseload::{Cases, Weights};
use super::suppression::{Figure, Rules, stand_alone};

/// The weighted load is rounded to so many hundredths: five standard cases.
const STEP: i64 = 500;
/// Beyond so many cases the mix is not looked at any more: there it is open by far.
const CASES_LOOKED_AT: u32 = 200;

/// What an employer sees of a member of staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// How many cases.
    pub cases: Figure,
    /// What they weigh, in hundredths of a standard case and rounded to five cases; none where it would tell of which
    /// intensity they are.
    pub load_hundredths: Option<i64>,
}

/// What an employer may see of these cases.
#[must_use]
pub fn of(cases: &Cases, weights: &Weights, rules: Rules) -> Workload {
    let count = stand_alone(u64::from(cases.count()), rules);
    let rounded = rounded(cases.load(weights));
    let is_shown = count != Figure::Hidden && leaves_the_mix_open(cases.count(), rounded, weights, rules);
    Workload { cases: count, load_hundredths: is_shown.then_some(rounded) }
}

const fn rounded(load: i64) -> i64 {
    load.saturating_add(STEP / 2) / STEP * STEP
}

/// Whether somebody who knows the count and the rounded load still does not know the number of any intensity within less
/// than k.
fn leaves_the_mix_open(count: u32, load: i64, weights: &Weights, rules: Rules) -> bool {
    if count > CASES_LOOKED_AT {
        return true;
    }
    let mut ranges = [(u32::MAX, 0_u32); 3];
    for short_advice in 0..=count {
        for intensive in 0..=count.saturating_sub(short_advice) {
            let standard = count.saturating_sub(short_advice).saturating_sub(intensive);
            let mix = Cases { short_advice, standard, intensive };
            if rounded(mix.load(weights)) != load {
                continue;
            }
            for ((least, most), number) in ranges.iter_mut().zip([short_advice, standard, intensive]) {
                (*least, *most) = ((*least).min(number), (*most).max(number));
            }
        }
    }
    ranges.iter().all(|(least, most)| most.saturating_sub(*least) >= rules.smallest_shown())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::suppression::{Audience, Thresholds};
    use super::*;

    fn rules() -> Rules {
        Thresholds::default().of(Audience::Employer)
    }

    #[test]
    fn fewer_than_three_cases_are_not_told() {
        let cases = |standard| Cases { standard, ..Cases::default() };
        let seen = [0, 1, 2, 3, 12].map(|number| of(&cases(number), &Weights::PRESET, rules()));
        assert!(seen[..3].iter().all(|seen| seen.cases == Figure::Hidden && seen.load_hundredths.is_none()));
        assert_eq!(seen[3], Workload { cases: Figure::Shown(3), load_hundredths: None });
        assert_eq!(seen[4], Workload { cases: Figure::Shown(12), load_hundredths: Some(1000) });
    }

    proptest! {
        #[test]
        fn count_and_load_leave_the_number_of_every_intensity_open(
            short_advice in 0..20_u32,
            standard in 0..20_u32,
            intensive in 0..20_u32,
            weights in prop::array::uniform3(1..400_i32),
        ) {
            let cases = Cases { short_advice, standard, intensive };
            let weights = Weights { short_advice: weights[0], standard: weights[1], intensive: weights[2] };
            let seen = of(&cases, &weights, rules());
            let Some(load) = seen.load_hundredths else { return Ok(()) };
            prop_assert!((load - cases.load(&weights)).abs() <= 250);
            // Everybody who gives the same answer, by trying.
            let mut alike = Vec::new();
            for one in 0..=cases.count() {
                for other in 0..=cases.count() - one {
                    let mix = Cases { short_advice: one, standard: other, intensive: cases.count() - one - other };
                    if of(&mix, &weights, rules()) == seen {
                        alike.push([mix.short_advice, mix.standard, mix.intensive]);
                    }
                }
            }
            prop_assert!(alike.contains(&[short_advice, standard, intensive]));
            for at in 0..3 {
                let numbers = || alike.iter().map(|mix| mix[at]);
                prop_assert!(numbers().max().unwrap() - numbers().min().unwrap() >= 3);
            }
        }
    }
}
