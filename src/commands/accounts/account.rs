//! Accounts: create and disable.

use async_graphql::InputObject;
use entity::ids::{AccountId, Identifier};
use serde::Serialize;
use serde_json::{Value, json};

use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::accounts::account::{self, Account};

impl Record for Account {
    type Id = AccountId;

    fn id(&self) -> AccountId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }

    fn for_log(&self) -> Value {
        json!({
            "disabledAt": self.disabled_at,
            "hasPassword": self.password_hash.is_some(),
            "version": self.version,
        })
    }
}

/// The one spelling of a login name.
#[must_use]
pub fn canonical_login(login: &str) -> String {
    login.trim().to_lowercase()
}

/// An account to be made. Its password was hashed before: hashing is slow and must not hold a transaction open.
#[derive(Clone, Debug, Serialize)]
pub struct AccountCreate {
    /// Login name.
    pub login: String,
    /// Name shown to others.
    pub display_name: String,
    /// Hash of the password, if there is one. Not part of what makes two requests the same, because it is salted.
    #[serde(skip)]
    pub password_hash: Option<String>,
}

impl Command for AccountCreate {
    const NAME: &'static str = "accountCreate";
    type Verb = verb::CreateAccount;
    type Record = Account;

    async fn load(work: &Work<'_, Self::Verb>, id: AccountId) -> Result<Option<Account>, Failure> {
        account::lock(work.transaction.connection(), work.permit, id).await
    }

    fn check(&self, checks: &mut Checks) {
        let login = self.login.trim();
        let well_formed = (3..=NAME_MAXIMUM).contains(&login.chars().count())
            && !login.chars().any(|character| character.is_whitespace() || character.is_control());
        checks.require(well_formed, || UserError::at("login", ErrorCode::LoginMalformed));
        checks.line("displayName", &self.display_name, NAME_MAXIMUM);
    }
}

impl Creates for AccountCreate {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Account>, Stop> {
        let made = Account {
            id: AccountId::new(),
            district_id: work.permit.district_id(),
            login: canonical_login(&self.login),
            display_name: self.display_name.trim().to_owned(),
            password_hash: self.password_hash.clone(),
            created_at: work.now,
            disabled_at: None,
            version: 1,
        };
        Ok(Done::new(account::insert(work.transaction.connection(), work.permit, made).await??))
    }
}

/// An account to be disabled for ever. All its sessions end at once.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct AccountDisableInput {
    /// The account.
    pub account_id: AccountId,
    /// The version that you saw; refused if the account was changed since.
    pub expected_version: Option<i32>,
}

impl Command for AccountDisableInput {
    const NAME: &'static str = "accountDisable";
    type Verb = verb::DisableAccount;
    type Record = Account;

    async fn load(work: &Work<'_, Self::Verb>, id: AccountId) -> Result<Option<Account>, Failure> {
        account::lock(work.transaction.connection(), work.permit, id).await
    }

    fn check(&self, _: &mut Checks) {}
}

impl Changes for AccountDisableInput {
    fn target(&self) -> (AccountId, &'static str) {
        (self.account_id, "accountId")
    }

    fn expected_version(&self) -> Option<i32> {
        self.expected_version
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut account: Account) -> Result<Done<Account>, Stop> {
        if account.disabled_at.is_some() {
            return Err(UserError::at("accountId", ErrorCode::AccountDisabled).into());
        }
        if work.actor.account_id() == Some(account.id) {
            return Err(UserError::at("accountId", ErrorCode::AccountOwn).into());
        }
        account.disabled_at = Some(work.now);
        account.version = account.version.saturating_add(1);
        account::disable(work.transaction.connection(), work.permit, &account, work.now).await?;
        Ok(Done::new(account))
    }
}
