//! Deadlines: how a day follows from another one by a rule. It is shown to people and decides nothing (Art. 22 GDPR).
//!
//! A deadline that follows from a birth date gives the birth date away. Of such a deadline the case knows a month only, the
//! same for all birth dates of a month whatever the rule: see [`Computed::known_on`]. The day itself is identified data.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use entity::codes::{DeadlineBasis, DeadlinePrecision, DeadlineStatus};
use serde::Deserialize;

use crate::domain::input::days;
use crate::domain::period::{Month, Period};
use crate::error::{ErrorCode, UserError};

/// The longest way from the first day to the deadline, in years either way.
pub const OFFSET_YEARS_MAXIMUM: i32 = 100;
/// The longest way from the first day to the deadline, in months either way, apart from the years.
pub const OFFSET_MONTHS_MAXIMUM: i32 = 1_200;
/// The longest way from the first day to the deadline, in days either way, apart from years and months.
pub const OFFSET_DAYS_MAXIMUM: i32 = 3_660;
/// How long before a deadline somebody can be reminded, in days.
pub const REMIND_DAYS_MAXIMUM: i32 = 1_000;
/// How many reminders a deadline can have.
pub const REMINDERS_MAXIMUM: usize = 10;

/// How a deadline follows from its first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What the first day is the day of.
    pub basis: DeadlineBasis,
    /// So many years later; negative: earlier.
    pub years: i32,
    /// So many months later; negative: earlier.
    pub months: i32,
    /// So many days later; negative: earlier.
    pub days: i32,
    /// Whether a deadline on a Saturday, a Sunday or a public holiday waits for the next working day (§ 193 BGB,
    /// § 31 (3) VwVfG NRW, § 26 (3) SGB X).
    pub next_working_day: bool,
}

/// A deadline as its terms give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Computed {
    /// The day that the terms give.
    pub counted_on: NaiveDate,
    /// The day on which it is due: the same, or the next working day.
    pub due_on: NaiveDate,
    /// What the case knows of it: the day, or the first day of a month; never a later one.
    pub known_on: NaiveDate,
}

/// The day that is so many months away; a day that its month does not have is the last one of the month (§ 188 (3) BGB).
fn months_away(day: NaiveDate, months: i32) -> Option<NaiveDate> {
    let distance = Months::new(months.unsigned_abs());
    if months < 0 { day.checked_sub_months(distance) } else { day.checked_add_months(distance) }
}

fn days_away(day: NaiveDate, days: i32) -> Option<NaiveDate> {
    let distance = Days::new(u64::from(days.unsigned_abs()));
    if days < 0 { day.checked_sub_days(distance) } else { day.checked_add_days(distance) }
}

impl Terms {
    fn counted(&self, first: NaiveDate) -> Option<NaiveDate> {
        let months = self.years.checked_mul(12)?.checked_add(self.months)?;
        let mut day = months_away(first, months)?;
        // Ages count the first day, all other periods begin after it (§§ 187, 188 BGB): who was born on 29 February comes of
        // age on 1 March.
        if self.basis == DeadlineBasis::BirthDate && day.day() < first.day() {
            day = day.succ_opt()?;
        }
        days_away(day, self.days)
    }

    /// The deadline that follows from `first`.
    ///
    /// # Errors
    /// `DATE_OUT_OF_RANGE` at `path` if it lies beyond the days that an input may name.
    pub fn compute(&self, first: NaiveDate, path: &str) -> Result<Computed, UserError> {
        let (earliest, latest) = days();
        self.computed(first)
            .filter(|computed| {
                [computed.known_on, computed.counted_on, computed.due_on]
                    .iter()
                    .all(|day| (earliest..=latest).contains(day))
            })
            .ok_or_else(|| {
                UserError::at(path, ErrorCode::DateOutOfRange).with("earliest", earliest).with("latest", latest)
            })
    }

    fn computed(&self, first: NaiveDate) -> Option<Computed> {
        let counted_on = self.counted(first)?;
        let due_on = if self.next_working_day { working_day_from(counted_on)? } else { counted_on };
        let known_on = match precision(self.basis) {
            DeadlinePrecision::Day => due_on,
            // Counted from the first of the month: the days of a month cannot be told apart, not even by several rules.
            DeadlinePrecision::Month => Month::of(self.counted(Month::of(first).first_day())?).first_day(),
        };
        Some(Computed { counted_on, due_on, known_on })
    }
}

