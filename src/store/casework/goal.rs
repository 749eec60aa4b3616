//! Goals of support plans.

pub use entity::goal::Model as Goal;
use entity::goal::{Column, Entity};
use entity::ids::{CaseId, DistrictId, GoalId, SupportPlanId};

use super::part::{self, Part};
use crate::access::{Permit, verb};
use crate::error::Failure;
use crate::store::Store;

impl Part for Goal {
    type Table = Entity;
    type Id = GoalId;
    const COLUMNS: [Column; 3] = [Column::DistrictId, Column::Id, Column::CaseId];

    fn place(&self) -> (DistrictId, CaseId) {
        (self.district_id, self.case_id)
    }
}

/// The goals of these plans, in the order in which they were added.
///
/// # Errors
/// Those of the database.
pub async fn of_plans(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    plans: &[SupportPlanId],
) -> Result<Vec<Goal>, Failure> {
    part::of(store, permit, Column::PlanId, plans.iter().copied(), Column::Id).await
}
