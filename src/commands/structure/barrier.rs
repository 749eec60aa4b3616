//! Barriers: raised from a case, moved on the stair, solved or withdrawn; what they cost.

use async_graphql::InputObject;
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{BarrierSeverity, BarrierStatus, CodeList, LegalSphere, NoticeKind, OrganisationKind};
use entity::ids::{AccountId, BarrierId, CaseId, Identifier, MeasureId, OrganisationId};
use serde::Serialize;
use serde_json::json;

use crate::access::{Action, Permit, on, verb};
use crate::commands::casework::work::{CODE_MAXIMUM, changes_part, loads_part, record_in_case};
use crate::commands::district::code_list::require_code;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Stop, Work};
use crate::domain::casework::plan::may_have_barrier;
use crate::domain::input::Checks;
use crate::domain::structure::barrier::{VIGNETTE_MAXIMUM, check_loss, settle_blocked_by};
use crate::domain::structure::figure::cell_key;
use crate::domain::structure::stair::{Hand, Step, due, move_blocked_by};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::Transaction;
use crate::store::casework::case::{self, Case};
use crate::store::casework::guarded_text::names_of_cases_in;
use crate::store::casework::legal_sphere_period::LegalSpherePeriod;
use crate::store::casework::measure::Measure;
use crate::store::casework::notice::{self, Recipient};
use crate::store::casework::part;
use crate::store::casework::sealed_text::unwritable;
use crate::store::district::organisation;
use crate::store::structure::barrier::{self, Barrier, Stepped};
use crate::store::structure::stair::{self, StairStage};

record_in_case!(Barrier, BarrierId, |barrier| Some(barrier.version));

