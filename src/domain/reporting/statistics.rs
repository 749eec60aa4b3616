//! The statistics of cases: which tables there are, when they are published, and how they are made ready.
//!
//! Everything that can be asked stands in [`DEFINITIONS`]. What they promise together stands in
//! [`super::suppression::family`], why they are as they are in `docs/adr/0008-fixed-tables-at-fixed-dates.md`.

use std::collections::BTreeSet;

use chrono::{Datelike, Months, NaiveDate};
use entity::codes::{
    AgeBand, CaseDimension, CaseIntensity, CasePhase, CaseStatus, CaseUnit, ClosureReason, GenderStatistical,
    LanguageLevel, ReferralSource, StatisticsAudience, StatisticsTable,
};

use super::suppression::family::{
    Counts, Earlier, Family, Known, Publication, PublishedTable, Tally, movement, publish,
};
use super::suppression::{Audience, Dimension, SuppressionError, Thresholds};
use crate::domain::district::code_list::RESIDENCE_UNKNOWN;
use crate::domain::period::Month;

/// Which cases are counted. No case belongs to both at the same date, and the tables of the one have no dimension in common
/// with those of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Population {
    /// Those that are not closed on the reporting date.
    Open,
    /// Those that were closed in the calendar year that ends with the reporting date, and still are.
    Closed,
}

/// For which dates a table is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rhythm {
    /// The end of March, June, September and December.
    Quarters,
    /// The end of June and December.
    HalfYears,
    /// The end of December.
    Years,
}

impl Rhythm {
    /// Whether a table is published for this reporting date.
    #[must_use]
    pub fn includes(self, reporting_on: NaiveDate) -> bool {
        let months: &[u32] = match self {
            Self::Quarters => &[3, 6, 9, 12],
            Self::HalfYears => &[6, 12],
            Self::Years => &[12],
        };
        months.contains(&reporting_on.month()) && Month::of(reporting_on).last_day() == reporting_on
    }
}

/// A table.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// Its name.
    pub table: StatisticsTable,
    /// Whom it counts.
    pub population: Population,
    /// By what: one dimension, or two.
    pub by: &'static [CaseDimension],
    /// When.
    pub rhythm: Rhythm,
}

const fn line(table: StatisticsTable, by: &'static [CaseDimension; 1]) -> Definition {
    Definition { table, population: Population::Open, by, rhythm: Rhythm::Quarters }
}

const fn crossed(table: StatisticsTable, by: &'static [CaseDimension; 2]) -> Definition {
    Definition { table, population: Population::Open, by, rhythm: Rhythm::HalfYears }
}

const fn closed(table: StatisticsTable, by: &'static [CaseDimension]) -> Definition {
    Definition { table, population: Population::Closed, by, rhythm: Rhythm::Years }
}

/// All tables. Within a population the crossed dimensions must form no circle: a test holds it, and so does
/// [`Family::new`].
pub const DEFINITIONS: &[Definition] = &[
    line(StatisticsTable::Municipality, &[CaseDimension::Municipality]),
    line(StatisticsTable::Phase, &[CaseDimension::Phase]),
    line(StatisticsTable::Status, &[CaseDimension::Status]),
    line(StatisticsTable::Intensity, &[CaseDimension::Intensity]),
    line(StatisticsTable::Unit, &[CaseDimension::Unit]),
    line(StatisticsTable::ReferralSource, &[CaseDimension::ReferralSource]),
    line(StatisticsTable::Gender, &[CaseDimension::Gender]),
    line(StatisticsTable::AgeBand, &[CaseDimension::AgeBand]),
    line(StatisticsTable::NationalityGroup, &[CaseDimension::NationalityGroup]),
    line(StatisticsTable::ResidenceGroup, &[CaseDimension::ResidenceGroup]),
    line(StatisticsTable::LanguageLevel, &[CaseDimension::LanguageLevel]),
    line(StatisticsTable::OpenedYear, &[CaseDimension::OpenedYear]),
    crossed(StatisticsTable::MunicipalityByPhase, &[CaseDimension::Municipality, CaseDimension::Phase]),
    crossed(StatisticsTable::MunicipalityByIntensity, &[CaseDimension::Municipality, CaseDimension::Intensity]),
    crossed(StatisticsTable::MunicipalityByUnit, &[CaseDimension::Municipality, CaseDimension::Unit]),
    crossed(
        StatisticsTable::MunicipalityByReferralSource,
        &[CaseDimension::Municipality, CaseDimension::ReferralSource],
    ),
    crossed(StatisticsTable::MunicipalityByGender, &[CaseDimension::Municipality, CaseDimension::Gender]),
    crossed(
        StatisticsTable::MunicipalityByNationalityGroup,
        &[CaseDimension::Municipality, CaseDimension::NationalityGroup],
    ),
    crossed(
        StatisticsTable::MunicipalityByResidenceGroup,
        &[CaseDimension::Municipality, CaseDimension::ResidenceGroup],
    ),
    crossed(StatisticsTable::MunicipalityByOpenedYear, &[CaseDimension::Municipality, CaseDimension::OpenedYear]),
    crossed(StatisticsTable::GenderByAgeBand, &[CaseDimension::Gender, CaseDimension::AgeBand]),
    crossed(
        StatisticsTable::NationalityGroupByLanguageLevel,
        &[CaseDimension::NationalityGroup, CaseDimension::LanguageLevel],
    ),
    crossed(StatisticsTable::PhaseByStatus, &[CaseDimension::Phase, CaseDimension::Status]),
    closed(StatisticsTable::ClosureReason, &[CaseDimension::ClosureReason]),
    closed(StatisticsTable::ClosedDuration, &[CaseDimension::Duration]),
    closed(StatisticsTable::ClosureReasonByDuration, &[CaseDimension::ClosureReason, CaseDimension::Duration]),
];