/// Public holidays of North Rhine-Westphalia on a fixed day, as month and day (§ 2 Feiertagsgesetz NW).
const FIXED_HOLIDAYS: &[(u32, u32)] = &[(1, 1), (5, 1), (10, 3), (11, 1), (12, 25), (12, 26)];
/// Public holidays of North Rhine-Westphalia by their distance from Easter Sunday: Good Friday, Easter, Ascension,
/// Whitsun, Corpus Christi.
const MOVABLE_HOLIDAYS: &[i32] = &[-2, 0, 1, 39, 49, 50, 60];

/// Easter Sunday by the Gregorian calendar, after the rule of Meeus, Jones and Butcher.
fn easter(year: i32) -> Option<NaiveDate> {
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let epact = (19 * golden + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let correction = (golden + 11 * epact + 22 * weekday) / 451;
    let day = epact + weekday - 7 * correction + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(day / 31).ok()?, u32::try_from(day % 31 + 1).ok()?)
}

/// Whether a day is a public holiday in North Rhine-Westphalia.
#[must_use]
pub fn is_holiday(day: NaiveDate) -> bool {
    FIXED_HOLIDAYS.contains(&(day.month(), day.day()))
        || easter(day.year())
            .is_some_and(|easter| MOVABLE_HOLIDAYS.iter().any(|distance| days_away(easter, *distance) == Some(day)))
}

/// The first day from `day` on that is neither Saturday nor Sunday nor a public holiday.
fn working_day_from(day: NaiveDate) -> Option<NaiveDate> {
    let works = |day: &NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !is_holiday(*day);
    day.iter_days().find(works)
}

/// How exactly a case knows a deadline of this basis.
#[must_use]
pub const fn precision(basis: DeadlineBasis) -> DeadlinePrecision {
    match basis {
        DeadlineBasis::BirthDate => DeadlinePrecision::Month,
        DeadlineBasis::TitleIssued
        | DeadlineBasis::TitleExpires
        | DeadlineBasis::CourseEnds
        | DeadlineBasis::DecisionNotified
        | DeadlineBasis::Arrival
        | DeadlineBasis::Other => DeadlinePrecision::Day,
    }
}

/// Whether an open deadline is over on `today`: of one that is known by its month only, when the month is.
#[must_use]
pub fn is_overdue(status: DeadlineStatus, precision: DeadlinePrecision, due_on: NaiveDate, today: NaiveDate) -> bool {
    let last = match precision {
        DeadlinePrecision::Day => due_on,
        DeadlinePrecision::Month => Month::of(due_on).last_day(),
    };
    status == DeadlineStatus::Open && last < today
}

/// The day from which on somebody wants to be reminded; `None` without reminders.
#[must_use]
pub fn remind_from(due_on: NaiveDate, remind_days_before: &[i32]) -> Option<NaiveDate> {
    days_away(due_on, remind_days_before.iter().max()?.checked_neg()?)
}

/// The reminders of a record, as it keeps them.
#[must_use]
pub fn reminders(kept: &serde_json::Value) -> Vec<i32> {
    serde_json::from_value(kept.clone()).unwrap_or_default()
}

/// Reminders in their one order: the earliest first, none twice.
#[must_use]
pub fn in_order(mut remind_days_before: Vec<i32>) -> Vec<i32> {
    remind_days_before.sort_unstable_by(|a, b| b.cmp(a));
    remind_days_before.dedup();
    remind_days_before
}

/// Which of the versions of a rule a deadline follows: the one in force on its first day. Of birth dates, that day says
/// nothing; there it is the one in force today.
#[must_use]
pub fn version_for<I: Copy>(versions: &[(I, DeadlineBasis, Period)], first: NaiveDate, today: NaiveDate) -> Option<I> {
    let decisive = |basis: DeadlineBasis| if basis == DeadlineBasis::BirthDate { today } else { first };
    versions.iter().find(|(_, basis, period)| period.contains(decisive(*basis))).map(|(id, ..)| *id)
}

