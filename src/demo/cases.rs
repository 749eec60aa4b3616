//! Invented cases for trying out and for measuring: the same for the same seed, each on its own, so that a million of them
//! can be made side by side.

use chrono::{Days, NaiveDate};
use entity::codes::{
    CaseIntensity, CasePhase, CaseStatus, CaseUnit, ClosureReason, LegalBasis, LegalSphere, NeedSeverity,
    ReferralSource,
};

use crate::demo::dice::Dice;
use crate::demo::people::{self, InventedPerson};
use crate::demo::work::{self, InventedWork};

/// The seed of the default demo.
pub const SEED: u64 = 2023;
/// How many cases the default demo has.
pub const COUNT: u32 = 240;
/// The oldest case was opened so many days ago.
const SPAN_DAYS: u64 = 500;
/// Younger cases than this are still open.
const CLOSED_AFTER_DAYS: i64 = 90;
/// So many of a hundred of the older cases are closed.
const CLOSED_PERCENT: u64 = 20;

/// The weight of a case manager in full time.
pub const FULL_WEIGHT: u32 = 100;
/// The weight of a case manager in half a position: half the hours, but not half the cases.
pub const HALF_WEIGHT: u32 = 80;

/// A town of the district.
#[derive(Clone, Copy, Debug)]
pub struct Town {
    /// Its name.
    pub name: &'static str,
    /// Its postal code.
    pub postal_code: &'static str,
    /// Thousands of inhabitants, about.
    pub thousands: u32,
}

const fn town(name: &'static str, postal_code: &'static str, thousands: u32) -> Town {
    Town { name, postal_code, thousands }
}

/// The eleven towns.
pub const TOWNS: [Town; 11] = [
    town("Ascheberg", "59387", 16),
    town("Billerbeck", "48727", 12),
    town("Coesfeld", "48653", 37),
    town("Dülmen", "48249", 47),
    town("Havixbeck", "48329", 12),
    town("Lüdinghausen", "59348", 25),
    town("Nordkirchen", "59394", 10),
    town("Nottuln", "48301", 20),
    town("Olfen", "59399", 13),
    town("Rosendahl", "48720", 11),
    town("Senden", "48308", 21),
];

/// A case manager of the demo.
#[derive(Clone, Debug)]
pub struct Manager {
    /// How many cases, compared with the others.
    pub weight: u32,
    /// Names of the towns that the position serves; all if there are none.
    pub towns: Vec<&'static str>,
    /// Since when the position is held.
    pub since: NaiveDate,
}

/// What is to be invented.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Everything follows from it.
    pub seed: u64,
    /// How many cases.
    pub count: u32,
    /// The day on which the demo is looked at.
    pub today: NaiveDate,
    /// Who leads the cases; at least one.
    pub managers: Vec<Manager>,
}

/// A step of an invented case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The phase before; none for the first.
    pub from: Option<CasePhase>,
    /// The phase after.
    pub to: CasePhase,
    /// When.
    pub on: NaiveDate,
}

/// A legal sphere that an invented case is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sphere {
    /// Which.
    pub sphere: LegalSphere,
    /// First day.
    pub from: NaiveDate,
    /// First day on which it no longer holds.
    pub until: Option<NaiveDate>,
}

/// An invented case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventedCase {
    /// Which of the case managers leads it.
    pub manager: usize,
    /// Its town.
    pub town: &'static str,
    /// Person or household.
    pub unit: CaseUnit,
    /// How much work it needs.
    pub intensity: CaseIntensity,
    /// Where the person came from.
    pub referral_source: ReferralSource,
    /// Whether it is worked on.
    pub status: CaseStatus,
    /// First day.
    pub opened_on: NaiveDate,
    /// Day and reason of its closure.
    pub closed: Option<(NaiveDate, ClosureReason)>,
    /// Its way through the phases; never empty.
    pub steps: Vec<Step>,
    /// Legal spheres.
    pub spheres: Vec<Sphere>,
    /// Needs: code of the area and severity.
    pub needs: Vec<(&'static str, NeedSeverity)>,
    /// The work in it.
    pub work: InventedWork,
    /// The legal basis of the record.
    pub legal_basis: LegalBasis,
    /// The person.
    pub person: InventedPerson,
}