/// The definition of a table.
#[must_use]
pub fn definition(table: StatisticsTable) -> Option<&'static Definition> {
    DEFINITIONS.iter().find(|definition| definition.table == table)
}

/// The last reporting date before a day: the end of a quarter that is over.
#[must_use]
pub fn last_reporting_date(today: NaiveDate) -> NaiveDate {
    let before = |month: &Month| month.first_day().pred_opt().filter(|day| Rhythm::Quarters.includes(*day));
    let months = std::iter::successors(Some(Month::of(today)), |month| {
        month.first_day().checked_sub_months(Months::new(1)).map(Month::of)
    });
    months.take(4).find_map(|month| before(&month)).unwrap_or(today)
}

/// From when on what was published is kept in mind: a figure of then is not laid beside one of now unless nobody or enough
/// people have come or gone in between. After a year, most have.
#[must_use]
pub fn remembered_from(reporting_on: NaiveDate) -> NaiveDate {
    reporting_on.checked_sub_months(Months::new(12)).unwrap_or(reporting_on)
}

/// The last day of the year before.
#[must_use]
pub fn end_of_last_year(reporting_on: NaiveDate) -> NaiveDate {
    reporting_on.with_ordinal(1).and_then(|first| first.pred_opt()).unwrap_or(reporting_on)
}

/// The first year of opening that has a category of its own.
const FIRST_YEAR: i32 = 2015;
/// The category of cases that were opened earlier.
const BEFORE_FIRST_YEAR: &str = "BEFORE_2015";
/// The category of residence titles that follow from the nationality, of those that were not recorded, and of unknown codes.
const OTHER_RESIDENCE: &str = "OTHER_OR_NOT_RECORDED";
/// Bands of duration: from so many days on.
const DURATIONS: [(i64, &str); 6] = [
    (720, "OVER_2_YEARS"),
    (360, "1_TO_2_YEARS"),
    (180, "6_TO_12_MONTHS"),
    (90, "3_TO_6_MONTHS"),
    (30, "1_TO_3_MONTHS"),
    (0, "UNDER_1_MONTH"),
];

/// The category of nationalities that were not recorded, and of codes that the list does not have.
const NATIONALITY_NOT_STATED: &str = "NOT_STATED";
/// Groups of residence titles that follow from the nationality, or say nothing.
const FOLLOWING_FROM_NATIONALITY: [&str; 4] = ["GERMAN", "EU_FREE_MOVEMENT", "LATE_REPATRIATE", RESIDENCE_UNKNOWN];
/// The most entries of a list that have a category of their own.
const ENTRIES_MAXIMUM: usize = 60;

/// Categories that are rows of the database.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    /// Ids of the municipalities that exist on the reporting date.
    pub municipalities: BTreeSet<String>,
    /// Codes of the list NATIONALITY_GROUP on the reporting date, in its order.
    pub nationality_groups: Vec<String>,
    /// Codes of the list RESIDENCE_GROUP on the reporting date, in its order.
    pub residence_groups: Vec<String>,
}

impl Lists {
    /// The groups of nationalities that have a category of their own, apart from those not stated.
    fn nationalities(&self) -> impl Iterator<Item = &String> {
        self.nationality_groups.iter().filter(|code| *code != NATIONALITY_NOT_STATED).take(ENTRIES_MAXIMUM)
    }

