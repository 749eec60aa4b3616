//! Rows of imports: what became of each. Nothing of what stood in them is kept.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::ImportOutcome;
use crate::ids::{CaseId, DistrictId, ImportRowId, ImportRunId};

/// A row of an import.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "import_row")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImportRowId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The run.
    pub run_id: ImportRunId,
    /// Its line in the file, from 1.
    pub line: i32,
    /// What became of it.
    pub outcome: ImportOutcome,
    /// The case that it made, or had made before.
    pub case_id: Option<CaseId>,
    /// Keyed hash of the external id, in rows that made a case: no two rows make one for the same id.
    pub claim: Option<Vec<u8>>,
    /// What is wrong with it, as JSON, without what stood in its cells.
    #[sea_orm(column_type = "Text", nullable)]
    pub faults: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::import_run::Entity", from = "Column::RunId", to = "super::import_run::Column::Id")]
    Run,
}

impl Related<super::import_run::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Run.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
