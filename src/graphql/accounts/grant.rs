//! Grants.

use async_graphql::{Context, Object, SimpleObject};
use chrono::NaiveDate;
use entity::codes::Role;
use entity::ids::GrantId;

use crate::access::{Action, verb};
use crate::commands::accounts::grant::{GrantAddInput, GrantRevokeInput};
use crate::commands::{Answer, CommandOptions};
use crate::error::Failure;
use crate::graphql::connection::List;
use crate::graphql::context::Ask;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::errors::UserError;
use crate::graphql::guard::Requires;
use crate::graphql::log::entry::{LogEntry, history};
use crate::store::accounts::grant;
use crate::store::district::organisation;

/// A grant: a role that an account holds in an organisation, for a time.
pub struct Grant {
    /// The grant.
    pub grant: grant::Grant,
    /// Its organisation, where it was read along.
    pub organisation: Option<organisation::Organisation>,
}

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
            None => Ok(ctx.state().loaders.load_one(self.grant.organisation_id).await?.map(Organisation)),
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
        history::<verb::ReadAccount>(ctx, &self.grant.id.to_string(), first, after).await
    }
}

/// The answer to a command about a grant.
#[derive(SimpleObject)]
pub struct GrantPayload {
    /// The grant as it stands now; null if rules forbade the command.
    grant: Option<Grant>,
    /// The rules that forbade it; empty if it was carried out.
    user_errors: Vec<UserError>,
    /// Whether this is the first answer again, because the idempotency key was used before.
    replayed: bool,
}

impl From<Answer<grant::Grant>> for GrantPayload {
    fn from(answer: Answer<grant::Grant>) -> Self {
        Self {
            grant: answer.record.map(|grant| Grant { grant, organisation: None }),
            user_errors: answer.user_errors.into_iter().map(UserError).collect(),
            replayed: answer.replayed,
        }
    }
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
        input: GrantAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<GrantPayload, Failure> {
        let options = ctx.command_options(options);
        Ok(ctx.state().services.commands.create(ctx.actor()?, &input, &options).await?.into())
    }

    /// Ends a grant. For administrators.
    #[graphql(guard = "Requires(Action::RevokeGrant)")]
    async fn grant_revoke(
        &self,
        ctx: &Context<'_>,
        input: GrantRevokeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<GrantPayload, Failure> {
        let options = ctx.command_options(options);
        Ok(ctx.state().services.commands.change(ctx.actor()?, &input, &options).await?.into())
    }
}
