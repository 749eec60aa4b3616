//! Measures towards goals. One that ends as not available is the raw signal of a structural gap. Their texts are sealed and
//! kept apart.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::MeasureStatus;
use crate::ids::{CaseId, ClientId, DistrictId, GoalId, MeasureId, OrganisationId};

/// A measure.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "measure")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MeasureId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The case.
    pub case_id: CaseId,
    /// The person that the case is about.
    pub client_id: ClientId,
    /// The goal.
    pub goal_id: GoalId,
    /// The area of need: a code of the list `NEED_AREA`.
    pub need_area: String,
    /// Where it stands.
    pub status: MeasureStatus,
    /// Since when.
    pub status_since: Date,
    /// The institution that offers it, or should.
    pub institution_id: Option<OrganisationId>,
    /// What stood in the way: a code of the list `BARRIER_KIND`.
    pub barrier_kind: Option<String>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
