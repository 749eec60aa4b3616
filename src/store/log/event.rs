//! Events: appended by the write path, read as history and as the live feed.

use std::collections::BTreeMap;

pub use entity::event::Model as Event;
use entity::event::{ActiveModel, Column, Entity};
use entity::ids::{AccountId, DistrictId};
use entity::{account, log_entry, log_pending};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoSimpleExpr, QueryFilter,
    QueryOrder, QuerySelect, Select, Set, Statement,
};

use crate::access::{Permit, Verb, on};
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// Appends an event and puts it into the outbox.
///
/// # Errors
/// Those of the database.
pub async fn append(connection: &impl ConnectionTrait, event: &Event) -> Result<(), Failure> {
    let (event_id, district_id) = (event.id, event.district_id);
    Entity::insert(ActiveModel::from(event.clone()).reset_all()).exec_without_returning(connection).await?;
    let pending = log_pending::ActiveModel { event_id: Set(event_id), district_id: Set(district_id) };
    log_pending::Entity::insert(pending).exec_without_returning(connection).await?;
    Ok(())
}

/// The whole log of the district, newest first.
///
/// # Errors
/// Those of the database.
pub async fn page<V: on::Log>(store: &Store, permit: &Permit<V>, window: &Window) -> Result<Page<Event>, Failure> {
    let select: Select<Entity> = Entity::find().filter(Column::DistrictId.eq(permit.district_id()));
    Ok(window.page(window.apply(select, None, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// Where an event stands in a list.
#[must_use]
pub fn boundary(event: &Event) -> Boundary {
    Boundary { key: Key::Id, id: event.id.0 }
}

/// Names of those who acted, for the history of records that the reader may read.
///
/// # Errors
/// Those of the database.
pub async fn actor_names<V: Verb>(
    store: &Store,
    permit: &Permit<V>,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, String>, Failure> {
    let rows = account::Entity::find()
        .filter(account::Column::DistrictId.eq(permit.district_id()))
        .filter(account::Column::Id.is_in(accounts.iter().copied()))
        .all(store.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.display_name)).collect())
}

/// A sealed event with its place in the log.
#[derive(Clone, Debug)]
pub struct SealedEvent {
    /// Position in the log of the district.
    pub position: i64,
    /// The event.
    pub event: Event,
}

#[derive(Debug, FromQueryResult)]
struct Head {
    district_id: DistrictId,
    position: i64,
}

/// The last position of each district's log, 0 for an empty one. Costs one look into an index per district, however long
/// the logs are.
///
/// # Errors
/// Those of the database.
pub async fn heads(store: &Store) -> Result<BTreeMap<DistrictId, i64>, Failure> {
    let statement = Statement::from_string(
        store.reader().get_database_backend(),
        "SELECT id AS district_id, COALESCE((SELECT MAX(position) FROM log_entry \
         WHERE log_entry.district_id = district.id), 0) AS position FROM district",
    );
    let rows = Head::find_by_statement(statement).all(store.reader()).await?;
    Ok(rows.into_iter().map(|head| (head.district_id, head.position)).collect())
}

/// The sealed events of a district behind `position`, in the order of the log; for the live feed inside the server.
///
/// # Errors
/// Those of the database.
pub async fn sealed_after(
    store: &Store,
    district: DistrictId,
    position: i64,
    limit: u64,
) -> Result<Vec<SealedEvent>, Failure> {
    let rows = log_entry::Entity::find()
        .filter(log_entry::Column::DistrictId.eq(district))
        .filter(log_entry::Column::Position.gt(position))
        .order_by_asc(log_entry::Column::Position)
        .limit(limit)
        .find_also_related(Entity)
        .all(store.reader())
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(entry, event)| Some(SealedEvent { position: entry.position, event: event? }))
        .collect())
}
