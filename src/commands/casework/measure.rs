//! Measures towards goals: planned, referred, started, completed; refused, or not available.

use async_graphql::InputObject;
use entity::codes::{CodeList, MeasureStatus, PlanStatus, TextKind};
use entity::ids::{GoalId, Identifier, MeasureId, OrganisationId};
use serde::Serialize;
use serde_json::json;

use super::support_plan::{plan_of, touch_draft};
use super::work::{CODE_MAXIMUM, case_at_work, changes_part, loads_part, record_in_case};
use crate::access::verb;
use crate::commands::district::code_list::require_code;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Stop, Texts, Work};
use crate::domain::casework::plan::{may_have_barrier, measure_blocked_by};
use crate::domain::input::{Checks, REASON_MAXIMUM};
use crate::error::{ErrorCode, UserError};
use crate::store::casework::goal::Goal;
use crate::store::casework::measure::Measure;
use crate::store::casework::part;
use crate::store::district::organisation;

record_in_case!(Measure, MeasureId, |measure| Some(measure.version));

async fn expect_institution(work: &Work<'_, verb::WorkOnCase>, id: Option<OrganisationId>) -> Result<(), Stop> {
    let Some(id) = id else { return Ok(()) };
    let found = organisation::find(work.transaction.connection(), work.permit, id).await?;
    found.ok_or_else(|| UserError::at("institutionId", ErrorCode::NotFound))?;
    Ok(())
}

/// A measure to be added to a goal.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct MeasureAddInput {
    /// The goal: of a draft or of the agreed plan.
    pub goal_id: GoalId,
    /// What is to be done. Sealed. At most 2000 characters.
    pub text: String,
    /// The institution that offers it, if it is known already.
    pub institution_id: Option<OrganisationId>,
}

impl Command for MeasureAddInput {
    const NAME: &'static str = "measureAdd";
    type Verb = verb::WorkOnCase;
    type Record = Measure;

    fn check(&self, checks: &mut Checks) {
        checks.prose("text", Some(&self.text), REASON_MAXIMUM);
    }

    loads_part!(Measure);
}

impl Creates for MeasureAddInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Measure>, Stop> {
        let connection = work.transaction.connection();
        let goal = part::lock::<Goal, _>(connection, work.permit, self.goal_id).await?;
        let goal = goal.ok_or_else(|| UserError::at("goalId", ErrorCode::NotFound))?;
        let case = case_at_work(work, "goalId", goal.case_id).await?;
        let plan = plan_of(work, goal.plan_id).await?;
        if plan.status == PlanStatus::Superseded {
            return Err(UserError::at("goalId", ErrorCode::PlanSuperseded).into());
        }
        expect_institution(work, self.institution_id).await?;
        let added = Measure {
            id: MeasureId::new(),
            district_id: case.district_id,
            case_id: case.id,
            client_id: case.client_id,
            goal_id: goal.id,
            need_area: goal.need_area,
            status: MeasureStatus::Planned,
            status_since: work.today,
            institution_id: self.institution_id,
            barrier_kind: None,
            version: 1,
            created_at: work.now,
        };
        part::insert(connection, work.permit, &added).await?;
        touch_draft(work, plan).await?;
        let texts = Texts::in_case(case.client_id, case.id).with(added.id.0, TextKind::Measure, Some(&self.text));
        Ok(Done::new(added).with_texts(texts))
    }
}

/// A measure that comes to stand elsewhere.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct MeasureSetStatusInput {
    /// The measure.
    pub measure_id: MeasureId,
    /// The version that you saw; refused if the measure was changed since.
    pub expected_version: Option<i32>,
    /// Where it stands now. NOT_AVAILABLE: there is no such offer, or no place in it; this is how structural gaps become
    /// visible.
    pub status: MeasureStatus,
    /// The institution that offers it, refused it, or should offer it; left out: as before.
    pub institution_id: Option<OrganisationId>,
    /// What stood in the way, with REFUSED and NOT_AVAILABLE: a code of the list BARRIER_KIND, e.g. `WAITING_TIME`.
    pub barrier_kind: Option<String>,
    /// How it went, in words. Sealed. At most 2000 characters. Left out: what was written before stays.
    pub outcome: Option<String>,
}

impl Command for MeasureSetStatusInput {
    const NAME: &'static str = "measureSetStatus";
    type Verb = verb::WorkOnCase;
    type Record = Measure;

    fn check(&self, checks: &mut Checks) {
        if let Some(kind) = &self.barrier_kind {
            checks.line("barrierKind", kind, CODE_MAXIMUM);
            checks
                .require(may_have_barrier(self.status), || UserError::at("barrierKind", ErrorCode::BarrierNotAllowed));
        }
        checks.prose("outcome", self.outcome.as_deref(), REASON_MAXIMUM);
    }

    loads_part!(Measure);
}

impl Changes for MeasureSetStatusInput {
    changes_part!(MeasureId, measure_id, "measureId");

    async fn change(&self, work: &Work<'_, Self::Verb>, mut measure: Measure) -> Result<Done<Measure>, Stop> {
        let connection = work.transaction.connection();
        let case = case_at_work(work, "measureId", measure.case_id).await?;
        let goal = part::lock::<Goal, _>(connection, work.permit, measure.goal_id).await?;
        let goal = goal.ok_or_else(|| UserError::at("measureId", ErrorCode::NotFound))?;
        let plan = plan_of(work, goal.plan_id).await?;
        let blocked = measure_blocked_by(case.status, plan.status, measure.status, self.status);
        if !blocked.is_empty() {
            return Err(blocked.into());
        }
        require_code(work, "barrierKind", CodeList::BarrierKind, self.barrier_kind.as_deref()).await?;
        expect_institution(work, self.institution_id).await?;
        measure.status = self.status;
        measure.status_since = work.today;
        measure.institution_id = self.institution_id.or(measure.institution_id);
        measure.barrier_kind = self.barrier_kind.clone();
        measure.version = measure.version.saturating_add(1);
        part::update(connection, work.permit, &measure).await?;
        touch_draft(work, plan).await?;
        let texts = Texts::in_case(case.client_id, case.id).with_given(
            measure.id.0,
            TextKind::Outcome,
            self.outcome.as_deref(),
        );
        let details = json!({ "measure": measure.id.to_string() });
        Ok(Done::new(measure).with(details).with_texts(texts))
    }
}
