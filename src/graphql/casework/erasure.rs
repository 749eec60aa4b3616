//! Rights of the person: the extract, and the erasure from its proposal to its proof; how long records are kept.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{ErasureGround, ErasureStatus, RetentionClass};
use entity::ids::ClientId;

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::casework::erasure::{
    ErasureApproveInput, ErasureOfferToArchiveInput, ErasureProposeInput, ErasureRejectInput,
};
use crate::commands::casework::retention_rule::RetentionRuleSetInput;
use crate::domain::casework::retention::{STEPS, blocked_by};
use crate::error::{ErrorCode, Failure, UserError as Obstacle};
use crate::graphql::casework::client::Client;
use crate::graphql::connection::{List, PageArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::errors::UserError;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::NameOf;
use crate::graphql::payload::payload;
use crate::store::casework::{erasure as records, extract, retention_rule as rules};

/// `Erasure` of the schema; the description that its readers see stands on the `impl`.
pub struct Erasure(pub records::Erasure);

/// A step that an erasure could take.
#[derive(SimpleObject)]
pub struct ErasureStep {
    /// The name of the step: OFFER_TO_ARCHIVE, APPROVE or REJECT.
    name: &'static str,
    /// Whether you can take it now.
    allowed: bool,
    /// What stands in the way; empty if allowed.
    blocked_by: Vec<UserError>,
}

/// What proves that an erasure was carried out.
#[derive(SimpleObject)]
pub struct ErasureProof {
    /// When the key was destroyed.
    carried_out_at: DateTime<Utc>,
    /// SHA-256 over the wrapped key that was destroyed, as 64 hexadecimal digits. No key of the database has it any more. Null
    /// if there was no key left.
    key_fingerprint: Option<String>,
    /// How many sealed texts were deleted with it.
    erased_texts: i32,
}

/// The erasure (Löschung) of a client: proposed by one person or by the retention job, offered to the archive, approved by
/// another person, carried out by destroying the key under which everything about the client is sealed, also in the log. The
/// data protection officer sees those of the district, the lead and the substitute those of the clients of their own cases,
/// those who left included.
#[Object]
impl Erasure {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The global id of the client. It names nobody.
    async fn client_id(&self) -> ID {
        self.0.client_id.into()
    }

    /// The client; null (with an entry in `extensions.redactions`) if you may not see who it is.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>, Failure> {
        let client = ctx.load(self.0.client_id).await?;
        if client.is_none() {
            ctx.redact();
        }
        Ok(client.map(Client))
    }

    /// Why.
    async fn ground(&self) -> ErasureGround {
        self.0.ground
    }

    /// Where it stands.
    async fn status(&self) -> ErasureStatus {
        self.0.status
    }

    /// Since when the data may be erased.
    async fn due_on(&self) -> NaiveDate {
        self.0.due_on
    }

    /// Who proposed it; null if the job did and nobody has taken it up yet.
    async fn proposed_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(account) = self.0.proposed_by else { return Ok(None) };
        ctx.load(NameOf(account)).await
    }

    /// When it was proposed.
    async fn proposed_at(&self) -> DateTime<Utc> {
        self.0.proposed_at
    }

    /// When it was offered to the archive; null if it was not yet.
    async fn archive_offered_at(&self) -> Option<DateTime<Utc>> {
        self.0.archive_offered_at
    }

    /// Who approved or rejected it; null as long as nobody did.
    async fn decided_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(account) = self.0.decided_by else { return Ok(None) };
        ctx.load(NameOf(account)).await
    }

    /// What proves that it was carried out; null as long as it was not.
    async fn proof(&self) -> Option<ErasureProof> {
        Some(ErasureProof {
            carried_out_at: self.0.carried_out_at?,
            key_fingerprint: self.0.key_fingerprint.clone(),
            erased_texts: self.0.erased_texts.unwrap_or(0),
        })
    }

    /// The steps from the present status, with what stands in the way. The commands decide by the same table.
    async fn available_steps(&self, ctx: &Context<'_>) -> Result<Vec<ErasureStep>, Failure> {
        let actor = ctx.actor()?;
        let steps = STEPS.iter().filter(|step| step.from == self.0.status).map(|step| {
            let mut blocked = blocked_by(step.name, self.0.status, self.0.proposed_by, actor.account_id());
            if !actor.may(Action::DecideErasure) {
                blocked.push(Obstacle::at("", ErrorCode::Forbidden));
            }
            let allowed = blocked.is_empty();
            ErasureStep { name: step.name, allowed, blocked_by: blocked.into_iter().map(UserError).collect() }
        });
        Ok(steps.collect())
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// `RetentionRule` of the schema; the description that its readers see stands on the `impl`.
pub struct RetentionRule(pub rules::RetentionRule);

/// How long a class of records is kept. Rules are data: a district changes them by dated rows.
#[Object]
impl RetentionRule {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Which records.
    async fn class(&self) -> RetentionClass {
        self.0.class
    }

    /// How many months they are kept after they are finished.
    async fn months(&self) -> i32 {
        self.0.months
    }

    /// Whether the months count from the end of the year.
    async fn after_year_end(&self) -> bool {
        self.0.after_year_end
    }

    /// Where the rule comes from.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// First day.
    async fn valid_from(&self) -> NaiveDate {
        self.0.valid_from
    }

    /// First day on which it no longer holds; null if no later rule is known.
    async fn valid_until(&self) -> Option<NaiveDate> {
        self.0.valid_until
    }
}

/// All that is on record about a person (Art. 15 GDPR). In German, the language of the office.
#[derive(SimpleObject)]
pub struct ClientExtract {
    /// When it was made.
    made_at: DateTime<Utc>,
    /// For machines: JSON text.
    json: String,
    /// To be read and printed: an HTML page of its own, without scripts and without anything from elsewhere.
    html: String,
}

payload! {
    /// The answer to a command about an erasure.
    ErasurePayload {
        /// The erasure as it stands now; null if rules forbade the command.
        erasure: Erasure
    } from records::Erasure, Erasure
}

payload! {
    /// The answer to a command about a rule of retention.
    RetentionRulePayload {
        /// The rule; null if rules forbade the command.
        retention_rule: RetentionRule
    } from rules::RetentionRule, RetentionRule
}

/// Queries about the rights of the person.
#[derive(Default)]
pub struct ErasureQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ErasureQueries {
    /// The extract of all that is on record about a client (Art. 15 GDPR), with who read what and why; null if the client is
    /// not yours. It is also given when the data may not be worked with any more. That it was made is recorded.
    #[graphql(guard = "Requires(Action::ExtractClient)")]
    async fn client_extract(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the client.")] id: ClientId,
    ) -> Result<Option<ClientExtract>, Failure> {
        let now = ctx.state().services.clock.now();
        let made = extract::of_client(ctx.store(), &ctx.permit::<verb::ExtractClient>()?, id, now).await?;
        let Some(made) = made else { return Ok(None) };
        ctx.state().trail.note(made.openings);
        let extract = made.extract;
        Ok(Some(ClientExtract { made_at: extract.made_at, json: extract.json(), html: extract.html() }))
    }

    /// The erasures that you may see, newest first.
    #[graphql(guard = "Requires(Action::ReadErasure)")]
    async fn erasures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In one of these statuses; in any if left out.")] status_in: Option<Vec<ErasureStatus>>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Erasure>, Failure> {
        const LIST: &str = "erasures";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let permit = ctx.permit::<verb::ReadErasure>()?;
        let page = records::page(ctx.store(), &permit, status_in.as_deref(), &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, Erasure)
    }

    /// How long records are kept: all rules of the district, past and present. Everybody who is logged in may read them.
    #[graphql(guard = "Requires(Action::ReadDirectory)")]
    async fn retention_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<RetentionRule>, Failure> {
        const LIST: &str = "retentionRules";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Asc)?;
        let page = rules::page(ctx.store(), &ctx.permit()?, &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, rules::boundary, RetentionRule)
    }
}

