//! Small numbers: the one step through which every count of people leaves the data layer.
//!
//! # What it is for
//! Eleven towns, eleven groups of nationalities, a few hundred cases: most cells of such a table hold one to four
//! people, and whoever knows the town recognises them. Therefore a [`Population`] (everybody who may be counted)
//! is never handed out as numbers; it answers [`Query`]s through [`suppress`], and the answer is a [`Release`] of
//! [`Figure`]s, each a number or hidden. The terms are those of statistical disclosure control, for which see
//! Hundepohl, Domingo-Ferrer, Franconi, Giessing, Nordholt, Spicer and de Wolf, "Statistical Disclosure Control"
//! (Wiley 2012), the chapters on magnitude and frequency tables, and Willenborg and de Waal, "Elements of Statistical
//! Disclosure Control" (Springer 2001):
//! - *primary suppression*: a count below a threshold is hidden, margins included ([`Rules`], per [`Audience`]);
//! - *dominance*: a count is hidden when one contributor, here a town, has more than a given share of it. Rules of this
//!   family ((n, k) dominance, the p% rule) come from economic statistics, where the others' part must not be
//!   estimated too closely; hence the distance demanded of such a figure grows with it;
//! - *secondary (complementary) suppression*: further figures are hidden so that the former cannot be computed.
//!
//! # What is guaranteed
//! Take an attacker who knows every figure shown, every sum that holds between figures (totals, filters, several
//! answers together), that no count is negative, and which cells are empty by definition. Then, for every figure that
//! is hidden for its own sake, two tables exist in whole numbers that agree with all of that, in which this figure
//! differs by at least k (the threshold); so one of them has at least k there. For a dominated figure they differ, if
//! that is more, by the part of the figure that is not the largest contributor's at the limit (15 of 100 at 85 %).
//! A figure that is hidden only for another's sake has at least two possible values, its true one (k or more) among
//! them. None of this is estimated: the search builds those tables.
//!
//! It holds for margins as for cells, and for *all queries of one call together*: the queries are laid over each other
//! into the finest table that they imply, and a figure of that table which nobody asked for is protected as if
//! somebody had ("all cases" less "the women" gives the men, so a town with one man shows at most one of the two).
//! It holds together with earlier answers over the same data, if they are named ([`Before::same_data`]), and with
//! earlier dates ([`Before::earlier_data`]): a figure that was shown, or could be derived, is not shown again while it
//! has moved by less than k, so that "one more than in March" cannot be read off. If no protection is found beside what
//! was shown before over the same data, nothing new is shown ([`Release::is_withheld`]): the attacker knows what he
//! knew, and a small count that only the new question tells apart still has two possible values at least.
//!
//! The same data and the same queries give the same pattern, whatever the order of units, categories, dimensions or
//! queries, so that asking twice, or the other way round, tells nothing new. Nothing is random.
//!
//! # Zeros
//! "No Syrian family in Olfen" and "all cases in Olfen are Syrian" are statements about people, so zero is a small
//! count like one and two, in cells and in margins. It is also what makes the rule "hidden means 0 or more"
//! sound: were zeros always shown, every hidden cell would be known to be at least one. Only a cell that is empty by
//! definition ([`Population::rule_out`]) is shown as zero, and the attacker is assumed to know it.
//!
//! # What is not guaranteed
//! - The reason why a figure is hidden ([`Release::reason`]) must not reach the audience: "primary" says "below k",
//!   "secondary" says "k or more", and either can complete an equation. For that reason [`Figure::Hidden`] has none.
//! - Nothing is promised against somebody who knows single people in the table (a case manager who subtracts her
//!   own cases), nor against one who replays this very program over all tables that he thinks possible and keeps those
//!   that give the same pattern (the "minimality attack" of Wong, Fu, Wang and Pei, VLDB 2007); the distances above are
//!   before such reasoning.
//! - Two calls that do not know of each other promise nothing jointly. What the public can ask has to be a fixed list
//!   of queries, put into *one* call; what is asked later names what was answered before, and the answer for an audience
//!   with a larger k names that for the inner one ([`Before::inner`]). For many tables at once there is [`family`].
//! - Between two dates the attacker is not assumed to know that nobody left. A count that can only grow ("opened since
//!   January") is better asked at once with the month as a dimension and a filter on it: then the sums hold exactly.
//! - Several hidden figures may be known as a sum (which is k or more, or one of them would be known too closely).
//! - A shown figure may still tell something about a group ("all 30 come from the same town" is hidden, "29 of 40 do"
//!   is not).
//! - It is not the least possible suppression. That is a hard problem even for one table; here the cheapest shift is
//!   taken again and again, and what turns out not to be needed is shown again.
//!
//! # Rounding instead
//! [`round_to_five`] and [`rounded`] are the other way that statistical offices go with public figures. For the same
//! data choose one of the two ways and stay with it: a rounded figure narrows a hidden one.

