//! Memberships of bodies: added and ended. They belong to the history of their body.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::ids::{BodyId, BodyMembershipId, Identifier, OrganisationId, StaffMemberId};
use serde::Serialize;

use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::domain::period::Period;
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::bodies::membership::{self, Membership};
use crate::store::bodies::publication::Source;
use crate::store::district::{body, organisation};
use crate::store::staffing::staff_member;

/// The most memberships of one body, ended ones included.
const MEMBERSHIPS_MAXIMUM: usize = 500;

impl Record for Membership {
    type Id = BodyMembershipId;

    fn id(&self) -> BodyMembershipId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }

    fn subject(&self) -> String {
        self.body_id.to_string()
    }

    fn published_with(&self) -> Option<Source> {
        Some(Source::Body(self.body_id))
    }
}

/// A membership to be added: an institution, by the function of who sits there for it.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct BodyMembershipAddInput {
    /// The body.
    pub body_id: BodyId,
    /// The institution.
    pub organisation_id: OrganisationId,
    /// The function in the institution, e.g. "Leitung Jobcenter". At most 200 characters.
    pub function: String,
    /// The person, if one is to be named: of the staff of the institution.
    pub staff_member_id: Option<StaffMemberId>,
    /// Whether it has a vote.
    #[graphql(default = true)]
    pub has_vote: bool,
    /// First day.
    pub valid_from: NaiveDate,
    /// First day on which it no longer holds; without it, it has no end.
    pub valid_until: Option<NaiveDate>,
}

impl Command for BodyMembershipAddInput {
    const NAME: &'static str = "bodyMembershipAdd";
    type Verb = verb::EditBody;
    type Record = Membership;

    fn check(&self, checks: &mut Checks) {
        checks.line("function", &self.function, NAME_MAXIMUM);
        checks.day("validFrom", Some(self.valid_from));
        checks.day("validUntil", self.valid_until);
        checks.period("validUntil", Some(self.valid_from), self.valid_until);
    }

    async fn load(work: &Work<'_, Self::Verb>, id: BodyMembershipId) -> Result<Option<Membership>, Failure> {
        membership::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for BodyMembershipAddInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Membership>, Stop> {
        let connection = work.transaction.connection();
        let missing = |path: &str| UserError::at(path, ErrorCode::NotFound);
        body::lock(connection, work.permit, self.body_id).await?.ok_or_else(|| missing("bodyId"))?;
        let found = organisation::find(connection, work.permit, self.organisation_id).await?;
        found.ok_or_else(|| missing("organisationId"))?;
        if let Some(person) = self.staff_member_id
            && !staff_member::belongs_to(connection, work.permit, person, self.organisation_id).await?
        {
            return Err(UserError::at("staffMemberId", ErrorCode::StaffOfOtherEmployer).into());
        }
        let function = self.function.trim();
        let period = Period::new(self.valid_from, self.valid_until);
        let present = membership::of_body(connection, work.permit, self.body_id).await?;
        let is_same = |other: &Membership| {
            other.organisation_id == self.organisation_id
                && other.function == function
                && other.staff_member_id == self.staff_member_id
                && Period::new(other.valid_from, other.valid_until).overlaps(&period)
        };
        if present.iter().any(is_same) {
            return Err(UserError::at("", ErrorCode::DuplicateEntry).into());
        }
        if present.len() >= MEMBERSHIPS_MAXIMUM {
            return Err(UserError::at("", ErrorCode::ListTooLong).with("maximum", MEMBERSHIPS_MAXIMUM).into());
        }
        let added = Membership {
            id: BodyMembershipId::new(),
            district_id: work.permit.district_id(),
            body_id: self.body_id,
            organisation_id: self.organisation_id,
            function: function.to_owned(),
            staff_member_id: self.staff_member_id,
            has_vote: self.has_vote,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            created_at: work.now,
            updated_at: work.now,
        };
        membership::insert(connection, work.permit, &added).await?;
        Ok(Done::new(added))
    }
}

/// A membership that ends.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct BodyMembershipEndInput {
    /// The membership.
    pub body_membership_id: BodyMembershipId,
    /// First day on which it no longer holds.
    pub valid_until: NaiveDate,
}

impl Command for BodyMembershipEndInput {
    const NAME: &'static str = "bodyMembershipEnd";
    type Verb = verb::EditBody;
    type Record = Membership;

    fn check(&self, checks: &mut Checks) {
        checks.day("validUntil", Some(self.valid_until));
    }

    async fn load(work: &Work<'_, Self::Verb>, id: BodyMembershipId) -> Result<Option<Membership>, Failure> {
        membership::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for BodyMembershipEndInput {
    fn target(&self) -> (BodyMembershipId, &'static str) {
        (self.body_membership_id, "bodyMembershipId")
    }

    fn expected_version(&self) -> Option<i32> {
        None
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut member: Membership) -> Result<Done<Membership>, Stop> {
        if member.valid_until.is_some_and(|until| until <= self.valid_until) {
            return Err(UserError::at("", ErrorCode::MembershipEnded).into());
        }
        if self.valid_until <= member.valid_from {
            return Err(UserError::at("validUntil", ErrorCode::PeriodEmpty).into());
        }
        member.valid_until = Some(self.valid_until);
        member.updated_at = work.now;
        membership::update(work.transaction.connection(), work.permit, &member).await?;
        Ok(Done::new(member))
    }
}
