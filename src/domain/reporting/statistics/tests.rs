//! The statistics of a district over several dates: what is asked for, what may be read, and what two dates tell.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use entity::codes::{CaseDimension, CodeList, StatisticsAudience, StatisticsTable};
use proptest::prelude::*;

use super::super::suppression::family::{Publication, PublishedFigure};
use super::super::suppression::{Dimension, Thresholds};
use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn every_table_is_defined_once_and_crossed_dimensions_form_no_circle() {
    for table in StatisticsTable::ALL {
        assert_eq!(DEFINITIONS.iter().filter(|definition| definition.table == *table).count(), 1, "{table:?}");
    }
    for population in [Population::Open, Population::Closed] {
        let of = |size| DEFINITIONS.iter().filter(move |one| one.population == population && one.by.len() == size);
        let lines: BTreeSet<CaseDimension> = of(1).flat_map(|definition| definition.by).copied().collect();
        let dimensions =
            lines.iter().map(|one| Dimension { name: one.as_str().to_owned(), categories: vec!["x".to_owned()] });
        let pairs: Vec<(&str, &str)> =
            of(2).map(|definition| (definition.by[0].as_str(), definition.by[1].as_str())).collect();
        assert!(Family::new(dimensions.collect(), &pairs, None).is_ok(), "{population:?}");
        assert!(of(2).flat_map(|definition| definition.by).all(|one| lines.contains(one)));
    }
    let used = |population| {
        let own = DEFINITIONS.iter().filter(move |definition| definition.population == population);
        own.flat_map(|definition| definition.by).copied().collect::<BTreeSet<CaseDimension>>()
    };
    assert!(used(Population::Open).is_disjoint(&used(Population::Closed)));
}

#[test]
fn reporting_dates_are_the_ends_of_quarters_that_are_over() {
    for (today, expected) in [
        ("2023-06-30", "2023-03-31"),
        ("2023-07-01", "2023-06-30"),
        ("2023-09-30", "2023-06-30"),
        ("2023-11-15", "2023-09-30"),
        ("2024-01-01", "2023-12-31"),
        ("2024-03-31", "2023-12-31"),
    ] {
        assert_eq!(last_reporting_date(day(today)), day(expected), "{today}");
    }
    assert!(Rhythm::HalfYears.includes(day("2024-06-30")) && !Rhythm::HalfYears.includes(day("2024-09-30")));
    assert!(Rhythm::Years.includes(day("2024-12-31")) && !Rhythm::Years.includes(day("2024-06-30")));
    assert!(!Rhythm::Quarters.includes(day("2024-03-30")));
    assert_eq!(remembered_from(day("2024-06-30")), day("2023-06-30"));
    assert_eq!(end_of_last_year(day("2024-06-30")), day("2023-12-31"));
}

#[test]
fn what_was_not_recorded_has_a_category_and_a_title_that_follows_from_the_nationality_has_none() {
    let code = |text: &str| Stored::Code(Some(text.to_owned()));
    for (dimension, stored, expected) in [
        (CaseDimension::Gender, Stored::Code(None), "NOT_STATED"),
        (CaseDimension::AgeBand, Stored::Code(None), "UNKNOWN"),
        (CaseDimension::LanguageLevel, Stored::Code(None), "NOT_ASSESSED"),
        (CaseDimension::NationalityGroup, code("UKRAINE"), "UKRAINE"),
        (CaseDimension::NationalityGroup, code("OWN_CODE"), "NOT_STATED"),
        (CaseDimension::ResidenceGroup, code("TOLERATED"), "TOLERATED"),
        (CaseDimension::ResidenceGroup, code("GERMAN"), "OTHER_OR_NOT_RECORDED"),
        (CaseDimension::ResidenceGroup, Stored::Code(None), "OTHER_OR_NOT_RECORDED"),
        (CaseDimension::OpenedYear, Stored::Number(2014), "BEFORE_2015"),
        (CaseDimension::OpenedYear, Stored::Number(2023), "2023"),
        (CaseDimension::Duration, Stored::Number(29), "UNDER_1_MONTH"),
        (CaseDimension::Duration, Stored::Number(30), "1_TO_3_MONTHS"),
        (CaseDimension::Duration, Stored::Number(5000), "OVER_2_YEARS"),
        (CaseDimension::Duration, Stored::Number(-1), "UNDER_1_MONTH"),
        (CaseDimension::Status, code("CLOSED"), "OPEN"),
    ] {
        let found = category(dimension, stored, &lists());
        assert_eq!(found, expected, "{dimension:?}");
        let all = categories(dimension, &lists(), day("2023-12-31"));
        assert!(all.contains(&found), "{dimension:?}: {found}");
    }
}

