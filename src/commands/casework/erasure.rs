//! The erasure of clients: proposed by one person, approved by another, carried out by destroying the key.

use async_graphql::InputObject;
use entity::codes::{ClientStatus, ErasureGround, ErasureStatus, NoticeKind, RetentionClass};
use entity::ids::{ClientId, ErasureId, Identifier};
use serde::Serialize;

use crate::access::{Permit, Verb, verb};
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::casework::retention::{blocked_by, due_on, may_be_early};
use crate::domain::input::Checks;
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::casework::client;
use crate::store::casework::consent;
use crate::store::casework::erasure::{self, Erasure, Finished};
use crate::store::casework::notice::{self, Recipient};
use crate::store::casework::retention_rule;
use chrono::NaiveDate;
use sea_orm::ConnectionTrait;

impl Record for Erasure {
    type Id = ErasureId;

    fn id(&self) -> ErasureId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }

    fn subject(&self) -> String {
        self.client_id.to_string()
    }

    fn client(&self) -> Option<ClientId> {
        Some(self.client_id)
    }
}

/// The day from which on the data of a client may be erased, by the rules that hold on `day`; absent while the client belongs
/// to an open case.
///
/// # Errors
/// Those of the database.
pub async fn due_of<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    finished: Finished,
    day: NaiveDate,
) -> Result<Option<NaiveDate>, Failure> {
    let Some(closed_on) = finished.closed_on else { return Ok(None) };
    let class = if finished.only_enquiries { RetentionClass::Enquiry } else { RetentionClass::ClosedCase };
    let rule = retention_rule::of_class(connection, permit, class, day).await?;
    // Without a rule nothing is ever due: a district that ended its rules keeps its records.
    Ok(rule.map(|rule| due_on(closed_on, rule.months, rule.after_year_end)))
}

/// A client to be erased: a proposal, which another person has to approve. Taking up a proposal of the job is the same
/// command.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ErasureProposeInput {
    /// The client: of one of your own cases, those who left it included. The client belongs to no open case any more.
    pub client_id: ClientId,
    /// Why. With RETENTION_EXPIRED the time of keeping must be over.
    pub ground: ErasureGround,
}

impl Command for ErasureProposeInput {
    const NAME: &'static str = "erasurePropose";
    type Verb = verb::ProposeErasure;
    type Record = Erasure;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: ErasureId) -> Result<Option<Erasure>, Failure> {
        erasure::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for ErasureProposeInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Erasure>, Stop> {
        let connection = work.transaction.connection();
        let client = client::lock_past_or_present(connection, work.permit, self.client_id).await?;
        let client = client.ok_or_else(|| UserError::at("clientId", ErrorCode::NotFound))?;
        if client.status == ClientStatus::Erased {
            return Err(UserError::at("clientId", ErrorCode::ClientErased).into());
        }
        let finished = finished_or_refused(work, client.id, "clientId").await?;
        let due = due_of(connection, work.permit, finished, work.today).await?.unwrap_or(NaiveDate::MAX);
        if !may_be_early(self.ground) && due > work.today {
            return Err(UserError::at("ground", ErrorCode::ErasureNotYetDue).with("due", due).into());
        }
        if let Some(mut known) = erasure::pending(connection, work.permit, client.id).await? {
            // Somebody takes up what the job proposed.
            if known.proposed_by.is_some() || work.actor.account_id().is_none() {
                return Err(UserError::at("clientId", ErrorCode::ErasurePending).into());
            }
            known.proposed_by = work.actor.account_id();
            known.version = known.version.saturating_add(1);
            erasure::update(connection, work.permit, &known).await?;
            return Ok(Done::new(known));
        }
        let proposed = Erasure {
            id: ErasureId::new(),
            district_id: client.district_id,
            client_id: client.id,
            ground: self.ground,
            status: ErasureStatus::Proposed,
            due_on: due.min(work.today),
            proposed_by: work.actor.account_id(),
            proposed_at: work.now,
            archive_offered_by: None,
            archive_offered_at: None,
            decided_by: None,
            carried_out_at: None,
            key_fingerprint: None,
            erased_texts: None,
            version: 1,
        };
        erasure::insert(connection, work.permit, &proposed).await?;
        Ok(Done::new(proposed))
    }
}

/// When the work with a client was over; refused while the client belongs to an open case.
async fn finished_or_refused<V: Verb>(work: &Work<'_, V>, client: ClientId, path: &str) -> Result<Finished, Stop> {
    let finished = erasure::finished(work.transaction.connection(), work.permit, &[client]).await?;
    let finished = finished.into_values().next().filter(|finished| finished.closed_on.is_some());
    finished.ok_or_else(|| UserError::at(path, ErrorCode::CaseStillOpen).into())
}

