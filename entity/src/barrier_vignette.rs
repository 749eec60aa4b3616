//! Short texts that tell a barrier and nobody's name.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{BarrierId, DistrictId};

/// A vignette.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "barrier_vignette")]
pub struct Model {
    /// The barrier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub barrier_id: BarrierId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The text.
    pub text: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
