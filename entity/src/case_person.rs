//! Who belongs to a case.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::CaseRelation;
use crate::ids::{CaseId, CasePersonId, ClientId, DistrictId};

/// A person of a case.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "case_person")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CasePersonId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The case.
    pub case_id: CaseId,
    /// The person.
    pub client_id: ClientId,
    /// How the person belongs to it.
    pub relation: CaseRelation,
    /// Since when.
    pub joined_on: Date,
    /// First day on which the person no longer belongs to it.
    pub left_on: Option<Date>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
