//! Staffing figures: planned, filled and vacant full-time equivalents per month.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::codes::BuildingBlock;
use entity::ids::OrganisationId;

use crate::domain::period::{Month, Period};
use crate::domain::staffing::position::Share;

/// What the figures need to know of a position.
#[derive(Clone, Debug)]
pub struct Post {
    /// Building block.
    pub building_block: BuildingBlock,
    /// Employer.
    pub employer: OrganisationId,
    /// Full-time equivalents in hundredths.
    pub fte_hundredths: i32,
    /// From when until when it exists: by its approval, or from its making on while it is only planned.
    pub exists: Period,
    /// Its holders.
    pub occupancies: Vec<Share>,
}

/// What the figures can be split by. What is `None` is summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// The month; figures are those of its last day (Stichtag).
    pub month: Option<Month>,
    /// Building block.
    pub building_block: Option<BuildingBlock>,
    /// Employer.
    pub employer: Option<OrganisationId>,
}

/// Full-time equivalents in hundredths on the reporting date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Number of positions.
    pub positions: i32,
    /// Full-time equivalents of the positions.
    pub planned_hundredths: i32,
    /// Of these: with a holder.
    pub filled_hundredths: i32,
}

impl Figures {
    /// Of the planned ones: without a holder.
    #[must_use]
    pub const fn vacant_hundredths(&self) -> i32 {
        self.planned_hundredths.saturating_sub(self.filled_hundredths)
    }
}

/// Which of the three splits are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Split {
    /// By building block.
    pub building_block: bool,
    /// By employer.
    pub employer: bool,
}

/// The figures of each reporting date, split as asked. Groups without a position do not appear.
#[must_use]
pub fn staffing(
    posts: &[Post],
    reporting_dates: &[(Option<Month>, NaiveDate)],
    split: Split,
) -> BTreeMap<Group, Figures> {
    let mut table: BTreeMap<Group, Figures> = BTreeMap::new();
    for (month, day) in reporting_dates {
        for post in posts.iter().filter(|post| post.exists.contains(*day)) {
            let group = Group {
                month: *month,
                building_block: split.building_block.then_some(post.building_block),
                employer: split.employer.then_some(post.employer),
            };
            let filled: i32 = post
                .occupancies
                .iter()
                .filter(|share| share.period.contains(*day))
                .map(|share| share.fte_hundredths)
                .sum();
            let figures = table.entry(group).or_default();
            figures.positions = figures.positions.saturating_add(1);
            figures.planned_hundredths = figures.planned_hundredths.saturating_add(post.fte_hundredths);
            figures.filled_hundredths = figures.filled_hundredths.saturating_add(filled);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use entity::codes::BuildingBlock;
    use entity::ids::{Identifier, OrganisationId};

    use super::{Post, Split, staffing};
    use crate::domain::period::{Month, Period};
    use crate::domain::staffing::position::Share;

    #[test]
    fn vacant_is_what_is_planned_and_has_no_holder_on_the_last_day_of_the_month() {
        let day = |month, day| NaiveDate::from_ymd_opt(2023, month, day).unwrap();
        let post = Post {
            building_block: BuildingBlock::CaseManagement,
            employer: OrganisationId::new(),
            fte_hundredths: 100,
            exists: Period::new(day(1, 1), Some(day(12, 31))),
            occupancies: vec![Share { fte_hundredths: 75, period: Period::new(day(7, 31), None) }],
        };
        let dates: Vec<_> =
            [6, 7, 12].map(|month| Month::of(day(month, 1))).map(|month| (Some(month), month.last_day())).into();
        let table = staffing(&[post], &dates, Split { building_block: false, employer: false });
        let rows: Vec<_> = table
            .values()
            .map(|row| (row.planned_hundredths, row.filled_hundredths, row.vacant_hundredths()))
            .collect();
        assert_eq!(rows, [(100, 0, 100), (100, 75, 25)]);
    }
}