/// Refuses a text that tells who a person of the case is, naming the place and not the person.
async fn guard<V: on::Case>(
    transaction: &Transaction,
    permit: &Permit<V>,
    case: CaseId,
    path: &str,
    text: Option<&str>,
) -> Result<(), Stop> {
    let Some(text) = text else { return Ok(()) };
    let found = names_of_cases_in(transaction, permit, &[case], &[text]).await?;
    let errors: Vec<UserError> = found
        .iter()
        .flatten()
        .map(|passage| {
            UserError::at(path, ErrorCode::TextNamesPerson)
                .with("position", passage.start.saturating_add(1))
                .with("length", passage.len)
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

/// Puts a barrier on a stage from a day on.
fn put(barrier: &mut Barrier, stages: &[StairStage], position: i32, day: NaiveDate) {
    let answer_days = stages.iter().find(|stage| stage.position == position).and_then(|stage| stage.answer_days);
    let is_highest = stages.iter().all(|stage| stage.position <= position);
    barrier.stage = position;
    barrier.stage_since = day;
    (barrier.answer_due_on, barrier.raise_on) = due(day, answer_days, is_highest);
}

async fn expect_institution<V: on::Case>(work: &Work<'_, V>, id: Option<OrganisationId>) -> Result<(), Stop> {
    let Some(id) = id else { return Ok(()) };
    let found = organisation::find(work.transaction.connection(), work.permit, id).await?;
    found.ok_or_else(|| UserError::at("institutionId", ErrorCode::NotFound))?;
    Ok(())
}

/// The legal sphere that a case is in, if it is in one only.
async fn only_sphere<V: on::Case>(work: &Work<'_, V>, case: CaseId) -> Result<Option<LegalSphere>, Failure> {
    let periods: Vec<LegalSpherePeriod> = part::all_in(work.transaction.connection(), work.permit, case).await?;
    let mut present =
        periods.iter().filter(|one| one.valid_from <= work.today && one.valid_until.is_none_or(|end| end > work.today));
    match (present.next(), present.next()) {
        (Some(one), None) => Ok(Some(one.sphere)),
        _ => Ok(None),
    }
}

/// A barrier (Hürde) that stands in the way in a case. From a measure that was refused or not available, everything but the
/// severity can be left out.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct BarrierRaiseInput {
    /// The case; with a measure it can be left out.
    pub case_id: Option<CaseId>,
    /// The measure that failed because of it: REFUSED or NOT_AVAILABLE.
    pub measure_id: Option<MeasureId>,
    /// What kind: a code of the list BARRIER_KIND, e.g. `OFFER_FULL`; left out: the one that the measure names.
    pub kind: Option<String>,
    /// In which area of need: a code of the list NEED_AREA, e.g. `LANGUAGE`; left out: that of the measure.
    pub need_area: Option<String>,
    /// In which legal sphere; left out: the one that the case is in, if it is in one only.
    pub legal_sphere: Option<LegalSphere>,
    /// The institution concerned; left out: that of the measure.
    pub institution_id: Option<OrganisationId>,
    /// How much it hinders.
    pub severity: BarrierSeverity,
    /// Structural by its nature, though seen in one case only: it then suffices as evidence of a theme.
    #[graphql(default)]
    pub is_structural: bool,
    /// Working time that it cost so far, in minutes.
    #[graphql(default)]
    pub minutes_lost: i32,
    /// By how many days it delayed the help so far.
    #[graphql(default)]
    pub delay_days: i32,
    /// What happened, in a few sentences that name nobody: they are read by others as the barrier climbs. A text with a
    /// name, a birth date, an address, a telephone number or a mail address of the people of the case is refused with the
    /// place, and the attempt is recorded in the access log. At most 1000 characters.
    pub vignette: Option<String>,
}

impl Command for BarrierRaiseInput {
    const NAME: &'static str = "barrierRaise";
    type Verb = verb::RaiseBarrier;
    type Record = Barrier;

    fn check(&self, checks: &mut Checks) {
        checks.require(self.case_id.is_some() || self.measure_id.is_some(), || {
            UserError::at("caseId", ErrorCode::NotFound)
        });
        for (path, code) in [("kind", &self.kind), ("needArea", &self.need_area)] {
            if let Some(code) = code {
                checks.line(path, code, CODE_MAXIMUM);
            }
        }
        check_loss(Some(self.minutes_lost), Some(self.delay_days), checks);
        checks.prose("vignette", self.vignette.as_deref(), VIGNETTE_MAXIMUM);
    }

    loads_part!(Barrier);
}

impl BarrierRaiseInput {
    async fn measure(&self, work: &Work<'_, verb::RaiseBarrier>) -> Result<Option<Measure>, Stop> {
        let Some(id) = self.measure_id else { return Ok(None) };
        let found = part::lock::<Measure, _>(work.transaction.connection(), work.permit, id).await?;
        let found = found.ok_or_else(|| UserError::at("measureId", ErrorCode::NotFound))?;
        if !may_have_barrier(found.status) {
            return Err(UserError::at("measureId", ErrorCode::BarrierMeasureFitting).into());
        }
        Ok(Some(found))
    }

    async fn case(&self, work: &Work<'_, verb::RaiseBarrier>, measure: Option<&Measure>) -> Result<Case, Stop> {
        let path = if self.case_id.is_some() { "caseId" } else { "measureId" };
        let unknown = || UserError::at(path, ErrorCode::NotFound);
        let id = self.case_id.or(measure.map(|measure| measure.case_id)).ok_or_else(unknown)?;
        if measure.is_some_and(|measure| measure.case_id != id) {
            return Err(UserError::at("measureId", ErrorCode::NotFound).into());
        }
        let found = case::lock(work.transaction.connection(), work.permit, id).await?.ok_or_else(unknown)?;
        match unwritable(work.transaction, work.permit, found.client_id).await? {
            Some(obstacle) => Err(obstacle.into()),
            None => Ok(found),
        }
    }
}

impl Creates for BarrierRaiseInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Barrier>, Stop> {
        let connection = work.transaction.connection();
        let measure = self.measure(work).await?;
        let case = self.case(work, measure.as_ref()).await?;
        let missing = |path: &str| UserError::at(path, ErrorCode::BarrierKindMissing);
        let of_measure = measure.as_ref();
        let kind = self.kind.clone().or(of_measure.and_then(|measure| measure.barrier_kind.clone()));
        let kind = kind.ok_or_else(|| missing("kind"))?;
        let need_area = self.need_area.clone().or(of_measure.map(|measure| measure.need_area.clone()));
        let need_area = need_area.ok_or_else(|| missing("needArea"))?;
        require_code(work, "kind", CodeList::BarrierKind, Some(&kind)).await?;
        require_code(work, "needArea", CodeList::NeedArea, Some(&need_area)).await?;
        expect_institution(work, self.institution_id).await?;
        let vignette = self.vignette.as_deref().map(str::trim).filter(|text| !text.is_empty());
        guard(work.transaction, work.permit, case.id, "vignette", vignette).await?;
        guard(work.transaction, work.permit, case.id, "options.reason", work.reason).await?;
        let legal_sphere = match self.legal_sphere {
            Some(sphere) => Some(sphere),
            None => only_sphere(work, case.id).await?,
        };
        let model = stair::active(connection, work.permit).await?;
        let model = model.ok_or_else(|| Failure::internal("the district has no stair model"))?;
        let stages = stair::stages_of(connection, work.permit, &[model.id]).await?;
        let mut raised = Barrier {
            id: BarrierId::new(),
            district_id: case.district_id,
            case_id: case.id,
            client_id: case.client_id,
            measure_id: self.measure_id,
            raised_by: work.actor.account_id(),
            kind,
            need_area,
            legal_sphere,
            municipality_id: case.municipality_id,
            institution_id: self.institution_id.or(of_measure.and_then(|measure| measure.institution_id)),
            severity: self.severity,
            is_structural: self.is_structural,
            minutes_lost: self.minutes_lost,
            delay_days: self.delay_days,
            status: BarrierStatus::Open,
            status_since: work.today,
            model_id: model.id,
            stage: model.entry_position,
            stage_since: work.today,
            answer_due_on: None,
            raise_on: None,
            raised_on: work.today,
            cell_key: cell_key(case.id.0),
            version: 1,
            created_at: work.now,
        };
        put(&mut raised, &stages, model.entry_position, work.today);
        part::insert(connection, work.permit, &raised).await?;
        if let Some(text) = vignette {
            barrier::insert_vignette(connection, work.permit, raised.id, text).await?;
        }
        let step = Stepped { from: None, reason: work.reason, is_overdue: false };
        barrier::record_step(connection, work.permit, &raised, work.actor.account_id(), step, work.now).await?;
        Ok(Done::new(raised))
    }
}

async fn store<V: on::Case>(work: &Work<'_, V>, mut barrier: Barrier) -> Result<Barrier, Failure> {
    barrier.version = barrier.version.saturating_add(1);
    part::update(work.transaction.connection(), work.permit, &barrier).await?;
    Ok(barrier)
}

fn expect_open(barrier: &Barrier) -> Result<(), Stop> {
    if barrier.status == BarrierStatus::Open {
        return Ok(());
    }
    Err(UserError::at("", ErrorCode::BarrierSettled).into())
}

/// A barrier that comes to stand on another stage of its stair. The case stays with its case manager.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct BarrierMoveInput {
    /// The barrier.
    pub barrier_id: BarrierId,
    /// The version that you saw; refused if the barrier was changed since.
    pub expected_version: Option<i32>,
    /// The stage: a position of the stair model that the barrier climbs by, from 1. One step up needs no reason; skipping
    /// stages and going down does. The reason must name nobody.
    pub stage: i32,
}

