//! Transfers of cases, and who can take one.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{
    CaseIntensity, CasePhase, CaseUnit, LegalBasis, TextKind, TransferItemKind, TransferKind, TransferStatus,
};
use entity::ids::TransferId;

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::casework::transfer::{
    TransferAcceptInput, TransferAssignInput, TransferConfirmItemInput, TransferDeclineInput, TransferOfferInput,
    TransferRequestInput, TransferWithdrawInput, item_record_id,
};
use crate::domain::casework::transfer::{Standing, TransferTransition, blocked_by, status_on};
use crate::error::{self, ErrorCode, Failure};
use crate::graphql::casework::case::Case;
use crate::graphql::casework::consent::Consent;
use crate::graphql::casework::text::text;
use crate::graphql::connection::{List, PageArguments, RelationArguments, SortDirection, connect, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::district::municipality::Municipality;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::errors::UserError;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{TransferCard, TransferItemsOf, TransferParty, TransferRights};
use crate::graphql::payload::payload;
use crate::graphql::staffing::staff_member::StaffMember;
use crate::store::casework::transfer::{self as records, Card, TransferFilter};
use crate::store::casework::transfer_item::Item;
use crate::store::staffing::staff_member;

/// `CaseManager` of the schema; the description that its readers see stands on the `impl`.
pub struct CaseManager(staff_member::StaffMember);

/// A case manager (Case Managerin, Case Manager): a member of staff who holds a case-management position today, and so can
/// lead a case or stand in for its lead. Case managers and supervisors see all of the district, to name a receiver.
#[Object]
impl CaseManager {
    /// Global id of the member of staff: what `toStaffMemberId` and `substituteId` take.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Name.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// The employer.
    async fn employer(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        Ok(ctx.load(self.0.organisation_id).await?.map(Organisation))
    }

    /// Whether the person has an account. Without one nobody can be offered a case.
    async fn can_answer(&self) -> bool {
        self.0.account_id.is_some()
    }
}

/// A step of a transfer, and whether it can be taken now.
#[derive(SimpleObject)]
pub struct TransferTransitionState {
    /// The step.
    name: TransferTransition,
    /// Whether you can take it now.
    allowed: bool,
    /// What stands in the way; empty if allowed.
    blocked_by: Vec<UserError>,
}

/// `TransferItem` of the schema; the description that its readers see stands on the `impl`.
pub struct TransferItem(Item);

/// Something that the receiver of a case confirms: an open task, an open deadline, or a consent. Its text is shown with the
/// case, once that is accepted.
#[Object]
impl TransferItem {
    /// What it is.
    async fn kind(&self) -> TransferItemKind {
        self.0.kind
    }

    /// Global id of the task, the deadline or the consent: what `transferConfirmItem` takes. Opens with the case.
    async fn record_id(&self) -> ID {
        item_record_id(self.0.kind, self.0.item_id).into()
    }

    /// When the task or deadline is due, or the consent ends; null if that is open. Of a deadline that is known by its month, the
    /// first day of the month.
    async fn due_on(&self) -> Option<NaiveDate> {
        self.0.due_on
    }

    /// When the receiver confirmed it; null if that was not done yet, or if the day has changed since.
    async fn confirmed_at(&self) -> Option<DateTime<Utc>> {
        self.0.confirmed_at
    }
}

/// `TransferSummary` of the schema; the description that its readers see stands on the `impl`.
pub struct TransferSummary(Card);

impl TransferSummary {
    async fn count(&self, ctx: &Context<'_>, counts: impl Fn(&Item) -> bool) -> Result<i32, Failure> {
        let items = ctx.load(TransferItemsOf(self.0.transfer_id)).await?.unwrap_or_default();
        Ok(i32::try_from(items.iter().filter(|item| counts(item)).count()).unwrap_or(i32::MAX))
    }
}

/// What a receiver sees of an offered case before accepting it. It identifies nobody.
#[Object]
impl TransferSummary {
    /// The municipality that the case belongs to.
    async fn municipality(&self, ctx: &Context<'_>) -> Result<Option<Municipality>, Failure> {
        Ok(ctx.load(self.0.municipality_id).await?.map(Municipality))
    }

    /// Person or household.
    async fn unit(&self) -> CaseUnit {
        self.0.unit
    }

    /// How much work the case needs.
    async fn intensity(&self) -> CaseIntensity {
        self.0.intensity
    }

    /// Phase of the work.
    async fn phase(&self) -> CasePhase {
        self.0.phase
    }

    /// How many tasks are open.
    async fn open_tasks(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        self.count(ctx, |item| item.kind == TransferItemKind::Task).await
    }

    /// How many deadlines are open.
    async fn open_deadlines(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        self.count(ctx, |item| item.kind == TransferItemKind::Deadline).await
    }

    /// How many consents are in force, or will be.
    async fn open_consents(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        self.count(ctx, |item| item.kind == TransferItemKind::Consent).await
    }

    /// How many of all these are still to be confirmed.
    async fn unconfirmed(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        self.count(ctx, |item| item.confirmed_at.is_none()).await
    }
}

/// `Transfer` of the schema; the description that its readers see stands on the `impl`.
pub struct Transfer(pub records::Transfer);

impl Transfer {
    fn is_request(&self) -> bool {
        self.0.kind == TransferKind::Request
    }

    /// The case, where the reader may see it. That it is hidden is told for offers only: of a request, its sender must not
    /// learn whether there is such a case.
    async fn visible_case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Failure> {
        let Some(id) = self.0.case_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Case))
    }
}

