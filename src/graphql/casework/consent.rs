//! Consents and releases from secrecy.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{ConsentForm, ConsentScope, ConsentStatus, DataClass, TextKind};

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::casework::consent::{ConsentRecordInput, ConsentRevokeInput};
use crate::domain::casework::consent::status;
use crate::error::Failure;
use crate::graphql::casework::client::Client;
use crate::graphql::casework::text::text;
use crate::graphql::connection::{List, PageArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{DataClassesOf, NameOf};
use crate::graphql::payload::payload;
use crate::store::casework::consent as records;
use async_graphql::connection::EmptyFields;

/// `Consent` of the schema; the description that its readers see stands on the `impl`.
pub struct Consent(pub records::Consent);

/// A consent (Einwilligung) or a release from secrecy (Schweigepflichtentbindung) of a client. It decides what may be read:
/// once it is revoked or has expired, nothing opens by it any more. The lead and the substitute see it, supervisors and the
/// data protection officer see it without its texts.
#[Object]
impl Consent {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// What it is for.
    async fn scope(&self) -> ConsentScope {
        self.0.scope
    }

    /// Whether it holds today.
    async fn status(&self, ctx: &Context<'_>) -> Result<ConsentStatus, Failure> {
        let today = ctx.actor()?.permit_whatever::<verb::ReadConsent>().today();
        Ok(status(self.0.revoked_at.is_some(), self.0.valid_until, today))
    }

    /// Who gave it; null (with an entry in `extensions.redactions`) if you may not see who it is.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>, Failure> {
        let client = ctx.load(self.0.client_id).await?;
        if client.is_none() {
            ctx.redact();
        }
        Ok(client.map(Client))
    }

    /// In favour of which organisation; null if of none.
    async fn recipient_organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        let Some(id) = self.0.recipient_organisation_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Organisation))
    }

    /// The name of the person in whose favour it was given; null if it is of none.
    async fn recipient_name(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(id) = self.0.recipient_account_id else { return Ok(None) };
        ctx.load(NameOf(id)).await
    }

    /// Which classes of data it covers; empty for consents that are no releases.
    async fn data_classes(&self, ctx: &Context<'_>) -> Result<Vec<DataClass>, Failure> {
        Ok(ctx.load(DataClassesOf(self.0.id)).await?.unwrap_or_default())
    }

    /// In which form it was given.
    async fn form(&self) -> ConsentForm {
        self.0.form
    }

    /// In which language it was explained: a BCP 47 tag, e.g. `uk`.
    async fn language(&self) -> &str {
        &self.0.language
    }

    /// Whether an interpreter was there.
    async fn interpreter_present(&self) -> bool {
        self.0.interpreter_present
    }

    /// When it was given.
    async fn given_on(&self) -> NaiveDate {
        self.0.given_on
    }

    /// First day on which it holds.
    async fn valid_from(&self) -> NaiveDate {
        self.0.valid_from
    }

    /// First day on which it no longer holds; null: until it is revoked.
    async fn valid_until(&self) -> Option<NaiveDate> {
        self.0.valid_until
    }

    /// When it was revoked; null if it was not.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.0.revoked_at
    }

    /// The name of who recorded it; null if the system itself did.
    async fn recorded_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(id) = self.0.recorded_by else { return Ok(None) };
        ctx.load(NameOf(id)).await
    }

    /// What the data may be used for; null if it was not written down or does not open for you.
    async fn purpose(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0.id.0, TextKind::Purpose).await
    }

    /// How it was explained; null if it was not written down or does not open for you.
    async fn explanation(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0.id.0, TextKind::Explanation).await
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

payload! {
    /// The answer to a command about a consent.
    ConsentPayload {
        /// The consent as it stands now; null if rules forbade the command.
        consent: Consent
    } from records::Consent, Consent
}

/// Queries about consents.
#[derive(Default)]
pub struct ConsentQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ConsentQueries {
    /// The consents that you may see, newest first: those of your own clients; for supervisors and the data protection
    /// officer all of the district, without their texts.
    #[graphql(guard = "Requires(Action::ReadConsent)")]
    async fn consents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Consent>, Failure> {
        const LIST: &str = "consents";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let page = records::page(ctx.store(), &ctx.permit::<verb::ReadConsent>()?, &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, Consent)
    }
}

/// Commands about consents.
#[derive(Default)]
pub struct ConsentMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ConsentMutations {
    /// Records a consent or a release from secrecy; its recipient is told. For the lead and the substitute of one of the
    /// client's cases.
    #[graphql(guard = "Requires(Action::RecordConsent)")]
    async fn consent_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consent that was given.")] input: ConsentRecordInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConsentPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Records that a client took a consent back. From then on nothing opens by it, and its recipient is told. With CASE_RECORD
    /// all releases of the client are revoked in the same moment, those to come included, and all their recipients are told:
    /// read the client's consents again. Where the record rests on consent, nothing opens at all after that; giving
    /// CASE_RECORD anew brings no release back. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::RecordConsent)")]
    async fn consent_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consent that was taken back.")] input: ConsentRevokeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ConsentPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
