//! Transfers of cases from one case manager to another: offers and requests.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::{LegalBasis, TransferKind, TransferStatus};
use crate::ids::{AccountId, CaseId, ClientId, ConsentId, DistrictId, StaffMemberId, TransferId};

/// An offer of a case, or the request for one.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "transfer")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TransferId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// The case; absent for a request whose reference is of no case.
    pub case_id: Option<CaseId>,
    /// The person that the case is about.
    pub client_id: Option<ClientId>,
    /// Which of the four things it is.
    pub kind: TransferKind,
    /// First part of the case's reference.
    pub year: i32,
    /// Second part of the case's reference.
    pub number: i32,
    /// Who led the case when it was offered.
    pub from_staff_id: Option<StaffMemberId>,
    /// Who is to lead it.
    pub to_staff_id: StaffMemberId,
    /// Who offered, assigned or requested it.
    pub offered_by: Option<AccountId>,
    /// Where it stands.
    pub status: TransferStatus,
    /// The release that allows to pass it to another employer.
    pub consent_id: Option<ConsentId>,
    /// The legal basis that does, where no release is needed.
    pub legal_basis: Option<LegalBasis>,
    /// The day on which the client agreed to the change.
    pub client_agreed_on: Option<Date>,
    /// When.
    pub offered_at: DateTimeUtc,
    /// Last day on which it can be answered.
    pub answer_by: Date,
    /// When it was answered, withdrawn, or ran out.
    pub answered_at: Option<DateTimeUtc>,
    /// Counts the changes, from 1.
    pub version: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