impl InventedCase {
    /// The phase that it is in, and since when.
    #[must_use]
    pub fn phase(&self) -> (CasePhase, NaiveDate) {
        self.steps.last().map_or((CasePhase::Intake, self.opened_on), |step| (step.to, step.on))
    }
}

/// Numbers that spread evenly over all numbers below 2^64, wherever one begins and ends.
const fn spread(seed: u64, index: u64, step: u64) -> u64 {
    seed.wrapping_mul(0xd1b5_4a32_d192_ed03).wrapping_add(index.wrapping_mul(step))
}

/// The share of `total` at a number of [`spread`].
fn share(spread: u64, total: u64) -> u64 {
    (spread >> 32).saturating_mul(total) >> 32
}

impl Plan {
    /// Invents the case with this index, from 0 to the count.
    #[must_use]
    pub fn invent(&self, index: u32) -> InventedCase {
        let mut dice = Dice::of(self.seed, u64::from(index));
        let manager = self.manager(index);
        let held = self.managers.get(manager);
        let town = self.town(&mut dice, held);
        let opened_on = self.opened_on(&mut dice, index, held.map(|manager| manager.since));
        let age_days = (self.today - opened_on).num_days();
        // By the square root of two: independent of the choice of the manager, and as even.
        let closes = share(spread(self.seed, u64::from(index), 0x6a09_e667_f3bc_c908), 100) < CLOSED_PERCENT;
        let closed = (closes && age_days > CLOSED_AFTER_DAYS).then(|| closure(&mut dice, opened_on, self.today));
        let person = people::invent(&mut dice, (town.postal_code, town.name), opened_on, self.today);
        let status = match closed {
            Some(_) => CaseStatus::Closed,
            None if dice.chance(4) => CaseStatus::Paused,
            None => CaseStatus::Open,
        };
        let steps = steps(&mut dice, opened_on, closed.map(|(day, _)| day), self.today);
        let needs = needs(&mut dice);
        let work = work::invent(&mut dice, &needs, &steps, closed, self.today);
        InventedCase {
            manager,
            town: town.name,
            unit: if dice.chance(30) { CaseUnit::Household } else { CaseUnit::Person },
            intensity: dice.weighed(
                &[(CaseIntensity::ShortAdvice, 18), (CaseIntensity::Standard, 60), (CaseIntensity::Intensive, 22)],
                CaseIntensity::Standard,
            ),
            referral_source: dice.weighed(REFERRALS, ReferralSource::Other),
            status,
            opened_on,
            closed,
            steps,
            spheres: spheres(&mut dice, person.residence_group, opened_on, self.today),
            needs,
            work,
            legal_basis: if dice.chance(88) { LegalBasis::Consent61A } else { LegalBasis::PublicTask61E },
            person,
        }
    }

    /// Spreads the cases over the case managers by their weights, nearly evenly in every stretch of indexes.
    fn manager(&self, index: u32) -> usize {
        let total: u64 = self.managers.iter().map(|manager| u64::from(manager.weight)).sum();
        // By the golden ratio, which spreads most evenly of all.
        let mut rest = share(spread(self.seed, u64::from(index), 0x9e37_79b9_7f4a_7c15), total.max(1));
        for (at, manager) in self.managers.iter().enumerate() {
            match rest.checked_sub(u64::from(manager.weight)) {
                Some(less) => rest = less,
                None => return at,
            }
        }
        0
    }

    fn town(&self, dice: &mut Dice, manager: Option<&Manager>) -> Town {
        let served = |town: &&Town| manager.is_none_or(|held| held.towns.is_empty() || held.towns.contains(&town.name));
        let towns: Vec<(Town, u32)> = TOWNS.iter().filter(served).map(|town| (*town, town.thousands)).collect();
        let [first, ..] = TOWNS;
        dice.weighed(&towns, first)
    }

