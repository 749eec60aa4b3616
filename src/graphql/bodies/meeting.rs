//! Meetings of bodies.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use entity::codes::{AttendanceStatus, MeetingStatus};
use entity::ids::{AgendaItemId, MeetingId};

use super::action_item::ActionItem;
use super::agenda_item::AgendaItem;
use super::membership::BodyMembership;
use super::paper::Paper;
use crate::access::{Action, Extent, verb};
use crate::commands::CommandOptions;
use crate::commands::bodies::meeting::{
    MeetingApproveMinutesInput, MeetingCancelInput, MeetingChangeInput, MeetingHoldInput, MeetingInviteInput,
    MeetingPlanInput, MeetingPublishInput, MeetingRecordMinutesInput, MeetingUnpublishInput,
};
use crate::domain::bodies::agenda::{Placed, numbered};
use crate::domain::bodies::meeting::{MeetingTransition, after};
use crate::error::{self, ErrorCode, Failure};
use crate::graphql::connection::{List, PageArguments, RelationArguments, SortDirection, connect, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::district::body::Body;
use crate::graphql::errors::UserError;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{AttendanceOf, FollowUpsOf, ItemsOf, MinutesOf, PapersOf, StandingOf};
use crate::graphql::log::entry::{LogEntry, history};
use crate::graphql::payload::payload;
use crate::graphql::structure::theme::told;
use crate::store::bodies::agenda_item as items;
use crate::store::bodies::meeting as records;
use crate::store::bodies::meeting::{FollowUp, MeetingFilter};
use crate::store::log::history::Subject;
use crate::store::structure::theme::Concerned;

/// `Meeting` of the schema; the description that its readers see stands on the `impl`.
pub struct Meeting(pub records::Meeting);

/// `MeetingAttendance` of the schema; the description that its readers see stands on the `impl`.
pub struct MeetingAttendance(pub records::Attendance);

/// Whether a member attended a meeting.
#[Object]
impl MeetingAttendance {
    /// The membership.
    async fn membership(&self, ctx: &Context<'_>) -> Result<Option<BodyMembership>, Failure> {
        Ok(ctx.load(self.0.membership_id).await?.map(BodyMembership))
    }

    /// Whether the member was there.
    async fn status(&self) -> AttendanceStatus {
        self.0.status
    }
}

/// What an earlier meeting left to be done: exactly one of the two is there.
#[derive(SimpleObject)]
pub struct MeetingFollowUp {
    /// An item that was put off and not taken up again; null if it is something to be done.
    agenda_item: Option<AgendaItem>,
    /// Something that is not done yet; null if it is an item.
    action_item: Option<ActionItem>,
}

impl From<FollowUp> for MeetingFollowUp {
    fn from(row: FollowUp) -> Self {
        match row {
            FollowUp::Item(item) => Self { agenda_item: Some(AgendaItem(*item)), action_item: None },
            FollowUp::Action(action) => Self { agenda_item: None, action_item: Some(ActionItem(*action)) },
        }
    }
}

fn id_of(row: &FollowUp) -> uuid::Uuid {
    match row {
        FollowUp::Item(item) => item.id.0,
        FollowUp::Action(action) => action.id.0,
    }
}

/// A step of a meeting.
#[derive(SimpleObject)]
pub struct MeetingTransitionState {
    /// The step.
    name: MeetingTransition,
    /// Whether you can take it now.
    allowed: bool,
    /// What stands in the way; empty if allowed.
    blocked_by: Vec<UserError>,
}

/// The items of a meeting in the order of its agenda, each with its number.
///
/// # Errors
/// Those of the database.
pub async fn agenda(ctx: &Context<'_>, id: MeetingId) -> Result<Vec<(items::AgendaItem, String)>, Failure> {
    let mut rows = ctx.load(ItemsOf(id)).await?.unwrap_or_default();
    let placed: Vec<Placed<AgendaItemId>> =
        rows.iter().map(|row| Placed { id: row.id, parent: row.parent_id, position: row.position }).collect();
    let mut ordered = Vec::with_capacity(rows.len());
    for (id, number) in numbered(&placed) {
        if let Some(place) = rows.iter().position(|row| row.id == id) {
            ordered.push((rows.swap_remove(place), number));
        }
    }
    Ok(ordered)
}

/// A meeting of a body (Sitzung). Coordinators and supervisors see all of the district. Organisations see those to which a
/// body invites that they belong to, and those with an item that names them; everybody who reads meetings, published ones.
/// What belongs to it has its own rules: of a body's meeting its members see the items that name them or are published.
#[Object]
impl Meeting {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The body that meets.
    async fn body(&self, ctx: &Context<'_>) -> Result<Option<Body>, Failure> {
        Ok(ctx.load(self.0.body_id).await?.map(Body))
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Where it stands.
    async fn status(&self) -> MeetingStatus {
        self.0.status
    }

    /// When it begins.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.starts_at
    }

    /// When it ends; null: open.
    async fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.0.ends_at
    }

    /// Where it takes place; null: not decided yet.
    async fn place(&self) -> Option<&str> {
        self.0.place.as_deref()
    }

    /// When its members were invited; null as long as they were not.
    async fn invited_at(&self) -> Option<DateTime<Utc>> {
        self.0.invited_at
    }

    /// When its minutes were approved; null as long as they were not.
    async fn minutes_approved_at(&self) -> Option<DateTime<Utc>> {
        self.0.minutes_approved_at
    }

    /// When it was published; null if it is not public.
    async fn published_at(&self) -> Option<DateTime<Utc>> {
        self.0.published_at
    }

    /// The minutes (Niederschrift) in Markdown, as they were written: show them as text, or draw them safely. Null as long as
    /// there are none, and for all but coordinators and supervisors as long as they are not approved and published.
    async fn minutes(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        ctx.load(MinutesOf(self.0.id)).await
    }

    /// Who attended, as far as you see the memberships; empty before it was held.
    async fn attendance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<MeetingAttendance>, Failure> {
        let rows = ctx.load(AttendanceOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        let list = format!("attendance {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, |row| row.membership_id.0, MeetingAttendance)
    }

    /// The agenda in its order, parts behind their item, as far as you see the items.
    async fn agenda_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<AgendaItem>, Failure> {
        let rows = agenda(ctx, self.0.id).await?.into_iter().map(|(row, _)| row).collect();
        let arguments = RelationArguments { first, after };
        let list = format!("agenda {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, |row: &items::AgendaItem| row.id.0, AgendaItem)
    }

    /// The papers of the whole meeting, as far as you see them; those of an item stand with it.
    async fn papers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Paper>, Failure> {
        let mut rows = ctx.load(PapersOf(self.0.id)).await?.unwrap_or_default();
        rows.retain(|row| row.item_id.is_none());
        let arguments = RelationArguments { first, after };
        let list = format!("papers {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, |row| row.id.0, Paper)
    }

    /// What earlier meetings of the same body left to be done, as far as you see it: items that were put off, then what is
    /// not done yet, the oldest first.
    async fn follow_ups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<MeetingFollowUp>, Failure> {
        let rows = ctx.load(FollowUpsOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        let list = format!("follow-ups {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, id_of, MeetingFollowUp::from)
    }

    /// The steps of a meeting's life, with what stands in the way of each. The commands decide by the same table; what depends
    /// on the present moment (a meeting in the past, one that has not begun) only they check.
    async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<MeetingTransitionState>, Failure> {
        let actor = ctx.actor()?;
        // What others may not see must not show in what stands in the way either.
        let standing = match actor.extent(Action::ReadMeeting) {
            Extent::District => ctx.load(StandingOf(self.0.id)).await?.unwrap_or_default(),
            Extent::Part { .. } => Default::default(),
        };
        let state = |name: MeetingTransition| {
            let action = match name {
                MeetingTransition::Change | MeetingTransition::Invite | MeetingTransition::Cancel => {
                    Action::PrepareMeeting
                }
                MeetingTransition::Hold | MeetingTransition::RecordMinutes | MeetingTransition::ApproveMinutes => {
                    Action::RecordMeeting
                }
                MeetingTransition::Publish | MeetingTransition::Unpublish => Action::PublishMeeting,
            };
            let reasons: Vec<error::UserError> = if actor.may(action) {
                after(self.0.status, name, &standing).err().into_iter().collect()
            } else {
                vec![error::UserError::at("", ErrorCode::Forbidden)]
            };
            MeetingTransitionState {
                name,
                allowed: reasons.is_empty(),
                blocked_by: reasons.into_iter().map(UserError).collect(),
            }
        };
        Ok(MeetingTransition::ALL.into_iter().map(state).collect())
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// What was done to it and to all that belongs to it, newest first. For coordinators and supervisors; empty for others.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<LogEntry>, Failure> {
        history(ctx, Subject::Meeting(self.0.id), first, after).await
    }
}

payload! {
    /// The answer to a command about a meeting.
    MeetingPayload {
        /// The meeting as it stands now; null if rules forbade the command.
        meeting: Meeting
    } from records::Meeting, Meeting
}

/// Queries about meetings.
#[derive(Default)]
pub struct MeetingQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl MeetingQueries {
    /// One meeting; null if it does not exist or is not yours to see.
    #[graphql(guard = "Requires(Action::ReadMeeting)")]
    async fn meeting(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: MeetingId,
    ) -> Result<Option<Meeting>, Failure> {
        Ok(ctx.load(id).await?.map(Meeting))
    }

    /// The meetings that you may see, those that begin latest first.
    #[graphql(guard = "Requires(Action::ReadMeeting)")]
    async fn meetings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if left out.")] filter: Option<MeetingFilter>,
        #[graphql(desc = "So many from the latest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Meeting>, Failure> {
        const LIST: &str = "meetings";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let permit = ctx.permit::<verb::ReadMeeting>()?;
        let page = records::page(ctx.store(), &permit, filter.as_ref(), &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, Meeting)
    }
}

/// Commands about meetings.
#[derive(Default)]
pub struct MeetingMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl MeetingMutations {
    /// Plans a meeting of a body, in the future. → PLANNED. For coordinators.
    #[graphql(guard = "Requires(Action::PrepareMeeting)")]
    async fn meeting_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Body, title, time and place.")] input: MeetingPlanInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<MeetingPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Changes title, time and place of a meeting that has not begun. If its members were invited already, their institutions
    /// are told of another time or place. For coordinators.
    #[graphql(guard = "Requires(Action::PrepareMeeting)")]
    async fn meeting_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meeting as it is to be.")] input: MeetingChangeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<MeetingPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Invites the members: the institutions that belong to the body on that day get a notice. The agenda must not be empty.
    /// PLANNED → INVITED. For coordinators.
    #[graphql(guard = "Requires(Action::PrepareMeeting)")]
    async fn meeting_invite(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meeting.")] input: MeetingInviteInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<MeetingPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Records that a meeting takes place, and who is there. INVITED → HELD; again as long as nothing was decided. For
    /// coordinators.
    #[graphql(guard = "Requires(Action::RecordMeeting)")]
    async fn meeting_hold(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meeting and who is there.")] input: MeetingHoldInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<MeetingPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Records the minutes of a meeting, in place of what was written before. For coordinators.
    #[graphql(guard = "Requires(Action::RecordMeeting)")]
    async fn meeting_record_minutes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meeting and its minutes.")] input: MeetingRecordMinutesInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<MeetingPayload, Failure> {
        let answer = ctx.change(&input, options).await?;
        let items = ctx.load(ItemsOf(input.meeting_id)).await?.unwrap_or_default();
        let themes = items.iter().filter_map(|item| item.theme_id).collect();
        told(ctx, answer, Some(Concerned::Themes(themes)), &[Some(&*input.minutes)]).await
    }

    /// Records that the minutes are approved: each item has a result, and nothing more is decided. HELD → APPROVED. For
    /// coordinators.
    #[graphql(guard = "Requires(Action::RecordMeeting)")]
    async fn meeting_approve_minutes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meeting.")] input: MeetingApproveMinutesInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<MeetingPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Publishes a meeting: its public items with their questions, decisions and public papers, and, if you say so, its
    /// approved minutes. Again, to say otherwise about the minutes. For coordinators.
    #[graphql(guard = "Requires(Action::PublishMeeting)")]
    async fn meeting_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meeting, with or without its minutes.")] input: MeetingPublishInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<MeetingPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Takes the publication of a meeting back. For coordinators.
    #[graphql(guard = "Requires(Action::PublishMeeting)")]
    async fn meeting_unpublish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meeting.")] input: MeetingUnpublishInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<MeetingPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Cancels a meeting that has not begun; who was invited is told. → CANCELLED. For coordinators.
    #[graphql(guard = "Requires(Action::PrepareMeeting)")]
    async fn meeting_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The meeting.")] input: MeetingCancelInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<MeetingPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
