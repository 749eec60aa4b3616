//! What is to be done after decisions.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object};
use chrono::NaiveDate;
use entity::codes::ActionItemStatus;

use super::decision::Decision;
use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::bodies::action_item::{ActionItemAssignInput, ActionItemDropInput, ActionItemReportInput};
use crate::error::Failure;
use crate::graphql::connection::{List, PageArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::district::body::Body;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::guard::Requires;
use crate::graphql::payload::payload;
use crate::graphql::structure::theme::told;
use crate::store::bodies::action_item as records;
use crate::store::bodies::action_item::ActionItemFilter;
use crate::store::structure::theme::Concerned;
use crate::store::structure::theme_touch::AtItem;

/// `ActionItem` of the schema; the description that its readers see stands on the `impl`.
pub struct ActionItem(pub records::ActionItem);

/// Something to be done after a decision (Auftrag). Coordinators and supervisors see all of the district, organisations what
/// they are responsible for.
#[Object]
impl ActionItem {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The body that decided.
    async fn body(&self, ctx: &Context<'_>) -> Result<Option<Body>, Failure> {
        Ok(ctx.load(self.0.body_id).await?.map(Body))
    }

    /// The decision; null if you do not see it.
    async fn decision(&self, ctx: &Context<'_>) -> Result<Option<Decision>, Failure> {
        Ok(ctx.load(self.0.decision_id).await?.map(Decision))
    }

    /// The institution that is responsible.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        Ok(ctx.load(self.0.organisation_id).await?.map(Organisation))
    }

    /// What is to be done.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// Until when; null: no day was agreed.
    async fn due_on(&self) -> Option<NaiveDate> {
        self.0.due_on
    }

    /// What became of it.
    async fn status(&self) -> ActionItemStatus {
        self.0.status
    }

    /// What came of it, or why it was dropped; null while it is open.
    async fn result(&self) -> Option<&str> {
        self.0.result.as_deref()
    }

    /// When it was settled; null while it is open.
    async fn settled_on(&self) -> Option<NaiveDate> {
        self.0.settled_on
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

payload! {
    /// The answer to a command about something to be done.
    ActionItemPayload {
        /// It as it stands now; null if rules forbade the command.
        action_item: ActionItem
    } from records::ActionItem, ActionItem
}

/// Queries about what is to be done.
#[derive(Default)]
pub struct ActionItemQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ActionItemQueries {
    /// What is to be done after decisions, as far as you may see it, newest first.
    #[graphql(guard = "Requires(Action::ReadMeeting)")]
    async fn action_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if left out.")] filter: Option<ActionItemFilter>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<ActionItem>, Failure> {
        const LIST: &str = "actionItems";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let permit = ctx.permit::<verb::ReadMeeting>()?;
        let page = records::page(ctx.store(), &permit, filter.as_ref(), &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, ActionItem)
    }
}

/// Commands about what is to be done.
#[derive(Default)]
pub struct ActionItemMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ActionItemMutations {
    /// Makes an institution responsible for something that follows from a decision; it is told. → OPEN. For coordinators.
    #[graphql(guard = "Requires(Action::RecordDecision)")]
    async fn action_item_assign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision, who, what, until when.")] input: ActionItemAssignInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ActionItemPayload, Failure> {
        let answer = ctx.create(&input, options).await?;
        let of = Concerned::AtItem(AtItem::Decision(input.decision_id));
        told(ctx, answer, Some(of), &[Some(&*input.text)]).await
    }

    /// Reports that something is done, and what came of it. OPEN → DONE. For the institution that is responsible, and for
    /// coordinators.
    #[graphql(guard = "Requires(Action::ReportAction)")]
    async fn action_item_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was to be done, and what came of it.")] input: ActionItemReportInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ActionItemPayload, Failure> {
        let answer = ctx.change(&input, options).await?;
        let of = Concerned::AtItem(AtItem::Action(input.action_item_id));
        told(ctx, answer, Some(of), &[Some(&*input.result)]).await
    }

    /// Records that something is not to be done any more, and why. OPEN → DROPPED. For coordinators.
    #[graphql(guard = "Requires(Action::RecordDecision)")]
    async fn action_item_drop(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was to be done, and why not.")] input: ActionItemDropInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ActionItemPayload, Failure> {
        let answer = ctx.change(&input, options).await?;
        let of = Concerned::AtItem(AtItem::Action(input.action_item_id));
        told(ctx, answer, Some(of), &[Some(&*input.result)]).await
    }
}
