//! Transfers of cases: assigned, handed over, passed to another employer, requested; confirmed, accepted, declined,
//! withdrawn, or run out. Until the receiver accepts, the case does not change at all.

use std::collections::BTreeSet;

use async_graphql::{ID, InputObject};
use chrono::NaiveDate;
use entity::codes::{
    CaseStatus, ConsentScope, DataClass, LegalBasis, NoticeKind, TextKind, TransferItemKind, TransferKind,
    TransferStatus,
};
use entity::ids::{AccountId, CaseId, ClientId, ConsentId, DeadlineId, Identifier, StaffMemberId, TaskId, TransferId};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::access::{on, verb};
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Texts, Work};
use crate::domain::casework::disclosure::{Release, basis_faults, covers};
use crate::domain::casework::transfer::{
    REQUESTS_MAXIMUM, Standing, TransferTransition, agreement, answer_by, blocked_by, kind_of_offer, lacking,
    read_reference,
};
use crate::domain::input::{Checks, REASON_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::casework::case::{self, Case, is_member, of_account};
use crate::store::casework::notice::{self, Recipient};
use crate::store::casework::transfer::{self, Transfer};
use crate::store::casework::{disclosure, transfer_item};
use crate::store::staffing::staff_member::{self, StaffMember};

impl Record for Transfer {
    type Id = TransferId;

    fn id(&self) -> TransferId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }

    fn subject(&self) -> String {
        self.case_id.map_or_else(|| self.id.to_string(), |case| case.to_string())
    }

    fn client(&self) -> Option<ClientId> {
        self.client_id
    }
}

/// The global id of what an item stands for.
#[must_use]
pub fn item_record_id(kind: TransferItemKind, id: Uuid) -> String {
    match kind {
        TransferItemKind::Task => TaskId(id).to_string(),
        TransferItemKind::Deadline => DeadlineId(id).to_string(),
        TransferItemKind::Consent => ConsentId(id).to_string(),
    }
}

/// Tells those who take part in a transfer, the actor left out.
async fn tell<V: on::Transfer>(
    work: &Work<'_, V>,
    transfer: &Transfer,
    kind: NoticeKind,
    staff: &[StaffMemberId],
    account: Option<AccountId>,
) -> Result<(), Failure> {
    let connection = work.transaction.connection();
    let mut told: BTreeSet<AccountId> =
        transfer::accounts_of(connection, work.permit, staff).await?.into_iter().chain(account).collect();
    if let Some(actor) = work.actor.account_id() {
        told.remove(&actor);
    }
    let subject = transfer.id.to_string();
    for account in told {
        notice::tell(connection, work.permit, Recipient::Account(account), kind, &subject, work.now).await?;
    }
    Ok(())
}

/// Everybody who takes part, as far as they may know of each other: who asked for a case of an unknown reference is alone.
fn parties(transfer: &Transfer) -> Vec<StaffMemberId> {
    transfer.from_staff_id.into_iter().chain([transfer.to_staff_id]).collect()
}

fn step(transfer: &Transfer, name: TransferTransition, unconfirmed: usize, today: NaiveDate) -> Result<(), Stop> {
    let standing =
        Standing { kind: transfer.kind, status: transfer.status, answer_by: transfer.answer_by, unconfirmed };
    let blocks = blocked_by(name, &standing, today);
    if blocks.is_empty() { Ok(()) } else { Err(blocks.into()) }
}

/// Stores a transfer that has come to its end.
async fn conclude<V: on::Transfer>(
    work: &Work<'_, V>,
    transfer: &mut Transfer,
    status: TransferStatus,
) -> Result<(), Failure> {
    transfer.status = status;
    transfer.answered_at = Some(work.now);
    transfer.version = transfer.version.saturating_add(1);
    transfer::update(work.transaction.connection(), work.permit, transfer).await
}

