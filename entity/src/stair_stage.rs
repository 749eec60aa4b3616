//! Stages of stair models.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{BodyKind, IdentityLevel, StageActor};
use crate::ids::{DistrictId, StairModelId, StairStageId};

/// A stage.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "stair_stage")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StairStageId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The version of the stair model.
    pub model_id: StairModelId,
    /// Its place on the stair, from 1.
    pub position: i32,
    /// Its name for programs, e.g. `CONSULT`.
    pub key: String,
    /// Its label in German.
    pub label_de: String,
    /// Its label in English.
    pub label_en: String,
    /// What happens on it, and when a barrier leaves it, in German.
    pub criteria_de: String,
    /// The same in English.
    pub criteria_en: String,
    /// Who is accountable.
    pub accountable: StageActor,
    /// Which kind of body, if one is accountable.
    pub body_kind: Option<BodyKind>,
    /// Within how many days an answer is due; absent if at any time.
    pub answer_days: Option<i32>,
    /// What those who deal with it may know of the person.
    pub identity_level: IdentityLevel,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
