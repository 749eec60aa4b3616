//! Assessments: what a person needs, by area. Findings and wishes are sealed and kept apart.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::NeedSeverity;
use crate::ids::{AccountId, AssessmentId, CaseId, ClientId, DistrictId};

/// An assessment of one area of need.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "assessment")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AssessmentId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The case.
    pub case_id: CaseId,
    /// The person that the case is about.
    pub client_id: ClientId,
    /// The area: a code of the list `NEED_AREA`.
    pub need_area: String,
    /// How severe the need is.
    pub severity: NeedSeverity,
    /// When it was assessed.
    pub assessed_on: Date,
    /// The later assessment of the same area.
    pub superseded_by_id: Option<AssessmentId>,
    /// Who recorded it.
    pub recorded_by: Option<AccountId>,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
