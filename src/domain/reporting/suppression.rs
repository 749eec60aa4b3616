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
//!   of queries, put into *one* call; what is asked later names what was answered before.
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

mod pattern;

use std::collections::{BTreeMap, BTreeSet};

use pattern::{Cells, Entry, Standing};

/// The most categories that one dimension can have.
pub const CATEGORIES_MAXIMUM: usize = 64;
/// The most dimensions that one query can break its count down by.
pub const BREAKDOWN_MAXIMUM: usize = 3;
/// The most figures that the queries of one call may imply together (all combinations with all totals).
pub const FIGURES_MAXIMUM: usize = 1500;

/// Who is going to read the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Audience {
    /// The supervisory centre of the district and the coordination.
    Centre,
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
}

/// The rules for each audience; rows of the settings, not constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// For [`Audience::Centre`].
    pub centre: Rules,
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
            Audience::Body => self.body,
            Audience::Public => self.public,
        }
    }
}

impl Default for Thresholds {
    /// What a district starts with: 3 in the centre, 5 elsewhere, 85 %.
    fn default() -> Self {
        let outside = Rules { smallest_shown: 5, dominance_percent: 85 };
        Self { centre: Rules { smallest_shown: 3, ..outside }, body: outside, public: outside }
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

/// Answers `queries` over `population` together, so that no hidden figure can be computed from what is shown in this
/// answer and in those `before`. What precisely is promised stands at the head of this module.
///
/// # Errors
/// An unknown dimension or category, more than [`BREAKDOWN_MAXIMUM`] dimensions in a query, or more than
/// [`FIGURES_MAXIMUM`] figures implied by all queries together, those before on the same data included.
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
        let percent = i64::from(rules.dominance_percent);
        let dominated = self.asked && self.largest_contribution * 100 > self.count * percent;
        (self.reason, self.width) = if self.count < smallest_shown {
            (Some(Reason::Primary), smallest_shown)
        } else if dominated {
            let others = (self.count * (100 - percent) + 99) / 100;
            (Some(Reason::Dominance), smallest_shown.max(others))
        } else if small_change {
            (Some(Reason::Change), smallest_shown)
        } else {
            return;
        };
        self.standing = Standing::Unseen;
    }

    fn entry(&self) -> Entry {
        Entry { sets: self.sets.clone(), count: self.count, standing: self.standing, width: self.width }
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
        if implied.is_none_or(|implied| implied > FIGURES_MAXIMUM) {
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
    /// More units than fit into 32 bits, or more than [`FIGURES_MAXIMUM`] figures.
    TooLarge,
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
            Self::TooLarge => write!(formatter, "the queries together imply more than {FIGURES_MAXIMUM} figures"),
        }
    }
}

