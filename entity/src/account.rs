//! Accounts: who can log in.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, DistrictId};

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Login name, lower case, unique over all districts.
    pub login: String,
    /// Name shown to others.
    pub display_name: String,
    /// Argon2id hash in PHC form; absent where only an external issuer may vouch for the person.
    // Never leaves the database by way of a serialised record.
    #[serde(skip)]
    pub password_hash: Option<String>,
    /// When the account was made.
    pub created_at: DateTimeUtc,
    /// When the account was disabled; disabled for ever.
    pub disabled_at: Option<DateTimeUtc>,
    /// Counts the changes, from 1.
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
