//! Questions by members of bodies, and the answers.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::MeetingStatus;
use entity::ids::{AgendaItemId, Identifier, MeetingQuestionId};
use serde::Serialize;

use super::{TEXT_MAXIMUM, lock_item};
use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::commands::structure::theme::guard;
use crate::domain::input::{Checks, NAME_MAXIMUM, REASON_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::bodies::question::{self, Question};
use crate::store::structure::theme_touch::{self, AtItem};

impl Record for Question {
    type Id = MeetingQuestionId;

    fn id(&self) -> MeetingQuestionId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }

    fn subject(&self) -> String {
        self.meeting_id.to_string()
    }
}

/// A question that a member asked at an item.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct MeetingQuestionAskInput {
    /// The item, of a meeting to which the members were invited.
    pub agenda_item_id: AgendaItemId,
    /// Who asked: function or name of a member, at most 200 characters.
    pub asked_by: String,
    /// The question, at most 2000 characters. No personal data of clients.
    pub text: String,
}

impl Command for MeetingQuestionAskInput {
    const NAME: &'static str = "meetingQuestionAsk";
    type Verb = verb::RecordMeeting;
    type Record = Question;

    fn check(&self, checks: &mut Checks) {
        checks.line("askedBy", &self.asked_by, NAME_MAXIMUM);
        checks.prose("text", Some(&self.text), REASON_MAXIMUM);
    }

    async fn load(work: &Work<'_, Self::Verb>, id: MeetingQuestionId) -> Result<Option<Question>, Failure> {
        question::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for MeetingQuestionAskInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Question>, Stop> {
        let found = lock_item(work, self.agenda_item_id).await?;
        let (meeting, item) = found.ok_or_else(|| UserError::at("agendaItemId", ErrorCode::NotFound))?;
        if !matches!(meeting.status, MeetingStatus::Invited | MeetingStatus::Held) {
            let error = UserError::at("", ErrorCode::MeetingStepNotAllowed);
            return Err(error.with("status", meeting.status.as_str()).with("transition", "ASK").into());
        }
        // What is asked and answered about a theme must not tell who a person of its evidence is.
        guard(work, item.theme_id.as_slice(), &[("text", Some(&*self.text))]).await?;
        let asked = Question {
            id: MeetingQuestionId::new(),
            district_id: work.permit.district_id(),
            meeting_id: meeting.id,
            item_id: item.id,
            asked_by: self.asked_by.trim().to_owned(),
            text: self.text.clone(),
            answer: None,
            answered_on: None,
            answered_by: None,
            version: 1,
            created_at: work.now,
            updated_at: work.now,
        };
        question::insert(work.transaction.connection(), work.permit, &asked).await?;
        Ok(Done::new(asked))
    }
}

/// The answer to a question, in place of one before.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct MeetingQuestionAnswerInput {
    /// The question.
    pub meeting_question_id: MeetingQuestionId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// The answer, at most 4000 characters. No personal data of clients.
    pub answer: String,
    /// When it was given, not in the future; today if left out.
    pub answered_on: Option<NaiveDate>,
}

impl Command for MeetingQuestionAnswerInput {
    const NAME: &'static str = "meetingQuestionAnswer";
    type Verb = verb::AnswerQuestion;
    type Record = Question;

    fn check(&self, checks: &mut Checks) {
        checks.prose("answer", Some(&self.answer), TEXT_MAXIMUM);
        checks.day("answeredOn", self.answered_on);
    }

    async fn load(work: &Work<'_, Self::Verb>, id: MeetingQuestionId) -> Result<Option<Question>, Failure> {
        question::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for MeetingQuestionAnswerInput {
    fn target(&self) -> (MeetingQuestionId, &'static str) {
        (self.meeting_question_id, "meetingQuestionId")
    }

    fn expected_version(&self) -> Option<i32> {
        self.expected_version
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, before: Question) -> Result<Done<Question>, Stop> {
        let answered_on = self.answered_on.unwrap_or(work.today);
        if let Some(error) = Checks::happened("answeredOn", answered_on, work.today) {
            return Err(error.into());
        }
        let place = AtItem::Item(before.item_id);
        let theme = theme_touch::at_item(work.transaction.connection(), work.permit, place).await?;
        guard(work, theme.as_slice(), &[("answer", Some(&*self.answer))]).await?;
        let answered = Question {
            answer: Some(self.answer.clone()),
            answered_on: Some(answered_on),
            answered_by: work.actor.account_id(),
            version: before.version.saturating_add(1),
            updated_at: work.now,
            ..before
        };
        question::update(work.transaction.connection(), work.permit, &answered).await?;
        Ok(Done::new(answered))
    }
}
