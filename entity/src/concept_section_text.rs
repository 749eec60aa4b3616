//! What sections of the concept read before: no text that was ever saved is lost.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, ConceptSectionId, DistrictId};

/// A text that a section had.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "concept_section_text")]
pub struct Model {
    /// The section.
    #[sea_orm(primary_key, auto_increment = false)]
    pub section_id: ConceptSectionId,
    /// The version of the section that had it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The heading.
    pub title: String,
    /// The text in Markdown.
    pub text: String,
    /// Who wrote it.
    pub written_by: Option<AccountId>,
    /// When it was written.
    pub written_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
