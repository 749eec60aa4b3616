//! Code lists that a district edits: values with labels in German and English, each for a time.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::CodeList;
use crate::ids::{CodeListEntryId, DistrictId};

/// A value of a code list, as it reads for a time.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "code_list_entry")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CodeListEntryId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// Which list.
    pub list: CodeList,
    /// The value, as records name it.
    pub code: String,
    /// Label in German.
    pub label_de: String,
    /// Label in English.
    pub label_en: String,
    /// What belongs to it.
    pub description: Option<String>,
    /// Its place in the list.
    pub position: i32,
    /// First day.
    pub valid_from: Date,
    /// First day on which it no longer holds.
    pub valid_until: Option<Date>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
