//! Staffing figures.

use std::collections::HashMap;

use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::NaiveDate;
use entity::codes::{BuildingBlock, PositionStatus};
use entity::ids::{OrganisationId, PositionId};

use crate::access::{Action, verb};
use crate::domain::period::{Month, Period};
use crate::domain::staffing::figures::{Post, Split, staffing};
use crate::domain::staffing::position::Share;
use crate::error::{ErrorCode, Failure};
use crate::graphql::context::Ask;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::guard::Requires;
use crate::store::staffing::position::Position;
use crate::store::staffing::{occupancy, position};

/// The most months that figures are given for at once.
const MONTHS_MAXIMUM: usize = 60;

/// What staffing figures can be split by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum StaffingGroup {
    /// One row per building block.
    BuildingBlock,
    /// One row per employer.
    Employer,
    /// One row per month. Without it, the figures are those of one day: the last day of `untilMonth`.
    Month,
}

/// One row of the staffing figures, of one reporting date.
pub struct StaffingRow {
    month: Option<Month>,
    day: NaiveDate,
    building_block: Option<BuildingBlock>,
    employer: Option<OrganisationId>,
    figures: FigureSet,
}

/// Figures of a row.
#[derive(Clone, Copy, SimpleObject)]
pub struct FigureSet {
    /// Number of positions.
    positions: i32,
    /// Full-time equivalents of these positions, in hundredths.
    planned_fte_hundredths: i32,
    /// Of the planned ones: with a holder on the reporting date, in hundredths.
    filled_fte_hundredths: i32,
    /// Of the planned ones: without a holder on the reporting date, in hundredths.
    vacant_fte_hundredths: i32,
}

/// One row of the staffing figures.
#[Object]
impl StaffingRow {
    /// First day of the month; null unless split by month.
    async fn month(&self) -> Option<NaiveDate> {
        self.month.map(Month::first_day)
    }

    /// The reporting date (Stichtag): the last day of the month.
    async fn reporting_date(&self) -> NaiveDate {
        self.day
    }

    /// The building block; null unless split by building block.
    async fn building_block(&self) -> Option<BuildingBlock> {
        self.building_block
    }

    /// The employer; null unless split by employer.
    async fn employer(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        let Some(employer) = self.employer else { return Ok(None) };
        Ok(ctx.load(employer).await?.map(Organisation))
    }

    /// The figures.
    async fn figures(&self) -> FigureSet {
        self.figures
    }
}

fn exists(position: &Position) -> Period {
    let from = position.approved_from.unwrap_or_else(|| crate::clock::legal_day(position.created_at));
    let ends = [position.approved_until, position.ended_on];
    Period::new(from, ends.into_iter().flatten().min())
}

/// Queries for staffing figures.
#[derive(Default)]
pub struct StaffingQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl StaffingQueries {
    /// Planned, filled and vacant full-time equivalents of the positions that you may see, on the last day of each month.
    /// A position counts from its approval (or, while only planned, from its recording) until its approval or the position
    /// itself ends. Groups without a position do not appear. At most 60 months.
    #[graphql(guard = "Requires(Action::ReadPosition)")]
    async fn staffing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Any day of the first month.")] from_month: NaiveDate,
        #[graphql(desc = "Any day of the last month.")] until_month: NaiveDate,
        #[graphql(desc = "What to split by; an empty list gives one sum.")] group_by: Vec<StaffingGroup>,
    ) -> Result<Vec<StaffingRow>, Failure> {
        let months = months(from_month, until_month)?;
        let by_month = group_by.contains(&StaffingGroup::Month);
        let dates: Vec<(Option<Month>, NaiveDate)> = if by_month {
            months.iter().map(|month| (Some(*month), month.last_day())).collect()
        } else {
            months.last().map(|month| (None, month.last_day())).into_iter().collect()
        };
        let permit = ctx.permit::<verb::ReadPosition>()?;
        let positions = position::all(ctx.store(), &permit).await?;
        let mut shares: HashMap<PositionId, Vec<Share>> = HashMap::new();
        for row in occupancy::all(ctx.store(), &permit).await? {
            shares.entry(row.position_id).or_default().push(Share::from(&row));
        }
        let posts: Vec<Post> = positions
            .iter()
            // What ended before it was approved never existed.
            .filter(|position| position.status != PositionStatus::Ended || position.approved_from.is_some())
            .map(|position| Post {
                building_block: position.building_block,
                employer: position.employer_id,
                fte_hundredths: position.fte_hundredths,
                exists: exists(position),
                occupancies: shares.remove(&position.id).unwrap_or_default(),
            })
            .collect();
        let split = Split {
            building_block: group_by.contains(&StaffingGroup::BuildingBlock),
            employer: group_by.contains(&StaffingGroup::Employer),
        };
        let last_day = dates.last().map(|(_, day)| *day).unwrap_or(until_month);
        Ok(staffing(&posts, &dates, split)
            .into_iter()
            .map(|(group, figures)| StaffingRow {
                month: group.month,
                day: group.month.map_or(last_day, Month::last_day),
                building_block: group.building_block,
                employer: group.employer,
                figures: FigureSet {
                    positions: figures.positions,
                    planned_fte_hundredths: figures.planned_hundredths,
                    filled_fte_hundredths: figures.filled_hundredths,
                    vacant_fte_hundredths: figures.vacant_hundredths(),
                },
            })
            .collect())
    }
}

fn months(from: NaiveDate, until: NaiveDate) -> Result<Vec<Month>, Failure> {
    let bad = |detail: String| Failure::new(ErrorCode::BadInput).with("detail", detail);
    let (first, last) = (Month::of(from), Month::of(until));
    if last < first {
        return Err(bad("untilMonth lies before fromMonth".to_owned()));
    }
    let months: Vec<Month> = std::iter::successors(Some(first), |month| Some(month.next()))
        .take_while(|month| *month <= last)
        .take(MONTHS_MAXIMUM.saturating_add(1))
        .collect();
    if months.len() > MONTHS_MAXIMUM {
        return Err(bad(format!("at most {MONTHS_MAXIMUM} months at once")));
    }
    Ok(months)
}