#[cfg(test)]
mod attack;
pub mod family;
mod pattern;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use pattern::{Cells, Entry, Standing};

/// The most categories that one dimension can have.
pub const CATEGORIES_MAXIMUM: usize = 64;
/// The most dimensions that one query can break its count down by.
pub const BREAKDOWN_MAXIMUM: usize = 3;
/// The most figures that the queries of one call may imply together (all combinations with all totals) if they use one
/// or two dimensions.
pub const FIGURES_MAXIMUM: usize = 800;
/// The most figures if they use more dimensions: the search then tries far more ways. For many dimensions see [`family`].
pub const FIGURES_ACROSS_MAXIMUM: usize = 128;

/// Who is going to read the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Audience {
    /// The supervisory centre of the district.
    Centre,
    /// The employer of the case managers, for counts of the own staff's workload.
    Employer,
    /// A guiding body: steering group, committee of the council.
    Body,
    /// Everybody.
    Public,
}

/// From when on a count may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    smallest_shown: u32,
    dominance_percent: u32,
}

impl Rules {
    /// `smallest_shown` is k, the smallest count that may be shown, at least 2; `dominance_percent` the share of one
    /// contributor, in percent, above which a count is hidden, 50 to 100 (100 switches the rule off).
    ///
    /// # Errors
    /// [`SuppressionError::Rules`] if a value lies outside.
    pub fn new(smallest_shown: u32, dominance_percent: u32) -> Result<Self, SuppressionError> {
        if (2..=1000).contains(&smallest_shown) && (50..=100).contains(&dominance_percent) {
            Ok(Self { smallest_shown, dominance_percent })
        } else {
            Err(SuppressionError::Rules)
        }
    }

    /// The smallest count that may be shown (k).
    #[must_use]
    pub const fn smallest_shown(self) -> u32 {
        self.smallest_shown
    }

    /// If the largest contributor has too much of a count: how far apart the possible values of the count must lie
    /// then, which is what the limit would leave to the others.
    fn dominated(self, count: i64, largest: i64) -> Option<i64> {
        let percent = i64::from(self.dominance_percent);
        (largest * 100 > count * percent).then_some((count * (100 - percent) + 99) / 100)
    }
}

/// The rules for each audience. They are not settings of a district: rules that were eased later would undo what tables of
/// earlier dates hid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// For [`Audience::Centre`].
    pub centre: Rules,
    /// For [`Audience::Employer`].
    pub employer: Rules,
    /// For [`Audience::Body`].
    pub body: Rules,
    /// For [`Audience::Public`].
    pub public: Rules,
}

impl Thresholds {
    /// The rules for `audience`.
    #[must_use]
    pub const fn of(&self, audience: Audience) -> Rules {
        match audience {
            Audience::Centre => self.centre,
            Audience::Employer => self.employer,
            Audience::Body => self.body,
            Audience::Public => self.public,
        }
    }
}

impl Default for Thresholds {
    /// What a district starts with: 3 in the centre and for employers, 5 elsewhere, 85 %.
    fn default() -> Self {
        let outside = Rules { smallest_shown: 5, dominance_percent: 85 };
        let inside = Rules { smallest_shown: 3, ..outside };
        Self { centre: inside, employer: inside, body: outside, public: outside }
    }
}

/// An attribute by which units are told apart, and all values that it can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// Its name, for instance `town`.
    pub name: String,
    /// Its categories. Give the whole code list: a category that appears only when somebody falls into it tells that.
    pub categories: Vec<String>,
}

/// Everybody who may be counted: how many units have which category in each dimension.
///
/// It holds exact numbers and therefore has no `Debug` and no getters; the way out is [`suppress`].
#[derive(Clone)]
pub struct Population {
    dimensions: BTreeMap<String, Vec<String>>,
    contributor: Option<String>,
    ruled_out: Vec<BTreeMap<String, String>>,
    /// The units per combination; categories by position, dimensions in the order of their names.
    groups: BTreeMap<Vec<usize>, u32>,
    units: u32,
}

