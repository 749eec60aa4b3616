//! Notes about cases. Their texts are sealed and kept apart.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, CaseId, ClientId, DistrictId, NoteId};

/// A note.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "note")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NoteId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The case.
    pub case_id: CaseId,
    /// The person that the case is about.
    pub client_id: ClientId,
    /// When it was written.
    pub written_on: Date,
    /// Who wrote it.
    pub written_by: Option<AccountId>,
    /// When it was last corrected.
    pub corrected_at: Option<DateTimeUtc>,
    /// Who last corrected it.
    pub corrected_by: Option<AccountId>,
    /// Counts the versions of the text, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
