//! The key of a district's blind index, wrapped by a master key.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::DistrictId;

/// The wrapped index key of a district.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "district_key")]
pub struct Model {
    /// The district (tenant).
    #[sea_orm(primary_key, auto_increment = false)]
    pub district_id: DistrictId,
    /// Which master key wraps it: 16 hexadecimal digits.
    pub master_key_id: String,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
