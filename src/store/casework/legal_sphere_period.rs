//! The legal spheres of cases.

use entity::ids::{CaseId, DistrictId, LegalSpherePeriodId};
pub use entity::legal_sphere_period::Model as LegalSpherePeriod;
use entity::legal_sphere_period::{Column, Entity};

use super::part::Part;

impl Part for LegalSpherePeriod {
    type Table = Entity;
    type Id = LegalSpherePeriodId;
    const COLUMNS: [Column; 3] = [Column::DistrictId, Column::Id, Column::CaseId];

    fn place(&self) -> (DistrictId, CaseId) {
        (self.district_id, self.case_id)
    }
}
