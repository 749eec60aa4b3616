//! Tables that are read side by side: many dimensions, each counted on its own, and pairs of them that are crossed.
//!
//! [`suppress`](super::suppress) lays its queries over each other into one table of all their dimensions, which is as
//! sharp as can be, and impossible for ten dimensions. Here the tables are chosen instead so that they need not be laid
//! over each other: every dimension alone, and pairs of dimensions that *form no circle* (a forest, with dimensions as
//! its nodes and pairs as its edges). Two such tables have nothing in common but the counts of one dimension or the
//! grand total. So it is enough to settle those first and to keep to it everywhere.
//!
//! # How it is done
//! 1. The grand total is shown, or nothing is (when it is below k).
//! 2. Of each dimension, the small categories are hidden, and further ones until the hidden ones are at least two and
//!    together large enough. They are the *rest* of that dimension; its sum is known, since the total is.
//! 3. In a crossed pair the categories of a rest appear only as that rest, never one by one. Cells are hidden until
//!    none that must not be known can be computed by somebody who knows all other cells, all categories' counts and the
//!    sums of both rests.
//!
//! # What is guaranteed, and why
//! Take an attacker who knows every figure shown in all tables, and that no count is negative. For each hidden figure
//! *two populations* exist that agree with everything shown, in which it differs: by at least k (or what dominance asks,
//! where the table has room for it) where it is hidden for its own sake, by at least 1 otherwise. The same holds, with k,
//! for every cell of a pair that is not shown because one of its categories belongs to a rest.
//!
//! The proof builds them. Choose any counts for the categories of each rest, as long as they add up to its sum, and for
//! each pair any table over categories and rests that has the known margins and the shown cells; step 3 makes sure that
//! there are enough of these. Then (a) the rests of a pair can be split up to the chosen counts, since supply equals
//! demand in what is a transport problem, which has whole solutions; and (b) two pairs that share a dimension agree on its
//! counts, so that people can be matched category by category, in any way at all; as the pairs form no circle, no pair is
//! met twice. Thus what one table tells never narrows what another one hides. With a circle of pairs (a) would still hold
//! and (b) would not: that is why [`Family::new`] refuses it.
//!
//! In step 3 the required room is always there: a category's count, a rest's sum, and what either leaves of the total are
//! at least k each, or nothing is left, and a cell of a table with such margins can always be anything in a range of k if
//! all cells are hidden. (A rest of *everything* leaves nothing, and then the pair has no cell to be shown.)
//!
//! # More than one audience
//! [`Known::inner`] is what an audience with a smaller k is shown of the same data: what is hidden there is hidden here
//! too. So whoever reads both knows what the inner audience knows, and not more.
//!
//! # More than one date
//! [`Known::earlier`] is what this audience was shown of earlier states. Somebody who lays two of them side by side sees
//! what has changed, so what has changed must not be about fewer than k people: a figure that was shown then is hidden
//! now if between 1 and k - 1 people have come to it or left it. (More may have, without anything to be seen of it; as
//! many as are counted have, certainly.) What is hidden for that has the width k, like every other hidden figure, so that
//! the change cannot be computed by way of others. The grand total is excepted here: whether enough people have come and
//! gone for a publication is for the caller to ask, by [`movement`].

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::pattern::{self, Cells, Entry, Standing};
use super::{CATEGORIES_MAXIMUM, Dimension, Rules, SuppressionError};

/// Dimensions, and which pairs of them are crossed.
#[derive(Clone, Debug)]
pub struct Family {
    dimensions: Vec<Dimension>,
    pairs: Vec<(usize, usize)>,
    contributor: Option<usize>,
}