/// Words by which the label of a rule shows that its deadlines give birth dates away.
const AGE_WORDS: &[&str] = &["geburtstag", "lebensjahr", "volljähr", "birthday", "years old", "year of age", "of age"];

/// Whether a label speaks of somebody's age: then the rule has to start from the birth date, which is protected.
#[must_use]
pub fn speaks_of_age(label: &str) -> bool {
    let label = label.to_lowercase();
    AGE_WORDS.iter().any(|word| label.contains(word))
}

/// A rule that a new district begins with.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DefaultRule {
    /// The name by which deadlines are made.
    pub code: String,
    /// Label in German.
    pub label_de: String,
    /// Label in English.
    pub label_en: String,
    /// What to know about it.
    pub description: String,
    /// Where it stands in the law.
    pub source: String,
    /// What the first day is the day of.
    pub basis: DeadlineBasis,
    /// So many years later.
    #[serde(default)]
    pub offset_years: i32,
    /// So many months later.
    #[serde(default)]
    pub offset_months: i32,
    /// So many days later.
    #[serde(default)]
    pub offset_days: i32,
    /// Whether it waits for the next working day.
    #[serde(default)]
    pub next_working_day: bool,
    /// When to remind.
    pub remind_days_before: Vec<i32>,
    /// First day.
    pub valid_from: NaiveDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Defaults {
    #[serde(rename = "format")]
    _format: String,
    rules: Vec<DefaultRule>,
}

