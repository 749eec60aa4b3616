//! What of themes left the centre: a text and figures as they were, after four eyes had looked.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{PublicationStatus, ThemeStatus};
use crate::ids::{AccountId, DistrictId, ThemeId, ThemePublicationId};

/// A publication.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "theme_publication")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ThemePublicationId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The theme.
    pub theme_id: ThemeId,
    /// Where it stands.
    pub status: PublicationStatus,
    /// The title.
    pub title: String,
    /// The text.
    pub text: String,
    /// How many cases, as the public may know it; absent if too few.
    pub cases: Option<i32>,
    /// In at least so many municipalities; absent if too few cases.
    pub municipalities: Option<i32>,
    /// What it costs in a year, in euro; absent if too few cases.
    pub cost_euro: Option<i32>,
    /// The day of the figures.
    pub figures_on: Date,
    /// Where the theme stood on that day; absent if nobody wrote that down.
    pub theme_status: Option<ThemeStatus>,
    /// By which number the public knows the theme; absent as long as it was not released.
    pub public_number: Option<i32>,
    /// Who wrote it.
    pub requested_by: AccountId,
    /// Who agreed or did not.
    pub decided_by: Option<AccountId>,
    /// When.
    pub decided_at: Option<DateTimeUtc>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
