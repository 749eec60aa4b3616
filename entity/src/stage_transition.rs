//! Steps of barriers on the stair. Rows are added only.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, BarrierId, DistrictId, StageTransitionId};

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "stage_transition")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StageTransitionId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The barrier.
    pub barrier_id: BarrierId,
    /// The stage that it left; absent for the first.
    pub from_stage: Option<i32>,
    /// The stage that it reached.
    pub to_stage: i32,
    /// Who moved it; absent if the system did.
    pub account_id: Option<AccountId>,
    /// Why, in words that name nobody.
    pub reason: Option<String>,
    /// Raised because it had waited too long.
    pub is_overdue: bool,
    /// When.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
