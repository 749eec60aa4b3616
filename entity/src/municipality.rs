//! Municipalities of a district, with their official keys.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::MunicipalityKind;
use crate::ids::{DistrictId, MunicipalityId};

/// A municipality (Stadt or Gemeinde).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "municipality")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MunicipalityId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Official municipality key (AGS), eight digits as text, e.g. `05558012`.
    pub ags: String,
    /// Name.
    pub name: String,
    /// Town or commune.
    pub kind: MunicipalityKind,
    /// First day of validity of this key.
    pub valid_from: Date,
    /// First day on which the key is no longer valid.
    pub valid_until: Option<Date>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
