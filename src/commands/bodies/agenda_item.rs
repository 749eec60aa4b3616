//! The agenda: items are added, changed, removed and put off.

use async_graphql::InputObject;
use entity::codes::{AgendaItemStatus, MeetingStatus};
use entity::ids::{AgendaItemId, ConceptId, Identifier, MeetingId, OrganisationId, ThemeId};
use serde::Serialize;

use super::{TEXT_MAXIMUM, TITLE_MAXIMUM, expect_organisation, lock_item};
use crate::access::{on, verb};
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::commands::structure::theme::guard;
use crate::domain::bodies::agenda::{open_for_items, open_for_result, place};
use crate::domain::bodies::theme::is_presentable;
use crate::domain::input::Checks;
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::bodies::agenda_item::{self, AgendaItem};
use crate::store::bodies::concept;
use crate::store::bodies::meeting::{self, Meeting};
use crate::store::bodies::publication::Source;
use crate::store::structure::theme_touch;

/// The most items of one agenda.
const ITEMS_MAXIMUM: usize = 100;

impl Record for AgendaItem {
    type Id = AgendaItemId;

    fn id(&self) -> AgendaItemId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }

    fn subject(&self) -> String {
        self.meeting_id.to_string()
    }

    fn published_with(&self) -> Option<Source> {
        Some(Source::Meeting(self.meeting_id))
    }
}

macro_rules! loads_item {
    () => {
        async fn load(work: &Work<'_, Self::Verb>, id: AgendaItemId) -> Result<Option<AgendaItem>, Failure> {
            Ok(lock_item(work, id).await?.map(|(_, item)| item))
        }
    };
}

macro_rules! changes_item {
    () => {
        fn target(&self) -> (AgendaItemId, &'static str) {
            (self.agenda_item_id, "agendaItemId")
        }

        fn expected_version(&self) -> Option<i32> {
            self.expected_version
        }
    };
}

/// The meeting of an item that was locked with it.
async fn meeting_of<V: on::Meeting>(work: &Work<'_, V>, item: &AgendaItem) -> Result<Meeting, Failure> {
    let found = meeting::lock(work.transaction.connection(), work.permit, item.meeting_id).await?;
    found.ok_or_else(|| Failure::internal("an item without its meeting"))
}

/// Numbers the siblings of an item in a new order; its own place comes back.
async fn renumber<V: on::Meeting>(
    work: &Work<'_, V>,
    items: &[AgendaItem],
    order: &[AgendaItemId],
    own: Option<AgendaItemId>,
) -> Result<i32, Failure> {
    let mut position = 0_i32;
    let mut found = 1;
    for id in order {
        position = position.saturating_add(1);
        if Some(*id) == own {
            found = position;
        } else if items.iter().any(|item| item.id == *id && item.position != position) {
            agenda_item::number(work.transaction.connection(), work.permit, *id, position).await?;
        }
    }
    Ok(found)
}

fn siblings(items: &[AgendaItem], parent: Option<AgendaItemId>) -> Vec<AgendaItemId> {
    let mut siblings: Vec<&AgendaItem> = items.iter().filter(|item| item.parent_id == parent).collect();
    siblings.sort_by_key(|item| (item.position, item.id));
    siblings.into_iter().map(|item| item.id).collect()
}

/// What an item names has to be there, and a theme has to be one that may be put to a body.
async fn expect_named<V: on::Meeting>(
    work: &Work<'_, V>,
    theme: Option<ThemeId>,
    concept: Option<ConceptId>,
    organisation: Option<OrganisationId>,
) -> Result<(), Stop> {
    if let Some(theme) = theme {
        let status = theme_touch::status_of(work.transaction.connection(), work.permit, theme).await?;
        let status = status.ok_or_else(|| UserError::at("themeId", ErrorCode::NotFound))?;
        if !is_presentable(status) {
            return Err(UserError::at("themeId", ErrorCode::ThemeNotConfirmed).into());
        }
    }
    if let Some(concept) = concept
        && !concept::exists(work.transaction.connection(), work.permit, concept).await?
    {
        return Err(UserError::at("conceptId", ErrorCode::NotFound).into());
    }
    if let Some(organisation) = organisation {
        expect_organisation(work, "organisationId", organisation).await?;
    }
    Ok(())
}

/// What an item says about a theme must not tell who a person of its evidence is.
async fn guard_item<V: on::Meeting>(
    work: &Work<'_, V>,
    theme: Option<ThemeId>,
    title: &str,
    texts: [Option<&str>; 2],
) -> Result<(), Stop> {
    let Some(theme) = theme else { return Ok(()) };
    let [description, proposal] = texts;
    guard(work, &[theme], &[("title", Some(title)), ("description", description), ("proposal", proposal)]).await
}

fn check(checks: &mut Checks, title: &str, texts: [Option<&str>; 2], position: Option<i32>) {
    checks.line("title", title, TITLE_MAXIMUM);
    let [description, proposal] = texts;
    checks.prose("description", description, TEXT_MAXIMUM);
    checks.prose("proposal", proposal, TEXT_MAXIMUM);
    let maximum = i32::try_from(ITEMS_MAXIMUM).unwrap_or(i32::MAX);
    checks.require(position.is_none_or(|position| (1..=maximum).contains(&position)), || {
        UserError::at("position", ErrorCode::NumberOutOfRange).with("minimum", 1).with("maximum", maximum)
    });
}

