//! What was passed on to others.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::LegalBasis;
use crate::ids::{AccountId, CaseId, ClientId, ConsentId, DisclosureId, DistrictId, OrganisationId};

/// A transmission of data about a client.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "disclosure")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DisclosureId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Whose data.
    pub client_id: ClientId,
    /// In which case; absent where it is of none.
    pub case_id: Option<CaseId>,
    /// To which organisation.
    pub recipient_organisation_id: OrganisationId,
    /// To which person there.
    pub recipient_account_id: Option<AccountId>,
    /// The release that allowed it.
    pub consent_id: Option<ConsentId>,
    /// The legal basis that allowed it, where there was no release.
    pub legal_basis: Option<LegalBasis>,
    /// On which day.
    pub disclosed_on: Date,
    /// Who recorded it.
    pub recorded_by: Option<AccountId>,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
