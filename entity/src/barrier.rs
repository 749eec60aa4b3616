//! Barriers (Hürden): what stands in the way of one person. The link to the case is seen by who may see the case; all others
//! see counts. What tells of it in words stands apart, see [`crate::barrier_vignette`].

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{BarrierSeverity, BarrierStatus, LegalSphere};
use crate::ids::{
    AccountId, BarrierId, CaseId, ClientId, DistrictId, MeasureId, MunicipalityId, OrganisationId, StairModelId,
};

/// A barrier.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "barrier")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BarrierId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The case that met it.
    pub case_id: CaseId,
    /// The person that the case is about.
    pub client_id: ClientId,
    /// The measure that failed because of it.
    pub measure_id: Option<MeasureId>,
    /// Who raised it; absent if the system did.
    pub raised_by: Option<AccountId>,
    /// What kind of barrier: a code of the list `BARRIER_KIND`.
    pub kind: String,
    /// In which area of need: a code of the list `NEED_AREA`.
    pub need_area: String,
    /// In which legal sphere.
    pub legal_sphere: Option<LegalSphere>,
    /// Where: the municipality of the case when it was raised.
    pub municipality_id: MunicipalityId,
    /// The institution concerned.
    pub institution_id: Option<OrganisationId>,
    /// How much it hinders.
    pub severity: BarrierSeverity,
    /// Structural by its nature, though seen in one case only.
    pub is_structural: bool,
    /// Working time that it cost, in minutes.
    pub minutes_lost: i32,
    /// By how many days it delayed the help.
    pub delay_days: i32,
    /// What became of it.
    pub status: BarrierStatus,
    /// Since when.
    pub status_since: Date,
    /// The version of the stair model that it climbs by.
    pub model_id: StairModelId,
    /// The stage that it stands on: a position of that model.
    pub stage: i32,
    /// Since when.
    pub stage_since: Date,
    /// By when an answer is due on that stage; absent if at any time.
    pub answer_due_on: Option<Date>,
    /// On which day it goes up by itself if nobody answers; absent if it does not.
    pub raise_on: Option<Date>,
    /// When it was raised.
    pub raised_on: Date,
    /// A number that all barriers of the case share, by which figures are blurred.
    pub cell_key: i32,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