#[test]
fn lists_that_a_district_made_long_are_cut_and_have_a_category_for_the_rest() {
    let codes: Vec<String> = (0..200).map(|code| format!("CODE_{code}")).collect();
    let lists = Lists { nationality_groups: codes.clone(), residence_groups: codes, ..lists() };
    for dimension in [CaseDimension::NationalityGroup, CaseDimension::ResidenceGroup] {
        let all = categories(dimension, &lists, day("2023-12-31"));
        assert!(all.len() <= super::super::suppression::CATEGORIES_MAXIMUM);
        let last = category(dimension, Stored::Code(Some("CODE_199".to_owned())), &lists);
        assert_eq!(all.last(), Some(&last));
    }
}

#[test]
fn a_statement_for_each_table_is_enough_and_a_longer_one_serves_a_shorter_one() {
    let needed = |on| needed(Population::Open, day(on)).len();
    assert_eq!((needed("2023-03-31"), needed("2023-06-30")), (11, 8));
    let closed = super::needed(Population::Closed, day("2023-12-31"));
    assert_eq!(closed, [vec![CaseDimension::ClosureReason, CaseDimension::Duration]]);
    assert!(super::needed(Population::Closed, day("2023-09-30")).is_empty());
}

/// A case of the model: its category in each dimension by position, and its days.
#[derive(Clone, Debug)]
struct Case {
    opened_on: NaiveDate,
    closed_on: Option<NaiveDate>,
    traits: BTreeMap<CaseDimension, String>,
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(sides).unwrap()).unwrap()
    }
}

fn lists() -> Lists {
    let entries = crate::domain::district::code_list::defaults().unwrap();
    let codes = |list| entries.iter().filter(|entry| entry.list == list).map(|entry| entry.code.clone()).collect();
    Lists {
        municipalities: (0..11).map(|town| format!("mun_{town:02}")).collect(),
        nationality_groups: codes(CodeList::NationalityGroup),
        residence_groups: codes(CodeList::ResidenceGroup),
    }
}

fn opened(dice: &mut Dice, on: NaiveDate) -> Case {
    let used = DEFINITIONS.iter().flat_map(|definition| definition.by).copied().collect::<BTreeSet<_>>();
    let traits = used.into_iter().map(|dimension| {
        let all = categories(dimension, &lists(), on);
        // Lower ones are more frequent.
        let at = dice.roll(all.len()).min(dice.roll(all.len()));
        let chosen = if dimension == CaseDimension::OpenedYear { on.year().to_string() } else { all[at].clone() };
        (dimension, chosen)
    });
    Case { opened_on: on, closed_on: None, traits: traits.collect() }
}

/// What the store would count.
fn material(cases: &[Case], on: NaiveDate, past: &[Past]) -> Material {
    let counted = |population: Population| {
        let belongs = |case: &&Case| match population {
            Population::Open => case.opened_on <= on && case.closed_on.is_none_or(|closed| closed > on),
            Population::Closed => case.closed_on.is_some_and(|closed| closed <= on && closed > end_of_last_year(on)),
        };
        let of = |by: Vec<CaseDimension>| {
            let mut rows: BTreeMap<(Vec<String>, usize), u32> = BTreeMap::new();
            for case in cases.iter().filter(belongs) {
                let categories = by.iter().map(|dimension| case.traits[dimension].clone()).collect();
                let after = past.iter().filter(|past| case.opened_on > past.reporting_on).count();
                *rows.entry((categories, after)).or_default() += 1;
            }
            let rows = rows.into_iter().map(|((categories, opened_after), cases)| CountedRow {
                categories,
                opened_after,
                cases,
            });
            Counted { by, rows: rows.collect() }
        };
        needed(population, on).into_iter().map(of).collect::<Vec<_>>()
    };
    Material {
        reporting_on: on,
        lists: lists(),
        open: counted(Population::Open),
        closed: counted(Population::Closed),
        past: past.to_vec(),
    }
}

