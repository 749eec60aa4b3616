//! Notices to persons or organisations. They name records, never people.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::NoticeKind;
use crate::ids::{AccountId, DistrictId, NoticeId, OrganisationId};

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NoticeId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// To which person.
    pub recipient_account_id: Option<AccountId>,
    /// To which organisation.
    pub recipient_organisation_id: Option<OrganisationId>,
    /// What it is about.
    pub kind: NoticeKind,
    /// Global id of the record that it is about.
    pub subject: String,
    /// When.
    pub created_at: DateTimeUtc,
    /// When it was acknowledged.
    pub acknowledged_at: Option<DateTimeUtc>,
    /// By whom.
    pub acknowledged_by: Option<AccountId>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
