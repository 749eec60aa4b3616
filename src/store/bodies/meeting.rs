//! Meetings with their minutes and attendance: all of the district; or those of bodies to which the own organisation
//! belongs, those with an item that names it, and published ones.

use std::collections::BTreeMap;

use async_graphql::InputObject;
use entity::codes::{AgendaItemStatus, MeetingStatus};
use entity::ids::{BodyId, BodyMembershipId, MeetingId};
pub use entity::meeting::Model as Meeting;
use entity::meeting::{ActiveModel, Column, Entity};
pub use entity::meeting_attendance::Model as Attendance;
pub use entity::meeting_minutes::Model as Minutes;
use entity::{action_item, agenda_item, body, decision, meeting_attendance, meeting_minutes};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QuerySelect,
    QueryTrait, Select,
};

use super::{agenda_item as agenda, membership};
use crate::access::{Extent, Permit, on, verb};
use crate::domain::bodies::meeting::Standing;
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// Which meetings are wanted. All that is given has to hold; an empty list means none.
#[derive(Clone, Debug, Default, InputObject)]
pub struct MeetingFilter {
    /// Those of this body.
    pub body_id: Option<BodyId>,
    /// Those in one of these statuses.
    pub status_in: Option<Vec<MeetingStatus>>,
}

/// The condition that a meeting is within reach of the permit.
fn reached<V: on::Meeting>(permit: &Permit<V>) -> Condition {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    match permit.extent() {
        Extent::District => district,
        // What is published is so for those who read meetings at all.
        Extent::Part { .. } if permit.extent().is_nothing() => district.add(Column::Id.is_null()),
        Extent::Part { organisations, .. } => {
            let own = Condition::any()
                .add(Column::BodyId.in_subquery(membership::bodies_of_own(permit, organisations)))
                .add(Column::Id.in_subquery(agenda::meetings_of_own(permit, organisations)));
            // What is being planned is nobody's yet.
            let own = Condition::all().add(Column::InvitedAt.is_not_null()).add(own);
            district.add(Condition::any().add(Column::PublishedAt.is_not_null()).add(own))
        }
    }
}

/// The door.
fn select<V: on::Meeting>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(reached(permit))
}

/// Those within reach, for what hangs on them.
pub(super) fn among<V: on::Meeting>(permit: &Permit<V>) -> SelectStatement {
    Query::select().column((Entity, Column::Id)).from(Entity).cond_where(reached(permit)).take()
}

/// The meetings of the district that are published.
pub(super) fn published<V: on::Meeting>(permit: &Permit<V>) -> SelectStatement {
    of_district(permit).and_where(Column::PublishedAt.is_not_null()).take()
}

/// The meetings of the district to which somebody was invited.
pub(super) fn invited<V: on::Meeting>(permit: &Permit<V>) -> SelectStatement {
    of_district(permit).and_where(Column::InvitedAt.is_not_null()).take()
}

fn of_district<V: on::Meeting>(permit: &Permit<V>) -> SelectStatement {
    let mut select = Query::select();
    select.column((Entity, Column::Id)).from(Entity).and_where(Column::DistrictId.eq(permit.district_id()));
    if permit.extent().is_nothing() {
        select.and_where(Column::Id.is_null());
    }
    select
}

/// Selects the meeting if its whole history is within reach: it tells of all items.
pub(in crate::store) fn door<V: on::Meeting>(permit: &Permit<V>, id: MeetingId) -> SelectStatement {
    let mut selected = select(permit).select_only().column(Column::Id).filter(Column::Id.eq(id));
    if *permit.extent() != Extent::District {
        selected = selected.filter(Column::Id.is_null());
    }
    selected.into_query()
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[MeetingId],
) -> Result<Vec<Meeting>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// A page by the beginning, latest first.
///
/// # Errors
/// Those of the database.
pub async fn page<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    filter: Option<&MeetingFilter>,
    window: &Window,
) -> Result<Page<Meeting>, Failure> {
    let mut selected = select(permit);
    if let Some(body) = filter.and_then(|filter| filter.body_id) {
        selected = selected.filter(Column::BodyId.eq(body));
    }
    if let Some(statuses) = filter.and_then(|filter| filter.status_in.as_ref()) {
        selected = selected.filter(Column::Status.is_in(statuses.iter().copied()));
    }
    let selected = window.apply(selected, Some(Column::StartsAt.into_simple_expr()), Column::Id.into_simple_expr());
    Ok(window.page(selected.all(store.reader()).await?))
}