    /// Cases in the order in which they were opened.
    fn opened_on(&self, dice: &mut Dice, index: u32, since: Option<NaiveDate>) -> NaiveDate {
        let left = u64::from(self.count.saturating_sub(index).max(1)).saturating_mul(SPAN_DAYS);
        let days_ago = left.div_ceil(u64::from(self.count.max(1))).saturating_add(u64::from(dice.below(4)));
        let day = self.today.checked_sub_days(Days::new(days_ago)).unwrap_or(self.today);
        // Nobody opened a case before having the position.
        since.map_or(day, |since| day.max(since)).min(self.today)
    }
}

const REFERRALS: &[(ReferralSource, u32)] = &[
    (ReferralSource::Oneself, 14),
    (ReferralSource::CounsellingService, 16),
    (ReferralSource::Municipality, 18),
    (ReferralSource::ImmigrationOffice, 9),
    (ReferralSource::JobCentre, 13),
    (ReferralSource::EmploymentAgency, 3),
    (ReferralSource::YouthOffice, 5),
    (ReferralSource::HealthOffice, 2),
    (ReferralSource::SchoolOrDaycare, 8),
    (ReferralSource::Employer, 2),
    (ReferralSource::Volunteer, 6),
    (ReferralSource::MigrantOrganisation, 3),
    (ReferralSource::Other, 1),
];

/// A day from `after` to `before`.
pub(super) fn day_between(dice: &mut Dice, after: NaiveDate, before: NaiveDate) -> NaiveDate {
    let days = u32::try_from((before - after).num_days()).unwrap_or(0);
    after.checked_add_days(Days::new(u64::from(dice.between(0, days)))).unwrap_or(after)
}

fn closure(dice: &mut Dice, opened_on: NaiveDate, today: NaiveDate) -> (NaiveDate, ClosureReason) {
    let reasons = [
        (ClosureReason::GoalsReached, 38),
        (ClosureReason::PartlyReached, 20),
        (ClosureReason::HandedOver, 14),
        (ClosureReason::MovedAway, 11),
        (ClosureReason::NoContact, 9),
        (ClosureReason::ClientWish, 5),
        (ClosureReason::LeftCountry, 2),
        (ClosureReason::NotTargetGroup, 1),
    ];
    let earliest = opened_on.checked_add_days(Days::new(45)).unwrap_or(opened_on);
    (day_between(dice, earliest.min(today), today), dice.weighed(&reasons, ClosureReason::Other))
}

/// The way of a case: one phase after the other, sometimes a step back, as the declared steps allow.
fn steps(dice: &mut Dice, opened_on: NaiveDate, closed_on: Option<NaiveDate>, today: NaiveDate) -> Vec<Step> {
    let mut way = vec![CasePhase::Intake];
    let end = closed_on.unwrap_or(today);
    let weeks = u32::try_from((end - opened_on).num_days() / 7).unwrap_or(0);
    // A phase takes three to nine weeks.
    let onward = weeks / dice.between(3, 9);
    let path = [
        CasePhase::Clearing,
        CasePhase::Assessment,
        CasePhase::Planning,
        CasePhase::Linking,
        CasePhase::Monitoring,
        CasePhase::Evaluation,
    ];
    way.extend(path.into_iter().take(usize::try_from(onward).unwrap_or(usize::MAX)));
    if way.last() == Some(&CasePhase::Monitoring) && dice.chance(30) {
        way.extend([CasePhase::Planning, CasePhase::Linking]);
    }
    let mut days: Vec<NaiveDate> = way.iter().skip(1).map(|_| day_between(dice, opened_on, end)).collect();
    days.push(opened_on);
    days.sort_unstable();
    if closed_on.is_some() {
        way.push(CasePhase::Closure);
        days.push(end);
    }
    let before = std::iter::once(None).chain(way.iter().copied().map(Some));
    before.zip(&way).zip(days).map(|((from, to), on)| Step { from, to: *to, on }).collect()
}

