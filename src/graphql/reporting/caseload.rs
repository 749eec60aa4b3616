//! Caseload: how much work the case managers have, for the supervisory centre.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, Object};
use chrono::NaiveDate;
use entity::codes::{LoadAssessment, QualityHintKind};
use uuid::Uuid;

use crate::access::{Action, verb};
use crate::domain::reporting::caseload::{PlanningKey, Weights, load_per_fte};
use crate::domain::reporting::hint::Limits;
use crate::error::Failure;
use crate::graphql::casework::case::Case;
use crate::graphql::connection::{List, PageArguments, RelationArguments, SortDirection, connect, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{FteOf, HintsOf, LoadOf};
use crate::graphql::staffing::staff_member::StaffMember;
use crate::store::reporting::caseload::{self, Load};
use crate::store::reporting::{caseload_setting, hint};
use crate::store::staffing::staff_member;

/// `Caseload` of the schema; the description that its readers see stands on the `impl`.
pub struct Caseload {
    case_manager: staff_member::StaffMember,
    weights: Weights,
    planning_key: PlanningKey,
    limits: Limits,
}

impl Caseload {
    async fn cases(&self, ctx: &Context<'_>) -> Result<Load, Failure> {
        Ok(ctx.load(LoadOf(self.case_manager.id)).await?.unwrap_or_default())
    }

    async fn fte(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        Ok(ctx.load(FteOf(self.case_manager.id)).await?.unwrap_or(0))
    }
}

fn number(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn hundredths(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// The caseload of a case manager: somebody who holds a case-management position today, or still leads cases that are not
/// closed. For supervisors only. Cases are weighted by their intensity, as the setting of the district says.
#[Object]
impl Caseload {
    /// The case manager.
    async fn case_manager(&self) -> StaffMember {
        StaffMember::from(self.case_manager.clone())
    }

    /// Cases that this person leads and that are not closed, paused ones included.
    async fn open_cases(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        Ok(number(self.cases(ctx).await?.cases.count()))
    }

    /// Of these: cases that rest.
    async fn paused_cases(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        Ok(number(self.cases(ctx).await?.paused))
    }

    /// Of the open ones: short advice.
    async fn short_advice_cases(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        Ok(number(self.cases(ctx).await?.cases.short_advice))
    }

    /// Of the open ones: the usual.
    async fn standard_cases(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        Ok(number(self.cases(ctx).await?.cases.standard))
    }

    /// Of the open ones: much more work than usual.
    async fn intensive_cases(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        Ok(number(self.cases(ctx).await?.cases.intensive))
    }

    /// What the open cases weigh together, in hundredths of a standard case: 1600 is the work of sixteen standard cases.
    async fn weighted_load_hundredths(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        Ok(hundredths(self.cases(ctx).await?.cases.load(&self.weights)))
    }

    /// Full-time equivalents (Vollzeitäquivalente) that the person holds in case-management positions today, in hundredths.
    async fn fte_hundredths(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        self.fte(ctx).await
    }

    /// The weighted load for one full-time equivalent, in hundredths of a standard case; null if the person holds no position
    /// today.
    async fn load_per_fte_hundredths(&self, ctx: &Context<'_>) -> Result<Option<i32>, Failure> {
        let load = self.cases(ctx).await?.cases.load(&self.weights);
        Ok(load_per_fte(load, self.fte(ctx).await?).map(hundredths))
    }

    /// How that compares with the planning key of the district. It warns and blocks nothing; null if the person holds no
    /// position today.
    async fn assessment(&self, ctx: &Context<'_>) -> Result<Option<LoadAssessment>, Failure> {
        let load = self.cases(ctx).await?.cases.load(&self.weights);
        Ok(load_per_fte(load, self.fte(ctx).await?).map(|load| self.planning_key.assess(load)))
    }

    /// Hints about the quality of the work, those that wait longest first: phases that take longer than the setting of the
    /// district says, no plan agreed, no contact for long. Of paused cases there are none, and short advice needs no plan.
    async fn quality_hints(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<QualityHint>, Failure> {
        let key = HintsOf { lead: self.case_manager.id, limits: self.limits };
        let hints = ctx.load(key).await?.unwrap_or_default();
        let limits = self.limits;
        let node = move |hint: hint::Hint| QualityHint { limit_days: limits.of(hint.kind, hint.case.phase), hint };
        connect_loaded(ctx, "qualityHints", &RelationArguments { first, after }, hints, place, node)
    }
}

/// Tells hints apart: a case can have one of each kind.
fn place(hint: &hint::Hint) -> Uuid {
    let kind = QualityHintKind::ALL.iter().zip(1_u128..).find(|(kind, _)| **kind == hint.kind);
    Uuid::from_u128(hint.case.id.0.as_u128() ^ kind.map_or(0, |(_, number)| number))
}

/// `QualityHint` of the schema; the description that its readers see stands on the `impl`.
pub struct QualityHint {
    hint: hint::Hint,
    limit_days: Option<i32>,
}

/// A hint about the quality of the work in a case (Qualitätshinweis). It asks for a look and judges nobody.
#[Object]
impl QualityHint {
    /// What it is about.
    async fn kind(&self) -> QualityHintKind {
        self.hint.kind
    }

    /// The case, pseudonymous.
    async fn case(&self) -> Case {
        Case(self.hint.case.clone())
    }

    /// Since when the case waits.
    async fn since(&self) -> NaiveDate {
        self.hint.since
    }

    /// How many days it may wait by the setting of the district; null if the setting says nothing of its phase.
    async fn limit_days(&self) -> Option<i32> {
        self.limit_days
    }
}

/// Queries for caseloads.
#[derive(Default)]
pub struct CaseloadQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl CaseloadQueries {
    /// The caseloads of all case managers of the district, by name, as of now. For supervisors at the integration centre.
    #[graphql(guard = "Requires(Action::ReadCaseload)")]
    async fn caseload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<List<Caseload>, Failure> {
        const LIST: &str = "caseload";
        let arguments = PageArguments { first, after, last, before };
        let window = arguments.window(ctx, LIST, SortDirection::Asc)?;
        let permit = ctx.permit::<verb::ReadCaseload>()?;
        let setting = caseload_setting::of_day(ctx.store().reader(), &permit, permit.today()).await?;
        let weights = setting.as_ref().map_or(Weights::PRESET, caseload_setting::weights);
        let planning_key = setting.as_ref().map_or(PlanningKey::PRESET, caseload_setting::planning_key);
        let limits = setting.as_ref().map_or(Limits::PRESET, caseload_setting::limits);
        let page = caseload::page(ctx.store(), &permit, &window).await?;
        let node = |case_manager| Caseload { case_manager, weights, planning_key, limits };
        connect(ctx, LIST, &arguments, page, EmptyFields, staff_member::boundary, node)
    }
}
