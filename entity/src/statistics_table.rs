//! Tables of statistics as they were published: small numbers are not in them. Rows are added only.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{StatisticsAudience, StatisticsTable};
use crate::ids::{DistrictId, StatisticsTableId};

/// A table for one audience and reporting date.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "statistics_table")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StatisticsTableId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// For whom.
    pub audience: StatisticsAudience,
    /// Which table.
    pub name: StatisticsTable,
    /// The reporting date (Stichtag).
    pub reporting_on: Date,
    /// When it was made.
    pub made_at: DateTimeUtc,
    /// The smallest count that is shown.
    pub smallest_shown: i32,
    /// The figures: a count for each combination of categories, none where it is hidden.
    pub figures: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