/// Legal spheres by the residence title; some changed since the case was opened.
fn spheres(dice: &mut Dice, residence_group: &str, opened_on: NaiveDate, today: NaiveDate) -> Vec<Sphere> {
    let lasting = |sphere| Sphere { sphere, from: opened_on, until: None };
    let mut spheres = match residence_group {
        "EU_FREE_MOVEMENT" => {
            let mut spheres = vec![lasting(LegalSphere::FreizueggEu)];
            if dice.chance(55) {
                spheres.push(lasting(LegalSphere::SgbIi));
            }
            spheres
        }
        "ASYLUM_PROCEDURE" | "TOLERATED" | "TOLERATED_TRAINING_OR_WORK" => {
            vec![lasting(LegalSphere::Aufenthg), lasting(LegalSphere::Asylblg)]
        }
        "GERMAN" | "LATE_REPATRIATE" => vec![lasting(LegalSphere::SgbIi)],
        _ if dice.chance(25) => {
            // Recognised while the case ran: from one law to the other.
            let changed = day_between(dice, opened_on, today);
            let before = Sphere { until: Some(changed), ..lasting(LegalSphere::Asylblg) };
            let after = Sphere { from: changed, ..lasting(LegalSphere::SgbIi) };
            let change = if changed > opened_on { vec![before, after] } else { vec![after] };
            [vec![lasting(LegalSphere::Aufenthg)], change].concat()
        }
        _ => vec![lasting(LegalSphere::Aufenthg), lasting(LegalSphere::SgbIi)],
    };
    for (sphere, percent) in [
        (LegalSphere::ChildBenefit, 30),
        (LegalSphere::HousingBenefit, 8),
        (LegalSphere::SgbViii, 7),
        (LegalSphere::SgbIii, 9),
    ] {
        if dice.chance(percent) {
            spheres.push(lasting(sphere));
        }
    }
    spheres
}

const NEEDS: &[(&str, u32)] = &[
    ("LANGUAGE", 18),
    ("HOUSING", 16),
    ("WORK", 14),
    ("RESIDENCE_STATUS", 12),
    ("SUBSISTENCE", 9),
    ("RECOGNITION_OF_QUALIFICATIONS", 6),
    ("DAYCARE", 6),
    ("SCHOOL", 6),
    ("HEALTH", 6),
    ("TRAINING_STUDY", 5),
    ("DOCUMENTS_IDENTITY", 4),
    ("FAMILY_REUNIFICATION", 4),
    ("FAMILY", 3),
    ("DEBT", 3),
    ("MOBILITY", 3),
    ("DIGITAL_ACCESS", 3),
    ("NATURALISATION", 2),
    ("DISABILITY_CARE", 2),
    ("CHILD_WELFARE", 1),
    ("VIOLENCE_PROTECTION", 1),
    ("DISCRIMINATION", 1),
    ("LEISURE_PARTICIPATION", 1),
];

