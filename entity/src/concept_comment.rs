//! Comments on the concept and its sections.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::ConceptCommentStatus;
use crate::ids::{AccountId, ConceptCommentId, ConceptId, ConceptSectionId, DistrictId, OrganisationId};

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "concept_comment")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConceptCommentId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The edition.
    pub concept_id: ConceptId,
    /// The section; absent for a comment on the whole.
    pub section_id: Option<ConceptSectionId>,
    /// In which consultation of the edition it was made.
    pub consultation: i32,
    /// The participating institution for which it was made; absent for the coordination and the supervisory centre.
    pub organisation_id: Option<OrganisationId>,
    /// Who made it.
    pub author_id: Option<AccountId>,
    /// The comment.
    pub text: String,
    /// What became of it.
    pub status: ConceptCommentStatus,
    /// The answer.
    pub answer: Option<String>,
    /// Who answered.
    pub settled_by: Option<AccountId>,
    /// When it was answered.
    pub settled_at: Option<DateTimeUtc>,
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
