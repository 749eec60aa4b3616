//! Service areas: which municipalities a position serves, and with what share.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{DistrictId, MunicipalityId, PositionId, ServiceAreaId};

/// A share of a position in the service of one municipality.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "service_area")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ServiceAreaId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The position.
    pub position_id: PositionId,
    /// The municipality served.
    pub municipality_id: MunicipalityId,
    /// Full-time equivalents for this municipality, in hundredths; the shares of a position sum to its FTE.
    pub share_hundredths: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::position::Entity", from = "Column::PositionId", to = "super::position::Column::Id")]
    Position,
    #[sea_orm(
        belongs_to = "super::municipality::Entity",
        from = "Column::MunicipalityId",
        to = "super::municipality::Column::Id"
    )]
    Municipality,
}

impl Related<super::position::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Position.def()
    }
}

impl Related<super::municipality::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Municipality.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
