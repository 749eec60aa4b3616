//! Caseload: how much work the cases of a case manager are, and how that compares with the planning key.

use entity::codes::{CaseIntensity, LoadAssessment};

/// What cases weigh, in hundredths of a standard case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Short advice.
    pub short_advice: i32,
    /// The usual.
    pub standard: i32,
    /// Much more than usual.
    pub intensive: i32,
}

impl Weights {
    /// What a district starts with.
    pub const PRESET: Self = Self { short_advice: 25, standard: 100, intensive: 200 };

    /// What a case of this intensity weighs.
    #[must_use]
    pub const fn of(&self, intensity: CaseIntensity) -> i32 {
        match intensity {
            CaseIntensity::ShortAdvice => self.short_advice,
            CaseIntensity::Standard => self.standard,
            CaseIntensity::Intensive => self.intensive,
        }
    }
}

/// How many standard cases a full-time equivalent is planned for. No binding key is known for this programme; usual ones lie
/// between 25 and 40.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanningKey {
    /// The fewest.
    pub minimum: i32,
    /// The most.
    pub maximum: i32,
}

impl PlanningKey {
    /// What a district starts with.
    pub const PRESET: Self = Self { minimum: 25, maximum: 40 };

    /// How a load for one full-time equivalent, in hundredths of a standard case, compares with the key.
    #[must_use]
    pub fn assess(&self, load_per_fte_hundredths: i64) -> LoadAssessment {
        if load_per_fte_hundredths < i64::from(self.minimum) * 100 {
            LoadAssessment::Below
        } else if load_per_fte_hundredths > i64::from(self.maximum) * 100 {
            LoadAssessment::Above
        } else {
            LoadAssessment::Within
        }
    }
}

/// The cases of a case manager.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cases {
    /// Short advice.
    pub short_advice: u32,
    /// The usual.
    pub standard: u32,
    /// Much more than usual.
    pub intensive: u32,
}

impl Cases {
    /// Adds some.
    pub const fn add(&mut self, intensity: CaseIntensity, cases: u32) {
        let own = match intensity {
            CaseIntensity::ShortAdvice => &mut self.short_advice,
            CaseIntensity::Standard => &mut self.standard,
            CaseIntensity::Intensive => &mut self.intensive,
        };
        *own = own.saturating_add(cases);
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.short_advice.saturating_add(self.standard).saturating_add(self.intensive)
    }

    /// What they weigh together, in hundredths of a standard case.
    #[must_use]
    pub fn load(&self, weights: &Weights) -> i64 {
        let of = |cases: u32, weight: i32| i64::from(cases).saturating_mul(i64::from(weight));
        of(self.short_advice, weights.short_advice)
            .saturating_add(of(self.standard, weights.standard))
            .saturating_add(of(self.intensive, weights.intensive))
    }
}

/// The load for one full-time equivalent, both in hundredths; none without a position.
#[must_use]
pub fn load_per_fte(load_hundredths: i64, fte_hundredths: i32) -> Option<i64> {
    load_hundredths.saturating_mul(100).checked_div(i64::from(fte_hundredths))
}

#[cfg(test)]
mod tests {
    use entity::codes::{CaseIntensity, LoadAssessment};

    use super::{Cases, PlanningKey, Weights, load_per_fte};

    #[test]
    fn a_half_post_with_sixteen_standard_cases_is_within_the_planning_key() {
        let mut cases = Cases::default();
        cases.add(CaseIntensity::Standard, 12);
        cases.add(CaseIntensity::Intensive, 1);
        cases.add(CaseIntensity::ShortAdvice, 8);
        assert_eq!((cases.count(), cases.load(&Weights::PRESET)), (21, 1600));
        assert_eq!(load_per_fte(1600, 50), Some(3200));
        assert_eq!(load_per_fte(1600, 0), None);
        let assess = |load| PlanningKey::PRESET.assess(load);
        assert_eq!(assess(3200), LoadAssessment::Within);
        assert_eq!([assess(2499), assess(2500), assess(4000), assess(4001)], {
            use LoadAssessment::{Above, Below, Within};
            [Below, Within, Within, Above]
        });
    }
}
