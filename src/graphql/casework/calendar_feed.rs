//! Calendar feeds.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};

use crate::access::{Action, verb};
use crate::authn::calendar_token::CalendarToken;
use crate::commands::CommandOptions;
use crate::commands::casework::calendar_feed::{CalendarFeedCreate, CalendarFeedRevokeInput};
use crate::error::Failure;
use crate::graphql::connection::{List, PageArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::errors::UserError;
use crate::graphql::guard::Requires;
use crate::graphql::payload::payload;
use crate::store::casework::calendar_feed as records;

/// `CalendarFeed` of the schema; the description that its readers see stands on the `impl`.
pub struct CalendarFeed(pub records::CalendarFeed);

/// A calendar feed (Kalender-Abonnement): a secret address from which a calendar program fetches the open deadlines of your
/// cases and of those that you stand in for, and the tasks that are yours to do. It names references and rules, no persons,
/// and not what a task is. Yours alone.
#[Object]
impl CalendarFeed {
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// What you call it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was revoked; null while its address works.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.0.revoked_at
    }
}

/// A calendar feed to be made.
#[derive(InputObject)]
pub struct CalendarFeedCreateInput {
    /// What you call it, e.g. the device that it is for; at most 200 characters.
    name: String,
}

/// The answer to `calendarFeedCreate`.
#[derive(SimpleObject)]
pub struct CalendarFeedCreatePayload {
    /// The feed; null if rules forbade the command.
    calendar_feed: Option<CalendarFeed>,
    /// Its address, to be given to the calendar program; `?lang=en` behind it gives English labels. Who has it reads the
    /// feed, so pass it to nobody. It is shown this once: null when an answer is given again, when rules forbade the command,
    /// and when it was only validated. Begins with `/` if the operator has not said under which address the server is reached.
    url: Option<String>,
    /// The rules that forbade it; empty if it was carried out.
    user_errors: Vec<UserError>,
    /// Whether this is the first answer again, because the idempotency key was used before.
    replayed: bool,
}

payload! {
    /// The answer to a command about a calendar feed.
    CalendarFeedPayload {
        /// The feed as it stands now; null if rules forbade the command.
        calendar_feed: CalendarFeed
    } from records::CalendarFeed, CalendarFeed
}

/// Queries about calendar feeds.
#[derive(Default)]
pub struct CalendarFeedQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl CalendarFeedQueries {
    /// Your calendar feeds in the order in which they were made, revoked ones included. For case managers.
    #[graphql(guard = "Requires(Action::KeepCalendar)")]
    async fn calendar_feeds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<List<CalendarFeed>, Failure> {
        const LIST: &str = "calendarFeeds";
        let arguments = PageArguments { first, after, last, before };
        let window = arguments.window(ctx, LIST, SortDirection::Asc)?;
        let page = records::page(ctx.store(), &ctx.permit::<verb::KeepCalendar>()?, &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, CalendarFeed)
    }
}

/// Commands about calendar feeds.
#[derive(Default)]
pub struct CalendarFeedMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl CalendarFeedMutations {
    /// Makes a calendar feed for you and shows its address, once. At most 10 at a time. For case managers.
    #[graphql(guard = "Requires(Action::KeepCalendar)")]
    async fn calendar_feed_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The feed to be made.")] input: CalendarFeedCreateInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<CalendarFeedCreatePayload, Failure> {
        let token = CalendarToken::generate().map_err(|error| Failure::internal(error.to_string()))?;
        let only_validated = options.as_ref().is_some_and(|options| options.validate_only);
        let command = CalendarFeedCreate { name: input.name, digest: token.digest() };
        let answer = ctx.create(&command, options).await?;
        let made = answer.record.is_some() && !answer.replayed && !only_validated;
        let base = ctx.state().services.public_url.as_deref().unwrap_or_default();
        Ok(CalendarFeedCreatePayload {
            url: made.then(|| format!("{}/calendar/{}.ics", base.trim_end_matches('/'), token.expose())),
            calendar_feed: answer.record.map(CalendarFeed),
            user_errors: answer.user_errors.into_iter().map(UserError).collect(),
            replayed: answer.replayed,
        })
    }

    /// Revokes a calendar feed: its address leads nowhere from now on. For its owner.
    #[graphql(guard = "Requires(Action::KeepCalendar)")]
    async fn calendar_feed_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The feed to be revoked.")] input: CalendarFeedRevokeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<CalendarFeedPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