/// An item to be added to the agenda of a meeting that has not begun.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct AgendaItemAddInput {
    /// The meeting.
    pub meeting_id: MeetingId,
    /// The item that it is a part of: several matters under one item, one level deep.
    pub parent_id: Option<AgendaItemId>,
    /// Its place among its siblings, from 1; behind the last if left out.
    pub position: Option<i32>,
    /// What it is called, at most 300 characters.
    pub title: String,
    /// What it is about, at most 4000 characters. No personal data of clients.
    pub description: Option<String>,
    /// The decision that is proposed (Beschlussvorschlag), at most 4000 characters. No personal data of clients.
    pub proposal: Option<String>,
    /// The generative theme that it deals with: one that the supervisory centre has confirmed, and that is not rejected,
    /// merged or parked.
    pub theme_id: Option<ThemeId>,
    /// The edition of the concept that it deals with: a decision on the item can adopt it.
    pub concept_id: Option<ConceptId>,
    /// The institution concerned: it sees the item.
    pub organisation_id: Option<OrganisationId>,
    /// Whether it is dealt with in public, and so is published with the meeting.
    #[graphql(default)]
    pub is_public: bool,
    /// The postponed item of an earlier meeting of the same body that it takes up again.
    pub continues_id: Option<AgendaItemId>,
}

impl Command for AgendaItemAddInput {
    const NAME: &'static str = "agendaItemAdd";
    type Verb = verb::PrepareMeeting;
    type Record = AgendaItem;

    loads_item!();

    fn check(&self, checks: &mut Checks) {
        check(checks, &self.title, [self.description.as_deref(), self.proposal.as_deref()], self.position);
    }
}

impl Creates for AgendaItemAddInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<AgendaItem>, Stop> {
        let connection = work.transaction.connection();
        let meeting = meeting::lock(connection, work.permit, self.meeting_id).await?;
        let meeting = meeting.ok_or_else(|| UserError::at("meetingId", ErrorCode::NotFound))?;
        open_for_items(meeting.status, meeting.starts_at <= work.now)?;
        let items = agenda_item::of_meetings(connection, work.permit, &[meeting.id]).await?;
        if items.len() >= ITEMS_MAXIMUM {
            return Err(UserError::at("", ErrorCode::ListTooLong).with("maximum", ITEMS_MAXIMUM).into());
        }
        if let Some(parent) = self.parent_id {
            let parent = items.iter().find(|item| item.id == parent);
            let parent = parent.ok_or_else(|| UserError::at("parentId", ErrorCode::NotFound))?;
            if parent.parent_id.is_some() {
                return Err(UserError::at("parentId", ErrorCode::AgendaTooNested).into());
            }
        }
        expect_named(work, self.theme_id, self.concept_id, self.organisation_id).await?;
        guard_item(work, self.theme_id, &self.title, [self.description.as_deref(), self.proposal.as_deref()]).await?;
        if let Some(carried) = self.continues_id {
            let postponed = agenda_item::postponed(connection, work.permit, &[meeting.body_id]).await?;
            let suits = |(item, of): &(AgendaItem, Meeting)| item.id == carried && of.starts_at < meeting.starts_at;
            if !postponed.iter().any(suits) {
                return Err(UserError::at("continuesId", ErrorCode::AgendaItemNotToCarry).into());
            }
        }
        let id = AgendaItemId::new();
        let order = place(&siblings(&items, self.parent_id), id, self.position);
        let added = AgendaItem {
            id,
            district_id: work.permit.district_id(),
            meeting_id: meeting.id,
            parent_id: self.parent_id,
            position: renumber(work, &items, &order, Some(id)).await?,
            title: self.title.trim().to_owned(),
            description: self.description.clone(),
            proposal: self.proposal.clone(),
            theme_id: self.theme_id,
            concept_id: self.concept_id,
            organisation_id: self.organisation_id,
            is_public: self.is_public,
            status: AgendaItemStatus::Open,
            carried_from_id: self.continues_id,
            removed_at: None,
            version: 1,
            created_at: work.now,
            updated_at: work.now,
        };
        agenda_item::insert(connection, work.permit, &added).await?;
        Ok(Done::new(added))
    }
}

/// An item as it is to be from now on: what is null here is nothing then, but for the place, which then stays.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct AgendaItemChangeInput {
    /// The item, of a meeting that has not begun.
    pub agenda_item_id: AgendaItemId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// Its place among its siblings, from 1; where it is if left out.
    pub position: Option<i32>,
    /// What it is called, at most 300 characters.
    pub title: String,
    /// What it is about, at most 4000 characters. No personal data of clients.
    pub description: Option<String>,
    /// The decision that is proposed (Beschlussvorschlag), at most 4000 characters. No personal data of clients.
    pub proposal: Option<String>,
    /// The generative theme that it deals with: one that the supervisory centre has confirmed, and that is not rejected,
    /// merged or parked.
    pub theme_id: Option<ThemeId>,
    /// The edition of the concept that it deals with: a decision on the item can adopt it.
    pub concept_id: Option<ConceptId>,
    /// The institution concerned: it sees the item.
    pub organisation_id: Option<OrganisationId>,
    /// Whether it is dealt with in public, and so is published with the meeting.
    pub is_public: bool,
}

