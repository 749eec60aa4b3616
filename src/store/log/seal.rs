//! The sealer's statements: committed events get their place in the chain, and the heads are signed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::ids::DistrictId;
use entity::{event, log_entry, log_pending, log_seal};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set, Statement,
};

use crate::error::Failure;
use crate::log::{ORIGIN, chain_hash, event_hash, head_message};
use crate::store::Store;

/// The channel on which PostgreSQL tells all processes that the log has grown or a session has ended.
pub const CHANNEL: &str = "kim_log";
/// The advisory lock of the sealer: one process at a time.
const SEALER_LOCK: i64 = 0x4b49_4d00_5345_414c;

/// What a round of sealing did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// Another process seals at the moment.
    Elsewhere,
    /// So many events were sealed; more may be waiting if it is the limit.
    Sealed(usize),
}

/// Seals up to `limit` committed events, of all districts, in one transaction that no command waits for. `sign` signs with
/// the key `key_id`.
///
/// # Errors
/// Those of the database, and of the signing.
pub async fn seal_pending(
    store: &Store,
    limit: u64,
    now: DateTime<Utc>,
    key_id: &str,
    sign: impl Fn(&[u8]) -> Result<Vec<u8>, Failure>,
) -> Result<Round, Failure> {
    // Looking first without a transaction: most rounds find nothing, and SQLite's write lock is not theirs to take.
    if log_pending::Entity::find().one(store.reader()).await?.is_none() {
        return Ok(Round::Sealed(0));
    }
    let transaction = store.begin().await?;
    let connection = transaction.connection();
    if store.is_postgres() {
        let statement = Statement::from_sql_and_values(
            connection.get_database_backend(),
            "SELECT pg_try_advisory_xact_lock($1) AS mine",
            [SEALER_LOCK.into()],
        );
        let row = connection.query_one_raw(statement).await?;
        if !row.map_or(Ok(false), |row| row.try_get("", "mine"))? {
            transaction.rollback().await?;
            return Ok(Round::Elsewhere);
        }
    }
    let waiting =
        log_pending::Entity::find().order_by_asc(log_pending::Column::EventId).limit(limit).all(connection).await?;
    let ids: Vec<_> = waiting.iter().map(|pending| pending.event_id).collect();
    let mut events = event::Entity::find().filter(event::Column::Id.is_in(ids.iter().copied())).all(connection).await?;
    events.sort_by_key(|event| event.id);
    let mut by_district: BTreeMap<DistrictId, Vec<event::Model>> = BTreeMap::new();
    for event in events {
        by_district.entry(event.district_id).or_default().push(event);
    }
    for (district_id, events) in by_district {
        let last = log_entry::Entity::find()
            .filter(log_entry::Column::DistrictId.eq(district_id))
            .order_by_desc(log_entry::Column::Position)
            .one(connection)
            .await?;
        let (mut position, mut chain) = last.map_or((0, ORIGIN.to_vec()), |entry| (entry.position, entry.chain_hash));
        let first_position = position.saturating_add(1);
        let mut entries = Vec::with_capacity(events.len());
        for event in &events {
            position = position.saturating_add(1);
            let hash = event_hash(event);
            chain = chain_hash(&chain, position, &hash).to_vec();
            entries.push(log_entry::ActiveModel {
                district_id: Set(district_id),
                position: Set(position),
                event_id: Set(event.id),
                event_hash: Set(hash.to_vec()),
                chain_hash: Set(chain.clone()),
            });
        }
        log_entry::Entity::insert_many(entries).exec_without_returning(connection).await?;
        let mut seal = log_seal::Model {
            district_id,
            last_position: position,
            first_position,
            chain_hash: chain,
            sealed_at: now,
            key_id: key_id.to_owned(),
            signature: Vec::new(),
        };
        seal.signature = sign(&head_message(&seal))?;
        log_seal::Entity::insert(log_seal::ActiveModel::from(seal).reset_all())
            .exec_without_returning(connection)
            .await?;
    }
    log_pending::Entity::delete_many()
        .filter(log_pending::Column::EventId.is_in(ids.iter().copied()))
        .exec(connection)
        .await?;
    if store.is_postgres() {
        notify(connection).await?;
    }
    transaction.commit().await?;
    Ok(Round::Sealed(ids.len()))
}

async fn notify(connection: &impl ConnectionTrait) -> Result<(), Failure> {
    let backend = connection.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, "SELECT pg_notify($1, '')", [CHANNEL.into()]);
    connection.execute_raw(statement).await?;
    Ok(())
}

/// Tells all processes on PostgreSQL to look at the database: a session has ended.
///
/// # Errors
/// Those of the database.
pub async fn wake_other_processes(store: &Store) -> Result<(), Failure> {
    if store.is_postgres() { notify(store.reader()).await } else { Ok(()) }
}

/// Listens on PostgreSQL for growth of the log; reconnects by itself.
pub struct Listener(sea_orm::sqlx::postgres::PgListener);

impl Listener {
    /// Begins to listen.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE`.
    pub async fn connect(store: &Store) -> Result<Self, Failure> {
        let lost = |error: sea_orm::sqlx::Error| {
            Failure::new(crate::error::ErrorCode::DatabaseUnavailable).because(error.to_string())
        };
        let mut listener = sea_orm::sqlx::postgres::PgListener::connect(store.url()).await.map_err(lost)?;
        listener.listen(CHANNEL).await.map_err(lost)?;
        Ok(Self(listener))
    }

    /// Waits until the log has grown, or may have grown because the connection was lost for a while.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE` if it cannot reconnect.
    pub async fn grown(&mut self) -> Result<(), Failure> {
        self.0
            .try_recv()
            .await
            .map(|_| ())
            .map_err(|error| Failure::new(crate::error::ErrorCode::DatabaseUnavailable).because(error.to_string()))
    }
}
