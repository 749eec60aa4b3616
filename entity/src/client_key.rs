//! The data key of a client, wrapped by a master key. Without this row nothing of the client opens.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{ClientId, DistrictId};

/// The wrapped data key of a client.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "client_key")]
pub struct Model {
    /// The client.
    #[sea_orm(primary_key, auto_increment = false)]
    pub client_id: ClientId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Which master key wraps it: 16 hexadecimal digits.
    pub master_key_id: String,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
