//! Failed logins per account name and per address, by keyed digest.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Failed attempts in one window of time.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "login_throttle")]
pub struct Model {
    /// Keyed digest of what is throttled (a login name or an address), 32 bytes.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: Vec<u8>,
    /// When the window of counting began.
    pub window_started_at: DateTimeUtc,
    /// Attempts in the window.
    pub failures: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