/// On what ground a case may pass from one employer to another: releases in favour of the receiver by everybody in it, which
/// cover all that is on record of them, or else the legal basis. Within one employer none is needed. Names the release of the
/// person that the case is about.
async fn ground<V: on::Transfer>(
    work: &Work<'_, V>,
    case: &Case,
    (from, to): (&StaffMember, &StaffMember),
    basis: Option<LegalBasis>,
) -> Result<(Option<ConsentId>, Option<LegalBasis>), Stop> {
    if from.organisation_id == to.organisation_id || basis.is_some() {
        return Ok((None, basis));
    }
    let (released, mut lacking) = released(work, (case.client_id, case.id), to, true).await?;
    let mut unasked = usize::from(!lacking.is_empty());
    for client in transfer::others_in_case(work.transaction.connection(), work.permit, case).await? {
        let (_, lacks) = self::released(work, (client, case.id), to, false).await?;
        unasked = unasked.saturating_add(usize::from(!lacks.is_empty()));
        lacking.extend(lacks);
    }
    if released.is_some() && lacking.is_empty() {
        return Ok((released, None));
    }
    let names: Vec<&str> = lacking.iter().map(|class| class.as_str()).collect();
    let error = UserError::at("", ErrorCode::TransferConsentNeeded);
    Err(error.with("classes", names.join(", ")).with("persons", unasked).into())
}

/// The release by which the receiver may know what a case holds of a client, and what no release of the client covers. Where
/// several add up, it is the one that covers all, or else the last.
async fn released<V: on::Transfer>(
    work: &Work<'_, V>,
    (client, case): (ClientId, CaseId),
    to: &StaffMember,
    with_identity: bool,
) -> Result<(Option<ConsentId>, BTreeSet<DataClass>), Failure> {
    let connection = work.transaction.connection();
    let mut needed = transfer::classes_on_record(connection, work.permit, client, case).await?;
    if with_identity && !needed.contains(&DataClass::Identity) {
        needed.insert(0, DataClass::Identity);
    }
    let scopes = [ConsentScope::ShareWithInstitution];
    let releases = disclosure::releases(connection, work.permit, client, &scopes).await?;
    let (mut released, mut found) = (Vec::new(), None);
    for (consent, classes) in releases {
        let in_favour = consent.recipient_organisation_id == Some(to.organisation_id)
            || (consent.recipient_account_id.is_some() && consent.recipient_account_id == to.account_id);
        let release = Release {
            valid_from: consent.valid_from,
            valid_until: consent.valid_until,
            revoked_on: consent.revoked_at.map(crate::clock::legal_day),
            classes,
        };
        if in_favour && covers(&release, &[], work.today) {
            released.extend_from_slice(&release.classes);
            let all = lacking(&needed, &release.classes).is_empty();
            if all || !found.is_some_and(|(_, all)| all) {
                found = Some((consent.id, all));
            }
        }
    }
    let lacks = lacking(&needed, &released).into_iter().collect();
    Ok((found.map(|(consent, _)| consent), lacks))
}

/// Who is to lead a case: somebody else, who can answer, and who holds a case-management position today.
async fn receiver<V: on::Transfer>(
    work: &Work<'_, V>,
    id: StaffMemberId,
    lead: &StaffMember,
) -> Result<StaffMember, Stop> {
    const PATH: &str = "toStaffMemberId";
    let connection = work.transaction.connection();
    let found = staff_member::find_to_offer(connection, work.permit, id).await?;
    let to = found.ok_or_else(|| UserError::at(PATH, ErrorCode::NotFound))?;
    if to.id == lead.id || (to.account_id.is_some() && to.account_id == lead.account_id) {
        return Err(UserError::at(PATH, ErrorCode::ReceiverIsLead).into());
    }
    let holds = case::case_managers_of(connection, work.permit, is_member(id)).await?;
    holds.first().ok_or_else(|| UserError::at(PATH, ErrorCode::NotACaseManager))?;
    if to.account_id.is_none() {
        return Err(UserError::at(PATH, ErrorCode::ReceiverWithoutAccount).into());
    }
    Ok(to)
}

/// What an offer says.
struct Offer<'a> {
    case_id: CaseId,
    to: StaffMemberId,
    /// The centre's, or else the lead's.
    assigns: bool,
    answer_by: Option<NaiveDate>,
    legal_basis: Option<LegalBasis>,
    agreed_on: Option<NaiveDate>,
    message: Option<&'a str>,
}

