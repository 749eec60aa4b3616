//! Reads of identified data.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{AccessBasis, AccessPurpose, DataClass};
use crate::ids::{AccessId, AccountId, CaseId, ClientId, DistrictId};

/// A read of one class of a client's data in one request.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "access_log")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccessId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// When.
    pub read_at: DateTimeUtc,
    /// By whom.
    pub account_id: Option<AccountId>,
    /// Whose data.
    pub client_id: ClientId,
    /// In which case, if in one.
    pub case_id: Option<CaseId>,
    /// Which class of data.
    pub data_class: DataClass,
    /// Why.
    pub purpose: AccessPurpose,
    /// What allowed it.
    pub basis: AccessBasis,
    /// In which request.
    pub request_id: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
