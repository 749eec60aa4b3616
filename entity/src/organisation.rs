//! Organisations of a district, in a tree with dated validity.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::OrganisationKind;
use crate::ids::{DistrictId, MunicipalityId, OrganisationId};

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "organisation")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganisationId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// What it is.
    pub kind: OrganisationKind,
    /// Name.
    pub name: String,
    /// The organisation that this one is a part of.
    pub parent_id: Option<OrganisationId>,
    /// The municipality whose administration it is.
    pub municipality_id: Option<MunicipalityId>,
    /// First day.
    pub valid_from: Date,
    /// First day on which it no longer exists.
    pub valid_until: Option<Date>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::municipality::Entity",
        from = "Column::MunicipalityId",
        to = "super::municipality::Column::Id"
    )]
    Municipality,
}

impl Related<super::municipality::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Municipality.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
