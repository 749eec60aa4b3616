//! Support plans: one version after the other, each agreed with the client.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::PlanStatus;
use crate::ids::{CaseId, ClientId, DistrictId, SupportPlanId};

/// A support plan.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "support_plan")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SupportPlanId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The case.
    pub case_id: CaseId,
    /// The person that the case is about.
    pub client_id: ClientId,
    /// Which one it is in its case, from 1.
    pub number: i32,
    /// Where it stands.
    pub status: PlanStatus,
    /// When it was begun.
    pub drafted_on: Date,
    /// When it was agreed with the client.
    pub agreed_on: Option<Date>,
    /// When it is to be looked at again.
    pub review_on: Option<Date>,
    /// When a later one replaced it.
    pub superseded_on: Option<Date>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
