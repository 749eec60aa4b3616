//! Notices: what one is told, in a list and as it happens.

use std::collections::BTreeSet;

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object, Subscription};
use chrono::{DateTime, Utc};
use entity::codes::NoticeKind;
use entity::ids::{
    AccountId, ActionItemId, BarrierId, CaseId, ClientId, ConceptId, ConsentId, GrantId, Identifier, MeetingId,
    MunicipalityId, NoticeId, OrganisationId, PositionId, StaffMemberId, ThemeId, TransferId,
};
use futures_util::Stream;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::casework::notice::NoticeAcknowledgeInput;
use crate::error::Failure;
use crate::graphql::bodies::action_item::ActionItem;
use crate::graphql::bodies::concept::ConceptDocument;
use crate::graphql::bodies::meeting::Meeting;
use crate::graphql::casework::case::Case;
use crate::graphql::casework::client::Client;
use crate::graphql::casework::consent::Consent;
use crate::graphql::casework::transfer::Transfer;
use crate::graphql::connection::{List, PageArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::NameOf;
use crate::graphql::payload::payload;
use crate::graphql::structure::barrier::Barrier;
use crate::graphql::structure::theme::Theme;
use crate::store::casework::notice as records;

/// How many notices are looked at when something happened: more at once end a subscription.
const NEWEST: u64 = 100;

/// `Notice` of the schema; the description that its readers see stands on the `impl`.
pub struct Notice(pub records::Notice);

/// A notice (Mitteilung) to you, or to the organisation in which you hold a role. It names nobody: what it is about is shown as
/// far as you may see it, and otherwise only its kind and when it came; ask the case manager then.
#[Object]
impl Notice {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// What it is about.
    async fn kind(&self) -> NoticeKind {
        self.0.kind
    }

    /// When it came.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was acknowledged; null while it is open.
    async fn acknowledged_at(&self) -> Option<DateTime<Utc>> {
        self.0.acknowledged_at
    }

    /// The name of who acknowledged it; null while it is open.
    async fn acknowledged_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(id) = self.0.acknowledged_by else { return Ok(None) };
        ctx.load(NameOf(id)).await
    }

    /// The consent that it is about; null if it is about something else, or if you may not see it.
    async fn consent(&self, ctx: &Context<'_>) -> Result<Option<Consent>, Failure> {
        let Some(id) = ConsentId::parse(&self.0.subject) else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Consent))
    }

    /// The transfer that it is about; null if it is about something else, or if you may not see it.
    async fn transfer(&self, ctx: &Context<'_>) -> Result<Option<Transfer>, Failure> {
        let Some(id) = TransferId::parse(&self.0.subject) else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Transfer))
    }

    /// The case that it is about; null if it is about something else, or if you may not see it.
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Failure> {
        let Some(id) = CaseId::parse(&self.0.subject) else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Case))
    }

    /// The barrier that it is about; null if it is about something else, or if you may not see it.
    async fn barrier(&self, ctx: &Context<'_>) -> Result<Option<Barrier>, Failure> {
        let Some(id) = BarrierId::parse(&self.0.subject) else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Barrier))
    }

    /// The generative theme that it is about; null if it is about something else, or if you may not see it.
    async fn theme(&self, ctx: &Context<'_>) -> Result<Option<Theme>, Failure> {
        let Some(id) = ThemeId::parse(&self.0.subject) else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Theme))
    }

    /// The meeting that it is about; null if it is about something else, or if you may not see it.
    async fn meeting(&self, ctx: &Context<'_>) -> Result<Option<Meeting>, Failure> {
        let Some(id) = MeetingId::parse(&self.0.subject) else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Meeting))
    }

    /// What is to be done that it is about; null if it is about something else, or if you may not see it.
    async fn action_item(&self, ctx: &Context<'_>) -> Result<Option<ActionItem>, Failure> {
        let Some(id) = ActionItemId::parse(&self.0.subject) else { return Ok(None) };
        Ok(ctx.load(id).await?.map(ActionItem))
    }

    /// The edition of the case-management concept that it is about; null if it is about something else, or if you may not see
    /// it.
    async fn concept(&self, ctx: &Context<'_>) -> Result<Option<ConceptDocument>, Failure> {
        let Some(id) = ConceptId::parse(&self.0.subject) else { return Ok(None) };
        Ok(ctx.load(id).await?.map(ConceptDocument))
    }

    /// The client that it is about; null if it is about something else, or if you may not see who it is.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>, Failure> {
        let Some(id) = ClientId::parse(&self.0.subject) else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Client))
    }
}