fn publication(ready: &[Ready], audience: StatisticsAudience) -> Option<Publication> {
    let open = |one: &&Ready| one.audience == audience && definition(one.table).unwrap().population == Population::Open;
    let tables: Vec<_> = ready.iter().filter(open).map(|one| one.content.clone()).collect();
    (!tables.is_empty()).then_some(Publication { tables })
}

/// A year of a district: cases come, move on and are closed; whatever is due is published.
fn years(seed: u64, number: usize, turnover: usize, dates: &[&str]) -> Vec<(NaiveDate, Vec<Case>, Vec<Ready>)> {
    let mut dice = Dice(seed);
    let mut cases: Vec<Case> = (0..number).map(|_| opened(&mut dice, day("2022-11-15"))).collect();
    let (mut past, mut published) = (Vec::new(), Vec::new());
    for (at, date) in dates.iter().map(|date| day(date)).enumerate() {
        if at > 0 {
            let between = date - chrono::Duration::days(20);
            for _ in 0..dice.roll(turnover + 1) {
                let new = opened(&mut dice, between);
                cases.push(new);
            }
            for _ in 0..dice.roll(turnover + 1) {
                let which = dice.roll(cases.len());
                cases[which].closed_on.get_or_insert(between);
            }
            for _ in 0..dice.roll(turnover + 1) {
                let which = dice.roll(cases.len());
                let phase = opened(&mut dice, between).traits[&CaseDimension::Phase].clone();
                cases[which].traits.insert(CaseDimension::Phase, phase);
            }
        }
        let ready = prepare(&material(&cases, date, &past), &Thresholds::default()).unwrap();
        if let Some(centre) = publication(&ready, StatisticsAudience::Centre) {
            past.push(Past { reporting_on: date, centre, body: publication(&ready, StatisticsAudience::Body) });
        }
        published.push((date, cases.clone(), ready));
    }
    published
}

const DATES: [&str; 6] = ["2022-12-31", "2023-03-31", "2023-06-30", "2023-09-30", "2023-12-31", "2024-03-31"];