async fn offer<V: on::Transfer>(work: &Work<'_, V>, offer: Offer<'_>) -> Result<Done<Transfer>, Stop> {
    let connection = work.transaction.connection();
    let case = transfer::lock_case_to_offer(connection, work.permit, offer.case_id).await?;
    let case = case.ok_or_else(|| UserError::at("caseId", ErrorCode::NotFound))?;
    if case.status == CaseStatus::Closed {
        return Err(UserError::at("caseId", ErrorCode::CaseNotOpen).with("status", case.status.as_str()).into());
    }
    let from = staff_member::find_to_offer(connection, work.permit, case.lead_id).await?;
    let from = from.ok_or_else(|| Failure::internal("a case without a lead"))?;
    let to = receiver(work, offer.to, &from).await?;
    let answer_by = answer_by(offer.answer_by, work.today)?;
    let mut details = serde_json::Map::new();
    // What has run out makes room, whether the job has come by or not.
    for mut old in transfer::lock_overdue_of_case(connection, work.permit, case.id).await? {
        conclude(work, &mut old, TransferStatus::Expired).await?;
        details.insert("expired".to_owned(), json!(old.id));
        tell(work, &old, NoticeKind::TransferAnswered, &parties(&old), old.offered_by).await?;
    }
    if transfer::is_offered(connection, work.permit, case.id).await? {
        return Err(UserError::at("caseId", ErrorCode::TransferOpen).into());
    }
    if let Some(basis) = offer.legal_basis {
        let faults = basis_faults(basis, work.reason.is_some());
        if !faults.is_empty() {
            return Err(faults.into());
        }
    }
    let kind =
        if offer.assigns { TransferKind::Assign } else { kind_of_offer(from.organisation_id, to.organisation_id) };
    agreement(kind, offer.agreed_on, offer.legal_basis, (case.opened_on, work.today))?;
    let (consent_id, legal_basis) = ground(work, &case, (&from, &to), offer.legal_basis).await?;
    // To offer a case to who asked for it is to accept the request.
    if let Some(mut request) = transfer::lock_request(connection, work.permit, case.id, to.id).await? {
        conclude(work, &mut request, TransferStatus::Accepted).await?;
        details.insert("acceptedRequest".to_owned(), json!(request.id));
    }
    let offered = Transfer {
        id: TransferId::new(),
        district_id: case.district_id,
        case_id: Some(case.id),
        client_id: Some(case.client_id),
        kind,
        year: case.year,
        number: case.number,
        from_staff_id: Some(from.id),
        to_staff_id: to.id,
        offered_by: work.actor.account_id(),
        status: TransferStatus::Offered,
        consent_id,
        legal_basis,
        client_agreed_on: offer.agreed_on,
        offered_at: work.now,
        answer_by,
        answered_at: None,
        version: 1,
    };
    transfer::insert(connection, work.permit, &offered).await?;
    let items = transfer_item::of_transfer(connection, work.permit, &offered).await?;
    transfer_item::keep(connection, work.permit, &offered, &items).await?;
    details.insert("items".to_owned(), json!(items.len()));
    tell(work, &offered, NoticeKind::TransferOffered, &parties(&offered), None).await?;
    let texts = Texts::in_case(case.client_id, case.id).with_given(offered.id.0, TextKind::Message, offer.message);
    Ok(Done::new(offered).with(details.into()).with_texts(texts))
}

/// A case that its lead offers to another case manager.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct TransferOfferInput {
    /// The case: one that you lead.
    pub case_id: CaseId,
    /// Who is to lead it: one of `caseManagers`. Of your own employer it is a handover, to which the client has to agree; of
    /// another one a transfer, which needs releases in favour of the receiver by everybody in the case, or a legal basis.
    pub to_staff_member_id: StaffMemberId,
    /// Last day to answer: from today on, at most 92 days ahead; 14 days ahead if left out.
    pub answer_by: Option<NaiveDate>,
    /// The day on which the client agreed to the new case manager, not before the case was opened. A handover needs it, or a
    /// legal basis.
    pub client_agreed_on: Option<NaiveDate>,
    /// On what it rests, if not on what the client said: if somebody falls ill, for example, and the client cannot be asked.
    /// Needs `options.reason`.
    pub legal_basis: Option<LegalBasis>,
    /// A message to the receiver, who can read it once the case is accepted. Sealed. At most 2000 characters.
    pub message: Option<String>,
}

impl Command for TransferOfferInput {
    const NAME: &'static str = "transferOffer";
    type Verb = verb::OfferCase;
    type Record = Transfer;

    fn check(&self, checks: &mut Checks) {
        checks.day("answerBy", self.answer_by);
        checks.day("clientAgreedOn", self.client_agreed_on);
        checks.prose("message", self.message.as_deref(), REASON_MAXIMUM);
    }

