//! Positions that participants took on the concept. They are never changed: the latest one holds.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::ConceptPositionKind;
use crate::ids::{AccountId, ConceptId, ConceptParticipantId, ConceptPositionId, DistrictId};

/// A position of a participant.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "concept_position")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConceptPositionId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The edition.
    pub concept_id: ConceptId,
    /// Whose it is.
    pub participant_id: ConceptParticipantId,
    /// In which consultation of the edition it was taken.
    pub consultation: i32,
    /// What the participant thinks.
    pub kind: ConceptPositionKind,
    /// The reservation or objection, or a word of agreement.
    pub text: Option<String>,
    /// Who put it on record.
    pub recorded_by: Option<AccountId>,
    /// When it was put on record.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
