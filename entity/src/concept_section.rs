//! Sections of the concept, as they read now.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, ConceptId, ConceptSectionId, DistrictId};

/// A section of an edition.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "concept_section")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConceptSectionId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The edition.
    pub concept_id: ConceptId,
    /// What it is recognised by in all editions.
    pub key: String,
    /// Its place, from 1.
    pub position: i32,
    /// Its heading.
    pub title: String,
    /// Its text in Markdown.
    pub text: String,
    /// Who wrote this text.
    pub written_by: Option<AccountId>,
    /// When this text was written.
    pub written_at: DateTimeUtc,
    /// When it was taken out.
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
