//! The erasure of clients, from the proposal to the proof.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{ErasureGround, ErasureStatus};
use crate::ids::{AccountId, ClientId, DistrictId, ErasureId};

/// An erasure.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "erasure")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ErasureId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Whose data.
    pub client_id: ClientId,
    /// Why.
    pub ground: ErasureGround,
    /// Where it stands.
    pub status: ErasureStatus,
    /// Since when the data may be erased.
    pub due_on: Date,
    /// Who proposed it; absent: the job, and nobody has taken it up yet.
    pub proposed_by: Option<AccountId>,
    /// When it was proposed.
    pub proposed_at: DateTimeUtc,
    /// Who offered it to the archive.
    pub archive_offered_by: Option<AccountId>,
    /// When it was offered to the archive.
    pub archive_offered_at: Option<DateTimeUtc>,
    /// Who approved or rejected it.
    pub decided_by: Option<AccountId>,
    /// When the key was destroyed.
    pub carried_out_at: Option<DateTimeUtc>,
    /// SHA-256 of the wrapped key that was destroyed, as hexadecimal digits.
    pub key_fingerprint: Option<String>,
    /// How many sealed texts were deleted.
    pub erased_texts: Option<i32>,
    /// Counts the changes, from 1.
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