/// Where one stands in a list.
#[must_use]
pub fn boundary(meeting: &Meeting) -> Boundary {
    Boundary { key: Key::Instant(meeting.starts_at), id: meeting.id.0 }
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: MeetingId,
) -> Result<Option<Meeting>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// The body of a meeting, or the one that is to meet.
///
/// # Errors
/// Those of the database.
pub async fn body<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: BodyId,
) -> Result<Option<body::Model>, Failure> {
    let found = body::Entity::find_by_id(id).filter(body::Column::DistrictId.eq(permit.district_id()));
    Ok(found.one(connection).await?)
}

/// Records a meeting.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    meeting: &Meeting,
) -> Result<(), Failure> {
    let row = Meeting { district_id: permit.district_id(), ..meeting.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of a meeting that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    meeting: &Meeting,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(meeting.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// What the steps of these meetings depend on, for who reaches all of the district.
///
/// # Errors
/// Those of the database.
pub async fn standings<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    meetings: &[Meeting],
) -> Result<BTreeMap<MeetingId, Standing>, Failure> {
    let ids: Vec<MeetingId> = meetings.iter().map(|meeting| meeting.id).collect();
    let mut standings: BTreeMap<MeetingId, Standing> = meetings
        .iter()
        .map(|meeting| (meeting.id, Standing { is_published: meeting.published_at.is_some(), ..Default::default() }))
        .collect();
    let items = agenda::of_meetings(connection, permit, &ids).await?;
    let parents: std::collections::BTreeSet<_> = items.iter().filter_map(|item| item.parent_id).collect();
    for item in &items {
        let Some(standing) = standings.get_mut(&item.meeting_id) else { continue };
        standing.items = standing.items.saturating_add(1);
        if item.status == AgendaItemStatus::Open && !parents.contains(&item.id) {
            standing.open_items = standing.open_items.saturating_add(1);
        }
    }
    let decided: Vec<MeetingId> = decision::Entity::find()
        .select_only()
        .column(decision::Column::MeetingId)
        .filter(decision::Column::DistrictId.eq(permit.district_id()))
        .filter(decision::Column::MeetingId.is_in(ids.iter().copied()))
        .filter(decision::Column::MeetingId.in_subquery(among(permit)))
        .into_tuple()
        .all(connection)
        .await?;
    for meeting in decided {
        if let Some(standing) = standings.get_mut(&meeting) {
            standing.decisions = standing.decisions.saturating_add(1);
        }
    }
    let written: Vec<MeetingId> = meeting_minutes::Entity::find()
        .select_only()
        .column(meeting_minutes::Column::MeetingId)
        .filter(meeting_minutes::Column::MeetingId.is_in(ids.iter().copied()))
        .filter(meeting_minutes::Column::MeetingId.in_subquery(among(permit)))
        .into_tuple()
        .all(connection)
        .await?;
    for meeting in written {
        if let Some(standing) = standings.get_mut(&meeting) {
            standing.has_minutes = true;
        }
    }
    let bodies: Vec<BodyId> = meetings.iter().map(|meeting| meeting.body_id).collect();
    let public: Vec<BodyId> = body::Entity::find()
        .select_only()
        .column(body::Column::Id)
        .filter(body::Column::DistrictId.eq(permit.district_id()))
        .filter(body::Column::Id.is_in(bodies))
        .filter(body::Column::IsPublic.eq(true))
        .into_tuple()
        .all(connection)
        .await?;
    for meeting in meetings.iter().filter(|meeting| public.contains(&meeting.body_id)) {
        if let Some(standing) = standings.get_mut(&meeting.id) {
            standing.is_public_body = true;
        }
    }
    Ok(standings)
}

/// The same outside a transaction.
///
/// # Errors
/// Those of the database.
pub async fn standings_of_many<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    meetings: &[Meeting],
) -> Result<BTreeMap<MeetingId, Standing>, Failure> {
    standings(store.reader(), permit, meetings).await
}

/// The minutes of these meetings: all of the district, or those that were approved and published.
///
/// # Errors
/// Those of the database.
pub async fn minutes_of<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    meetings: &[MeetingId],
) -> Result<Vec<Minutes>, Failure> {
    use meeting_minutes::Column as C;
    let readable = match permit.extent() {
        Extent::District => of_district(permit),
        Extent::Part { .. } => published(permit)
            .and_where(Column::MinutesPublic.eq(true))
            .and_where(Column::MinutesApprovedAt.is_not_null())
            .take(),
    };
    Ok(meeting_minutes::Entity::find()
        .filter(C::DistrictId.eq(permit.district_id()))
        .filter(C::MeetingId.is_in(meetings.iter().copied()))
        .filter(C::MeetingId.in_subquery(readable))
        .all(store.reader())
        .await?)
}

