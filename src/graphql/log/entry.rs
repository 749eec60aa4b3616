//! Log entries: what a command did, when and by whom.

use std::collections::BTreeMap;

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::codes::{DataClass, TextKind};
use entity::ids::{CaseId, ClientId, EventId, Identifier};
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::access::{Action, verb};
use crate::domain::casework::text::data_class;
use crate::error::Failure;
use crate::graphql::accounts::account::Account;
use crate::graphql::connection::{List, PageArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{KeyOf, NameOf};
use crate::log::{Personal, SealedPart};
use crate::store::log::event::{self, Event};
use crate::store::log::history::{Part, Subject};
use crate::store::page::Page;
use crate::vault::FieldName;
use async_graphql::connection::EmptyFields;

/// One field that a command changed.
#[derive(SimpleObject)]
pub struct FieldChange {
    /// The name of the field in the database, e.g. `status`.
    field: String,
    /// Its value before, as JSON text; null if there was none.
    before: Option<String>,
    /// Its value after, as JSON text; null if there is none.
    after: Option<String>,
}

/// A text about a client that a command wrote.
#[derive(SimpleObject)]
pub struct TextChange {
    /// Which text.
    kind: TextKind,
    /// The text; null: it was taken away.
    text: Option<String>,
}

/// `LogEntry` of the schema; the description that its readers see stands on the `impl`.
pub struct LogEntry(pub Event);

impl LogEntry {
    /// What the entry tells of clients, and of whom, as far as it opens for the reader.
    async fn personal(&self, ctx: &Context<'_>) -> Result<Vec<(ClientId, Personal)>, Failure> {
        let change: Value = serde_json::from_str(&self.0.change).unwrap_or_default();
        let Some(sealed) = change.get("sealed") else { return Ok(Vec::new()) };
        let parts: Vec<SealedPart> = serde_json::from_value(sealed.clone()).unwrap_or_default();
        let case = self.case();
        let mut open = Vec::new();
        for part in parts {
            let Some(key) = ctx.load(KeyOf { client: part.client, case, class: DataClass::History }).await? else {
                ctx.redact();
                continue;
            };
            let text = key.key.open_text(FieldName::EVENT.of(self.0.id.0), &part.content).map_err(Failure::from)?;
            let personal = serde_json::from_str(text.expose_secret())
                .map_err(|_| Failure::internal("an unreadable personal part of an event"))?;
            ctx.state().trail.note([key.opening]);
            open.push((part.client, personal));
        }
        Ok(open)
    }

    /// The case that the entry is about, if it is about one.
    fn case(&self) -> Option<CaseId> {
        CaseId::parse(&self.0.subject)
    }
}

/// An entry of the log: one command that was carried out. Entries are never changed or deleted.
#[Object]
impl LogEntry {
    /// Global id.
    async fn id(&self) -> EventId {
        self.0.id
    }

    /// When it happened.
    async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.occurred_at
    }

    /// The name of the mutation, e.g. `positionFill`.
    async fn command(&self) -> &str {
        &self.0.command
    }

    /// The global id of the record that was changed.
    async fn subject_id(&self) -> ID {
        self.0.subject.as_str().into()
    }

    /// Why, in the words of the person; null if no reason was given. Reasons of what concerns a client are sealed: null (with
    /// an entry in `extensions.redactions`) if they do not open for you.
    async fn reason(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        if self.0.reason.is_some() {
            return Ok(self.0.reason.clone());
        }
        Ok(self.personal(ctx).await?.into_iter().find_map(|(_, personal)| personal.reason))
    }

    /// What was written about a client: sealed texts, with the kind and the record of each. Empty if nothing was written, and
    /// (with an entry in `extensions.redactions`) if it does not open for you. Names of documents are left out (with such an
    /// entry) where the documents themselves do not open for you.
    async fn texts(&self, ctx: &Context<'_>) -> Result<Vec<TextChange>, Failure> {
        let mut texts = Vec::new();
        for (client, personal) in self.personal(ctx).await? {
            for text in personal.texts {
                // What a document is called closes with the document.
                if data_class(text.kind) == DataClass::Documents && text.text.is_some() {
                    let key = KeyOf { client, case: self.case(), class: DataClass::Documents };
                    if ctx.load(key).await?.is_none() {
                        ctx.redact();
                        continue;
                    }
                }
                texts.push(TextChange { kind: text.kind, text: text.text });
            }
        }
        Ok(texts)
    }

    /// The name of who did it; null if the system itself did (command line, demo data).
    async fn actor_name(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(actor) = self.0.actor_id else { return Ok(None) };
        ctx.load(NameOf(actor)).await
    }

    /// The account of who did it; null if the system itself did, or (with an entry in `extensions.redactions`) if you may not
    /// see accounts other than your own. Administrators and the data protection officer see all of the district.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<Account>, Failure> {
        let Some(actor) = self.0.actor_id else { return Ok(None) };
        let account = ctx.load(actor).await?;
        if account.is_none() {
            ctx.redact();
        }
        Ok(account.map(Account))
    }

    /// The fields that changed, by name.
    async fn changes(&self) -> Vec<FieldChange> {
        let change: Value = serde_json::from_str(&self.0.change).unwrap_or_default();
        let mut fields: BTreeMap<String, (Option<String>, Option<String>)> = BTreeMap::new();
        for (side, is_before) in [("before", true), ("after", false)] {
            for (name, value) in change.get(side).and_then(Value::as_object).into_iter().flatten() {
                let entry = fields.entry(name.clone()).or_default();
                let value = (!value.is_null()).then(|| value.to_string());
                if is_before { entry.0 = value } else { entry.1 = value }
            }
        }
        fields.into_iter().map(|(field, (before, after))| FieldChange { field, before, after }).collect()
    }

    /// What else the command did, as JSON text: e.g. the occupancy that it added. Null if there is nothing more to tell.
    async fn details(&self) -> Option<String> {
        let change: Value = serde_json::from_str(&self.0.change).unwrap_or_default();
        change.get("details").map(Value::to_string)
    }
}

/// The history of a record, newest first; empty if the reader does not reach the record.
///
/// # Errors
/// `PAGE_SIZE_INVALID`, `CURSOR_INVALID`, and the troubles of the server.
pub async fn history(
    ctx: &Context<'_>,
    subject: Subject,
    first: Option<i32>,
    after: Option<String>,
) -> Result<List<LogEntry>, Failure> {
    let arguments = PageArguments { first, after, ..Default::default() };
    let list = format!("history {subject}");
    let window = arguments.window(ctx, &list, SortDirection::Desc)?;
    let part = Part { subject, after: window.after.map(|boundary| boundary.id), limit: window.limit };
    let page = ctx.load(part).await?.unwrap_or(Page { rows: Vec::new(), more: false });
    connect(ctx, &list, &arguments, page, EmptyFields, event::boundary, LogEntry)
}

/// Queries about the log.
#[derive(Default)]
pub struct LogQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl LogQueries {
    /// The log of the whole district, newest first. For the data protection officer.
    #[graphql(guard = "Requires(Action::ReadLog)")]
    async fn log_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<LogEntry>, Failure> {
        const LIST: &str = "logEntries";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let page = event::page(ctx.store(), &ctx.permit::<verb::ReadLog>()?, &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, event::boundary, LogEntry)
    }
}