fn needs(dice: &mut Dice) -> Vec<(&'static str, NeedSeverity)> {
    let severities =
        [(NeedSeverity::Low, 15), (NeedSeverity::Moderate, 45), (NeedSeverity::High, 32), (NeedSeverity::Acute, 8)];
    let mut needs: Vec<(&str, NeedSeverity)> = Vec::new();
    for _ in 0..dice.between(1, 4) {
        let area = dice.weighed(NEEDS, "OTHER");
        let severity = dice.weighed(&severities, NeedSeverity::Moderate);
        if needs.iter().all(|(known, _)| *known != area) {
            needs.push((area, severity));
        }
    }
    needs
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use chrono::Datelike as _;
    use entity::codes::{CodeList, MeasureStatus, PlanStatus};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::casework::case::STEPS;
    use crate::domain::district::code_list::defaults;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2023, 6, 1).unwrap()
    }

    fn plan(seed: u64, count: u32, managers: usize) -> Plan {
        let since = NaiveDate::from_ymd_opt(2022, 1, 1).unwrap();
        let manager = Manager { weight: 100, towns: Vec::new(), since };
        Plan { seed, count, today: today(), managers: vec![manager; managers] }
    }

    fn all(plan: &Plan) -> Vec<InventedCase> {
        (0..plan.count).map(|index| plan.invent(index)).collect()
    }

    fn counts<K: Ord>(keys: impl Iterator<Item = K>) -> BTreeMap<K, usize> {
        let mut counts = BTreeMap::new();
        keys.for_each(|key| *counts.entry(key).or_default() += 1);
        counts
    }

    #[test]
    fn the_default_demo_is_spread_over_towns_phases_needs_and_nationalities() {
        let cases = all(&plan(SEED, COUNT, 12));
        assert_eq!(counts(cases.iter().map(|case| case.town)).len(), TOWNS.len());
        assert_eq!(counts(cases.iter().map(|case| case.phase().0)).len(), CasePhase::ALL.len());
        assert!(counts(cases.iter().flat_map(|case| case.needs.iter().map(|(area, _)| *area))).len() >= 18);
        let groups = counts(cases.iter().map(|case| case.person.nationality_group));
        for group in
            ["EU_SOUTH_EAST", "UKRAINE", "MAIN_ASYLUM_COUNTRIES", "TURKIYE", "EU_OTHER", "WESTERN_BALKANS", "GERMANY"]
        {
            assert!(groups.get(group).is_some_and(|count| *count >= 5), "{group}: {groups:?}");
        }
        for name in ["Bulgarisch", "Rumänisch", "Ukrainisch", "Arabisch"] {
            assert!(cases.iter().any(|case| case.person.languages.starts_with(name)), "{name}");
        }
        for status in CaseStatus::ALL {
            assert!(cases.iter().any(|case| case.status == *status), "{status:?}");
        }
        assert!(cases.iter().any(|case| case.spheres.iter().any(|sphere| sphere.until.is_some())));
    }

    #[test]
    fn no_two_people_of_the_default_demo_have_the_same_name_and_birth_date() {
        let cases = all(&plan(SEED, COUNT, 12));
        let people: BTreeSet<_> = cases
            .iter()
            .map(|case| (&case.person.family_name, &case.person.given_names, case.person.birth_date))
            .collect();
        assert_eq!(people.len(), cases.len());
    }

    #[test]
    fn half_positions_get_fewer_cases_and_municipal_ones_only_those_of_their_towns() {
        let mut plan = plan(SEED, 2_000, 3);
        plan.managers[1].weight = 50;
        plan.managers[2].towns = vec!["Olfen", "Nordkirchen"];
        let cases = all(&plan);
        let managers = counts(cases.iter().map(|case| case.manager));
        assert!((795..=805).contains(&managers[&0]) && (395..=405).contains(&managers[&1]), "{managers:?}");
        assert!(cases.iter().all(|case| case.manager != 2 || ["Olfen", "Nordkirchen"].contains(&case.town)));
    }

    #[test]
    fn nine_case_managers_two_of_them_half_have_16_to_25_open_cases_each() {
        let mut plan = plan(SEED, COUNT, 9);
        plan.managers.iter_mut().take(2).for_each(|manager| manager.weight = HALF_WEIGHT);
        let cases = all(&plan);
        let open = cases.iter().filter(|case| case.status != CaseStatus::Closed);
        for (manager, count) in counts(open.map(|case| case.manager)) {
            assert!((16..=25).contains(&count), "{manager}: {count}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn twelve_case_managers_have_16_to_25_cases_each(seed in any::<u64>()) {
            let cases = all(&plan(seed, COUNT, 12));
            for (manager, count) in counts(cases.iter().map(|case| case.manager)) {
                prop_assert!((16..=25).contains(&count), "{}: {}", manager, count);
            }
            let open = cases.iter().filter(|case| case.status != CaseStatus::Closed).count();
            prop_assert!((190..=225).contains(&open), "{}", open);
        }

        #[test]
        fn the_same_seed_invents_the_same_and_another_one_others(seed in any::<u64>(), index in 0_u32..COUNT) {
            let case = plan(seed, COUNT, 12).invent(index);
            prop_assert_eq!(&case, &plan(seed, COUNT, 12).invent(index));
            prop_assert_ne!(&case.person, &plan(seed.wrapping_add(1), COUNT, 12).invent(index).person);
        }

        #[test]
        fn whatever_is_invented_is_plausible(seed in any::<u64>(), index in 0_u32..1_000) {
            let entries = defaults().unwrap();
            let plan = plan(seed, 1_000, 12);
            let case = plan.invent(index);
            let since = plan.managers[case.manager].since;
            prop_assert!(case.opened_on >= since && case.opened_on <= today());
            // Its way begins with the first phase and follows the declared steps.
            prop_assert_eq!(case.steps[0], Step { from: None, to: CasePhase::Intake, on: case.opened_on });
            for (step, next) in case.steps.iter().zip(&case.steps[1..]) {
                prop_assert_eq!(Some(step.to), next.from);
                prop_assert!(step.on <= next.on && next.on <= today());
                let declared = STEPS.iter().any(|known| known.from == step.to && known.to == next.to);
                prop_assert!(declared || next.to == CasePhase::Closure, "{:?}", next);
            }
            prop_assert_eq!(case.closed.is_some(), case.phase().0 == CasePhase::Closure);
            prop_assert_eq!(case.closed.is_some(), case.status == CaseStatus::Closed);
            // Nobody arrived before being born or after the case was opened.
            let person = &case.person;
            if let Some(arrival) = person.arrival_month {
                prop_assert!(arrival.day() == 1 && arrival <= case.opened_on);
                prop_assert!(arrival >= person.birth_date.with_day(1).unwrap());
            }
            let age = today().years_since(person.birth_date).unwrap();
            prop_assert!((16..=83).contains(&age), "{}", age);
            // What looks like a way to reach somebody reaches nobody.
            prop_assert!(person.contact.contains(" 0000"));
            prop_assert!(!person.contact.contains('@') || person.contact.ends_with("@beispiel.example"));
            prop_assert!(person.contact.is_ascii());
            prop_assert!(person.address.contains("uster") || person.address.contains("eispiel"));
            prop_assert!(person.address.ends_with(case.town));
            prop_assert!(!person.given_names.is_empty() && !person.family_name.is_empty());
            // All codes are of the lists that a district begins with.
            let known = |list, code: &str| entries.iter().any(|entry| entry.list == list && entry.code == code);
            prop_assert!(known(CodeList::NationalityGroup, person.nationality_group));
            prop_assert!(known(CodeList::ResidenceGroup, person.residence_group));
            prop_assert!(!case.needs.is_empty());
            prop_assert!(case.needs.iter().all(|(area, _)| known(CodeList::NeedArea, area)));
            // The work is what the phases need: nobody gets further without it.
            let reached = |phase| case.steps.iter().any(|step| step.to == phase);
            prop_assert_eq!(case.work.assessed_on.is_some(), reached(CasePhase::Assessment));
            let plan = case.work.plan.as_ref();
            let agreed = plan.is_some_and(|plan| plan.status == PlanStatus::Agreed && plan.agreed_on.is_some());
            prop_assert_eq!(agreed, reached(CasePhase::Linking));
            for goal in plan.iter().flat_map(|plan| &plan.goals) {
                let settled = [MeasureStatus::Completed, MeasureStatus::NotAvailable, MeasureStatus::Refused];
                prop_assert!(!reached(CasePhase::Evaluation) || settled.contains(&goal.measure.status));
                prop_assert_eq!(goal.measure.barrier.is_some(), goal.measure.status == MeasureStatus::NotAvailable);
                prop_assert!(goal.measure.barrier.is_none_or(|code| known(CodeList::BarrierKind, code)));
                prop_assert!(goal.since <= today() && goal.measure.since <= today());
            }
            prop_assert!(case.work.contacts.iter().all(|contact| contact.held_on >= case.opened_on && contact.held_on <= today()));
            let shown = format!("{case:?}");
            prop_assert!(shown.contains("InventedPerson { .. }"), "{}", shown);
        }
    }
}
