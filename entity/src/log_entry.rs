//! The sealed order of the log: position by position, each hash covering all before it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{DistrictId, EventId};

/// A sealed entry.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "log_entry")]
pub struct Model {
    /// The district, whose log this is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub district_id: DistrictId,
    /// Position in the log of the district, from 1 and without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    /// The event.
    pub event_id: EventId,
    /// SHA-256 of the event, 32 bytes.
    pub event_hash: Vec<u8>,
    /// SHA-256 over the chain hash before it and the event hash, 32 bytes.
    pub chain_hash: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = "super::event::Entity", from = "Column::EventId", to = "super::event::Column::Id")]
    Event,
}

impl Related<super::event::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Event.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
