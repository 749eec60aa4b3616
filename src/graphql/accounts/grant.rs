//! Grants.

use async_graphql::{Context, Object};
use chrono::NaiveDate;
use entity::codes::Role;
use entity::ids::GrantId;

use crate::access::Action;
use crate::commands::CommandOptions;
use crate::commands::accounts::grant::{GrantAddInput, GrantRevokeInput};
use crate::error::Failure;
use crate::graphql::connection::List;
use crate::graphql::context::Ask;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::guard::Requires;
use crate::graphql::log::entry::{LogEntry, history};
use crate::graphql::payload::payload;
use crate::store::accounts::grant;
use crate::store::district::organisation;
use crate::store::log::history::Subject;

/// `Grant` of the schema; the description that its readers see stands on the `impl`.
pub struct Grant {
    /// The grant.
    pub grant: grant::Grant,
    /// Its organisation, where it was read along.
    pub organisation: Option<organisation::Organisation>,
}

/// A grant: a role that an account holds in an organisation, for a time.
#[Object]
impl Grant {
    /// Global id.
    async fn id(&self) -> GrantId {
        self.grant.id
    }

    /// Which role.
    async fn role(&self) -> Role {
        self.grant.role
    }

    /// In which organisation.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        match &self.organisation {
            Some(organisation) => Ok(Some(Organisation(organisation.clone()))),
            None => Ok(ctx.load(self.grant.organisation_id).await?.map(Organisation)),
        }
    }

    /// For partner systems: the actions that it covers. Empty for people.
    async fn scopes(&self) -> Vec<String> {
        serde_json::from_value(self.grant.scopes.clone()).unwrap_or_default()
    }

    /// First day on which it holds.
    async fn valid_from(&self) -> NaiveDate {
        self.grant.valid_from
    }

    /// First day on which it no longer holds; null without end.
    async fn valid_until(&self) -> Option<NaiveDate> {
        self.grant.valid_until
    }

    /// What was done to it, newest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<LogEntry>, Failure> {
        history(ctx, Subject::Grant(self.grant.id), first, after).await
    }
}

payload! {
    /// The answer to a command about a grant.
    GrantPayload {
        /// The record as it stands now; null if rules forbade the command.
        grant: Grant
    } from grant::Grant, |grant| Grant { grant, organisation: None }
}

/// Commands about grants.
#[derive(Default)]
pub struct GrantMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl GrantMutations {
    /// Gives a role in an organisation. For administrators.
    #[graphql(guard = "Requires(Action::AddGrant)")]
    async fn grant_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The grant to be given.")] input: GrantAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<GrantPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Ends a grant. For administrators.
    #[graphql(guard = "Requires(Action::RevokeGrant)")]
    async fn grant_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The grant to be ended.")] input: GrantRevokeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<GrantPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
