//! The access log: who read which class of whose identified data, when and why.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::codes::{AccessBasis, AccessPurpose, DataClass};
use entity::ids::{AccessId, AccountId};

use crate::access::{Action, verb};
use crate::domain::casework::access::{
    HOURS_FROM, HOURS_UNTIL, MANY_CLIENTS, MANY_CLIENTS_MINUTES, Unusual, UnusualAccessRule,
};
use crate::error::Failure;
use crate::graphql::casework::case::Case;
use crate::graphql::connection::{List, PageArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::NameOf;
use crate::store::log::access::{self, Access, AccessFilter, Of, Part};
use crate::store::page::Page;

/// The most unusual reads that are shown.
const FINDINGS_MAXIMUM: usize = 500;

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// `AccessEntry` of the schema; the description that its readers see stands on the `impl`.
pub struct AccessEntry(pub Access);

/// A read of one class of a client's identified data in one request (Zugriffsprotokoll). It was recorded before the answer
/// left, and never changes. The lead and the substitute of the client's cases see it, and the data protection officer, who
/// sees neither the case nor the client behind the ids.
#[Object]
impl AccessEntry {
    /// Global id.
    async fn id(&self) -> AccessId {
        self.0.id
    }

    /// When.
    async fn read_at(&self) -> DateTime<Utc> {
        self.0.read_at
    }

    /// The name of who read; null: the system itself.
    async fn account_name(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(id) = self.0.account_id else { return Ok(None) };
        ctx.load(NameOf(id)).await
    }

    /// The global id of the account that read; null: the system itself.
    async fn account_id(&self) -> Option<AccountId> {
        self.0.account_id
    }

    /// The global id of the client whose data was read. It opens nothing by itself.
    async fn client_id(&self) -> ID {
        self.0.client_id.into()
    }

    /// The global id of the case in which it stood; null: who the client is, which stands in no case. It opens nothing by
    /// itself.
    async fn case_id(&self) -> Option<ID> {
        self.0.case_id.map(ID::from)
    }

    /// The case in which it stood; null if in none, or (with an entry in `extensions.redactions`) if you may not see it.
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Failure> {
        let Some(id) = self.0.case_id else { return Ok(None) };
        let case = ctx.load(id).await?;
        if case.is_none() {
            ctx.redact();
        }
        Ok(case.map(Case))
    }

    /// Which class of data.
    async fn data_class(&self) -> DataClass {
        self.0.data_class
    }

    /// Why.
    async fn purpose(&self) -> AccessPurpose {
        self.0.purpose
    }

    /// What allowed it.
    async fn basis(&self) -> AccessBasis {
        self.0.basis
    }

    /// The request in which it was read, as it stands in the server's own log; null if in none.
    async fn request(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }
}

/// The reads of the data of a case or a client, newest first; empty (with an entry in `extensions.redactions`) for those who
/// may not see the access log.
///
/// # Errors
/// `PAGE_SIZE_INVALID`, `CURSOR_INVALID`, and the troubles of the server.
pub async fn accesses_of(
    ctx: &Context<'_>,
    of: Of,
    first: Option<i32>,
    after: Option<String>,
) -> Result<List<AccessEntry>, Failure> {
    let arguments = PageArguments { first, after, ..Default::default() };
    let list = format!("accesses {of:?}");
    let window = arguments.window(ctx, &list, SortDirection::Desc)?;
    let part = Part { of, after: window.after.map(|boundary| boundary.id), limit: window.limit };
    let page = if ctx.actor()?.may(Action::ReadAccessLog) {
        ctx.load(part).await?
    } else {
        ctx.redact();
        None
    };
    let page = page.unwrap_or(Page { rows: Vec::new(), more: false });
    connect(ctx, &list, &arguments, page, EmptyFields, access::boundary, AccessEntry)
}

/// `UnusualAccess` of the schema; the description that its readers see stands on the `impl`.
pub struct UnusualAccess(Unusual);

/// Unusual reads of one account. A hint to ask, and no proof of anything.
#[Object]
impl UnusualAccess {
    /// The rule by which they are unusual.
    async fn rule(&self) -> UnusualAccessRule {
        self.0.rule
    }

    /// The name of who read.
    async fn account_name(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        ctx.load(NameOf(self.0.account)).await
    }

    /// The global id of the account; `accesses` takes it.
    async fn account_id(&self) -> AccountId {
        self.0.account
    }

    /// The first of the reads.
    async fn first_at(&self) -> DateTime<Utc> {
        self.0.from
    }

    /// The last of the reads.
    async fn last_at(&self) -> DateTime<Utc> {
        self.0.until
    }

    /// So many reads.
    async fn reads(&self) -> i32 {
        count(self.0.reads)
    }

    /// Of so many different clients.
    async fn clients(&self) -> i32 {
        count(self.0.clients)
    }
}

/// What a review of the access log found.
#[derive(SimpleObject)]
pub struct AccessReview {
    /// Unusual reads, the latest first; at most 500.
    findings: Vec<UnusualAccess>,
    /// Until when was looked; null: until now. One review looks at 200,000 reads at most: ask again from here on.
    reviewed_up_to_at: Option<DateTime<Utc>>,
    /// MANY_CLIENTS: more different clients than this …
    many_clients: i32,
    /// … within so many minutes.
    many_clients_minutes: i32,
    /// OUTSIDE_HOURS: before this full hour in the time of Europe/Berlin, at weekends all day …
    first_hour: i32,
    /// … and from this one on.
    closing_hour: i32,
}

/// Queries about the access log.
#[derive(Default)]
pub struct AccessQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl AccessQueries {
    /// Who read identified data, newest first: case managers see the reads of the data of their own clients, the data
    /// protection officer all of the district.
    #[graphql(guard = "Requires(Action::ReadAccessLog)")]
    async fn accesses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if left out.")] filter: Option<AccessFilter>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<AccessEntry>, Failure> {
        const LIST: &str = "accesses";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let permit = ctx.permit::<verb::ReadAccessLog>()?;
        let page = access::page(ctx.store(), &permit, &filter.unwrap_or_default(), &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, access::boundary, AccessEntry)
    }

    /// Reads of identified data since an instant that are unusual by one of the rules. For the data protection officer.
    #[graphql(guard = "Requires(Action::ReviewAccesses)")]
    async fn unusual_accesses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "From this instant on, e.g. a week ago.")] since: DateTime<Utc>,
    ) -> Result<AccessReview, Failure> {
        let reviewed = access::review(ctx.store(), &ctx.permit()?, since).await?;
        let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        Ok(AccessReview {
            findings: reviewed.found.into_iter().take(FINDINGS_MAXIMUM).map(UnusualAccess).collect(),
            reviewed_up_to_at: reviewed.until,
            many_clients: count(MANY_CLIENTS),
            many_clients_minutes: i32::try_from(MANY_CLIENTS_MINUTES).unwrap_or(i32::MAX),
            first_hour: number(HOURS_FROM),
            closing_hour: number(HOURS_UNTIL),
        })
    }
}
