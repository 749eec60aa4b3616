//! Notices: acknowledged by who was told.

use async_graphql::InputObject;
use entity::ids::NoticeId;
use serde::Serialize;

use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Done, Record, Stop, Work};
use crate::domain::input::Checks;
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::casework::notice::{self, Notice};

impl Record for Notice {
    type Id = NoticeId;

    fn id(&self) -> NoticeId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }
}

/// A notice that you have taken note of. It takes no reason.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct NoticeAcknowledgeInput {
    /// The notice.
    pub notice_id: NoticeId,
}

impl Command for NoticeAcknowledgeInput {
    const NAME: &'static str = "noticeAcknowledge";
    type Verb = verb::ReadNotice;
    type Record = Notice;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: NoticeId) -> Result<Option<Notice>, Failure> {
        notice::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for NoticeAcknowledgeInput {
    fn target(&self) -> (NoticeId, &'static str) {
        (self.notice_id, "noticeId")
    }

    fn expected_version(&self) -> Option<i32> {
        None
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut told: Notice) -> Result<Done<Notice>, Stop> {
        if work.reason.is_some() {
            return Err(UserError::at("options.reason", ErrorCode::ReasonNotAllowed).into());
        }
        // Who was first stays on record.
        if told.acknowledged_at.is_none() {
            told.acknowledged_at = Some(work.now);
            told.acknowledged_by = work.actor.account_id();
            notice::update(work.transaction.connection(), work.permit, &told).await?;
        }
        Ok(Done::new(told))
    }
}
