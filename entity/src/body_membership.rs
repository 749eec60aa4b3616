//! Memberships of bodies: by institution and function.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{BodyId, BodyMembershipId, DistrictId, OrganisationId, StaffMemberId};

/// A membership.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "body_membership")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BodyMembershipId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The body.
    pub body_id: BodyId,
    /// The institution.
    pub organisation_id: OrganisationId,
    /// The function in the institution.
    pub function: String,
    /// The person, where one is named.
    pub staff_member_id: Option<StaffMemberId>,
    /// Whether it has a vote.
    pub has_vote: bool,
    /// First day.
    pub valid_from: Date,
    /// First day on which it no longer holds.
    pub valid_until: Option<Date>,
    /// When the record was made.
    pub created_at: DateTimeUtc,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
