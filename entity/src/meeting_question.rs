//! Questions by members of bodies, and the answers.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, AgendaItemId, DistrictId, MeetingId, MeetingQuestionId};

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "meeting_question")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MeetingQuestionId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The meeting.
    pub meeting_id: MeetingId,
    /// The item at which it was asked.
    pub item_id: AgendaItemId,
    /// Who asked: name or function of a member.
    pub asked_by: String,
    /// The question.
    pub text: String,
    /// The answer.
    pub answer: Option<String>,
    /// When it was answered.
    pub answered_on: Option<Date>,
    /// Who put the answer on record.
    pub answered_by: Option<AccountId>,
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
