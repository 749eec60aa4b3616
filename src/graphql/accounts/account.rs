//! Accounts.

use async_graphql::{Context, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::grant::Grant;
use crate::access::{Action, verb};
use crate::authn::password::{MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS, PasswordUnfit, check_new_password};
use crate::commands::CommandOptions;
use crate::commands::accounts::account::{AccountCreate, AccountDisableInput};
use crate::error::{self, ErrorCode, Failure};
use crate::graphql::connection::{
    Counted, Counter, List, PageArguments, RelationArguments, SortDirection, TotalCount, connect, connect_loaded,
};
use crate::graphql::context::Ask;
use crate::graphql::errors::UserError;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::GrantsOf;
use crate::graphql::log::entry::{LogEntry, history};
use crate::graphql::payload::payload;
use crate::store::accounts::account;
use crate::store::log::history::Subject;

/// `Account` of the schema; the description that its readers see stands on the `impl`.
pub struct Account(pub account::Account);

/// An account that can log in. Readable by administrators, the data protection officer, and its own person.
#[Object]
impl Account {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Login name, lower case.
    async fn login(&self) -> &str {
        &self.0.login
    }

    /// Name shown to others.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was disabled, for ever; null while it can log in.
    async fn disabled_at(&self) -> Option<DateTime<Utc>> {
        self.0.disabled_at
    }

    /// Whether it can log in by password; else only through the external issuer.
    async fn has_password(&self) -> bool {
        self.0.password_hash.is_some()
    }

    /// Counts the changes, from 1.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Its grants, past and future ones included, in the order in which they were given.
    async fn grants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Grant>, Failure> {
        let rows = ctx.load(GrantsOf(self.0.id)).await?.unwrap_or_default();
        let list = format!("grants {}", self.0.id);
        connect_loaded(
            ctx,
            &list,
            &RelationArguments { first, after },
            rows,
            |row| row.0.id.0,
            |(grant, organisation)| Grant { grant, organisation },
        )
    }

    /// What was done to it, newest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<LogEntry>, Failure> {
        history(ctx, Subject::Account(self.0.id), first, after).await
    }
}

payload! {
    /// The answer to a command about an account.
    AccountPayload {
        /// The record as it stands now; null if rules forbade the command.
        account: Account
    } from account::Account, Account
}

/// An account to be made.
#[derive(InputObject)]
pub struct AccountCreateInput {
    /// Login name, 3 to 200 characters without white space; upper and lower case are the same.
    login: String,
    /// Name shown to others, at most 200 characters.
    display_name: String,
    /// Password, 12 to 256 characters. Left out: the person logs in through the external issuer only.
    #[graphql(secret)]
    password: Option<String>,
}

/// Queries about accounts.
#[derive(Default)]
pub struct AccountQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl AccountQueries {
    /// Accounts by login name: all of the district for administrators and the data protection officer, else your own.
    #[graphql(guard = "Requires(Action::ReadAccount)")]
    async fn accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<Counted<Account>, Failure> {
        const LIST: &str = "accounts";
        let arguments = PageArguments { first, after, last, before };
        let window = arguments.window(ctx, LIST, SortDirection::Asc)?;
        let page = account::page(ctx.store(), &ctx.permit::<verb::ReadAccount>()?, &window).await?;
        connect(ctx, LIST, &arguments, page, TotalCount(Counter::Accounts), account::boundary, Account)
    }
}

/// Commands about accounts.
#[derive(Default)]
pub struct AccountMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl AccountMutations {
    /// Makes an account. For administrators.
    #[graphql(guard = "Requires(Action::CreateAccount)")]
    async fn account_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account to be made.")] input: AccountCreateInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<AccountPayload, Failure> {
        let mut password_hash = None;
        if let Some(password) = input.password.map(SecretString::from) {
            if let Err(unfit) = check_new_password(&password) {
                return Ok(unfit_password(unfit));
            }
            password_hash = Some(ctx.state().services.sessions.hash_password(password).await?);
        }
        let command = AccountCreate { login: input.login, display_name: input.display_name, password_hash };
        Ok(ctx.create(&command, options).await?.into())
    }

    /// Disables an account for ever and ends its sessions at once, open subscriptions included. For administrators.
    #[graphql(guard = "Requires(Action::DisableAccount)")]
    async fn account_disable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account to be disabled.")] input: AccountDisableInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<AccountPayload, Failure> {
        let answer = ctx.change(&input, options).await?;
        if answer.record.is_some() {
            ctx.state().services.sessions.watch().look_now().await;
        }
        Ok(answer.into())
    }
}

/// The user error of a password that cannot be used.
#[must_use]
pub fn password_error(unfit: PasswordUnfit) -> error::UserError {
    match unfit {
        PasswordUnfit::TooShort => {
            error::UserError::at("password", ErrorCode::PasswordTooShort).with("minimum", MIN_PASSWORD_CHARS)
        }
        PasswordUnfit::TooLong => {
            error::UserError::at("password", ErrorCode::PasswordTooLong).with("maximum", MAX_PASSWORD_CHARS)
        }
        PasswordUnfit::HoldsNul => error::UserError::at("password", ErrorCode::TextForbiddenCharacter),
    }
}

fn unfit_password(unfit: PasswordUnfit) -> AccountPayload {
    AccountPayload { account: None, user_errors: vec![UserError(password_error(unfit))], replayed: false }
}
