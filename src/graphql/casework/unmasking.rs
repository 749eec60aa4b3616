//! The unmasking of cases.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{LegalBasis, TextKind};

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::casework::unmasking::{CaseEndUnmaskingInput, CaseUnmaskInput};
use crate::domain::casework::unmasking::holds;
use crate::error::Failure;
use crate::graphql::casework::case::Case;
use crate::graphql::casework::text::text;
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::NameOf;
use crate::graphql::payload::payload;
use crate::store::casework::unmasking as records;

/// `Unmasking` of the schema; the description that its readers see stands on the `impl`.
pub struct Unmasking(pub records::Unmasking);

/// The unmasking of a case (Aufdeckung) for one person of the integration centre, on a documented legal basis and for a time:
/// until then, who the people of the case are and what is written about them opens for that person. The lead, the substitute
/// and the supervisors of the district see that it happened.
#[Object]
impl Unmasking {
    /// Global id: what `caseEndUnmasking` takes.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The case; null if you may not see it.
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Failure> {
        Ok(ctx.load(self.0.case_id).await?.map(Case))
    }

    /// The name of the person for whom it opens.
    async fn person_name(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        ctx.load(NameOf(self.0.account_id)).await
    }

    /// On which legal basis.
    async fn legal_basis(&self) -> LegalBasis {
        self.0.legal_basis
    }

    /// Why. For the lead, the substitute, and the person for whom it opens, as long as it does; null (with an entry in
    /// `extensions.redactions`) for others.
    async fn reason(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0.id.0, TextKind::Reason).await
    }

    /// Whether it holds today.
    async fn is_in_force(&self, ctx: &Context<'_>) -> Result<bool, Failure> {
        let today = ctx.actor()?.permit_whatever::<verb::ReadCase>().today();
        Ok(holds(self.0.valid_from, self.0.valid_until, self.0.ended_at.is_some(), today))
    }

    /// First day.
    async fn valid_from(&self) -> NaiveDate {
        self.0.valid_from
    }

    /// First day on which it no longer holds.
    async fn valid_until(&self) -> NaiveDate {
        self.0.valid_until
    }

    /// When it was ended before that day; null if it was not.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at
    }

    /// When it began.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

payload! {
    /// The answer to a command about the unmasking of a case.
    UnmaskingPayload {
        /// The unmasking as it stands now; null if rules forbade the command.
        unmasking: Unmasking
    } from records::Unmasking, Unmasking
}

/// Commands about the unmasking of cases.
#[derive(Default)]
pub struct UnmaskingMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl UnmaskingMutations {
    /// Unmasks a case for yourself, on a documented legal basis, for at most 14 days. Its lead and substitute are told. Refused
    /// while the client is restricted or erased, and where the record rests on a consent that is not in force. For supervisors
    /// at the integration centre.
    #[graphql(guard = "Requires(Action::UnmaskCase)")]
    async fn case_unmask(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The case, the basis, the reason and the end.")] input: CaseUnmaskInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<UnmaskingPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Ends an unmasking of your own before its day. From then on nothing opens by it.
    #[graphql(guard = "Requires(Action::UnmaskCase)")]
    async fn case_end_unmasking(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The unmasking.")] input: CaseEndUnmaskingInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<UnmaskingPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