impl Population {
    /// An empty population over `dimensions`. `contributor` names the dimension whose categories can dominate a count,
    /// usually the town; it need not be asked for. A count for one single contributor is not tested against itself.
    ///
    /// # Errors
    /// A dimension or category twice, more than [`CATEGORIES_MAXIMUM`] categories or none, or an unknown contributor.
    pub fn new(
        dimensions: impl IntoIterator<Item = Dimension>,
        contributor: Option<&str>,
    ) -> Result<Self, SuppressionError> {
        let mut sorted = BTreeMap::new();
        for Dimension { name, mut categories } in dimensions {
            let given = categories.len();
            categories.sort();
            categories.dedup();
            if categories.len() != given || categories.is_empty() || given > CATEGORIES_MAXIMUM {
                return Err(SuppressionError::Categories(name));
            }
            if sorted.insert(name.clone(), categories).is_some() {
                return Err(SuppressionError::Categories(name));
            }
        }
        let contributor = contributor.map(str::to_owned);
        if let Some(unknown) = contributor.iter().find(|name| !sorted.contains_key(*name)) {
            return Err(SuppressionError::UnknownDimension(unknown.clone()));
        }
        Ok(Self { dimensions: sorted, contributor, ruled_out: Vec::new(), groups: BTreeMap::new(), units: 0 })
    }

    /// Declares that no unit can ever have all of these categories at once (pairs of dimension and category), by
    /// definition and as everybody knows. Never derive it from the data. It counts for queries that together use all
    /// the dimensions it names.
    ///
    /// # Errors
    /// An unknown dimension or category, or a unit that is already there and has them.
    pub fn rule_out(&mut self, combination: &[(&str, &str)]) -> Result<(), SuppressionError> {
        let mut rule = BTreeMap::new();
        for (dimension, category) in combination {
            self.position(dimension, category)?;
            rule.insert((*dimension).to_owned(), (*category).to_owned());
        }
        self.ruled_out.push(rule);
        if self.groups.keys().any(|group| self.is_ruled_out(group)) {
            self.ruled_out.pop();
            return Err(SuppressionError::RuledOut);
        }
        Ok(())
    }

    /// Adds `units` units that have the given category in each dimension (pairs of dimension and category, all
    /// dimensions named once): a row of a `GROUP BY`, or a single unit.
    ///
    /// # Errors
    /// An unknown or missing dimension, an unknown category, a combination that is ruled out, or more units than
    /// fit into 32 bits.
    pub fn add(&mut self, categories: &[(&str, &str)], units: u32) -> Result<(), SuppressionError> {
        let mut given = BTreeMap::new();
        for (dimension, category) in categories {
            given.insert(*dimension, self.position(dimension, category)?);
        }
        let mut group = Vec::with_capacity(self.dimensions.len());
        for name in self.dimensions.keys() {
            let position = given.get(name.as_str());
            group.push(*position.ok_or_else(|| SuppressionError::UnknownDimension(name.clone()))?);
        }
        if self.is_ruled_out(&group) {
            return Err(SuppressionError::RuledOut);
        }
        self.units = self.units.checked_add(units).ok_or(SuppressionError::TooLarge)?;
        if units > 0 {
            *self.groups.entry(group).or_default() += units;
        }
        Ok(())
    }

    fn position(&self, dimension: &str, category: &str) -> Result<usize, SuppressionError> {
        let categories =
            self.dimensions.get(dimension).ok_or_else(|| SuppressionError::UnknownDimension(dimension.to_owned()))?;
        categories.iter().position(|known| known == category).ok_or_else(|| SuppressionError::UnknownCategory {
            dimension: dimension.to_owned(),
            category: category.to_owned(),
        })
    }

    fn is_ruled_out(&self, group: &[usize]) -> bool {
        let named = |rule: &BTreeMap<String, String>| {
            self.dimensions.iter().zip(group).all(|((name, categories), position)| {
                rule.get(name).is_none_or(|category| categories.get(*position) == Some(category))
            })
        };
        self.ruled_out.iter().any(named)
    }
}

/// A question for counts: broken down by up to three dimensions, with all totals, over the units that pass the filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Query {
    by: BTreeSet<String>,
    only: BTreeMap<String, BTreeSet<String>>,
}

impl Query {
    /// Counts by these dimensions; none asks for one single count.
    pub fn by<'a>(dimensions: impl IntoIterator<Item = &'a str>) -> Self {
        Self { by: dimensions.into_iter().map(str::to_owned).collect(), only: BTreeMap::new() }
    }

    /// Narrows the query to units with one of `categories` in `dimension`; an empty list counts nobody. Filters add up.
    #[must_use]
    pub fn only<'a>(mut self, dimension: &str, categories: impl IntoIterator<Item = &'a str>) -> Self {
        let wanted: BTreeSet<String> = categories.into_iter().map(str::to_owned).collect();
        let kept = match self.only.get(dimension) {
            Some(before) => before.intersection(&wanted).cloned().collect(),
            None => wanted,
        };
        self.only.insert(dimension.to_owned(), kept);
        self
    }
}

/// What a reader gets for one count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Figure {
    /// The exact count.
    Shown(u64),
    /// Nothing. Why is deliberately not said.
    Hidden,
}

