//! Clients: persons who are helped. Who they are lies sealed elsewhere.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{ClientStatus, LegalBasis};
use crate::ids::{ClientId, DistrictId};

/// A client.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "client")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ClientId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// What may be done with the data.
    pub status: ClientStatus,
    /// On what the record rests.
    pub legal_basis: LegalBasis,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
    /// When its processing was restricted.
    pub restricted_at: Option<DateTimeUtc>,
    /// When its key was destroyed.
    pub erased_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
