//! Versions of the stair model (Treppenmodell).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::StairModelStatus;
use crate::ids::{DistrictId, StairModelId};

/// A version of the stair model.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "stair_model")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StairModelId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The number of the version in the district, from 1.
    pub number: i32,
    /// Its name.
    pub name: String,
    /// Where it comes from: who decided it, or whose reading it is.
    pub source: String,
    /// Whether it is in use.
    pub status: StairModelStatus,
    /// The stage on which new barriers begin.
    pub entry_position: i32,
    /// Since when new barriers climb by it.
    pub activated_at: Option<DateTimeUtc>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
