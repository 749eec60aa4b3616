//! Meetings of bodies.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::MeetingStatus;
use crate::ids::{BodyId, DistrictId, MeetingId};

/// A meeting.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "meeting")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MeetingId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The body.
    pub body_id: BodyId,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub status: MeetingStatus,
    /// When it begins.
    pub starts_at: DateTimeUtc,
    /// When it ends.
    pub ends_at: Option<DateTimeUtc>,
    /// Where it takes place.
    pub place: Option<String>,
    /// When its members were invited; absent as long as they were not.
    pub invited_at: Option<DateTimeUtc>,
    /// When its minutes were approved.
    pub minutes_approved_at: Option<DateTimeUtc>,
    /// When it was published; absent if it is not public.
    pub published_at: Option<DateTimeUtc>,
    /// Whether the minutes are published with it.
    pub minutes_public: bool,
    /// When its publication was taken back; absent if it never was, or was published anew.
    pub unpublished_at: Option<DateTimeUtc>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
