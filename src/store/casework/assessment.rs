//! Assessments of need, all that there ever were.

pub use entity::assessment::Model as Assessment;
use entity::assessment::{Column, Entity};
use entity::ids::{AssessmentId, CaseId, DistrictId};

use super::part::Part;

impl Part for Assessment {
    type Table = Entity;
    type Id = AssessmentId;
    const COLUMNS: [Column; 3] = [Column::DistrictId, Column::Id, Column::CaseId];

    fn place(&self) -> (DistrictId, CaseId) {
        (self.district_id, self.case_id)
    }
}