/// Why a figure is hidden; for the district's own log and the data protection officer, never for the audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The count is below the threshold.
    Primary,
    /// One contributor has nearly all of it.
    Dominance,
    /// It moved by less than the threshold since an earlier date.
    Change,
    /// An audience with a smaller k does not see it either.
    Inner,
    /// Another hidden figure could be computed from it.
    Secondary,
}

/// One place of a table: the category in each dimension that the query breaks down by; a dimension that is
/// missing is added up.
pub type Place = BTreeMap<String, String>;

/// What was answered before and is to be kept in mind.
#[derive(Clone, Copy, Default)]
pub struct Before<'a> {
    /// Answers over the very same data that this audience can see, those to the public included. What they showed is
    /// known; the new release answers their queries again, and may show more of them.
    pub same_data: &'a [&'a Release],
    /// Answers over earlier states of the data that this audience can see.
    pub earlier_data: &'a [&'a Release],
    /// The answer to the same queries over the very same data for an audience with a smaller k. What it hides is hidden
    /// here as well, so that somebody who reads both knows what the inner audience knows, and not more. (Two answers
    /// that do not know of each other could each show the part that the other one hides.)
    pub inner: Option<&'a Release>,
}

/// A figure by what it counts: for each dimension that matters the categories that it adds up.
type Key = BTreeMap<String, BTreeSet<String>>;

#[derive(Clone)]
struct Record {
    count: i64,
    verdict: Verdict,
    /// Proved distance between the smallest and the largest possible value, while it is not shown.
    width: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Shown,
    Hidden(Reason),
    NotAsked,
}

/// The answer to a set of queries. Keep it to answer the next ones ([`Before`]): it can also be made again, for the
/// same data and queries always give the same release.
#[derive(Clone)]
pub struct Release {
    dimensions: BTreeMap<String, Vec<String>>,
    queries: BTreeSet<Query>,
    records: BTreeMap<Key, Record>,
    withheld: bool,
}

impl std::fmt::Debug for Release {
    /// Says how much is shown and hidden, and no number that is not shown.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Release")
            .field("queries", &self.queries)
            .field("shown", &self.tally(None))
            .field(
                "hidden",
                &self.records.values().filter(|record| matches!(record.verdict, Verdict::Hidden(_))).count(),
            )
            .finish_non_exhaustive()
    }
}

impl Release {
    /// The figure at `place` of the answer to `query`; none if it was not asked for.
    #[must_use]
    pub fn figure(&self, query: &Query, place: &Place) -> Option<Figure> {
        let record = self.record(query, place)?;
        match record.verdict {
            Verdict::Shown => Some(Figure::Shown(record.count.unsigned_abs())),
            Verdict::Hidden(_) => Some(Figure::Hidden),
            Verdict::NotAsked => None,
        }
    }

    /// All figures of the answer to `query`, cells and margins, in the order of the categories' names; the total over
    /// a dimension comes after its categories. Empty if the query was not asked.
    #[must_use]
    pub fn table(&self, query: &Query) -> Vec<(Place, Figure)> {
        if !self.queries.contains(query) {
            return Vec::new();
        }
        let places = places(&self.dimensions, query).into_iter();
        places.filter_map(|place| self.figure(query, &place).map(|figure| (place, figure))).collect()
    }

    /// Why the figure is hidden, for the district's own log; none if it is shown or was not asked for.
    #[must_use]
    pub fn reason(&self, query: &Query, place: &Place) -> Option<Reason> {
        match self.record(query, place)?.verdict {
            Verdict::Hidden(reason) => Some(reason),
            Verdict::Shown | Verdict::NotAsked => None,
        }
    }

    /// True if nothing new is shown at all, because no protection was found beside what was shown before over the same
    /// data.
    #[must_use]
    pub const fn is_withheld(&self) -> bool {
        self.withheld
    }

    /// How many figures were hidden for `reason`; with none, how many are shown.
    #[must_use]
    pub fn tally(&self, reason: Option<Reason>) -> usize {
        let wanted = reason.map_or(Verdict::Shown, Verdict::Hidden);
        self.records.values().filter(|record| record.verdict == wanted).count()
    }

    fn record(&self, query: &Query, place: &Place) -> Option<&Record> {
        self.queries.contains(query).then(|| self.records.get(&key_of(&self.dimensions, query, place)))?
    }
}

/// A count that stands alone: nobody who reads it gets a sum that it is a part of, nor parts of it. Then the threshold is all.
#[must_use]
pub fn stand_alone(count: u64, rules: Rules) -> Figure {
    if count < u64::from(rules.smallest_shown) { Figure::Hidden } else { Figure::Shown(count) }
}

