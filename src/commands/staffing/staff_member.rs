//! Staff members: add. (Who is new and fills a position at once is added by `positionFill`.)

use async_graphql::InputObject;
use entity::ids::{AccountId, OrganisationId, StaffMemberId};
use serde::Serialize;

use crate::access::verb;
use crate::commands::pipeline::{Command, Creates, Done, Record, Stop, Work};
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::accounts::account;
use crate::store::district::organisation;
use crate::store::staffing::staff_member::{self, StaffMember};

impl Record for StaffMember {
    type Id = StaffMemberId;

    fn id(&self) -> StaffMemberId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }

    fn for_log(&self) -> serde_json::Value {
        // The log is kept for ever, so it tells of people by their ids only.
        serde_json::json!({ "organisation_id": self.organisation_id, "account_id": self.account_id })
    }
}

/// A member of staff to be put on record.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct StaffMemberAddInput {
    /// The employer.
    pub organisation_id: OrganisationId,
    /// Name, at most 200 characters.
    pub display_name: String,
    /// The account of the person, where there is one.
    pub account_id: Option<AccountId>,
}

impl Command for StaffMemberAddInput {
    const NAME: &'static str = "staffMemberAdd";
    type Verb = verb::AddStaffMember;
    type Record = StaffMember;

    async fn load(work: &Work<'_, Self::Verb>, id: StaffMemberId) -> Result<Option<StaffMember>, Failure> {
        staff_member::lock(work.transaction.connection(), work.permit, id).await
    }

    fn check(&self, checks: &mut Checks) {
        checks.line("displayName", &self.display_name, NAME_MAXIMUM);
    }
}

impl Creates for StaffMemberAddInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<StaffMember>, Stop> {
        let connection = work.transaction.connection();
        let employer = organisation::find(connection, work.permit, self.organisation_id)
            .await?
            .filter(|employer| work.permit.extent().includes(employer.id))
            .ok_or_else(|| UserError::at("organisationId", ErrorCode::NotFound))?;
        if let Some(account) = self.account_id
            && !account::exists_in(connection, account, work.permit.district_id()).await?
        {
            return Err(UserError::at("accountId", ErrorCode::NotFound).into());
        }
        let name = self.display_name.trim();
        let added = staff_member::insert(connection, work.permit, employer.id, self.account_id, name, work.now).await?;
        Ok(Done::new(added))
    }
}
