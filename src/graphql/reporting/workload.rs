//! Workload: what employers see of the work of their own staff.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, Object};
use chrono::NaiveDate;

use crate::access::{Action, verb};
use crate::domain::period::Month;
use crate::domain::reporting::caseload::Weights;
use crate::domain::reporting::suppression::{Audience, Figure, Thresholds};
use crate::domain::reporting::workload;
use crate::error::Failure;
use crate::graphql::connection::{List, PageArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{OwnCasesOf, OwnFteOf};
use crate::graphql::staffing::staff_member::StaffMember;
use crate::store::reporting::{caseload, caseload_setting};
use crate::store::staffing::staff_member;

/// `Workload` of the schema; the description that its readers see stands on the `impl`.
pub struct Workload {
    case_manager: staff_member::StaffMember,
    weights: Weights,
    day: NaiveDate,
}

impl Workload {
    async fn seen(&self, ctx: &Context<'_>) -> Result<workload::Workload, Failure> {
        let cases = ctx.load(OwnCasesOf { lead: self.case_manager.id, day: self.day }).await?.unwrap_or_default();
        Ok(workload::of(&cases, &self.weights, Thresholds::default().of(Audience::Employer)))
    }
}

/// The workload of a case manager, as the employer may see it: counts, and nothing about cases. For employers, of their own
/// staff: those who hold a case-management position today or still lead cases that are not closed.
#[Object]
impl Workload {
    /// The case manager.
    async fn case_manager(&self) -> StaffMember {
        StaffMember::from(self.case_manager.clone())
    }

    /// The reporting date (Stichtag): the last day of the last month that is over. Figures of today would tell on which day a
    /// case was opened.
    async fn reporting_on(&self) -> NaiveDate {
        self.day
    }

    /// Full-time equivalents (Vollzeitäquivalente) that the person holds in case-management positions today, in hundredths.
    async fn fte_hundredths(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        Ok(ctx.load(OwnFteOf(self.case_manager.id)).await?.unwrap_or(0))
    }

    /// Cases that this person leads and that were not closed on the reporting date; null if they are fewer than three, none
    /// included (then `suppressed` is true).
    async fn open_cases(&self, ctx: &Context<'_>) -> Result<Option<i32>, Failure> {
        Ok(match self.seen(ctx).await?.cases {
            Figure::Shown(cases) => Some(i32::try_from(cases).unwrap_or(i32::MAX)),
            Figure::Hidden => None,
        })
    }

    /// Whether the number of cases is hidden. A hidden number need not be zero.
    async fn suppressed(&self, ctx: &Context<'_>) -> Result<bool, Failure> {
        Ok(self.seen(ctx).await?.cases == Figure::Hidden)
    }

    /// What the cases weigh together by their intensity, in hundredths of a standard case and rounded to five of them; null
    /// where it would tell of what intensity the cases are.
    async fn weighted_load_hundredths(&self, ctx: &Context<'_>) -> Result<Option<i32>, Failure> {
        Ok(self.seen(ctx).await?.load_hundredths.map(|load| i32::try_from(load).unwrap_or(i32::MAX)))
    }
}

/// Queries for workloads.
#[derive(Default)]
pub struct WorkloadQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl WorkloadQueries {
    /// The workloads of the own case managers, by name. For employers; there is no sum, so that no hidden number can be
    /// computed from it.
    #[graphql(guard = "Requires(Action::ReadWorkload)")]
    async fn workload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<List<Workload>, Failure> {
        const LIST: &str = "workload";
        let arguments = PageArguments { first, after, last, before };
        let window = arguments.window(ctx, LIST, SortDirection::Asc)?;
        let permit = ctx.permit::<verb::ReadWorkload>()?;
        let this_month = Month::of(permit.today()).first_day();
        let day = this_month.pred_opt().unwrap_or(this_month);
        let setting = caseload_setting::of_day(ctx.store().reader(), &permit, day).await?;
        let weights = setting.as_ref().map_or(Weights::PRESET, caseload_setting::weights);
        let page = caseload::page(ctx.store(), &permit, &window).await?;
        let node = |case_manager| Workload { case_manager, weights, day };
        connect(ctx, LIST, &arguments, page, EmptyFields, staff_member::boundary, node)
    }
}
