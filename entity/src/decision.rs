//! Decisions of bodies.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{DecisionKind, VotingKind};
use crate::ids::{AccountId, AgendaItemId, DecisionId, DistrictId, MeetingId};

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "decision")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DecisionId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The meeting.
    pub meeting_id: MeetingId,
    /// The item.
    pub item_id: AgendaItemId,
    /// What was decided.
    pub kind: DecisionKind,
    /// The words of the decision.
    pub text: String,
    /// How it was voted.
    pub voting: VotingKind,
    /// Votes for it.
    pub yes: Option<i32>,
    /// Votes against it.
    pub no: Option<i32>,
    /// Abstentions.
    pub abstentions: Option<i32>,
    /// The paper elsewhere that it is about.
    pub paper_url: Option<String>,
    /// When it was taken.
    pub decided_on: Date,
    /// Who put it on record.
    pub recorded_by: Option<AccountId>,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
