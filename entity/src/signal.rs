//! Signals: combinations of barriers that recur more often than chance. The job that finds them writes them anew.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::LegalSphere;
use crate::ids::{DistrictId, MunicipalityId, OrganisationId, SignalId, ThemeId};

/// A signal.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "signal")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SignalId,
    /// The district (tenant).
    pub district_id: DistrictId,
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
    /// In how many cases.
    pub cases: i32,
    /// The sum of the numbers of these cases, by which figures are blurred.
    pub case_keys: i64,
    /// By how many case managers.
    pub case_managers: i32,
    /// In how many municipalities.
    pub municipalities: i32,
    /// How many cases chance alone would make, in hundredths.
    pub expected_hundredths: i32,
    /// How many times as many there are, shrunk, in hundredths.
    pub ratio_hundredths: i32,
    /// The lower bound of that, in hundredths.
    pub lower_hundredths: i32,
    /// How likely it is that it is chance after all, in millionths.
    pub chance_millionths: i32,
    /// The theme that was made of it.
    pub theme_id: Option<ThemeId>,
    /// When it was found last.
    pub found_at: DateTimeUtc,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
