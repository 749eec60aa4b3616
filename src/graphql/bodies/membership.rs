//! Memberships of bodies.

use async_graphql::{Context, ID, Object};
use chrono::NaiveDate;

use crate::access::Action;
use crate::commands::CommandOptions;
use crate::commands::bodies::membership::{BodyMembershipAddInput, BodyMembershipEndInput};
use crate::error::Failure;
use crate::graphql::context::Ask;
use crate::graphql::district::body::Body;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::MemberPerson;
use crate::graphql::payload::payload;
use crate::graphql::staffing::staff_member::StaffMember;
use crate::store::bodies::membership as records;

/// `BodyMembership` of the schema; the description that its readers see stands on the `impl`.
pub struct BodyMembership(pub records::Membership);

/// A membership of a body: an institution belongs to it, by the function of who sits there. Coordinators and supervisors see
/// all of the district; others those of public bodies and of their own organisation.
#[Object]
impl BodyMembership {
    /// Global id: what `bodyMembershipEnd`, `meetingHold` and `decisionRecord` take.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The body.
    async fn body(&self, ctx: &Context<'_>) -> Result<Option<Body>, Failure> {
        Ok(ctx.load(self.0.body_id).await?.map(Body))
    }

    /// The institution.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        Ok(ctx.load(self.0.organisation_id).await?.map(Organisation))
    }

    /// The function in the institution.
    async fn function(&self) -> &str {
        &self.0.function
    }

    /// The person; null if none is named.
    async fn person(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>, Failure> {
        let Some(id) = self.0.staff_member_id else { return Ok(None) };
        Ok(ctx.load(MemberPerson(id)).await?.map(StaffMember::from))
    }

    /// Whether it has a vote.
    async fn has_vote(&self) -> bool {
        self.0.has_vote
    }

    /// First day.
    async fn valid_from(&self) -> NaiveDate {
        self.0.valid_from
    }

    /// First day on which it no longer holds; null: it has no end.
    async fn valid_until(&self) -> Option<NaiveDate> {
        self.0.valid_until
    }
}

payload! {
    /// The answer to a command about a membership.
    BodyMembershipPayload {
        /// The membership as it stands now; null if rules forbade the command.
        body_membership: BodyMembership
    } from records::Membership, BodyMembership
}

/// Commands about memberships of bodies.
#[derive(Default)]
pub struct BodyMembershipMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl BodyMembershipMutations {
    /// Adds a member to a body: an institution, by function. For coordinators.
    #[graphql(guard = "Requires(Action::EditBody)")]
    async fn body_membership_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Body, institution, function, vote, from when on.")] input: BodyMembershipAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<BodyMembershipPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Ends a membership, or ends it earlier. For coordinators.
    #[graphql(guard = "Requires(Action::EditBody)")]
    async fn body_membership_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The membership and its end.")] input: BodyMembershipEndInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<BodyMembershipPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
