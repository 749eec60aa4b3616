//! Sessions of professional supervision.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::SupervisionItemStatus;
use crate::ids::{AccountId, DistrictId, StaffMemberId, SupervisionSessionId};

/// A session of professional supervision.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "supervision_session")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SupervisionSessionId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Whose work it is about.
    pub staff_member_id: StaffMemberId,
    /// Who asked for it.
    pub requested_by: Option<AccountId>,
    /// Who supervises; nobody yet as long as it is only asked for.
    pub supervisor_id: Option<AccountId>,
    /// Where it stands.
    pub status: SupervisionItemStatus,
    /// The day that is set.
    pub planned_on: Option<Date>,
    /// The day on which it took place.
    pub held_on: Option<Date>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When it was asked for.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
