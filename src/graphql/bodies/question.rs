//! Questions by members of bodies, and the answers.

use async_graphql::{Context, ID, Object};
use chrono::NaiveDate;

use super::agenda_item::AgendaItem;
use crate::access::Action;
use crate::commands::CommandOptions;
use crate::commands::bodies::question::{MeetingQuestionAnswerInput, MeetingQuestionAskInput};
use crate::error::Failure;
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::payload::payload;
use crate::graphql::structure::theme::told;
use crate::store::bodies::question as records;
use crate::store::structure::theme::Concerned;
use crate::store::structure::theme_touch::AtItem;

/// `MeetingQuestion` of the schema; the description that its readers see stands on the `impl`.
pub struct MeetingQuestion(pub records::Question);

/// A question that a member of a body asked at an item, and the answer. Seen by who sees the item.
#[Object]
impl MeetingQuestion {
    /// Global id: what `meetingQuestionAnswer` takes.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The item at which it was asked.
    async fn agenda_item(&self, ctx: &Context<'_>) -> Result<Option<AgendaItem>, Failure> {
        Ok(ctx.load(self.0.item_id).await?.map(AgendaItem))
    }

    /// Who asked: function or name of a member.
    async fn asked_by(&self) -> &str {
        &self.0.asked_by
    }

    /// The question.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// The answer; null as long as there is none.
    async fn answer(&self) -> Option<&str> {
        self.0.answer.as_deref()
    }

    /// When it was answered; null as long as it was not.
    async fn answered_on(&self) -> Option<NaiveDate> {
        self.0.answered_on
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

payload! {
    /// The answer to a command about a question.
    MeetingQuestionPayload {
        /// The question as it stands now; null if rules forbade the command.
        meeting_question: MeetingQuestion
    } from records::Question, MeetingQuestion
}

/// Commands about questions.
#[derive(Default)]
pub struct MeetingQuestionMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl MeetingQuestionMutations {
    /// Records a question that a member asked. For coordinators.
    #[graphql(guard = "Requires(Action::RecordMeeting)")]
    async fn meeting_question_ask(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item, who asked, and what.")] input: MeetingQuestionAskInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<MeetingQuestionPayload, Failure> {
        let answer = ctx.create(&input, options).await?;
        let of = Concerned::AtItem(AtItem::Item(input.agenda_item_id));
        told(ctx, answer, Some(of), &[Some(&*input.text)]).await
    }

    /// Records the answer to a question, in place of one before; also after the meeting. For coordinators and supervisors.
    #[graphql(guard = "Requires(Action::AnswerQuestion)")]
    async fn meeting_question_answer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The question and the answer.")] input: MeetingQuestionAnswerInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<MeetingQuestionPayload, Failure> {
        let answer = ctx.change(&input, options).await?;
        let of = Concerned::AtItem(AtItem::Question(input.meeting_question_id));
        told(ctx, answer, Some(of), &[Some(&*input.answer)]).await
    }
}