fn count(cases: &[Case], population: Population, on: NaiveDate, by: &[CaseDimension], figure: &PublishedFigure) -> u64 {
    let chosen = |case: &&Case| {
        let belongs = match population {
            Population::Open => case.opened_on <= on && case.closed_on.is_none_or(|closed| closed > on),
            Population::Closed => case.closed_on.is_some_and(|closed| closed <= on && closed > end_of_last_year(on)),
        };
        let pairs = by.iter().zip(&figure.by);
        belongs
            && pairs.into_iter().all(|(one, wanted)| wanted.as_ref().is_none_or(|wanted| case.traits[one] == *wanted))
    };
    u64::try_from(cases.iter().filter(chosen).count()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    /// Whatever is asked, of whichever table, for whichever audience and date: no single case can be made out.
    #[test]
    fn no_answer_shows_a_small_count_and_no_two_answers_a_movement_of_few(
        seed in any::<u64>(),
        number in 20..400_usize,
        turnover in 0..60_usize,
    ) {
        let published = years(seed, number, turnover, &DATES);
        for (at, (on, cases, ready)) in published.iter().enumerate() {
            for one in ready {
                let by = definition(one.table).unwrap();
                let k = u64::from(one.smallest_shown);
                for figure in &one.content.figures {
                    let truth = count(cases, by.population, *on, by.by, figure);
                    let Some(shown) = figure.count else { continue };
                    prop_assert_eq!(shown, truth, "what is shown is true");
                    prop_assert!(shown >= k, "{:?} {:?}", one.table, figure.by);
                    // The same figure for everybody else is the same, or hidden; what the centre does not see, nobody sees.
                    let other = ready.iter().find(|other| other.table == one.table && other.audience != one.audience);
                    let other = other.and_then(|other| other.content.figures.iter().find(|same| same.by == figure.by));
                    match one.audience {
                        StatisticsAudience::Body => prop_assert_eq!(other.and_then(|other| other.count), Some(shown)),
                        StatisticsAudience::Centre => {
                            prop_assert!(other.and_then(|other| other.count).is_none_or(|count| count == shown));
                        }
                    }
                    if by.population == Population::Closed {
                        continue;
                    }
                    for (then, before, earlier) in &published[..at] {
                        let same = earlier.iter().find(|same| same.table == one.table && same.audience == one.audience);
                        let same = same.and_then(|same| same.content.figures.iter().find(|same| same.by == figure.by));
                        let Some(was) = same.and_then(|same| same.count) else { continue };
                        let in_figure = |case: &Case, on: NaiveDate| {
                            count(std::slice::from_ref(case), Population::Open, on, by.by, figure) == 1
                        };
                        let moved = cases.iter().enumerate().filter(|(which, case)| {
                            before.get(*which).is_some_and(|case| in_figure(case, *then)) != in_figure(case, *on)
                        });
                        let moved = u64::try_from(moved.count()).unwrap();
                        prop_assert!(
                            moved >= k || was == shown || remembered_from(*on) > *then,
                            "{:?} {:?}: {was} on {then}, {shown} on {on}, {moved} moved", one.table, figure.by
                        );
                    }
                }
            }
            // Closed cases do not give away how few were opened.
            if let Some(closed) = ready.iter().find(|one| one.table == StatisticsTable::ClosureReason) {
                let total = closed.content.figures.iter().find(|figure| figure.by == [None]).unwrap().count.unwrap();
                let open = |at: usize| {
                    publication(&published[at].2, StatisticsAudience::Centre).and_then(|open| open.total())
                };
                if let (Some(then), Some(now)) = (open(0), open(at)) {
                    let came = (now + total).saturating_sub(then);
                    prop_assert!(came == 0 || came >= 5, "{came} came");
                }
            }
        }
    }
}

#[test]
fn single_changes_between_two_dates_are_not_published() {
    let mut dice = Dice(7);
    let cases: Vec<Case> = (0..240).map(|_| opened(&mut dice, day("2023-01-15"))).collect();
    let march = prepare(&material(&cases, day("2023-03-31"), &[]), &Thresholds::default()).unwrap();
    let past = [Past {
        reporting_on: day("2023-03-31"),
        centre: publication(&march, StatisticsAudience::Centre).unwrap(),
        body: publication(&march, StatisticsAudience::Body),
    }];
    for changes in 0..=5_usize {
        let mut later = cases.clone();
        for which in 0..changes {
            match which % 2 {
                0 => later.push(opened(&mut dice, day("2023-05-01"))),
                _ => later[which].closed_on = Some(day("2023-05-02")),
            }
        }
        let june = prepare(&material(&later, day("2023-06-30"), &past), &Thresholds::default()).unwrap();
        assert_eq!(june.is_empty(), changes < 5, "{changes} came or went");
    }
}

#[test]
fn a_district_of_240_cases_sees_most_of_its_short_tables_and_a_part_of_the_crossed_ones() {
    let published = years(1, 240, 40, &DATES);
    let share = |size: usize, audience: StatisticsAudience| {
        let tables = published.iter().flat_map(|(_, _, ready)| ready);
        let figures: Vec<&PublishedFigure> = tables
            .filter(|one| one.audience == audience && one.content.dimensions.len() == size)
            .flat_map(|one| one.content.figures.iter().filter(|figure| figure.by.iter().all(Option::is_some)))
            .collect();
        figures.iter().filter(|figure| figure.count.is_some()).count() * 100 / figures.len()
    };
    let found =
        [StatisticsAudience::Centre, StatisticsAudience::Body].map(|audience| [1, 2].map(|size| share(size, audience)));
    assert!(found[0][0] >= 45 && found[0][1] >= 12, "{found:?}");
    assert!(found[1][0] >= 35 && found[1][1] >= 6, "{found:?}");
}
