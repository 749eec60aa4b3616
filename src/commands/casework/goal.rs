//! Goals of support plans: added to drafts, followed in agreed plans.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::{CodeList, GoalStatus, PlanStatus, TextKind};
use entity::ids::{GoalId, Identifier, SupportPlanId};
use serde::Serialize;
use serde_json::json;

use super::support_plan::{plan_of, touch_draft};
use super::work::{CODE_MAXIMUM, case_at_work, changes_part, loads_part, record_in_case};
use crate::access::verb;
use crate::commands::district::code_list::require_code;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Stop, Texts, Work};
use crate::domain::casework::plan::goal_blocked_by;
use crate::domain::input::{Checks, REASON_MAXIMUM};
use crate::error::{ErrorCode, UserError};
use crate::store::casework::goal::Goal;
use crate::store::casework::part;
use crate::store::casework::support_plan::SupportPlan;

record_in_case!(Goal, GoalId, |goal| Some(goal.version));

/// A goal to be added to a draft.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct GoalAddInput {
    /// The support plan: a draft.
    pub support_plan_id: SupportPlanId,
    /// The area of need: a code of the list NEED_AREA, e.g. `LANGUAGE`.
    pub need_area: String,
    /// What is to be reached. Sealed. At most 2000 characters.
    pub text: String,
    /// By when it is to be reached.
    pub target_on: Option<NaiveDate>,
}

impl Command for GoalAddInput {
    const NAME: &'static str = "goalAdd";
    type Verb = verb::WorkOnCase;
    type Record = Goal;

    fn check(&self, checks: &mut Checks) {
        checks.line("needArea", &self.need_area, CODE_MAXIMUM);
        checks.prose("text", Some(&self.text), REASON_MAXIMUM);
        checks.day("targetOn", self.target_on);
    }

    loads_part!(Goal);
}

impl Creates for GoalAddInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Goal>, Stop> {
        let connection = work.transaction.connection();
        let plan = part::lock::<SupportPlan, _>(connection, work.permit, self.support_plan_id).await?;
        let plan = plan.ok_or_else(|| UserError::at("supportPlanId", ErrorCode::NotFound))?;
        let case = case_at_work(work, "supportPlanId", plan.case_id).await?;
        require_code(work, "needArea", CodeList::NeedArea, Some(&self.need_area)).await?;
        if plan.status != PlanStatus::Draft {
            let refused = UserError::at("supportPlanId", ErrorCode::PlanNotDraft);
            return Err(refused.with("status", plan.status.as_str()).into());
        }
        let added = Goal {
            id: GoalId::new(),
            district_id: case.district_id,
            case_id: case.id,
            client_id: case.client_id,
            plan_id: plan.id,
            carried_from_id: None,
            need_area: self.need_area.clone(),
            status: GoalStatus::Open,
            status_since: work.today,
            target_on: self.target_on,
            version: 1,
            created_at: work.now,
        };
        part::insert(connection, work.permit, &added).await?;
        touch_draft(work, plan).await?;
        let texts = Texts::in_case(case.client_id, case.id).with(added.id.0, TextKind::Goal, Some(&self.text));
        Ok(Done::new(added).with_texts(texts))
    }
}

/// A goal that comes to stand elsewhere.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct GoalSetStatusInput {
    /// The goal.
    pub goal_id: GoalId,
    /// The version that you saw; refused if the goal was changed since.
    pub expected_version: Option<i32>,
    /// Where it stands now.
    pub status: GoalStatus,
    /// How it ended, in words. Sealed. At most 2000 characters. Left out: what was written before stays.
    pub outcome: Option<String>,
}

impl Command for GoalSetStatusInput {
    const NAME: &'static str = "goalSetStatus";
    type Verb = verb::WorkOnCase;
    type Record = Goal;

    fn check(&self, checks: &mut Checks) {
        checks.prose("outcome", self.outcome.as_deref(), REASON_MAXIMUM);
    }

    loads_part!(Goal);
}

impl Changes for GoalSetStatusInput {
    changes_part!(GoalId, goal_id, "goalId");

    async fn change(&self, work: &Work<'_, Self::Verb>, mut goal: Goal) -> Result<Done<Goal>, Stop> {
        let case = case_at_work(work, "goalId", goal.case_id).await?;
        let plan = plan_of(work, goal.plan_id).await?;
        let blocked = goal_blocked_by(case.status, plan.status, goal.status, self.status);
        if !blocked.is_empty() {
            return Err(blocked.into());
        }
        goal.status = self.status;
        goal.status_since = work.today;
        goal.version = goal.version.saturating_add(1);
        part::update(work.transaction.connection(), work.permit, &goal).await?;
        touch_draft(work, plan).await?;
        let texts =
            Texts::in_case(case.client_id, case.id).with_given(goal.id.0, TextKind::Outcome, self.outcome.as_deref());
        let details = json!({ "goal": goal.id.to_string() });
        Ok(Done::new(goal).with(details).with_texts(texts))
    }
}
