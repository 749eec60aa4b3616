//! The way of a case through its phases. Rows are added only.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::CasePhase;
use crate::ids::{CaseId, CasePhaseChangeId, DistrictId};

/// A step of a case from one phase to another.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "case_phase_change")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CasePhaseChangeId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The case.
    pub case_id: CaseId,
    /// The phase before; absent when the case was opened.
    pub from_phase: Option<CasePhase>,
    /// The phase after.
    pub to_phase: CasePhase,
    /// When.
    pub changed_on: Date,
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