impl Family {
    /// A family over `dimensions` (at least one), of which `pairs` are crossed. `contributor` names the dimension whose categories can
    /// dominate a count, usually the town.
    ///
    /// # Errors
    /// A dimension or category twice, too many categories or none, an unknown dimension, or pairs that form a circle.
    pub fn new(
        dimensions: Vec<Dimension>,
        pairs: &[(&str, &str)],
        contributor: Option<&str>,
    ) -> Result<Self, SuppressionError> {
        for (at, dimension) in dimensions.iter().enumerate() {
            let distinct: BTreeSet<&String> = dimension.categories.iter().collect();
            let again = dimensions.iter().take(at).any(|other| other.name == dimension.name);
            let count = dimension.categories.len();
            if again || distinct.len() != count || !(1..=CATEGORIES_MAXIMUM).contains(&count) {
                return Err(SuppressionError::Categories(dimension.name.clone()));
            }
        }
        let mut family = Self { dimensions, pairs: Vec::new(), contributor: None };
        family.contributor = contributor.map(|name| family.position(name)).transpose()?;
        // Each dimension begins as a tree of its own; a pair inside one tree would close a circle.
        let mut trees: Vec<usize> = (0..family.dimensions.len()).collect();
        for (one, other) in pairs {
            let pair = (family.position(one)?, family.position(other)?);
            let (Some(stays), Some(joins)) = (trees.get(pair.0).copied(), trees.get(pair.1).copied()) else {
                continue;
            };
            if stays == joins {
                return Err(SuppressionError::Circle((*one).to_owned(), (*other).to_owned()));
            }
            for tree in trees.iter_mut().filter(|tree| **tree == joins) {
                *tree = stays;
            }
            family.pairs.push(pair);
        }
        Ok(family)
    }

    fn position(&self, name: &str) -> Result<usize, SuppressionError> {
        let found = self.dimensions.iter().position(|dimension| dimension.name == name);
        found.ok_or_else(|| SuppressionError::UnknownDimension(name.to_owned()))
    }

    fn dimension(&self, at: usize) -> Option<&Dimension> {
        self.dimensions.get(at)
    }
}

/// The rows of one `GROUP BY`.
#[derive(Clone, Debug)]
pub struct Tally {
    /// The dimensions that it counts by.
    pub by: Vec<String>,
    /// The category in each of them, and how many units have these. Combinations without any may be left out.
    pub rows: Vec<(Vec<String>, u32)>,
}

/// How many people have come since `before` was shown, or have left, at least.
#[must_use]
pub fn movement(before: &Publication, arrivals: &Counts<'_>, now: &Counts<'_>) -> Option<u64> {
    let before = i64::try_from(before.total()?).ok()?;
    Some(moved(before, arrivals.total, now.total).unsigned_abs())
}

/// How many people have come to a figure or left it, at least: `arrivals` are known to have come; that the figure does not
/// show as many more means that others left, and that it shows more, that others came as well.
const fn moved(before: i64, arrivals: i64, now: i64) -> i64 {
    arrivals + (before + arrivals - now).abs()
}

/// How many units a figure counts, and how many of them the largest contributor has (0 where nobody can dominate it).
#[derive(Clone, Copy, Default)]
struct Count {
    units: i64,
    largest: i64,
}

/// Everything that a family counts, exactly. It has no `Debug` and no getters but that of the total: the way
/// out is [`publish`].
pub struct Counts<'a> {
    family: &'a Family,
    total: i64,
    lines: Vec<Vec<Count>>,
    grids: Vec<Vec<Vec<Count>>>,
}

