//! What the suppression of small numbers costs: `cargo bench --bench suppression`. It runs away from requests (once a
//! quarter for each district), so what counts is that it is bounded.

use std::time::{Duration, Instant};

use kim::domain::reporting::suppression::family::{Counts, Family, Known, Tally, publish};
use kim::domain::reporting::suppression::{Before, Dimension, Population, Query, Rules, SuppressionError, suppress};

/// A small generator of its own, so that the data are the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33).checked_rem(sides).unwrap_or(0)
    }

    /// The category of one unit; lower ones are more frequent.
    fn category(&mut self, size: u64) -> u64 {
        self.roll(size).min(self.roll(size))
    }
}

fn dimensions(sizes: &[u64]) -> Vec<Dimension> {
    let named = |(at, size): (usize, &u64)| Dimension {
        name: format!("d{at}"),
        categories: (0..*size).map(|category| format!("c{category:02}")).collect(),
    };
    sizes.iter().enumerate().map(named).collect()
}

fn units(sizes: &[u64], number: usize) -> Vec<Vec<String>> {
    let mut dice = Dice(number.try_into().unwrap_or(1));
    (0..number).map(|_| sizes.iter().map(|size| format!("c{:02}", dice.category(*size))).collect()).collect()
}

fn timed<T>(what: &str, run: impl Fn() -> Result<T, SuppressionError>) -> Result<(), SuppressionError> {
    let mut slowest = Duration::ZERO;
    for _ in 0..5 {
        let begun = Instant::now();
        run()?;
        slowest = slowest.max(begun.elapsed());
    }
    println!("{what}: {:.1} ms", slowest.as_secs_f64() * 1000.0);
    Ok(())
}

/// All tables of a district: eleven towns crossed with seven dimensions, two of which are crossed with a further one.
fn a_district(number: usize) -> Result<(), SuppressionError> {
    let sizes = [11, 7, 3, 2, 13, 4, 11, 10, 19];
    let pairs = [
        ("d0", "d1"),
        ("d0", "d2"),
        ("d0", "d3"),
        ("d0", "d4"),
        ("d0", "d5"),
        ("d0", "d6"),
        ("d5", "d7"),
        ("d6", "d8"),
    ];
    let family = Family::new(dimensions(&sizes), &pairs, Some("d0"))?;
    let rows = units(&sizes, number).into_iter().map(|unit| (unit, 1)).collect();
    let tally = Tally { by: (0..sizes.len()).map(|at| format!("d{at}")).collect(), rows };
    let rules = Rules::new(5, 85)?;
    timed(&format!("all tables of a district with {number} cases"), || {
        Ok(publish(&Counts::of(&family, std::slice::from_ref(&tally))?, rules, Known::default()))
    })
}

/// Queries at the bounds of one call.
fn at_the_bounds(sizes: &[u64], number: usize) -> Result<(), SuppressionError> {
    let mut population = Population::new(dimensions(sizes), None)?;
    let names: Vec<String> = (0..sizes.len()).map(|at| format!("d{at}")).collect();
    for unit in units(sizes, number) {
        let named: Vec<(&str, &str)> =
            names.iter().zip(&unit).map(|(name, category)| (name.as_str(), category.as_str())).collect();
        population.add(&named, 1)?;
    }
    let pairs = names.iter().enumerate().flat_map(|(at, one)| {
        names.iter().skip(at.saturating_add(1)).map(|other| Query::by([one.as_str(), other.as_str()]))
    });
    let queries: Vec<Query> = pairs.collect();
    let rules = Rules::new(5, 85)?;
    timed(&format!("all pairs of {sizes:?} with {number} units"), || {
        suppress(&population, &queries, rules, Before::default())
    })
}

fn main() -> Result<(), SuppressionError> {
    for number in [60, 240, 1000, 10_000] {
        a_district(number)?;
    }
    for number in [40, 100, 400] {
        at_the_bounds(&[27, 27], number)?;
        at_the_bounds(&[4, 4, 4], number)?;
        at_the_bounds(&[2, 2, 2, 2], number)?;
    }
    Ok(())
}
