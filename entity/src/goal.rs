//! Goals of support plans. Their texts are sealed and kept apart.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::GoalStatus;
use crate::ids::{CaseId, ClientId, DistrictId, GoalId, SupportPlanId};

/// A goal.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "goal")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GoalId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The case.
    pub case_id: CaseId,
    /// The person that the case is about.
    pub client_id: ClientId,
    /// The plan.
    pub plan_id: SupportPlanId,
    /// The goal of the plan before from which it was carried over.
    pub carried_from_id: Option<GoalId>,
    /// The area of need: a code of the list `NEED_AREA`.
    pub need_area: String,
    /// Where it stands.
    pub status: GoalStatus,
    /// Since when.
    pub status_since: Date,
    /// By when it is to be reached.
    pub target_on: Option<Date>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