/// The way of a case from one case manager to another (Fallübergabe): an assignment by the integration centre, a handover to a
/// colleague of the same employer, a transfer to another employer, or a request for a case. Until it is accepted, the case
/// stays as it is; once it is, the receiver leads it, the former lead and substitute lose sight of it at once, and the new lead
/// names a substitute. Those see it who take part in it or see the case; supervisors see all of the district.
#[Object]
impl Transfer {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Which of the four things it is.
    async fn kind(&self) -> TransferKind {
        self.0.kind
    }

    /// Where it stands. EXPIRED as soon as the last day to answer is over.
    async fn status(&self, ctx: &Context<'_>) -> Result<TransferStatus, Failure> {
        let today = ctx.actor()?.permit_whatever::<verb::ReadTransfer>().today();
        Ok(status_on(self.0.status, self.0.answer_by, today))
    }

    /// The reference of the case, e.g. `2023-0042`. In a request as it was asked for: there may be no such case.
    async fn reference(&self) -> String {
        format!("{}-{:04}", self.0.year, self.0.number)
    }

    /// The case; null (with an entry in `extensions.redactions`, if it is no request) if it is not yours to see: for a receiver
    /// before accepting, for a giver afterwards, and for who asked for it.
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Failure> {
        let case = self.visible_case(ctx).await?;
        if case.is_none() && !self.is_request() {
            ctx.redact();
        }
        Ok(case)
    }

    /// What the receiver sees of the case before accepting it; null when the offer does not wait for an answer any more, and for
    /// requests.
    async fn summary(&self, ctx: &Context<'_>) -> Result<Option<TransferSummary>, Failure> {
        Ok(ctx.load(TransferCard(self.0.id)).await?.map(TransferSummary))
    }

    /// What the receiver confirms one by one: everything that is open at the moment while the offer waits for an answer, and
    /// what there was when it was answered. By kind and day. Empty for requests, and when the offer was answered and the case is
    /// not yours to see.
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<TransferItem>, Failure> {
        let rows = ctx.load(TransferItemsOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        connect_loaded(ctx, "transfer items", &arguments, rows, |row| row.item_id, TransferItem)
    }

    /// Who led the case when it was offered; null for a request, unless you may see the case.
    async fn giver(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>, Failure> {
        let Some(id) = self.0.from_staff_id else { return Ok(None) };
        if self.is_request() && self.visible_case(ctx).await?.is_none() {
            return Ok(None);
        }
        Ok(ctx.load(TransferParty(id)).await?.map(StaffMember::from))
    }

    /// Who is to lead the case; of a request, who asked for it.
    async fn receiver(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>, Failure> {
        Ok(ctx.load(TransferParty(self.0.to_staff_id)).await?.map(StaffMember::from))
    }

    /// A message of the giver to the receiver; null if there is none or (with an entry in `extensions.redactions`) if it does not
    /// open for you: it opens with the case.
    async fn message(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        if self.is_request() {
            return Ok(None);
        }
        text(ctx, self.0.id.0, TextKind::Message).await
    }

    /// The release of the client that allows to pass the case to another employer; null if none is needed, if it rests on a
    /// legal basis, or if you may not see the client's consents.
    async fn consent(&self, ctx: &Context<'_>) -> Result<Option<Consent>, Failure> {
        let Some(id) = self.0.consent_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Consent))
    }

    /// The day on which the client agreed to the new case manager; null if a release or a legal basis stands for it.
    async fn client_agreed_on(&self) -> Option<NaiveDate> {
        self.0.client_agreed_on
    }

    /// The legal basis on which the case passes without the client's word; null otherwise.
    async fn legal_basis(&self) -> Option<LegalBasis> {
        self.0.legal_basis
    }

    /// When it was offered, assigned or requested.
    async fn offered_at(&self) -> DateTime<Utc> {
        self.0.offered_at
    }

    /// Last day to answer.
    async fn answer_by(&self) -> NaiveDate {
        self.0.answer_by
    }

    /// When it was answered, withdrawn, or recorded as expired; null before.
    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.0.answered_at
    }

