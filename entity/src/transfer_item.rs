//! What the receiver of a case confirms one by one.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::TransferItemKind;
use crate::ids::{CaseId, ClientId, DistrictId, TransferId, TransferItemId};

/// An open task, an open deadline or a consent of an offered case.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "transfer_item")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TransferItemId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The case.
    pub case_id: CaseId,
    /// The person that the case is about.
    pub client_id: ClientId,
    /// The offer.
    pub transfer_id: TransferId,
    /// What it is.
    pub kind: TransferItemKind,
    /// The task, deadline or consent.
    pub item_id: Uuid,
    /// When it is due, or ends.
    pub due_on: Option<Date>,
    /// When the receiver confirmed it.
    pub confirmed_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
