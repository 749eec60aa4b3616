//! Code lists of the district.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object};
use chrono::NaiveDate;
use entity::codes::CodeList;

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::district::code_list::{CodeListEntryEndInput, CodeListEntrySetInput};
use crate::error::Failure;
use crate::graphql::connection::{List, PageArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::errors::Language;
use crate::graphql::guard::Requires;
use crate::graphql::log::entry::{LogEntry, history};
use crate::graphql::payload::payload;
use crate::store::district::code_list as records;
use crate::store::log::history::Subject;

/// `CodeListEntry` of the schema; the description that its readers see stands on the `impl`.
pub struct CodeListEntry(pub records::CodeListEntry);

/// A value of a code list (Schlüsselverzeichnis) that the district edits, e.g. a need area (Bedarfsbereich), as it reads for a
/// time. Records name the code; show the label.
#[Object]
impl CodeListEntry {
    /// Global id of this entry. The same value has another entry for each time in which it reads differently.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Which list.
    async fn list(&self) -> CodeList {
        self.0.list
    }

    /// The value, as records name it, e.g. `LANGUAGE`. It never changes.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// What people call it.
    async fn label(&self, #[graphql(desc = "The language of the text.", default)] lang: Language) -> &str {
        match lang {
            Language::De => &self.0.label_de,
            Language::En => &self.0.label_en,
        }
    }

    /// What belongs to it, in German; null if the label says it all.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Its place in the list: smaller ones stand first.
    async fn position(&self) -> i32 {
        self.0.position
    }

    /// First day on which it reads so.
    async fn valid_from(&self) -> NaiveDate {
        self.0.valid_from
    }

    /// First day on which it no longer does; null without end.
    async fn valid_until(&self) -> Option<NaiveDate> {
        self.0.valid_until
    }

    /// What was done to it, newest first; empty for an entry that the district began with.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<LogEntry>, Failure> {
        history(ctx, Subject::CodeListEntry(self.0.id), first, after).await
    }
}

payload! {
    /// The answer to a command about a code list.
    CodeListEntryPayload {
        /// The entry as it stands now; null if rules forbade the command.
        code_list_entry: CodeListEntry
    } from records::CodeListEntry, CodeListEntry
}

/// Queries about code lists.
#[derive(Default)]
pub struct CodeListQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl CodeListQueries {
    /// The values of a code list that can be chosen, in their order. Everybody who is logged in may read them.
    #[graphql(guard = "Requires(Action::ReadDirectory)")]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn code_list_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which list.")] list: CodeList,
        #[graphql(desc = "The day on which they hold; today if left out.")] on: Option<NaiveDate>,
        #[graphql(
            desc = "Every entry that ever held or will hold, whatever `on` says: to edit the list, or to label old records.",
            default
        )]
        all_times: bool,
        #[graphql(desc = "So many from the beginning; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<List<CodeListEntry>, Failure> {
        let cursors = format!("codeListEntries {}", list.as_str());
        let arguments = PageArguments { first, after, last, before };
        let window = arguments.window(ctx, &cursors, SortDirection::Asc)?;
        let permit = ctx.permit::<verb::ReadDirectory>()?;
        let day = (!all_times).then(|| on.unwrap_or_else(|| permit.today()));
        let page = records::page(ctx.store(), &permit, list, day, &window).await?;
        connect(ctx, &cursors, &arguments, page, EmptyFields, records::boundary, CodeListEntry)
    }
}

/// Commands about code lists.
#[derive(Default)]
pub struct CodeListMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl CodeListMutations {
    /// Adds a value to a code list, or gives a value new words from a day on. For administrators.
    #[graphql(guard = "Requires(Action::EditCodeList)")]
    async fn code_list_entry_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The value and how it is to read.")] input: CodeListEntrySetInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<CodeListEntryPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Ends a value of a code list: it can no longer be chosen. For administrators.
    #[graphql(guard = "Requires(Action::EditCodeList)")]
    async fn code_list_entry_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The entry that ends.")] input: CodeListEntryEndInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<CodeListEntryPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
