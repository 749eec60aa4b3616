//! Barriers.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{BarrierSeverity, BarrierStatus, LegalSphere};
use entity::ids::{BarrierId, CaseId, OrganisationId};

use crate::access::{Action, verb};
use crate::commands::structure::barrier::{
    BarrierMoveInput, BarrierRaiseInput, BarrierRecordLossInput, BarrierSettleInput, steps,
};
use crate::commands::{Answer, CommandOptions};
use crate::domain::structure::barrier::VIGNETTE_MAXIMUM;
use crate::domain::structure::figure::{Audience, Counted, at_least, towns_at_least};
use crate::domain::structure::stair::{Hand, move_blocked_by};
use crate::error::{ErrorCode, Failure};
use crate::graphql::casework::case::Case;
use crate::graphql::casework::measure::Measure;
use crate::graphql::connection::{List, PageArguments, RelationArguments, SortDirection, connect, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::district::municipality::Municipality;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::errors::UserError;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{AnswersFor, NameOf, OwnCase, StagesOf, StepsOf, ThemesOf, VignetteOf};
use crate::graphql::payload::payload;
use crate::graphql::structure::stair::{StairModel, StairStage};
use crate::graphql::structure::theme::{Theme, ThemeAnswer, audience};
use crate::store::structure::barrier::{self as records, BarrierFilter, Pattern, Similar};

/// `Barrier` of the schema; the description that its readers see stands on the `impl`.
pub struct Barrier(pub records::Barrier);

/// `StageTransition` of the schema; the description that its readers see stands on the `impl`.
pub struct StageTransition(pub records::StageTransition);

/// A move that a barrier could make.
#[derive(SimpleObject)]
pub struct BarrierMoveState {
    /// The stage: what `barrierMove` takes.
    stage: i32,
    /// Whether you can move it there now, giving a reason where one is needed.
    allowed: bool,
    /// Whether a reason is needed: for skipping stages and for going down.
    needs_reason: bool,
    /// What stands in the way; empty if allowed.
    blocked_by: Vec<UserError>,
}

/// A step of a barrier on its stair. Steps are added only.
#[Object]
impl StageTransition {
    /// The stage that it left; null for the first.
    async fn previous_stage(&self) -> Option<i32> {
        self.0.from_stage
    }

    /// The stage that it reached.
    async fn to_stage(&self) -> i32 {
        self.0.to_stage
    }

    /// The name of who moved it; null if the system did.
    async fn moved_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(id) = self.0.account_id else { return Ok(None) };
        ctx.load(NameOf(id)).await
    }

    /// Why; null if no reason was needed.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Raised by itself, because nobody had answered in twice the time.
    async fn is_overdue(&self) -> bool {
        self.0.is_overdue
    }

    /// When.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// A barrier (Hürde): what stands in the way of one person. The case stays with its case manager while the barrier climbs the
/// stair. The lead and the substitute of the case see it, supervisors see it pseudonymously; everybody else sees counts.
#[Object]
impl Barrier {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The case that met it: pseudonymous.
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Failure> {
        Ok(ctx.load(self.0.case_id).await?.map(Case))
    }

    /// The measure that failed because of it; null if it was raised freely.
    async fn measure(&self, ctx: &Context<'_>) -> Result<Option<Measure>, Failure> {
        let Some(id) = self.0.measure_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Measure))
    }

    /// What kind: a code of the list BARRIER_KIND, e.g. `OFFER_FULL`.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// In which area of need: a code of the list NEED_AREA, e.g. `LANGUAGE`.
    async fn need_area(&self) -> &str {
        &self.0.need_area
    }

    /// In which legal sphere; null if in none or unknown.
    async fn legal_sphere(&self) -> Option<LegalSphere> {
        self.0.legal_sphere
    }

    /// Where: the municipality of the case when it was raised.
    async fn municipality(&self, ctx: &Context<'_>) -> Result<Option<Municipality>, Failure> {
        Ok(ctx.load(self.0.municipality_id).await?.map(Municipality))
    }

    /// The institution concerned; null if none was named.
    async fn institution(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        let Some(id) = self.0.institution_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Organisation))
    }

    /// How much it hinders.
    async fn severity(&self) -> BarrierSeverity {
        self.0.severity
    }

    /// Structural by its nature, though seen in one case only.
    async fn is_structural(&self) -> bool {
        self.0.is_structural
    }

    /// Working time that it cost so far, in minutes.
    async fn minutes_lost(&self) -> i32 {
        self.0.minutes_lost
    }

    /// By how many days it delayed the help so far.
    async fn delay_days(&self) -> i32 {
        self.0.delay_days
    }

    /// What happened, in words that name nobody; null if nothing was written, or as long as the barrier stands on a stage where
    /// only the case manager deals with it.
    async fn vignette(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        ctx.load(VignetteOf(self.0.id)).await
    }

    /// What became of it.
    async fn status(&self) -> BarrierStatus {
        self.0.status
    }

    /// Since when.
    async fn status_since(&self) -> NaiveDate {
        self.0.status_since
    }

    /// The version of the stair model that it climbs by.
    async fn stair_model(&self, ctx: &Context<'_>) -> Result<Option<StairModel>, Failure> {
        Ok(ctx.load(self.0.model_id).await?.map(StairModel))
    }

    /// The stage that it stands on.
    async fn stage(&self, ctx: &Context<'_>) -> Result<Option<StairStage>, Failure> {
        let stages = ctx.load(StagesOf(self.0.model_id)).await?.unwrap_or_default();
        Ok(stages.into_iter().find(|stage| stage.position == self.0.stage).map(StairStage))
    }

    /// Since when.
    async fn stage_since(&self) -> NaiveDate {
        self.0.stage_since
    }

    /// By when an answer is due on this stage; null if at any time.
    async fn answer_due_on(&self) -> Option<NaiveDate> {
        self.0.answer_due_on
    }

    /// Whether the answer is overdue.
    async fn is_overdue(&self, ctx: &Context<'_>) -> Result<bool, Failure> {
        let today = crate::clock::legal_day(ctx.state().services.clock.now());
        Ok(self.0.status == BarrierStatus::Open && self.0.answer_due_on.is_some_and(|day| day < today))
    }

    /// On which day it goes up by itself if nobody answers; null if it does not.
    async fn raise_on(&self) -> Option<NaiveDate> {
        self.0.raise_on
    }

    /// Its steps on the stair, oldest first.
    async fn transitions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<StageTransition>, Failure> {
        let rows = ctx.load(StepsOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        let list = format!("transitions {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, |row| row.id.0, StageTransition)
    }

    /// Where it could be moved, with what stands in the way. `barrierMove` decides by the same rule.
    async fn available_moves(&self, ctx: &Context<'_>) -> Result<Vec<BarrierMoveState>, Failure> {
        let stages = ctx.load(StagesOf(self.0.model_id)).await?.unwrap_or_default();
        let steps = steps(&stages);
        let actor = ctx.actor()?;
        // Who leads a case, or stands in for the lead, moves its barriers as the case manager, of the centre or not.
        let is_centre = actor.may(Action::ReviewTheme);
        let may_be_own = is_centre && actor.may(Action::WorkOnCase);
        let is_own = may_be_own && ctx.load(OwnCase(self.0.case_id)).await?.is_some();
        let hand = if is_centre && !is_own { Hand::Centre } else { Hand::CaseManager };
        let others = steps.iter().filter(|step| step.position != self.0.stage);
        Ok(others
            .map(|step| {
                let mut blocked = move_blocked_by(hand, &steps, self.0.stage, step.position, true);
                if !actor.may(Action::MoveBarrier) {
                    blocked.push(crate::error::UserError::at("", ErrorCode::Forbidden));
                }
                if self.0.status != BarrierStatus::Open {
                    blocked.push(crate::error::UserError::at("", ErrorCode::BarrierSettled));
                }
                let needs_reason = step.position != self.0.stage.saturating_add(1);
                let blocked_by: Vec<UserError> = blocked.into_iter().map(UserError).collect();
                BarrierMoveState { stage: step.position, allowed: blocked_by.is_empty(), needs_reason, blocked_by }
            })
            .collect())
    }

    /// The themes that it is evidence of, as far as you may see them.
    async fn themes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Theme>, Failure> {
        let rows = ctx.load(ThemesOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        connect_loaded(ctx, &format!("themes {}", self.0.id), &arguments, rows, |row| row.id.0, Theme)
    }

    /// What was answered to themes that it is evidence of or that it fits, newest first: decisions come back to the case, with
    /// hints for what can be done now.
    async fn answers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<ThemeAnswer>, Failure> {
        let rows = ctx.load(AnswersFor(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        connect_loaded(ctx, &format!("answers {}", self.0.id), &arguments, rows, |row| row.id.0, ThemeAnswer)
    }

    /// When it was raised.
    async fn raised_on(&self) -> NaiveDate {
        self.0.raised_on
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
    /// The answer to a command about a barrier.
    BarrierPayload {
        /// The barrier as it stands now; null if rules forbade the command.
        barrier: Barrier
    } from records::Barrier, Barrier
}

/// What is looked for elsewhere while a barrier is raised.
#[derive(InputObject)]
pub struct SeenElsewhereInput {
    /// The case in which it is raised: its own barriers are not counted. Only for those who may see the case; for others all
    /// are counted.
    case_id: Option<CaseId>,
    /// The kind: a code of the list BARRIER_KIND.
    kind: Option<String>,
    /// The area of need: a code of the list NEED_AREA.
    need_area: Option<String>,
    /// The legal sphere.
    legal_sphere: Option<LegalSphere>,
    /// The institution concerned.
    institution_id: Option<OrganisationId>,
    /// The vignette so far: barriers that are told in similar words are counted. At most 1000 characters; it is not stored.
    vignette: Option<String>,
}

/// How many cases met something similar, never whose: in steps of three, nothing below three, 99 at most. Two less than a figure that is
/// blurred by up to two, so never more than there are; the same cases always give the same answer.
#[derive(SimpleObject)]
pub struct SeenElsewhere {
    /// At least so many cases with a barrier of this kind, area, sphere and institution; null if fewer than three.
    similar_at_least: Option<u32>,
    /// In at least so many municipalities, exactly so many for supervisors; null if `similarAtLeast` is, or if it is one.
    municipalities: Option<u32>,
    /// At least so many cases with a barrier that is told in similar words; null if fewer than three.
    worded_alike_at_least: Option<u32>,
}

impl SeenElsewhere {
    fn of(fitting: Similar, alike: Counted, audience: Audience) -> Self {
        let towns = towns_at_least(fitting.municipalities, fitting.counted, audience).filter(|towns| *towns > 1);
        let similar_at_least = at_least(fitting.counted);
        Self { similar_at_least, municipalities: similar_at_least.and(towns), worded_alike_at_least: at_least(alike) }
    }
}

/// Queries about barriers.
#[derive(Default)]
pub struct BarrierQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl BarrierQueries {
    /// The barriers of all cases that you may see, newest first: your own, or for supervisors all of the district,
    /// pseudonymously.
    #[graphql(guard = "Requires(Action::ReadCase)")]
    async fn barriers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if left out.")] filter: Option<BarrierFilter>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Barrier>, Failure> {
        const LIST: &str = "barriers";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let permit = ctx.permit::<verb::ReadCase>()?;
        let page = records::page(ctx.store(), &permit, &filter.unwrap_or_default(), &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, Barrier)
    }

    /// Seen elsewhere? How many other cases of the district met something similar, while you write it down. Withdrawn barriers
    /// do not count.
    #[graphql(guard = "Requires(Action::CountBarriers)")]
    async fn barriers_seen_elsewhere(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is looked for.")] input: SeenElsewhereInput,
    ) -> Result<SeenElsewhere, Failure> {
        let permit = ctx.permit::<verb::CountBarriers>()?;
        let pattern = Pattern {
            kind: input.kind,
            need_area: input.need_area,
            legal_sphere: input.legal_sphere,
            institution_id: input.institution_id,
            municipality_id: None,
        };
        // With and without one case: that would be a question about that case, for those who may see it only.
        let except = match input.case_id {
            Some(id) if ctx.actor()?.may(Action::ReadCase) => ctx.load(id).await?.map(|case| case.id),
            _ => None,
        };
        let fitting = if pattern == Pattern::default() {
            Similar::default()
        } else {
            records::like_pattern(ctx.store(), &permit, &pattern, except).await?
        };
        let text: String = input.vignette.unwrap_or_default().chars().take(VIGNETTE_MAXIMUM).collect();
        let alike = records::like_text(ctx.store(), &permit, &text, except).await?;
        Ok(SeenElsewhere::of(fitting, alike, audience(ctx)?))
    }
}

/// Notes for the access log whom a refused text named: the refusal told the writer that somebody is called so.
async fn told(
    ctx: &Context<'_>,
    answer: Answer<records::Barrier>,
    case: Option<CaseId>,
    texts: &[Option<&str>],
) -> Result<BarrierPayload, Failure> {
    let is_named = answer.user_errors.iter().any(|error| error.code == ErrorCode::TextNamesPerson);
    if let (true, Some(case)) = (is_named, case) {
        let permit = ctx.actor()?.permit_whatever::<verb::ReadCase>();
        let texts: Vec<&str> = texts.iter().copied().flatten().collect();
        ctx.state().trail.note(records::comparisons(ctx.store(), &permit, case, &texts).await?);
    }
    Ok(answer.into())
}

async fn case_of(ctx: &Context<'_>, id: BarrierId) -> Result<Option<CaseId>, Failure> {
    Ok(ctx.load(id).await?.map(|barrier| barrier.case_id))
}

/// Commands about barriers.
#[derive(Default)]
pub struct BarrierMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl BarrierMutations {
    /// Raises a barrier from a case, or from a measure that was refused or not available. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::RaiseBarrier)")]
    async fn barrier_raise(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The barrier.")] input: BarrierRaiseInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<BarrierPayload, Failure> {
        let reason = options.as_ref().and_then(|options| options.reason.clone());
        let answer = ctx.create(&input, options).await?;
        let case = match (input.case_id, input.measure_id) {
            (None, Some(measure)) => ctx.load(measure).await?.map(|measure| measure.case_id),
            (case, _) => case,
        };
        told(ctx, answer, case, &[input.vignette.as_deref(), reason.as_deref()]).await
    }

    /// Moves a barrier on its stair, along `Barrier.availableMoves`. The case manager moves it as long as case managers are
    /// accountable, and onto the first stage beyond; supervisors move it from there on.
    #[graphql(guard = "Requires(Action::MoveBarrier)")]
    async fn barrier_move(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The barrier and the stage.")] input: BarrierMoveInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<BarrierPayload, Failure> {
        let reason = options.as_ref().and_then(|options| options.reason.clone());
        let answer = ctx.change(&input, options).await?;
        let case = case_of(ctx, input.barrier_id).await?;
        told(ctx, answer, case, &[reason.as_deref()]).await
    }

    /// Says what became of a barrier: solved, back again, or withdrawn. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::RaiseBarrier)")]
    async fn barrier_settle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The barrier and what became of it.")] input: BarrierSettleInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<BarrierPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Records what a barrier has cost by now. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::RaiseBarrier)")]
    async fn barrier_record_loss(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The barrier and what it cost.")] input: BarrierRecordLossInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<BarrierPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
