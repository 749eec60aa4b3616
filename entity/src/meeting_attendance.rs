//! Who attended a meeting.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::AttendanceStatus;
use crate::ids::{BodyMembershipId, DistrictId, MeetingId};

/// The attendance of a member.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "meeting_attendance")]
pub struct Model {
    /// The meeting.
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting_id: MeetingId,
    /// The member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub membership_id: BodyMembershipId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Whether the member was there.
    pub status: AttendanceStatus,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