/// Answers `queries` over `population` together, so that no hidden figure can be computed from what is shown in this
/// answer and in those `before`. What precisely is promised stands at the head of this module.
///
/// # Errors
/// An unknown dimension or category, more than [`BREAKDOWN_MAXIMUM`] dimensions in a query, or more than
/// [`FIGURES_MAXIMUM`] (across more than two dimensions [`FIGURES_ACROSS_MAXIMUM`]) figures implied by all queries together,
/// those before on the same data included. At these bounds it takes some hundred milliseconds on one core: not for a thread
/// that answers requests.
pub fn suppress(
    population: &Population,
    queries: &[Query],
    rules: Rules,
    before: Before<'_>,
) -> Result<Release, SuppressionError> {
    let known = before.same_data.iter().flat_map(|release| release.queries.iter().cloned());
    let queries: BTreeSet<Query> = queries.iter().cloned().chain(known).collect();
    let layout = Layout::over(population, &queries)?;

    let mut figures = layout.figures(population, &queries);
    for figure in &mut figures {
        figure.judge(rules, before);
    }
    let cells = layout.cells(population);
    let entries: Vec<Entry> = figures.iter().map(JudgedFigure::entry).collect();
    let outcome = pattern::hide(&cells, &entries);

    let mut records = BTreeMap::new();
    for (index, figure) in figures.into_iter().enumerate() {
        let hidden = outcome.as_ref().is_none_or(|outcome| outcome.hidden.get(index).copied().unwrap_or(true));
        let width = outcome.as_ref().and_then(|outcome| outcome.width.get(index).copied()).unwrap_or(0);
        let verdict = match (figure.standing, hidden) {
            (Standing::AlreadyShown, _) | (Standing::Free, false) => Verdict::Shown,
            (Standing::Free, true) => Verdict::Hidden(Reason::Secondary),
            (Standing::Unseen, _) => figure.reason.filter(|_| figure.asked).map_or(Verdict::NotAsked, Verdict::Hidden),
        };
        records.insert(figure.key, Record { count: figure.count, verdict, width });
    }
    Ok(Release { dimensions: population.dimensions.clone(), queries, records, withheld: outcome.is_none() })
}

/// The queries laid over each other: only what they distinguish is told apart.
struct Layout {
    dimensions: Vec<LayoutDimension>,
}

/// A dimension that at least one query uses; its classes are sets of categories that no query tells apart.
struct LayoutDimension {
    name: String,
    /// Position of the dimension in the population.
    position: usize,
    categories: Vec<String>,
    /// The class of each category.
    class_of: Vec<usize>,
    classes: usize,
}

struct JudgedFigure {
    key: Key,
    sets: pattern::Sets,
    count: i64,
    /// The largest part that one contributor has; 0 if the rule does not apply.
    largest_contribution: i64,
    /// Nothing can ever be counted here.
    empty_by_definition: bool,
    asked: bool,
    standing: Standing,
    reason: Option<Reason>,
    width: i64,
}

impl JudgedFigure {
    /// Decides, before any arithmetic between figures, whether this one may be shown.
    fn judge(&mut self, rules: Rules, before: Before<'_>) {
        let smallest_shown = i64::from(rules.smallest_shown);
        if self.empty_by_definition {
            return;
        }
        let mut answers = before.same_data.iter().filter_map(|release| release.records.get(&self.key));
        if answers.any(|record| record.verdict == Verdict::Shown) {
            self.standing = Standing::AlreadyShown;
            return;
        }
        let small_change =
            before.earlier_data.iter().filter_map(|release| release.records.get(&self.key)).any(|record| {
                let known = record.verdict == Verdict::Shown || record.width < smallest_shown;
                let change = (self.count - record.count).abs();
                known && change > 0 && change < smallest_shown
            });
        let dominated = rules.dominated(self.count, self.largest_contribution).filter(|_| self.asked);
        let hidden_inside = before.inner.is_some_and(|inner| {
            inner.records.get(&self.key).is_some_and(|record| matches!(record.verdict, Verdict::Hidden(_)))
        });
        (self.reason, self.width) = if self.count < smallest_shown {
            (Some(Reason::Primary), smallest_shown)
        } else if let Some(others) = dominated {
            (Some(Reason::Dominance), smallest_shown.max(others))
        } else if small_change {
            (Some(Reason::Change), smallest_shown)
        } else if hidden_inside {
            (Some(Reason::Inner), 0)
        } else {
            return;
        };
        self.standing = Standing::Unseen;
    }

    fn entry(&self) -> Entry {
        let (count, standing, width) = (self.count, self.standing, self.width);
        Entry { sets: self.sets.clone(), count, standing, width, loss: count }
    }
}