impl std::error::Error for SuppressionError {}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    /// A small generator of its own, so that "typical data" are the same on every machine.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % sides
        }

        fn weighted(&mut self, weights: &[u64]) -> usize {
            let mut roll = self.roll(weights.iter().sum());
            weights
                .iter()
                .position(|weight| {
                    roll < *weight || {
                        roll -= weight;
                        false
                    }
                })
                .unwrap()
        }
    }

    const TOWNS: [u64; 11] = [46, 36, 25, 21, 20, 16, 13, 12, 12, 11, 10];
    const GROUPS: [u64; 11] = [30, 25, 12, 8, 6, 6, 5, 3, 3, 1, 1];
    const SPHERES: [u64; 4] = [5, 3, 2, 1];

    fn names(prefix: &str, size: usize) -> Vec<String> {
        (0..size).map(|index| format!("{prefix}{index:02}")).collect()
    }

    fn dimension(name: &str, size: usize) -> Dimension {
        Dimension { name: name.to_owned(), categories: names(name, size) }
    }

    fn name(dimension: &str, category: usize) -> String {
        format!("{dimension}{category:02}")
    }

    /// A population over dimensions `a`, `b`, … from the counts of its cells, the last dimension varying fastest.
    fn population(sizes: &[usize], counts: &[u32]) -> Population {
        let labels = ["a", "b", "c", "d"];
        let dimensions = labels.iter().zip(sizes).map(|(label, size)| dimension(label, *size));
        let mut population = Population::new(dimensions, None).unwrap();
        for (place, count) in combinations(sizes).iter().zip(counts) {
            let categories: Vec<(&str, String)> =
                labels.iter().zip(place).map(|(label, index)| (*label, name(label, *index))).collect();
            let categories: Vec<(&str, &str)> =
                categories.iter().map(|(label, name)| (*label, name.as_str())).collect();
            population.add(&categories, *count).unwrap();
        }
        population
    }

    fn typical(cases: usize, seed: u64, dimensions: usize) -> Population {
        let mut dice = Dice(seed);
        let all = [dimension("a", 11), dimension("b", 11), dimension("c", 4)];
        let mut population = Population::new(all.into_iter().take(dimensions), None).unwrap();
        for _ in 0..cases {
            let (town, group, sphere) = (dice.weighted(&TOWNS), dice.weighted(&GROUPS), dice.weighted(&SPHERES));
            let (town, group, sphere) = (name("a", town), name("b", group), name("c", sphere));
            let unit = [("a", town.as_str()), ("b", group.as_str()), ("c", sphere.as_str())];
            population.add(unit.get(..dimensions).unwrap(), 1).unwrap();
        }
        population
    }

    fn rules(smallest_shown: u32) -> Rules {
        Rules::new(smallest_shown, 85).unwrap()
    }

    fn place(pairs: &[(&str, &str)]) -> Place {
        pairs.iter().map(|(dimension, category)| ((*dimension).to_owned(), (*category).to_owned())).collect()
    }

    fn release(population: &Population, queries: &[Query], smallest_shown: u32) -> Release {
        suppress(population, queries, rules(smallest_shown), Before::default()).unwrap()
    }

    /// The attacker. Knows the cells (but not their counts), and what is shown, as sums over cells. For each target he
    /// looks for possible tables that lie further and further apart there, by trying all counts near the true ones cell
    /// by cell, and turning back as soon as a sum that is shown cannot be met any more. (Looking near the true ones
    /// only, he believes to know more than he does, so that the test is too strict rather than too mild.)
    struct Attacker {
        counts: Vec<i64>,
        shown: Vec<(Vec<bool>, i64)>,
        /// What he wants to know, and how closely he may at best.
        targets: Vec<(Vec<bool>, i64)>,
    }

    impl Attacker {
        fn new(counts: &[u32]) -> Self {
            let counts = counts.iter().map(|count| i64::from(*count)).collect();
            Self { counts, shown: Vec::new(), targets: Vec::new() }
        }

        fn sum(&self, cells: &[bool]) -> i64 {
            cells.iter().zip(&self.counts).filter(|(inside, _)| **inside).map(|(_, count)| count).sum()
        }

        fn learn(&mut self, cells: Vec<bool>, figure: u64) {
            assert_eq!(i64::try_from(figure).unwrap(), self.sum(&cells), "what is shown is true");
            self.shown.push((cells, i64::try_from(figure).unwrap()));
        }

        /// Distance between the least and the most that each target can be, counted up to what is wanted.
        fn attack(&self) -> Vec<i64> {
            let mut bounds: Vec<(i64, i64)> =
                self.targets.iter().map(|(cells, _)| (self.sum(cells), self.sum(cells))).collect();
            for (index, (target, wanted)) in self.targets.iter().enumerate() {
                for rising in [true, false] {
                    loop {
                        let (least, most) = bounds[index];
                        if most - least >= *wanted {
                            break;
                        }
                        // Each condition: sum over cells, at least, at most.
                        let mut conditions: Vec<(&[bool], i64, i64)> =
                            self.shown.iter().map(|(cells, figure)| (cells.as_slice(), *figure, *figure)).collect();
                        let open = i64::from(u32::MAX);
                        conditions.push(if rising { (target, most + 1, open) } else { (target, 0, least - 1) });
                        let mut table = Vec::new();
                        if !self.extend(&conditions, &mut table) {
                            break;
                        }
                        for ((cells, _), (least, most)) in self.targets.iter().zip(&mut bounds) {
                            let inside = cells.iter().zip(&table).filter(|(inside, _)| **inside);
                            let sum = inside.map(|(_, count)| count).sum();
                            (*least, *most) = ((*least).min(sum), (*most).max(sum));
                        }
                    }
                }
            }
            bounds.into_iter().map(|(least, most)| most - least).collect()
        }

        fn extend(&self, conditions: &[(&[bool], i64, i64)], table: &mut Vec<i64>) -> bool {
            let reach = self.targets.iter().map(|(_, wanted)| *wanted).max().unwrap_or(0);
            for (cells, least, most) in conditions {
                let (mut low, mut high) = (0, 0);
                for (cell, count) in self.counts.iter().enumerate().filter(|(cell, _)| cells[*cell]) {
                    low += table.get(cell).copied().unwrap_or((count - reach).max(0));
                    high += table.get(cell).copied().unwrap_or(count + reach);
                }
                if low > *most || high < *least {
                    return false;
                }
            }
            let Some(count) = self.counts.get(table.len()) else {
                return true;
            };
            let mut guesses: Vec<i64> = ((count - reach).max(0)..=count + reach).collect();
            guesses.sort_by_key(|guess| (guess - count).abs());
            guesses.into_iter().any(|guess| {
                table.push(guess);
                let found = self.extend(conditions, table);
                if !found {
                    table.pop();
                }
                found
            })
        }
    }

    /// Which cells the figure at `place` adds up, told from names only.
    fn cells_of(sizes: &[usize], query: &Query, place: &Place) -> Vec<bool> {
        let labels = ["a", "b", "c", "d"];
        let inside = |index: &Vec<usize>| {
            labels.iter().zip(index).all(|(label, category)| {
                let name = name(label, *category);
                place.get(*label).is_none_or(|wanted| *wanted == name)
                    && query.only.get(*label).is_none_or(|only| only.contains(&name))
            })
        };
        combinations(sizes).iter().map(inside).collect()
    }

    /// Lets the attacker loose on releases over the same data; every hidden figure must withstand.
    fn withstands(sizes: &[usize], counts: &[u32], smallest_shown: u32, releases: &[(&Release, &[Query])]) {
        let k = i64::from(smallest_shown);
        let mut attacker = Attacker::new(counts);
        let mut seen: BTreeSet<Vec<bool>> = BTreeSet::new();
        for (release, queries) in releases {
            for (query, (place, figure)) in
                queries.iter().flat_map(|query| release.table(query).into_iter().map(move |row| (query, row)))
            {
                if let Figure::Shown(shown) = figure {
                    assert!(shown >= u64::from(smallest_shown), "a small count is never shown");
                    let cells = cells_of(sizes, query, &place);
                    if seen.insert(cells.clone()) {
                        attacker.learn(cells, shown);
                    }
                }
            }
        }
        let mut wanted = Vec::new();
        for (release, queries) in releases {
            for (query, (place, figure)) in
                queries.iter().flat_map(|query| release.table(query).into_iter().map(move |row| (query, row)))
            {
                let cells = cells_of(sizes, query, &place);
                if figure == Figure::Hidden && seen.insert(cells.clone()) {
                    // Where all is withheld he knows what he knew; that this gives a new large count is no harm.
                    let width = match (attacker.sum(&cells) < k, release.is_withheld()) {
                        (true, false) => k,
                        (true, true) | (false, false) => 1,
                        (false, true) => 0,
                    };
                    wanted.push(format!("{query:?} {place:?}"));
                    attacker.targets.push((cells, width));
                }
            }
        }
        // What nobody asked for, but all of it together implies: every combination of what the queries tell apart.
        let used: Vec<bool> = ["a", "b", "c", "d"]
            .iter()
            .map(|label| {
                releases.iter().any(|(_, queries)| {
                    queries.iter().any(|query| query.by.contains(*label) || query.only.contains_key(*label))
                })
            })
            .collect();
        let choices: Vec<Vec<Option<usize>>> = sizes
            .iter()
            .zip(&used)
            .map(|(size, used)| (0..if *used { *size } else { 0 }).map(Some).chain([None]).collect())
            .collect();
        for choice in products(&choices) {
            let cells: Vec<bool> = combinations(sizes)
                .iter()
                .map(|index| {
                    index.iter().zip(&choice).all(|(category, chosen)| chosen.is_none_or(|chosen| chosen == *category))
                })
                .collect();
            if attacker.sum(&cells) < k && seen.insert(cells.clone()) {
                let withheld = releases.iter().any(|(release, _)| release.is_withheld());
                wanted.push(format!("implied {choice:?}"));
                attacker.targets.push((cells, if withheld { 1 } else { k }));
            }
        }
        for ((width, (_, least)), what) in attacker.attack().into_iter().zip(&attacker.targets).zip(wanted) {
            assert!(
                width >= *least,
                "{what} is known within {width}, not {least}; cells {counts:?}, k {smallest_shown}"
            );
        }
    }

    /// Counts as they occur: many zeros and small ones, a few large.
    fn counts(cells: usize) -> impl Strategy<Value = Vec<u32>> {
        prop::collection::vec(prop_oneof![3 => 0..4_u32, 2 => 0..9_u32, 1 => 5..30_u32], cells)
    }

    fn shape(sizes: Vec<usize>) -> impl Strategy<Value = (Vec<usize>, Vec<u32>, u32)> {
        let cells = sizes.iter().product();
        (Just(sizes), counts(cells), 2..5_u32)
    }

    fn tables() -> impl Strategy<Value = (Vec<usize>, Vec<u32>, u32)> {
        prop::sample::select(vec![
            vec![1],
            vec![2],
            vec![3],
            vec![5],
            vec![2, 2],
            vec![2, 3],
            vec![3, 3],
            vec![4, 2],
            vec![2, 2, 2],
            vec![2, 3, 2],
        ])
        .prop_flat_map(shape)
    }

    fn all_by(sizes: &[usize]) -> Query {
        Query::by(["a", "b", "c", "d"].into_iter().take(sizes.len()))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

        #[test]
        fn no_hidden_figure_of_one_table_can_be_computed((sizes, counts, k) in tables()) {
            let query = [all_by(&sizes)];
            let release = release(&population(&sizes, &counts), &query, k);
            withstands(&sizes, &counts, k, &[(&release, &query)]);
        }

        #[test]
        fn no_hidden_figure_can_be_computed_from_several_answers(
            (sizes, counts, k) in prop_oneof![shape(vec![2, 2, 2]), shape(vec![3, 2, 2])],
            chosen in 1..128_u32,
        ) {
            let queries = chosen_queries(chosen);
            let release = release(&population(&sizes, &counts), &queries, k);
            withstands(&sizes, &counts, k, &[(&release, &queries)]);
        }

        #[test]
        fn a_later_question_over_the_same_data_discloses_nothing(
            (sizes, counts, k) in shape(vec![2, 2, 2]),
            first in 1..128_u32,
            second in 1..128_u32,
        ) {
            let population = population(&sizes, &counts);
            let (first, second) = (chosen_queries(first), chosen_queries(second));
            let earlier = release(&population, &first, k);
            let before = Before { same_data: &[&earlier], earlier_data: &[] };
            let later = suppress(&population, &second, rules(k), before).unwrap();
            for query in &first {
                for (place, figure) in earlier.table(query) {
                    prop_assert!(figure == Figure::Hidden || later.figure(query, &place) == Some(figure));
                }
            }
            let both: Vec<Query> = first.iter().chain(&second).cloned().collect();
            withstands(&sizes, &counts, k, &[(&later, &both)]);
        }

        #[test]
        fn two_dates_do_not_betray_a_small_change(
            (sizes, counts, k) in shape(vec![3, 2]),
            changes in prop::collection::vec(-2..4_i32, 6),
            chosen in 1..8_u32,
        ) {
            let changed = counts.iter().zip(changes).map(|(count, change)| count.saturating_add_signed(change));
            let later_counts: Vec<u32> = changed.collect();
            let all = [Query::by(["a"]), Query::by(["b"]), Query::by(["a", "b"])];
            let queries: Vec<Query> = picked(all.into(), chosen);
            let march = release(&population(&sizes, &counts), &queries, k);
            let before = Before { same_data: &[], earlier_data: &[&march] };
            let april = suppress(&population(&sizes, &later_counts), &queries, rules(k), before).unwrap();
            withstands(&sizes, &counts, k, &[(&march, &queries)]);
            withstands(&sizes, &later_counts, k, &[(&april, &queries)]);
            let widths = |release: &Release, counts: &[u32]| {
                let mut attacker = Attacker::new(counts);
                for query in &queries {
                    for (place, figure) in release.table(query) {
                        if let Figure::Shown(shown) = figure {
                            attacker.learn(cells_of(&sizes, query, &place), shown);
                        }
                    }
                }
                for query in &queries {
                    for (place, _) in release.table(query) {
                        attacker.targets.push((cells_of(&sizes, query, &place), i64::from(k)));
                    }
                }
                let sums: Vec<i64> = attacker.targets.iter().map(|(cells, _)| attacker.sum(cells)).collect();
                attacker.attack().into_iter().zip(sums).collect::<Vec<_>>()
            };
            let pairs = widths(&march, &counts).into_iter().zip(widths(&april, &later_counts));
            for ((width, count), (later_width, later_count)) in pairs {
                let change = (later_count - count).abs();
                let harmless = change == 0 || change >= i64::from(k) || width + later_width >= i64::from(k);
                prop_assert!(harmless, "{count} to {later_count}, known within {width} and {later_width}");
            }
        }

        #[test]
        fn the_order_of_units_categories_dimensions_and_queries_does_not_matter(
            (sizes, counts, k) in shape(vec![3, 4, 2]),
            seed in any::<u64>(),
        ) {
            let mut dice = Dice(seed);
            let mut shuffled: Vec<Dimension> =
                ["a", "b", "c"].iter().zip(&sizes).map(|(label, size)| dimension(label, *size)).collect();
            let mut units: Vec<(Vec<usize>, u32)> =
                combinations(&sizes).into_iter().zip(counts.iter().copied()).collect();
            shuffle(&mut shuffled, &mut dice);
            shuffle(&mut units, &mut dice);
            for dimension in &mut shuffled {
                shuffle(&mut dimension.categories, &mut dice);
            }
            let mut other = Population::new(shuffled, None).unwrap();
            for (index, count) in units {
                let labels = ["c", "a", "b"].into_iter().zip([2, 0, 1]);
                let named: Vec<(&str, String)> =
                    labels.map(|(label, at)| (label, name(label, index[at]))).collect();
                let named: Vec<(&str, &str)> = named.iter().map(|(label, name)| (*label, name.as_str())).collect();
                for _ in 0..count {
                    other.add(&named, 1).unwrap();
                }
            }
            let queries = [Query::by(["a", "b"]), Query::by(["b", "c"])];
            let turned = [Query::by(["c", "b"]), Query::by(["b", "a"]), Query::by(["a", "b"])];
            let (one, two) = (release(&population(&sizes, &counts), &queries, k), release(&other, &turned, k));
            for query in &queries {
                prop_assert_eq!(one.table(query), two.table(query));
            }
        }
    }

    fn shuffle<T>(items: &mut [T], dice: &mut Dice) {
        for last in (1..items.len()).rev() {
            items.swap(last, usize::try_from(dice.roll(u64::try_from(last).unwrap() + 1)).unwrap());
        }
    }

    fn chosen_queries(chosen: u32) -> Vec<Query> {
        let all = [
            Query::by(["a"]),
            Query::by(["b"]),
            Query::by(["a"]).only("c", ["c00"]),
            Query::by(["b", "c"]),
            Query::by(["a", "b"]).only("c", ["c01"]),
            Query::by([]).only("a", ["a00"]).only("b", ["b01"]),
            Query::by([]),
        ];
        picked(all.into(), chosen)
    }

    fn picked(all: Vec<Query>, chosen: u32) -> Vec<Query> {
        all.into_iter().enumerate().filter(|(index, _)| chosen & (1 << index) != 0).map(|(_, query)| query).collect()
    }

    /// Exact bounds for large tables of two dimensions. Cells and margins are the arcs of a circulation: total to rows,
    /// rows to columns, columns to total. What is shown is fixed; how far a hidden arc can rise (or fall) is the
    /// largest flow back from its head to its tail (or the other way) through what is hidden.
    struct Circulation {
        nodes: usize,
        room: Vec<Vec<i64>>,
    }

    impl Circulation {
        fn flow(&self, from: usize, to: usize, enough: i64) -> i64 {
            let mut room = self.room.clone();
            let mut flow = 0;
            while flow < enough {
                let mut came_from = vec![usize::MAX; self.nodes];
                let mut queue = std::collections::VecDeque::from([from]);
                while let Some(node) = queue.pop_front() {
                    for next in 0..self.nodes {
                        if room[node][next] > 0 && came_from[next] == usize::MAX && next != from {
                            came_from[next] = node;
                            queue.push_back(next);
                        }
                    }
                }
                if came_from[to] == usize::MAX {
                    break;
                }
                let mut node = to;
                while node != from {
                    let previous = came_from[node];
                    room[previous][node] -= 1;
                    room[node][previous] += 1;
                    node = previous;
                }
                flow += 1;
            }
            flow
        }
    }

    /// The arcs of an 11 x 11 table: tail, head, true count, shown or not.
    fn arcs(release: &Release, query: &Query, exact: &BTreeMap<Place, i64>) -> Vec<(usize, usize, i64, bool)> {
        release
            .table(query)
            .into_iter()
            .map(|(place, figure)| {
                let index = |label: &str| place.get(label).map(|name| name[1..].parse::<usize>().unwrap());
                // 0-10 rows, 11-21 columns, 22 and 23 the two ends of the total.
                let (tail, head) = match (index("a"), index("b")) {
                    (Some(row), Some(column)) => (row, 11 + column),
                    (Some(row), None) => (22, row),
                    (None, Some(column)) => (11 + column, 23),
                    (None, None) => (23, 22),
                };
                (tail, head, exact[&place], figure == Figure::Hidden)
            })
            .collect()
    }

    fn exact(population: &Population, query: &Query) -> BTreeMap<Place, i64> {
        let queries = BTreeSet::from([query.clone()]);
        let layout = Layout::over(population, &queries).unwrap();
        let counts: BTreeMap<Key, i64> =
            layout.figures(population, &queries).into_iter().map(|figure| (figure.key, figure.count)).collect();
        places(&population.dimensions, query)
            .into_iter()
            .map(|place| (place.clone(), counts[&key_of(&population.dimensions, query, &place)]))
            .collect()
    }

    fn unprotected(arcs: &[(usize, usize, i64, bool)], k: i64) -> usize {
        let mut circulation = Circulation { nodes: 24, room: vec![vec![0; 24]; 24] };
        for (tail, head, count, hidden) in arcs {
            if *hidden {
                circulation.room[*tail][*head] = 1_000_000;
                circulation.room[*head][*tail] = *count;
            }
        }
        let failing = arcs.iter().filter(|(.., hidden)| *hidden).filter(|(tail, head, count, _)| {
            let mut others = Circulation { nodes: 24, room: circulation.room.clone() };
            others.room[*tail][*head] = 0;
            others.room[*head][*tail] = 0;
            let rise = others.flow(*head, *tail, k);
            let fall = others.flow(*tail, *head, k).min(*count);
            rise + fall < if *count < k { k } else { 1 }
        });
        failing.count()
    }

    #[test]
    fn eleven_towns_by_eleven_groups_withstand_an_exact_attacker() {
        for (seed, cases) in (0..40).zip([60, 240, 400, 1000, 4000].into_iter().cycle()) {
            let population = typical(cases, seed, 2);
            let query = Query::by(["a", "b"]);
            let exact = exact(&population, &query);
            for k in [3, 5] {
                let release = release(&population, std::slice::from_ref(&query), k);
                assert_eq!(
                    unprotected(&arcs(&release, &query, &exact), i64::from(k)),
                    0,
                    "seed {seed}, {cases} cases, k {k}"
                );
            }
        }
    }

    fn measure(cases: usize, dimensions: usize, k: u32, runs: u64) -> (f64, f64, f64, Duration, Duration) {
        let query = Query::by(["a", "b", "c"].into_iter().take(dimensions));
        let (mut cells, mut hidden, mut margins, mut margins_hidden, mut secondary, mut all) = (0, 0, 0, 0, 0, 0);
        let mut times = Vec::new();
        for seed in 0..runs {
            let population = typical(cases, 1000 + seed, dimensions);
            let start = Instant::now();
            let release = release(&population, std::slice::from_ref(&query), k);
            times.push(start.elapsed());
            for (place, figure) in release.table(&query) {
                let is_hidden = usize::from(figure == Figure::Hidden);
                all += 1;
                if place.len() == dimensions {
                    cells += 1;
                    hidden += is_hidden;
                } else {
                    margins += 1;
                    margins_hidden += is_hidden;
                }
            }
            secondary += release.tally(Some(Reason::Secondary));
        }
        times.sort();
        let share = |part: usize, whole: usize| {
            f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap())
        };
        (
            share(hidden, cells),
            share(margins_hidden, margins),
            share(secondary, all),
            times[times.len() / 2],
            times[times.len() - 1],
        )
    }

    #[test]
    #[ignore = "a measurement, for release builds: cargo test --release -- --ignored --nocapture measured"]
    fn measured_share_hidden_and_time() {
        for (dimensions, cases, k, runs) in [
            (1, 240, 3, 50),
            (1, 240, 5, 50),
            (2, 240, 3, 50),
            (2, 240, 5, 50),
            (2, 1000, 3, 20),
            (2, 1000, 5, 20),
            (2, 4000, 5, 20),
            (3, 240, 3, 3),
            (3, 240, 5, 3),
            (3, 4000, 5, 3),
        ] {
            let (cells, margins, secondary, median, slowest) = measure(cases, dimensions, k, runs);
            println!(
                "{dimensions}-D {cases} cases k={k}: hidden {:.1} % of cells, {:.1} % of margins; secondary {:.1} %; \
                 median {median:?}, slowest {slowest:?}",
                cells * 100.0,
                margins * 100.0,
                secondary * 100.0
            );
        }
    }

    #[test]
    #[ignore = "a measurement, for release builds: cargo test --release -- --ignored --nocapture measured"]
    fn measured_redundancy() {
        for (cases, k) in [(240, 3_u32), (240, 5), (1000, 3)] {
            let (mut primary_margins, mut secondary_margins, mut secondary_cells, mut redundant) = (0, 0, 0, 0);
            for seed in 1000..1020 {
                let population = typical(cases, seed, 2);
                let query = Query::by(["a", "b"]);
                let release = release(&population, std::slice::from_ref(&query), k);
                let exact = exact(&population, &query);
                let table = release.table(&query);
                let mut arcs = arcs(&release, &query, &exact);
                if seed == 1000 {
                    for (row, arc) in table.iter().zip(&arcs) {
                        let r = match release.reason(&query, &row.0) {
                            Some(Reason::Primary) => "p",
                            Some(Reason::Secondary) => "S",
                            _ => " ",
                        };
                        print!("{:>4}{r}", arc.2);
                        if !row.0.contains_key("b") {
                            println!();
                        }
                    }
                }
                let mut order: Vec<usize> = (0..table.len())
                    .filter(|at| release.reason(&query, &table[*at].0) == Some(Reason::Secondary))
                    .collect();
                for (place, _) in &table {
                    match release.reason(&query, place) {
                        Some(Reason::Primary) if place.len() < 2 => primary_margins += 1,
                        Some(Reason::Secondary) if place.len() < 2 => secondary_margins += 1,
                        Some(Reason::Secondary) => secondary_cells += 1,
                        _ => {}
                    }
                }
                order.sort_by_key(|at| std::cmp::Reverse(arcs[*at].2));
                for at in order {
                    arcs[at].3 = false;
                    if unprotected(&arcs, i64::from(k)) == 0 {
                        redundant += 1;
                    } else {
                        arcs[at].3 = true;
                    }
                }
            }
            println!(
                "{cases} cases k={k}, 20 tables: {primary_margins} primary margins, {secondary_margins} secondary \
                 margins, {secondary_cells} secondary cells, {redundant} redundant"
            );
        }
    }

    #[test]
    #[ignore = "a measurement, for release builds: cargo test --release -- --ignored --nocapture measured"]
    fn measured_sets_of_queries_and_dates() {
        let share = |release: &Release| {
            let hidden: usize = [Reason::Primary, Reason::Secondary, Reason::Change, Reason::Dominance]
                .map(|reason| release.tally(Some(reason)))
                .iter()
                .sum();
            format!(
                "{} shown, {hidden} hidden, of these {} secondary, {} change",
                release.tally(None),
                release.tally(Some(Reason::Secondary)),
                release.tally(Some(Reason::Change))
            )
        };
        let small = vec![
            Query::by(["a"]),
            Query::by(["b"]),
            Query::by(["c"]),
            Query::by(["a"]).only("c", ["c00"]),
            Query::by(["b"]).only("c", ["c00"]),
        ];
        let large = vec![Query::by(["a", "b"]), Query::by(["a", "c"]), Query::by(["b", "c"])];
        let filtered = vec![Query::by(["a", "b"]), Query::by(["a", "b"]).only("c", ["c00"])];
        let lists = vec![Query::by(["a"]), Query::by(["b"]), Query::by(["c"])];
        for (what, queries) in [
            ("five short tables", small),
            ("three short tables", lists),
            ("three pairs", large),
            ("a table and the same filtered", filtered),
        ] {
            for (cases, k) in [(240, 3), (240, 5), (2000, 5)] {
                let start = Instant::now();
                let release = release(&typical(cases, 1, 3), &queries, k);
                println!("{what}, {cases} cases, k={k}: {}, {:?}", share(&release), start.elapsed());
            }
        }
        for queries in [vec![Query::by(["a"]), Query::by(["b"])], vec![Query::by(["a", "b"])]] {
            let mut earlier: Vec<Release> = Vec::new();
            for month in 0..4 {
                let population = typical(240 + 6 * month, 7, 3);
                let known: Vec<&Release> = earlier.iter().collect();
                let start = Instant::now();
                let release =
                    suppress(&population, &queries, rules(5), Before { same_data: &[], earlier_data: &known }).unwrap();
                println!(
                    "month {month}, {} tables, 6 new cases each, k=5: {}, {:?}",
                    queries.len(),
                    share(&release),
                    start.elapsed()
                );
                earlier.push(release);
            }
        }
    }

    fn towns(counts: &[u32]) -> Population {
        population(&[counts.len()], counts)
    }

    fn figures(release: &Release, query: &Query) -> Vec<Figure> {
        release.table(query).into_iter().map(|(_, figure)| figure).collect()
    }

    #[test]
    fn a_lone_small_count_takes_the_smallest_other_with_it() {
        let query = Query::by(["a"]);
        let release = release(&towns(&[2, 40, 7, 11]), std::slice::from_ref(&query), 5);
        let expected = [Figure::Hidden, Figure::Shown(40), Figure::Hidden, Figure::Shown(11), Figure::Shown(60)];
        assert_eq!(figures(&release, &query), expected);
        assert_eq!(release.reason(&query, &place(&[("a", "a00")])), Some(Reason::Primary));
        assert_eq!(release.reason(&query, &place(&[("a", "a02")])), Some(Reason::Secondary));
        assert_eq!(release.reason(&query, &place(&[("a", "a01")])), None);
    }

    #[test]
    fn two_small_counts_under_a_small_sum_take_a_third_with_them() {
        let query = Query::by(["a"]);
        let release = release(&towns(&[1, 1, 30, 9]), std::slice::from_ref(&query), 5);
        let expected = [Figure::Hidden, Figure::Hidden, Figure::Shown(30), Figure::Hidden, Figure::Shown(41)];
        assert_eq!(figures(&release, &query), expected);
    }

    #[test]
    fn zero_is_a_small_count() {
        let query = Query::by(["a"]);
        assert_eq!(figures(&release(&towns(&[0, 0]), std::slice::from_ref(&query), 3), &query), [Figure::Hidden; 3]);
        let released = release(&towns(&[0, 30, 12]), std::slice::from_ref(&query), 3);
        assert_eq!(figures(&released, &query), [Figure::Hidden, Figure::Shown(30), Figure::Hidden, Figure::Shown(42)]);
    }

    #[test]
    fn a_cell_that_is_empty_by_definition_is_shown_and_protects_nothing() {
        let query = Query::by(["a"]);
        let mut population = towns(&[0, 30, 12]);
        population.rule_out(&[("a", "a00")]).unwrap();
        let released = release(&population, std::slice::from_ref(&query), 3);
        let expected = [Figure::Shown(0), Figure::Shown(30), Figure::Shown(12), Figure::Shown(42)];
        assert_eq!(figures(&released, &query), expected);
        assert_eq!(population.add(&[("a", "a00")], 1), Err(SuppressionError::RuledOut));
        assert_eq!(population.rule_out(&[("a", "a01")]), Err(SuppressionError::RuledOut));

        // Two cells of the row are ruled out, so that its total gives the third away.
        let mut population = self::population(&[2, 3], &[2, 0, 0, 20, 20, 20]);
        for column in ["b01", "b02"] {
            population.rule_out(&[("a", "a00"), ("b", column)]).unwrap();
        }
        let query = Query::by(["a", "b"]);
        let released = release(&population, std::slice::from_ref(&query), 3);
        assert_eq!(released.figure(&query, &place(&[("a", "a00")])), Some(Figure::Hidden));
        assert_eq!(released.figure(&query, &place(&[("a", "a00"), ("b", "b01")])), Some(Figure::Shown(0)));
    }

    fn by_town_and_group(counts: &[u32], towns: usize, groups: usize) -> Population {
        let mut population = Population::new([dimension("a", towns), dimension("b", groups)], Some("a")).unwrap();
        for (index, count) in combinations(&[towns, groups]).iter().zip(counts) {
            population.add(&[("a", &name("a", index[0])), ("b", &name("b", index[1]))], *count).unwrap();
        }
        population
    }

    #[test]
    fn a_count_that_one_town_dominates_is_hidden() {
        // Group 0: 19 of 20 in one town; group 1: 17 of 20, which is the limit and not above it.
        let population = by_town_and_group(&[19, 17, 6, 1, 3, 6], 2, 3);
        let query = Query::by(["b"]);
        let released = release(&population, std::slice::from_ref(&query), 5);
        assert_eq!(released.reason(&query, &place(&[("b", "b00")])), Some(Reason::Dominance));
        assert_eq!(released.figure(&query, &place(&[("b", "b01")])), Some(Figure::Shown(20)));
        let off = suppress(&population, std::slice::from_ref(&query), Rules::new(5, 100).unwrap(), Before::default())
            .unwrap();
        assert_eq!(off.figure(&query, &place(&[("b", "b00")])), Some(Figure::Shown(20)));
        let by_town = Query::by(["a"]);
        let released = release(&population, std::slice::from_ref(&by_town), 5);
        assert_eq!(
            released.figure(&by_town, &place(&[("a", "a00")])),
            Some(Figure::Shown(42)),
            "a town does not dominate itself"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

        #[test]
        fn a_dominated_count_is_not_known_closely(
            counts in prop::collection::vec(prop_oneof![2 => 0..3_u32, 1 => 20..90_u32], 8),
        ) {
            let population = by_town_and_group(&counts, 2, 4);
            let query = Query::by(["b"]);
            let released = release(&population, std::slice::from_ref(&query), 5);
            let groups: Vec<u32> = (0..4).map(|group| counts[group] + counts[4 + group]).collect();
            let mut attacker = Attacker::new(&groups);
            for (place, figure) in released.table(&query) {
                let inside = |group| place.get("b").is_none_or(|wanted| *wanted == name("b", group));
                let cells: Vec<bool> = (0..4).map(inside).collect();
                match figure {
                    Figure::Shown(shown) => attacker.learn(cells, shown),
                    Figure::Hidden if released.reason(&query, &place) == Some(Reason::Dominance) => {
                        let others = (attacker.sum(&cells) * 15 + 99) / 100;
                        attacker.targets.push((cells, others.max(5)));
                    }
                    Figure::Hidden => {}
                }
            }
            for ((_, least), width) in attacker.targets.iter().zip(attacker.attack()) {
                prop_assert!(width >= *least);
            }
        }
    }

    #[test]
    fn the_rest_that_a_filter_leaves_is_protected_though_nobody_asked_for_it() {
        // Town 0 has 30 cases, 29 of them of the first kind: both figures together would give the one.
        let population = population(&[3, 2], &[29, 1, 20, 20, 20, 20]);
        let (all, filtered) = (Query::by(["a"]), Query::by(["a"]).only("b", ["b00"]));
        let town = place(&[("a", "a00")]);
        for alone in [&all, &filtered] {
            let released = release(&population, std::slice::from_ref(alone), 5);
            assert!(matches!(released.figure(alone, &town), Some(Figure::Shown(_))));
        }
        let released = release(&population, &[all.clone(), filtered.clone()], 5);
        assert!([&all, &filtered].iter().any(|query| released.figure(query, &town) == Some(Figure::Hidden)));

        let first = release(&population, std::slice::from_ref(&all), 5);
        let before = Before { same_data: &[&first], earlier_data: &[] };
        let second = suppress(&population, std::slice::from_ref(&filtered), rules(5), before).unwrap();
        assert_eq!(second.figure(&filtered, &town), Some(Figure::Hidden));
        assert_eq!(second.figure(&all, &town), Some(Figure::Shown(30)));
    }

    #[test]
    fn a_figure_that_moved_a_little_is_not_shown_again_and_one_that_did_not_is() {
        let query = Query::by(["a"]);
        let march = release(&towns(&[20, 30, 40]), std::slice::from_ref(&query), 5);
        let later = |counts: &[u32]| {
            let before = Before { same_data: &[], earlier_data: &[&march] };
            suppress(&towns(counts), std::slice::from_ref(&query), rules(5), before).unwrap()
        };
        assert_eq!(figures(&later(&[20, 30, 40]), &query), figures(&march, &query));
        let april = later(&[21, 30, 40]);
        assert_eq!(april.reason(&query, &place(&[("a", "a00")])), Some(Reason::Change));
        assert_eq!(april.figure(&query, &Place::new()), Some(Figure::Hidden));
        assert_eq!(
            figures(&later(&[26, 30, 50]), &query),
            [Figure::Shown(26), Figure::Shown(30), Figure::Shown(50), Figure::Shown(106)]
        );
    }

    #[test]
    fn a_single_count_is_shown_from_the_threshold_on() {
        let query = Query::by([]).only("a", ["a01", "a02"]);
        for (counts, expected) in [([9, 1, 3], Figure::Hidden), ([9, 2, 3], Figure::Shown(5))] {
            let released = release(&towns(&counts), std::slice::from_ref(&query), 5);
            assert_eq!(released.table(&query), [(Place::new(), expected)]);
        }
        let nobody = Query::by(["a"]).only("a", []);
        assert_eq!(figures(&release(&towns(&[9, 9]), std::slice::from_ref(&nobody), 5), &nobody), [Figure::Shown(0)]);
    }

    #[test]
    fn a_release_tells_nothing_hidden_in_its_debug_output() {
        let query = Query::by(["a"]);
        let released = release(&towns(&[3, 4321, 1234]), std::slice::from_ref(&query), 5);
        let text = format!("{released:?}");
        assert!(!text.contains("1234") && !text.contains("4321"), "{text}");
    }

    #[test]
    fn thresholds_follow_the_audience() {
        let thresholds = Thresholds::default();
        let of = |audience| thresholds.of(audience).smallest_shown();
        assert_eq!([Audience::Centre, Audience::Body, Audience::Public].map(of), [3, 5, 5]);
        for (smallest_shown, percent) in [(0, 85), (1, 85), (1001, 85), (5, 49), (5, 101)] {
            assert_eq!(Rules::new(smallest_shown, percent), Err(SuppressionError::Rules));
        }
    }

    #[test]
    fn a_question_that_does_not_fit_is_refused() {
        let population = typical(50, 1, 3);
        let ask = |query: Query| suppress(&population, &[query], rules(5), Before::default()).map(|_| ());
        assert_eq!(ask(Query::by(["x"])), Err(SuppressionError::UnknownDimension("x".to_owned())));
        let unknown = SuppressionError::UnknownCategory { dimension: "a".to_owned(), category: "a99".to_owned() };
        assert_eq!(ask(Query::by([]).only("a", ["a99"])), Err(unknown));
        let wide: Vec<Dimension> = ["a", "b", "c", "d"].map(|label| dimension(label, 2)).into();
        let wide = Population::new(wide, None).unwrap();
        let query = Query::by(["a", "b", "c", "d"]);
        assert_eq!(
            suppress(&wide, &[query], rules(5), Before::default()).err(),
            Some(SuppressionError::TooManyDimensions)
        );
        let large = Population::new([dimension("a", 64), dimension("b", 64), dimension("c", 64)], None).unwrap();
        let query = Query::by(["a", "b", "c"]);
        assert_eq!(suppress(&large, &[query], rules(5), Before::default()).err(), Some(SuppressionError::TooLarge));
        assert!(matches!(Population::new([dimension("a", 65)], None), Err(SuppressionError::Categories(_))));
        assert!(matches!(
            Population::new([dimension("a", 2), dimension("a", 2)], None),
            Err(SuppressionError::Categories(_))
        ));
        assert!(matches!(Population::new([dimension("a", 2)], Some("b")), Err(SuppressionError::UnknownDimension(_))));
    }

    #[test]
    fn rounding_moves_a_count_by_two_at_most_and_rounds_totals_from_the_exact_sum() {
        assert_eq!([0, 1, 2, 3, 4, 5, 7, 8, 12, 13].map(round_to_five), [0, 0, 0, 5, 5, 5, 5, 10, 10, 15]);
        assert!((0..1000).all(|count| round_to_five(count).abs_diff(count) <= 2));
        let table = rounded(&towns(&[2, 2, 2]), &Query::by(["a"])).unwrap();
        assert_eq!(table.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [0, 0, 0, 5]);
    }
}
