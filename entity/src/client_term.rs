//! The blind index: keyed terms by which clients are found.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{ClientId, DistrictId};

/// One term of one client.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "client_term")]
pub struct Model {
    /// The district (tenant).
    #[sea_orm(primary_key, auto_increment = false)]
    pub district_id: DistrictId,
    /// What the term is about, as a number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: i16,
    /// The term.
    #[sea_orm(primary_key, auto_increment = false)]
    pub digest: i64,
    /// The client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub client_id: ClientId,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
