//! Sessions of professional supervision: asked for, scheduled, held, closed; what was agreed, added and settled.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::SupervisionItemStatus;
use entity::ids::{CaseId, Identifier, StaffMemberId, SupervisionAgreementId, SupervisionSessionId};
use serde::Serialize;
use serde_json::json;

use crate::access::{Extent, on, verb};
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::casework::supervision_session::{SessionTransition, after};
use crate::domain::input::{Checks, REASON_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::casework::case::{case_managers_of, is_member, of_account};
use crate::store::casework::guarded_text::names_of_cases_in;
use crate::store::casework::supervision_session::{self, SupervisionAgreement, SupervisionSession};

/// The most cases of one session.
const CASES_MAXIMUM: usize = 50;
/// The most agreements of one session.
const AGREEMENTS_MAXIMUM: usize = 50;

impl Record for SupervisionSession {
    type Id = SupervisionSessionId;

    fn id(&self) -> SupervisionSessionId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

macro_rules! loads_session {
    () => {
        async fn load(
            work: &Work<'_, Self::Verb>,
            id: SupervisionSessionId,
        ) -> Result<Option<SupervisionSession>, Failure> {
            supervision_session::lock(work.transaction.connection(), work.permit, id).await
        }
    };
}

macro_rules! changes_session {
    () => {
        fn target(&self) -> (SupervisionSessionId, &'static str) {
            (self.session_id, "sessionId")
        }

        fn expected_version(&self) -> Option<i32> {
            self.expected_version
        }
    };
}

/// Refuses a text that tells who a person of the cases is, naming the place and not the person.
async fn guard<V: on::SupervisionSession>(
    work: &Work<'_, V>,
    cases: &[CaseId],
    path: &str,
    text: Option<&str>,
) -> Result<(), Stop> {
    let Some(text) = text else { return Ok(()) };
    let found = names_of_cases_in(work.transaction, work.permit, cases, &[text]).await?;
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

/// The cases that a session, which was locked in this transaction, could speak of.
async fn cases<V: on::SupervisionSession>(
    work: &Work<'_, V>,
    session: &SupervisionSession,
) -> Result<Vec<CaseId>, Failure> {
    supervision_session::cases_concerned(work.transaction.connection(), work.permit, session).await
}

/// Checks that the actor may supervise: never the own work, and never that of somebody whose line supervisor the actor is
/// (domain rule 15). That the actor belongs to the integration centre follows from the role.
async fn supervises(work: &Work<'_, verb::HoldSupervision>, session: &SupervisionSession) -> Result<(), Stop> {
    let connection = work.transaction.connection();
    let account = work.actor.account_id().ok_or_else(|| Failure::new(ErrorCode::Forbidden))?;
    let staff = session.staff_member_id;
    if supervision_session::is_own(connection, work.permit, staff, account).await? {
        return Err(UserError::at("", ErrorCode::SupervisesOneself).into());
    }
    if supervision_session::is_line_supervisor(connection, work.permit, staff, account).await? {
        return Err(UserError::at("", ErrorCode::SupervisionsNotSeparate).into());
    }
    Ok(())
}

async fn store(
    work: &Work<'_, verb::HoldSupervision>,
    mut session: SupervisionSession,
) -> Result<Done<SupervisionSession>, Stop> {
    session.version = session.version.saturating_add(1);
    supervision_session::update(work.transaction.connection(), work.permit, &session).await?;
    Ok(Done::new(session))
}

/// A session of professional supervision that is asked for: by a case manager about the own work, or by a supervisor about
/// the work of a case manager.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct SupervisionSessionRequestInput {
    /// Whose work it is about; left out: your own. It has to be somebody who holds a case-management position today.
    pub staff_member_id: Option<StaffMemberId>,
    /// Which cases are to be spoken about, pseudonymously: cases that the person leads or stands in for. At most 50.
    #[graphql(default)]
    pub case_ids: Vec<CaseId>,
}

impl Command for SupervisionSessionRequestInput {
    const NAME: &'static str = "supervisionSessionRequest";
    type Verb = verb::RequestSupervision;
    type Record = SupervisionSession;

    loads_session!();

    fn check(&self, checks: &mut Checks) {
        checks.require(self.case_ids.len() <= CASES_MAXIMUM, || {
            UserError::at("caseIds", ErrorCode::ListTooLong).with("maximum", CASES_MAXIMUM)
        });
    }
}

impl Creates for SupervisionSessionRequestInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<SupervisionSession>, Stop> {
        let connection = work.transaction.connection();
        let account = work.actor.account_id().ok_or_else(|| Failure::new(ErrorCode::Forbidden))?;
        let staff = match self.staff_member_id {
            Some(id) => {
                let is_reached = match work.permit.extent() {
                    Extent::District => true,
                    Extent::Part { .. } => supervision_session::is_own(connection, work.permit, id, account).await?,
                };
                let unknown = || UserError::at("staffMemberId", ErrorCode::NotFound);
                let id = Some(id).filter(|_| is_reached).ok_or_else(unknown)?;
                let found = case_managers_of(connection, work.permit, is_member(id)).await?;
                found.first().copied()
            }
            None => match case_managers_of(connection, work.permit, of_account(account)).await?.as_slice() {
                [one] => Some(*one),
                _ => None,
            },
        };
        let staff = staff.ok_or_else(|| UserError::at("staffMemberId", ErrorCode::NotACaseManager))?;
        let mut linked = self.case_ids.clone();
        linked.sort_unstable();
        linked.dedup();
        let own = supervision_session::cases_of_staff(connection, work.permit, staff).await?;
        let foreign: Vec<UserError> = self
            .case_ids
            .iter()
            .enumerate()
            .filter(|(_, case)| !own.contains(case))
            .map(|(index, _)| UserError::at(&format!("caseIds.{index}"), ErrorCode::CaseOfOtherLead))
            .collect();
        if !foreign.is_empty() {
            return Err(foreign.into());
        }
        guard(work, &own, "options.reason", work.reason).await?;
        let session = SupervisionSession {
            id: SupervisionSessionId::new(),
            district_id: work.permit.district_id(),
            staff_member_id: staff,
            requested_by: Some(account),
            supervisor_id: None,
            status: SupervisionItemStatus::Requested,
            planned_on: None,
            held_on: None,
            version: 1,
            created_at: work.now,
        };
        supervision_session::insert(connection, work.permit, &session).await?;
        supervision_session::link(connection, work.permit, session.id, &linked).await?;
        Ok(Done::new(session).with(json!({ "cases": linked })))
    }
}

/// A session for which a day is set, or another one. You become its supervisor.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct SupervisionSessionScheduleInput {
    /// The session.
    pub session_id: SupervisionSessionId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// The day: today or later.
    pub planned_on: NaiveDate,
}

