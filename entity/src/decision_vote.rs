//! Votes by name, and members who were excluded from a vote by a conflict of interest.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::Vote;
use crate::ids::{BodyMembershipId, DecisionId, DistrictId};

/// A vote.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "decision_vote")]
pub struct Model {
    /// The decision.
    #[sea_orm(primary_key, auto_increment = false)]
    pub decision_id: DecisionId,
    /// The member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub membership_id: BodyMembershipId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// How the member voted.
    pub vote: Vote,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
