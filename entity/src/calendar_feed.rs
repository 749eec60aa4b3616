//! Calendar feeds: who has the address of one reads the deadlines of an account's cases, pseudonymous.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, CalendarFeedId, DistrictId};

/// A calendar feed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "calendar_feed")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CalendarFeedId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Whose cases it shows.
    pub account_id: AccountId,
    /// What its owner calls it.
    pub name: String,
    /// SHA-256 of the token in its address.
    pub digest: Vec<u8>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// When it was revoked.
    pub revoked_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::account::Entity", from = "Column::AccountId", to = "super::account::Column::Id")]
    Account,
}

impl Related<super::account::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Account.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
