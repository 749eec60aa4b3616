//! Idempotency keys and the first answers given under them.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, DistrictId, IdempotencyRecordId};

/// A used idempotency key.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "idempotency_record")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IdempotencyRecordId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Whose key.
    pub account_id: AccountId,
    /// The key, as the client gave it.
    pub key: String,
    /// SHA-256 of command and input, 32 bytes.
    pub request_hash: Vec<u8>,
    /// The record as the first answer showed it; absent while the command runs.
    pub answer: Option<Json>,
    /// When it was first used.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
