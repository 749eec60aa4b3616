//! Calendar feeds: create and revoke.

use async_graphql::InputObject;
use entity::ids::{CalendarFeedId, Identifier};
use serde::Serialize;
use serde_json::{Value, json};

use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::casework::calendar_feed::{self, CalendarFeed};

/// How many feeds an account can have at a time: one for each of its devices, not one for each attempt.
const FEEDS_MAXIMUM: u64 = 10;

impl Record for CalendarFeed {
    type Id = CalendarFeedId;

    fn id(&self) -> CalendarFeedId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }

    fn for_log(&self) -> Value {
        json!({ "revokedAt": self.revoked_at })
    }
}

/// A calendar feed to be made.
#[derive(Clone, Debug, Serialize)]
pub struct CalendarFeedCreate {
    /// What its owner calls it.
    pub name: String,
    /// SHA-256 of the token in its address. Not part of what makes two requests the same, because it is random.
    #[serde(skip)]
    pub digest: [u8; 32],
}

impl Command for CalendarFeedCreate {
    const NAME: &'static str = "calendarFeedCreate";
    type Verb = verb::KeepCalendar;
    type Record = CalendarFeed;

    fn check(&self, checks: &mut Checks) {
        checks.line("name", &self.name, NAME_MAXIMUM);
    }

    async fn load(work: &Work<'_, Self::Verb>, id: CalendarFeedId) -> Result<Option<CalendarFeed>, Failure> {
        calendar_feed::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for CalendarFeedCreate {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<CalendarFeed>, Stop> {
        let connection = work.transaction.connection();
        let account_id = work.actor.account_id().ok_or_else(|| Failure::new(ErrorCode::Forbidden))?;
        if calendar_feed::count_open(connection, work.permit).await? >= FEEDS_MAXIMUM {
            let many = UserError::at("", ErrorCode::CalendarFeedsTooMany);
            return Err(many.with("maximum", FEEDS_MAXIMUM).into());
        }
        let feed = CalendarFeed {
            id: CalendarFeedId::new(),
            district_id: work.permit.district_id(),
            account_id,
            name: self.name.trim().to_owned(),
            digest: self.digest.to_vec(),
            created_at: work.now,
            revoked_at: None,
        };
        calendar_feed::insert(connection, work.permit, &feed).await?;
        Ok(Done::new(feed))
    }
}

/// A calendar feed whose address is to lead nowhere from now on.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct CalendarFeedRevokeInput {
    /// The feed.
    pub calendar_feed_id: CalendarFeedId,
}

impl Command for CalendarFeedRevokeInput {
    const NAME: &'static str = "calendarFeedRevoke";
    type Verb = verb::KeepCalendar;
    type Record = CalendarFeed;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: CalendarFeedId) -> Result<Option<CalendarFeed>, Failure> {
        calendar_feed::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for CalendarFeedRevokeInput {
    fn target(&self) -> (CalendarFeedId, &'static str) {
        (self.calendar_feed_id, "calendarFeedId")
    }

    fn expected_version(&self) -> Option<i32> {
        None
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut feed: CalendarFeed) -> Result<Done<CalendarFeed>, Stop> {
        if feed.revoked_at.is_some() {
            return Err(UserError::at("calendarFeedId", ErrorCode::CalendarFeedRevoked).into());
        }
        feed.revoked_at = Some(work.now);
        calendar_feed::update(work.transaction.connection(), work.permit, &feed).await?;
        Ok(Done::new(feed))
    }
}
