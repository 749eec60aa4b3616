//! The priority of a theme, and what it costs: both told with how they come about.

use entity::codes::{BarrierSeverity, ThemeReach, ThemeSolvableBy};

/// How a priority comes about: cases x severity x reach x solvability, and what age without a decision adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priority {
    /// Cases that count: as many as may be told, at most 50.
    pub cases: i32,
    /// 1 to 3.
    pub severity: i32,
    /// 1 to 5: the further it reaches, the more.
    pub reach: i32,
    /// 1 to 3: the nearer a solution is, the more.
    pub solvability: i32,
    /// One for each full month without a decision, at most 24.
    pub age: i32,
    /// The product of the first four, and the age.
    pub score: i32,
}

/// Reckons a priority; `months` counts the full months without a decision.
#[must_use]
pub fn priority(
    cases: u32,
    severity: BarrierSeverity,
    reach: ThemeReach,
    solvable_by: ThemeSolvableBy,
    months: i32,
) -> Priority {
    let cases = i32::try_from(cases.min(50)).unwrap_or(50);
    let severity = match severity {
        BarrierSeverity::Minor => 1,
        BarrierSeverity::Serious => 2,
        BarrierSeverity::Blocking => 3,
    };
    let reach = match reach {
        ThemeReach::OneMunicipality => 1,
        ThemeReach::SeveralMunicipalities => 2,
        ThemeReach::District => 3,
        ThemeReach::State => 4,
        ThemeReach::Federal => 5,
    };
    let solvability = match solvable_by {
        ThemeSolvableBy::CaseManager | ThemeSolvableBy::Office | ThemeSolvableBy::DistrictAdmin => 3,
        ThemeSolvableBy::Municipalities | ThemeSolvableBy::WelfareOrganisations | ThemeSolvableBy::Council => 2,
        ThemeSolvableBy::State | ThemeSolvableBy::Federal => 1,
    };
    let age = months.clamp(0, 24);
    let product = [severity, reach, solvability].into_iter().fold(cases, i32::saturating_mul);
    Priority { cases, severity, reach, solvability, age, score: product.saturating_add(age) }
}

/// What barriers cost, in euro cents: working time lost, and days of delay.
#[must_use]
pub fn cost_cents(minutes_lost: i64, delay_days: i64, hour_cost_cents: i32, delay_day_cost_cents: i32) -> i64 {
    let minutes = minutes_lost.saturating_mul(i64::from(hour_cost_cents)).saturating_add(30) / 60;
    minutes.saturating_add(delay_days.saturating_mul(i64::from(delay_day_cost_cents)))
}

#[cfg(test)]
mod tests {
    use entity::codes::{BarrierSeverity, ThemeReach, ThemeSolvableBy};

    use super::{cost_cents, priority};

    #[test]
    fn a_priority_is_the_product_of_its_parts_and_grows_with_age() {
        let of = |months| priority(8, BarrierSeverity::Serious, ThemeReach::District, ThemeSolvableBy::Council, months);
        assert_eq!((of(0).score, of(5).score, of(99).score), (8 * 2 * 3 * 2, 101, 120));
        let most =
            priority(u32::MAX, BarrierSeverity::Blocking, ThemeReach::Federal, ThemeSolvableBy::Office, i32::MAX);
        assert_eq!(most.score, 50 * 3 * 5 * 3 + 24);
    }

    #[test]
    fn time_and_delay_are_reckoned_in_cents() {
        assert_eq!(cost_cents(90, 10, 4_000, 1_500), 6_000 + 15_000);
        assert_eq!(cost_cents(1, 0, 4_000, 0), 67);
        assert_eq!(cost_cents(i64::MAX, i64::MAX, i32::MAX, i32::MAX), i64::MAX);
    }
}
