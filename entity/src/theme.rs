//! Generative themes (generative Themen): structural problems that many cases have in common.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{BarrierSeverity, LegalSphere, ThemeReach, ThemeSolvableBy, ThemeStatus};
use crate::ids::{AccountId, DistrictId, MunicipalityId, OrganisationId, ThemeId};

/// A theme.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "theme")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ThemeId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Its number in the district, from 1.
    pub number: i32,
    /// What it is called.
    pub title: String,
    /// What it is about, in words that name nobody.
    pub description: String,
    /// Where it stands.
    pub status: ThemeStatus,
    /// Since when.
    pub status_since: Date,
    /// The kind of barrier; absent for all.
    pub kind: Option<String>,
    /// The area of need; absent for all.
    pub need_area: Option<String>,
    /// The legal sphere; absent for all.
    pub legal_sphere: Option<LegalSphere>,
    /// The institution concerned; absent for all.
    pub institution_id: Option<OrganisationId>,
    /// The municipality; absent for all.
    pub municipality_id: Option<MunicipalityId>,
    /// How far it reaches.
    pub reach: ThemeReach,
    /// Who can solve it.
    pub solvable_by: ThemeSolvableBy,
    /// How much it hinders.
    pub severity: BarrierSeverity,
    /// The priority that people gave it against the reckoned one.
    pub priority_override: Option<i32>,
    /// The theme that it became part of.
    pub merged_into_id: Option<ThemeId>,
    /// The theme in which it lives on: itself, unless it became part of another; then that one, or the one which that became
    /// part of in turn.
    pub family_id: ThemeId,
    /// The theme that it was part of.
    pub split_from_id: Option<ThemeId>,
    /// Who proposed it.
    pub proposed_by: Option<AccountId>,
    /// When a body last dealt with it.
    pub touched_at: Option<DateTimeUtc>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