    async fn load(work: &Work<'_, Self::Verb>, id: TransferId) -> Result<Option<Transfer>, Failure> {
        transfer::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for TransferOfferInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Transfer>, Stop> {
        let asked = Offer {
            case_id: self.case_id,
            to: self.to_staff_member_id,
            assigns: false,
            answer_by: self.answer_by,
            legal_basis: self.legal_basis,
            agreed_on: self.client_agreed_on,
            message: self.message.as_deref(),
        };
        offer(work, asked).await
    }
}

/// A case that the integration centre assigns to a case manager. Needs `options.reason`.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct TransferAssignInput {
    /// The case.
    pub case_id: CaseId,
    /// Who is to lead it: one of `caseManagers`. Of another employer than the present lead it needs releases in favour of the
    /// receiver by everybody in the case, or a legal basis.
    pub to_staff_member_id: StaffMemberId,
    /// Last day to answer: from today on, at most 92 days ahead; 14 days ahead if left out.
    pub answer_by: Option<NaiveDate>,
    /// On what the assignment to another employer rests, if not on a release of the client.
    pub legal_basis: Option<LegalBasis>,
}

impl Command for TransferAssignInput {
    const NAME: &'static str = "transferAssign";
    type Verb = verb::AssignCase;
    type Record = Transfer;

    fn check(&self, checks: &mut Checks) {
        checks.day("answerBy", self.answer_by);
    }

    async fn load(work: &Work<'_, Self::Verb>, id: TransferId) -> Result<Option<Transfer>, Failure> {
        transfer::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for TransferAssignInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Transfer>, Stop> {
        if work.reason.is_none() {
            return Err(UserError::at("options.reason", ErrorCode::ReasonNeeded).into());
        }
        let asked = Offer {
            case_id: self.case_id,
            to: self.to_staff_member_id,
            assigns: true,
            answer_by: self.answer_by,
            legal_basis: self.legal_basis,
            agreed_on: None,
            message: None,
        };
        offer(work, asked).await
    }
}

/// A case that a case manager asks for, by its reference. The answer is the same whether there is such a case or not, and it
/// takes no reason: whom it would be about is not known.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct TransferRequestInput {
    /// The reference of the case, e.g. `2023-0042`.
    pub reference: String,
    /// Last day to answer: from today on, at most 92 days ahead; 14 days ahead if left out.
    pub answer_by: Option<NaiveDate>,
}

impl Command for TransferRequestInput {
    const NAME: &'static str = "transferRequest";
    type Verb = verb::RequestCase;
    type Record = Transfer;

    fn check(&self, checks: &mut Checks) {
        checks.require(read_reference(&self.reference).is_some(), || {
            UserError::at("reference", ErrorCode::ReferenceMalformed)
        });
        checks.day("answerBy", self.answer_by);
    }

    async fn load(work: &Work<'_, Self::Verb>, id: TransferId) -> Result<Option<Transfer>, Failure> {
        transfer::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for TransferRequestInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Transfer>, Stop> {
        if work.reason.is_some() {
            return Err(UserError::at("options.reason", ErrorCode::ReasonNotAllowed).into());
        }
        let connection = work.transaction.connection();
        let reference = read_reference(&self.reference);
        let reference = reference.ok_or_else(|| UserError::at("reference", ErrorCode::ReferenceMalformed))?;
        let account = work.actor.account_id().ok_or_else(|| UserError::at("", ErrorCode::NotACaseManager))?;
        let own = case::case_managers_of(connection, work.permit, of_account(account)).await?;
        let [own] = own.as_slice() else { return Err(UserError::at("", ErrorCode::NotACaseManager).into()) };
        let answer_by = answer_by(self.answer_by, work.today)?;
        let open = transfer::open_requests(connection, work.permit, account).await?;
        if open.iter().any(|request| (request.year, request.number) == reference) {
            return Err(UserError::at("reference", ErrorCode::RequestOpen).into());
        }
        if open.len() >= REQUESTS_MAXIMUM {
            return Err(UserError::at("", ErrorCode::RequestsTooMany).with("maximum", REQUESTS_MAXIMUM).into());
        }
        let found = transfer::case_by_reference(connection, work.permit, reference).await?;
        if found.as_ref().is_some_and(|case| case.lead_id == *own) {
            return Err(UserError::at("reference", ErrorCode::ReceiverIsLead).into());
        }
        let request = Transfer {
            id: TransferId::new(),
            district_id: work.permit.district_id(),
            case_id: found.as_ref().map(|case| case.id),
            client_id: found.as_ref().map(|case| case.client_id),
            kind: TransferKind::Request,
            year: reference.0,
            number: reference.1,
            from_staff_id: found.as_ref().map(|case| case.lead_id),
            to_staff_id: *own,
            offered_by: Some(account),
            status: TransferStatus::Offered,
            consent_id: None,
            legal_basis: None,
            client_agreed_on: None,
            offered_at: work.now,
            answer_by,
            answered_at: None,
            version: 1,
        };
        transfer::insert(connection, work.permit, &request).await?;
        tell(work, &request, NoticeKind::TransferOffered, &parties(&request), None).await?;
        Ok(Done::new(request))
    }
}

macro_rules! changes_transfer {
    () => {
        fn target(&self) -> (TransferId, &'static str) {
            (self.transfer_id, "transferId")
        }

        fn expected_version(&self) -> Option<i32> {
            self.expected_version
        }
    };
}

/// An item of an offered case that its receiver confirms.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct TransferConfirmItemInput {
    /// The offer.
    pub transfer_id: TransferId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// The `recordId` of the item: of a task, a deadline or a consent.
    pub record_id: ID,
}