    /// The groups of residence titles that have a category of their own.
    fn residences(&self) -> impl Iterator<Item = &String> {
        let own = |code: &&String| !FOLLOWING_FROM_NATIONALITY.contains(&code.as_str()) && *code != OTHER_RESIDENCE;
        self.residence_groups.iter().filter(own).take(ENTRIES_MAXIMUM)
    }
}

/// What a case has in one dimension, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// A code or an id; none if nothing was recorded.
    Code(Option<String>),
    /// A year, or a number of days.
    Number(i64),
}

/// The category of a dimension that something stored falls into.
#[must_use]
pub fn category(dimension: CaseDimension, stored: Stored, lists: &Lists) -> String {
    let unrecorded = match dimension {
        CaseDimension::Gender => GenderStatistical::NotStated.as_str(),
        CaseDimension::AgeBand => AgeBand::Unknown.as_str(),
        CaseDimension::LanguageLevel => LanguageLevel::NotAssessed.as_str(),
        CaseDimension::NationalityGroup => NATIONALITY_NOT_STATED,
        CaseDimension::ResidenceGroup => OTHER_RESIDENCE,
        // A case that was taken up again meanwhile has no reason any more.
        CaseDimension::ClosureReason => ClosureReason::Other.as_str(),
        _ => "",
    };
    match (dimension, stored) {
        (CaseDimension::OpenedYear, Stored::Number(year)) if year < i64::from(FIRST_YEAR) => {
            BEFORE_FIRST_YEAR.to_owned()
        }
        (CaseDimension::Duration, Stored::Number(days)) => {
            let band = DURATIONS.iter().find(|(from, _)| days >= *from).or(DURATIONS.last());
            band.map(|(_, name)| (*name).to_owned()).unwrap_or_default()
        }
        (_, Stored::Number(number)) => number.to_string(),
        // It was closed between the reporting date and the making of the figures.
        (CaseDimension::Status, Stored::Code(Some(code))) if code == CaseStatus::Closed.as_str() => {
            CaseStatus::Open.as_str().to_owned()
        }
        (CaseDimension::NationalityGroup, Stored::Code(Some(code)))
            if !lists.nationalities().any(|own| *own == code) =>
        {
            unrecorded.to_owned()
        }
        (CaseDimension::ResidenceGroup, Stored::Code(Some(code))) if !lists.residences().any(|own| *own == code) => {
            unrecorded.to_owned()
        }
        (_, Stored::Code(code)) => code.unwrap_or_else(|| unrecorded.to_owned()),
    }
}

/// All categories of a dimension, in the order in which they are shown.
#[must_use]
pub fn categories(dimension: CaseDimension, lists: &Lists, reporting_on: NaiveDate) -> Vec<String> {
    fn names<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<String> {
        all.iter().map(|value| name(*value).to_owned()).collect()
    }
    match dimension {
        CaseDimension::Municipality => lists.municipalities.iter().cloned().collect(),
        CaseDimension::Phase => {
            let open: Vec<CasePhase> =
                CasePhase::ALL.iter().copied().filter(|phase| *phase != CasePhase::Closure).collect();
            names(&open, CasePhase::as_str)
        }
        CaseDimension::Status => names(&[CaseStatus::Open, CaseStatus::Paused], CaseStatus::as_str),
        CaseDimension::Intensity => names(CaseIntensity::ALL, CaseIntensity::as_str),
        CaseDimension::Unit => names(CaseUnit::ALL, CaseUnit::as_str),
        CaseDimension::ReferralSource => names(ReferralSource::ALL, ReferralSource::as_str),
        CaseDimension::Gender => names(GenderStatistical::ALL, GenderStatistical::as_str),
        CaseDimension::AgeBand => names(AgeBand::ALL, AgeBand::as_str),
        CaseDimension::NationalityGroup => {
            lists.nationalities().cloned().chain([NATIONALITY_NOT_STATED.to_owned()]).collect()
        }
        CaseDimension::ResidenceGroup => lists.residences().cloned().chain([OTHER_RESIDENCE.to_owned()]).collect(),
        CaseDimension::LanguageLevel => names(LanguageLevel::ALL, LanguageLevel::as_str),
        CaseDimension::OpenedYear => {
            let years = (FIRST_YEAR..=reporting_on.year()).map(|year| year.to_string());
            std::iter::once(BEFORE_FIRST_YEAR.to_owned()).chain(years).collect()
        }
        CaseDimension::ClosureReason => names(ClosureReason::ALL, ClosureReason::as_str),
        CaseDimension::Duration => DURATIONS.iter().rev().map(|(_, name)| (*name).to_owned()).collect(),
    }
}

