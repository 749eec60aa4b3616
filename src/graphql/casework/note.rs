//! Notes about cases.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::TextKind;
use entity::ids::CaseId;

use crate::access::Action;
use crate::commands::CommandOptions;
use crate::commands::casework::note::{NoteCorrectInput, NoteWriteInput};
use crate::error::Failure;
use crate::graphql::casework::contact::latest;
use crate::graphql::casework::text::text;
use crate::graphql::connection::{List, PageArguments, RelationArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{NameOf, NotesOf};
use crate::graphql::payload::payload;
use crate::store::casework::note as records;
use crate::store::page::Page;

/// `Note` of the schema; the description that its readers see stands on the `impl`.
pub struct Note(pub records::Note);

/// A note about a case (Vermerk). The lead and the substitute see it, supervisors see that there is one. What it said before a
/// correction stands in the history of the case.
#[Object]
impl Note {
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// When it was written.
    async fn written_on(&self) -> NaiveDate {
        self.0.written_on
    }

    /// The name of who wrote it; null if the system itself did.
    async fn written_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(id) = self.0.written_by else { return Ok(None) };
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

    /// What it says; null (with an entry in `extensions.redactions`) if it does not open for you.
    async fn text(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0.id.0, TextKind::Note).await
    }

    /// Counts the versions of its text, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the record was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// The notes of a case, latest first.
pub(super) async fn of_case(
    ctx: &Context<'_>,
    case: CaseId,
    arguments: RelationArguments,
) -> Result<List<Note>, Failure> {
    const LIST: &str = "case notes";
    let arguments = PageArguments { first: arguments.first, after: arguments.after, ..Default::default() };
    let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
    let page = ctx.load(NotesOf(latest(case, &window))).await?;
    let page = page.unwrap_or(Page { rows: Vec::new(), more: false });
    connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, Note)
}

payload! {
    /// The answer to a command about a note.
    NotePayload {
        /// The note as it stands now; null if rules forbade the command.
        note: Note
    } from records::Note, Note
}

/// Commands about notes.
#[derive(Default)]
pub struct NoteMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl NoteMutations {
    /// Writes a note about a case. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn note_write(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note.")] input: NoteWriteInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<NotePayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Corrects a note; what it said before stays in the history of the case. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn note_correct(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The note as it should read.")] input: NoteCorrectInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<NotePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
