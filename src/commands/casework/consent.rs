//! Consents and releases from secrecy: recorded and revoked.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::{ConsentForm, ConsentScope, ConsentStatus, DataClass, NoticeKind, TextKind};
use entity::ids::{ClientId, ConsentId, Identifier, OrganisationId, StaffMemberId};
use serde::Serialize;

use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Texts, Work};
use crate::domain::casework::consent::{ended_with, faults, is_language_tag, status};
use crate::domain::input::{Checks, REASON_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::casework::client;
use crate::store::casework::consent::{self, Consent};
use crate::store::casework::disclosure;
use crate::store::casework::notice::{self, Recipient};
use crate::store::district::organisation;
use crate::store::staffing::staff_member;

impl Record for Consent {
    type Id = ConsentId;

    fn id(&self) -> ConsentId {
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

/// The recipient of a consent, if it has one.
fn recipient(consent: &Consent) -> Option<Recipient> {
    consent
        .recipient_account_id
        .map(Recipient::Account)
        .or(consent.recipient_organisation_id.map(Recipient::Organisation))
}

/// A consent or a release from secrecy (Schweigepflichtentbindung) that a client gave.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConsentRecordInput {
    /// The client: of one of your own cases.
    pub client_id: ClientId,
    /// What it is for.
    pub scope: ConsentScope,
    /// In favour of which organisation. Releases name exactly one recipient, other consents none.
    pub recipient_organisation_id: Option<OrganisationId>,
    /// In favour of which person: a member of staff who has an account.
    pub recipient_staff_member_id: Option<StaffMemberId>,
    /// Which classes of data a release covers.
    #[graphql(default)]
    pub data_classes: Vec<DataClass>,
    /// In which form it was given.
    pub form: ConsentForm,
    /// In which language it was explained, as a BCP 47 tag, e.g. `uk`.
    pub language: String,
    /// Whether an interpreter was there.
    #[graphql(default)]
    pub interpreter_present: bool,
    /// When it was given; today if left out.
    pub given_on: Option<NaiveDate>,
    /// First day on which it holds; the day on which it was given if left out.
    pub valid_from: Option<NaiveDate>,
    /// First day on which it no longer holds; null: until it is revoked.
    pub valid_until: Option<NaiveDate>,
    /// What the data may be used for, in the words of the explanation. Sealed. At most 2000 characters.
    pub purpose: Option<String>,
    /// How it was explained. Sealed. At most 2000 characters.
    pub explanation: Option<String>,
}

impl Command for ConsentRecordInput {
    const NAME: &'static str = "consentRecord";
    type Verb = verb::RecordConsent;
    type Record = Consent;

    fn check(&self, checks: &mut Checks) {
        let recipients = usize::from(self.recipient_organisation_id.is_some())
            + usize::from(self.recipient_staff_member_id.is_some());
        for fault in faults(self.scope, recipients, self.data_classes.len()) {
            checks.refuse(fault);
        }
        checks.require(is_language_tag(&self.language), || UserError::at("language", ErrorCode::LanguageMalformed));
        checks.day("givenOn", self.given_on);
        checks.day("validFrom", self.valid_from);
        checks.day("validUntil", self.valid_until);
        checks.period("validUntil", self.valid_from.or(self.given_on), self.valid_until);
        checks.prose("purpose", self.purpose.as_deref(), REASON_MAXIMUM);
        checks.prose("explanation", self.explanation.as_deref(), REASON_MAXIMUM);
    }

    async fn load(work: &Work<'_, Self::Verb>, id: ConsentId) -> Result<Option<Consent>, Failure> {
        consent::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for ConsentRecordInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Consent>, Stop> {
        let connection = work.transaction.connection();
        let client = client::lock(connection, work.permit, self.client_id).await?;
        let client = client.ok_or_else(|| UserError::at("clientId", ErrorCode::NotFound))?;
        if let Some(id) = self.recipient_organisation_id {
            let found = organisation::find(connection, work.permit, id).await?;
            found.ok_or_else(|| UserError::at("recipientOrganisationId", ErrorCode::NotFound))?;
        }
        let recipient_account_id = match self.recipient_staff_member_id {
            Some(id) => {
                let account = staff_member::account_of(connection, work.permit, id).await?;
                Some(account.ok_or_else(|| UserError::at("recipientStaffMemberId", ErrorCode::NotFound))?)
            }
            None => None,
        };
        let given_on = self.given_on.unwrap_or(work.today);
        let given = Consent {
            id: ConsentId::new(),
            district_id: client.district_id,
            client_id: client.id,
            scope: self.scope,
            recipient_organisation_id: self.recipient_organisation_id,
            recipient_account_id,
            form: self.form,
            language: self.language.clone(),
            interpreter_present: self.interpreter_present,
            given_on,
            valid_from: self.valid_from.unwrap_or(given_on),
            valid_until: self.valid_until,
            revoked_at: None,
            recorded_by: work.actor.account_id(),
            version: 1,
            created_at: work.now,
        };
        let mut classes = self.data_classes.clone();
        classes.sort_unstable();
        classes.dedup();
        consent::insert(connection, work.permit, &given, &classes).await?;
        if let Some(recipient) = recipient(&given) {
            let subject = given.id.to_string();
            notice::tell(connection, work.permit, recipient, NoticeKind::ConsentGiven, &subject, work.now).await?;
        }
        let texts = Texts::of_client(client.id)
            .regardless()
            .with_given(given.id.0, TextKind::Purpose, self.purpose.as_deref())
            .with_given(given.id.0, TextKind::Explanation, self.explanation.as_deref());
        Ok(Done::new(given).with(serde_json::json!({ "dataClasses": classes })).with_texts(texts))
    }
}

/// A consent that the client takes back. From that moment on nothing opens by it. With the consent CASE_RECORD, all releases
/// of the client end in the same moment, those to come included, and have to be given anew.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConsentRevokeInput {
    /// The consent.
    pub consent_id: ConsentId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

impl Command for ConsentRevokeInput {
    const NAME: &'static str = "consentRevoke";
    type Verb = verb::RecordConsent;
    type Record = Consent;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: ConsentId) -> Result<Option<Consent>, Failure> {
        consent::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for ConsentRevokeInput {
    fn target(&self) -> (ConsentId, &'static str) {
        (self.consent_id, "consentId")
    }

    fn expected_version(&self) -> Option<i32> {
        self.expected_version
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut revoked: Consent) -> Result<Done<Consent>, Stop> {
        if status(revoked.revoked_at.is_some(), revoked.valid_until, work.today) != ConsentStatus::Given {
            return Err(UserError::at("consentId", ErrorCode::ConsentNotInForce).into());
        }
        revoked.revoked_at = Some(work.now);
        revoked.version = revoked.version.saturating_add(1);
        let connection = work.transaction.connection();
        consent::update(connection, work.permit, &revoked).await?;
        // What ends with it: all of it is revoked by this command, and all recipients are told.
        let scopes = ended_with(revoked.scope);
        let with_it = consent::lock_given(connection, work.permit, revoked.client_id, &scopes).await?;
        let names: Vec<String> = with_it.iter().map(|ended| ended.id.to_string()).collect();
        let mut ids: Vec<ConsentId> = with_it.iter().map(|ended| ended.id).collect();
        consent::revoke_all(connection, work.permit, &ids, work.now).await?;
        ids.push(revoked.id);
        let received = disclosure::recipients_by(connection, work.permit, &ids).await?;
        for ended in std::iter::once(&revoked).chain(&with_it) {
            let own = recipient(ended);
            // Who received data under it is told as well, and nobody twice.
            let others = received.iter().filter(|(consent, _)| *consent == ended.id);
            let others = others.map(|(_, organisation)| Recipient::Organisation(*organisation));
            let others: Vec<Recipient> = others.filter(|other| own != Some(*other)).collect();
            let subject = ended.id.to_string();
            for told in own.into_iter().chain(others) {
                notice::tell(connection, work.permit, told, NoticeKind::ConsentRevoked, &subject, work.now).await?;
            }
        }
        let done = Done::new(revoked);
        Ok(if names.is_empty() { done } else { done.with(serde_json::json!({ "alsoRevoked": names })) })
    }
}
