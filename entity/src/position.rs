//! Positions: posts of the programme, with their employer.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{BuildingBlock, Funder, PositionRole, PositionStatus};
use crate::ids::{DistrictId, OrganisationId, PositionId};

/// A position.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "position")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PositionId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The number that people call it by, unique in the district, e.g. `CM-07`.
    pub number: String,
    /// Building block (Baustein).
    pub building_block: BuildingBlock,
    /// What its holder does.
    pub role: PositionRole,
    /// The employer (Anstellungsträger).
    pub employer_id: OrganisationId,
    /// Full-time equivalents in hundredths: 100 is one full post.
    pub fte_hundredths: i32,
    /// Who pays apart from the own share.
    pub funded_by: Funder,
    /// First day of the approval.
    pub approved_from: Option<Date>,
    /// First day no longer covered by the approval.
    pub approved_until: Option<Date>,
    /// The day by which it is to be filled.
    pub target_filled_on: Option<Date>,
    /// Where it stands.
    pub status: PositionStatus,
    /// First day on which it no longer exists.
    pub ended_on: Option<Date>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::organisation::Entity",
        from = "Column::EmployerId",
        to = "super::organisation::Column::Id"
    )]
    Employer,
}

impl Related<super::organisation::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Employer.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
