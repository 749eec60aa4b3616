//! Deadlines of cases. What a deadline without a rule is about, and the exact day of one that follows from a birth date,
//! is sealed text of the person whom it is about.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{DeadlinePrecision, DeadlineStatus};
use crate::ids::{CaseId, ClientId, DeadlineId, DeadlineRuleId, DistrictId};

/// A deadline.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "deadline")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeadlineId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The case.
    pub case_id: CaseId,
    /// The person of the case whom it is about, and whose key seals it.
    pub client_id: ClientId,
    /// The rule that it follows; absent if somebody named the day.
    pub rule_id: Option<DeadlineRuleId>,
    /// The day from which the rule counts. Never a birth date.
    pub basis_on: Option<Date>,
    /// The day on which it is due, or the first day of the month.
    pub due_on: Date,
    /// Day or month.
    pub precision: DeadlinePrecision,
    /// So many days before the deadline somebody is reminded: a JSON list of numbers, the largest first.
    pub remind_days_before: Json,
    /// Where it stands.
    pub status: DeadlineStatus,
    /// When it was settled.
    pub settled_on: Option<Date>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
    /// When it was changed last.
    pub changed_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::case_file::Entity", from = "Column::CaseId", to = "super::case_file::Column::Id")]
    CaseFile,
    #[sea_orm(
        belongs_to = "super::deadline_rule::Entity",
        from = "Column::RuleId",
        to = "super::deadline_rule::Column::Id"
    )]
    Rule,
}

impl Related<super::case_file::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::CaseFile.def()
    }
}

impl Related<super::deadline_rule::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Rule.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
