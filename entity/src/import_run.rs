//! Runs of imports of cases.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::ImportStatus;
use crate::ids::{AccountId, DistrictId, ImportRunId};

/// A run of an import.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "import_run")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImportRunId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Who imports; absent for the command line.
    pub account_id: Option<AccountId>,
    /// The system that the external ids are unique in; absent: they are unique for each case manager.
    pub source: Option<String>,
    /// SHA-256 of the file: by it an interrupted run is found again.
    pub file_hash: Vec<u8>,
    /// Where it stands.
    pub status: ImportStatus,
    /// How many rows the file has.
    pub row_count: i32,
    /// Rows that made a case; when only checking, rows that would.
    pub created_count: i32,
    /// Rows that were imported before.
    pub known_count: i32,
    /// Rows with faults.
    pub refused_count: i32,
    /// When it began.
    pub started_at: DateTimeUtc,
    /// When its last row was done.
    pub finished_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
