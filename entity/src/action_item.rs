//! Things to be done after decisions.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::ActionItemStatus;
use crate::ids::{ActionItemId, BodyId, DecisionId, DistrictId, OrganisationId};

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "action_item")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ActionItemId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The body that decided.
    pub body_id: BodyId,
    /// The decision.
    pub decision_id: DecisionId,
    /// The institution that is responsible.
    pub organisation_id: OrganisationId,
    /// What is to be done.
    pub text: String,
    /// Until when.
    pub due_on: Option<Date>,
    /// What became of it.
    pub status: ActionItemStatus,
    /// What came of it.
    pub result: Option<String>,
    /// When it was settled.
    pub settled_on: Option<Date>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