/// Stores the minutes of a meeting that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn write_minutes(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::RecordMeeting>,
    minutes: &Minutes,
) -> Result<(), Failure> {
    let row = Minutes { district_id: permit.district_id(), ..minutes.clone() };
    meeting_minutes::Entity::delete_many()
        .filter(meeting_minutes::Column::MeetingId.eq(minutes.meeting_id))
        .filter(meeting_minutes::Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    let row = meeting_minutes::ActiveModel::from(row).reset_all();
    meeting_minutes::Entity::insert(row).exec_without_returning(connection).await?;
    Ok(())
}

/// Who attended these meetings, as far as the reader reaches the memberships.
///
/// # Errors
/// Those of the database.
pub async fn attendance_of<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    meetings: &[MeetingId],
) -> Result<Vec<Attendance>, Failure> {
    use meeting_attendance::Column as C;
    Ok(meeting_attendance::Entity::find()
        .filter(C::DistrictId.eq(permit.district_id()))
        .filter(C::MeetingId.is_in(meetings.iter().copied()))
        .filter(C::MeetingId.in_subquery(among(permit)))
        .filter(C::MembershipId.in_subquery(membership::among(permit)))
        .all(connection)
        .await?)
}

/// The same outside a transaction.
///
/// # Errors
/// Those of the database.
pub async fn attendance_of_many<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    meetings: &[MeetingId],
) -> Result<Vec<Attendance>, Failure> {
    attendance_of(store.reader(), permit, meetings).await
}

/// Stores the attendance of a meeting that was locked in this transaction, in place of what was recorded before.
///
/// # Errors
/// Those of the database.
pub async fn write_attendance(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::RecordMeeting>,
    meeting: MeetingId,
    members: &[(BodyMembershipId, entity::codes::AttendanceStatus)],
) -> Result<(), Failure> {
    meeting_attendance::Entity::delete_many()
        .filter(meeting_attendance::Column::MeetingId.eq(meeting))
        .filter(meeting_attendance::Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    if members.is_empty() {
        return Ok(());
    }
    let rows = members.iter().map(|(membership_id, status)| {
        let row = Attendance {
            meeting_id: meeting,
            membership_id: *membership_id,
            district_id: permit.district_id(),
            status: *status,
        };
        meeting_attendance::ActiveModel::from(row).reset_all()
    });
    meeting_attendance::Entity::insert_many(rows).exec_without_returning(connection).await?;
    Ok(())
}

/// What earlier meetings of the body of a meeting left to be done.
#[derive(Clone, Debug)]
pub enum FollowUp {
    /// Something that is not done yet.
    Action(Box<action_item::Model>),
    /// An item that was put off, and was not taken up again.
    Item(Box<agenda_item::Model>),
}

/// What earlier meetings of the bodies of these meetings left to be done, as far as it is within reach: postponed items
/// first, each kind by age.
///
/// # Errors
/// Those of the database.
pub async fn follow_ups<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    meetings: &[MeetingId],
) -> Result<Vec<(MeetingId, FollowUp)>, Failure> {
    let connection = store.reader();
    let next = find_many(store, permit, meetings).await?;
    let bodies: Vec<BodyId> = next.iter().map(|meeting| meeting.body_id).collect();
    let items = agenda::postponed(connection, permit, &bodies).await?;
    let actions = super::action_item::open_of_bodies(connection, permit, &bodies).await?;
    let mut found = Vec::new();
    for meeting in &next {
        let is_earlier = |of: &Meeting| of.body_id == meeting.body_id && of.starts_at < meeting.starts_at;
        let postponed = items.iter().filter(|(_, of)| is_earlier(of));
        found.extend(postponed.map(|(item, _)| (meeting.id, FollowUp::Item(Box::new(item.clone())))));
        let open = actions.iter().filter(|(_, of)| is_earlier(of));
        found.extend(open.map(|(action, _)| (meeting.id, FollowUp::Action(Box::new(action.clone())))));
    }
    Ok(found)
}

/// Meetings of the district by their ids, for what hangs on an item that is within reach.
///
/// # Errors
/// Those of the database.
pub(super) async fn by_id<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    ids: &[MeetingId],
) -> Result<BTreeMap<MeetingId, Meeting>, Failure> {
    let found = Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Id.is_in(ids.iter().copied()));
    Ok(found.all(connection).await?.into_iter().map(|meeting| (meeting.id, meeting)).collect())
}
