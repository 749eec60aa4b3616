//! Grants: role x organisation x validity.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::Role;
use crate::ids::{AccountId, DistrictId, GrantId, OrganisationId};

/// A grant.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "access_grant")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GrantId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Who holds it.
    pub account_id: AccountId,
    /// Which role.
    pub role: Role,
    /// In which organisation.
    pub organisation_id: OrganisationId,
    /// For partner systems: the names of the actions that the grant covers, a JSON list of text. Empty for people.
    pub scopes: Json,
    /// First day.
    pub valid_from: Date,
    /// First day on which it no longer holds.
    pub valid_until: Option<Date>,
    /// When it was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::account::Entity", from = "Column::AccountId", to = "super::account::Column::Id")]
    Account,
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::OrganisationId",
        to = "super::organisation::Column::Id"
    )]
    Organisation,
}

impl Related<super::account::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Account.def()
    }
}

impl Related<super::organisation::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Organisation.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
