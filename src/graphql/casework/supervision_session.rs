//! Sessions of professional supervision.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::SupervisionItemStatus;
use entity::ids::SupervisionSessionId;

use crate::access::{Action, verb};
use crate::commands::casework::supervision_session::{
    SupervisionAgreementAddInput, SupervisionAgreementSettleInput, SupervisionSessionCloseInput,
    SupervisionSessionHoldInput, SupervisionSessionRequestInput, SupervisionSessionScheduleInput,
};
use crate::commands::{Answer, CommandOptions};
use crate::domain::casework::supervision_session::{SessionTransition, after};
use crate::error::{self, ErrorCode, Failure};
use crate::graphql::casework::case::Case;
use crate::graphql::connection::{List, PageArguments, RelationArguments, SortDirection, connect, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::errors::UserError;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{AgreementsOf, NameOf, SessionCasesOf, Supervised};
use crate::graphql::log::entry::{LogEntry, history};
use crate::graphql::payload::payload;
use crate::graphql::staffing::staff_member::StaffMember;
use crate::store::casework::supervision_session::{self as records, Concerned};
use crate::store::log::history::Subject;

/// `SupervisionSession` of the schema; the description that its readers see stands on the `impl`.
pub struct SupervisionSession(pub records::SupervisionSession);

/// `SupervisionAgreement` of the schema; the description that its readers see stands on the `impl`.
pub struct SupervisionAgreement(pub records::SupervisionAgreement);

/// A case that a session of professional supervision is about.
#[derive(SimpleObject)]
pub struct SupervisionSessionCase {
    /// The case: pseudonymous, as everywhere.
    case: Case,
}

/// A step of a session of professional supervision.
#[derive(SimpleObject)]
pub struct SessionTransitionState {
    /// The step.
    name: SessionTransition,
    /// Whether you can take it now.
    allowed: bool,
    /// What stands in the way; empty if allowed.
    blocked_by: Vec<UserError>,
}

/// Something that was agreed in a session of professional supervision. It is about the work and names no client.
#[Object]
impl SupervisionAgreement {
    /// Global id: what `supervisionAgreementSettle` takes.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// What was agreed.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// Until when it is to be done; null: no day was agreed.
    async fn due_on(&self) -> Option<NaiveDate> {
        self.0.due_on
    }

    /// When it was settled; null while it is open.
    async fn done_at(&self) -> Option<DateTime<Utc>> {
        self.0.done_at
    }

    /// When it was agreed.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// A session of professional supervision (Fachaufsichtsgespräch): a supervisor of the integration centre and a case manager
/// speak about the case manager's work, and about cases pseudonymously. The case manager and the supervisors of the district
/// see it, and nobody else.
#[Object]
impl SupervisionSession {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Where it stands.
    async fn status(&self) -> SupervisionItemStatus {
        self.0.status
    }

    /// Whose work it is about.
    async fn staff_member(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>, Failure> {
        Ok(ctx.load(Supervised(self.0.staff_member_id)).await?.map(StaffMember::from))
    }

    /// The name of who asked for it; null if the system itself did.
    async fn requested_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(id) = self.0.requested_by else { return Ok(None) };
        ctx.load(NameOf(id)).await
    }

    /// The name of who supervises; null as long as no day is set.
    async fn supervisor_name(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(id) = self.0.supervisor_id else { return Ok(None) };
        ctx.load(NameOf(id)).await
    }

    /// The day that is set; null as long as none is.
    async fn planned_on(&self) -> Option<NaiveDate> {
        self.0.planned_on
    }

    /// The day on which it took place; null as long as it did not.
    async fn held_on(&self) -> Option<NaiveDate> {
        self.0.held_on
    }

    /// The cases that it is about, as far as you may see them: one that passed to another case manager is no longer here for
    /// the one before.
    async fn cases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<SupervisionSessionCase>, Failure> {
        let rows = ctx.load(SessionCasesOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        let list = format!("session cases {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, |row| row.id.0, |row| SupervisionSessionCase { case: Case(row) })
    }

    /// What was agreed, earliest first.
    async fn agreements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<SupervisionAgreement>, Failure> {
        let rows = ctx.load(AgreementsOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        let list = format!("agreements {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, |row| row.id.0, SupervisionAgreement)
    }

    /// The steps of a session's life, with what stands in the way of each. The commands decide by the same table; that nobody
    /// supervises the own work, nor that of somebody whose line supervisor one is, only they check.
    async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<SessionTransitionState>, Failure> {
        let may = ctx.actor()?.may(Action::HoldSupervision);
        let agreements = ctx.load(AgreementsOf(self.0.id)).await?.unwrap_or_default();
        let open = agreements.iter().filter(|agreement| agreement.done_at.is_none()).count();
        let state = |name: SessionTransition| {
            let mut reasons: Vec<error::UserError> = after(self.0.status, name, open).err().into_iter().collect();
            if !may {
                reasons.push(error::UserError::at("", ErrorCode::Forbidden));
            }
            SessionTransitionState {
                name,
                allowed: reasons.is_empty(),
                blocked_by: reasons.into_iter().map(UserError).collect(),
            }
        };
        Ok(SessionTransition::ALL.into_iter().map(state).collect())
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// What was done to it, newest first. What was agreed stands in `agreements` only.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<LogEntry>, Failure> {
        history(ctx, Subject::SupervisionSession(self.0.id), first, after).await
    }
}

payload! {
    /// The answer to a command about a session of professional supervision.
    SupervisionSessionPayload {
        /// The session as it stands now; null if rules forbade the command.
        supervision_session: SupervisionSession
    } from records::SupervisionSession, SupervisionSession
}

/// Queries about sessions of professional supervision.
#[derive(Default)]
pub struct SupervisionSessionQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl SupervisionSessionQueries {
    /// One session of professional supervision; null if it does not exist or is not yours to see.
    #[graphql(guard = "Requires(Action::ReadSupervisionSession)")]
    async fn supervision_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: SupervisionSessionId,
    ) -> Result<Option<SupervisionSession>, Failure> {
        Ok(ctx.load(id).await?.map(SupervisionSession))
    }

    /// The sessions of professional supervision that you may see, newest first: case managers those about their own work,
    /// supervisors all of the district.
    #[graphql(guard = "Requires(Action::ReadSupervisionSession)")]
    async fn supervision_sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<SupervisionSession>, Failure> {
        const LIST: &str = "supervisionSessions";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let page = records::page(ctx.store(), &ctx.permit::<verb::ReadSupervisionSession>()?, &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, SupervisionSession)
    }
}

/// Notes for the access log whom a refused text named: the refusal told the writer that somebody is called so.
async fn told(
    ctx: &Context<'_>,
    answer: Answer<records::SupervisionSession>,
    of: Option<Concerned>,
    texts: &[Option<&str>],
) -> Result<SupervisionSessionPayload, Failure> {
    let is_named = answer.user_errors.iter().any(|error| error.code == ErrorCode::TextNamesPerson);
    if let (true, Some(of)) = (is_named, of) {
        let permit = ctx.actor()?.permit_whatever::<verb::ReadSupervisionSession>();
        let texts: Vec<&str> = texts.iter().copied().flatten().collect();
        ctx.state().trail.note(records::comparisons(ctx.store(), &permit, of, &texts).await?);
    }
    Ok(answer.into())
}

fn reason(options: Option<&CommandOptions>) -> Option<String> {
    options.and_then(|options| options.reason.clone())
}

/// Commands about sessions of professional supervision.
#[derive(Default)]
pub struct SupervisionSessionMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl SupervisionSessionMutations {
    /// Asks for a session: a case manager about the own work, a supervisor about the work of a case manager. → REQUESTED.
    #[graphql(guard = "Requires(Action::RequestSupervision)")]
    async fn supervision_session_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose work and which cases.")] input: SupervisionSessionRequestInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<SupervisionSessionPayload, Failure> {
        let reason = reason(options.as_ref());
        let answer = ctx.create(&input, options).await?;
        told(ctx, answer, input.staff_member_id.map(Concerned::Staff), &[reason.as_deref()]).await
    }

    /// Sets the day of a session, or another one: REQUESTED or SCHEDULED → SCHEDULED. For supervisors, never about the own work
    /// or as the line supervisor of the person.
    #[graphql(guard = "Requires(Action::HoldSupervision)")]
    async fn supervision_session_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session and the day.")] input: SupervisionSessionScheduleInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<SupervisionSessionPayload, Failure> {
        let reason = reason(options.as_ref());
        let answer = ctx.change(&input, options).await?;
        told(ctx, answer, Some(Concerned::Session(input.session_id)), &[reason.as_deref()]).await
    }

    /// Records that a session took place: SCHEDULED → HELD. For supervisors, never about the own work or as the line supervisor
    /// of the person.
    #[graphql(guard = "Requires(Action::HoldSupervision)")]
    async fn supervision_session_hold(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session that took place.")] input: SupervisionSessionHoldInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<SupervisionSessionPayload, Failure> {
        let reason = reason(options.as_ref());
        let answer = ctx.change(&input, options).await?;
        told(ctx, answer, Some(Concerned::Session(input.session_id)), &[reason.as_deref()]).await
    }

    /// Closes a session of which nothing is left to do, or gives up one that never took place: → CLOSED. For supervisors.
    #[graphql(guard = "Requires(Action::HoldSupervision)")]
    async fn supervision_session_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session that is over.")] input: SupervisionSessionCloseInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<SupervisionSessionPayload, Failure> {
        let reason = reason(options.as_ref());
        let answer = ctx.change(&input, options).await?;
        told(ctx, answer, Some(Concerned::Session(input.session_id)), &[reason.as_deref()]).await
    }

    /// Records what was agreed in a session: HELD or FOLLOW_UP → FOLLOW_UP. A text that tells who a client of the person is, is
    /// refused with the place (TEXT_NAMES_PERSON). For supervisors.
    #[graphql(guard = "Requires(Action::HoldSupervision)")]
    async fn supervision_agreement_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session and what was agreed.")] input: SupervisionAgreementAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<SupervisionSessionPayload, Failure> {
        let reason = reason(options.as_ref());
        let answer = ctx.change(&input, options).await?;
        let of = Some(Concerned::Session(input.session_id));
        told(ctx, answer, of, &[Some(input.text.as_str()), reason.as_deref()]).await
    }

    /// Records that something that was agreed is done. For supervisors.
    #[graphql(guard = "Requires(Action::HoldSupervision)")]
    async fn supervision_agreement_settle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session and what is done.")] input: SupervisionAgreementSettleInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<SupervisionSessionPayload, Failure> {
        let reason = reason(options.as_ref());
        let answer = ctx.change(&input, options).await?;
        told(ctx, answer, Some(Concerned::Session(input.session_id)), &[reason.as_deref()]).await
    }
}
