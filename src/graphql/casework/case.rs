//! Cases.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{
    AgeBand, CaseIntensity, CasePhase, CaseStatus, CaseUnit, ClosureReason, DeadlineStatus, GenderStatistical,
    LanguageLevel, ReferralSource, TaskStatus,
};

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::casework::case::{
    CaseAdvancePhaseInput, CaseCloseInput, CaseCorrectInput, CaseNameSubstituteInput, CaseOpenInput, CasePauseInput,
    CaseReopenInput, CaseResumeInput,
};
use crate::commands::casework::legal_sphere_period::CaseChangeLegalSphereInput;
use crate::domain::casework::case::{STEPS, phase_blocked_by};
use crate::error::{self, ErrorCode, Failure};
use crate::graphql::casework::assessment::{self, Assessment};
use crate::graphql::casework::client::{CasePerson, Client};
use crate::graphql::casework::contact::{self, Contact};
use crate::graphql::casework::deadline::{self, Deadline};
use crate::graphql::casework::document::Document;
use crate::graphql::casework::legal_sphere_period::{self, LegalSpherePeriod};
use crate::graphql::casework::note::{self, Note};
use crate::graphql::casework::support_plan::{self, SupportPlan};
use crate::graphql::casework::task::{self, Task};
use crate::graphql::casework::transfer::Transfer;
use crate::graphql::casework::unmasking::Unmasking;
use crate::graphql::connection::{
    Counted, Counter, List, PageArguments, RelationArguments, SortDirection, TotalCount, connect, connect_loaded,
};
use crate::graphql::context::Ask;
use crate::graphql::district::municipality::Municipality;
use crate::graphql::errors::UserError;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{
    BarriersOf, CaseManager, DocumentCountOf, DocumentsOf, FactsOf, PersonsOf, PhaseChangesOf, TransfersOf,
    UnmaskingsOf,
};
use crate::graphql::log::access::{AccessEntry, accesses_of};
use crate::graphql::log::entry::{LogEntry, history};
use crate::graphql::payload::payload;
use crate::graphql::staffing::staff_member::StaffMember;
use crate::graphql::structure::barrier::Barrier;
use crate::store::casework::case::{self, CaseFilter};
use crate::store::casework::case_phase_change;
use crate::store::log::access::Of;
use crate::store::log::history::Subject;

/// A case: one person or household that a case manager helps. It is pseudonymous: names, addresses and notes are no part of
/// it. Case managers see the cases that they lead or stand in for, supervisors at the integration centre all of the district;
/// nobody else sees a single case.
pub struct Case(pub case::Case);

/// A phase that a case could go to.
#[derive(SimpleObject)]
pub struct AvailablePhase {
    /// The phase.
    phase: CasePhase,
    /// Whether the step leads back, and therefore needs a reason.
    leads_back: bool,
    /// Whether you can go there now.
    allowed: bool,
    /// What stands in the way; empty if allowed.
    blocked_by: Vec<UserError>,
}

/// A step of a case from one phase to another.
pub struct CasePhaseChange(pub case_phase_change::CasePhaseChange);

/// A step of a case from one phase to another.
#[Object]
impl CasePhaseChange {
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The phase before; null when the case was opened.
    async fn previous_phase(&self) -> Option<CasePhase> {
        self.0.from_phase
    }

    /// The phase after.
    async fn phase(&self) -> CasePhase {
        self.0.to_phase
    }

    /// When.
    async fn changed_on(&self) -> NaiveDate {
        self.0.changed_on
    }
}

/// A case: one person or household that a case manager helps. It is pseudonymous: names, addresses and notes are no part of
/// it. Case managers see the cases that they lead or stand in for, supervisors at the integration centre all of the district;
/// nobody else sees a single case.
#[Object]
impl Case {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The reference that people call it by: year and number, unique in the district, e.g. `2023-0042`. Tells nothing about
    /// the person.
    async fn reference(&self) -> String {
        format!("{}-{:04}", self.0.year, self.0.number)
    }

