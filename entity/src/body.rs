//! Guiding bodies of a district.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::BodyKind;
use crate::ids::{BodyId, DistrictId};

/// A guiding body.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "body")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BodyId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// What it is.
    pub kind: BodyKind,
    /// The name that the district gives it.
    pub name: String,
    /// Meetings in a year; absent if nothing is agreed.
    pub cadence: Option<i32>,
    /// The fewest voting members who have to be present to decide; absent if nothing is agreed.
    pub quorum: Option<i32>,
    /// Whether it meets in public: council and committees.
    pub is_public: bool,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When it was last changed; absent if never.
    pub updated_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
