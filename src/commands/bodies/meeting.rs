//! The life of a meeting: planned, changed, invited to, held, its minutes written and approved, published, cancelled.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::InputObject;
use chrono::{DateTime, SubsecRound as _, Utc};
use entity::codes::{AttendanceStatus, MeetingStatus};
use entity::ids::{BodyId, BodyMembershipId, Identifier, MeetingId, ThemeId};
use serde::Serialize;
use serde_json::json;

use super::tell_members;
use crate::access::{on, verb};
use crate::clock::legal_day;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::commands::structure::theme::guard;
use crate::domain::bodies::meeting::{MeetingTransition, Standing, after};
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::log::text_hash;
use crate::store::bodies::agenda_item;
use crate::store::bodies::meeting::{self, Meeting, Minutes};
use crate::store::bodies::membership;
use crate::store::bodies::publication::Source;

/// The longest minutes, in characters.
const MINUTES_MAXIMUM: usize = 100_000;

impl Record for Meeting {
    type Id = MeetingId;

    fn id(&self) -> MeetingId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }

    fn published_with(&self) -> Option<Source> {
        Some(Source::Meeting(self.id))
    }
}

macro_rules! loads_meeting {
    () => {
        async fn load(work: &Work<'_, Self::Verb>, id: MeetingId) -> Result<Option<Meeting>, Failure> {
            meeting::lock(work.transaction.connection(), work.permit, id).await
        }
    };
}

macro_rules! changes_meeting {
    () => {
        fn target(&self) -> (MeetingId, &'static str) {
            (self.meeting_id, "meetingId")
        }

        fn expected_version(&self) -> Option<i32> {
            self.expected_version
        }
    };
}

/// Takes a step, or says what stands in its way.
async fn step<V: on::Meeting>(
    work: &Work<'_, V>,
    meeting: &mut Meeting,
    transition: MeetingTransition,
) -> Result<(), Stop> {
    let connection = work.transaction.connection();
    let standings = meeting::standings(connection, work.permit, std::slice::from_ref(meeting)).await?;
    let standing: Standing = standings.get(&meeting.id).copied().unwrap_or_default();
    meeting.status = after(meeting.status, transition, &standing)?;
    Ok(())
}

async fn store<V: on::Meeting>(work: &Work<'_, V>, mut meeting: Meeting) -> Result<Done<Meeting>, Stop> {
    meeting.version = meeting.version.saturating_add(1);
    meeting.updated_at = work.now;
    meeting::update(work.transaction.connection(), work.permit, &meeting).await?;
    Ok(Done::new(meeting))
}

fn check_plan(
    checks: &mut Checks,
    title: &str,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    place: Option<&str>,
) {
    checks.line("title", title, NAME_MAXIMUM);
    if let Some(place) = place {
        checks.line("place", place, NAME_MAXIMUM);
    }
    checks.day("startsAt", Some(legal_day(starts_at)));
    checks.day("endsAt", ends_at.map(legal_day));
    checks.require(ends_at.is_none_or(|end| starts_at < end), || UserError::at("endsAt", ErrorCode::PeriodEmpty));
}

/// A meeting is planned for the future.
fn expect_future(path: &str, starts_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), UserError> {
    if starts_at > now { Ok(()) } else { Err(UserError::at(path, ErrorCode::MeetingInThePast)) }
}

/// A meeting to be planned.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct MeetingPlanInput {
    /// The body that is to meet.
    pub body_id: BodyId,
    /// What it is called, at most 200 characters.
    pub title: String,
    /// When it begins, in the future.
    pub starts_at: DateTime<Utc>,
    /// When it ends; null: open.
    pub ends_at: Option<DateTime<Utc>>,
    /// Where it takes place, at most 200 characters.
    pub place: Option<String>,
}

impl Command for MeetingPlanInput {
    const NAME: &'static str = "meetingPlan";
    type Verb = verb::PrepareMeeting;
    type Record = Meeting;

    loads_meeting!();

    fn check(&self, checks: &mut Checks) {
        check_plan(checks, &self.title, self.starts_at, self.ends_at, self.place.as_deref());
    }
}

impl Creates for MeetingPlanInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Meeting>, Stop> {
        let connection = work.transaction.connection();
        let body = meeting::body(connection, work.permit, self.body_id).await?;
        body.ok_or_else(|| UserError::at("bodyId", ErrorCode::NotFound))?;
        expect_future("startsAt", self.starts_at, work.now)?;
        let planned = Meeting {
            id: MeetingId::new(),
            district_id: work.permit.district_id(),
            body_id: self.body_id,
            title: self.title.trim().to_owned(),
            status: MeetingStatus::Planned,
            starts_at: self.starts_at.trunc_subsecs(0),
            ends_at: self.ends_at.map(|end| end.trunc_subsecs(0)),
            place: self.place.as_ref().map(|place| place.trim().to_owned()),
            invited_at: None,
            minutes_approved_at: None,
            published_at: None,
            minutes_public: false,
            unpublished_at: None,
            version: 1,
            created_at: work.now,
            updated_at: work.now,
        };
        meeting::insert(connection, work.permit, &planned).await?;
        Ok(Done::new(planned))
    }
}