impl<'a> Counts<'a> {
    /// How many units there are at all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total.unsigned_abs()
    }

    /// Puts together what `family` counts. For each dimension, and for each pair, one tally must count by it and by the
    /// contributor as well. All tallies are over the same units.
    ///
    /// # Errors
    /// A missing tally, an unknown category, more units than fit into 32 bits, or tallies that do not agree.
    pub fn of(family: &'a Family, tallies: &[Tally]) -> Result<Self, SuppressionError> {
        let mut total = None;
        let mut lines = Vec::with_capacity(family.dimensions.len());
        for (at, dimension) in family.dimensions.iter().enumerate() {
            let found = gather(family, &[at], tallies)?;
            let line: Vec<Count> = (0..dimension.categories.len())
                .map(|category| found.get([category].as_slice()).copied().unwrap_or_default())
                .collect();
            let sum: i64 = line.iter().map(|count| count.units).sum();
            if *total.get_or_insert(sum) != sum {
                return Err(SuppressionError::Disagreement);
            }
            lines.push(line);
        }
        let total = total.unwrap_or(0);
        if total > i64::from(u32::MAX) {
            return Err(SuppressionError::TooLarge);
        }
        let size = |at: usize| family.dimension(at).map_or(0, |dimension| dimension.categories.len());
        let mut grids = Vec::with_capacity(family.pairs.len());
        for (one, other) in &family.pairs {
            let found = gather(family, &[*one, *other], tallies)?;
            let count = |row, column| found.get([row, column].as_slice()).copied().unwrap_or_default();
            let grid: Vec<Vec<Count>> =
                (0..size(*one)).map(|row| (0..size(*other)).map(|column| count(row, column)).collect()).collect();
            let rows_agree = lines.get(*one).is_some_and(|line| {
                let sums = grid.iter().map(|row| row.iter().map(|count| count.units).sum::<i64>());
                line.iter().map(|count| count.units).eq(sums)
            });
            let columns_agree = lines.get(*other).is_some_and(|line| {
                line.iter().enumerate().all(|(column, count)| {
                    let cells = grid.iter().filter_map(|row| row.get(column));
                    cells.map(|cell| cell.units).sum::<i64>() == count.units
                })
            });
            if !rows_agree || !columns_agree {
                return Err(SuppressionError::Disagreement);
            }
            grids.push(grid);
        }
        Ok(Self { family, total, lines, grids })
    }

    fn of_line(&self, dimension: usize, category: usize) -> Count {
        self.lines.get(dimension).and_then(|line| line.get(category)).copied().unwrap_or_default()
    }

    fn of_cell(&self, pair: usize, row: usize, column: usize) -> Count {
        let cells = self.grids.get(pair).and_then(|grid| grid.get(row));
        cells.and_then(|cells| cells.get(column)).copied().unwrap_or_default()
    }

    fn of_blocks(&self, pair: usize, (rows, row): (&Line, Block), (columns, column): (&Line, Block)) -> i64 {
        let grid = self.grids.get(pair).into_iter().flatten().enumerate().filter(|(at, _)| rows.belongs(row, *at));
        let cells = grid.flat_map(|(_, cells)| cells.iter().enumerate().filter(|(at, _)| columns.belongs(column, *at)));
        cells.map(|(_, cell)| cell.units).sum()
    }
}

/// The counts of all combinations of the dimensions at `by` that occur.
fn gather(family: &Family, by: &[usize], tallies: &[Tally]) -> Result<BTreeMap<Vec<usize>, Count>, SuppressionError> {
    let contributor = family.contributor.filter(|at| !by.contains(at));
    let wanted: Vec<&Dimension> = by.iter().copied().chain(contributor).filter_map(|at| family.dimension(at)).collect();
    let fits = |tally: &&Tally| wanted.iter().all(|dimension| tally.by.contains(&dimension.name));
    let tally = tallies.iter().find(fits).ok_or_else(|| {
        let names: Vec<&str> = wanted.iter().map(|dimension| dimension.name.as_str()).collect();
        SuppressionError::UnknownDimension(names.join(" by "))
    })?;
    let columns: Vec<usize> =
        wanted.iter().filter_map(|dimension| tally.by.iter().position(|name| *name == dimension.name)).collect();
    let mut parts: BTreeMap<Vec<usize>, BTreeMap<usize, i64>> = BTreeMap::new();
    for (categories, units) in &tally.rows {
        let mut place = Vec::with_capacity(wanted.len());
        for (dimension, column) in wanted.iter().zip(&columns) {
            let category = categories.get(*column).map_or("", String::as_str);
            let known = dimension.categories.iter().position(|known| known == category);
            place.push(known.ok_or_else(|| SuppressionError::UnknownCategory {
                dimension: dimension.name.clone(),
                category: category.to_owned(),
            })?);
        }
        let of = if contributor.is_some() { place.pop().unwrap_or(0) } else { 0 };
        *parts.entry(place).or_default().entry(of).or_default() += i64::from(*units);
    }
    Ok(parts
        .into_iter()
        .map(|(place, parts)| {
            let largest = parts.values().max().copied().filter(|_| contributor.is_some()).unwrap_or(0);
            (place, Count { units: parts.values().sum(), largest })
        })
        .collect())
}

/// A figure as it may be read: nothing in here is secret any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedFigure {
    /// The category in each dimension of the table; none where the dimension is added up.
    pub by: Vec<Option<String>>,
    /// The count; none if it is hidden.
    pub count: Option<u64>,
}

/// A table as it may be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedTable {
    /// Its dimensions: one or two.
    pub dimensions: Vec<String>,
    /// All its figures, totals after the categories that they add up.
    pub figures: Vec<PublishedFigure>,
}

