//! The log: one event per committed command. Rows are added only.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, DistrictId, EventId};

/// An event.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "event")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// When the command ran.
    pub occurred_at: DateTimeUtc,
    /// Whose command it was; absent for the system itself (command line, demo).
    pub actor_id: Option<AccountId>,
    /// The name of the command, e.g. `positionFill`.
    pub command: String,
    /// The global id of the record that it changed.
    pub subject: String,
    /// Why, in the words of the person.
    pub reason: Option<String>,
    /// What changed: canonical JSON `{"before": …, "after": …}`.
    #[sea_orm(column_type = "Text")]
    pub change: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
