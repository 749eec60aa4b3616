//! Contacts: recorded once, never changed.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::{ContactChannel, ContactPartner, TextKind};
use entity::ids::{CaseId, ContactId, Identifier};
use serde::Serialize;

use super::work::{case_at_work, expect_happened, loads_part, record_in_case};
use crate::access::verb;
use crate::commands::pipeline::{Command, Creates, Done, Stop, Texts, Work};
use crate::domain::input::{Checks, NOTE_MAXIMUM};
use crate::error::{ErrorCode, UserError};
use crate::store::casework::contact::Contact;
use crate::store::casework::part;

record_in_case!(Contact, ContactId, |_| None);

/// The longest contact: a day.
const MINUTES_MAXIMUM: i32 = 1440;

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
        checks.day("heldOn", self.held_on);
        checks.require(self.minutes.is_none_or(|minutes| (1..=MINUTES_MAXIMUM).contains(&minutes)), || {
            UserError::at("minutes", ErrorCode::MinutesOutOfRange).with("minimum", 1).with("maximum", MINUTES_MAXIMUM)
        });
        checks.prose("note", self.note.as_deref(), NOTE_MAXIMUM);
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
