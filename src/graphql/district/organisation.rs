//! Organisations of the district.

use async_graphql::{Context, ID, Object};
use chrono::NaiveDate;
use entity::codes::OrganisationKind;

use super::municipality::Municipality;

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::district::organisation::{OrganisationAddInput, OrganisationEndInput};
use crate::error::Failure;
use crate::graphql::connection::{Counted, Counter, List, PageArguments, SortDirection, TotalCount, connect};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::log::entry::{LogEntry, history};
use crate::graphql::payload::payload;
use crate::store::district::directory;
use crate::store::district::organisation as records;
use crate::store::log::history::Subject;

/// `Organisation` of the schema; the description that its readers see stands on the `impl`.
pub struct Organisation(pub records::Organisation);

/// An organisation: the district administration, the integration centre, a municipality, a welfare organisation or another institution. Employers of positions (Anstellungsträger) are organisations.
#[Object]
impl Organisation {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it is.
    async fn kind(&self) -> OrganisationKind {
        self.0.kind
    }

    /// First day on which it exists.
    async fn valid_from(&self) -> NaiveDate {
        self.0.valid_from
    }

    /// First day on which it no longer exists; null while it does.
    async fn valid_until(&self) -> Option<NaiveDate> {
        self.0.valid_until
    }

    /// The organisation that this one is a part of; null at the top of the tree.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        let Some(parent) = self.0.parent_id else { return Ok(None) };
        Ok(ctx.load(parent).await?.map(Organisation))
    }

    /// The municipality whose administration it is; null for all other organisations.
    async fn municipality(&self, ctx: &Context<'_>) -> Result<Option<Municipality>, Failure> {
        let Some(municipality) = self.0.municipality_id else { return Ok(None) };
        Ok(ctx.load(municipality).await?.map(Municipality))
    }

    /// What was done to it, newest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<LogEntry>, Failure> {
        history(ctx, Subject::Organisation(self.0.id), first, after).await
    }
}

payload! {
    /// The answer to a command about an organisation.
    OrganisationPayload {
        /// The record as it stands now; null if rules forbade the command.
        organisation: Organisation
    } from records::Organisation, Organisation
}

/// Queries about organisations.
#[derive(Default)]
pub struct OrganisationQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl OrganisationQueries {
    /// The organisations of your district. By name. Everybody who is logged in may read them.
    #[graphql(guard = "Requires(Action::ReadDirectory)")]
    async fn organisations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<Counted<Organisation>, Failure> {
        const LIST: &str = "organisations";
        let arguments = PageArguments { first, after, last, before };
        let window = arguments.window(ctx, LIST, SortDirection::Asc)?;
        let permit = ctx.permit::<verb::ReadDirectory>()?;
        let page = directory::page::<records::Organisation, _>(ctx.store(), &permit, &window).await?;
        connect(ctx, LIST, &arguments, page, TotalCount(Counter::Organisations), directory::boundary, Organisation)
    }
}

/// Commands about organisations.
#[derive(Default)]
pub struct OrganisationMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl OrganisationMutations {
    /// Adds an organisation to the directory. For administrators.
    #[graphql(guard = "Requires(Action::AddOrganisation)")]
    async fn organisation_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organisation to be added.")] input: OrganisationAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<OrganisationPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Records that an organisation ceases to exist. It must have no positions then. For administrators.
    #[graphql(guard = "Requires(Action::EndOrganisation)")]
    async fn organisation_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organisation that ends.")] input: OrganisationEndInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<OrganisationPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
