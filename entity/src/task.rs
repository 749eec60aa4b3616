//! Tasks in cases. What is to be done is sealed and kept apart.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{CaseDuty, TaskStatus};
use crate::ids::{CaseId, ClientId, DistrictId, TaskId};

/// A task.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "task")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaskId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The case.
    pub case_id: CaseId,
    /// The person that the case is about.
    pub client_id: ClientId,
    /// By when it is to be done.
    pub due_on: Date,
    /// Who is to do it: whoever leads the case, or stands in, on that day.
    pub assignee: CaseDuty,
    /// Where it stands.
    pub status: TaskStatus,
    /// When it was settled.
    pub settled_on: Option<Date>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::case_file::Entity", from = "Column::CaseId", to = "super::case_file::Column::Id")]
    CaseFile,
}

impl Related<super::case_file::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::CaseFile.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
