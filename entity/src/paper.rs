//! Papers: attachments of meetings and of items, or references to ones elsewhere.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{DocumentType, PaperKind};
use crate::ids::{AgendaItemId, DistrictId, MeetingId, PaperId};

/// A paper.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "paper")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaperId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The meeting.
    pub meeting_id: MeetingId,
    /// The item; absent for a paper of the whole meeting.
    pub item_id: Option<AgendaItemId>,
    /// What it is.
    pub kind: PaperKind,
    /// What it is called.
    pub name: String,
    /// Where it stands elsewhere; absent for a file.
    pub url: Option<String>,
    /// What kind of file it is; absent for a reference.
    pub document_type: Option<DocumentType>,
    /// How long the file is.
    pub size_bytes: Option<i32>,
    /// The hash of the file, once it is there.
    pub sha256: Option<String>,
    /// When the file came; absent as long as it did not.
    pub stored_at: Option<DateTimeUtc>,
    /// Whether it is published with the meeting.
    pub is_public: bool,
    /// When it was removed.
    pub removed_at: Option<DateTimeUtc>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
