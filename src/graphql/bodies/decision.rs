//! Decisions of bodies.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{DecisionKind, Vote, VotingKind};

use super::action_item::ActionItem;
use super::agenda_item::AgendaItem;
use super::membership::BodyMembership;
use crate::access::Action;
use crate::commands::CommandOptions;
use crate::commands::bodies::decision::DecisionRecordInput;
use crate::error::Failure;
use crate::graphql::connection::{List, RelationArguments, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{ActionItemsOf, VotesOf};
use crate::graphql::payload::payload;
use crate::graphql::structure::theme::{reason, told};
use crate::store::bodies::decision as records;
use crate::store::structure::theme::Concerned;
use crate::store::structure::theme_touch::AtItem;

/// `Decision` of the schema; the description that its readers see stands on the `impl`.
pub struct Decision(pub records::Decision);

/// `DecisionVote` of the schema; the description that its readers see stands on the `impl`.
pub struct DecisionVote(pub records::DecisionVote);

/// The vote of a member, or that the member had none because of a conflict of interest.
#[Object]
impl DecisionVote {
    /// The membership.
    async fn membership(&self, ctx: &Context<'_>) -> Result<Option<BodyMembership>, Failure> {
        Ok(ctx.load(self.0.membership_id).await?.map(BodyMembership))
    }

    /// How the member voted.
    async fn vote(&self) -> Vote {
        self.0.vote
    }
}

/// A decision of a body on an item (Beschluss). Seen by who sees the item. It is never changed: another decision is taken in a
/// later meeting.
#[Object]
impl Decision {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The item.
    async fn agenda_item(&self, ctx: &Context<'_>) -> Result<Option<AgendaItem>, Failure> {
        Ok(ctx.load(self.0.item_id).await?.map(AgendaItem))
    }

    /// What was decided.
    async fn kind(&self) -> DecisionKind {
        self.0.kind
    }

    /// The words of the decision.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// How it was voted.
    async fn voting(&self) -> VotingKind {
        self.0.voting
    }

    /// Votes for it; null without a vote.
    async fn yes(&self) -> Option<i32> {
        self.0.yes
    }

    /// Votes against it; null without a vote.
    async fn no(&self) -> Option<i32> {
        self.0.no
    }

    /// Abstentions; null without a vote.
    async fn abstentions(&self) -> Option<i32> {
        self.0.abstentions
    }

    /// The votes by name, and who had none because of a conflict of interest, as far as you see the memberships.
    async fn votes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<DecisionVote>, Failure> {
        let mut rows = ctx.load(VotesOf(self.0.id)).await?.unwrap_or_default();
        rows.sort_by_key(|row| row.membership_id);
        let arguments = RelationArguments { first, after };
        let list = format!("votes {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, |row| row.membership_id.0, DecisionVote)
    }

    /// The paper elsewhere that it is about; null if none is named.
    async fn paper_url(&self) -> Option<&str> {
        self.0.paper_url.as_deref()
    }

    /// The day of the meeting.
    async fn decided_on(&self) -> NaiveDate {
        self.0.decided_on
    }

    /// What is to be done, as far as you see it, in the order in which it was assigned.
    async fn action_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<ActionItem>, Failure> {
        let rows = ctx.load(ActionItemsOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        let list = format!("action items {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, |row| row.id.0, ActionItem)
    }

    /// When it was put on record.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

payload! {
    /// The answer to a command about a decision.
    DecisionPayload {
        /// The decision as it stands now; null if rules forbade the command.
        decision: Decision
    } from records::Decision, Decision
}

/// Commands about decisions.
#[derive(Default)]
pub struct DecisionMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl DecisionMutations {
    /// Records a decision on an open item of a meeting that takes place: the body has a quorum, and the votes add up. The item
    /// is DECIDED, POSTPONED (DEFER) or NOTED (TAKE_NOTE) then, and a theme that it names goes on. For coordinators.
    #[graphql(guard = "Requires(Action::RecordDecision)")]
    async fn decision_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item, what was decided, and the votes.")] input: DecisionRecordInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<DecisionPayload, Failure> {
        let reason = reason(options.as_ref());
        let answer = ctx.create(&input, options).await?;
        let of = Concerned::AtItem(AtItem::Item(input.agenda_item_id));
        told(ctx, answer, Some(of), &[Some(&*input.text), reason.as_deref()]).await
    }
}
