//! Supervision.

use async_graphql::{Context, Object};
use chrono::NaiveDate;
use entity::codes::SupervisionKind;
use entity::ids::SupervisionId;

use super::position::PositionPayload;
use super::staff_member::StaffMember;
use crate::access::Action;
use crate::commands::CommandOptions;
use crate::commands::staffing::supervision::{Line, Professional, SupervisionAssignInput};
use crate::error::Failure;
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::store::district::organisation;
use crate::store::staffing::{staff_member, supervision};

/// `Supervision` of the schema; the description that its readers see stands on the `impl`.
pub struct Supervision {
    /// The assignment.
    pub supervision: supervision::Supervision,
    /// Who supervises.
    pub supervisor: Option<staff_member::StaffMember>,
    /// Where the supervisor is employed.
    pub organisation: Option<organisation::Organisation>,
}

/// A supervision of a position. Professional supervision (Fachaufsicht) lies with the integration centre, line supervision
/// (Dienstaufsicht) with the employer; they are never the same person. Readable by whoever may read the position.
#[Object]
impl Supervision {
    /// Global id.
    async fn id(&self) -> SupervisionId {
        self.supervision.id
    }

    /// Professional or line.
    async fn kind(&self) -> SupervisionKind {
        self.supervision.kind
    }

    /// Who supervises.
    async fn supervisor(&self) -> Option<StaffMember> {
        let organisation = self.organisation.clone();
        self.supervisor.clone().map(|person| StaffMember { person, organisation })
    }

    /// First day.
    async fn valid_from(&self) -> NaiveDate {
        self.supervision.valid_from
    }

    /// First day on which it no longer holds; null without end.
    async fn valid_until(&self) -> Option<NaiveDate> {
        self.supervision.valid_until
    }
}

/// Commands about supervision.
#[derive(Default)]
pub struct SupervisionMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl SupervisionMutations {
    /// Assigns who supervises a position. The professional supervision is assigned by the integration centre or a
    /// coordinator, the line supervision by the employer.
    #[graphql(guard = "Requires(Action::AssignProfessionalSupervision).or(Requires(Action::AssignLineSupervision))")]
    async fn supervision_assign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is to supervise which position, how and when.")] input: SupervisionAssignInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<PositionPayload, Failure> {
        let answer = match input.kind {
            SupervisionKind::Professional => ctx.change(&Professional(input), options).await?,
            SupervisionKind::Line => ctx.change(&Line(input), options).await?,
        };
        Ok(answer.into())
    }
}
