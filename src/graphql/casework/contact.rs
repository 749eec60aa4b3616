//! Contacts in cases.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{ContactChannel, ContactPartner, TextKind};
use entity::ids::CaseId;

use crate::access::Action;
use crate::commands::CommandOptions;
use crate::commands::casework::contact::{ContactCorrectInput, ContactRecordInput};
use crate::error::Failure;
use crate::graphql::casework::text::text;
use crate::graphql::connection::{List, PageArguments, RelationArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{ContactsOf, NameOf};
use crate::graphql::payload::payload;
use crate::store::casework::contact as records;
use crate::store::casework::part::Latest;
use crate::store::page::{Key, Page, Window};

/// `Contact` of the schema; the description that its readers see stands on the `impl`.
pub struct Contact(pub records::Contact);

/// A contact in a case (Kontakt): with the client, the household or an institution. The lead and the substitute see it,
/// supervisors see it without what was said. What was on record before a correction stands in the history of the case.
#[Object]
impl Contact {
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// When it was.
    async fn held_on(&self) -> NaiveDate {
        self.0.held_on
    }

    /// How it took place.
    async fn channel(&self) -> ContactChannel {
        self.0.channel
    }

    /// With whom.
    async fn partner(&self) -> ContactPartner {
        self.0.partner
    }

    /// How long it took, in minutes; null if it was not said.
    async fn minutes(&self) -> Option<i32> {
        self.0.minutes
    }

    /// Whether an interpreter helped.
    async fn interpreter_used(&self) -> bool {
        self.0.interpreter_used
    }

    /// What was said; null if nothing was written down, or (with an entry in `extensions.redactions`) if it does not open for
    /// you.
    async fn note(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0.id.0, TextKind::ContactNote).await
    }

    /// The name of who recorded it; null if the system itself did.
    async fn recorded_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(id) = self.0.recorded_by else { return Ok(None) };
        ctx.load(NameOf(id)).await
    }

    /// When it was last corrected; null if it never was.
    async fn corrected_at(&self) -> Option<DateTime<Utc>> {
        self.0.corrected_at
    }

    /// The name of who last corrected it; null if it never was corrected.
    async fn corrected_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(id) = self.0.corrected_by else { return Ok(None) };
        ctx.load(NameOf(id)).await
    }

    /// Counts its versions, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the record was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// The part of what happened in a case that a window shows.
pub(super) fn latest(case_id: CaseId, window: &Window) -> Latest {
    let after = window.after.as_ref().and_then(|boundary| match boundary.key {
        Key::Day(day) => Some((day, boundary.id)),
        _ => None,
    });
    Latest { case_id, after, limit: window.limit }
}

/// The contacts of a case, latest first.
pub(super) async fn of_case(
    ctx: &Context<'_>,
    case: CaseId,
    arguments: RelationArguments,
) -> Result<List<Contact>, Failure> {
    const LIST: &str = "case contacts";
    let arguments = PageArguments { first: arguments.first, after: arguments.after, ..Default::default() };
    let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
    let page = ctx.load(ContactsOf(latest(case, &window))).await?;
    let page = page.unwrap_or(Page { rows: Vec::new(), more: false });
    connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, Contact)
}

payload! {
    /// The answer to a command about a contact.
    ContactPayload {
        /// The contact as it stands now; null if rules forbade the command.
        contact: Contact
    } from records::Contact, Contact
}

/// Commands about contacts.
#[derive(Default)]
pub struct ContactMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ContactMutations {
    /// Records a contact. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn contact_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contact.")] input: ContactRecordInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ContactPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Corrects a contact; what was on record before stays in the history of the case. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn contact_correct(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contact, and what is to be corrected.")] input: ContactCorrectInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ContactPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