/// The tables of a population that are due at a reporting date.
fn due(population: Population, reporting_on: NaiveDate) -> impl Iterator<Item = &'static Definition> {
    DEFINITIONS
        .iter()
        .filter(move |definition| definition.population == population && definition.rhythm.includes(reporting_on))
}

/// What has to be counted for a reporting date: one statement for each of these.
///
/// The municipality goes along wherever there is one in the population, since it can dominate a count.
#[must_use]
pub fn needed(population: Population, reporting_on: NaiveDate) -> Vec<Vec<CaseDimension>> {
    let mut needed: BTreeSet<Vec<CaseDimension>> = BTreeSet::new();
    for definition in due(population, reporting_on) {
        let mut by: BTreeSet<CaseDimension> = definition.by.iter().copied().collect();
        if population == Population::Open {
            by.insert(CaseDimension::Municipality);
        }
        needed.insert(by.into_iter().collect());
    }
    // What a longer one counts need not be counted again.
    let all = needed.clone();
    needed.retain(|by| !all.iter().any(|other| other.len() > by.len() && by.iter().all(|one| other.contains(one))));
    needed.into_iter().collect()
}

/// The rows of one statement.
#[derive(Clone, Debug)]
pub struct Counted {
    /// What it counts by.
    pub by: Vec<CaseDimension>,
    /// Its rows.
    pub rows: Vec<CountedRow>,
}

/// A row of a statement.
#[derive(Clone, Debug)]
pub struct CountedRow {
    /// The category in each dimension.
    pub categories: Vec<String>,
    /// After how many of the earlier reporting dates these cases were opened.
    pub opened_after: usize,
    /// How many cases there are.
    pub cases: u32,
}

/// What was published for an earlier date.
#[derive(Clone, Debug)]
pub struct Past {
    /// For which date.
    pub reporting_on: NaiveDate,
    /// What the centre was shown.
    pub centre: Publication,
    /// What everybody else was shown; none if there were too few cases.
    pub body: Option<Publication>,
}

/// Everything that statistics are made of.
#[derive(Debug)]
pub struct Material {
    /// The reporting date.
    pub reporting_on: NaiveDate,
    /// Categories that are rows of the database.
    pub lists: Lists,
    /// Counts of the cases that are not closed.
    pub open: Vec<Counted>,
    /// Counts of the cases that were closed in the year; empty unless it ends.
    pub closed: Vec<Counted>,
    /// What was published before, earliest first: all of the last year, or the latest at least.
    pub past: Vec<Past>,
}

/// A table that is ready to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// For whom.
    pub audience: StatisticsAudience,
    /// Which.
    pub table: StatisticsTable,
    /// The smallest count that is shown.
    pub smallest_shown: u32,
    /// Its figures.
    pub content: PublishedTable,
}

/// Makes the statistics of a reporting date ready; none if there are too few cases, or if so few have come or gone since the
/// last publication that new figures would be figures about them.
///
/// # Errors
/// Counts that do not fit together.
pub fn prepare(material: &Material, thresholds: &Thresholds) -> Result<Vec<Ready>, SuppressionError> {
    let (centre, body) = (thresholds.of(Audience::Centre), thresholds.of(Audience::Body));
    let least = u64::from(centre.smallest_shown().max(body.smallest_shown()));
    let family = family(Population::Open, material)?;
    let counts = Counts::of(&family, &tallies(&material.open, 0))?;
    let arrivals = (1..=material.past.len())
        .map(|after| Counts::of(&family, &tallies(&material.open, after)))
        .collect::<Result<Vec<_>, _>>()?;
    if let (Some(last), Some(arrivals)) = (material.past.last(), arrivals.last())
        && movement(&last.centre, arrivals, &counts).is_none_or(|moved| moved < least)
    {
        return Ok(Vec::new());
    }
    let from = remembered_from(material.reporting_on);
    let remembered = || material.past.iter().zip(&arrivals).filter(|(past, _)| past.reporting_on >= from);
    let earlier: Vec<Earlier<'_>> =
        remembered().map(|(past, arrivals)| Earlier { publication: &past.centre, arrivals }).collect();
    let Some(for_centre) = publish(&counts, centre, Known { earlier: &earlier, inner: None }) else {
        return Ok(Vec::new());
    };
    let earlier: Vec<Earlier<'_>> = remembered()
        .filter_map(|(past, arrivals)| past.body.as_ref().map(|publication| Earlier { publication, arrivals }))
        .collect();
    let for_body = publish(&counts, body, Known { earlier: &earlier, inner: Some(&for_centre) });
    let mut ready = Vec::new();
    collect(&mut ready, Population::Open, material, StatisticsAudience::Centre, thresholds, Some(for_centre));
    collect(&mut ready, Population::Open, material, StatisticsAudience::Body, thresholds, for_body);
    if !material.closed.is_empty() {
        prepare_closed(&mut ready, material, thresholds, counts.total())?;
    }
    Ok(ready)
}