/// A meeting as it is to be from now on: what is null here is nothing then.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct MeetingChangeInput {
    /// The meeting.
    pub meeting_id: MeetingId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// What it is called, at most 200 characters.
    pub title: String,
    /// When it begins, in the future.
    pub starts_at: DateTime<Utc>,
    /// When it ends; null: open.
    pub ends_at: Option<DateTime<Utc>>,
    /// Where it takes place, at most 200 characters.
    pub place: Option<String>,
}

impl Command for MeetingChangeInput {
    const NAME: &'static str = "meetingChange";
    type Verb = verb::PrepareMeeting;
    type Record = Meeting;

    loads_meeting!();

    fn check(&self, checks: &mut Checks) {
        check_plan(checks, &self.title, self.starts_at, self.ends_at, self.place.as_deref());
    }
}

impl Changes for MeetingChangeInput {
    changes_meeting!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut meeting: Meeting) -> Result<Done<Meeting>, Stop> {
        step(work, &mut meeting, MeetingTransition::Change).await?;
        expect_future("startsAt", self.starts_at, work.now)?;
        let before = (meeting.starts_at, meeting.place.clone());
        meeting.title = self.title.trim().to_owned();
        meeting.starts_at = self.starts_at.trunc_subsecs(0);
        meeting.ends_at = self.ends_at.map(|end| end.trunc_subsecs(0));
        meeting.place = self.place.as_ref().map(|place| place.trim().to_owned());
        if meeting.status == MeetingStatus::Invited && before != (meeting.starts_at, meeting.place.clone()) {
            tell_members(work, &meeting).await?;
        }
        store(work, meeting).await
    }
}

/// A meeting to which the members are invited.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct MeetingInviteInput {
    /// The meeting: it has an agenda and lies in the future.
    pub meeting_id: MeetingId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

impl Command for MeetingInviteInput {
    const NAME: &'static str = "meetingInvite";
    type Verb = verb::PrepareMeeting;
    type Record = Meeting;

    loads_meeting!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for MeetingInviteInput {
    changes_meeting!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut meeting: Meeting) -> Result<Done<Meeting>, Stop> {
        step(work, &mut meeting, MeetingTransition::Invite).await?;
        expect_future("meetingId", meeting.starts_at, work.now)?;
        meeting.invited_at = Some(work.now);
        let told = tell_members(work, &meeting).await?;
        Ok(store(work, meeting).await?.with(json!({ "institutionsTold": told })))
    }
}

/// A meeting that takes place or took place, with who was there.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct MeetingHoldInput {
    /// The meeting: its day has come.
    pub meeting_id: MeetingId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// The memberships that were there, of those that hold on the day of the meeting.
    pub present_ids: Vec<BodyMembershipId>,
    /// Those that had sent apologies. All others were absent.
    #[graphql(default)]
    pub excused_ids: Vec<BodyMembershipId>,
}

impl Command for MeetingHoldInput {
    const NAME: &'static str = "meetingHold";
    type Verb = verb::RecordMeeting;
    type Record = Meeting;

    loads_meeting!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for MeetingHoldInput {
    changes_meeting!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut meeting: Meeting) -> Result<Done<Meeting>, Stop> {
        let connection = work.transaction.connection();
        step(work, &mut meeting, MeetingTransition::Hold).await?;
        let day = legal_day(meeting.starts_at);
        if work.today < day {
            return Err(UserError::at("meetingId", ErrorCode::MeetingNotBegun).with("day", day).into());
        }
        let members = membership::on_day(connection, work.permit, meeting.body_id, day).await?;
        let mut attendance: BTreeMap<BodyMembershipId, AttendanceStatus> =
            members.keys().map(|id| (*id, AttendanceStatus::Absent)).collect();
        let (mut seen, mut errors) = (BTreeSet::new(), Vec::new());
        let told = [
            ("presentIds", &self.present_ids, AttendanceStatus::Present),
            ("excusedIds", &self.excused_ids, AttendanceStatus::Excused),
        ];
        for (path, ids, status) in told {
            for (place, id) in ids.iter().enumerate() {
                let path = format!("{path}.{place}");
                match attendance.get_mut(id) {
                    None => errors.push(UserError::at(&path, ErrorCode::MembershipUnsuitable)),
                    Some(_) if !seen.insert(*id) => errors.push(UserError::at(&path, ErrorCode::DuplicateEntry)),
                    Some(known) => *known = status,
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors.into());
        }
        let rows: Vec<_> = attendance.into_iter().collect();
        meeting::write_attendance(connection, work.permit, meeting.id, &rows).await?;
        let count = |wanted| rows.iter().filter(|(_, status)| *status == wanted).count();
        let told = json!({ "present": count(AttendanceStatus::Present), "excused": count(AttendanceStatus::Excused) });
        Ok(store(work, meeting).await?.with(told))
    }
}

/// The minutes of a meeting, in place of what was written before.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct MeetingRecordMinutesInput {
    /// The meeting: it takes place or took place, and its minutes are not approved yet.
    pub meeting_id: MeetingId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// The minutes in Markdown, at most 100,000 characters. Stored and shown as text, whatever it says; no personal data of
    /// clients.
    pub minutes: String,
}

