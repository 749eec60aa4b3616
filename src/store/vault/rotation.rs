//! Rotation of the master key: which master key wraps what, and wrapping it anew. Run beside any actor, by whoever operates
//! the server; nothing that is sealed is opened or changed.
//!
//! It needs no downtime, and may be killed at any moment and begun again:
//!
//! - It begins with the key check of the database. Whoever wraps a new key has read the check in the same transaction,
//!   under a lock, so that nothing new is wrapped by another key from then on.
//! - What is old is replaced in batches, each in a transaction of its own, and only where the wrapped bytes are still the
//!   ones that were read. A key that was destroyed meanwhile stays destroyed; one that another transaction holds is passed
//!   over and found again later.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use entity::ids::{ClientId, DistrictId};
use entity::{client_key, district_key, master_key_check};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, IntoIden, LockBehavior, LockType, Query, TableRef, ValueTuple};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{CHECK, damaged, key_id, owner, stored_check, wrong};
use crate::error::{ErrorCode, Failure};
use crate::store::{Store, Transaction};
use crate::vault::{KeyId, WrappedKey};

/// So many data keys are wrapped anew in one transaction: few enough that nobody waits for it.
const BATCH: u64 = 500;
/// How long keys that other transactions hold are waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pause before looking again at keys that are held.
const PAUSE: Duration = Duration::from_millis(200);

/// What one master key wraps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wraps {
    /// Data keys of clients.
    pub data_keys: u64,
    /// Index keys of districts.
    pub index_keys: u64,
}

impl Wraps {
    /// All of them.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.data_keys.saturating_add(self.index_keys)
    }
}

/// The master keys of a database and those of this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holdings {
    /// The ring of this process, the active key first.
    pub ring: Vec<KeyId>,
    /// The one that wraps what is new; absent as long as no server has marked the database.
    pub current: Option<KeyId>,
    /// What each of them wraps.
    pub wraps: BTreeMap<KeyId, Wraps>,
}

/// What the master keys wrap. Asks for no master key, so that it can be told why a server does not start.
///
/// # Errors
/// `MASTER_KEY_WRONG` for a damaged check or key id, and those of the database.
pub async fn holdings(store: &Store) -> Result<Holdings, Failure> {
    let current = stored_check(store.reader(), None).await?.map(|check| check.master_key_id());
    let mut wraps: BTreeMap<KeyId, Wraps> = BTreeMap::new();
    let data_keys: Vec<(String, i64)> = client_key::Entity::find()
        .select_only()
        .column(client_key::Column::MasterKeyId)
        .column_as(client_key::Column::ClientId.count(), "data_keys")
        .group_by(client_key::Column::MasterKeyId)
        .into_tuple()
        .all(store.reader())
        .await?;
    for (id, count) in data_keys {
        wraps.entry(key_id(&id)?).or_default().data_keys = u64::try_from(count).unwrap_or_default();
    }
    let index_keys: Vec<(String, i64)> = district_key::Entity::find()
        .select_only()
        .column(district_key::Column::MasterKeyId)
        .column_as(district_key::Column::DistrictId.count(), "index_keys")
        .group_by(district_key::Column::MasterKeyId)
        .into_tuple()
        .all(store.reader())
        .await?;
    for (id, count) in index_keys {
        wraps.entry(key_id(&id)?).or_default().index_keys = u64::try_from(count).unwrap_or_default();
    }
    Ok(Holdings { ring: store.vault().keys().ids().collect(), current, wraps })
}

/// A key that could not be wrapped anew: the bytes are damaged or belong elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unopened {
    /// The data key of a client.
    Client(ClientId),
    /// The index key of a district.
    District(DistrictId),
}

/// How far a rotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Keys that this rotation wrapped anew.
    pub done: u64,
    /// Keys that it has to look at, those included.
    pub of: u64,
}

/// What a rotation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The key that the database was under when it began, if it was another one.
    pub from: Option<KeyId>,
    /// The key that it is under now: the active one of the ring.
    pub to: KeyId,
    /// Keys that were wrapped anew.
    pub rewrapped: u64,
    /// Keys that could not be: they are still under their old master key.
    pub unopened: BTreeSet<Unopened>,
}

