//! Answers to those who contributed to a theme.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, DistrictId, ThemeAnswerId, ThemeId};

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "theme_answer")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ThemeAnswerId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The theme.
    pub theme_id: ThemeId,
    /// The answer.
    pub text: String,
    /// What can be done now in cases that meet the same barrier.
    pub hint: Option<String>,
    /// Who answered.
    pub answered_by: AccountId,
    /// From which day on it holds.
    pub effective_on: Option<Date>,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
