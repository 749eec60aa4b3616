//! Support plans: drafted, filled with goals and measures, agreed with the client; the next one replaces them.

use std::collections::BTreeMap;

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::{GoalStatus, PlanStatus, TextKind};
use entity::ids::{CaseId, GoalId, Identifier, SupportPlanId};
use serde::Serialize;
use serde_json::json;

use super::work::{case_at_work, changes_part, expect_happened, loads_part, record_in_case};
use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Stop, Texts, Work};
use crate::domain::casework::plan::{OPEN_GOALS, OPEN_MEASURES};
use crate::domain::input::Checks;
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::casework::goal::Goal;
use crate::store::casework::measure::Measure;
use crate::store::casework::support_plan::SupportPlan;
use crate::store::casework::{part, sealed_text};
use crate::store::vault::client_key;

record_in_case!(SupportPlan, SupportPlanId, |plan| Some(plan.version));

/// The plan of a goal that is worked on; its case is locked.
pub(super) async fn plan_of(work: &Work<'_, verb::WorkOnCase>, id: SupportPlanId) -> Result<SupportPlan, Stop> {
    let found = part::lock::<SupportPlan, _>(work.transaction.connection(), work.permit, id).await?;
    found.ok_or_else(|| Failure::internal("a goal without a plan").into())
}

/// Counts a change of a draft's goals or measures as one of the plan: who agrees on a plan knows what it says.
pub(super) async fn touch_draft(work: &Work<'_, verb::WorkOnCase>, mut plan: SupportPlan) -> Result<(), Failure> {
    if plan.status != PlanStatus::Draft {
        return Ok(());
    }
    plan.version = plan.version.saturating_add(1);
    part::update(work.transaction.connection(), work.permit, &plan).await
}

/// A new support plan (Hilfeplan) to be drafted.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct SupportPlanDraftInput {
    /// The case.
    pub case_id: CaseId,
    /// Whether the goals of the agreed plan that are still open are carried over, with their texts. Their measures follow
    /// when the new plan is agreed.
    #[graphql(default)]
    pub with_open_goals: bool,
}

impl Command for SupportPlanDraftInput {
    const NAME: &'static str = "supportPlanDraft";
    type Verb = verb::WorkOnCase;
    type Record = SupportPlan;

    fn check(&self, _: &mut Checks) {}

    loads_part!(SupportPlan);
}

impl Creates for SupportPlanDraftInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<SupportPlan>, Stop> {
        let case = case_at_work(work, "caseId", self.case_id).await?;
        let connection = work.transaction.connection();
        let earlier = part::all_in::<SupportPlan, _>(connection, work.permit, case.id).await?;
        if earlier.iter().any(|plan| plan.status == PlanStatus::Draft) {
            return Err(UserError::at("caseId", ErrorCode::PlanDraftExists).into());
        }
        let number = earlier.iter().map(|plan| plan.number).max().unwrap_or(0).saturating_add(1);
        let drafted = SupportPlan {
            id: SupportPlanId::new(),
            district_id: case.district_id,
            case_id: case.id,
            client_id: case.client_id,
            number,
            status: PlanStatus::Draft,
            drafted_on: work.today,
            agreed_on: None,
            review_on: None,
            superseded_on: None,
            version: 1,
            created_at: work.now,
        };
        part::insert(connection, work.permit, &drafted).await?;
        let mut texts = Texts::in_case(case.client_id, case.id);
        let mut carried = Vec::new();
        let agreed = earlier.iter().find(|plan| plan.status == PlanStatus::Agreed);
        if let Some(agreed) = agreed.filter(|_| self.with_open_goals) {
            let key = client_key(work.transaction, work.permit, case.client_id).await?;
            let key = key.ok_or_else(|| UserError::at("", ErrorCode::ClientErased))?;
            let goals = part::all_in::<Goal, _>(connection, work.permit, case.id).await?;
            let open = |goal: &&Goal| goal.plan_id == agreed.id && OPEN_GOALS.contains(&goal.status);
            for goal in goals.iter().filter(open) {
                let copy = Goal {
                    id: GoalId::new(),
                    plan_id: drafted.id,
                    carried_from_id: Some(goal.id),
                    version: 1,
                    created_at: work.now,
                    ..goal.clone()
                };
                part::insert(connection, work.permit, &copy).await?;
                let of_goal = sealed_text::of_record_in(work.transaction, work.permit, &key, goal.id.0).await?;
                let text = of_goal.iter().find(|(kind, _)| *kind == TextKind::Goal).map(|(_, text)| text.as_str());
                texts = texts.with_given(copy.id.0, TextKind::Goal, text);
                carried.push(goal.id.to_string());
            }
        }
        let details = json!({ "plan": drafted.id.to_string(), "carriedGoals": carried });
        Ok(Done::new(drafted).with(details).with_texts(texts))
    }
}

