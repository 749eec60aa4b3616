//! Steps in the life of themes, and the priorities that people gave them. Rows are added only.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::ThemeStatus;
use crate::ids::{AccountId, DistrictId, ThemeChangeId, ThemeId};

/// A step; or, where the status before and after are the same, another priority.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "theme_change")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ThemeChangeId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The theme.
    pub theme_id: ThemeId,
    /// Where it stood; absent for the first.
    pub from_status: Option<ThemeStatus>,
    /// Where it stands since.
    pub to_status: ThemeStatus,
    /// Who did it; absent if the system did.
    pub account_id: Option<AccountId>,
    /// Why.
    pub reason: Option<String>,
    /// The priority that was given; absent for a step, and where the reckoned one counts again.
    pub priority_override: Option<i32>,
    /// When.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
