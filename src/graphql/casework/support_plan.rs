//! Support plans.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::PlanStatus;
use entity::ids::CaseId;

use crate::access::Action;
use crate::commands::CommandOptions;
use crate::commands::casework::support_plan::{SupportPlanAgreeInput, SupportPlanDraftInput};
use crate::error::Failure;
use crate::graphql::casework::case::Case;
use crate::graphql::casework::goal::Goal;
use crate::graphql::connection::{List, RelationArguments, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{GoalsOf, PlansOf};
use crate::graphql::payload::payload;
use crate::store::casework::support_plan as records;

/// `SupportPlan` of the schema; the description that its readers see stands on the `impl`.
pub struct SupportPlan(pub records::SupportPlan);

/// A support plan (Hilfeplan): goals and measures that case manager and client agree on. A case has at most one draft and at
/// most one agreed plan; the next one to be agreed replaces it. The lead and the substitute see it, supervisors see it without
/// its texts.
#[Object]
impl SupportPlan {
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The case that it belongs to.
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Failure> {
        Ok(ctx.load(self.0.case_id).await?.map(Case))
    }

    /// Which plan of its case it is, from 1.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// Where it stands.
    async fn status(&self) -> PlanStatus {
        self.0.status
    }

    /// When it was begun.
    async fn drafted_on(&self) -> NaiveDate {
        self.0.drafted_on
    }

    /// When it was agreed with the client; null while it is a draft.
    async fn agreed_on(&self) -> Option<NaiveDate> {
        self.0.agreed_on
    }

    /// When it is to be looked at again; null while it is a draft.
    async fn review_on(&self) -> Option<NaiveDate> {
        self.0.review_on
    }

    /// When a later plan replaced it; null if none did.
    async fn superseded_on(&self) -> Option<NaiveDate> {
        self.0.superseded_on
    }

    /// Its goals, in the order in which they were added.
    async fn goals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Goal>, Failure> {
        let rows = ctx.load(GoalsOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        connect_loaded(ctx, "plan goals", &arguments, rows, |row| row.id.0, Goal)
    }

    /// Counts the changes, from 1; those of the goals and measures of a draft included. Send it back as `expectedVersion` to
    /// be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the record was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// The plan of a case that is agreed.
pub(super) async fn agreed_in(ctx: &Context<'_>, case: CaseId) -> Result<Option<SupportPlan>, Failure> {
    let rows = ctx.load(PlansOf(case)).await?.unwrap_or_default();
    Ok(rows.into_iter().find(|row| row.status == PlanStatus::Agreed).map(SupportPlan))
}

/// All plans of a case, the latest first.
pub(super) async fn of_case(
    ctx: &Context<'_>,
    case: CaseId,
    arguments: &RelationArguments,
) -> Result<List<SupportPlan>, Failure> {
    let mut rows = ctx.load(PlansOf(case)).await?.unwrap_or_default();
    rows.reverse();
    connect_loaded(ctx, "case plans", arguments, rows, |row| row.id.0, SupportPlan)
}

payload! {
    /// The answer to a command about a support plan.
    SupportPlanPayload {
        /// The support plan as it stands now; null if rules forbade the command.
        support_plan: SupportPlan
    } from records::SupportPlan, SupportPlan
}

/// Commands about support plans.
#[derive(Default)]
pub struct SupportPlanMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl SupportPlanMutations {
    /// Begins a new support plan; the agreed one holds on until the new one is agreed. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn support_plan_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case, and whether open goals are carried over.")] input: SupportPlanDraftInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<SupportPlanPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Records that the client agreed to a draft: DRAFT → AGREED. The plan that was agreed before becomes SUPERSEDED; the open
    /// measures of goals that were carried over follow them into the new plan. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn support_plan_agree(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The draft, and when it is to be looked at again.")] input: SupportPlanAgreeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<SupportPlanPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
