//! Removals of old rows from the access log: nothing is removed but what is older than one of these says.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{AccessPurgeId, DistrictId};

/// A removal.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "access_purge")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccessPurgeId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// What was read before this instant may be removed.
    pub read_before: DateTimeUtc,
    /// When.
    pub purged_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
