//! Support plans.

use entity::ids::{CaseId, DistrictId, SupportPlanId};
pub use entity::support_plan::Model as SupportPlan;
use entity::support_plan::{Column, Entity};

use super::part::Part;

impl Part for SupportPlan {
    type Table = Entity;
    type Id = SupportPlanId;
    const COLUMNS: [Column; 3] = [Column::DistrictId, Column::Id, Column::CaseId];

    fn place(&self) -> (DistrictId, CaseId) {
        (self.district_id, self.case_id)
    }
}