impl Command for SupervisionSessionScheduleInput {
    const NAME: &'static str = "supervisionSessionSchedule";
    type Verb = verb::HoldSupervision;
    type Record = SupervisionSession;

    loads_session!();

    fn check(&self, checks: &mut Checks) {
        checks.day("plannedOn", Some(self.planned_on));
    }
}

impl Changes for SupervisionSessionScheduleInput {
    changes_session!();

    async fn change(
        &self,
        work: &Work<'_, Self::Verb>,
        mut session: SupervisionSession,
    ) -> Result<Done<SupervisionSession>, Stop> {
        session.status = after(session.status, SessionTransition::Schedule, 0)?;
        supervises(work, &session).await?;
        guard(work, &cases(work, &session).await?, "options.reason", work.reason).await?;
        if self.planned_on < work.today {
            let past = UserError::at("plannedOn", ErrorCode::DateOutOfRange);
            return Err(past.with("earliest", work.today).with("latest", "2100-12-31").into());
        }
        session.planned_on = Some(self.planned_on);
        session.supervisor_id = work.actor.account_id();
        store(work, session).await
    }
}

/// A session that took place. You become its supervisor, if somebody else was to hold it.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct SupervisionSessionHoldInput {
    /// The session.
    pub session_id: SupervisionSessionId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// The day on which it took place, not in the future; today if left out.
    pub held_on: Option<NaiveDate>,
}

impl Command for SupervisionSessionHoldInput {
    const NAME: &'static str = "supervisionSessionHold";
    type Verb = verb::HoldSupervision;
    type Record = SupervisionSession;

    loads_session!();

    fn check(&self, checks: &mut Checks) {
        checks.day("heldOn", self.held_on);
    }
}

impl Changes for SupervisionSessionHoldInput {
    changes_session!();

    async fn change(
        &self,
        work: &Work<'_, Self::Verb>,
        mut session: SupervisionSession,
    ) -> Result<Done<SupervisionSession>, Stop> {
        session.status = after(session.status, SessionTransition::Hold, 0)?;
        supervises(work, &session).await?;
        guard(work, &cases(work, &session).await?, "options.reason", work.reason).await?;
        let held_on = self.held_on.unwrap_or(work.today);
        if held_on > work.today {
            let future = UserError::at("heldOn", ErrorCode::DateOutOfRange);
            return Err(future.with("earliest", "1950-01-01").with("latest", work.today).into());
        }
        session.held_on = Some(held_on);
        session.supervisor_id = work.actor.account_id();
        store(work, session).await
    }
}

/// A session that is over: all that was agreed is done, or nothing was; one that never took place is given up by this.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct SupervisionSessionCloseInput {
    /// The session.
    pub session_id: SupervisionSessionId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