impl Command for AgendaItemChangeInput {
    const NAME: &'static str = "agendaItemChange";
    type Verb = verb::PrepareMeeting;
    type Record = AgendaItem;

    loads_item!();

    fn check(&self, checks: &mut Checks) {
        check(checks, &self.title, [self.description.as_deref(), self.proposal.as_deref()], self.position);
    }
}

impl Changes for AgendaItemChangeInput {
    changes_item!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut item: AgendaItem) -> Result<Done<AgendaItem>, Stop> {
        let connection = work.transaction.connection();
        let meeting = meeting_of(work, &item).await?;
        open_for_items(meeting.status, meeting.starts_at <= work.now)?;
        expect_named(work, self.theme_id, self.concept_id, self.organisation_id).await?;
        guard_item(work, self.theme_id, &self.title, [self.description.as_deref(), self.proposal.as_deref()]).await?;
        if let Some(position) = self.position {
            let items = agenda_item::of_meetings(connection, work.permit, &[meeting.id]).await?;
            let order = place(&siblings(&items, item.parent_id), item.id, Some(position));
            item.position = renumber(work, &items, &order, Some(item.id)).await?;
        }
        item.title = self.title.trim().to_owned();
        item.description = self.description.clone();
        item.proposal = self.proposal.clone();
        item.theme_id = self.theme_id;
        item.concept_id = self.concept_id;
        item.organisation_id = self.organisation_id;
        item.is_public = self.is_public;
        store(work, item).await
    }
}

/// An item to be taken off the agenda.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct AgendaItemRemoveInput {
    /// The item, of a meeting that has not begun. It has no parts, and is not the last one of an agenda that was sent out.
    pub agenda_item_id: AgendaItemId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

impl Command for AgendaItemRemoveInput {
    const NAME: &'static str = "agendaItemRemove";
    type Verb = verb::PrepareMeeting;
    type Record = AgendaItem;

    async fn load(work: &Work<'_, Self::Verb>, id: AgendaItemId) -> Result<Option<AgendaItem>, Failure> {
        let connection = work.transaction.connection();
        match lock_item(work, id).await? {
            Some((_, item)) => Ok(Some(item)),
            None => agenda_item::lock_removed_too(connection, work.permit, id).await,
        }
    }

    fn check(&self, _: &mut Checks) {}
}

impl Changes for AgendaItemRemoveInput {
    changes_item!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut item: AgendaItem) -> Result<Done<AgendaItem>, Stop> {
        let connection = work.transaction.connection();
        if item.removed_at.is_some() {
            return Err(UserError::at("agendaItemId", ErrorCode::NotFound).into());
        }
        let meeting = meeting_of(work, &item).await?;
        open_for_items(meeting.status, meeting.starts_at <= work.now)?;
        let items = agenda_item::of_meetings(connection, work.permit, &[meeting.id]).await?;
        if items.iter().any(|other| other.parent_id == Some(item.id)) {
            return Err(UserError::at("", ErrorCode::AgendaItemHasParts).into());
        }
        if meeting.status == MeetingStatus::Invited && items.len() <= 1 {
            return Err(UserError::at("", ErrorCode::AgendaEmpty).into());
        }
        let mut rest = siblings(&items, item.parent_id);
        rest.retain(|id| *id != item.id);
        renumber(work, &items, &rest, None).await?;
        item.removed_at = Some(work.now);
        store(work, item).await
    }
}

/// An item that is put off to a later meeting without a vote.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct AgendaItemPostponeInput {
    /// The item, open, of a meeting that takes place.
    pub agenda_item_id: AgendaItemId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

impl Command for AgendaItemPostponeInput {
    const NAME: &'static str = "agendaItemPostpone";
    type Verb = verb::RecordMeeting;
    type Record = AgendaItem;

    loads_item!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for AgendaItemPostponeInput {
    changes_item!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut item: AgendaItem) -> Result<Done<AgendaItem>, Stop> {
        let connection = work.transaction.connection();
        let meeting = meeting_of(work, &item).await?;
        let items = agenda_item::of_meetings(connection, work.permit, &[meeting.id]).await?;
        let has_parts = items.iter().any(|other| other.parent_id == Some(item.id));
        open_for_result(meeting.status, item.status, has_parts)?;
        item.status = AgendaItemStatus::Postponed;
        store(work, item).await
    }
}

async fn store<V: on::Meeting>(work: &Work<'_, V>, mut item: AgendaItem) -> Result<Done<AgendaItem>, Stop> {
    item.version = item.version.saturating_add(1);
    item.updated_at = work.now;
    agenda_item::update(work.transaction.connection(), work.permit, &item).await?;
    Ok(Done::new(item))
}
