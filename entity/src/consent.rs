//! Consents and releases from secrecy (Schweigepflichtentbindung).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{ConsentForm, ConsentScope};
use crate::ids::{AccountId, ClientId, ConsentId, DistrictId, OrganisationId};

/// A consent.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "consent")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsentId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Who consented.
    pub client_id: ClientId,
    /// What for.
    pub scope: ConsentScope,
    /// In favour of which organisation.
    pub recipient_organisation_id: Option<OrganisationId>,
    /// In favour of which person.
    pub recipient_account_id: Option<AccountId>,
    /// In which form.
    pub form: ConsentForm,
    /// In which language it was explained (BCP 47).
    pub language: String,
    /// Whether an interpreter was there.
    pub interpreter_present: bool,
    /// When it was given.
    pub given_on: Date,
    /// First day on which it holds.
    pub valid_from: Date,
    /// First day on which it no longer holds.
    pub valid_until: Option<Date>,
    /// When it was revoked.
    pub revoked_at: Option<DateTimeUtc>,
    /// Who recorded it.
    pub recorded_by: Option<AccountId>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
