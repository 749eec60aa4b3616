//! Who takes part in writing the concept: institutions, by the function of who speaks for them.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{ConceptId, ConceptParticipantId, DistrictId, OrganisationId, StaffMemberId};

/// A participant of an edition.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "concept_participant")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConceptParticipantId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The edition.
    pub concept_id: ConceptId,
    /// The institution.
    pub organisation_id: OrganisationId,
    /// The function in the institution.
    pub function: String,
    /// The person, if one is named.
    pub staff_member_id: Option<StaffMemberId>,
    /// When it was last invited to answer; absent as long as it was not.
    pub invited_at: Option<DateTimeUtc>,
    /// When it was taken off the list.
    pub removed_at: Option<DateTimeUtc>,
    /// When the record was made.
    pub created_at: DateTimeUtc,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
