//! Guiding bodies of a district.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::BodyKind;
use crate::ids::{BodyId, DistrictId};

/// A guiding body.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "body")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BodyId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// What it is.
    pub kind: BodyKind,
    /// The name that the district gives it.
    pub name: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
