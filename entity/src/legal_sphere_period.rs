//! The legal spheres that cases are in, with their times.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::LegalSphere;
use crate::ids::{CaseId, ClientId, DistrictId, LegalSpherePeriodId};

/// A legal sphere for a time.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "legal_sphere_period")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LegalSpherePeriodId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The case.
    pub case_id: CaseId,
    /// The person that the case is about.
    pub client_id: ClientId,
    /// The legal sphere.
    pub sphere: LegalSphere,
    /// First day.
    pub valid_from: Date,
    /// First day that no longer belongs to it.
    pub valid_until: Option<Date>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