payload! {
    /// The answer to a command about a notice.
    NoticePayload {
        /// The notice as it stands now; null if rules forbade the command.
        notice: Notice
    } from records::Notice, Notice
}

/// Queries about notices.
#[derive(Default)]
pub struct NoticeQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl NoticeQueries {
    /// The notices to you and to the organisations in which you hold a role that reads them, newest first.
    #[graphql(guard = "Requires(Action::ReadNotice)")]
    async fn notices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that nobody acknowledged yet; all if left out.")] only_open: Option<bool>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Notice>, Failure> {
        const LIST: &str = "notices";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let only_open = only_open.unwrap_or_default();
        let page = records::page(ctx.store(), &ctx.permit::<verb::ReadNotice>()?, only_open, &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, Notice)
    }
}

/// Commands about notices.
#[derive(Default)]
pub struct NoticeMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl NoticeMutations {
    /// Takes note of a notice. One to an organisation is acknowledged for all of it; who was first stays on record. For who was
    /// told.
    #[graphql(guard = "Requires(Action::ReadNotice)")]
    async fn notice_acknowledge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The notice.")] input: NoticeAcknowledgeInput,
        #[graphql(desc = "Idempotency key and validate-only; no reason.")] options: Option<CommandOptions>,
    ) -> Result<NoticePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}

/// Whether a command on this record can have told anybody something: those on the directory, on staff and on accounts never do.
fn may_tell(subject: &str) -> bool {
    let never = [
        MunicipalityId::PREFIX,
        OrganisationId::PREFIX,
        PositionId::PREFIX,
        StaffMemberId::PREFIX,
        AccountId::PREFIX,
        GrantId::PREFIX,
        NoticeId::PREFIX,
    ];
    subject.split_once('_').is_none_or(|(prefix, _)| !never.contains(&prefix))
}

/// Subscriptions about notices.
#[derive(Default)]
pub struct NoticeSubscriptions;

#[Subscription]
impl NoticeSubscriptions {
    /// Tells each notice to you or to your organisation within moments. Which ones are yours is asked anew each time; the
    /// subscription ends with your session. After a lost connection, read `notices` again.
    #[graphql(guard = "Requires(Action::ReadNotice)")]
    async fn notice_arrived(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = Result<Notice, Failure>> + use<>, Failure> {
        let services = std::sync::Arc::clone(&ctx.state().services);
        let actor = ctx.actor()?.clone();
        let mut events = services.feed.subscribe();
        let state = ctx.shared_state();
        // What was loaded for one notice is old at the next.
        state.remember_nothing();
        let began = services.clock.now();
        let permit = actor.permit_whatever::<verb::ReadNotice>();
        let known = records::newest(&services.store, &permit, NEWEST).await?;
        let mut known: BTreeSet<NoticeId> = known.into_iter().map(|notice| notice.id).collect();
        Ok(async_stream::stream! {
            loop {
                let mut waiting = match events.recv().await {
                    Ok(sealed) => Some(sealed),
                    // Too slow a reader has missed something: it is told by the end of the stream, not by silence.
                    Err(RecvError::Lagged(_) | RecvError::Closed) => return,
                };
                let mut look = false;
                // However much happened at once, one look is enough.
                while let Some(sealed) = waiting {
                    look |= sealed.event.district_id == actor.district_id() && may_tell(&sealed.event.subject);
                    waiting = match events.try_recv() {
                        Ok(sealed) => Some(sealed),
                        Err(TryRecvError::Empty | TryRecvError::Closed) => None,
                        Err(TryRecvError::Lagged(_)) => return,
                    };
                }
                if !look {
                    continue;
                }
                let present = match services.sessions.again(&actor).await {
                    Ok(Some(present)) => present,
                    Ok(None) => return,
                    Err(failure) => {
                        yield Err(failure);
                        return;
                    }
                };
                state.renew(present.clone());
                let permit = present.permit_whatever::<verb::ReadNotice>();
                let newest = match records::newest(&services.store, &permit, NEWEST).await {
                    Ok(newest) => newest,
                    Err(failure) => {
                        yield Err(failure);
                        return;
                    }
                };
                let is_new = |notice: &&records::Notice| !known.contains(&notice.id) && notice.created_at >= began;
                let fresh: Vec<records::Notice> = newest.iter().filter(is_new).cloned().collect();
                if u64::try_from(fresh.len()).unwrap_or(u64::MAX) >= NEWEST {
                    return;
                }
                known = newest.into_iter().map(|notice| notice.id).collect();
                for notice in fresh.into_iter().rev() {
                    yield Ok(Notice(notice));
                }
            }
        })
    }
}
