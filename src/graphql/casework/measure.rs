//! Measures towards goals.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{MeasureStatus, TextKind};

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::casework::measure::{MeasureAddInput, MeasureSetStatusInput};
use crate::domain::casework::plan::{MEASURE_STEPS, measure_blocked_by};
use crate::error::Failure;
use crate::graphql::casework::case::Case;
use crate::graphql::casework::goal::{Goal, surroundings, with_rights};
use crate::graphql::casework::text::text;
use crate::graphql::connection::{List, PageArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::errors::UserError;
use crate::graphql::guard::Requires;
use crate::graphql::payload::payload;
use crate::store::casework::measure::{self as records, MeasureFilter};

/// `Measure` of the schema; the description that its readers see stands on the `impl`.
pub struct Measure(pub records::Measure);

/// A step that a measure could take.
#[derive(SimpleObject)]
pub struct MeasureTransitionState {
    /// The status that `measureSetStatus` would give it.
    name: MeasureStatus,
    /// Whether you can do so now.
    allowed: bool,
    /// What stands in the way: the state of the plan or the case, or your roles (`FORBIDDEN`). Empty if allowed.
    blocked_by: Vec<UserError>,
}

/// A measure towards a goal (Maßnahme): a referral to an offer, and what became of it. One that ends as NOT_AVAILABLE is the
/// raw signal of a structural gap. The lead and the substitute see it, supervisors see it without its texts.
#[Object]
impl Measure {
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The case that it belongs to: pseudonymous.
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Failure> {
        Ok(ctx.load(self.0.case_id).await?.map(Case))
    }

    /// The goal that it serves.
    async fn goal(&self, ctx: &Context<'_>) -> Result<Option<Goal>, Failure> {
        Ok(ctx.load(self.0.goal_id).await?.map(Goal))
    }

    /// The area of need (Bedarfsbereich), that of its goal: a code of the list NEED_AREA, e.g. `LANGUAGE`.
    async fn need_area(&self) -> &str {
        &self.0.need_area
    }

    /// Where it stands.
    async fn status(&self) -> MeasureStatus {
        self.0.status
    }

    /// Since when.
    async fn status_since(&self) -> NaiveDate {
        self.0.status_since
    }

    /// The institution that offers it, refused it or should offer it; null if none was named.
    async fn institution(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        let Some(id) = self.0.institution_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Organisation))
    }

    /// What stood in the way (Hürde): a code of the list BARRIER_KIND, e.g. `WAITING_TIME`; null unless it was REFUSED or
    /// NOT_AVAILABLE and somebody said why.
    async fn barrier_kind(&self) -> Option<&str> {
        self.0.barrier_kind.as_deref()
    }

    /// What is to be done; null (with an entry in `extensions.redactions`) if it does not open for you.
    async fn text(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0.id.0, TextKind::Measure).await
    }

    /// How it went; null if nothing was written down, or (with an entry in `extensions.redactions`) if it does not open for
    /// you.
    async fn outcome(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0.id.0, TextKind::Outcome).await
    }

    /// The steps from its present status, with what stands in the way. `measureSetStatus` decides by the same table.
    async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<MeasureTransitionState>, Failure> {
        let Some(goal) = ctx.load(self.0.goal_id).await? else { return Ok(Vec::new()) };
        let Some((case, plan)) = surroundings(ctx, self.0.case_id, goal.plan_id).await? else { return Ok(Vec::new()) };
        let reached = MEASURE_STEPS.iter().filter(|(from, _)| *from == self.0.status).flat_map(|(_, to)| to.iter());
        reached
            .map(|to| {
                let blocked_by = with_rights(ctx, measure_blocked_by(case, plan, self.0.status, *to))?;
                Ok(MeasureTransitionState { name: *to, allowed: blocked_by.is_empty(), blocked_by })
            })
            .collect()
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the record was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

payload! {
    /// The answer to a command about a measure.
    MeasurePayload {
        /// The measure as it stands now; null if rules forbade the command.
        measure: Measure
    } from records::Measure, Measure
}

/// Queries about measures.
#[derive(Default)]
pub struct MeasureQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl MeasureQueries {
    /// The measures of all cases that you may see, newest first: for supervisors all of the district, pseudonymously and
    /// without their texts. With `statusIn: [NOT_AVAILABLE]` what could not be had.
    #[graphql(guard = "Requires(Action::ReadCase)")]
    async fn measures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if left out.")] filter: Option<MeasureFilter>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Measure>, Failure> {
        const LIST: &str = "measures";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let permit = ctx.permit::<verb::ReadCase>()?;
        let page = records::page(ctx.store(), &permit, &filter.unwrap_or_default(), &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, Measure)
    }
}

/// Commands about measures.
#[derive(Default)]
pub struct MeasureMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl MeasureMutations {
    /// Adds a measure to a goal of a draft or of the agreed plan. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn measure_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The measure.")] input: MeasureAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<MeasurePayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Records that a measure stands elsewhere now, along the steps that `Measure.availableTransitions` shows. How it ended is
    /// never taken back: another try is another measure. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn measure_set_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The measure and where it stands.")] input: MeasureSetStatusInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<MeasurePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