/// The rules that a new district begins with.
///
/// # Errors
/// If the file that is built into the program is broken; a test sees to it that it is not.
pub fn defaults() -> Result<Vec<DefaultRule>, String> {
    let file: Defaults =
        serde_json::from_str(include_str!("deadline/defaults.json")).map_err(|error| error.to_string())?;
    Ok(file.rules)
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, Days, NaiveDate};
    use entity::codes::{DeadlineBasis, DeadlinePrecision, DeadlineStatus};
    use proptest::prelude::*;

    use super::{
        REMIND_DAYS_MAXIMUM, REMINDERS_MAXIMUM, Terms, defaults, in_order, is_holiday, is_overdue, precision,
        remind_from, speaks_of_age, version_for, working_day_from,
    };
    use crate::domain::district::code_list::is_code;
    use crate::domain::period::Period;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn terms(basis: DeadlineBasis, years: i32, months: i32, days: i32, next_working_day: bool) -> Terms {
        Terms { basis, years, months, days, next_working_day }
    }

    fn due(terms: Terms, first: &str) -> String {
        terms.compute(day(first), "basisOn").unwrap().due_on.to_string()
    }

    #[test]
    fn a_month_later_is_the_same_number_or_the_last_day() {
        let month = terms(DeadlineBasis::DecisionNotified, 0, 1, 0, false);
        assert_eq!(due(month, "2023-01-15"), "2023-02-15");
        assert_eq!(due(month, "2023-01-31"), "2023-02-28");
        assert_eq!(due(month, "2024-01-31"), "2024-02-29");
        assert_eq!(due(month, "2023-03-31"), "2023-04-30");
        let back = terms(DeadlineBasis::TitleExpires, 0, -3, 0, false);
        assert_eq!(due(back, "2023-05-31"), "2023-02-28");
        let opportunity = terms(DeadlineBasis::TitleIssued, 0, 18, -1, false);
        assert_eq!(due(opportunity, "2023-01-05"), "2024-07-04");
    }

    #[test]
    fn who_was_born_on_29_february_comes_of_age_on_1_march() {
        let of_age = terms(DeadlineBasis::BirthDate, 18, 0, 0, false);
        assert_eq!(due(of_age, "2008-02-29"), "2026-03-01");
        assert_eq!(due(of_age, "2008-03-01"), "2026-03-01");
        assert_eq!(due(of_age, "2006-02-28"), "2024-02-28");
        assert_eq!(due(of_age, "2008-01-01"), "2026-01-01");
        assert_eq!(due(of_age, "2007-12-31"), "2025-12-31");
    }

    #[test]
    fn a_term_that_ends_on_a_free_day_waits_for_the_next_working_day() {
        let appeal = terms(DeadlineBasis::DecisionNotified, 0, 1, 0, true);
        // A Saturday; Good Friday to Easter Monday; 31 December is no holiday, 1 January is, and then comes a weekend.
        assert_eq!(due(appeal, "2023-05-10"), "2023-06-12");
        assert_eq!(due(appeal, "2023-03-07"), "2023-04-11");
        assert_eq!(due(appeal, "2024-11-30"), "2024-12-30");
        assert_eq!(due(appeal, "2024-12-01"), "2025-01-02");
        // Corpus Christi is a holiday in North Rhine-Westphalia, Reformation Day is none.
        assert!(is_holiday(day("2023-06-08")) && !is_holiday(day("2023-10-31")));
        assert_eq!(due(appeal, "2023-05-08"), "2023-06-09");
    }

    #[test]
    fn easter_is_when_the_calendar_says() {
        for easter in [
            "1961-04-02",
            "1981-04-19",
            "2000-04-23",
            "2008-03-23",
            "2011-04-24",
            "2023-04-09",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2038-04-25",
        ] {
            assert_eq!(super::easter(day(easter).year()), Some(day(easter)));
        }
    }

    #[test]
    fn a_deadline_of_a_birth_date_is_known_by_its_month_only() {
        for basis in DeadlineBasis::ALL {
            let by_month = precision(*basis) == DeadlinePrecision::Month;
            assert_eq!(by_month, *basis == DeadlineBasis::BirthDate);
        }
        let of_age = terms(DeadlineBasis::BirthDate, 18, 0, 0, false).compute(day("2008-03-29"), "").unwrap();
        assert_eq!((of_age.due_on, of_age.known_on), (day("2026-03-29"), day("2026-03-01")));
        let over =
            |today: &str| is_overdue(DeadlineStatus::Open, DeadlinePrecision::Month, day("2026-03-01"), day(today));
        assert!(!over("2026-03-31") && over("2026-04-01"));
        assert!(is_overdue(DeadlineStatus::Open, DeadlinePrecision::Day, day("2026-03-01"), day("2026-03-02")));
        assert!(!is_overdue(DeadlineStatus::Met, DeadlinePrecision::Day, day("2026-03-01"), day("2026-03-02")));
        assert!(
            speaks_of_age("16. Geburtstag") && speaks_of_age("Volljährigkeit") && !speaks_of_age("Ende des Kurses")
        );
    }

    #[test]
    fn a_deadline_follows_the_version_in_force_on_its_first_day() {
        let period = |from: &str, until: Option<&str>| Period::new(day(from), until.map(day));
        let versions =
            |basis| [(1, basis, period("2020-01-01", Some("2023-01-01"))), (2, basis, period("2023-01-01", None))];
        let of = |basis, first: &str| version_for(&versions(basis), day(first), day("2023-06-01"));
        assert_eq!(of(DeadlineBasis::DecisionNotified, "2022-12-31"), Some(1));
        assert_eq!(of(DeadlineBasis::DecisionNotified, "2023-01-01"), Some(2));
        assert_eq!(of(DeadlineBasis::DecisionNotified, "2019-12-31"), None);
        assert_eq!(of(DeadlineBasis::BirthDate, "2008-01-01"), Some(2));
    }

    #[test]
    fn the_default_rules_are_well_formed_and_say_that_they_are_to_be_checked() {
        let rules = defaults().unwrap();
        assert_eq!(rules.len(), 6);
        for rule in rules {
            assert!(is_code(&rule.code));
            assert!(rule.description.contains("[B] unverified: to be checked by the district"), "{}", rule.code);
            assert!(!rule.source.is_empty() && rule.source.chars().count() <= 400);
            assert_eq!(in_order(rule.remind_days_before.clone()), rule.remind_days_before);
            assert!(rule.remind_days_before.len() <= REMINDERS_MAXIMUM);
            assert!(rule.remind_days_before.iter().all(|days| (0..=REMIND_DAYS_MAXIMUM).contains(days)));
            assert_eq!(speaks_of_age(&rule.label_de), rule.basis == DeadlineBasis::BirthDate);
        }
    }

    fn days() -> impl Strategy<Value = NaiveDate> {
        (0_u64..36_000).prop_map(|offset| NaiveDate::from_ymd_opt(1960, 1, 1).unwrap() + Days::new(offset))
    }

    fn bases() -> impl Strategy<Value = DeadlineBasis> {
        proptest::sample::select(DeadlineBasis::ALL)
    }

    proptest! {
        #[test]
        fn months_never_spill_into_the_next_one_and_a_later_start_never_ends_earlier(
            first in days(), later in 0_u64..60, months in 0_i32..240, shifts in any::<bool>()
        ) {
            let rule = terms(DeadlineBasis::DecisionNotified, 0, months, 0, false);
            if let Ok(computed) = rule.compute(first, "") {
                let month = i64::from(first.year()) * 12 + i64::from(first.month0()) + i64::from(months);
                prop_assert_eq!(i64::from(computed.due_on.year()) * 12 + i64::from(computed.due_on.month0()), month);
                prop_assert!(computed.due_on.day() <= first.day());
                prop_assert!(computed.due_on.day() == first.day() || computed.due_on.succ_opt().unwrap().day() == 1);
            }
            let rule = terms(DeadlineBasis::DecisionNotified, 0, months, 0, shifts);
            if let (Ok(one), Ok(other)) = (rule.compute(first, ""), rule.compute(first + Days::new(later), "")) {
                prop_assert!(one.due_on <= other.due_on);
            }
        }

        #[test]
        fn an_age_is_reached_on_the_birthday(first in days(), years in 0_i32..80) {
            if let Ok(computed) = terms(DeadlineBasis::BirthDate, years, 0, 0, false).compute(first, "") {
                let birthday = first.with_year(first.year() + years)
                    .unwrap_or_else(|| NaiveDate::from_ymd_opt(first.year() + years, 3, 1).unwrap());
                prop_assert_eq!(computed.due_on, birthday);
            }
        }

        #[test]
        fn a_shifted_day_is_the_first_working_day(first in days()) {
            let shifted = working_day_from(first).unwrap();
            let is_free = |day: NaiveDate| day.weekday().number_from_monday() > 5 || is_holiday(day);
            prop_assert!(!is_free(shifted));
            prop_assert!(first.iter_days().take_while(|day| *day < shifted).all(is_free));
            // Christmas with a weekend, or Easter: never more than four days.
            prop_assert!((shifted - first).num_days() <= 4);
        }

        #[test]
        fn no_terms_and_no_day_are_beyond_it(
            first in days(), basis in bases(), years in any::<i32>(), months in any::<i32>(), days in any::<i32>(), shifts in any::<bool>()
        ) {
            if let Ok(computed) = terms(basis, years, months, days, shifts).compute(first, "basisOn") {
                prop_assert!(computed.counted_on <= computed.due_on);
                prop_assert!(shifts || computed.counted_on == computed.due_on);
            }
        }

        #[test]
        fn no_rule_tells_the_birth_dates_of_a_month_apart(
            first in days(), other in 1_u32..29, years in 0_i32..30, months in -30_i32..30, days in -400_i32..400, shifts in any::<bool>()
        ) {
            let rule = terms(DeadlineBasis::BirthDate, years, months, days, shifts);
            let compute = |birth: NaiveDate| rule.compute(birth, "");
            if let (Ok(one), Ok(other)) = (compute(first), compute(first.with_day(other).unwrap())) {
                prop_assert_eq!(one.known_on, other.known_on);
                prop_assert_eq!(one.known_on.day(), 1);
                prop_assert!(one.known_on <= one.due_on);
            }
            let open = terms(DeadlineBasis::Other, years, months, days, shifts).compute(first, "");
            prop_assert!(open.is_err() || open.is_ok_and(|computed| computed.known_on == computed.due_on));
        }

        #[test]
        fn reminders_come_before_the_deadline_in_order(due in days(), list in proptest::collection::vec(0_i32..=REMIND_DAYS_MAXIMUM, 0..12)) {
            let ordered = in_order(list.clone());
            prop_assert!(ordered.windows(2).all(|pair| pair[0] > pair[1]));
            let earliest = remind_from(due, &ordered);
            prop_assert_eq!(earliest.is_none(), list.is_empty());
            prop_assert!(earliest.is_none_or(|day| day <= due));
        }
    }
}
