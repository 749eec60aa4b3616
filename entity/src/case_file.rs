//! Cases: pseudonymous. Who the person is stands elsewhere, apart from the case.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{
    AgeBand, CaseIntensity, CasePhase, CaseStatus, CaseUnit, ClosureReason, GenderStatistical, LanguageLevel,
    ReferralSource,
};
use crate::ids::{CaseId, ClientId, DistrictId, MunicipalityId, StaffMemberId};

/// A case.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "case_file")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CaseId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Year in which it was opened: the first part of its reference.
    pub year: i32,
    /// Number within the year, from 1: the second part of its reference.
    pub number: i32,
    /// The person that it is about: the identity stands apart.
    pub client_id: ClientId,
    /// The municipality that it belongs to.
    pub municipality_id: MunicipalityId,
    /// The case manager who leads it: exactly one.
    pub lead_id: StaffMemberId,
    /// Who stands in for the lead.
    pub substitute_id: Option<StaffMemberId>,
    /// Person or household.
    pub unit: CaseUnit,
    /// How much work it needs.
    pub intensity: CaseIntensity,
    /// Where the person came from.
    pub referral_source: ReferralSource,
    /// Whether it is being worked on.
    pub status: CaseStatus,
    /// Phase of the work.
    pub phase: CasePhase,
    /// Since when it is in this phase.
    pub phase_since: Date,
    /// First day.
    pub opened_on: Date,
    /// Day of the last closure.
    pub closed_on: Option<Date>,
    /// Why it was closed.
    pub closure_reason: Option<ClosureReason>,
    /// Band of age, for statistics.
    pub age_band: Option<AgeBand>,
    /// Gender, for statistics.
    pub gender: Option<GenderStatistical>,
    /// Group of nationalities (a code of the list `NATIONALITY_GROUP`), for statistics.
    pub nationality_group: Option<String>,
    /// Group of residence titles (a code of the list `RESIDENCE_GROUP`), for statistics.
    pub residence_group: Option<String>,
    /// Level of German, for statistics.
    pub language_level: Option<LanguageLevel>,
    /// First day of the month of arrival, for statistics.
    pub arrival_month: Option<Date>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::municipality::Entity",
        from = "Column::MunicipalityId",
        to = "super::municipality::Column::Id"
    )]
    Municipality,
    #[sea_orm(
        belongs_to = "super::staff_member::Entity",
        from = "Column::LeadId",
        to = "super::staff_member::Column::Id"
    )]
    Lead,
}

impl Related<super::municipality::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Municipality.def()
    }
}

impl Related<super::staff_member::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Lead.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
