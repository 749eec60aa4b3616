//! Milestones on the way to the concept and after it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{ConceptId, ConceptMilestoneId, DistrictId};

/// A milestone.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "concept_milestone")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConceptMilestoneId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The edition.
    pub concept_id: ConceptId,
    /// What has to be reached.
    pub title: String,
    /// By when.
    pub due_on: Date,
    /// When it was reached.
    pub reached_on: Option<Date>,
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