/// All tables of a family as they may be read by one audience.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// Each dimension, then each pair.
    pub tables: Vec<PublishedTable>,
}

impl Publication {
    /// How many units there were at all: the total of every table.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        let figures = self.tables.iter().flat_map(|table| &table.figures);
        figures.filter(|figure| figure.by.iter().all(Option::is_none)).find_map(|figure| figure.count)
    }

    /// The figure of a table; none if it is hidden or was not published.
    fn count(&self, dimensions: &[&str], by: &[Option<&str>]) -> Option<u64> {
        let table = self.tables.iter().find(|table| table.dimensions == dimensions)?;
        let at = |figure: &&PublishedFigure| figure.by.iter().map(Option::as_deref).eq(by.iter().copied());
        table.figures.iter().find(at)?.count
    }
}

/// What an audience was shown of an earlier state.
#[derive(Clone, Copy)]
pub struct Earlier<'a> {
    /// What it was shown.
    pub publication: &'a Publication,
    /// Of the units that are counted now, those that have come since then.
    pub arrivals: &'a Counts<'a>,
}

/// What else is known, or will be, about the same people.
#[derive(Clone, Copy, Default)]
pub struct Known<'a> {
    /// What this audience was shown of earlier states, latest last.
    pub earlier: &'a [Earlier<'a>],
    /// What an audience with a smaller k is shown of this very state.
    pub inner: Option<&'a Publication>,
}

/// Makes all tables of a family ready to be read; `None` if there are too few people to tell anything. What precisely is
/// promised stands at the head of this module.
#[must_use]
pub fn publish(counts: &Counts<'_>, rules: Rules, known: Known<'_>) -> Option<Publication> {
    if counts.total < i64::from(rules.smallest_shown()) {
        return None;
    }
    let press = Press { counts, rules, known };
    let lines: Vec<Line> = counts.lines.iter().enumerate().map(|(at, line)| press.line(at, line)).collect();
    let name = |at: usize| counts.family.dimension(at).map(|dimension| dimension.name.clone()).unwrap_or_default();
    let mut tables = Vec::with_capacity(lines.len() + counts.family.pairs.len());
    for (at, line) in lines.iter().enumerate() {
        tables.push(PublishedTable { dimensions: vec![name(at)], figures: press.figures_of_line(at, line) });
    }
    for (pair, (one, other)) in counts.family.pairs.iter().enumerate() {
        if let (Some(rows), Some(columns)) = (lines.get(*one), lines.get(*other)) {
            let (rows, columns) = (Side { at: *one, line: rows }, Side { at: *other, line: columns });
            let figures = press.figures_of_pair(pair, rows, columns);
            tables.push(PublishedTable { dimensions: vec![name(*one), name(*other)], figures });
        }
    }
    Some(Publication { tables })
}

/// The categories of a dimension, each shown or in the rest.
struct Line {
    counts: Vec<i64>,
    hidden: Vec<bool>,
    /// The categories in the order of their names, so that no other order decides what is hidden.
    by_name: Vec<usize>,
}

/// A row or column of a crossed pair: one category, or the rest.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Category(usize),
    Rest,
}

impl Line {
    fn blocks(&self) -> Vec<Block> {
        let single = self.by_name.iter().filter(|category| self.hidden.get(**category) == Some(&false));
        let rest = self.hidden.contains(&true).then_some(Block::Rest);
        single.map(|category| Block::Category(*category)).chain(rest).collect()
    }

    fn belongs(&self, block: Block, category: usize) -> bool {
        match block {
            Block::Category(single) => single == category,
            Block::Rest => self.hidden.get(category).copied().unwrap_or(false),
        }
    }

    fn sum(&self, block: Block) -> i64 {
        let own = self.counts.iter().enumerate().filter(|(category, _)| self.belongs(block, *category));
        own.map(|(_, count)| count).sum()
    }

    fn shown(&self, category: usize) -> Option<u64> {
        let is_hidden = self.hidden.get(category).copied().unwrap_or(true);
        self.counts.get(category).filter(|_| !is_hidden).map(|count| count.unsigned_abs())
    }
}

/// One of the two dimensions of a pair: where it stands in the family, and what of it is shown.
#[derive(Clone, Copy)]
struct Side<'a> {
    at: usize,
    line: &'a Line,
}

struct Press<'a> {
    counts: &'a Counts<'a>,
    rules: Rules,
    known: Known<'a>,
}

