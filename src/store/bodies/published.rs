//! What the public may see of bodies, meetings and themes. This file decides it, and nothing else does: every function takes
//! [`Public`] instead of a permit, and gives out plain values that have no room for more.
//!
//! - A meeting is public from its publication until that is taken back.
//! - An item is, if it is marked so and still on the agenda; a decision is with its item.
//! - A paper is, if it is marked so, was not removed, and belongs to the meeting as a whole or to a public item; a file once
//!   it is there.
//! - Minutes are, if they are approved and were published with the meeting.
//! - A body is, if it meets in public or published a meeting; its memberships, and the institutions in them, only if it meets in
//!   public: that a steering group published one meeting does not tell who sits in it. Never the people.
//! - Of a theme, the publication that is in force is: its words, and its figures as they were written down with it. Nothing is
//!   read from the theme, and nothing counted. With it goes which public items deal with the theme.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use entity::codes::{DocumentType, MeetingStatus, PublicationStatus};
use entity::ids::{AgendaItemId, BodyId, DistrictId, MeetingId, PaperId, ThemeId, ThemePublicationId};
use entity::{
    agenda_item, body, body_membership, decision, district, meeting, meeting_minutes, organisation, paper,
    paper_content, theme_publication,
};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use std::collections::{BTreeMap, BTreeSet};

use crate::access::Public;
use crate::clock::legal_day;
use crate::domain::bodies::oparl::{
    Body, Decision, District, Institution, Item, Meeting, Membership, OnAgenda, Paper, Place, Theme,
};
use crate::error::Failure;
use crate::store::Store;

/// A meeting that was published before its minutes were approved stays public only as long as its body meets in public.
fn published() -> Condition {
    Condition::all().add(meeting::Column::PublishedAt.is_not_null()).add(
        Condition::any()
            .add(meeting::Column::Status.eq(MeetingStatus::Approved))
            .add(meeting::Column::BodyId.in_subquery(bodies_in_public())),
    )
}

fn meetings_published() -> SelectStatement {
    Query::select().column((meeting::Entity, meeting::Column::Id)).from(meeting::Entity).cond_where(published()).take()
}

fn item_is_public() -> Condition {
    use agenda_item::Column as C;
    Condition::all()
        .add(C::IsPublic.eq(true))
        .add(C::RemovedAt.is_null())
        .add(C::MeetingId.in_subquery(meetings_published()))
}

fn items_public() -> SelectStatement {
    let mut select = Query::select();
    select.column((agenda_item::Entity, agenda_item::Column::Id)).from(agenda_item::Entity);
    select.cond_where(item_is_public()).take()
}

fn paper_is_public() -> Condition {
    use paper::Column as C;
    Condition::all()
        .add(C::IsPublic.eq(true))
        .add(C::RemovedAt.is_null())
        .add(Condition::any().add(C::Url.is_not_null()).add(C::StoredAt.is_not_null()))
        .add(C::MeetingId.in_subquery(meetings_published()))
        .add(Condition::any().add(C::ItemId.is_null()).add(C::ItemId.in_subquery(items_public())))
}

fn minutes_are_public() -> Condition {
    published().add(meeting::Column::MinutesPublic.eq(true)).add(meeting::Column::MinutesApprovedAt.is_not_null())
}

/// Released by a second person for the public, and neither replaced nor taken back. Who released one before that was public
/// did so for accounts of the district: it has no number.
fn theme_is_public() -> Condition {
    use theme_publication::Column as C;
    Condition::all()
        .add(C::Status.eq(PublicationStatus::Published))
        .add(C::DecidedAt.is_not_null())
        .add(C::PublicNumber.is_not_null())
}

fn bodies_in_public() -> SelectStatement {
    let mut select = Query::select();
    select.column((body::Entity, body::Column::Id)).from(body::Entity);
    select.and_where(body::Column::IsPublic.eq(true)).take()
}

fn body_is_public() -> Condition {
    let publishing = Query::select()
        .column((meeting::Entity, meeting::Column::BodyId))
        .from(meeting::Entity)
        .cond_where(published())
        .take();
    Condition::any().add(body::Column::IsPublic.eq(true)).add(body::Column::Id.in_subquery(publishing))
}

