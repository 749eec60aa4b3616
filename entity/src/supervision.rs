//! Supervision of positions: professional and line, apart and dated.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::SupervisionKind;
use crate::ids::{DistrictId, PositionId, StaffMemberId, SupervisionId};

/// A supervision assignment.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "supervision")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SupervisionId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The position supervised.
    pub position_id: PositionId,
    /// Professional or line.
    pub kind: SupervisionKind,
    /// Who supervises.
    pub supervisor_id: StaffMemberId,
    /// First day.
    pub valid_from: Date,
    /// First day on which it no longer holds.
    pub valid_until: Option<Date>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::position::Entity", from = "Column::PositionId", to = "super::position::Column::Id")]
    Position,
    #[sea_orm(
        belongs_to = "super::staff_member::Entity",
        from = "Column::SupervisorId",
        to = "super::staff_member::Column::Id"
    )]
    Supervisor,
}

impl Related<super::position::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Position.def()
    }
}

impl Related<super::staff_member::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Supervisor.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