impl Press<'_> {
    fn category(&self, at: usize, category: usize) -> Option<&str> {
        let dimension = self.counts.family.dimension(at)?;
        dimension.categories.get(category).map(String::as_str)
    }

    fn name(&self, at: usize) -> &str {
        self.counts.family.dimension(at).map_or("", |dimension| dimension.name.as_str())
    }

    /// How far apart the possible values of a figure must lie if it is to be hidden for its own sake; 0 if not. `units`
    /// finds the same figure in other counts.
    fn width(&self, count: Count, dimensions: &[&str], by: &[Option<&str>], units: impl Fn(&Counts<'_>) -> i64) -> i64 {
        let smallest = i64::from(self.rules.smallest_shown());
        let moved_little = self.known.earlier.iter().any(|earlier| {
            let before = earlier.publication.count(dimensions, by).and_then(|before| i64::try_from(before).ok());
            before.is_some_and(|before| (1..smallest).contains(&moved(before, units(earlier.arrivals), count.units)))
        });
        if let Some(others) = self.rules.dominated(count.units, count.largest).filter(|_| count.units >= smallest) {
            smallest.max(others)
        } else if count.units < smallest || moved_little {
            smallest
        } else {
            0
        }
    }

    /// Whether an inner audience does not see the figure.
    fn is_hidden_inside(&self, dimensions: &[&str], by: &[Option<&str>]) -> bool {
        self.known.inner.is_some_and(|inner| inner.count(dimensions, by).is_none())
    }

    /// What is lost by hiding a figure that would be harmless: more if it was shown at the last date, since then it is
    /// roughly known and hides others less well.
    fn loss(&self, units: i64, dimensions: &[&str], by: &[Option<&str>]) -> i64 {
        let last = self.known.earlier.last().and_then(|last| last.publication.count(dimensions, by));
        if last.is_some() { units.saturating_mul(2).saturating_add(1) } else { units }
    }

    fn line(&self, at: usize, counts: &[Count]) -> Line {
        let dimensions = [self.name(at)];
        let by = |category: usize| [self.category(at, category)];
        let width = |(category, count): (usize, &Count)| {
            self.width(*count, &dimensions, &by(category), |counts| counts.of_line(at, category).units)
        };
        let widths: Vec<i64> = counts.iter().enumerate().map(width).collect();
        let mut by_name: Vec<usize> = (0..counts.len()).collect();
        by_name.sort_by_key(|category| self.category(at, *category));
        let units = counts.iter().map(|count| count.units).collect();
        let mut line = Line { counts: units, hidden: vec![false; counts.len()], by_name };
        if counts.len() == 1 {
            // The one category is the total, which is shown.
            return line;
        }
        for (category, (hidden, width)) in line.hidden.iter_mut().zip(&widths).enumerate() {
            *hidden = *width > 0 || self.is_hidden_inside(&dimensions, &by(category));
        }
        let mut spare = line.by_name.clone();
        spare.sort_by_key(|category| {
            let units = line.counts.get(*category).copied().unwrap_or(0);
            std::cmp::Reverse(self.loss(units, &dimensions, &by(*category)))
        });
        let smallest = i64::from(self.rules.smallest_shown());
        loop {
            let members = line.hidden.iter().filter(|hidden| **hidden).count();
            let widest = widths.iter().zip(&line.hidden).filter(|(_, hidden)| **hidden).map(|(width, _)| *width).max();
            let enough = widest.is_none_or(|widest| members >= 2 && line.sum(Block::Rest) >= widest.max(smallest));
            let next = if enough { None } else { spare.pop() };
            let Some(next) = next else {
                return line;
            };
            if let Some(hidden) = line.hidden.get_mut(next) {
                *hidden = true;
            }
        }
    }

    fn figures_of_line(&self, at: usize, line: &Line) -> Vec<PublishedFigure> {
        let categories = (0..line.counts.len()).map(|category| {
            let by = vec![self.category(at, category).map(str::to_owned)];
            PublishedFigure { by, count: line.shown(category) }
        });
        let total = PublishedFigure { by: vec![None], count: Some(self.counts.total.unsigned_abs()) };
        categories.chain([total]).collect()
    }

    /// Which cells of a pair are shown, by their categories.
    fn shown_cells(&self, pair: usize, one: Side<'_>, other: Side<'_>) -> BTreeSet<(usize, usize)> {
        let dimensions = [self.name(one.at), self.name(other.at)];
        let (rows, columns) = (one.line.blocks(), other.line.blocks());
        // A table of one row or column: its cells are the other dimension's counts, which are settled.
        let is_settled = rows.len() == 1 || columns.len() == 1;
        let smallest = i64::from(self.rules.smallest_shown());
        let (mut entries, mut places) = (Vec::new(), Vec::new());
        for (row_at, row) in rows.iter().enumerate() {
            for (column_at, column) in columns.iter().enumerate() {
                let units = self.counts.of_blocks(pair, (one.line, *row), (other.line, *column));
                let margins = [one.line.sum(*row), other.line.sum(*column)];
                let room = margins.into_iter().flat_map(|margin| [margin, self.counts.total - margin]).min();
                let (standing, width, loss) = match (*row, *column) {
                    (Block::Category(row), Block::Category(column)) => {
                        let by = [self.category(one.at, row), self.category(other.at, column)];
                        let cell = self.counts.of_cell(pair, row, column);
                        let width =
                            self.width(cell, &dimensions, &by, |counts| counts.of_cell(pair, row, column).units);
                        let is_hidden = !is_settled && (width > 0 || self.is_hidden_inside(&dimensions, &by));
                        let standing = if is_hidden { Standing::Unseen } else { Standing::Free };
                        (standing, if is_settled { 0 } else { width }, self.loss(units, &dimensions, &by))
                    }
                    _ if is_settled || units >= smallest => (Standing::Unseen, 0, units),
                    _ => (Standing::Unseen, smallest, units),
                };
                let sets = vec![1 << row_at, 1 << column_at];
                entries.push(Entry { sets, count: units, standing, width: width.min(room.unwrap_or(0)), loss });
                places.push((*row, *column));
            }
        }
        let cells = Cells {
            sizes: vec![rows.len(), columns.len()],
            counts: entries.iter().map(|entry| entry.count).collect(),
            possible: vec![true; entries.len()],
        };
        let every = |blocks: &[Block]| (0..blocks.len()).fold(0_u64, |set, at| set | 1 << at);
        let known = |sets, count| Entry { sets, count, standing: Standing::AlreadyShown, width: 0, loss: count };
        let of_row = |(at, row): (usize, &Block)| known(vec![1 << at, every(&columns)], one.line.sum(*row));
        let of_column = |(at, column): (usize, &Block)| known(vec![every(&rows), 1 << at], other.line.sum(*column));
        entries.extend(rows.iter().enumerate().map(of_row));
        entries.extend(columns.iter().enumerate().map(of_column));
        entries.push(known(vec![every(&rows), every(&columns)], self.counts.total));
        // If no pattern were found, hiding all cells would be one: see the head of this module.
        let hidden = pattern::hide(&cells, &entries).map(|outcome| outcome.hidden).unwrap_or_default();
        places
            .into_iter()
            .zip(hidden)
            .filter_map(|(place, hidden)| match place {
                (Block::Category(row), Block::Category(column)) if !hidden => Some((row, column)),
                _ => None,
            })
            .collect()
    }

    fn figures_of_pair(&self, pair: usize, one: Side<'_>, other: Side<'_>) -> Vec<PublishedFigure> {
        let shown = self.shown_cells(pair, one, other);
        let row_name = |row| self.category(one.at, row).map(str::to_owned);
        let column_name = |column| self.category(other.at, column).map(str::to_owned);
        let mut figures = Vec::new();
        for row in 0..one.line.counts.len() {
            for column in 0..other.line.counts.len() {
                let units = self.counts.of_cell(pair, row, column).units;
                let count = shown.contains(&(row, column)).then_some(units.unsigned_abs());
                figures.push(PublishedFigure { by: vec![row_name(row), column_name(column)], count });
            }
            figures.push(PublishedFigure { by: vec![row_name(row), None], count: one.line.shown(row) });
        }
        for column in 0..other.line.counts.len() {
            figures.push(PublishedFigure { by: vec![None, column_name(column)], count: other.line.shown(column) });
        }
        figures.push(PublishedFigure { by: vec![None, None], count: Some(self.counts.total.unsigned_abs()) });
        figures
    }
}

#[cfg(test)]
mod tests;
