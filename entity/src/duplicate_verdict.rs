//! What two clients that look alike turned out to be.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::DuplicateVerdictKind;
use crate::ids::{AccountId, ClientId, DistrictId, DuplicateVerdictId};

/// A verdict on two clients; the smaller id comes first.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "duplicate_verdict")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DuplicateVerdictId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The one with the smaller id.
    pub first_client_id: ClientId,
    /// The other one.
    pub second_client_id: ClientId,
    /// What they turned out to be.
    pub verdict: DuplicateVerdictKind,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// When.
    pub decided_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
