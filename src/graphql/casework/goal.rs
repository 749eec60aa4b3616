//! Goals of support plans.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{CaseStatus, GoalStatus, PlanStatus, TextKind};
use entity::ids::{CaseId, SupportPlanId};

use crate::access::Action;
use crate::commands::CommandOptions;
use crate::commands::casework::goal::{GoalAddInput, GoalSetStatusInput};
use crate::domain::casework::plan::{GOAL_STEPS, goal_blocked_by};
use crate::error::{self, ErrorCode, Failure};
use crate::graphql::casework::measure::Measure;
use crate::graphql::casework::support_plan::SupportPlan;
use crate::graphql::casework::text::text;
use crate::graphql::connection::{List, RelationArguments, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::errors::UserError;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::MeasuresOf;
use crate::graphql::payload::payload;
use crate::store::casework::goal as records;

/// `Goal` of the schema; the description that its readers see stands on the `impl`.
pub struct Goal(pub records::Goal);

/// A step that a goal could take.
#[derive(SimpleObject)]
pub struct GoalTransitionState {
    /// The status that `goalSetStatus` would give it.
    name: GoalStatus,
    /// Whether you can do so now.
    allowed: bool,
    /// What stands in the way: the state of the plan or the case, or your roles (`FORBIDDEN`). Empty if allowed.
    blocked_by: Vec<UserError>,
}

/// Where case and plan of something stand; absent if they are out of reach.
pub(super) async fn surroundings(
    ctx: &Context<'_>,
    case: CaseId,
    plan: SupportPlanId,
) -> Result<Option<(CaseStatus, PlanStatus)>, Failure> {
    let (case, plan) = futures_util::try_join!(ctx.load(case), ctx.load(plan))?;
    Ok(case.zip(plan).map(|(case, plan)| (case.status, plan.status)))
}

/// Adds that the reader may not work on cases, where that is so.
pub(super) fn with_rights(ctx: &Context<'_>, mut blocks: Vec<error::UserError>) -> Result<Vec<UserError>, Failure> {
    if !ctx.actor()?.may(Action::WorkOnCase) {
        blocks.push(error::UserError::at("", ErrorCode::Forbidden));
    }
    Ok(blocks.into_iter().map(UserError).collect())
}

/// A goal of a support plan (Ziel). The lead and the substitute see it, supervisors see it without its texts.
#[Object]
impl Goal {
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The support plan that it belongs to.
    async fn support_plan(&self, ctx: &Context<'_>) -> Result<Option<SupportPlan>, Failure> {
        Ok(ctx.load(self.0.plan_id).await?.map(SupportPlan))
    }

    /// The area of need (Bedarfsbereich): a code of the list NEED_AREA, e.g. `LANGUAGE`.
    async fn need_area(&self) -> &str {
        &self.0.need_area
    }

    /// Where it stands.
    async fn status(&self) -> GoalStatus {
        self.0.status
    }

    /// Since when.
    async fn status_since(&self) -> NaiveDate {
        self.0.status_since
    }

    /// By when it is to be reached; null if no day is set.
    async fn target_on(&self) -> Option<NaiveDate> {
        self.0.target_on
    }

    /// The goal of the plan before from which it was carried over; null if it is new.
    async fn carried_from_id(&self) -> Option<ID> {
        self.0.carried_from_id.map(Into::into)
    }

    /// What is to be reached; null (with an entry in `extensions.redactions`) if it does not open for you.
    async fn text(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0.id.0, TextKind::Goal).await
    }

    /// How it ended; null if nothing was written down, or (with an entry in `extensions.redactions`) if it does not open for
    /// you.
    async fn outcome(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0.id.0, TextKind::Outcome).await
    }

    /// The measures towards it, in the order in which they were added.
    async fn measures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Measure>, Failure> {
        let rows = ctx.load(MeasuresOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        connect_loaded(ctx, "goal measures", &arguments, rows, |row| row.id.0, Measure)
    }

    /// The steps from its present status, with what stands in the way. `goalSetStatus` decides by the same table.
    async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<GoalTransitionState>, Failure> {
        let Some((case, plan)) = surroundings(ctx, self.0.case_id, self.0.plan_id).await? else {
            return Ok(Vec::new());
        };
        let reached = GOAL_STEPS.iter().filter(|(from, _)| *from == self.0.status).flat_map(|(_, to)| to.iter());
        reached
            .map(|to| {
                let blocked_by = with_rights(ctx, goal_blocked_by(case, plan, self.0.status, *to))?;
                Ok(GoalTransitionState { name: *to, allowed: blocked_by.is_empty(), blocked_by })
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
    /// The answer to a command about a goal.
    GoalPayload {
        /// The goal as it stands now; null if rules forbade the command.
        goal: Goal
    } from records::Goal, Goal
}

/// Commands about goals.
#[derive(Default)]
pub struct GoalMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl GoalMutations {
    /// Adds a goal to a draft. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn goal_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The goal.")] input: GoalAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<GoalPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Records that a goal stands elsewhere now, along the steps that `Goal.availableTransitions` shows. For the lead and the
    /// substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn goal_set_status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The goal and where it stands.")] input: GoalSetStatusInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<GoalPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
