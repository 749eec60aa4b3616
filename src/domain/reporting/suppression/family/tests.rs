//! What a family of tables promises, held against an attacker who reads all of them, and at the size of a real district
//! by building the populations that the proof speaks of.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::super::attack::{Attacker, Dice};
use super::super::{Dimension, Rules, SuppressionError};
use super::{Counts, Earlier, Family, Known, Publication, Tally, moved, movement, publish};

const LABELS: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];

fn category(dimension: &str, at: usize) -> String {
    format!("{dimension}{at:02}")
}

fn rules(smallest_shown: u32) -> Rules {
    Rules::new(smallest_shown, 100).unwrap()
}

/// Dimensions of these sizes, `a` first; pairs by position.
#[derive(Clone, Debug)]
struct Shape {
    sizes: Vec<usize>,
    pairs: Vec<(usize, usize)>,
}

impl Shape {
    fn new(sizes: &[usize], pairs: &[(usize, usize)]) -> Self {
        Self { sizes: sizes.into(), pairs: pairs.into() }
    }

    fn family(&self, contributor: Option<&str>) -> Family {
        let dimensions = self.sizes.iter().zip(LABELS).map(|(size, label)| Dimension {
            name: label.to_owned(),
            categories: (0..*size).map(|at| category(label, at)).collect(),
        });
        let pairs: Vec<(&str, &str)> = self.pairs.iter().map(|(one, other)| (LABELS[*one], LABELS[*other])).collect();
        Family::new(dimensions.collect(), &pairs, contributor).unwrap()
    }

    /// All combinations of categories, the last dimension varying fastest.
    fn cells(&self) -> Vec<Vec<usize>> {
        self.sizes.iter().fold(vec![Vec::new()], |begun, size| {
            begun.iter().flat_map(|start| (0..*size).map(|at| start.iter().copied().chain([at]).collect())).collect()
        })
    }

    /// Units that are counted by all dimensions at once.
    fn tally(&self, units: &BTreeMap<Vec<usize>, u32>) -> Tally {
        let named = |place: &Vec<usize>| place.iter().zip(LABELS).map(|(at, label)| category(label, *at)).collect();
        Tally {
            by: LABELS.iter().take(self.sizes.len()).map(|label| (*label).to_owned()).collect(),
            rows: units.iter().map(|(place, units)| (named(place), *units)).collect(),
        }
    }

    fn publish(&self, units: &BTreeMap<Vec<usize>, u32>, rules: Rules, known: Known<'_>) -> Option<Publication> {
        let family = self.family(None);
        publish(&Counts::of(&family, &[self.tally(units)]).unwrap(), rules, known)
    }
}

/// Every figure: its dimensions and categories by position, and the count if it is shown.
type Reading = BTreeMap<Vec<(usize, usize)>, Option<u64>>;

fn read(publication: &Publication) -> Reading {
    let mut reading = Reading::new();
    for table in &publication.tables {
        let at = |name: &String| LABELS.iter().position(|label| label == name).unwrap();
        for figure in &table.figures {
            let chosen = table.dimensions.iter().zip(&figure.by).filter_map(|(dimension, category)| {
                category.as_ref().map(|category| (at(dimension), category[1..].parse().unwrap()))
            });
            let before = reading.insert(chosen.collect(), figure.count);
            assert!(before.is_none_or(|before| before == figure.count), "the same figure looks the same in all tables");
        }
    }
    reading
}

fn chosen(place: &[(usize, usize)], cell: &[usize]) -> bool {
    place.iter().all(|(dimension, category)| cell[*dimension] == *category)
}

/// Lets the attacker loose on everything that is shown; `moved` are figures that were hidden because they moved little.
fn withstands(shape: &Shape, counts: &[u32], k: u32, reading: &Reading, moved: &BTreeSet<Vec<(usize, usize)>>) {
    let cells = shape.cells();
    let mut attacker = Attacker::new(counts);
    let inside = |place: &[(usize, usize)]| cells.iter().map(|cell| chosen(place, cell)).collect::<Vec<bool>>();
    for (place, figure) in reading {
        if let Some(shown) = figure {
            assert!(*shown >= u64::from(k), "a small count is never shown");
            attacker.learn(inside(place), *shown);
        }
    }
    let is_hidden = |one: (usize, usize)| reading[&vec![one]].is_none();
    for (place, _) in reading.iter().filter(|(_, figure)| figure.is_none()) {
        let cells = inside(place);
        let own = attacker.sum(&cells) < i64::from(k) || moved.contains(place);
        let in_rest = place.len() == 2 && place.iter().any(|one| is_hidden(*one));
        attacker.targets.push((cells, if own || in_rest { i64::from(k) } else { 1 }));
    }
    let hidden = reading.iter().filter(|(_, figure)| figure.is_none()).map(|(place, _)| place);
    for ((width, (_, least)), place) in attacker.attack().into_iter().zip(&attacker.targets).zip(hidden) {
        assert!(width >= *least, "{place:?} is known within {width}, not {least}; {shape:?} {counts:?}, k {k}");
    }
}

