//! How long records are kept: rows with validity.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::RetentionClass;
use crate::ids::{DistrictId, RetentionRuleId};

/// A rule of retention.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "retention_rule")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RetentionRuleId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Which records.
    pub class: RetentionClass,
    /// How many months they are kept.
    pub months: i32,
    /// Whether the months count from the end of the year.
    pub after_year_end: bool,
    /// Where the rule comes from.
    pub source: String,
    /// First day.
    pub valid_from: Date,
    /// First day on which it no longer holds.
    pub valid_until: Option<Date>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