impl Command for BarrierMoveInput {
    const NAME: &'static str = "barrierMove";
    type Verb = verb::MoveBarrier;
    type Record = Barrier;

    fn check(&self, checks: &mut Checks) {
        checks
            .require((1..=7).contains(&self.stage), || UserError::at("stage", ErrorCode::StageUnknown).with("most", 7));
    }

    loads_part!(Barrier);
}

impl Changes for BarrierMoveInput {
    changes_part!(BarrierId, barrier_id, "barrierId");

    async fn change(&self, work: &Work<'_, Self::Verb>, mut barrier: Barrier) -> Result<Done<Barrier>, Stop> {
        let connection = work.transaction.connection();
        expect_open(&barrier)?;
        let stages = stair::stages_of(connection, work.permit, &[barrier.model_id]).await?;
        let steps: Vec<Step> = steps(&stages);
        let hand = if work.actor.may(Action::ReviewTheme) && !is_own(work, barrier.case_id).await? {
            Hand::Centre
        } else {
            Hand::CaseManager
        };
        let blocked = move_blocked_by(hand, &steps, barrier.stage, self.stage, work.reason.is_some());
        if !blocked.is_empty() {
            return Err(blocked.into());
        }
        guard(work.transaction, work.permit, barrier.case_id, "options.reason", work.reason).await?;
        let from = barrier.stage;
        put(&mut barrier, &stages, self.stage, work.today);
        let barrier = store(work, barrier).await?;
        let step = Stepped { from: Some(from), reason: work.reason, is_overdue: false };
        barrier::record_step(connection, work.permit, &barrier, work.actor.account_id(), step, work.now).await?;
        Ok(Done::new(barrier))
    }
}

/// What of the stages matters to moving.
#[must_use]
pub fn steps(stages: &[StairStage]) -> Vec<Step> {
    stages.iter().map(|stage| Step { position: stage.position, accountable: stage.accountable }).collect()
}

/// Whether the actor leads the case, or stands in for the lead: then the actor acts as the case manager.
async fn is_own<V: on::Case>(work: &Work<'_, V>, case: CaseId) -> Result<bool, Failure> {
    let own = work.actor.permit_whatever::<verb::WorkOnCase>();
    Ok(case::lock(work.transaction.connection(), &own, case).await?.is_some())
}

/// What became of a barrier, or what it costs by now.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct BarrierSettleInput {
    /// The barrier.
    pub barrier_id: BarrierId,
    /// The version that you saw; refused if the barrier was changed since.
    pub expected_version: Option<i32>,
    /// SOLVED: it does not stand in the way any more. OPEN: it is back. WITHDRAWN: it was none, for a reason; it is not
    /// counted then.
    pub status: BarrierStatus,
}

