//! What could be done about a theme: the options that a body chooses from.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{DistrictId, OrganisationId, ThemeId, ThemeOptionId};

/// An option.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "theme_option")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ThemeOptionId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The theme.
    pub theme_id: ThemeId,
    /// Its place among the options of the theme, from 1.
    pub position: i32,
    /// What it is called.
    pub title: String,
    /// What it means.
    pub description: Option<String>,
    /// What it costs once, in euro cents.
    pub once_cents: Option<i64>,
    /// What it costs each year, in euro cents.
    pub yearly_cents: Option<i64>,
    /// The institution that would take it on.
    pub owner_id: Option<OrganisationId>,
    /// Until when it would be done.
    pub due_on: Option<Date>,
    /// Whether it is the one that is proposed.
    pub is_recommended: bool,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