/// Commands about the rights of the person.
#[derive(Default)]
pub struct ErasureMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ErasureMutations {
    /// Proposes to erase a client who belongs to no open case (any more), or takes up what the retention job proposed. Another
    /// person has to approve it. For the lead and the substitute, also of a case that the client has left.
    #[graphql(guard = "Requires(Action::ProposeErasure)")]
    async fn erasure_propose(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client, and why.")] input: ErasureProposeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ErasurePayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Records that the records were offered to the archive. For the data protection officer.
    #[graphql(guard = "Requires(Action::DecideErasure)")]
    async fn erasure_offer_to_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The erasure.")] input: ErasureOfferToArchiveInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ErasurePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Approves an erasure that somebody else proposed, and carries it out at once: the key is destroyed, nobody can read what
    /// it sealed any more. It cannot be undone. For the data protection officer.
    #[graphql(guard = "Requires(Action::DecideErasure)")]
    async fn erasure_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The erasure.")] input: ErasureApproveInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ErasurePayload, Failure> {
        let only_validated = options.as_ref().is_some_and(|options| options.validate_only);
        let answer = ctx.change(&input, options).await?;
        if let Some(erasure) = answer.record.as_ref().filter(|_| !only_validated) {
            let documents = &ctx.state().services.documents;
            documents.forget_contents_of(erasure.district_id, erasure.client_id).await;
        }
        Ok(answer.into())
    }

    /// Rejects an erasure: the data are kept. Needs a reason. For the data protection officer.
    #[graphql(guard = "Requires(Action::DecideErasure)")]
    async fn erasure_reject(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The erasure.")] input: ErasureRejectInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ErasurePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Sets how long a class of records is kept from a day on. For administrators.
    #[graphql(guard = "Requires(Action::EditRetentionRule)")]
    async fn retention_rule_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule.")] input: RetentionRuleSetInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<RetentionRulePayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }
}
