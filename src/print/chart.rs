//! Where the bars of a chart stand, in thousandths of its size: the page and the printer draw the same chart.

use chrono::Datelike;
use serde::Serialize;

use super::german;
use super::view::{heading, line};
use super::{Breakdown, Figure, Months};

/// As many months as can be told apart.
const MOST_MONTHS: usize = 24;

/// How large a hidden bar is drawn: always the same, so that it says nothing.
const HIDDEN_SIZE: u32 = 90;

/// Upright bars over months.
#[derive(Debug, Serialize)]
pub struct Columns {
    pub title: String,
    pub alternative: String,
    pub ticks: Vec<Tick>,
    pub columns: Vec<Column>,
}

#[derive(Debug, Serialize)]
pub struct Tick {
    pub at: u32,
    pub label: String,
}

#[derive(Debug, Serialize)]
pub struct Column {
    /// "Jan"
    pub short: String,
    /// "2023", where a year begins.
    pub year: String,
    /// "Januar 2023"
    pub name: String,
    pub size: u32,
    pub value: String,
    pub hidden: bool,
}

/// Lying bars over categories.
#[derive(Debug, Serialize)]
pub struct Bars {
    pub title: String,
    pub alternative: String,
    pub bars: Vec<Bar>,
}

#[derive(Debug, Serialize)]
pub struct Bar {
    pub name: String,
    pub size: u32,
    pub value: String,
    pub hidden: bool,
}

fn share(count: u64, of: u64) -> u32 {
    let thousandths = u128::from(count) * 1000 / u128::from(of.max(1));
    u32::try_from(thousandths).unwrap_or(1000).min(1000)
}

fn size(figure: Figure, of: u64) -> u32 {
    figure.count().map_or(HIDDEN_SIZE, |count| share(count, of))
}

fn largest(figures: impl Iterator<Item = Figure>) -> u64 {
    figures.filter_map(Figure::count).max().unwrap_or(0)
}

/// The distance of the lines: 1, 2 or 5 and zeros, for at most five of them.
fn step(largest: u64) -> u64 {
    let mut ten: u64 = 1;
    loop {
        for factor in [1, 2, 5] {
            let step = ten.saturating_mul(factor);
            if step.saturating_mul(5) >= largest {
                return step;
            }
        }
        ten = ten.saturating_mul(10);
    }
}

fn sentence<'a>(title: &str, values: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let list: Vec<String> = values
        .map(|(name, value)| format!("{name}: {}", if value == german::HIDDEN { "nicht ausgewiesen" } else { value }))
        .collect();
    format!("Balkendiagramm. {title}. {}.", list.join("; "))
}

impl Columns {
    pub fn of(months: &Months) -> Self {
        let from = months.months.len().saturating_sub(MOST_MONTHS);
        let shown: Vec<_> = months.months.iter().skip(from).collect();
        let largest = largest(shown.iter().map(|(_, figure)| *figure)).max(1);
        let step = step(largest);
        let top = largest.div_ceil(step).saturating_mul(step);
        let ticks = (0..=top.div_ceil(step))
            .map(|index| index.saturating_mul(step))
            .map(|value| Tick { at: share(value, top), label: german::number(value) })
            .collect();
        let mut year_before = None;
        let columns: Vec<Column> = shown
            .into_iter()
            .map(|(day, figure)| {
                let new_year = year_before.replace(day.year()) != Some(day.year());
                Column {
                    short: german::short_month(day.month()),
                    year: if new_year { day.year().to_string() } else { String::new() },
                    name: format!("{} {}", german::month(day.month()), day.year()),
                    size: size(*figure, top),
                    value: german::figure(*figure),
                    hidden: figure.count().is_none(),
                }
            })
            .collect();
        let title = heading(&months.title);
        Self {
            alternative: sentence(&title, columns.iter().map(|column| (column.name.as_str(), column.value.as_str()))),
            title,
            ticks,
            columns,
        }
    }
}

impl Bars {
    pub fn of(breakdown: &Breakdown) -> Self {
        let largest = largest(breakdown.bars.iter().map(|(_, figure)| *figure));
        let bars: Vec<Bar> = breakdown
            .bars
            .iter()
            .map(|(name, figure)| Bar {
                name: line(name),
                size: size(*figure, largest),
                value: german::figure(*figure),
                hidden: figure.count().is_none(),
            })
            .collect();
        let title = heading(&breakdown.title);
        Self {
            alternative: sentence(&title, bars.iter().map(|bar| (bar.name.as_str(), bar.value.as_str()))),
            title,
            bars,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_few_and_round() {
        for largest in (1..2_000).chain([u64::MAX / 3, u64::MAX]) {
            let step = step(largest);
            assert!(largest.div_ceil(step) <= 5, "{largest} {step}");
            let lead: u64 = step.to_string().trim_end_matches('0').parse().unwrap_or(0);
            assert!(matches!(lead, 1 | 2 | 5) || step == u64::MAX, "{largest} {step}");
        }
    }

    #[test]
    fn a_hidden_bar_always_has_the_same_size() {
        assert_eq!(size(Figure::Hidden, 7), size(Figure::Hidden, 7_000));
        assert_eq!(share(u64::MAX, u64::MAX), 1000);
    }
}