impl Command for MeetingRecordMinutesInput {
    const NAME: &'static str = "meetingRecordMinutes";
    type Verb = verb::RecordMeeting;
    type Record = Meeting;

    loads_meeting!();

    fn check(&self, checks: &mut Checks) {
        checks.prose("minutes", Some(&self.minutes), MINUTES_MAXIMUM);
    }
}

impl Changes for MeetingRecordMinutesInput {
    changes_meeting!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut meeting: Meeting) -> Result<Done<Meeting>, Stop> {
        step(work, &mut meeting, MeetingTransition::RecordMinutes).await?;
        let items = agenda_item::of_meetings(work.transaction.connection(), work.permit, &[meeting.id]).await?;
        let themes: Vec<ThemeId> = items.iter().filter_map(|item| item.theme_id).collect();
        guard(work, &themes, &[("minutes", Some(&*self.minutes))]).await?;
        let minutes = Minutes {
            meeting_id: meeting.id,
            district_id: work.permit.district_id(),
            text: self.minutes.clone(),
            written_by: work.actor.account_id(),
            updated_at: work.now,
        };
        meeting::write_minutes(work.transaction.connection(), work.permit, &minutes).await?;
        // The log proves what was written without holding each draft.
        let told = json!({
            "minutesCharacters": self.minutes.chars().count(),
            "minutesHash": hex::encode(text_hash("kim minutes 1", &[&self.minutes])),
        });
        Ok(store(work, meeting).await?.with(told))
    }
}

/// A meeting whose minutes are approved.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct MeetingApproveMinutesInput {
    /// The meeting: there are minutes, and each item of the agenda has a result.
    pub meeting_id: MeetingId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

impl Command for MeetingApproveMinutesInput {
    const NAME: &'static str = "meetingApproveMinutes";
    type Verb = verb::RecordMeeting;
    type Record = Meeting;

    loads_meeting!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for MeetingApproveMinutesInput {
    changes_meeting!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut meeting: Meeting) -> Result<Done<Meeting>, Stop> {
        step(work, &mut meeting, MeetingTransition::ApproveMinutes).await?;
        meeting.minutes_approved_at = Some(work.now);
        store(work, meeting).await
    }
}

/// A meeting to be published, with its public items, their decisions and public papers.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct MeetingPublishInput {
    /// The meeting: of a body that meets in public from the invitation on, of others once the minutes are approved.
    pub meeting_id: MeetingId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// Whether the minutes are published as well; they have to be approved. They tell of all items, also of those that are
    /// not public.
    #[graphql(default)]
    pub with_minutes: bool,
}

impl Command for MeetingPublishInput {
    const NAME: &'static str = "meetingPublish";
    type Verb = verb::PublishMeeting;
    type Record = Meeting;

    loads_meeting!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for MeetingPublishInput {
    changes_meeting!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut meeting: Meeting) -> Result<Done<Meeting>, Stop> {
        step(work, &mut meeting, MeetingTransition::Publish).await?;
        if self.with_minutes && meeting.minutes_approved_at.is_none() {
            return Err(UserError::at("withMinutes", ErrorCode::MinutesNotApproved).into());
        }
        meeting.published_at = meeting.published_at.or(Some(work.now));
        meeting.unpublished_at = None;
        meeting.minutes_public = self.with_minutes;
        store(work, meeting).await
    }
}

/// A meeting whose publication is taken back.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct MeetingUnpublishInput {
    /// The meeting.
    pub meeting_id: MeetingId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

impl Command for MeetingUnpublishInput {
    const NAME: &'static str = "meetingUnpublish";
    type Verb = verb::PublishMeeting;
    type Record = Meeting;

    loads_meeting!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for MeetingUnpublishInput {
    changes_meeting!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut meeting: Meeting) -> Result<Done<Meeting>, Stop> {
        step(work, &mut meeting, MeetingTransition::Unpublish).await?;
        meeting.published_at = None;
        meeting.minutes_public = false;
        meeting.unpublished_at = Some(work.now);
        store(work, meeting).await
    }
}

/// A meeting that does not take place.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct MeetingCancelInput {
    /// The meeting.
    pub meeting_id: MeetingId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

impl Command for MeetingCancelInput {
    const NAME: &'static str = "meetingCancel";
    type Verb = verb::PrepareMeeting;
    type Record = Meeting;

    loads_meeting!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for MeetingCancelInput {
    changes_meeting!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut meeting: Meeting) -> Result<Done<Meeting>, Stop> {
        let was_invited = meeting.status == MeetingStatus::Invited;
        step(work, &mut meeting, MeetingTransition::Cancel).await?;
        if was_invited {
            tell_members(work, &meeting).await?;
        }
        store(work, meeting).await
    }
}
