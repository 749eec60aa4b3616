//! Grants: add and revoke.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::Role;
use entity::ids::{AccountId, GrantId, Identifier, OrganisationId};
use serde::Serialize;

use crate::access::{Action, policy, verb};
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::input::Checks;
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::accounts::account;
use crate::store::accounts::grant::{self, Grant};
use crate::store::district::organisation;

impl Record for Grant {
    type Id = GrantId;

    fn id(&self) -> GrantId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }
}

/// A grant to be given: role x organisation x validity.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct GrantAddInput {
    /// Who gets it.
    pub account_id: AccountId,
    /// Which role.
    pub role: Role,
    /// In which organisation. COORDINATOR and SUPERVISOR belong to the integration centre, INSTITUTION to institutions.
    pub organisation_id: OrganisationId,
    /// First day; today if left out.
    pub from: Option<NaiveDate>,
    /// First day on which it no longer holds; without it, it has no end.
    pub until: Option<NaiveDate>,
    /// For the role INTEGRATION only, which needs at least one: the actions that the partner system may do.
    #[graphql(default)]
    pub scopes: Vec<Action>,
}

impl Command for GrantAddInput {
    const NAME: &'static str = "grantAdd";
    type Verb = verb::AddGrant;
    type Record = Grant;

    async fn load(work: &Work<'_, Self::Verb>, id: GrantId) -> Result<Option<Grant>, Failure> {
        grant::lock(work.transaction.connection(), work.permit, id).await
    }

    fn check(&self, checks: &mut Checks) {
        checks.day("from", self.from);
        checks.day("until", self.until);
        checks.period("until", self.from, self.until);
        let allowed: Vec<Action> = policy::scopes().collect();
        let fitting = match self.role {
            Role::Integration => !self.scopes.is_empty() && self.scopes.iter().all(|scope| allowed.contains(scope)),
            _ => self.scopes.is_empty(),
        };
        checks.require(fitting, || {
            let names: Vec<&str> = allowed.iter().map(|action| action.as_str()).collect();
            UserError::at("scopes", ErrorCode::ScopesNotAllowed).with("allowed", names.join(", "))
        });
    }
}

impl Creates for GrantAddInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Grant>, Stop> {
        let connection = work.transaction.connection();
        let holder = account::lock(connection, work.permit, self.account_id)
            .await?
            .ok_or_else(|| UserError::at("accountId", ErrorCode::NotFound))?;
        if holder.disabled_at.is_some() {
            return Err(UserError::at("accountId", ErrorCode::AccountDisabled).into());
        }
        let organisation = organisation::find(connection, work.permit, self.organisation_id)
            .await?
            .ok_or_else(|| UserError::at("organisationId", ErrorCode::NotFound))?;
        if !policy::fits(self.role, organisation.kind) {
            return Err(UserError::at("role", ErrorCode::RoleUnsuitable).into());
        }
        let from = self.from.unwrap_or(work.today);
        if self.until.is_some_and(|until| until <= from) {
            return Err(UserError::at("until", ErrorCode::PeriodEmpty).into());
        }
        let given = Grant {
            id: GrantId::new(),
            district_id: work.permit.district_id(),
            account_id: holder.id,
            role: self.role,
            organisation_id: organisation.id,
            scopes: self.scopes.iter().map(|scope| scope.as_str()).collect(),
            valid_from: from,
            valid_until: self.until,
            created_at: work.now,
        };
        Ok(Done::new(grant::insert(connection, work.permit, given).await?))
    }
}

/// A grant to be ended.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct GrantRevokeInput {
    /// The grant.
    pub grant_id: GrantId,
    /// First day on which it no longer holds; left out, it ends at once.
    pub until: Option<NaiveDate>,
}

impl Command for GrantRevokeInput {
    const NAME: &'static str = "grantRevoke";
    type Verb = verb::RevokeGrant;
    type Record = Grant;

    async fn load(work: &Work<'_, Self::Verb>, id: GrantId) -> Result<Option<Grant>, Failure> {
        grant::lock(work.transaction.connection(), work.permit, id).await
    }

    fn check(&self, checks: &mut Checks) {
        checks.day("until", self.until);
    }
}

impl Changes for GrantRevokeInput {
    fn target(&self) -> (GrantId, &'static str) {
        (self.grant_id, "grantId")
    }

    fn expected_version(&self) -> Option<i32> {
        None
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut grant: Grant) -> Result<Done<Grant>, Stop> {
        // A grant that has not begun ends on its first day: it never holds.
        let until = self.until.unwrap_or(work.today).max(grant.valid_from);
        if grant.valid_until.is_some_and(|present| present <= until) {
            return Err(UserError::at("grantId", ErrorCode::GrantEnded).into());
        }
        grant.valid_until = Some(until);
        grant::update(work.transaction.connection(), work.permit, &grant).await?;
        Ok(Done::new(grant))
    }
}
