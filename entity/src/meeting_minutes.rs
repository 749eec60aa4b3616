//! Minutes of meetings, apart from the meetings: they are long, and seen by fewer.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, DistrictId, MeetingId};

/// The minutes of a meeting.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "meeting_minutes")]
pub struct Model {
    /// The meeting.
    #[sea_orm(primary_key, auto_increment = false)]
    pub meeting_id: MeetingId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The text, in Markdown.
    #[sea_orm(column_type = "Text")]
    pub text: String,
    /// Who wrote it last.
    pub written_by: Option<AccountId>,
    /// When it was last changed.
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
