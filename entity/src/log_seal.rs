//! Signed heads of the log.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::DistrictId;

/// A signed head.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "log_seal")]
pub struct Model {
    /// The district, whose log this is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub district_id: DistrictId,
    /// The last position that the head covers.
    #[sea_orm(primary_key, auto_increment = false)]
    pub last_position: i64,
    /// The first position that no earlier head covers: heads follow each other without gaps.
    pub first_position: i64,
    /// The chain hash at that position, 32 bytes.
    pub chain_hash: Vec<u8>,
    /// When it was signed.
    pub sealed_at: DateTimeUtc,
    /// Which key signed.
    pub key_id: String,
    /// Ed25519 signature over district, both positions, chain hash and time, 64 bytes.
    pub signature: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
