//! What was agreed in sessions of professional supervision: about the work, never about clients.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ids::{DistrictId, SupervisionAgreementId, SupervisionSessionId};

/// An agreement of a session.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "supervision_agreement")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SupervisionAgreementId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The session.
    pub session_id: SupervisionSessionId,
    /// What was agreed. It names nobody of the cases that the session is about.
    pub text: String,
    /// Until when it is to be done.
    pub due_on: Option<Date>,
    /// When it was settled.
    pub done_at: Option<DateTimeUtc>,
    /// When it was recorded.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
