//! The classes of data that a consent covers.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::DataClass;
use crate::ids::{ConsentId, DistrictId};

/// A class of data of a consent.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "consent_data_class")]
pub struct Model {
    /// The consent.
    #[sea_orm(primary_key, auto_increment = false)]
    pub consent_id: ConsentId,
    /// The class.
    #[sea_orm(primary_key, auto_increment = false)]
    pub data_class: DataClass,
    /// The district (tenant).
    pub district_id: DistrictId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