impl Layout {
    fn over(population: &Population, queries: &BTreeSet<Query>) -> Result<Self, SuppressionError> {
        for query in queries {
            if query.by.len() > BREAKDOWN_MAXIMUM {
                return Err(SuppressionError::TooManyDimensions);
            }
            for name in query.by.iter().chain(query.only.keys()) {
                if !population.dimensions.contains_key(name) {
                    return Err(SuppressionError::UnknownDimension(name.clone()));
                }
            }
            for (dimension, category) in
                query.only.iter().flat_map(|(name, set)| set.iter().map(move |one| (name, one)))
            {
                population.position(dimension, category)?;
            }
        }
        let mut dimensions = Vec::new();
        for (position, (name, categories)) in population.dimensions.iter().enumerate() {
            let broken_down = queries.iter().any(|query| query.by.contains(name));
            let filters: BTreeSet<&BTreeSet<String>> =
                queries.iter().filter_map(|query| query.only.get(name)).collect();
            if !broken_down && filters.is_empty() {
                continue;
            }
            let mut seen = BTreeMap::new();
            let mut class_of = Vec::with_capacity(categories.len());
            for (index, category) in categories.iter().enumerate() {
                let traits: Vec<bool> = filters.iter().map(|filter| filter.contains(category)).collect();
                let next = seen.len();
                class_of.push(*seen.entry((broken_down.then_some(index), traits)).or_insert(next));
            }
            let (name, categories) = (name.clone(), categories.clone());
            dimensions.push(LayoutDimension { name, position, categories, class_of, classes: seen.len() });
        }
        let implied = dimensions.iter().try_fold(1_usize, |all, dimension| all.checked_mul(dimension.classes + 1));
        let maximum = if dimensions.len() > 2 { FIGURES_ACROSS_MAXIMUM } else { FIGURES_MAXIMUM };
        if implied.is_none_or(|implied| implied > maximum) {
            return Err(SuppressionError::TooLarge);
        }
        Ok(Self { dimensions })
    }

    /// The class of each dimension of the layout for a group of units.
    fn classes(&self, group: &[usize]) -> Vec<usize> {
        self.dimensions
            .iter()
            .map(|dimension| {
                let category = group.get(dimension.position).copied().unwrap_or(0);
                dimension.class_of.get(category).copied().unwrap_or(0)
            })
            .collect()
    }

    fn sizes(&self) -> Vec<usize> {
        self.dimensions.iter().map(|dimension| dimension.classes).collect()
    }

    fn cells(&self, population: &Population) -> Cells {
        let sizes = self.sizes();
        let total = sizes.iter().product();
        let mut counts = vec![0; total];
        for (group, units) in &population.groups {
            if let Some(count) = counts.get_mut(cell(&sizes, &self.classes(group))) {
                *count += i64::from(*units);
            }
        }
        // A rule empties a cell of the layout only if it speaks of nothing but the layout's dimensions.
        let possible = combinations(&sizes).iter().map(|classes| !self.impossible(population, classes)).collect();
        Cells { sizes, counts, possible }
    }

    /// Whether every combination of categories behind this cell is ruled out by one rule each.
    fn impossible(&self, population: &Population, classes: &[usize]) -> bool {
        let members: Vec<Vec<&String>> = self
            .dimensions
            .iter()
            .zip(classes)
            .map(|(dimension, class)| {
                let all = dimension.categories.iter().zip(&dimension.class_of);
                all.filter(|(_, of)| *of == class).map(|(category, _)| category).collect()
            })
            .collect();
        let names: Vec<&String> = self.dimensions.iter().map(|dimension| &dimension.name).collect();
        let rules: Vec<&BTreeMap<String, String>> =
            population.ruled_out.iter().filter(|rule| rule.keys().all(|name| names.contains(&name))).collect();
        if rules.is_empty() {
            return false;
        }
        let sizes: Vec<usize> = members.iter().map(Vec::len).collect();
        combinations(&sizes).iter().all(|choice| {
            let chosen: BTreeMap<&String, &String> = names
                .iter()
                .zip(&members)
                .zip(choice)
                .filter_map(|((name, categories), index)| categories.get(*index).map(|category| (*name, *category)))
                .collect();
            rules.iter().any(|rule| rule.iter().all(|(name, category)| chosen.get(name) == Some(&category)))
        })
    }

