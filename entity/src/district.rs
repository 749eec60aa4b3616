//! Districts: the tenants. Nothing crosses a district.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::DistrictId;

/// A district (Kreis).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "district")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DistrictId,
    /// Official municipality key (Amtlicher Gemeindeschlüssel) of the district, five digits, e.g. `05558`.
    pub ags: String,
    /// Name.
    pub name: String,
    /// When the record was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
