//! Calendar feeds of accounts.

use chrono::NaiveDate;
use entity::account;
pub use entity::calendar_feed::Model as CalendarFeed;
use entity::calendar_feed::{ActiveModel, Column, Entity, Relation};
use entity::ids::CalendarFeedId;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoSimpleExpr, JoinType, PaginatorTrait, QueryFilter,
    QuerySelect, RelationTrait, Select,
};

use crate::access::{Actor, Extent, Permit, on, verb};
use crate::error::{ErrorCode, Failure};
use crate::store::Store;
use crate::store::accounts::session::identify;
use crate::store::page::{Boundary, Key, Page, Window};

/// The door: one's own feeds.
fn select<V: on::Calendar>(permit: &Permit<V>) -> Select<Entity> {
    let district = Entity::find().filter(Column::DistrictId.eq(permit.district_id()));
    match permit.extent() {
        Extent::District => district,
        Extent::Part { own: Some(account), .. } => district.filter(Column::AccountId.eq(*account)),
        Extent::Part { own: None, .. } => district.filter(Column::Id.is_null()),
    }
}

/// A page of one's feeds in the order in which they were made, those that were revoked included.
///
/// # Errors
/// Those of the database.
pub async fn page(
    store: &Store,
    permit: &Permit<verb::KeepCalendar>,
    window: &Window,
) -> Result<Page<CalendarFeed>, Failure> {
    let feeds = window.apply(select(permit), None, Column::Id.into_simple_expr());
    Ok(window.page(feeds.all(store.reader()).await?))
}

/// Where a feed stands in the list.
#[must_use]
pub fn boundary(feed: &CalendarFeed) -> Boundary {
    Boundary { key: Key::Id, id: feed.id.0 }
}

/// How many of one's feeds can be read.
///
/// # Errors
/// Those of the database.
pub async fn count_open(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::KeepCalendar>,
) -> Result<u64, Failure> {
    Ok(select(permit).filter(Column::RevokedAt.is_null()).count(connection).await?)
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::KeepCalendar>,
    id: CalendarFeedId,
) -> Result<Option<CalendarFeed>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// Records a feed.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::KeepCalendar>,
    feed: &CalendarFeed,
) -> Result<(), Failure> {
    let own = matches!(permit.extent(), Extent::Part { own: Some(account), .. } if *account == feed.account_id);
    if feed.district_id != permit.district_id() || !own {
        return Err(Failure::new(ErrorCode::NotFound));
    }
    Entity::insert(ActiveModel::from(feed.clone()).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores that a feed is revoked, which was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::KeepCalendar>,
    feed: &CalendarFeed,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(feed.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// Whose calendar the token with this digest opens, with the grants that hold today; `None` if it opens none. It runs before
/// there is an actor, and makes one. One statement.
///
/// # Errors
/// Those of the database.
pub async fn owner(store: &Store, digest: &[u8; 32], today: NaiveDate) -> Result<Option<Actor>, Failure> {
    let accounts = account::Entity::find()
        .join(JoinType::InnerJoin, Relation::Account.def().rev())
        .filter(Column::Digest.eq(digest.to_vec()))
        .filter(Column::RevokedAt.is_null());
    identify(store, accounts, None, today).await
}
