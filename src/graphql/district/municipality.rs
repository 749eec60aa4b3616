//! Municipalities of the district.

use async_graphql::{Context, ID, Object};
use chrono::NaiveDate;
use entity::codes::MunicipalityKind;

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::district::municipality::MunicipalityAddInput;
use crate::error::Failure;
use crate::graphql::connection::{Counted, Counter, List, PageArguments, SortDirection, TotalCount, connect};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::log::entry::{LogEntry, history};
use crate::graphql::payload::payload;
use crate::store::district::directory;
use crate::store::district::municipality as records;
use crate::store::log::history::Subject;

/// `Municipality` of the schema; the description that its readers see stands on the `impl`.
pub struct Municipality(pub records::Municipality);

/// A municipality: a town (Stadt) or commune (Gemeinde) of the district.
#[Object]
impl Municipality {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Official key (AGS), eight digits as text, e.g. `05558012`.
    async fn ags(&self) -> &str {
        &self.0.ags
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Town or commune.
    async fn kind(&self) -> MunicipalityKind {
        self.0.kind
    }

    /// First day on which it exists under this key.
    async fn valid_from(&self) -> NaiveDate {
        self.0.valid_from
    }

    /// First day on which it no longer exists under this key; null while it does.
    async fn valid_until(&self) -> Option<NaiveDate> {
        self.0.valid_until
    }

    /// What was done to it, newest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<LogEntry>, Failure> {
        history(ctx, Subject::Municipality(self.0.id), first, after).await
    }
}

payload! {
    /// The answer to a command about a municipality.
    MunicipalityPayload {
        /// The record as it stands now; null if rules forbade the command.
        municipality: Municipality
    } from records::Municipality, Municipality
}

/// Queries about municipalities.
#[derive(Default)]
pub struct MunicipalityQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl MunicipalityQueries {
    /// The municipalities of your district. By name. Everybody who is logged in may read them.
    #[graphql(guard = "Requires(Action::ReadDirectory)")]
    async fn municipalities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<Counted<Municipality>, Failure> {
        const LIST: &str = "municipalities";
        let arguments = PageArguments { first, after, last, before };
        let window = arguments.window(ctx, LIST, SortDirection::Asc)?;
        let permit = ctx.permit::<verb::ReadDirectory>()?;
        let page = directory::page::<records::Municipality, _>(ctx.store(), &permit, &window).await?;
        connect(ctx, LIST, &arguments, page, TotalCount(Counter::Municipalities), directory::boundary, Municipality)
    }
}

/// Commands about municipalities.
#[derive(Default)]
pub struct MunicipalityMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl MunicipalityMutations {
    /// Adds a municipality to the directory. For administrators.
    #[graphql(guard = "Requires(Action::AddMunicipality)")]
    async fn municipality_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The municipality to be added.")] input: MunicipalityAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<MunicipalityPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }
}
