//! Disclosures: what is passed on about a client needs a release that covers it, or a documented legal basis.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::{DataClass, LegalBasis, TextKind};
use entity::ids::{CaseId, ClientId, ConsentId, DisclosureId, Identifier, OrganisationId, StaffMemberId};
use serde::Serialize;

use crate::access::verb;
use crate::clock::legal_day;
use crate::commands::pipeline::{Command, Creates, Done, Record, Stop, Texts, Work};
use crate::domain::casework::disclosure::{PASSING_ON, Release, basis_faults, covers};
use crate::domain::input::{Checks, REASON_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::casework::disclosure::{self, Disclosure};
use crate::store::casework::{client, sealed_text};
use crate::store::district::organisation;
use crate::store::staffing::staff_member;

impl Record for Disclosure {
    type Id = DisclosureId;

    fn id(&self) -> DisclosureId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }

    fn subject(&self) -> String {
        self.case_id.map_or_else(|| self.client_id.to_string(), |case| case.to_string())
    }

    fn client(&self) -> Option<ClientId> {
        Some(self.client_id)
    }
}

/// Data about a client that is passed on to an organisation.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct DisclosureRecordInput {
    /// The client: of one of your own cases.
    pub client_id: ClientId,
    /// The case that it is about, where it is about one; the disclosure then stands in its history.
    pub case_id: Option<CaseId>,
    /// To which organisation. Left out if a member of staff is named.
    pub recipient_organisation_id: Option<OrganisationId>,
    /// To which person: a member of staff who has an account.
    pub recipient_staff_member_id: Option<StaffMemberId>,
    /// Which classes of data.
    pub data_classes: Vec<DataClass>,
    /// On which day; today if left out. A day to come is refused.
    pub disclosed_on: Option<NaiveDate>,
    /// On what it rests, if not on a release of the client. Needs `options.reason`.
    pub legal_basis: Option<LegalBasis>,
    /// What was passed on and what for. Sealed. At most 2000 characters.
    pub purpose: Option<String>,
}

impl Command for DisclosureRecordInput {
    const NAME: &'static str = "disclosureRecord";
    type Verb = verb::RecordConsent;
    type Record = Disclosure;

    fn check(&self, checks: &mut Checks) {
        checks.require(self.recipient_organisation_id.is_some() != self.recipient_staff_member_id.is_some(), || {
            UserError::at("recipientOrganisationId", ErrorCode::RecipientNeeded).with("scope", "disclosureRecord")
        });
        checks.require(!self.data_classes.is_empty(), || {
            UserError::at("dataClasses", ErrorCode::DataClassesNeeded).with("scope", "disclosureRecord")
        });
        checks.day("disclosedOn", self.disclosed_on);
        checks.prose("purpose", self.purpose.as_deref(), REASON_MAXIMUM);
    }

    async fn load(work: &Work<'_, Self::Verb>, id: DisclosureId) -> Result<Option<Disclosure>, Failure> {
        disclosure::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl DisclosureRecordInput {
    /// The organisation that receives the data, and the person there if one is named.
    async fn recipient(
        &self,
        work: &Work<'_, verb::RecordConsent>,
    ) -> Result<(OrganisationId, Option<entity::ids::AccountId>), Stop> {
        let connection = work.transaction.connection();
        if let Some(id) = self.recipient_organisation_id {
            let found = organisation::find(connection, work.permit, id).await?;
            let found = found.ok_or_else(|| UserError::at("recipientOrganisationId", ErrorCode::NotFound))?;
            return Ok((found.id, None));
        }
        let unknown = || UserError::at("recipientStaffMemberId", ErrorCode::NotFound);
        let id = self.recipient_staff_member_id.ok_or_else(unknown)?;
        let account = staff_member::account_of(connection, work.permit, id).await?.ok_or_else(unknown)?;
        let employer = staff_member::employer_of(connection, work.permit, id).await?.ok_or_else(unknown)?;
        Ok((employer, Some(account)))
    }

    /// The release that covers it.
    async fn release(
        &self,
        work: &Work<'_, verb::RecordConsent>,
        (organisation, account): (OrganisationId, Option<entity::ids::AccountId>),
        day: NaiveDate,
    ) -> Result<Option<ConsentId>, Stop> {
        let connection = work.transaction.connection();
        for (consent, classes) in disclosure::releases(connection, work.permit, self.client_id, &PASSING_ON).await? {
            let in_favour = consent.recipient_organisation_id == Some(organisation)
                || (consent.recipient_account_id.is_some() && consent.recipient_account_id == account);
            let release = Release {
                valid_from: consent.valid_from,
                valid_until: consent.valid_until,
                revoked_on: consent.revoked_at.map(legal_day),
                classes,
            };
            if in_favour && covers(&release, &self.data_classes, day) {
                return Ok(Some(consent.id));
            }
        }
        Ok(None)
    }
}

impl Creates for DisclosureRecordInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Disclosure>, Stop> {
        let connection = work.transaction.connection();
        let client = client::lock(connection, work.permit, self.client_id).await?;
        let client = client.ok_or_else(|| UserError::at("clientId", ErrorCode::NotFound))?;
        if let Some(obstacle) = sealed_text::unwritable(work.transaction, work.permit, client.id).await? {
            return Err(obstacle.into());
        }
        if let Some(case) = self.case_id
            && !client::belongs_to_own(connection, work.permit, case, client.id).await?
        {
            return Err(UserError::at("caseId", ErrorCode::NotFound).into());
        }
        let disclosed_on = self.disclosed_on.unwrap_or(work.today);
        if disclosed_on > work.today {
            let late = UserError::at("disclosedOn", ErrorCode::DateOutOfRange);
            return Err(late.with("earliest", "1950-01-01").with("latest", work.today).into());
        }
        let recipient = self.recipient(work).await?;
        let consent_id = self.release(work, recipient, disclosed_on).await?;
        if consent_id.is_none() {
            let Some(basis) = self.legal_basis else {
                return Err(UserError::at("dataClasses", ErrorCode::DisclosureNotCovered).into());
            };
            let faults = basis_faults(basis, work.reason.is_some());
            if !faults.is_empty() {
                return Err(faults.into());
            }
        }
        let mut classes = self.data_classes.clone();
        classes.sort_unstable();
        classes.dedup();
        let recorded = Disclosure {
            id: DisclosureId::new(),
            district_id: client.district_id,
            client_id: client.id,
            case_id: self.case_id,
            recipient_organisation_id: recipient.0,
            recipient_account_id: recipient.1,
            consent_id,
            legal_basis: if consent_id.is_some() { None } else { self.legal_basis },
            disclosed_on,
            recorded_by: work.actor.account_id(),
            created_at: work.now,
        };
        disclosure::insert(connection, work.permit, &recorded, &classes).await?;
        let texts = match self.case_id {
            Some(case) => Texts::in_case(client.id, case),
            None => Texts::of_client(client.id),
        };
        let texts = texts.with_given(recorded.id.0, TextKind::Purpose, self.purpose.as_deref());
        Ok(Done::new(recorded).with(serde_json::json!({ "dataClasses": classes })).with_texts(texts))
    }
}
