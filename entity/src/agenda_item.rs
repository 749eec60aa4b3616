//! Items of agendas.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::AgendaItemStatus;
use crate::ids::{AgendaItemId, ConceptId, DistrictId, MeetingId, OrganisationId, ThemeId};

/// An item of an agenda.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "agenda_item")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgendaItemId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The meeting.
    pub meeting_id: MeetingId,
    /// The item that it is a part of.
    pub parent_id: Option<AgendaItemId>,
    /// Its place among its siblings, from 1.
    pub position: i32,
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub description: Option<String>,
    /// The decision that is proposed.
    pub proposal: Option<String>,
    /// The theme that it deals with.
    pub theme_id: Option<ThemeId>,
    /// The edition of the concept that it deals with.
    pub concept_id: Option<ConceptId>,
    /// The institution concerned.
    pub organisation_id: Option<OrganisationId>,
    /// Whether it is dealt with in public.
    pub is_public: bool,
    /// What came of it.
    pub status: AgendaItemStatus,
    /// The item of an earlier meeting that it takes up again.
    pub carried_from_id: Option<AgendaItemId>,
    /// When it was taken off the agenda.
    pub removed_at: Option<DateTimeUtc>,
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
