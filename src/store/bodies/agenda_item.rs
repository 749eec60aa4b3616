//! Items of agendas: all of the district; or those that name the own organisation, and public ones of published meetings.

pub use entity::agenda_item::Model as AgendaItem;
use entity::agenda_item::{ActiveModel, Column, Entity};
use entity::codes::AgendaItemStatus;
use entity::ids::{AgendaItemId, BodyId, MeetingId, OrganisationId};
use entity::meeting;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder,
    QuerySelect, Select, Set,
};

use super::meeting as meetings;
use crate::access::{Extent, Permit, on, verb};
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// Items that name one of these organisations, in meetings to which somebody was invited.
fn own<V: on::Meeting>(permit: &Permit<V>, organisations: &[OrganisationId]) -> Condition {
    Condition::all()
        .add(Column::OrganisationId.is_in(organisations.iter().copied()))
        .add(Column::MeetingId.in_subquery(meetings::invited(permit)))
}

/// Public items of published meetings.
fn published<V: on::Meeting>(permit: &Permit<V>) -> Condition {
    Condition::all().add(Column::IsPublic.eq(true)).add(Column::MeetingId.in_subquery(meetings::published(permit)))
}

fn present<V: on::Meeting>(permit: &Permit<V>) -> Condition {
    Condition::all().add(Column::DistrictId.eq(permit.district_id())).add(Column::RemovedAt.is_null())
}

/// The condition that an item is within reach of the permit.
fn reached<V: on::Meeting>(permit: &Permit<V>) -> Condition {
    match permit.extent() {
        Extent::District => present(permit),
        Extent::Part { organisations, .. } => {
            present(permit).add(Condition::any().add(own(permit, organisations)).add(published(permit)))
        }
    }
}

fn ids(condition: Condition) -> SelectStatement {
    Query::select().column((Entity, Column::Id)).from(Entity).cond_where(condition).take()
}

/// Those within reach, for what hangs on them.
pub(super) fn among<V: on::Meeting>(permit: &Permit<V>) -> SelectStatement {
    ids(reached(permit))
}

/// Those that name one of the organisations.
pub(super) fn among_own<V: on::Meeting>(permit: &Permit<V>, organisations: &[OrganisationId]) -> SelectStatement {
    ids(present(permit).add(own(permit, organisations)))
}

/// Those that everybody may see.
pub(super) fn among_published<V: on::Meeting>(permit: &Permit<V>) -> SelectStatement {
    ids(present(permit).add(published(permit)))
}

/// The meetings with an item that names one of the organisations.
pub(super) fn meetings_of_own<V: on::Meeting>(permit: &Permit<V>, organisations: &[OrganisationId]) -> SelectStatement {
    Query::select()
        .column((Entity, Column::MeetingId))
        .from(Entity)
        .cond_where(present(permit))
        .and_where(Column::OrganisationId.is_in(organisations.iter().copied()))
        .take()
}

/// The door.
fn select<V: on::Meeting>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(reached(permit))
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[AgendaItemId],
) -> Result<Vec<AgendaItem>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// One by its id.
///
/// # Errors
/// Those of the database.
pub async fn find<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: AgendaItemId,
) -> Result<Option<AgendaItem>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).one(connection).await?)
}

/// The items of these meetings, in any order.
///
/// # Errors
/// Those of the database.
pub async fn of_meetings<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    meetings: &[MeetingId],
) -> Result<Vec<AgendaItem>, Failure> {
    let selected = select(permit).filter(Column::MeetingId.is_in(meetings.iter().copied()));
    Ok(selected.order_by_asc(Column::Id).all(connection).await?)
}

/// The same outside a transaction.
///
/// # Errors
/// Those of the database.
pub async fn of_many<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    meetings: &[MeetingId],
) -> Result<Vec<AgendaItem>, Failure> {
    of_meetings(store.reader(), permit, meetings).await
}

/// A page, newest first, perhaps of those only that concern one organisation.
///
/// # Errors
/// Those of the database.
pub async fn page<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    organisation: Option<OrganisationId>,
    window: &Window,
) -> Result<Page<AgendaItem>, Failure> {
    let mut selected = select(permit);
    if let Some(organisation) = organisation {
        selected = selected.filter(Column::OrganisationId.eq(organisation));
    }
    Ok(window.page(window.apply(selected, None, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// Where one stands in a list.
#[must_use]
pub fn boundary(item: &AgendaItem) -> Boundary {
    Boundary { key: Key::Id, id: item.id.0 }
}

/// The meeting of an item, as the item's door shows it: to be locked before the item is, so that commands wait for each other
/// in one order.
///
/// # Errors
/// Those of the database.
pub async fn meeting_of<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: AgendaItemId,
) -> Result<Option<MeetingId>, Failure> {
    Ok(select(permit)
        .select_only()
        .column(Column::MeetingId)
        .filter(Column::Id.eq(id))
        .into_tuple()
        .one(connection)
        .await?)
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: AgendaItemId,
) -> Result<Option<AgendaItem>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// The same with items that were taken off the agenda: for the repetition of the command that did it.
///
/// # Errors
/// Those of the database.
pub async fn lock_removed_too(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::PrepareMeeting>,
    id: AgendaItemId,
) -> Result<Option<AgendaItem>, Failure> {
    let found = Entity::find_by_id(id).filter(Column::DistrictId.eq(permit.district_id()));
    Ok(found.lock_exclusive().one(connection).await?)
}

/// The postponed items of these bodies that were not taken up again, earliest first, each with its meeting.
///
/// # Errors
/// Those of the database.
pub async fn postponed<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    bodies: &[BodyId],
) -> Result<Vec<(AgendaItem, meeting::Model)>, Failure> {
    let taken_up = Query::select()
        .column((Entity, Column::CarriedFromId))
        .from(Entity)
        .cond_where(present(permit))
        .and_where(Column::CarriedFromId.is_not_null())
        .take();
    let of_bodies = Query::select()
        .column((meeting::Entity, meeting::Column::Id))
        .from(meeting::Entity)
        .and_where(meeting::Column::DistrictId.eq(permit.district_id()))
        .and_where(meeting::Column::BodyId.is_in(bodies.iter().copied()))
        .take();
    let items = select(permit)
        .filter(Column::Status.eq(AgendaItemStatus::Postponed))
        .filter(Column::MeetingId.in_subquery(of_bodies))
        .filter(Column::Id.not_in_subquery(taken_up))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?;
    let ids: Vec<MeetingId> = items.iter().map(|item| item.meeting_id).collect();
    let of = meetings::by_id(connection, permit, &ids).await?;
    Ok(items.into_iter().filter_map(|item| Some((item.clone(), of.get(&item.meeting_id)?.clone()))).collect())
}

/// Records an item.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    item: &AgendaItem,
) -> Result<(), Failure> {
    let row = AgendaItem { district_id: permit.district_id(), ..item.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of an item that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    item: &AgendaItem,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(item.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// Moves an item of a meeting that was locked in this transaction to another place among its siblings.
///
/// # Errors
/// Those of the database.
pub async fn number<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: AgendaItemId,
    position: i32,
) -> Result<(), Failure> {
    let row = ActiveModel { id: Set(id), position: Set(position), ..Default::default() };
    Entity::update(row).validate()?.filter(Column::DistrictId.eq(permit.district_id())).exec(connection).await?;
    Ok(())
}