    /// The steps of a transfer, with what stands in the way of each. The commands decide by the same table.
    async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<TransferTransitionState>, Failure> {
        let rights = ctx.load(TransferRights(self.0.id)).await?.unwrap_or_default();
        let items = ctx.load(TransferItemsOf(self.0.id)).await?.unwrap_or_default();
        let today = ctx.actor()?.permit_whatever::<verb::ReadTransfer>().today();
        let standing = Standing {
            kind: self.0.kind,
            status: self.0.status,
            answer_by: self.0.answer_by,
            unconfirmed: items.iter().filter(|item| item.confirmed_at.is_none()).count(),
        };
        let state = |name: TransferTransition| {
            let mut reasons = blocked_by(name, &standing, today);
            let may = if name == TransferTransition::Withdraw { rights.withdraws } else { rights.answers };
            if !may {
                reasons.push(error::UserError::at("", ErrorCode::Forbidden));
            }
            TransferTransitionState {
                name,
                allowed: reasons.is_empty(),
                blocked_by: reasons.into_iter().map(UserError).collect(),
            }
        };
        Ok(TransferTransition::ALL.into_iter().map(state).collect())
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

payload! {
    /// The answer to a command about a transfer.
    TransferPayload {
        /// The transfer as it stands now; null if rules forbade the command.
        transfer: Transfer
    } from records::Transfer, Transfer
}

/// Queries about transfers.
#[derive(Default)]
pub struct TransferQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl TransferQueries {
    /// Those who hold a case-management position today, by name: who can lead a case or stand in for its lead. For case managers
    /// and supervisors.
    #[graphql(guard = "Requires(Action::ReadTransfer)")]
    async fn case_managers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<CaseManager>, Failure> {
        const LIST: &str = "caseManagers";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Asc)?;
        let page = staff_member::case_managers(ctx.store(), &ctx.permit()?, &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, staff_member::boundary, CaseManager)
    }

    /// One transfer; null if it does not exist or is not yours to see.
    #[graphql(guard = "Requires(Action::ReadTransfer)")]
    async fn transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: TransferId,
    ) -> Result<Option<Transfer>, Failure> {
        Ok(ctx.load(id).await?.map(Transfer))
    }

    /// The transfers that you may see, newest first.
    #[graphql(guard = "Requires(Action::ReadTransfer)")]
    async fn transfers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if left out.")] filter: Option<TransferFilter>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Transfer>, Failure> {
        const LIST: &str = "transfers";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let page = records::page(ctx.store(), &ctx.permit()?, filter.as_ref(), &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, Transfer)
    }
}

/// Commands about transfers.
#[derive(Default)]
pub struct TransferMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl TransferMutations {
    /// Offers a case to another case manager, who is told. Of the same employer it is a handover (HAND_OVER); of another one a
    /// transfer (TRANSFER), which needs a release SHARE_WITH_INSTITUTION in force in favour of the receiver or the employer that
    /// covers everything on record, or a legal basis with a reason. If the receiver had asked for the case, the request is
    /// accepted thereby. For the lead.
    #[graphql(guard = "Requires(Action::OfferCase)")]
    async fn transfer_offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case, and who is to lead it.")] input: TransferOfferInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<TransferPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Assigns a case to a case manager (ASSIGN), who still has to accept it; lead and receiver are told. Needs a reason. For
    /// supervisors.
    #[graphql(guard = "Requires(Action::AssignCase)")]
    async fn transfer_assign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case, and who is to lead it.")] input: TransferAssignInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<TransferPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Asks for a case by its reference (REQUEST). If there is such a case, its lead is told, and may offer it to you; you learn
    /// nothing but that the request was noted. For case managers, who can have ten requests open.
    #[graphql(guard = "Requires(Action::RequestCase)")]
    async fn transfer_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reference of the case.")] input: TransferRequestInput,
        #[graphql(desc = "Idempotency key and validate-only; no reason.")] options: Option<CommandOptions>,
    ) -> Result<TransferPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Confirms one task, deadline or consent of an offered case. For its receiver.
    #[graphql(guard = "Requires(Action::AnswerTransfer)")]
    async fn transfer_confirm_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The offer, and the item to be confirmed.")] input: TransferConfirmItemInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<TransferPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Takes an offered case over: OFFERED → ACCEPTED. Every item has to be confirmed, those that came up since the offer
    /// included. From then on the receiver leads the case and sees it; the former lead and the substitute do not. For its
    /// receiver.
    #[graphql(guard = "Requires(Action::AnswerTransfer)")]
    async fn transfer_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The offer to be accepted.")] input: TransferAcceptInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<TransferPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Declines an offered case, or a request: OFFERED → DECLINED. The case stays as it is. Needs a reason, which stands in the
    /// history of the case. For the receiver of an offer, and for the lead of a case that was asked for.
    #[graphql(guard = "Requires(Action::AnswerTransfer)")]
    async fn transfer_decline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The offer or request to be declined.")] input: TransferDeclineInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<TransferPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Takes an offer, an assignment or a request back: OFFERED → WITHDRAWN. The case stays as it is. For who made it;
    /// assignments can be withdrawn by every supervisor.
    #[graphql(guard = "Requires(Action::WithdrawTransfer)")]
    async fn transfer_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be taken back.")] input: TransferWithdrawInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<TransferPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