impl Command for SupervisionSessionCloseInput {
    const NAME: &'static str = "supervisionSessionClose";
    type Verb = verb::HoldSupervision;
    type Record = SupervisionSession;

    loads_session!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for SupervisionSessionCloseInput {
    changes_session!();

    async fn change(
        &self,
        work: &Work<'_, Self::Verb>,
        mut session: SupervisionSession,
    ) -> Result<Done<SupervisionSession>, Stop> {
        let connection = work.transaction.connection();
        let agreements = supervision_session::agreements_of(connection, work.permit, &[session.id]).await?;
        let open = agreements.iter().filter(|agreement| agreement.done_at.is_none()).count();
        session.status = after(session.status, SessionTransition::Close, open)?;
        supervises(work, &session).await?;
        guard(work, &cases(work, &session).await?, "options.reason", work.reason).await?;
        store(work, session).await
    }
}

/// Something that was agreed in a session, about the work. It must not tell who a person of the session's cases is: a text
/// with a name, a birth date, an address, a telephone number or a mail address of them or their households is refused with
/// the place, and the attempt is recorded in the access log.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct SupervisionAgreementAddInput {
    /// The session: it took place.
    pub session_id: SupervisionSessionId,
    /// The version that you saw; refused if the session was changed since.
    pub expected_version: Option<i32>,
    /// What was agreed, about the work and without personal data of clients. At most 2000 characters.
    pub text: String,
    /// Until when it is to be done; null: no day was agreed.
    pub due_on: Option<NaiveDate>,
}

impl Command for SupervisionAgreementAddInput {
    const NAME: &'static str = "supervisionAgreementAdd";
    type Verb = verb::HoldSupervision;
    type Record = SupervisionSession;

    loads_session!();

    fn check(&self, checks: &mut Checks) {
        checks.prose("text", Some(&self.text), REASON_MAXIMUM);
        checks.day("dueOn", self.due_on);
    }
}

impl Changes for SupervisionAgreementAddInput {
    changes_session!();

    async fn change(
        &self,
        work: &Work<'_, Self::Verb>,
        mut session: SupervisionSession,
    ) -> Result<Done<SupervisionSession>, Stop> {
        let connection = work.transaction.connection();
        session.status = after(session.status, SessionTransition::Agree, 0)?;
        supervises(work, &session).await?;
        let cases = cases(work, &session).await?;
        guard(work, &cases, "text", Some(&self.text)).await?;
        guard(work, &cases, "options.reason", work.reason).await?;
        let present = supervision_session::agreements_of(connection, work.permit, &[session.id]).await?;
        if present.len() >= AGREEMENTS_MAXIMUM {
            return Err(UserError::at("", ErrorCode::ListTooLong).with("maximum", AGREEMENTS_MAXIMUM).into());
        }
        let agreement = SupervisionAgreement {
            id: SupervisionAgreementId::new(),
            district_id: session.district_id,
            session_id: session.id,
            text: self.text.trim().to_owned(),
            due_on: self.due_on,
            done_at: None,
            created_at: work.now,
        };
        supervision_session::add_agreement(connection, work.permit, &agreement).await?;
        // The text stays out of the log: it is for the two who agreed.
        let told = json!({ "agreementAdded": agreement.id, "dueOn": agreement.due_on });
        Ok(store(work, session).await?.with(told))
    }
}

/// Something that was agreed in a session and is done.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct SupervisionAgreementSettleInput {
    /// The session.
    pub session_id: SupervisionSessionId,
    /// The version that you saw; refused if the session was changed since.
    pub expected_version: Option<i32>,
    /// What is done.
    pub agreement_id: SupervisionAgreementId,
}

impl Command for SupervisionAgreementSettleInput {
    const NAME: &'static str = "supervisionAgreementSettle";
    type Verb = verb::HoldSupervision;
    type Record = SupervisionSession;

    loads_session!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for SupervisionAgreementSettleInput {
    changes_session!();

    async fn change(
        &self,
        work: &Work<'_, Self::Verb>,
        mut session: SupervisionSession,
    ) -> Result<Done<SupervisionSession>, Stop> {
        let connection = work.transaction.connection();
        session.status = after(session.status, SessionTransition::Settle, 0)?;
        supervises(work, &session).await?;
        guard(work, &cases(work, &session).await?, "options.reason", work.reason).await?;
        let agreements = supervision_session::agreements_of(connection, work.permit, &[session.id]).await?;
        let is_open = |row: &&SupervisionAgreement| row.id == self.agreement_id && row.done_at.is_none();
        let open = agreements.iter().find(is_open);
        open.ok_or_else(|| UserError::at("agreementId", ErrorCode::AgreementSettled))?;
        supervision_session::settle_agreement(connection, work.permit, self.agreement_id, work.now).await?;
        Ok(store(work, session).await?.with(json!({ "agreementSettled": self.agreement_id })))
    }
}
