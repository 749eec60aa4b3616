//! What themes rest on: barriers, never persons.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, BarrierId, DistrictId, ThemeId};

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "theme_evidence")]
pub struct Model {
    /// The theme.
    #[sea_orm(primary_key, auto_increment = false)]
    pub theme_id: ThemeId,
    /// The barrier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub barrier_id: BarrierId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Who linked it.
    pub added_by: Option<AccountId>,
    /// When.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
