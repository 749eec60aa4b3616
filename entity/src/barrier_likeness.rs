//! By what barriers with similar vignettes are found: hashed bands of word stems.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{BarrierId, DistrictId};

/// A band.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "barrier_likeness")]
pub struct Model {
    /// The barrier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub barrier_id: BarrierId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Which band.
    #[sea_orm(primary_key, auto_increment = false)]
    pub band: i32,
    /// Its hash.
    pub value: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