impl Command for BarrierSettleInput {
    const NAME: &'static str = "barrierSettle";
    type Verb = verb::RaiseBarrier;
    type Record = Barrier;

    fn check(&self, _: &mut Checks) {}

    loads_part!(Barrier);
}

impl Changes for BarrierSettleInput {
    changes_part!(BarrierId, barrier_id, "barrierId");

    async fn change(&self, work: &Work<'_, Self::Verb>, mut barrier: Barrier) -> Result<Done<Barrier>, Stop> {
        let blocked = settle_blocked_by(barrier.status, self.status, work.reason.is_some());
        if !blocked.is_empty() {
            return Err(blocked.into());
        }
        barrier.status = self.status;
        barrier.status_since = work.today;
        Ok(Done::new(store(work, barrier).await?))
    }
}

/// What a barrier has cost by now.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct BarrierRecordLossInput {
    /// The barrier.
    pub barrier_id: BarrierId,
    /// The version that you saw; refused if the barrier was changed since.
    pub expected_version: Option<i32>,
    /// Working time, in minutes, all in all; left out: as before.
    pub minutes_lost: Option<i32>,
    /// Days of delay, all in all; left out: as before.
    pub delay_days: Option<i32>,
    /// How much it hinders; left out: as before.
    pub severity: Option<BarrierSeverity>,
}

impl Command for BarrierRecordLossInput {
    const NAME: &'static str = "barrierRecordLoss";
    type Verb = verb::RaiseBarrier;
    type Record = Barrier;

    fn check(&self, checks: &mut Checks) {
        check_loss(self.minutes_lost, self.delay_days, checks);
    }

    loads_part!(Barrier);
}

impl Changes for BarrierRecordLossInput {
    changes_part!(BarrierId, barrier_id, "barrierId");

    async fn change(&self, work: &Work<'_, Self::Verb>, mut barrier: Barrier) -> Result<Done<Barrier>, Stop> {
        expect_open(&barrier)?;
        barrier.minutes_lost = self.minutes_lost.unwrap_or(barrier.minutes_lost);
        barrier.delay_days = self.delay_days.unwrap_or(barrier.delay_days);
        barrier.severity = self.severity.unwrap_or(barrier.severity);
        Ok(Done::new(store(work, barrier).await?))
    }
}

/// A barrier that nobody answered in twice the time: the job raises it to the next stage.
#[derive(Clone, Debug, Serialize)]
pub struct BarrierRaiseOverdue {
    /// The barrier.
    pub barrier_id: BarrierId,
}

impl Command for BarrierRaiseOverdue {
    const NAME: &'static str = "barrierRaiseOverdue";
    type Verb = verb::MoveBarrier;
    type Record = Barrier;

    fn check(&self, _: &mut Checks) {}

    loads_part!(Barrier);
}

impl Changes for BarrierRaiseOverdue {
    fn target(&self) -> (BarrierId, &'static str) {
        (self.barrier_id, "barrierId")
    }

    fn expected_version(&self) -> Option<i32> {
        None
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut barrier: Barrier) -> Result<Done<Barrier>, Stop> {
        let connection = work.transaction.connection();
        expect_open(&barrier)?;
        if barrier.raise_on.is_none_or(|day| day >= work.today) {
            // Somebody moved it meanwhile.
            return Err(UserError::at("", ErrorCode::StageSame).into());
        }
        let stages = stair::stages_of(connection, work.permit, &[barrier.model_id]).await?;
        let from = barrier.stage;
        put(&mut barrier, &stages, from.saturating_add(1), work.today);
        let barrier = store(work, barrier).await?;
        let step = Stepped { from: Some(from), reason: None, is_overdue: true };
        barrier::record_step(connection, work.permit, &barrier, None, step, work.now).await?;
        tell_raised(work, &barrier).await?;
        Ok(Done::new(barrier).with(json!({ "overdue": true })))
    }
}

/// Tells the case manager and the supervisory centre that a barrier went up by itself.
async fn tell_raised(work: &Work<'_, verb::MoveBarrier>, barrier: &Barrier) -> Result<(), Failure> {
    let connection = work.transaction.connection();
    let subject = barrier.id.to_string();
    let kind = NoticeKind::BarrierRaised;
    let lead: Option<AccountId> = case::lead_account(connection, work.permit, barrier.case_id).await?;
    let centres = organisation::of_kind(connection, work.permit, OrganisationKind::IntegrationCentre).await?;
    let recipients =
        lead.map(Recipient::Account).into_iter().chain(centres.iter().map(|centre| Recipient::Organisation(centre.id)));
    let now: DateTime<Utc> = work.now;
    for recipient in recipients {
        notice::tell(connection, work.permit, recipient, kind, &subject, now).await?;
    }
    Ok(())
}
