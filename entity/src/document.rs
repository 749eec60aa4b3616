//! Documents of cases. Their contents lie sealed outside the database, their names sealed in `sealed_text`.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{DocumentStatus, DocumentType};
use crate::ids::{AccountId, CaseId, ClientId, DistrictId, DocumentId};

/// A document.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "document")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DocumentId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The case.
    pub case_id: CaseId,
    /// The person whom it is about, and whose key seals it.
    pub client_id: ClientId,
    /// What it is.
    pub document_type: DocumentType,
    /// Length of the content in bytes, not sealed.
    pub size_bytes: i32,
    /// Whether its content is there.
    pub status: DocumentStatus,
    /// Where the content lies: ids only. Absent unless it is stored.
    pub object_key: Option<String>,
    /// Who put it there; absent: the system itself.
    pub uploaded_by: Option<AccountId>,
    /// Until when the content is awaited.
    pub awaited_until: DateTimeUtc,
    /// When the content was stored.
    pub stored_at: Option<DateTimeUtc>,
    /// When it was deleted.
    pub deleted_at: Option<DateTimeUtc>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