/// A support plan that the client agreed to.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct SupportPlanAgreeInput {
    /// The draft.
    pub support_plan_id: SupportPlanId,
    /// The version that you saw; refused if the plan, its goals or its measures were changed since.
    pub expected_version: Option<i32>,
    /// When it was agreed; today if left out.
    pub agreed_on: Option<NaiveDate>,
    /// When it is to be looked at again.
    pub review_on: NaiveDate,
}

impl Command for SupportPlanAgreeInput {
    const NAME: &'static str = "supportPlanAgree";
    type Verb = verb::WorkOnCase;
    type Record = SupportPlan;

    fn check(&self, checks: &mut Checks) {
        checks.day("agreedOn", self.agreed_on);
        checks.day("reviewOn", Some(self.review_on));
        checks.period("reviewOn", self.agreed_on, Some(self.review_on));
    }

    loads_part!(SupportPlan);
}

impl Changes for SupportPlanAgreeInput {
    changes_part!(SupportPlanId, support_plan_id, "supportPlanId");

    async fn change(&self, work: &Work<'_, Self::Verb>, mut plan: SupportPlan) -> Result<Done<SupportPlan>, Stop> {
        let case = case_at_work(work, "supportPlanId", plan.case_id).await?;
        let agreed_on = self.agreed_on.unwrap_or(work.today);
        expect_happened("agreedOn", agreed_on, work.today)?;
        if agreed_on >= self.review_on {
            return Err(UserError::at("reviewOn", ErrorCode::PeriodEmpty).into());
        }
        if plan.status != PlanStatus::Draft {
            return Err(UserError::at("", ErrorCode::PlanNotDraft).with("status", plan.status.as_str()).into());
        }
        let connection = work.transaction.connection();
        let goals = part::all_in::<Goal, _>(connection, work.permit, case.id).await?;
        let of_plan: Vec<&Goal> =
            goals.iter().filter(|goal| goal.plan_id == plan.id && goal.status != GoalStatus::Dropped).collect();
        if of_plan.is_empty() {
            return Err(UserError::at("", ErrorCode::PlanWithoutGoals).into());
        }
        let mut superseded = None;
        for mut earlier in part::all_in::<SupportPlan, _>(connection, work.permit, case.id).await? {
            if earlier.status == PlanStatus::Agreed {
                earlier.status = PlanStatus::Superseded;
                earlier.superseded_on = Some(agreed_on);
                earlier.version = earlier.version.saturating_add(1);
                part::update(connection, work.permit, &earlier).await?;
                superseded = Some(earlier.id.to_string());
            }
        }
        let moved = carry_over(work, case.id, &goals, &of_plan).await?;
        plan.status = PlanStatus::Agreed;
        plan.agreed_on = Some(agreed_on);
        plan.review_on = Some(self.review_on);
        plan.version = plan.version.saturating_add(1);
        part::update(connection, work.permit, &plan).await?;
        let details = json!({ "plan": plan.id.to_string(), "superseded": superseded, "movedMeasures": moved });
        Ok(Done::new(plan).with(details))
    }
}

/// Goals that were carried over stand where their predecessors stand by now, and take over the measures that still run.
async fn carry_over(
    work: &Work<'_, verb::WorkOnCase>,
    case: CaseId,
    all: &[Goal],
    of_plan: &[&Goal],
) -> Result<Vec<String>, Failure> {
    let connection = work.transaction.connection();
    let mut heirs: BTreeMap<GoalId, GoalId> = BTreeMap::new();
    for goal in of_plan {
        let Some(from) = goal.carried_from_id else { continue };
        heirs.insert(from, goal.id);
        if let Some(before) = all.iter().find(|before| before.id == from)
            && before.status != goal.status
        {
            let status = (before.status, before.status_since);
            let goal = Goal { status: status.0, status_since: status.1, ..(*goal).clone() };
            part::update(connection, work.permit, &goal).await?;
        }
    }
    let mut moved = Vec::new();
    for mut measure in part::all_in::<Measure, _>(connection, work.permit, case).await? {
        if let Some(heir) = heirs.get(&measure.goal_id)
            && OPEN_MEASURES.contains(&measure.status)
        {
            measure.goal_id = *heir;
            measure.version = measure.version.saturating_add(1);
            part::update(connection, work.permit, &measure).await?;
            moved.push(measure.id.to_string());
        }
    }
    Ok(moved)
}
