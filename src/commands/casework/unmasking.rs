//! Unmasking a case for oneself, on a documented legal basis and for a time; ending it earlier.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::{LegalBasis, NoticeKind, TextKind};
use entity::ids::{AccountId, CaseId, ClientId, Identifier, UnmaskingId};
use serde::Serialize;

use crate::access::{on, verb};
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Texts, Work};
use crate::domain::casework::unmasking::{holds, unmaskable};
use crate::domain::input::{Checks, REASON_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::casework::case::{self, Case};
use crate::store::casework::notice::{self, Recipient};
use crate::store::casework::unmasking::{self, Unmasking};
use crate::store::staffing::staff_member;

impl Record for Unmasking {
    type Id = UnmaskingId;

    fn id(&self) -> UnmaskingId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }

    fn subject(&self) -> String {
        self.case_id.to_string()
    }

    fn client(&self) -> Option<ClientId> {
        Some(self.client_id)
    }
}

/// Who unmasks, and for whom alone it opens. The system itself never does.
fn unmasker<V: on::Unmasking>(work: &Work<'_, V>) -> Result<AccountId, Failure> {
    work.actor.account_id().ok_or_else(|| Failure::new(ErrorCode::Forbidden))
}

/// Tells the lead and the substitute, in the transaction of the command.
async fn tell<V: on::Unmasking>(work: &Work<'_, V>, case: &Case) -> Result<(), Failure> {
    let connection = work.transaction.connection();
    for staff in [Some(case.lead_id), case.substitute_id].into_iter().flatten() {
        if let Some(account) = staff_member::account_of(connection, work.permit, staff).await? {
            let (to, subject) = (Recipient::Account(account), case.id.to_string());
            notice::tell(connection, work.permit, to, NoticeKind::CaseUnmasked, &subject, work.now).await?;
        }
    }
    Ok(())
}

/// A case to be unmasked for yourself: who its people are and what is written about them then opens for you, and for nobody
/// else, until the day that you name. Its lead and substitute are told at once, and see the reason. Where a release from
/// secrecy can be had, ask the lead for that instead.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct CaseUnmaskInput {
    /// The case.
    pub case_id: CaseId,
    /// On which legal basis. Consent is none: for that there are releases from secrecy.
    pub legal_basis: LegalBasis,
    /// Why, for the lead and the substitute. Sealed. At most 2000 characters.
    pub reason: String,
    /// First day on which it no longer holds: tomorrow at the earliest, and at most 14 days from today.
    pub valid_until: NaiveDate,
}

impl Command for CaseUnmaskInput {
    const NAME: &'static str = "caseUnmask";
    type Verb = verb::UnmaskCase;
    type Record = Unmasking;

    fn check(&self, checks: &mut Checks) {
        checks.prose("reason", Some(&self.reason), REASON_MAXIMUM);
        checks.day("validUntil", Some(self.valid_until));
    }

    async fn load(work: &Work<'_, Self::Verb>, id: UnmaskingId) -> Result<Option<Unmasking>, Failure> {
        unmasking::lock(work.transaction.connection(), work.permit, unmasker(work)?, id).await
    }
}

impl Creates for CaseUnmaskInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Unmasking>, Stop> {
        let connection = work.transaction.connection();
        let account = unmasker(work)?;
        // Only what one sees pseudonymously can be unmasked. Locked, so that nobody unmasks the same twice at a time.
        let seen = work.actor.permit_whatever::<verb::ReadCase>();
        let case = case::lock(connection, &seen, self.case_id).await?;
        let case = case.ok_or_else(|| UserError::at("caseId", ErrorCode::NotFound))?;
        unmaskable(self.legal_basis, self.valid_until, work.today)?;
        if let Some(holding) = unmasking::holding(connection, work.permit, case.id, account).await? {
            let already = UserError::at("caseId", ErrorCode::UnmaskedAlready);
            return Err(already.with("until", holding.valid_until).into());
        }
        let made = Unmasking {
            id: UnmaskingId::new(),
            district_id: work.permit.district_id(),
            case_id: case.id,
            client_id: case.client_id,
            account_id: account,
            legal_basis: self.legal_basis,
            valid_from: work.today,
            valid_until: self.valid_until,
            ended_at: None,
            created_at: work.now,
        };
        unmasking::insert(connection, work.permit, &made).await?;
        tell(work, &case).await?;
        let texts = Texts::in_case(case.client_id, case.id).with(made.id.0, TextKind::Reason, Some(&self.reason));
        Ok(Done::new(made).with_texts(texts))
    }
}

/// An unmasking of your own that is no longer needed. From that moment on nothing opens by it.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct CaseEndUnmaskingInput {
    /// The unmasking: one of your own.
    pub unmasking_id: UnmaskingId,
}

impl Command for CaseEndUnmaskingInput {
    const NAME: &'static str = "caseEndUnmasking";
    type Verb = verb::UnmaskCase;
    type Record = Unmasking;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: UnmaskingId) -> Result<Option<Unmasking>, Failure> {
        unmasking::lock(work.transaction.connection(), work.permit, unmasker(work)?, id).await
    }
}

impl Changes for CaseEndUnmaskingInput {
    fn target(&self) -> (UnmaskingId, &'static str) {
        (self.unmasking_id, "unmaskingId")
    }

    fn expected_version(&self) -> Option<i32> {
        None
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut ended: Unmasking) -> Result<Done<Unmasking>, Stop> {
        if !holds(ended.valid_from, ended.valid_until, ended.ended_at.is_some(), work.today) {
            return Err(UserError::at("unmaskingId", ErrorCode::UnmaskingEnded).into());
        }
        ended.ended_at = Some(work.now);
        unmasking::update(work.transaction.connection(), work.permit, &ended).await?;
        Ok(Done::new(ended))
    }
}