impl Command for TransferConfirmItemInput {
    const NAME: &'static str = "transferConfirmItem";
    type Verb = verb::AnswerTransfer;
    type Record = Transfer;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: TransferId) -> Result<Option<Transfer>, Failure> {
        transfer::lock_to_answer(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for TransferConfirmItemInput {
    changes_transfer!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut transfer: Transfer) -> Result<Done<Transfer>, Stop> {
        step(&transfer, TransferTransition::ConfirmItem, 0, work.today)?;
        let connection = work.transaction.connection();
        let items = transfer_item::of_transfer(connection, work.permit, &transfer).await?;
        let item = items.into_iter().find(|item| item_record_id(item.kind, item.item_id) == self.record_id.as_str());
        let mut item = item.ok_or_else(|| UserError::at("recordId", ErrorCode::NotFound))?;
        if item.confirmed_at.is_none() {
            item.confirmed_at = Some(work.now);
            transfer_item::keep(connection, work.permit, &transfer, &[item]).await?;
            transfer.version = transfer.version.saturating_add(1);
            transfer::update(connection, work.permit, &transfer).await?;
        }
        Ok(Done::new(transfer).with(json!({ "confirmed": self.record_id })))
    }
}

/// An offered case that its receiver takes over, when every item is confirmed.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct TransferAcceptInput {
    /// The offer.
    pub transfer_id: TransferId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

impl Command for TransferAcceptInput {
    const NAME: &'static str = "transferAccept";
    type Verb = verb::AnswerTransfer;
    type Record = Transfer;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: TransferId) -> Result<Option<Transfer>, Failure> {
        transfer::lock_to_answer(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for TransferAcceptInput {
    changes_transfer!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut accepted: Transfer) -> Result<Done<Transfer>, Stop> {
        step(&accepted, TransferTransition::Accept, 0, work.today)?;
        let connection = work.transaction.connection();
        let case = transfer::lock_case(connection, work.permit, &accepted).await?;
        let mut case = case.ok_or_else(|| UserError::at("transferId", ErrorCode::NotFound))?;
        if case.status == CaseStatus::Closed {
            return Err(UserError::at("transferId", ErrorCode::CaseNotOpen)
                .with("status", case.status.as_str())
                .into());
        }
        // Read behind the lock: what came up since the offer has to be confirmed as well.
        let items = transfer_item::of_transfer(connection, work.permit, &accepted).await?;
        let unconfirmed = items.iter().filter(|item| item.confirmed_at.is_none()).count();
        step(&accepted, TransferTransition::Accept, unconfirmed, work.today)?;
        let to = accepted.to_staff_id;
        let holds = case::case_managers_of(connection, work.permit, is_member(to)).await?;
        holds.first().ok_or_else(|| UserError::at("", ErrorCode::NotACaseManager))?;
        let from = staff_member::find_to_offer(connection, work.permit, case.lead_id).await?;
        let receiver = staff_member::find_to_offer(connection, work.permit, to).await?;
        let (Some(from), Some(receiver)) = (from, receiver) else {
            return Err(UserError::at("transferId", ErrorCode::NotFound).into());
        };
        // A release may have been revoked, or no longer cover what came to the record since.
        (accepted.consent_id, accepted.legal_basis) =
            ground(work, &case, (&from, &receiver), accepted.legal_basis).await?;
        let substitute = case.substitute_id.take();
        let details = json!({
            "leadId": { "before": case.lead_id, "after": to }, "substituteId": { "before": substitute, "after": null },
        });
        case.lead_id = to;
        case.version = case.version.saturating_add(1);
        case::update(connection, work.permit, &case).await?;
        conclude(work, &mut accepted, TransferStatus::Accepted).await?;
        let mut told = parties(&accepted);
        told.extend([from.id].into_iter().chain(substitute));
        tell(work, &accepted, NoticeKind::TransferAnswered, &told, accepted.offered_by).await?;
        Ok(Done::new(accepted).with(details))
    }
}

/// An offered case that its receiver declines, or a request that the lead declines. Needs `options.reason`.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct TransferDeclineInput {
    /// The offer or the request.
    pub transfer_id: TransferId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

impl Command for TransferDeclineInput {
    const NAME: &'static str = "transferDecline";
    type Verb = verb::AnswerTransfer;
    type Record = Transfer;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: TransferId) -> Result<Option<Transfer>, Failure> {
        transfer::lock_to_answer(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for TransferDeclineInput {
    changes_transfer!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut declined: Transfer) -> Result<Done<Transfer>, Stop> {
        step(&declined, TransferTransition::Decline, 0, work.today)?;
        if work.reason.is_none() {
            return Err(UserError::at("options.reason", ErrorCode::ReasonNeeded).into());
        }
        conclude(work, &mut declined, TransferStatus::Declined).await?;
        tell(work, &declined, NoticeKind::TransferAnswered, &parties(&declined), declined.offered_by).await?;
        Ok(Done::new(declined))
    }
}

/// An offer, an assignment or a request that is taken back.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct TransferWithdrawInput {
    /// The offer, the assignment or the request.
    pub transfer_id: TransferId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

impl Command for TransferWithdrawInput {
    const NAME: &'static str = "transferWithdraw";
    type Verb = verb::WithdrawTransfer;
    type Record = Transfer;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: TransferId) -> Result<Option<Transfer>, Failure> {
        let account = work.actor.account_id();
        transfer::lock_to_withdraw(work.transaction.connection(), work.permit, account, id).await
    }
}

impl Changes for TransferWithdrawInput {
    changes_transfer!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut withdrawn: Transfer) -> Result<Done<Transfer>, Stop> {
        step(&withdrawn, TransferTransition::Withdraw, 0, work.today)?;
        if withdrawn.kind == TransferKind::Request && work.reason.is_some() {
            return Err(UserError::at("options.reason", ErrorCode::ReasonNotAllowed).into());
        }
        conclude(work, &mut withdrawn, TransferStatus::Withdrawn).await?;
        tell(work, &withdrawn, NoticeKind::TransferAnswered, &parties(&withdrawn), withdrawn.offered_by).await?;
        Ok(Done::new(withdrawn))
    }
}

/// A transfer that nobody answered in time. Given by the job that looks for them, not by the interface.
#[derive(Clone, Debug, Serialize)]
pub struct TransferExpire {
    /// The transfer.
    pub transfer_id: TransferId,
}

impl Command for TransferExpire {
    const NAME: &'static str = "transferExpire";
    type Verb = verb::WithdrawTransfer;
    type Record = Transfer;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: TransferId) -> Result<Option<Transfer>, Failure> {
        transfer::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for TransferExpire {
    fn target(&self) -> (TransferId, &'static str) {
        (self.transfer_id, "transferId")
    }

    fn expected_version(&self) -> Option<i32> {
        None
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut expired: Transfer) -> Result<Done<Transfer>, Stop> {
        if expired.status != TransferStatus::Offered || expired.answer_by >= work.today {
            // Somebody was faster.
            return Err(UserError::at("transferId", ErrorCode::NotFound).into());
        }
        conclude(work, &mut expired, TransferStatus::Expired).await?;
        tell(work, &expired, NoticeKind::TransferAnswered, &parties(&expired), expired.offered_by).await?;
        Ok(Done::new(expired))
    }
}
