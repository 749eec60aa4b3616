//! The classes of data that were passed on.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::DataClass;
use crate::ids::{DisclosureId, DistrictId};

/// A class of data of a disclosure.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "disclosure_data_class")]
pub struct Model {
    /// The disclosure.
    #[sea_orm(primary_key, auto_increment = false)]
    pub disclosure_id: DisclosureId,
    /// The class.
    #[sea_orm(primary_key, auto_increment = false)]
    pub data_class: DataClass,
    /// The district (tenant).
    pub district_id: DistrictId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