/// The cases closed in the year. Who knows how many there were at its beginning and are at its end could compute how many
/// were opened meanwhile: that must not be few.
fn prepare_closed(
    ready: &mut Vec<Ready>,
    material: &Material,
    thresholds: &Thresholds,
    open: u64,
) -> Result<(), SuppressionError> {
    let (centre, body) = (thresholds.of(Audience::Centre), thresholds.of(Audience::Body));
    let family = family(Population::Closed, material)?;
    let counts = Counts::of(&family, &tallies(&material.closed, 0))?;
    let before = end_of_last_year(material.reporting_on);
    let at_beginning =
        material.past.iter().find(|past| past.reporting_on == before).and_then(|past| past.centre.total());
    let opened = at_beginning.map(|at_beginning| open.saturating_add(counts.total()).saturating_sub(at_beginning));
    let least = u64::from(centre.smallest_shown().max(body.smallest_shown()));
    if opened.is_some_and(|opened| opened > 0 && opened < least) {
        return Ok(());
    }
    let Some(for_centre) = publish(&counts, centre, Known::default()) else {
        return Ok(());
    };
    let for_body = publish(&counts, body, Known { inner: Some(&for_centre), ..Known::default() });
    collect(ready, Population::Closed, material, StatisticsAudience::Centre, thresholds, Some(for_centre));
    collect(ready, Population::Closed, material, StatisticsAudience::Body, thresholds, for_body);
    Ok(())
}

fn family(population: Population, material: &Material) -> Result<Family, SuppressionError> {
    let (lines, pairs): (Vec<&Definition>, Vec<&Definition>) =
        due(population, material.reporting_on).partition(|definition| definition.by.len() == 1);
    let dimension = |dimension: &CaseDimension| {
        let mut categories = categories(*dimension, &material.lists, material.reporting_on);
        // Whatever the lists say, a case that is there is counted.
        let counted = material.open.iter().chain(&material.closed);
        for counted in
            counted.filter(|counted| *dimension == CaseDimension::Municipality && counted.by.contains(dimension))
        {
            let at = counted.by.iter().position(|by| by == dimension).unwrap_or(0);
            let found: BTreeSet<&String> = counted.rows.iter().filter_map(|row| row.categories.get(at)).collect();
            let missing: Vec<String> = found.into_iter().filter(|name| !categories.contains(name)).cloned().collect();
            categories.extend(missing);
        }
        Dimension { name: dimension.as_str().to_owned(), categories }
    };
    let dimensions = lines.iter().flat_map(|definition| definition.by).map(dimension).collect();
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .filter_map(|definition| match definition.by {
            [one, other] => Some((one.as_str(), other.as_str())),
            _ => None,
        })
        .collect();
    let contributor = (population == Population::Open).then_some(CaseDimension::Municipality.as_str());
    Family::new(dimensions, &pairs, contributor)
}

/// The counts of the cases that were opened after so many of the earlier dates (0: of all).
fn tallies(counted: &[Counted], after: usize) -> Vec<Tally> {
    let tally = |counted: &Counted| Tally {
        by: counted.by.iter().map(|dimension| dimension.as_str().to_owned()).collect(),
        rows: counted
            .rows
            .iter()
            .filter(|row| row.opened_after >= after)
            .map(|row| (row.categories.clone(), row.cases))
            .collect(),
    };
    counted.iter().map(tally).collect()
}

fn collect(
    ready: &mut Vec<Ready>,
    population: Population,
    material: &Material,
    audience: StatisticsAudience,
    thresholds: &Thresholds,
    publication: Option<Publication>,
) {
    let rules = thresholds.of(match audience {
        StatisticsAudience::Centre => Audience::Centre,
        StatisticsAudience::Body => Audience::Body,
    });
    for content in publication.into_iter().flat_map(|publication| publication.tables) {
        let is_it = |definition: &&Definition| {
            definition.by.iter().map(|dimension| dimension.as_str()).eq(content.dimensions.iter().map(String::as_str))
        };
        if let Some(definition) = due(population, material.reporting_on).find(is_it) {
            let smallest_shown = rules.smallest_shown();
            ready.push(Ready { audience, table: definition.table, smallest_shown, content });
        }
    }
}

#[cfg(test)]
mod tests;
