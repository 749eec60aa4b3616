//! Contacts in cases. What was said is sealed and kept apart.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{ContactChannel, ContactPartner};
use crate::ids::{AccountId, CaseId, ClientId, ContactId, DistrictId};

/// A contact.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "contact")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ContactId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The case.
    pub case_id: CaseId,
    /// The person that the case is about.
    pub client_id: ClientId,
    /// When it was.
    pub held_on: Date,
    /// How it took place.
    pub channel: ContactChannel,
    /// With whom.
    pub partner: ContactPartner,
    /// How long it took, in minutes.
    pub minutes: Option<i32>,
    /// Whether an interpreter helped.
    pub interpreter_used: bool,
    /// Who recorded it.
    pub recorded_by: Option<AccountId>,
    /// When it was last corrected.
    pub corrected_at: Option<DateTimeUtc>,
    /// Who last corrected it.
    pub corrected_by: Option<AccountId>,
    /// Counts its versions, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