    /// Every figure of the finest table with all its totals, and every figure that a query names.
    fn figures(&self, population: &Population, queries: &BTreeSet<Query>) -> Vec<JudgedFigure> {
        let mut wanted: BTreeMap<Vec<u64>, bool> = BTreeMap::new();
        let implied: Vec<Vec<u64>> = self
            .dimensions
            .iter()
            .map(|dimension| singles(dimension.full()).chain([dimension.full()]).collect())
            .collect();
        wanted.extend(products(&implied).into_iter().map(|sets| (sets, false)));
        for query in queries {
            let of_query: Vec<Vec<u64>> = self
                .dimensions
                .iter()
                .map(|dimension| {
                    let whole = query.only.get(&dimension.name).map_or(dimension.full(), |only| dimension.set(only));
                    let parts = query.by.contains(&dimension.name).then(|| singles(whole));
                    parts.into_iter().flatten().chain([whole]).collect()
                })
                .collect();
            wanted.extend(products(&of_query).into_iter().map(|sets| (sets, true)));
        }

        let sizes = self.sizes();
        let cells = self.cells(population);
        let possible: Vec<Vec<usize>> = combinations(&sizes)
            .into_iter()
            .filter(|classes| cells.possible.get(cell(&sizes, classes)).copied().unwrap_or(false))
            .collect();
        let contributor = population.contributor.as_ref();
        let contributor_at = contributor.and_then(|name| population.dimensions.keys().position(|known| known == name));
        let in_layout = self.dimensions.iter().position(|dimension| Some(&dimension.name) == contributor);
        let groups: Vec<(Vec<usize>, usize, i64)> = population
            .groups
            .iter()
            .map(|(group, units)| {
                let town = contributor_at.and_then(|at| group.get(at)).copied().unwrap_or(0);
                (self.classes(group), town, i64::from(*units))
            })
            .collect();
        wanted
            .into_iter()
            .map(|(sets, asked)| {
                let mut count = 0;
                let mut contributions: BTreeMap<usize, i64> = BTreeMap::new();
                for (_, town, units) in groups.iter().filter(|(classes, ..)| covers(&sets, classes)) {
                    count += units;
                    *contributions.entry(*town).or_default() += units;
                }
                let one_contributor = in_layout.and_then(|at| {
                    let (set, dimension) = (sets.get(at)?, self.dimensions.get(at)?);
                    Some(dimension.names(*set).len() == 1)
                });
                let tested = contributor_at.is_some() && one_contributor != Some(true);
                let largest = contributions.values().max().copied().filter(|_| tested).unwrap_or(0);
                JudgedFigure {
                    key: self.key(&sets),
                    count,
                    largest_contribution: largest,
                    empty_by_definition: !possible.iter().any(|classes| covers(&sets, classes)),
                    asked,
                    standing: if asked { Standing::Free } else { Standing::Unseen },
                    reason: None,
                    width: 0,
                    sets,
                }
            })
            .collect()
    }

    fn key(&self, sets: &[u64]) -> Key {
        let restricted = self.dimensions.iter().zip(sets).filter(|(dimension, set)| **set != dimension.full());
        restricted.map(|(dimension, set)| (dimension.name.clone(), dimension.names(*set))).collect()
    }
}

impl LayoutDimension {
    /// All classes, as bits.
    fn full(&self) -> u64 {
        (0..self.classes).fold(0, |set, class| set | 1 << class)
    }

    /// The classes that a filter lets pass.
    fn set(&self, only: &BTreeSet<String>) -> u64 {
        let passing = self.categories.iter().zip(&self.class_of).filter(|(category, _)| only.contains(*category));
        passing.fold(0, |set, (_, class)| set | 1 << class)
    }

    fn names(&self, set: u64) -> BTreeSet<String> {
        let all = self.categories.iter().zip(&self.class_of);
        all.filter(|(_, class)| set & (1 << **class) != 0).map(|(category, _)| category.clone()).collect()
    }
}

fn covers(sets: &[u64], classes: &[usize]) -> bool {
    sets.iter().zip(classes).all(|(set, class)| set & (1 << class) != 0)
}

fn singles(set: u64) -> impl Iterator<Item = u64> {
    (0..u64::BITS).map(|bit| 1 << bit).filter(move |bit| set & bit != 0)
}

/// All choices of one element per list, the last list varying fastest.
fn products<T: Copy>(lists: &[Vec<T>]) -> Vec<Vec<T>> {
    lists.iter().fold(vec![Vec::new()], |begun, list| {
        begun.iter().flat_map(|start| list.iter().map(|next| start.iter().copied().chain([*next]).collect())).collect()
    })
}

fn combinations(sizes: &[usize]) -> Vec<Vec<usize>> {
    let lists: Vec<Vec<usize>> = sizes.iter().map(|size| (0..*size).collect()).collect();
    products(&lists)
}

fn cell(sizes: &[usize], classes: &[usize]) -> usize {
    sizes.iter().zip(classes).fold(0, |index, (size, class)| index * size + class)
}

