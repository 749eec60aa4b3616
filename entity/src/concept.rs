//! Editions of the case-management concept.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::ConceptStatus;
use crate::ids::{ConceptId, DecisionId, DistrictId};

/// An edition of the concept.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "concept")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConceptId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Counts the editions of the district, from 1.
    pub number: i32,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub status: ConceptStatus,
    /// The edition that it was drafted from; absent for one that began with nothing.
    pub predecessor_id: Option<ConceptId>,
    /// How many times it was opened for consultation.
    pub consultation: i32,
    /// When the present consultation was opened; absent while its text is nobody's but the writers'.
    pub opened_at: Option<DateTimeUtc>,
    /// Until when the participants are asked to answer.
    pub respond_by: Option<Date>,
    /// Why it was last returned to the writers, or withdrawn.
    pub reason: Option<String>,
    /// The decision that adopted it.
    pub decision_id: Option<DecisionId>,
    /// When it was decided; absent if it was not.
    pub adopted_on: Option<Date>,
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
