//! What a district reckons caseloads by, from a day on.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{CaseloadSettingId, DistrictId};

/// A setting.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "caseload_setting")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CaseloadSettingId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// What a case of short advice weighs, in hundredths of a standard case.
    pub short_advice_hundredths: i32,
    /// What a standard case weighs, in hundredths.
    pub standard_hundredths: i32,
    /// What an intensive case weighs, in hundredths of a standard case.
    pub intensive_hundredths: i32,
    /// Planning key: the fewest standard cases for a full-time equivalent.
    pub planning_minimum: i32,
    /// Planning key: the most standard cases for a full-time equivalent.
    pub planning_maximum: i32,
    /// After how many days the phase INTAKE is overdue.
    pub intake_days: i32,
    /// After how many days the phase CLEARING is overdue.
    pub clearing_days: i32,
    /// After how many days the phase ASSESSMENT is overdue.
    pub assessment_days: i32,
    /// After how many days the phase PLANNING is overdue.
    pub planning_days: i32,
    /// After how many days the phase LINKING is overdue.
    pub linking_days: i32,
    /// After how many days the phase MONITORING is overdue.
    pub monitoring_days: i32,
    /// After how many days the phase EVALUATION is overdue.
    pub evaluation_days: i32,
    /// After how many days without an agreed plan a case is hinted at.
    pub no_plan_days: i32,
    /// After how many days without a contact a case is hinted at.
    pub no_contact_days: i32,
    /// First day.
    pub valid_from: Date,
    /// First day on which it no longer holds.
    pub valid_until: Option<Date>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