/// All places of a query's table, totals after the categories.
fn places(dimensions: &BTreeMap<String, Vec<String>>, query: &Query) -> Vec<Place> {
    let mut places = vec![Place::new()];
    for name in &query.by {
        let passes = |category: &&String| query.only.get(name).is_none_or(|only| only.contains(*category));
        let categories: Vec<&String> = dimensions.get(name).into_iter().flatten().filter(passes).collect();
        places = places
            .iter()
            .flat_map(|begun| {
                categories.iter().map(|category| Some(*category)).chain([None]).map(move |category| {
                    let mut place = begun.clone();
                    place.extend(category.map(|category| (name.clone(), category.clone())));
                    place
                })
            })
            .collect();
    }
    places
}

fn key_of(dimensions: &BTreeMap<String, Vec<String>>, query: &Query, place: &Place) -> Key {
    let mut key = query.only.clone();
    for (name, category) in place {
        let passes = key.get(name).is_none_or(|only| only.contains(category));
        key.insert(name.clone(), passes.then(|| category.clone()).into_iter().collect());
    }
    key.retain(|name, set| dimensions.get(name).is_none_or(|all| set.len() < all.len()));
    key
}

/// A count rounded to the nearest multiple of five, as statistical offices publish small counts: 0-2 become 0, 3-7
/// become 5. The deviation is at most 2.
#[must_use]
pub const fn round_to_five(count: u64) -> u64 {
    count.saturating_add(2) / 5 * 5
}

/// All figures of `query`, each rounded to five on its own from the exact count; totals are added up *before* they are
/// rounded, so a table need not add up, and the same count looks the same in every table.
///
/// The limit of this way: rounded parts under a rounded total can, in rare cases, give the exact counts (four parts
/// that show 0 under a total that shows 10 are 2 each), and a rise from 7 to 8 is seen as one from 5 to 10. Publish
/// such tables from a fixed list, at fixed dates, and never beside [`suppress`]ed ones over the same data.
///
/// # Errors
/// As [`suppress`].
pub fn rounded(population: &Population, query: &Query) -> Result<Vec<(Place, u64)>, SuppressionError> {
    let queries = BTreeSet::from([query.clone()]);
    let layout = Layout::over(population, &queries)?;
    let figures = layout.figures(population, &queries);
    let counts: BTreeMap<Key, i64> = figures.into_iter().map(|figure| (figure.key, figure.count)).collect();
    let places = places(&population.dimensions, query).into_iter();
    Ok(places
        .map(|place| {
            let count = counts.get(&key_of(&population.dimensions, query, &place)).copied().unwrap_or(0);
            (place, round_to_five(count.unsigned_abs()))
        })
        .collect())
}

/// What can be wrong with a question or its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SuppressionError {
    /// A threshold or share outside its bounds.
    Rules,
    /// A dimension given twice, or with no, too many or repeated categories.
    Categories(String),
    /// A dimension that is not there, or that a unit lacks.
    UnknownDimension(String),
    /// A category that its dimension does not have.
    UnknownCategory {
        /// The dimension.
        dimension: String,
        /// The category that it lacks.
        category: String,
    },
    /// A unit where by definition none can be.
    RuledOut,
    /// More than [`BREAKDOWN_MAXIMUM`] dimensions in one query.
    TooManyDimensions,
    /// More units than fit into 32 bits, or more figures than [`FIGURES_MAXIMUM`] or [`FIGURES_ACROSS_MAXIMUM`].
    TooLarge,
    /// Two dimensions that are to be crossed although a chain of other pairs joins them already.
    Circle(String, String),
    /// Counts of the same people that do not add up to the same.
    Disagreement,
}

impl std::fmt::Display for SuppressionError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rules => write!(formatter, "the threshold must be 2 to 1000 and the share 50 to 100 percent"),
            Self::Categories(name) => {
                write!(formatter, "dimension {name} is given twice or has no, too many or repeated categories")
            }
            Self::UnknownDimension(name) => write!(formatter, "dimension {name} is unknown or missing"),
            Self::UnknownCategory { dimension, category } => {
                write!(formatter, "dimension {dimension} has no category {category}")
            }
            Self::RuledOut => write!(formatter, "a unit stands where by definition none can be"),
            Self::TooManyDimensions => {
                write!(formatter, "a count can be broken down by {BREAKDOWN_MAXIMUM} dimensions")
            }
            Self::TooLarge => write!(
                formatter,
                "the queries together imply more than {FIGURES_MAXIMUM} figures, or {FIGURES_ACROSS_MAXIMUM} across more \
                 than two dimensions"
            ),
            Self::Circle(one, other) => write!(formatter, "{one} by {other} closes a circle of crossed dimensions"),
            Self::Disagreement => write!(formatter, "counts of the same people do not add up to the same"),
        }
    }
}

impl std::error::Error for SuppressionError {}
