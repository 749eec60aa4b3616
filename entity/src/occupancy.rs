//! Occupancies: who holds a position, from when until when.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{DistrictId, OccupancyId, PositionId, StaffMemberId};

/// An occupancy.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "occupancy")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OccupancyId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The position.
    pub position_id: PositionId,
    /// The holder.
    pub staff_member_id: StaffMemberId,
    /// Full-time equivalents of the holder in this position, in hundredths.
    pub fte_hundredths: i32,
    /// First day.
    pub valid_from: Date,
    /// First day on which the person no longer holds it.
    pub valid_until: Option<Date>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::position::Entity", from = "Column::PositionId", to = "super::position::Column::Id")]
    Position,
    #[sea_orm(
        belongs_to = "super::staff_member::Entity",
        from = "Column::StaffMemberId",
        to = "super::staff_member::Column::Id"
    )]
    StaffMember,
}

impl Related<super::position::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Position.def()
    }
}

impl Related<super::staff_member::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::StaffMember.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
