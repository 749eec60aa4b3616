//! Imports of cases: how far they are and what became of each row. The file itself comes in over HTTP.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use entity::codes::{ImportOutcome, ImportStatus};
use entity::ids::ImportRunId;

use crate::access::{Action, verb};
use crate::commands::casework::import::kept_errors;
use crate::error::Failure;
use crate::graphql::connection::{List, PageArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::errors::UserError;
use crate::graphql::guard::Requires;
use crate::store::casework::import as records;

/// `ImportRun` of the schema; the description that its readers see stands on the `impl`.
pub struct ImportRun(pub records::ImportRun);

/// A run of an import of cases (Import): a spreadsheet file that was sent to `POST /import/cases` or given to the command line.
/// Case managers see their own, a partner system those of its organisation. While it goes on, the counts grow: together,
/// compared with `rowCount`, they are its progress.
#[Object]
impl ImportRun {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Where it stands. RUNNING for long means that it was interrupted: send the same file again, and it goes on.
    async fn status(&self) -> ImportStatus {
        self.0.status
    }

    /// The system that the external ids come from, as it was named; null if none was: they are unique for each case manager then.
    async fn source(&self) -> Option<&str> {
        self.0.source.as_deref()
    }

    /// How many rows the file has, the line with the names of the columns not counted.
    async fn row_count(&self) -> i32 {
        self.0.row_count
    }

    /// Rows that made a case so far; in a dry run (CHECKED), rows that would make one.
    async fn created_count(&self) -> i32 {
        self.0.created_count
    }

    /// Rows that were imported before, by their external id.
    async fn known_count(&self) -> i32 {
        self.0.known_count
    }

    /// Rows with faults.
    async fn refused_count(&self) -> i32 {
        self.0.refused_count
    }

    /// When it began.
    async fn started_at(&self) -> DateTime<Utc> {
        self.0.started_at
    }

    /// When its last row was done; null while it goes on or is interrupted.
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.finished_at
    }
}

/// `ImportRow` of the schema; the description that its readers see stands on the `impl`.
pub struct ImportRow(pub records::ImportRow);

/// What became of a row of an import. What stood in the row is not kept: the complaints name the column, not the value.
#[Object]
impl ImportRow {
    /// Its line in the file, from 1; the line with the names of the columns counts.
    async fn line(&self) -> i32 {
        self.0.line
    }

    /// What became of it.
    async fn outcome(&self) -> ImportOutcome {
        self.0.outcome
    }

    /// The id of the case that it made, or had made before; null in a dry run and for rows with faults. Whether you may see
    /// the case is another question: ask `case`.
    async fn case_id(&self) -> Option<ID> {
        self.0.case_id.map(Into::into)
    }

    /// Why it was refused; empty otherwise. `path` is the English name of the column.
    async fn user_errors(&self) -> Vec<UserError> {
        kept_errors(&self.0).into_iter().map(UserError).collect()
    }
}

/// Queries about imports.
#[derive(Default)]
pub struct ImportQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ImportQueries {
    /// One run of an import; null if it does not exist or is not yours to see.
    #[graphql(guard = "Requires(Action::ImportCases)")]
    async fn import_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ImportRunId,
    ) -> Result<Option<ImportRun>, Failure> {
        Ok(ctx.load(id).await?.map(ImportRun))
    }

    /// The runs of imports that you may see, in the order of their beginning.
    #[graphql(guard = "Requires(Action::ImportCases)")]
    async fn import_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which direction.", default)] direction: SortDirection,
        #[graphql(desc = "So many from the beginning; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<List<ImportRun>, Failure> {
        let list = format!("import runs {direction:?}");
        let arguments = PageArguments { first, after, last, before };
        let window = arguments.window(ctx, &list, direction)?;
        let page = records::page(ctx.store(), &ctx.permit()?, &window).await?;
        connect(ctx, &list, &arguments, page, EmptyFields, records::boundary, ImportRun)
    }

    /// What became of each row of an import, in the order in which they were done; empty if the run is not yours to see.
    #[graphql(guard = "Requires(Action::ImportCases)")]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn import_rows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run.")] run_id: ImportRunId,
        #[graphql(desc = "Only rows with one of these outcomes; all if left out, none for an empty list.")]
        outcome_in: Option<Vec<ImportOutcome>>,
        #[graphql(desc = "So many from the beginning; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<List<ImportRow>, Failure> {
        let arguments = PageArguments { first, after, last, before };
        let window = arguments.window(ctx, "import rows", SortDirection::Asc)?;
        let permit = ctx.permit::<verb::ImportCases>()?;
        let page = records::rows_page(ctx.store(), &permit, run_id, outcome_in.as_deref(), &window).await?;
        connect(ctx, "import rows", &arguments, page, EmptyFields, records::row_boundary, ImportRow)
    }
}