    /// The municipality that it belongs to.
    async fn municipality(&self, ctx: &Context<'_>) -> Result<Option<Municipality>, Failure> {
        Ok(ctx.load(self.0.municipality_id).await?.map(Municipality))
    }

    /// The case manager who leads it: exactly one.
    async fn lead(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>, Failure> {
        Ok(ctx.load(CaseManager { case: self.0.id, staff_member: self.0.lead_id }).await?.map(StaffMember::from))
    }

    /// Who stands in for the lead; null if nobody is named.
    async fn substitute(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>, Failure> {
        let Some(substitute) = self.0.substitute_id else { return Ok(None) };
        Ok(ctx.load(CaseManager { case: self.0.id, staff_member: substitute }).await?.map(StaffMember::from))
    }

    /// The person that it is about: the identity, apart from the case. Null (with an entry in `extensions.redactions`) if you
    /// may not see who it is.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>, Failure> {
        let client = ctx.load(self.0.client_id).await?;
        if client.is_none() {
            ctx.redact();
        }
        Ok(client.map(Client))
    }

    /// Who belongs to the case: the person that it is about, and the household, in the order in which they joined.
    async fn persons(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<CasePerson>, Failure> {
        let rows = ctx.load(PersonsOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        connect_loaded(ctx, "case persons", &arguments, rows, |row| row.id.0, CasePerson)
    }

    /// Its documents that are not deleted, oldest first. Empty (with an entry in `extensions.redactions`) if there are some
    /// that do not open for you: `documentCount` says how many there are.
    async fn documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Document>, Failure> {
        let rows = ctx.load(DocumentsOf(self.0.id)).await?.unwrap_or_default();
        if rows.is_empty() && ctx.load(DocumentCountOf(self.0.id)).await?.is_some() {
            ctx.redact();
        }
        let arguments = RelationArguments { first, after };
        connect_loaded(ctx, "case documents", &arguments, rows, |row| row.id.0, Document)
    }

    /// How many documents are stored with it. Everybody who sees the case sees this number, and nothing else of them.
    async fn document_count(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        let count = ctx.load(DocumentCountOf(self.0.id)).await?.unwrap_or_default();
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// Person or household.
    async fn unit(&self) -> CaseUnit {
        self.0.unit
    }

    /// How much work it needs.
    async fn intensity(&self) -> CaseIntensity {
        self.0.intensity
    }

    /// Where the person came from.
    async fn referral_source(&self) -> ReferralSource {
        self.0.referral_source
    }

    /// Whether it is being worked on.
    async fn status(&self) -> CaseStatus {
        self.0.status
    }

    /// Phase of the work.
    async fn phase(&self) -> CasePhase {
        self.0.phase
    }

    /// Since when it is in this phase.
    async fn phase_since(&self) -> NaiveDate {
        self.0.phase_since
    }

    /// First day.
    async fn opened_on(&self) -> NaiveDate {
        self.0.opened_on
    }

    /// Day of the closure; null while it is not closed.
    async fn closed_on(&self) -> Option<NaiveDate> {
        self.0.closed_on
    }

    /// Why it was closed; null while it is not.
    async fn closure_reason(&self) -> Option<ClosureReason> {
        self.0.closure_reason
    }

    /// Band of age, for statistics; null if it was not said.
    async fn age_band(&self) -> Option<AgeBand> {
        self.0.age_band
    }

    /// Gender, for statistics; null if it was not said.
    async fn gender(&self) -> Option<GenderStatistical> {
        self.0.gender
    }

    /// Group of nationalities (a code of the list NATIONALITY_GROUP), for statistics; null if it was not said.
    async fn nationality_group(&self) -> Option<&str> {
        self.0.nationality_group.as_deref()
    }

    /// Group of residence titles (a code of the list RESIDENCE_GROUP), for statistics; null if it was not said.
    async fn residence_group(&self) -> Option<&str> {
        self.0.residence_group.as_deref()
    }

    /// Level of German, for statistics; null if it was not said.
    async fn language_level(&self) -> Option<LanguageLevel> {
        self.0.language_level
    }

    /// First day of the month of arrival, for statistics; null if it was not said.
    async fn arrival_month(&self) -> Option<NaiveDate> {
        self.0.arrival_month
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the record was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Its way through the phases, earliest first.
    async fn phase_changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<CasePhaseChange>, Failure> {
        let rows = ctx.load(PhaseChangesOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        connect_loaded(ctx, "phaseChanges", &arguments, rows, |row| row.id.0, CasePhaseChange)
    }

    /// Its deadlines, the next one first.
    async fn deadlines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those in one of these statuses; all if left out.")] status_in: Option<
            Vec<DeadlineStatus>,
        >,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Deadline>, Failure> {
        deadline::of_case(ctx, &self.0, status_in.as_deref(), &RelationArguments { first, after }).await
    }

    /// The offers of the case to other case managers, and the requests for it, oldest first.
    async fn transfers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Transfer>, Failure> {
        let rows = ctx.load(TransfersOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        connect_loaded(ctx, "case transfers", &arguments, rows, |row| row.id.0, Transfer)
    }

    /// The legal spheres (Rechtskreise) that it is in, in the order in which they were recorded; several can hold at once.
    async fn legal_spheres(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this day; all that there ever were if left out.")] on: Option<NaiveDate>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<LegalSpherePeriod>, Failure> {
        legal_sphere_period::of_case(ctx, self.0.id, on, &RelationArguments { first, after }).await
    }

    /// What the person needs, by area: the assessments that hold, in the order in which they were recorded.
    async fn assessments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that no later one has replaced.", default = true)] current: bool,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Assessment>, Failure> {
        assessment::of_case(ctx, self.0.id, current, &RelationArguments { first, after }).await
    }

    /// The support plan that is agreed; null if none is.
    async fn support_plan(&self, ctx: &Context<'_>) -> Result<Option<SupportPlan>, Failure> {
        support_plan::agreed_in(ctx, self.0.id).await
    }

    /// All support plans, the latest first: a draft, the agreed one, those that were replaced.
    async fn support_plans(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<SupportPlan>, Failure> {
        support_plan::of_case(ctx, self.0.id, &RelationArguments { first, after }).await
    }

    /// The contacts, latest first.
    async fn contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the latest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Contact>, Failure> {
        contact::of_case(ctx, self.0.id, RelationArguments { first, after }).await
    }

    /// The notes, latest first.
    async fn notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the latest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Note>, Failure> {
        note::of_case(ctx, self.0.id, RelationArguments { first, after }).await
    }

    /// What is to be done, by the day on which it is due.
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those in one of these statuses; all if left out.")] status_in: Option<Vec<TaskStatus>>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Task>, Failure> {
        task::of_case(ctx, self.0.id, status_in.as_deref(), &RelationArguments { first, after }).await
    }

    /// The barriers that were raised from the case, in the order in which they were.
    async fn barriers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Barrier>, Failure> {
        let rows = ctx.load(BarriersOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        connect_loaded(ctx, &format!("barriers {}", self.0.id), &arguments, rows, |row| row.id.0, Barrier)
    }

    /// How many tasks are open. They do not block closing: ask for it with `caseClose` to warn of what is left undone.
    async fn open_tasks(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        let facts = ctx.load(FactsOf(self.0.id)).await?.unwrap_or_default();
        Ok(i32::try_from(facts.open_tasks).unwrap_or(i32::MAX))
    }

    /// The phases that a step leads to from the present one, with what stands in the way. `caseAdvancePhase` decides by the
    /// same table.
    async fn available_phases(&self, ctx: &Context<'_>) -> Result<Vec<AvailablePhase>, Failure> {
        let may = ctx.actor()?.may(Action::WorkOnCase);
        let facts = ctx.load(FactsOf(self.0.id)).await?.unwrap_or_default();
        let phases = STEPS.iter().filter(|step| step.from == self.0.phase).map(|step| {
            let mut reasons = phase_blocked_by(self.0.status, self.0.phase, step.to, &facts);
            if !may {
                reasons.push(error::UserError::at("", ErrorCode::Forbidden));
            }
            AvailablePhase {
                phase: step.to,
                leads_back: step.back,
                allowed: reasons.is_empty(),
                blocked_by: reasons.into_iter().map(UserError).collect(),
            }
        });
        Ok(phases.collect())
    }

    /// For whom of the integration centre it was unmasked, on what basis and until when, earliest first. The lead and the
    /// substitute see it with the reasons.
    async fn unmaskings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Unmasking>, Failure> {
        let rows = ctx.load(UnmaskingsOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        connect_loaded(ctx, &format!("unmaskings {}", self.0.id), &arguments, rows, |row| row.id.0, Unmasking)
    }

    /// Who read identified data of the case, newest first: what stands in it, and who its people are. For the lead and the
    /// substitute; empty (with an entry in `extensions.redactions`) for others.
    async fn accesses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<AccessEntry>, Failure> {
        accesses_of(ctx, Of::Case(self.0.id), first, after).await
    }

    /// What was done to it, newest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<LogEntry>, Failure> {
        history(ctx, Subject::Case(self.0.id), first, after).await
    }
}

payload! {
    /// The answer to a command about a case.
    CasePayload {
        /// The case as it stands now; null if rules forbade the command.
        case: Case
    } from case::Case, Case
}

/// Queries about cases.
#[derive(Default)]
pub struct CaseQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl CaseQueries {
    /// One case; null if it does not exist or is not yours to see.
    #[graphql(guard = "Requires(Action::ReadCase)")]
    async fn case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: entity::ids::CaseId,
    ) -> Result<Option<Case>, Failure> {
        Ok(ctx.load(id).await?.map(Case))
    }

    /// The cases that you may see, in the order of their opening.
    #[graphql(guard = "Requires(Action::ReadCase)")]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn cases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if left out.")] filter: Option<CaseFilter>,
        #[graphql(desc = "In which direction.", default)] direction: SortDirection,
        #[graphql(desc = "So many from the beginning; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<Counted<Case>, Failure> {
        let list = format!("cases {direction:?}");
        let arguments = PageArguments { first, after, last, before };
        let window = arguments.window(ctx, &list, direction)?;
        let page = case::page(ctx.store(), &ctx.permit::<verb::ReadCase>()?, filter.as_ref(), &window).await?;
        let count = TotalCount(Counter::Cases(filter.map(Box::new)));
        connect(ctx, &list, &arguments, page, count, case::boundary, Case)
    }
}

/// Commands about cases.
#[derive(Default)]
pub struct CaseMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl CaseMutations {
    /// Opens a case, whose lead you become. For case managers who hold exactly one case-management position today.
    #[graphql(guard = "Requires(Action::OpenCase)")]
    async fn case_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case to be opened.")] input: CaseOpenInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<CasePayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Corrects what was recorded when a case was opened, or brings it up to date; what it said before stays in the history.
    /// Published statistics stay as they are. Not for closed cases. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn case_correct(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case, and what is to be corrected.")] input: CaseCorrectInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<CasePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Moves a case on to another phase, or back to one, along the steps that `availablePhases` shows. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn case_advance_phase(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case and the phase to go to.")] input: CaseAdvancePhaseInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<CasePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Lets a case rest: OPEN → PAUSED. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn case_pause(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case that is to rest.")] input: CasePauseInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<CasePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Takes a resting case up again: PAUSED → OPEN. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn case_resume(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case to be taken up again.")] input: CaseResumeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<CasePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Closes a case from whatever phase: → CLOSED, phase CLOSURE. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn case_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case to be closed, and why.")] input: CaseCloseInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<CasePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Takes a closed case up again: CLOSED → OPEN, phase ASSESSMENT. Needs a reason. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn case_reopen(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The closed case.")] input: CaseReopenInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<CasePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Names who stands in for the lead, or nobody. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn case_name_substitute(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case and who stands in for the lead.")] input: CaseNameSubstituteInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<CasePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Records a change of the legal sphere (Rechtskreiswechsel): what ends and what begins on a day, in one. For the lead and
    /// the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn case_change_legal_sphere(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case, what ends and what begins.")] input: CaseChangeLegalSphereInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<CasePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
