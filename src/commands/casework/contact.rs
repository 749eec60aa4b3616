//! Contacts: recorded and corrected. What was written before a correction stays, sealed, in the history of the case.

use async_graphql::{InputObject, MaybeUndefined};
use chrono::NaiveDate;
use entity::codes::{ContactChannel, ContactPartner, TextKind};
use entity::ids::{CaseId, ContactId, Identifier};
use serde::Serialize;
use serde_json::json;

use super::work::{case_at_work, changes_part, expect_happened, loads_part, record_in_case};
use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Stop, Texts, Work};
use crate::domain::input::{Checks, NOTE_MAXIMUM};
use crate::error::{ErrorCode, UserError};
use crate::store::casework::contact::Contact;
use crate::store::casework::part;

record_in_case!(Contact, ContactId, |contact| Some(contact.version));

/// The longest contact: a day.
const MINUTES_MAXIMUM: i32 = 1440;

/// Checks what is said of a contact.
fn check_contact(checks: &mut Checks, held_on: Option<NaiveDate>, minutes: Option<i32>, note: Option<&str>) {
    checks.day("heldOn", held_on);
    checks.require(minutes.is_none_or(|minutes| (1..=MINUTES_MAXIMUM).contains(&minutes)), || {
        UserError::at("minutes", ErrorCode::MinutesOutOfRange).with("minimum", 1).with("maximum", MINUTES_MAXIMUM)
    });
    checks.prose("note", note, NOTE_MAXIMUM);
}

/// A contact with the client or somebody concerned.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ContactRecordInput {
    /// The case.
    pub case_id: CaseId,
    /// When it was; today if left out.
    pub held_on: Option<NaiveDate>,
    /// How it took place.
    pub channel: ContactChannel,
    /// With whom.
    pub partner: ContactPartner,
    /// How long it took, in minutes: 1 to 1440; may stay unsaid.
    pub minutes: Option<i32>,
    /// Whether an interpreter helped.
    #[graphql(default)]
    pub interpreter_used: bool,
    /// What was said. Sealed. At most 20000 characters.
    pub note: Option<String>,
}

impl Command for ContactRecordInput {
    const NAME: &'static str = "contactRecord";
    type Verb = verb::WorkOnCase;
    type Record = Contact;

    fn check(&self, checks: &mut Checks) {
        check_contact(checks, self.held_on, self.minutes, self.note.as_deref());
    }

    loads_part!(Contact);
}

impl Creates for ContactRecordInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Contact>, Stop> {
        let case = case_at_work(work, "caseId", self.case_id).await?;
        let held_on = self.held_on.unwrap_or(work.today);
        expect_happened("heldOn", held_on, work.today)?;
        let recorded = Contact {
            id: ContactId::new(),
            district_id: case.district_id,
            case_id: case.id,
            client_id: case.client_id,
            held_on,
            channel: self.channel,
            partner: self.partner,
            minutes: self.minutes,
            interpreter_used: self.interpreter_used,
            recorded_by: work.actor.account_id(),
            corrected_at: None,
            corrected_by: None,
            version: 1,
            created_at: work.now,
        };
        part::insert(work.transaction.connection(), work.permit, &recorded).await?;
        let texts = Texts::in_case(case.client_id, case.id).with_given(
            recorded.id.0,
            TextKind::ContactNote,
            self.note.as_deref(),
        );
        Ok(Done::new(recorded).with_texts(texts))
    }
}

/// A contact that was recorded wrongly: what is left out stays as it is.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ContactCorrectInput {
    /// The contact.
    pub contact_id: ContactId,
    /// The version that you saw; refused if the contact was corrected since.
    pub expected_version: Option<i32>,
    /// When it was.
    pub held_on: Option<NaiveDate>,
    /// How it took place.
    pub channel: Option<ContactChannel>,
    /// With whom.
    pub partner: Option<ContactPartner>,
    /// How long it took, in minutes: 1 to 1440; null: unsaid.
    pub minutes: MaybeUndefined<i32>,
    /// Whether an interpreter helped.
    pub interpreter_used: Option<bool>,
    /// What was said, as it should read; null takes it away. Sealed. At most 20000 characters.
    pub note: MaybeUndefined<String>,
}

impl ContactCorrectInput {
    /// The contact as it is to read, without what was said.
    fn corrected(&self, contact: &Contact) -> Contact {
        let mut corrected = contact.clone();
        corrected.held_on = self.held_on.unwrap_or(contact.held_on);
        corrected.channel = self.channel.unwrap_or(contact.channel);
        corrected.partner = self.partner.unwrap_or(contact.partner);
        corrected.interpreter_used = self.interpreter_used.unwrap_or(contact.interpreter_used);
        self.minutes.update_to(&mut corrected.minutes);
        corrected
    }
}

impl Command for ContactCorrectInput {
    const NAME: &'static str = "contactCorrect";
    type Verb = verb::WorkOnCase;
    type Record = Contact;

    fn check(&self, checks: &mut Checks) {
        check_contact(checks, self.held_on, self.minutes.take(), self.note.value().map(String::as_str));
    }

    loads_part!(Contact);
}

impl Changes for ContactCorrectInput {
    changes_part!(ContactId, contact_id, "contactId");

    async fn change(&self, work: &Work<'_, Self::Verb>, contact: Contact) -> Result<Done<Contact>, Stop> {
        let case = case_at_work(work, "contactId", contact.case_id).await?;
        let mut corrected = self.corrected(&contact);
        if corrected == contact && self.note.is_undefined() {
            return Err(UserError::at("", ErrorCode::NothingToCorrect).into());
        }
        expect_happened("heldOn", corrected.held_on, work.today)?;
        corrected.corrected_at = Some(work.now);
        corrected.corrected_by = work.actor.account_id();
        corrected.version = corrected.version.saturating_add(1);
        part::update(work.transaction.connection(), work.permit, &corrected).await?;
        let texts = Texts::in_case(case.client_id, case.id);
        let texts = match &self.note {
            MaybeUndefined::Undefined => texts,
            MaybeUndefined::Null => texts.with(corrected.id.0, TextKind::ContactNote, None),
            MaybeUndefined::Value(note) => texts.with(corrected.id.0, TextKind::ContactNote, Some(note)),
        };
        let details = json!({ "contact": corrected.id.to_string() });
        Ok(Done::new(corrected).with(details).with_texts(texts))
    }
}