/// Puts the database and all its keys under the active master key.
///
/// # Errors
/// `MASTER_KEY_WRONG` if the ring does not fit, `BUSY` if others hold keys for long or another rotation is under way, and
/// those of the database. It can be begun again at any time.
pub async fn rotate(store: &Store, mut progress: impl FnMut(Progress)) -> Result<Rotation, Failure> {
    let to = store.vault().keys().active_id();
    let mut rotation = Rotation { from: begin(store, to).await?, to, rewrapped: 0, unopened: BTreeSet::new() };
    let mut stuck_since = None;
    loop {
        let old: Vec<(KeyId, Wraps)> = holdings(store).await?.wraps.into_iter().filter(|(id, _)| *id != to).collect();
        let left = old.iter().fold(0_u64, |sum, (_, wraps)| sum.saturating_add(wraps.total()));
        let unopened = u64::try_from(rotation.unopened.len()).unwrap_or(u64::MAX);
        if left <= unopened {
            return Ok(rotation);
        }
        let before = rotation.rewrapped;
        let of = before.saturating_add(left);
        rewrap_index_keys(store, &mut rotation).await?;
        progress(Progress { done: rotation.rewrapped, of });
        for (from, _) in old {
            let mut after = None;
            loop {
                let began = Instant::now();
                after = rewrap_data_keys(store, from, after, &mut rotation).await?;
                progress(Progress { done: rotation.rewrapped, of });
                if after.is_none() {
                    break;
                }
                if !store.is_postgres() {
                    // An SQLite file has one writer: leave as much time to the others.
                    tokio::time::sleep(began.elapsed().max(Duration::from_millis(5))).await;
                }
            }
        }
        if rotation.rewrapped > before {
            stuck_since = None;
            continue;
        }
        if stuck_since.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
            return Err(Failure::new(ErrorCode::Busy).because(format!("{left} keys are held by other transactions")));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Renews the check; the key that it named before, if it was another one.
async fn begin(store: &Store, to: KeyId) -> Result<Option<KeyId>, Failure> {
    let transaction = store.begin().await?;
    let keys = transaction.vault().keys();
    let stored = stored_check(transaction.connection(), Some(LockType::Update)).await?;
    let stored = stored.ok_or_else(|| damaged("the key check is missing"))?;
    let from = keys.current(&stored).map_err(|why| wrong(&why))?.id();
    if from == to {
        transaction.rollback().await?;
        return Ok(None);
    }
    master_key_check::Entity::update_many()
        .col_expr(master_key_check::Column::Content, Expr::val(keys.key_check()?.as_bytes().to_vec()))
        .filter(master_key_check::Column::Id.eq(CHECK))
        .exec(transaction.connection())
        .await?;
    transaction.commit().await?;
    Ok(Some(from))
}

/// A transaction in which the active key is the current one, and stays so until its end.
async fn step(store: &Store, to: KeyId) -> Result<Transaction, Failure> {
    let transaction = store.begin().await?;
    if transaction.current_key().await?.id() != to {
        return Err(Failure::new(ErrorCode::Busy).because("another rotation, to another master key, is under way"));
    }
    Ok(transaction)
}

async fn rewrap_index_keys(store: &Store, rotation: &mut Rotation) -> Result<(), Failure> {
    let transaction = step(store, rotation.to).await?;
    let connection = transaction.connection();
    let rows = district_key::Entity::find()
        .filter(district_key::Column::MasterKeyId.ne(rotation.to.to_string()))
        .order_by_asc(district_key::Column::DistrictId)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(connection)
        .await?;
    let current = transaction.current_key().await?;
    for row in rows {
        let fresh = WrappedKey::from_bytes(row.wrapped.clone())
            .and_then(|wrapped| Ok(current.rewrap_index_key(row.district_id.0, &wrapped)?.unwrap_or(wrapped)));
        let Ok(fresh) = fresh else {
            rotation.unopened.insert(Unopened::District(row.district_id));
            continue;
        };
        let updated = district_key::Entity::update_many()
            .col_expr(district_key::Column::Wrapped, Expr::val(fresh.as_bytes().to_vec()))
            .col_expr(district_key::Column::MasterKeyId, Expr::val(rotation.to.to_string()))
            .filter(district_key::Column::DistrictId.eq(row.district_id))
            .filter(district_key::Column::Wrapped.eq(row.wrapped))
            .exec(connection)
            .await?;
        rotation.rewrapped = rotation.rewrapped.saturating_add(updated.rows_affected);
    }
    transaction.commit().await
}

/// Wraps a batch of data keys anew; the last client that it looked at, if there may be more behind.
async fn rewrap_data_keys(
    store: &Store,
    from: KeyId,
    after: Option<ClientId>,
    rotation: &mut Rotation,
) -> Result<Option<ClientId>, Failure> {
    let transaction = step(store, rotation.to).await?;
    let connection = transaction.connection();
    let mut found = client_key::Entity::find().filter(client_key::Column::MasterKeyId.eq(from.to_string()));
    if let Some(after) = after {
        found = found.filter(client_key::Column::ClientId.gt(after));
    }
    let rows = found
        .order_by_asc(client_key::Column::ClientId)
        .limit(BATCH)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(connection)
        .await?;
    let Some(last) = rows.last().map(|row| row.client_id) else {
        transaction.rollback().await?;
        return Ok(None);
    };
    let current = transaction.current_key().await?;
    let mut fresh = Vec::with_capacity(rows.len());
    for row in rows {
        let rewrapped = WrappedKey::from_bytes(row.wrapped.clone()).and_then(|wrapped| {
            let owner = owner(row.district_id, row.client_id);
            Ok(current.rewrap_data_key(owner, &wrapped)?.unwrap_or(wrapped))
        });
        match rewrapped {
            Ok(wrapped) => fresh.push(ValueTuple::from((row.client_id, row.wrapped, wrapped.as_bytes().to_vec()))),
            Err(_) => {
                rotation.unopened.insert(Unopened::Client(row.client_id));
            }
        }
    }
    if !fresh.is_empty() {
        let fresh_column = |column: &'static str| (Alias::new("fresh"), Alias::new(column));
        let update = Query::update()
            .table(client_key::Entity)
            .value(client_key::Column::Wrapped, Expr::col(fresh_column("column3")))
            .value(client_key::Column::MasterKeyId, rotation.to.to_string())
            .from(TableRef::ValuesList(fresh, Alias::new("fresh").into_iden()))
            .and_where(Expr::col((client_key::Entity, client_key::Column::ClientId)).equals(fresh_column("column1")))
            .and_where(Expr::col((client_key::Entity, client_key::Column::Wrapped)).equals(fresh_column("column2")))
            .take();
        let updated = connection.execute(&update).await?;
        transaction.commit().await?;
        rotation.rewrapped = rotation.rewrapped.saturating_add(updated.rows_affected());
    }
    Ok(Some(last))
}
