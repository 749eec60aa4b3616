//! Items of agendas.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object};
use entity::codes::AgendaItemStatus;
use entity::ids::OrganisationId;

use super::concept::ConceptDocument;
use super::decision::Decision;
use super::meeting::{Meeting, agenda};
use super::paper::Paper;
use super::question::MeetingQuestion;
use crate::access::{Action, Extent, verb};
use crate::commands::CommandOptions;
use crate::commands::bodies::agenda_item::{
    AgendaItemAddInput, AgendaItemChangeInput, AgendaItemPostponeInput, AgendaItemRemoveInput,
};
use crate::error::Failure;
use crate::graphql::connection::{List, PageArguments, RelationArguments, SortDirection, connect, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{DecisionsOf, PapersOf, QuestionsOf};
use crate::graphql::payload::payload;
use crate::graphql::structure::theme::{Theme, told};
use crate::store::bodies::agenda_item as records;
use crate::store::structure::theme::Concerned;

/// `AgendaItem` of the schema; the description that its readers see stands on the `impl`.
pub struct AgendaItem(pub records::AgendaItem);

/// An item of an agenda (Tagesordnungspunkt). Coordinators and supervisors see all of the district; organisations those that
/// name them, from the invitation on; everybody who reads meetings, public items of published meetings.
#[Object]
impl AgendaItem {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The meeting.
    async fn meeting(&self, ctx: &Context<'_>) -> Result<Option<Meeting>, Failure> {
        Ok(ctx.load(self.0.meeting_id).await?.map(Meeting))
    }

    /// The item that it is a part of; null at the top, or if you do not see that item.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<AgendaItem>, Failure> {
        let Some(parent) = self.0.parent_id else { return Ok(None) };
        Ok(ctx.load(parent).await?.map(AgendaItem))
    }

    /// Its number on the agenda, e.g. `3`, or `3.2` for the second part of the third item. Null once it was taken off.
    async fn number(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let agenda = agenda(ctx, self.0.meeting_id).await?;
        Ok(agenda.into_iter().find(|(row, _)| row.id == self.0.id).map(|(_, number)| number))
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What it is about; null if nothing more is said.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The decision that is proposed (Beschlussvorschlag); null if none is.
    async fn proposal(&self) -> Option<&str> {
        self.0.proposal.as_deref()
    }

    /// The generative theme that it deals with. Null if it deals with none, and for all but coordinators and supervisors: what
    /// others may know of a theme is in its publications.
    async fn theme(&self, ctx: &Context<'_>) -> Result<Option<Theme>, Failure> {
        let sees_all = ctx.actor()?.extent(Action::ReadMeeting) == Extent::District;
        let Some(theme) = self.0.theme_id.filter(|_| sees_all) else { return Ok(None) };
        Ok(ctx.load(theme).await?.map(Theme))
    }

    /// The edition of the case-management concept that it deals with; null if it deals with none, or if you may not see that.
    async fn concept(&self, ctx: &Context<'_>) -> Result<Option<ConceptDocument>, Failure> {
        let Some(concept) = self.0.concept_id else { return Ok(None) };
        Ok(ctx.load(concept).await?.map(ConceptDocument))
    }

    /// The institution concerned; null if none is named.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        let Some(organisation) = self.0.organisation_id else { return Ok(None) };
        Ok(ctx.load(organisation).await?.map(Organisation))
    }

    /// Whether it is dealt with in public, and so is published with the meeting.
    async fn is_public(&self) -> bool {
        self.0.is_public
    }

    /// What came of it.
    async fn status(&self) -> AgendaItemStatus {
        self.0.status
    }

    /// The postponed item of an earlier meeting that it takes up again; null if it is new, or if you do not see that item.
    async fn continues(&self, ctx: &Context<'_>) -> Result<Option<AgendaItem>, Failure> {
        let Some(carried) = self.0.carried_from_id else { return Ok(None) };
        Ok(ctx.load(carried).await?.map(AgendaItem))
    }

    /// The questions that members asked, with the answers, in their order.
    async fn questions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<MeetingQuestion>, Failure> {
        let rows = ctx.load(QuestionsOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        let list = format!("questions {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, |row| row.id.0, MeetingQuestion)
    }

    /// The papers of the item, as far as you see them.
    async fn papers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Paper>, Failure> {
        let mut rows = ctx.load(PapersOf(self.0.meeting_id)).await?.unwrap_or_default();
        rows.retain(|row| row.item_id == Some(self.0.id));
        let arguments = RelationArguments { first, after };
        let list = format!("papers {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, |row| row.id.0, Paper)
    }

    /// The decision on it; null as long as there is none.
    async fn decision(&self, ctx: &Context<'_>) -> Result<Option<Decision>, Failure> {
        Ok(ctx.load(DecisionsOf(self.0.id)).await?.into_iter().flatten().next().map(Decision))
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

payload! {
    /// The answer to a command about an item of an agenda.
    AgendaItemPayload {
        /// The item as it stands now; null if rules forbade the command.
        agenda_item: AgendaItem
    } from records::AgendaItem, AgendaItem
}

/// Queries about items of agendas.
#[derive(Default)]
pub struct AgendaItemQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl AgendaItemQueries {
    /// The items of all agendas that you may see, newest first: for an institution, what concerns it.
    #[graphql(guard = "Requires(Action::ReadMeeting)")]
    async fn agenda_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that concern this institution; all if left out.")] organisation_id: Option<
            OrganisationId,
        >,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<AgendaItem>, Failure> {
        const LIST: &str = "agendaItems";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let permit = ctx.permit::<verb::ReadMeeting>()?;
        let page = records::page(ctx.store(), &permit, organisation_id, &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, AgendaItem)
    }
}

/// Commands about items of agendas.
#[derive(Default)]
pub struct AgendaItemMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl AgendaItemMutations {
    /// Adds an item to the agenda of a meeting that has not begun. For coordinators.
    #[graphql(guard = "Requires(Action::PrepareMeeting)")]
    async fn agenda_item_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meeting and the item.")] input: AgendaItemAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<AgendaItemPayload, Failure> {
        let answer = ctx.create(&input, options).await?;
        let texts = [Some(&*input.title), input.description.as_deref(), input.proposal.as_deref()];
        told(ctx, answer, input.theme_id.map(|theme| Concerned::Themes(vec![theme])), &texts).await
    }

    /// Changes an item, or its place, on the agenda of a meeting that has not begun. For coordinators.
    #[graphql(guard = "Requires(Action::PrepareMeeting)")]
    async fn agenda_item_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item as it is to be.")] input: AgendaItemChangeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<AgendaItemPayload, Failure> {
        let answer = ctx.change(&input, options).await?;
        let texts = [Some(&*input.title), input.description.as_deref(), input.proposal.as_deref()];
        told(ctx, answer, input.theme_id.map(|theme| Concerned::Themes(vec![theme])), &texts).await
    }

    /// Takes an item off the agenda of a meeting that has not begun. For coordinators.
    #[graphql(guard = "Requires(Action::PrepareMeeting)")]
    async fn agenda_item_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item.")] input: AgendaItemRemoveInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<AgendaItemPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Puts an item off to a later meeting without a vote; it is then shown with the next meetings of the body. OPEN →
    /// POSTPONED. For coordinators.
    #[graphql(guard = "Requires(Action::RecordMeeting)")]
    async fn agenda_item_postpone(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item.")] input: AgendaItemPostponeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<AgendaItemPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
