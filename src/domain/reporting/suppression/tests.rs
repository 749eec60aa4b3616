//! What the suppression of small numbers promises, held against attackers.

use proptest::prelude::*;

use super::attack::{Attacker, Circulation, Dice};
use super::*;

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
        let categories: Vec<(&str, &str)> = categories.iter().map(|(label, name)| (*label, name.as_str())).collect();
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
                let hidden_inside = release.reason(query, &place) == Some(Reason::Inner);
                let width = match (attacker.sum(&cells) < k, release.is_withheld() || hidden_inside) {
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
        assert!(width >= *least, "{what} is known within {width}, not {least}; cells {counts:?}, k {smallest_shown}");
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
        let before = Before { same_data: &[&earlier], ..Before::default() };
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
    fn answers_to_two_audiences_together_tell_what_the_inner_one_is_told(
        (sizes, counts, k) in tables(),
        more in 1..4_u32,
    ) {
        let population = population(&sizes, &counts);
        let query = [all_by(&sizes)];
        let inner = release(&population, &query, k);
        let before = Before { inner: Some(&inner), ..Before::default() };
        let outer = suppress(&population, &query, rules(k + more), before).unwrap();
        for (place, figure) in outer.table(&query[0]) {
            prop_assert!(figure == Figure::Hidden || inner.figure(&query[0], &place) == Some(figure));
        }
        withstands(&sizes, &counts, k + more, &[(&outer, &query)]);
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
        let before = Before { earlier_data: &[&march], ..Before::default() };
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

/// How many cells of a typical table are hidden, in percent.
fn hidden_percent(cases: usize, k: u32) -> usize {
    let query = Query::by(["a", "b"]);
    let (mut cells, mut hidden) = (0, 0);
    for seed in 1000..1010 {
        let release = release(&typical(cases, seed, 2), std::slice::from_ref(&query), k);
        let table = release.table(&query);
        let inner: Vec<&Figure> =
            table.iter().filter(|(place, _)| place.len() == 2).map(|(_, figure)| figure).collect();
        cells += inner.len();
        hidden += inner.iter().filter(|figure| ***figure == Figure::Hidden).count();
    }
    hidden * 100 / cells
}

#[test]
fn what_is_left_to_see_of_typical_tables_does_not_get_less() {
    let found = [(240, 3), (240, 5), (1000, 3), (1000, 5), (4000, 5)].map(|(cases, k)| hidden_percent(cases, k));
    assert_eq!(found, [75, 88, 38, 52, 19], "percent of eleven towns by eleven groups that is hidden");
}

#[test]
fn no_figure_of_a_typical_table_is_hidden_without_need() {
    for (cases, k) in [(240, 3_u32), (240, 5), (1000, 3)] {
        for seed in 1000..1004 {
            let population = typical(cases, seed, 2);
            let query = Query::by(["a", "b"]);
            let release = release(&population, std::slice::from_ref(&query), k);
            let table = release.table(&query);
            let mut arcs = arcs(&release, &query, &exact(&population, &query));
            for at in 0..table.len() {
                if release.reason(&query, &table[at].0) == Some(Reason::Secondary) {
                    arcs[at].3 = false;
                    assert!(
                        unprotected(&arcs, i64::from(k)) > 0,
                        "{cases} cases, k {k}, seed {seed}: {:?}",
                        table[at].0
                    );
                    arcs[at].3 = true;
                }
            }
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
    let off =
        suppress(&population, std::slice::from_ref(&query), Rules::new(5, 100).unwrap(), Before::default()).unwrap();
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
    let before = Before { same_data: &[&first], ..Before::default() };
    let second = suppress(&population, std::slice::from_ref(&filtered), rules(5), before).unwrap();
    assert_eq!(second.figure(&filtered, &town), Some(Figure::Hidden));
    assert_eq!(second.figure(&all, &town), Some(Figure::Shown(30)));
}

#[test]
fn a_figure_that_moved_a_little_is_not_shown_again_and_one_that_did_not_is() {
    let query = Query::by(["a"]);
    let march = release(&towns(&[20, 30, 40]), std::slice::from_ref(&query), 5);
    let later = |counts: &[u32]| {
        let before = Before { earlier_data: &[&march], ..Before::default() };
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
    let all = [Audience::Centre, Audience::Employer, Audience::Body, Audience::Public];
    assert_eq!(all.map(of), [3, 3, 5, 5]);
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
    assert_eq!(suppress(&wide, &[query], rules(5), Before::default()).err(), Some(SuppressionError::TooManyDimensions));
    let large = Population::new([dimension("a", 64), dimension("b", 64), dimension("c", 2)], None).unwrap();
    for query in [Query::by(["a", "b"]), Query::by(["a", "c"]).only("b", ["b00"])] {
        assert_eq!(suppress(&large, &[query], rules(5), Before::default()).err(), Some(SuppressionError::TooLarge));
    }
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
