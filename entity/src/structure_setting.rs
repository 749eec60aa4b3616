//! What a district reckons signals, themes and their cost by, from a day on.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, DistrictId, StructureSettingId};

/// A setting.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "structure_setting")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StructureSettingId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// From which day on.
    pub valid_from: Date,
    /// What an hour of work costs, in euro cents.
    pub hour_cost_cents: i32,
    /// What a day of delay costs, in euro cents.
    pub delay_day_cost_cents: i32,
    /// The fewest cases of a signal or a confirmed theme.
    pub minimum_cases: i32,
    /// The fewest case managers, or else the fewest municipalities.
    pub minimum_case_managers: i32,
    /// The fewest municipalities, or else the fewest case managers.
    pub minimum_municipalities: i32,
    /// How many of a thousand signals may be chance.
    pub false_discovery_permille: i32,
    /// How many times the expectation the lower bound must be, in hundredths.
    pub minimum_ratio_hundredths: i32,
    /// Who made it; absent for the default.
    pub created_by: Option<AccountId>,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