fn units(shape: &Shape, counts: &[u32]) -> BTreeMap<Vec<usize>, u32> {
    shape.cells().into_iter().zip(counts.iter().copied()).collect()
}

/// Families that an attacker can be let loose on, with counts as they occur: many zeros and small ones, a few large.
fn families() -> impl Strategy<Value = (Shape, Vec<u32>, u32)> {
    let shapes = vec![
        Shape::new(&[3, 2, 2], &[(0, 1), (0, 2)]),
        Shape::new(&[2, 3, 2], &[(0, 1), (1, 2)]),
        Shape::new(&[2, 2, 3], &[(0, 1)]),
        Shape::new(&[3, 2, 2], &[]),
        Shape::new(&[3, 1, 2], &[(0, 1), (0, 2)]),
        Shape::new(&[2, 2, 2, 2], &[(0, 1), (0, 2), (2, 3)]),
        Shape::new(&[4, 3], &[(0, 1)]),
    ];
    prop::sample::select(shapes).prop_flat_map(|shape| {
        let cells = shape.cells().len();
        let count = prop_oneof![3 => 0..4_u32, 2 => 0..9_u32, 1 => 5..30_u32];
        (Just(shape), prop::collection::vec(count, cells), 2..5_u32)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn no_hidden_figure_can_be_computed_from_all_tables_together((shape, counts, k) in families()) {
        if let Some(publication) = shape.publish(&units(&shape, &counts), rules(k), Known::default()) {
            withstands(&shape, &counts, k, &read(&publication), &BTreeSet::new());
        }
    }

    #[test]
    fn who_reads_for_two_audiences_knows_what_the_inner_one_knows((shape, counts, k) in families(), more in 1..3_u32) {
        let units = units(&shape, &counts);
        let inner = shape.publish(&units, rules(k), Known::default());
        let known = Known { inner: inner.as_ref(), ..Known::default() };
        if let (Some(inner), Some(outer)) = (&inner, shape.publish(&units, rules(k + more), known)) {
            let (inner, outer) = (read(inner), read(&outer));
            for (place, figure) in &outer {
                prop_assert!(figure.is_none() || inner[place] == *figure, "{place:?}");
            }
            withstands(&shape, &counts, k + more, &outer, &BTreeSet::new());
        }
    }

    #[test]
    fn two_dates_tell_of_no_movement_of_fewer_people_than_k(
        (shape, counts, k) in families(),
        leaving in prop::collection::vec(prop_oneof![3 => Just(0_u32), 2 => 1..3_u32, 1 => 3..9_u32], 16),
        coming in prop::collection::vec(prop_oneof![3 => Just(0_u32), 2 => 1..3_u32, 1 => 5..9_u32], 16),
        unseen in prop::collection::vec(prop_oneof![5 => Just(0_u32), 1 => 1..4_u32], 16),
    ) {
        // Who comes unseen has no date of coming, or has changed from one category to another.
        let left: Vec<u32> = counts.iter().zip(leaving).map(|(count, leaving)| leaving.min(*count)).collect();
        let came: Vec<u32> = coming.iter().zip(&unseen).map(|(seen, unseen)| seen + unseen).collect();
        let later: Vec<u32> = (0..counts.len()).map(|at| counts[at] - left[at] + came[at]).collect();
        let Some(march) = shape.publish(&units(&shape, &counts), rules(k), Known::default()) else { return Ok(()) };
        let family = shape.family(None);
        let arrivals = Counts::of(&family, &[shape.tally(&units(&shape, &coming))]).unwrap();
        let known = Known { earlier: &[Earlier { publication: &march, arrivals: &arrivals }], inner: None };
        let Some(june) = shape.publish(&units(&shape, &later), rules(k), known) else { return Ok(()) };
        let (march, june) = (read(&march), read(&june));
        let cells = shape.cells();
        let sum = |place: &[(usize, usize)], of: &[u32]| -> u32 {
            cells.iter().zip(of).filter(|(cell, _)| chosen(place, cell)).map(|(_, count)| count).sum()
        };
        let mut hidden_for_it = BTreeSet::new();
        for (place, before) in &march {
            // Where a dimension has one category, figures are the other one's, or the total, which is not judged here.
            let same = place.iter().copied().filter(|(dimension, _)| shape.sizes[*dimension] > 1).collect::<Vec<_>>();
            let (Some(before), false) = (before, same.is_empty()) else { continue };
            let (now, seen) = (sum(place, &later), sum(place, &coming));
            match june[place] {
                // Whoever compares the two figures learns nothing of a group of fewer than k.
                Some(now) => {
                    let moved = sum(place, &left) + sum(place, &came);
                    prop_assert!(moved >= k || now == *before, "{place:?}: {before} to {now}, {moved} moved");
                }
                None => {
                    let seen = i64::from(seen);
                    if (1..i64::from(k)).contains(&moved(i64::try_from(*before).unwrap(), seen, i64::from(now))) {
                        hidden_for_it.insert(same);
                    }
                }
            }
        }
        withstands(&shape, &later, k, &june, &hidden_for_it);
    }

    #[test]
    fn the_order_of_categories_and_units_does_not_matter((shape, counts, k) in families(), seed in any::<u64>()) {
        let family = shape.family(None);
        let mut turned = family.clone();
        let mut dice = Dice(seed);
        for dimension in &mut turned.dimensions {
            for last in (1..dimension.categories.len()).rev() {
                let with = usize::try_from(dice.roll(u64::try_from(last).unwrap() + 1)).unwrap();
                dimension.categories.swap(last, with);
            }
        }
        let tally = shape.tally(&units(&shape, &counts));
        let mut reversed = tally.clone();
        reversed.rows.reverse();
        let one = publish(&Counts::of(&family, &[tally]).unwrap(), rules(k), Known::default());
        let two = publish(&Counts::of(&turned, &[reversed]).unwrap(), rules(k), Known::default());
        prop_assert_eq!(one.is_some(), two.is_some());
        if let (Some(one), Some(two)) = (one, two) {
            prop_assert_eq!(read(&one), read(&two));
        }
    }
}

/// The size of a real district: eleven towns, crossed with seven dimensions, two of which are crossed with a further one.
fn real() -> Shape {
    let pairs = [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (0, 6), (5, 7), (6, 8)];
    Shape::new(&[11, 8, 3, 2, 13, 5, 12, 11, 10], &pairs)
}

fn people(shape: &Shape, number: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut dice = Dice(seed);
    let weights: Vec<Vec<u64>> =
        shape.sizes.iter().map(|size| (1..=u64::try_from(*size).unwrap()).map(|at| 60 / at).collect()).collect();
    (0..number).map(|_| weights.iter().map(|weights| dice.weighted(weights)).collect()).collect()
}

fn counted(people: &[Vec<usize>]) -> BTreeMap<Vec<usize>, u32> {
    let mut units = BTreeMap::new();
    for person in people {
        *units.entry(person.clone()).or_default() += 1;
    }
    units
}

/// What the proof chooses freely: the counts of the categories, and each pair's table over categories and rests.
#[derive(Clone)]
struct Choice {
    lines: Vec<Vec<i64>>,
    tables: Vec<Blocks>,
}

/// A pair's table over blocks: categories alone, or a rest.
#[derive(Clone)]
struct Blocks {
    rows: Vec<Vec<usize>>,
    columns: Vec<Vec<usize>>,
    units: Vec<Vec<i64>>,
}

/// A whole table with these sums of rows and columns.
fn transport(mut rows: Vec<i64>, mut columns: Vec<i64>) -> Vec<Vec<i64>> {
    assert_eq!(rows.iter().sum::<i64>(), columns.iter().sum::<i64>());
    let mut table = vec![vec![0; columns.len()]; rows.len()];
    let (mut row, mut column) = (0, 0);
    while row < rows.len() && column < columns.len() {
        let units = rows[row].min(columns[column]);
        table[row][column] += units;
        rows[row] -= units;
        columns[column] -= units;
        if rows[row] == 0 { row += 1 } else { column += 1 }
    }
    table
}

impl Choice {
    /// The true one.
    fn of(shape: &Shape, people: &[Vec<usize>], reading: &Reading) -> Self {
        let count = |place: &[(usize, usize)]| {
            i64::try_from(people.iter().filter(|person| chosen(place, person)).count()).unwrap()
        };
        let lines =
            shape.sizes.iter().enumerate().map(|(at, size)| (0..*size).map(|one| count(&[(at, one)])).collect());
        let blocks = |at: usize| {
            let (hidden, shown): (Vec<usize>, Vec<usize>) =
                (0..shape.sizes[at]).partition(|one| reading[&vec![(at, *one)]].is_none());
            shown.into_iter().map(|one| vec![one]).chain((!hidden.is_empty()).then_some(hidden)).collect::<Vec<_>>()
        };
        let tables = shape.pairs.iter().map(|(one, other)| {
            let (rows, columns) = (blocks(*one), blocks(*other));
            let cell = |row: &Vec<usize>, column: &Vec<usize>| {
                row.iter().map(|a| column.iter().map(|b| count(&[(*one, *a), (*other, *b)])).sum::<i64>()).sum()
            };
            let table = rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect();
            Blocks { rows, columns, units: table }
        });
        Self { lines: lines.collect(), tables: tables.collect() }
    }

    /// Shifts one unit into (or out of) a cell of a pair's table, by way of hidden cells only.
    fn shift(&mut self, pair: usize, hidden: &[Vec<bool>], (row, column): (usize, usize), into: bool) -> bool {
        let table = &mut self.tables[pair].units;
        // From a column that has one too many (too few) to a row, and from there to a column, until the row is reached.
        let free = |table: &[Vec<i64>], at: (usize, usize), gains: bool| {
            hidden[at.0][at.1] && at != (row, column) && (gains || table[at.0][at.1] > 0)
        };
        let mut came: BTreeMap<(bool, usize), (bool, usize)> = BTreeMap::new();
        let mut queue = vec![(false, column)];
        let mut next = 0;
        while let Some((is_row, at)) = queue.get(next).copied() {
            next += 1;
            let size = if is_row { table[0].len() } else { table.len() };
            for to in 0..size {
                let cell = if is_row { (at, to) } else { (to, at) };
                let reached = (!is_row, to);
                if reached != (false, column) && !came.contains_key(&reached) && free(table, cell, is_row == into) {
                    came.insert(reached, (is_row, at));
                    queue.push(reached);
                }
            }
        }
        if !came.contains_key(&(true, row)) || (!into && table[row][column] == 0) {
            return false;
        }
        let sign = |gains: bool| if gains { 1 } else { -1 };
        table[row][column] += sign(into);
        let mut node = (true, row);
        while node != (false, column) {
            let from = came[&node];
            let cell = if node.0 { (node.1, from.1) } else { (from.1, node.1) };
            table[cell.0][cell.1] += sign(from.0 == into);
            node = from;
        }
        true
    }

    /// Each pair's table over all categories.
    fn grid(&self, shape: &Shape, pair: usize) -> Vec<Vec<i64>> {
        let (one, other) = shape.pairs[pair];
        let Blocks { rows, columns, units: table } = &self.tables[pair];
        let mut grid = vec![vec![0; shape.sizes[other]]; shape.sizes[one]];
        // How many of each category of a rest fall into each block of the other dimension.
        let of_row = |at: usize, block: &Vec<usize>| {
            let supply = block.iter().map(|category| self.lines[one][*category]).collect();
            transport(supply, table[at].clone())
        };
        let of_column = |at: usize, block: &Vec<usize>| {
            let supply = block.iter().map(|category| self.lines[other][*category]).collect();
            transport(supply, table.iter().map(|row| row[at]).collect())
        };
        let by_row: Vec<Vec<Vec<i64>>> = rows.iter().enumerate().map(|(at, block)| of_row(at, block)).collect();
        let by_column: Vec<Vec<Vec<i64>>> =
            columns.iter().enumerate().map(|(at, block)| of_column(at, block)).collect();
        for (row_at, row) in rows.iter().enumerate() {
            for (column_at, column) in columns.iter().enumerate() {
                let supply = (0..row.len()).map(|at| by_row[row_at][at][column_at]).collect();
                let demand = (0..column.len()).map(|at| by_column[column_at][at][row_at]).collect();
                for (line, row) in transport(supply, demand).iter().zip(row) {
                    for (units, column) in line.iter().zip(column) {
                        grid[*row][*column] = *units;
                    }
                }
            }
        }
        grid
    }

    /// People who have all of it: dimension after dimension, each matched to the one that it is crossed with.
    fn people(&self, shape: &Shape) -> Vec<Vec<usize>> {
        let number = usize::try_from(self.lines[0].iter().sum::<i64>()).unwrap();
        let line = |at: usize| {
            let categories = self.lines[at].iter().enumerate();
            categories.flat_map(|(one, count)| vec![one; usize::try_from(*count).unwrap()]).collect::<Vec<usize>>()
        };
        let mut people = vec![vec![usize::MAX; shape.sizes.len()]; number];
        for at in 0..shape.sizes.len() {
            let Some(pair) = shape.pairs.iter().position(|(one, other)| *other == at && *one < at) else {
                people.iter_mut().zip(line(at)).for_each(|(person, one)| person[at] = one);
                continue;
            };
            let mut left = self.grid(shape, pair);
            for person in &mut people {
                let row = &mut left[person[shape.pairs[pair].0]];
                let one = row.iter().position(|units| *units > 0).unwrap();
                row[one] -= 1;
                person[at] = one;
            }
        }
        people
    }
}

/// For each hidden figure two populations of a whole district that give the same publication, as far as it is shown.
#[test]
fn for_every_hidden_figure_of_a_district_two_districts_exist_that_look_the_same() {
    let shape = real();
    for (seed, number, k) in [(1, 60, 3_u32), (2, 240, 3), (3, 400, 5)] {
        let true_people = people(&shape, number, seed);
        let publication = shape.publish(&counted(&true_people), rules(k), Known::default()).unwrap();
        let reading = read(&publication);
        let truth = Choice::of(&shape, &true_people, &reading);
        let looks_the_same = |choice: &Choice, place: &[(usize, usize)]| {
            let people = choice.people(&shape);
            let count = |place: &[(usize, usize)]| people.iter().filter(|person| chosen(place, person)).count();
            for (place, figure) in &reading {
                assert!(figure.is_none_or(|figure| usize::try_from(figure) == Ok(count(place))), "{place:?}");
            }
            i64::try_from(count(place)).unwrap()
        };
        let hidden: Vec<_> = reading.iter().filter(|(_, figure)| figure.is_none()).map(|(place, _)| place).collect();
        // All of them take minutes: every twenty-third, and in each run other ones.
        for place in hidden.iter().skip(usize::try_from(seed).unwrap()).step_by(23) {
            let count = true_people.iter().filter(|person| chosen(place, person)).count();
            let is_rest = |one: &(usize, usize)| reading[&vec![*one]].is_none();
            let own = count < usize::try_from(k).unwrap() || place.len() == 1 || place.iter().any(is_rest);
            let wanted = if own { i64::from(k) } else { 1 };
            let (mut most, mut least) = (truth.clone(), truth.clone());
            for (dimension, one) in place.iter().filter(|one| is_rest(one)) {
                // All of the rest are of this category, or none is.
                let rest: Vec<usize> =
                    (0..shape.sizes[*dimension]).filter(|other| is_rest(&(*dimension, *other))).collect();
                let sum: i64 = rest.iter().map(|other| truth.lines[*dimension][*other]).sum();
                let other = *rest.iter().find(|other| *other != one).unwrap();
                for (choice, holder) in [(&mut most, *one), (&mut least, other)] {
                    rest.iter().for_each(|member| choice.lines[*dimension][*member] = 0);
                    choice.lines[*dimension][holder] = sum;
                }
            }
            if let [one, other] = place.as_slice() {
                let pair = shape.pairs.iter().position(|pair| *pair == (one.0, other.0)).unwrap();
                let Blocks { rows, columns, .. } = &truth.tables[pair];
                let is_hidden = |row: &Vec<usize>, column: &Vec<usize>| {
                    let key = vec![(one.0, row[0]), (other.0, column[0])];
                    row.len() > 1 || column.len() > 1 || reading[&key].is_none()
                };
                let hidden: Vec<Vec<bool>> =
                    rows.iter().map(|row| columns.iter().map(|column| is_hidden(row, column)).collect()).collect();
                let at =
                    |blocks: &[Vec<usize>], one: usize| blocks.iter().position(|block| block.contains(&one)).unwrap();
                let target = (at(rows, one.1), at(columns, other.1));
                for _ in 0..wanted {
                    most.shift(pair, &hidden, target, true);
                    if !place.iter().any(is_rest) {
                        least.shift(pair, &hidden, target, false);
                    }
                }
            }
            let width = looks_the_same(&most, place) - looks_the_same(&least, place);
            assert!(width >= wanted, "{place:?} of {count}: {width}, not {wanted}; seed {seed}");
        }
    }
}

#[test]
fn pairs_that_form_a_circle_are_refused() {
    let shape = Shape::new(&[2, 2, 2], &[]);
    let dimensions = shape.family(None).dimensions;
    let circle = Family::new(dimensions.clone(), &[("a", "b"), ("b", "c"), ("c", "a")], None);
    assert_eq!(circle.err(), Some(SuppressionError::Circle("c".to_owned(), "a".to_owned())));
    let twice = Family::new(dimensions.clone(), &[("a", "b"), ("b", "a")], None);
    assert!(matches!(twice, Err(SuppressionError::Circle(..))));
    assert!(matches!(Family::new(dimensions.clone(), &[("a", "x")], None), Err(SuppressionError::UnknownDimension(_))));
    assert!(Family::new(dimensions, &[("a", "b"), ("b", "c")], Some("a")).is_ok());
}

#[test]
fn tallies_that_are_missing_or_disagree_are_refused() {
    let shape = Shape::new(&[2, 2], &[(0, 1)]);
    let family = shape.family(None);
    let whole = shape.tally(&units(&shape, &[1, 2, 3, 4]));
    assert!(Counts::of(&family, std::slice::from_ref(&whole)).is_ok());
    let by_a = Tally { by: vec!["a".to_owned()], rows: vec![(vec![category("a", 0)], 3)] };
    assert!(matches!(Counts::of(&family, std::slice::from_ref(&by_a)), Err(SuppressionError::UnknownDimension(_))));
    assert_eq!(Counts::of(&family, &[by_a, whole.clone()]).err(), Some(SuppressionError::Disagreement));
    let mut strange = whole;
    strange.rows.push((vec![category("a", 0), category("b", 7)], 1));
    assert!(matches!(Counts::of(&family, &[strange]), Err(SuppressionError::UnknownCategory { .. })));
}

#[test]
fn a_count_that_one_town_dominates_is_hidden_with_another_one() {
    let shape = Shape::new(&[2, 3], &[]);
    let family = shape.family(Some("a"));
    let tally = shape.tally(&units(&shape, &[19, 12, 7, 1, 9, 9]));
    let counts = Counts::of(&family, &[tally]).unwrap();
    let reading = read(&publish(&counts, Rules::new(5, 85).unwrap(), Known::default()).unwrap());
    assert_eq!(reading[&vec![(1, 0)]], None, "19 of 20 come from one town");
    assert_eq!(reading[&vec![(1, 1)]], Some(21));
    assert_eq!(reading[&vec![(1, 2)]], None, "or the first could be computed");
    assert_eq!(reading[&vec![(0, 0)]], Some(38), "a town does not dominate itself");
}

#[test]
fn the_movement_of_a_whole_district_counts_who_came_and_who_left() {
    let shape = Shape::new(&[2, 2], &[]);
    let family = shape.family(None);
    let of = |counts: &[u32]| Counts::of(&family, &[shape.tally(&units(&shape, counts))]).unwrap();
    let march = publish(&of(&[5, 5, 5, 5]), rules(3), Known::default()).unwrap();
    for (arrivals, now, expected) in [([0; 4], [5; 4], 0), ([2, 0, 0, 0], [4, 5, 5, 5], 5), ([0; 4], [6, 5, 5, 5], 1)] {
        assert_eq!(movement(&march, &of(&arrivals), &of(&now)), Some(expected));
    }
}

#[test]
fn too_few_people_are_not_published_at_all() {
    let shape = Shape::new(&[2, 2], &[(0, 1)]);
    assert!(shape.publish(&units(&shape, &[1, 1, 1, 1]), rules(5), Known::default()).is_none());
    assert!(shape.publish(&units(&shape, &[2, 1, 1, 1]), rules(5), Known::default()).is_some());
}