/// Districts by their ids: their names and official keys are public.
///
/// # Errors
/// Those of the database.
pub async fn districts(
    connection: &impl ConnectionTrait,
    _: Public,
    ids: impl IntoIterator<Item = DistrictId>,
) -> Result<Vec<District>, Failure> {
    let rows = district::Entity::find().filter(district::Column::Id.is_in(ids)).all(connection).await?;
    Ok(rows.into_iter().map(|row| District { id: row.id, name: row.name, ags: row.ags }).collect())
}

/// What is public of these bodies.
///
/// # Errors
/// Those of the database.
pub async fn bodies(
    connection: &impl ConnectionTrait,
    _: Public,
    ids: impl IntoIterator<Item = BodyId>,
) -> Result<Vec<Body>, Failure> {
    use body_membership::Column as C;
    let rows = body::Entity::find()
        .filter(body::Column::Id.is_in(ids))
        .filter(body_is_public())
        .order_by_asc(body::Column::Id)
        .all(connection)
        .await?;
    let mut members: BTreeMap<BodyId, Vec<Membership>> = BTreeMap::new();
    let of_bodies = body_membership::Entity::find()
        .filter(C::BodyId.is_in(rows.iter().map(|row| row.id)))
        .filter(C::BodyId.in_subquery(bodies_in_public()))
        .order_by_asc(C::ValidFrom)
        .order_by_asc(C::Id);
    for row in of_bodies.all(connection).await? {
        members.entry(row.body_id).or_default().push(Membership {
            id: row.id,
            organisation_id: row.organisation_id,
            function: row.function,
            has_vote: row.has_vote,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
        });
    }
    let body = |row: body::Model| Body {
        memberships: members.remove(&row.id).unwrap_or_default(),
        id: row.id,
        district_id: row.district_id,
        kind: row.kind,
        name: row.name,
    };
    Ok(rows.into_iter().map(body).collect())
}

/// The institutions of these districts that belong, or belonged, to a body that meets in public.
///
/// # Errors
/// Those of the database.
pub async fn institutions(
    connection: &impl ConnectionTrait,
    _: Public,
    districts: impl IntoIterator<Item = DistrictId>,
) -> Result<Vec<Institution>, Failure> {
    use body_membership::Column as C;
    let members = Query::select()
        .column((body_membership::Entity, C::OrganisationId))
        .from(body_membership::Entity)
        .and_where(C::BodyId.in_subquery(bodies_in_public()))
        .take();
    let rows = organisation::Entity::find()
        .filter(organisation::Column::DistrictId.is_in(districts))
        .filter(organisation::Column::Id.in_subquery(members))
        .all(connection)
        .await?;
    let institution =
        |row: organisation::Model| Institution { id: row.id, district_id: row.district_id, name: row.name };
    Ok(rows.into_iter().map(institution).collect())
}

/// What is public of these meetings, with their items, decisions and papers.
///
/// # Errors
/// Those of the database.
pub async fn meetings(
    connection: &impl ConnectionTrait,
    _: Public,
    ids: impl IntoIterator<Item = MeetingId>,
) -> Result<Vec<Meeting>, Failure> {
    let rows =
        meeting::Entity::find().filter(meeting::Column::Id.is_in(ids)).filter(published()).all(connection).await?;
    let ids: Vec<MeetingId> = rows.iter().map(|row| row.id).collect();
    let mut decisions = decisions(connection, &ids).await?;
    let mut items: BTreeMap<MeetingId, Vec<Item>> = BTreeMap::new();
    let of_meetings = agenda_item::Entity::find()
        .filter(agenda_item::Column::MeetingId.is_in(ids.iter().copied()))
        .filter(item_is_public())
        .order_by_asc(agenda_item::Column::Id)
        .all(connection)
        .await?;
    let themes = publications(connection, of_meetings.iter().filter_map(|row| row.theme_id).collect()).await?;
    for row in of_meetings {
        items.entry(row.meeting_id).or_default().push(Item {
            decision: decisions.remove(&row.id),
            theme: row.theme_id.and_then(|theme| themes.get(&theme).copied()),
            id: row.id,
            parent: row.parent_id,
            position: row.position,
            title: row.title,
            status: row.status,
        });
    }
    let mut papers: BTreeMap<MeetingId, Vec<Paper>> = BTreeMap::new();
    let of_meetings = paper::Entity::find()
        .filter(paper::Column::MeetingId.is_in(ids.iter().copied()))
        .filter(paper_is_public())
        .order_by_asc(paper::Column::Id);
    for row in of_meetings.all(connection).await? {
        let place = match (row.url, row.document_type, row.size_bytes) {
            (Some(url), _, _) => Place::Elsewhere(url),
            (None, Some(document_type), Some(size_bytes)) => Place::Here { document_type, size_bytes },
            (None, _, _) => continue,
        };
        papers.entry(row.meeting_id).or_default().push(Paper {
            object: row.id.to_string(),
            item: row.item_id,
            kind: Some(row.kind),
            name: row.name,
            on: legal_day(row.stored_at.unwrap_or(row.created_at)),
            place,
        });
    }
    let meeting = |row: meeting::Model| {
        let meeting = Meeting {
            items: items.remove(&row.id).unwrap_or_default(),
            papers: papers.remove(&row.id).unwrap_or_default(),
            minutes_on: row.minutes_approved_at.filter(|_| row.minutes_public).map(legal_day),
            id: row.id,
            district_id: row.district_id,
            body_id: row.body_id,
            title: row.title,
            status: row.status,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            place: row.place,
        };
        meeting.complete()
    };
    Ok(rows.into_iter().map(meeting).collect())
}

