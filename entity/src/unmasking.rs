//! The unmasking of cases for persons of the supervisory centre.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::LegalBasis;
use crate::ids::{AccountId, CaseId, ClientId, DistrictId, UnmaskingId};

/// The unmasking of a case for one person, for a time.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "unmasking")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UnmaskingId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The case.
    pub case_id: CaseId,
    /// The client that the case is about, under whose key the reason is sealed.
    pub client_id: ClientId,
    /// For whom.
    pub account_id: AccountId,
    /// On which basis.
    pub legal_basis: LegalBasis,
    /// First day.
    pub valid_from: Date,
    /// First day on which it no longer holds.
    pub valid_until: Date,
    /// When it was ended before that day.
    pub ended_at: Option<DateTimeUtc>,
    /// When.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
