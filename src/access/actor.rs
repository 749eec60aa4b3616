//! Who acts: an account with the grants that hold today, or the system itself.

use chrono::NaiveDate;
use entity::codes::Role;
use entity::ids::{AccountId, DistrictId, OrganisationId, SessionId};

use super::permit::{Extent, Permit};
use super::policy::{Action, Reach, Verb, reach};
use crate::error::{ErrorCode, Failure};

/// A grant that holds today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldGrant {
    /// Which role.
    pub role: Role,
    /// In which organisation.
    pub organisation_id: OrganisationId,
    /// For partner systems: the names of the actions that the grant covers.
    pub scopes: Vec<String>,
}

#[derive(Clone, Debug)]
enum Identity {
    /// Somebody who logged in.
    Person { account_id: AccountId, session_id: Option<SessionId>, grants: Vec<HeldGrant> },
    /// The command line or the loading of the demo, run by who operates the server.
    System,
}

/// Who acts, in which district.
#[derive(Clone, Debug)]
pub struct Actor {
    district_id: DistrictId,
    today: NaiveDate,
    identity: Identity,
}

impl Actor {
    /// An account, with the grants that hold today. `session_id` is absent for tokens of an external issuer.
    #[must_use]
    pub const fn person(
        district_id: DistrictId,
        today: NaiveDate,
        account_id: AccountId,
        session_id: Option<SessionId>,
        grants: Vec<HeldGrant>,
    ) -> Self {
        Self { district_id, today, identity: Identity::Person { account_id, session_id, grants } }
    }

    /// The system itself: everything in one district. For the command line and the demo, never for a request.
    #[must_use]
    pub const fn system(district_id: DistrictId, today: NaiveDate) -> Self {
        Self { district_id, today, identity: Identity::System }
    }

    /// The district, outside which the actor reaches nothing.
    #[must_use]
    pub const fn district_id(&self) -> DistrictId {
        self.district_id
    }

    /// The account, unless the system acts.
    #[must_use]
    pub const fn account_id(&self) -> Option<AccountId> {
        match &self.identity {
            Identity::Person { account_id, .. } => Some(*account_id),
            Identity::System => None,
        }
    }

    /// The login session, where there is one.
    #[must_use]
    pub const fn session_id(&self) -> Option<SessionId> {
        match &self.identity {
            Identity::Person { session_id, .. } => *session_id,
            Identity::System => None,
        }
    }

    /// Everything that `action` reaches by all grants together.
    #[must_use]
    pub fn extent(&self, action: Action) -> Extent {
        let Identity::Person { account_id, grants, .. } = &self.identity else {
            return Extent::District;
        };
        let mut organisations = Vec::new();
        let (mut own, mut released_to) = (None, None);
        for grant in grants {
            match reach(grant.role, action) {
                Reach::Nothing => {}
                Reach::District => return Extent::District,
                Reach::Own => own = Some(*account_id),
                Reach::Organisation => organisations.push(grant.organisation_id),
                Reach::Released => {
                    released_to = Some(*account_id);
                    organisations.push(grant.organisation_id);
                }
                Reach::ScopedOrganisation => {
                    if grant.scopes.iter().any(|scope| scope == action.as_str()) {
                        organisations.push(grant.organisation_id);
                    }
                }
            }
        }
        organisations.sort_unstable();
        organisations.dedup();
        Extent::Part { organisations, own, released_to }
    }

    /// Whether `action` reaches anything at all.
    #[must_use]
    pub fn may(&self, action: Action) -> bool {
        !self.extent(action).is_nothing()
    }

    /// The permit for an action.
    ///
    /// # Errors
    /// `FORBIDDEN` if the action reaches nothing.
    pub fn permit<V: Verb>(&self) -> Result<Permit<V>, Failure> {
        let extent = self.extent(V::ACTION);
        if extent.is_nothing() {
            return Err(Failure::new(ErrorCode::Forbidden));
        }
        Ok(Permit::new(self.district_id, self.today, extent))
    }

    /// A permit that may reach nothing: for relations, where what is out of reach is simply absent.
    #[must_use]
    pub fn permit_whatever<V: Verb>(&self) -> Permit<V> {
        Permit::new(self.district_id, self.today, self.extent(V::ACTION))
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use entity::codes::Role;
    use entity::ids::{AccountId, DistrictId, Identifier, OrganisationId};

    use super::{Actor, HeldGrant};
    use crate::access::{Action, Extent, verb};

    #[test]
    fn several_grants_add_up_and_a_scope_is_needed_by_partner_systems() {
        let (town, other) = (OrganisationId::new(), OrganisationId::new());
        let account = AccountId::new();
        let grant = |role, organisation_id, scopes: &[&str]| HeldGrant {
            role,
            organisation_id,
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        };
        let actor = Actor::person(
            DistrictId::new(),
            NaiveDate::MIN,
            account,
            None,
            vec![
                grant(Role::Employer, town, &[]),
                grant(Role::CaseManager, town, &[]),
                grant(Role::Integration, other, &["FILL_POSITION"]),
            ],
        );
        assert_eq!(
            actor.extent(Action::ReadPosition),
            Extent::Part { organisations: vec![town], own: Some(account), released_to: None }
        );
        let mut both = vec![town, other];
        both.sort_unstable();
        assert_eq!(
            actor.extent(Action::FillPosition),
            Extent::Part { organisations: both, own: None, released_to: None }
        );
        assert!(actor.permit::<verb::ApprovePosition>().is_err());
    }

    #[test]
    fn what_is_released_to_somebody_makes_nothing_the_own() {
        let (centre, account) = (OrganisationId::new(), AccountId::new());
        let grant = HeldGrant { role: Role::Supervisor, organisation_id: centre, scopes: Vec::new() };
        let actor = Actor::person(DistrictId::new(), NaiveDate::MIN, account, None, vec![grant]);
        assert_eq!(
            actor.extent(Action::ReadIdentity),
            Extent::Part { organisations: vec![centre], own: None, released_to: Some(account) }
        );
        assert!(actor.extent(Action::ExtractClient).is_nothing());
    }
}
