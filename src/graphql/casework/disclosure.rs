//! Disclosures: what was passed on about clients.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{DataClass, LegalBasis, TextKind};

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::casework::disclosure::DisclosureRecordInput;
use crate::error::Failure;
use crate::graphql::casework::case::Case;
use crate::graphql::casework::client::Client;
use crate::graphql::casework::consent::Consent;
use crate::graphql::casework::text::text;
use crate::graphql::connection::{List, PageArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{DisclosedClassesOf, NameOf};
use crate::graphql::payload::payload;
use crate::store::casework::disclosure as records;

/// `Disclosure` of the schema; the description that its readers see stands on the `impl`.
pub struct Disclosure(pub records::Disclosure);

/// A transmission of data about a client to somebody outside the case (Datenweitergabe), with the release from secrecy or the
/// legal basis that allowed it. The lead and the substitute see it; supervisors and the data protection officer see it without
/// its text.
#[Object]
impl Disclosure {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Whose data; null (with an entry in `extensions.redactions`) if you may not see who it is.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>, Failure> {
        let client = ctx.load(self.0.client_id).await?;
        if client.is_none() {
            ctx.redact();
        }
        Ok(client.map(Client))
    }

    /// In which case; null if it was of none, or if you may not see it.
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Failure> {
        let Some(id) = self.0.case_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Case))
    }

    /// The organisation that received the data.
    async fn recipient_organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        Ok(ctx.load(self.0.recipient_organisation_id).await?.map(Organisation))
    }

    /// The name of the person there who received them; null if none was named.
    async fn recipient_name(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(id) = self.0.recipient_account_id else { return Ok(None) };
        ctx.load(NameOf(id)).await
    }

    /// Which classes of data.
    async fn data_classes(&self, ctx: &Context<'_>) -> Result<Vec<DataClass>, Failure> {
        Ok(ctx.load(DisclosedClassesOf(self.0.id)).await?.unwrap_or_default())
    }

    /// The release that allowed it; null if it rested on a legal basis.
    async fn consent(&self, ctx: &Context<'_>) -> Result<Option<Consent>, Failure> {
        let Some(id) = self.0.consent_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Consent))
    }

    /// The legal basis that allowed it without a release; null otherwise. Its reason stands in the history.
    async fn legal_basis(&self) -> Option<LegalBasis> {
        self.0.legal_basis
    }

    /// On which day.
    async fn disclosed_on(&self) -> NaiveDate {
        self.0.disclosed_on
    }

    /// What was passed on and what for; null if it was not written down or does not open for you.
    async fn purpose(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0.id.0, TextKind::Purpose).await
    }

    /// The name of who recorded it; null if the system itself did.
    async fn recorded_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(id) = self.0.recorded_by else { return Ok(None) };
        ctx.load(NameOf(id)).await
    }

    /// When it was recorded.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

payload! {
    /// The answer to a command about a disclosure.
    DisclosurePayload {
        /// The disclosure as it was recorded; null if rules forbade the command.
        disclosure: Disclosure
    } from records::Disclosure, Disclosure
}

/// Queries about disclosures.
#[derive(Default)]
pub struct DisclosureQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl DisclosureQueries {
    /// What was passed on about the clients whose consents you may see, newest first: your own clients; for supervisors and the
    /// data protection officer all of the district, without texts.
    #[graphql(guard = "Requires(Action::ReadConsent)")]
    async fn disclosures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Disclosure>, Failure> {
        const LIST: &str = "disclosures";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let page = records::page(ctx.store(), &ctx.permit::<verb::ReadConsent>()?, &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, Disclosure)
    }
}

/// Commands about disclosures.
#[derive(Default)]
pub struct DisclosureMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl DisclosureMutations {
    /// Records that data about a client are passed on. Refused unless a release SHARE_WITH_INSTITUTION or CASE_CONFERENCE of the
    /// client covers recipient, data and day, or a legal basis is named with a reason. For the lead and the substitute of one of
    /// the client's cases.
    #[graphql(guard = "Requires(Action::RecordConsent)")]
    async fn disclosure_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is passed on, to whom and on what ground.")] input: DisclosureRecordInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<DisclosurePayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }
}
