//! Free text about clients, sealed under their keys.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{DataClass, TextKind};
use crate::ids::{CaseId, ClientId, DistrictId, SealedTextId};

/// A piece of sealed text.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "sealed_text")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SealedTextId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Whose key seals it.
    pub client_id: ClientId,
    /// The case that it was written in; absent for who the client is.
    pub case_id: Option<CaseId>,
    /// The record that it is a text of.
    pub record_id: Uuid,
    /// Which text of the record.
    pub kind: TextKind,
    /// The class that releases name.
    pub data_class: DataClass,
    /// The sealed text.
    pub content: Vec<u8>,
    /// When it was last written.
    pub changed_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