async fn decisions(
    connection: &impl ConnectionTrait,
    meetings: &[MeetingId],
) -> Result<BTreeMap<AgendaItemId, Decision>, Failure> {
    let rows = decision::Entity::find()
        .filter(decision::Column::MeetingId.is_in(meetings.iter().copied()))
        .filter(decision::Column::ItemId.in_subquery(items_public()))
        .all(connection)
        .await?;
    // The address of a paper that is not public does not become so by a decision that names it.
    let withheld: Vec<(MeetingId, Option<String>)> = paper::Entity::find()
        .select_only()
        .column(paper::Column::MeetingId)
        .column(paper::Column::Url)
        .filter(paper::Column::MeetingId.is_in(meetings.iter().copied()))
        .filter(paper::Column::Url.is_not_null())
        .filter(paper_is_public().not())
        .into_tuple()
        .all(connection)
        .await?;
    let is_told = |meeting: MeetingId, url: &String| !withheld.contains(&(meeting, Some(url.clone())));
    let decision = |row: decision::Model| Decision {
        id: row.id,
        kind: row.kind,
        text: row.text,
        paper_url: row.paper_url.filter(|url| is_told(row.meeting_id, url)),
        decided_on: row.decided_on,
    };
    Ok(rows.into_iter().map(|row| (row.item_id, decision(row))).collect())
}