/// An erasure that is offered to the archive first, as the archive law asks for.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ErasureOfferToArchiveInput {
    /// The erasure.
    pub erasure_id: ErasureId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

/// An erasure that a second person approves. It is carried out at once, and cannot be undone.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ErasureApproveInput {
    /// The erasure.
    pub erasure_id: ErasureId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

/// An erasure that is not carried out. Needs `options.reason`.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ErasureRejectInput {
    /// The erasure.
    pub erasure_id: ErasureId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

/// Takes a step if nothing stands in its way.
fn step(work: &Work<'_, verb::DecideErasure>, erasure: &Erasure, name: &str) -> Result<(), Stop> {
    let blocked = blocked_by(name, erasure.status, erasure.proposed_by, work.actor.account_id());
    if blocked.is_empty() { Ok(()) } else { Err(blocked.into()) }
}

async fn store(work: &Work<'_, verb::DecideErasure>, mut erasure: Erasure) -> Result<Done<Erasure>, Stop> {
    erasure.version = erasure.version.saturating_add(1);
    erasure::update(work.transaction.connection(), work.permit, &erasure).await?;
    Ok(Done::new(erasure))
}

async fn offer(work: &Work<'_, verb::DecideErasure>, mut erasure: Erasure) -> Result<Done<Erasure>, Stop> {
    step(work, &erasure, "OFFER_TO_ARCHIVE")?;
    erasure.status = ErasureStatus::ArchiveOffered;
    erasure.archive_offered_by = work.actor.account_id();
    erasure.archive_offered_at = Some(work.now);
    store(work, erasure).await
}

async fn approve(work: &Work<'_, verb::DecideErasure>, mut erasure: Erasure) -> Result<Done<Erasure>, Stop> {
    step(work, &erasure, "APPROVE")?;
    let connection = work.transaction.connection();
    erasure::lock_client(connection, work.permit, erasure.client_id).await?;
    // A case may have been opened again since the proposal.
    finished_or_refused(work, erasure.client_id, "erasureId").await?;
    let releases = consent::releases_in_force(connection, work.permit, erasure.client_id).await?;
    let taken = erasure::carry_out(work.transaction, work.permit, erasure.client_id, work.now).await?;
    erasure.status = ErasureStatus::CarriedOut;
    erasure.decided_by = work.actor.account_id();
    erasure.carried_out_at = Some(work.now);
    erasure.key_fingerprint = taken.key_fingerprint;
    erasure.erased_texts = i32::try_from(taken.texts).ok();
    let told = releases.iter().filter_map(|release| {
        let organisation = release.recipient_organisation_id.map(Recipient::Organisation);
        release.recipient_account_id.map(Recipient::Account).or(organisation)
    });
    for recipient in told {
        let subject = erasure.client_id.to_string();
        notice::tell(connection, work.permit, recipient, NoticeKind::ClientErased, &subject, work.now).await?;
    }
    store(work, erasure).await
}

async fn reject(work: &Work<'_, verb::DecideErasure>, mut erasure: Erasure) -> Result<Done<Erasure>, Stop> {
    step(work, &erasure, "REJECT")?;
    if work.reason.is_none() {
        return Err(UserError::at("options.reason", ErrorCode::ReasonNeeded).into());
    }
    erasure.status = ErasureStatus::Rejected;
    erasure.decided_by = work.actor.account_id();
    store(work, erasure).await
}

macro_rules! decides {
    ($input:ident, $name:literal, $rule:ident) => {
        impl Command for $input {
            const NAME: &'static str = $name;
            type Verb = verb::DecideErasure;
            type Record = Erasure;

            fn check(&self, _: &mut Checks) {}

            async fn load(work: &Work<'_, Self::Verb>, id: ErasureId) -> Result<Option<Erasure>, Failure> {
                erasure::lock(work.transaction.connection(), work.permit, id).await
            }
        }

        impl Changes for $input {
            fn target(&self) -> (ErasureId, &'static str) {
                (self.erasure_id, "erasureId")
            }

            fn expected_version(&self) -> Option<i32> {
                self.expected_version
            }

            async fn change(&self, work: &Work<'_, Self::Verb>, erasure: Erasure) -> Result<Done<Erasure>, Stop> {
                $rule(work, erasure).await
            }
        }
    };
}

decides!(ErasureOfferToArchiveInput, "erasureOfferToArchive", offer);
decides!(ErasureApproveInput, "erasureApprove", approve);
decides!(ErasureRejectInput, "erasureReject", reject);
