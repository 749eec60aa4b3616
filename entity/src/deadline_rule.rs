//! Rules by which deadlines follow from a day, each for a time.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::DeadlineBasis;
use crate::ids::{DeadlineRuleId, DistrictId};

/// A rule, as it reads for a time.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "deadline_rule")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeadlineRuleId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The name by which deadlines are made: the same for all versions.
    pub code: String,
    /// Label in German.
    pub label_de: String,
    /// Label in English.
    pub label_en: String,
    /// What to know about it.
    pub description: Option<String>,
    /// Where it stands in the law.
    pub source: String,
    /// What the first day is the day of.
    pub basis: DeadlineBasis,
    /// So many years later; negative: earlier.
    pub offset_years: i32,
    /// So many months later; negative: earlier.
    pub offset_months: i32,
    /// So many days later; negative: earlier.
    pub offset_days: i32,
    /// Whether a deadline on a free day waits for the next working day.
    pub next_working_day: bool,
    /// So many days before the deadline somebody is reminded: a JSON list of numbers, the largest first.
    pub remind_days_before: Json,
    /// First day.
    pub valid_from: Date,
    /// First day on which it no longer holds.
    pub valid_until: Option<Date>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