/// What is in force of what was published of these themes.
async fn publications(
    connection: &impl ConnectionTrait,
    themes: BTreeSet<ThemeId>,
) -> Result<BTreeMap<ThemeId, ThemePublicationId>, Failure> {
    use theme_publication::Column as C;
    if themes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(ThemeId, ThemePublicationId)> = theme_publication::Entity::find()
        .select_only()
        .column(C::ThemeId)
        .column(C::Id)
        .filter(C::ThemeId.is_in(themes))
        .filter(theme_is_public())
        .order_by_asc(C::Id)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// What is public of these themes: the publication that is in force, with the public items that deal with the theme.
///
/// # Errors
/// Those of the database.
pub async fn themes(
    connection: &impl ConnectionTrait,
    _: Public,
    ids: impl IntoIterator<Item = ThemeId>,
) -> Result<BTreeMap<ThemeId, Theme>, Failure> {
    use agenda_item::Column as C;
    let rows = theme_publication::Entity::find()
        .filter(theme_publication::Column::ThemeId.is_in(ids))
        .filter(theme_is_public())
        .order_by_asc(theme_publication::Column::Id)
        .all(connection)
        .await?;
    // One is in force at a time.
    let rows: BTreeMap<ThemeId, theme_publication::Model> = rows.into_iter().map(|row| (row.theme_id, row)).collect();
    let items: Vec<(AgendaItemId, MeetingId, Option<ThemeId>)> = agenda_item::Entity::find()
        .select_only()
        .column(C::Id)
        .column(C::MeetingId)
        .column(C::ThemeId)
        .filter(C::ThemeId.is_in(rows.keys().copied()))
        .filter(item_is_public())
        .order_by_asc(C::Id)
        .into_tuple()
        .all(connection)
        .await?;
    let meetings: Vec<(MeetingId, BodyId)> = meeting::Entity::find()
        .select_only()
        .column(meeting::Column::Id)
        .column(meeting::Column::BodyId)
        .filter(meeting::Column::Id.is_in(items.iter().map(|item| item.1)))
        .into_tuple()
        .all(connection)
        .await?;
    let meetings: BTreeMap<MeetingId, BodyId> = meetings.into_iter().collect();
    let mut places: BTreeMap<ThemeId, Vec<OnAgenda>> = BTreeMap::new();
    for (item, meeting, theme) in items {
        if let (Some(theme), Some(body)) = (theme, meetings.get(&meeting).copied()) {
            places.entry(theme).or_default().push(OnAgenda { item, meeting, body });
        }
    }
    let mut theme = |row: theme_publication::Model| Theme {
        places: places.remove(&row.theme_id).unwrap_or_default(),
        published_on: legal_day(row.decided_at.unwrap_or(row.created_at)),
        id: row.id,
        district_id: row.district_id,
        number: row.public_number,
        title: row.title,
        text: row.text,
        cases: row.cases,
        municipalities: row.municipalities,
        cost_euro: row.cost_euro,
        figures_on: row.figures_on,
        status: row.theme_status,
    };
    Ok(rows.into_iter().map(|(id, row)| (id, theme(row))).collect())
}

/// The title of a meeting and its minutes, if they are public.
///
/// # Errors
/// Those of the database.
pub async fn minutes(store: &Store, _: Public, id: MeetingId) -> Result<Option<(String, String)>, Failure> {
    let of: Option<String> = meeting::Entity::find_by_id(id)
        .select_only()
        .column(meeting::Column::Title)
        .filter(minutes_are_public())
        .into_tuple()
        .one(store.reader())
        .await?;
    let Some(title) = of else { return Ok(None) };
    let readable = Query::select()
        .column((meeting::Entity, meeting::Column::Id))
        .from(meeting::Entity)
        .cond_where(minutes_are_public())
        .take();
    let found = meeting_minutes::Entity::find_by_id(id)
        .filter(meeting_minutes::Column::MeetingId.in_subquery(readable))
        .one(store.reader())
        .await?;
    Ok(found.map(|minutes| (title, minutes.text)))
}

/// The file of a public paper.
#[derive(Clone, Debug)]
pub struct PaperFile {
    /// The paper.
    pub id: PaperId,
    /// What it is called.
    pub name: String,
    /// What kind of file it is.
    pub document_type: DocumentType,
    /// Its length in bytes.
    pub size_bytes: i32,
    /// Its hash.
    pub sha256: String,
    /// When it came.
    pub stored_at: DateTime<Utc>,
}

/// The file of a paper, if that is public.
///
/// # Errors
/// Those of the database.
pub async fn file(store: &Store, _: Public, id: PaperId) -> Result<Option<PaperFile>, Failure> {
    let found = paper::Entity::find_by_id(id).filter(paper_is_public()).one(store.reader()).await?;
    let file = |row: paper::Model| {
        Some(PaperFile {
            id: row.id,
            name: row.name,
            document_type: row.document_type?,
            size_bytes: row.size_bytes?,
            sha256: row.sha256?,
            stored_at: row.stored_at?,
        })
    };
    Ok(found.and_then(file))
}

/// A piece of the file of a paper that is public at this moment; `None` behind the last one.
///
/// # Errors
/// Those of the database.
pub async fn part(store: &Store, _: Public, file: &PaperFile, part: i32) -> Result<Option<Bytes>, Failure> {
    let public = paper::Entity::find_by_id(file.id)
        .select_only()
        .column(paper::Column::Id)
        .filter(paper_is_public())
        .filter(paper::Column::StoredAt.eq(file.stored_at));
    let found = paper_content::Entity::find_by_id((file.id, part))
        .filter(paper_content::Column::PaperId.in_subquery(public.into_query()));
    Ok(found.one(store.reader()).await?.map(|row| row.content.into()))
}
