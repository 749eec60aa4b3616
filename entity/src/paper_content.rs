//! Files of papers, in pieces.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{DistrictId, PaperId};

/// A piece of a file.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "paper_content")]
pub struct Model {
    /// The paper.
    #[sea_orm(primary_key, auto_increment = false)]
    pub paper_id: PaperId,
    /// Which piece, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: i32,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The bytes.
    pub content: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
