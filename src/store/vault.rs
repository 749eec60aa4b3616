//! The keys of the vault in the database: which master key it is under, the data keys of clients, the index keys of
//! districts. What is sealed with them is read through `casework::identified`, the door to identified content.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use entity::ids::{ClientId, DistrictId};
use entity::{client_key, district_key, master_key_check};
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, Set};
use tokio::sync::OnceCell;

use crate::access::{Permit, Verb, verb};
use crate::error::{ErrorCode, Failure};
use crate::store::{Store, Transaction};
use crate::vault::master_key::{Admission, WrongMasterKeys};
use crate::vault::{CurrentKey, DataKey, IndexKey, KeyCheck, KeyId, MasterKeys, Owner, VaultError, WrappedKey};

pub mod rotation;

/// The one row of the check.
const CHECK: i32 = 1;

/// The master keys of this process, and what was opened with them once and for all.
pub struct Vault {
    keys: Arc<MasterKeys>,
    index_keys: RwLock<HashMap<DistrictId, Arc<IndexKey>>>,
    admitted: OnceCell<()>,
}

impl Vault {
    /// A vault under these master keys, not admitted to a database yet.
    #[must_use]
    pub fn new(keys: Arc<MasterKeys>) -> Self {
        Self { keys, index_keys: RwLock::default(), admitted: OnceCell::new() }
    }

    /// The master keys.
    #[must_use]
    pub fn keys(&self) -> &MasterKeys {
        &self.keys
    }

    fn known_index_key(&self, district: DistrictId) -> Option<Arc<IndexKey>> {
        self.index_keys.read().unwrap_or_else(PoisonError::into_inner).get(&district).cloned()
    }

    fn keep_index_key(&self, district: DistrictId, key: IndexKey) -> Arc<IndexKey> {
        let key = Arc::new(key);
        self.index_keys.write().unwrap_or_else(PoisonError::into_inner).insert(district, Arc::clone(&key));
        key
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::UnknownMasterKey => Self::new(ErrorCode::MasterKeyWrong).because(error.to_string()),
            VaultError::NotOpened | VaultError::TooLong | VaultError::Crypto => Self::internal(error.to_string()),
        }
    }
}

impl Transaction {
    /// The master key that the database is under, to wrap new keys with. It stays the same until the transaction ends: a
    /// rotation waits for that.
    ///
    /// # Errors
    /// `MASTER_KEY_WRONG` if the ring lacks it, and those of the database.
    pub(super) async fn current_key(&self) -> Result<CurrentKey<'_>, Failure> {
        let read = || async {
            stored_check(self.connection(), Some(LockType::Share))
                .await?
                .ok_or_else(|| damaged("the key check is missing"))
        };
        let check = self.key_check().get_or_try_init(read).await?;
        self.vault().keys.current(check).map_err(|why| wrong(&why))
    }
}

pub(super) fn wrong(why: &WrongMasterKeys) -> Failure {
    Failure::new(ErrorCode::MasterKeyWrong).because(why.to_string())
}

/// The check of the master key that the database is under, locked against a rotation until the transaction ends.
pub(super) async fn current_check(transaction: &Transaction) -> Result<KeyCheck, Failure> {
    transaction.current_key().await?;
    transaction.key_check().get().cloned().ok_or_else(|| damaged("the key check is missing"))
}

fn damaged(what: &str) -> Failure {
    Failure::new(ErrorCode::MasterKeyWrong).because(what)
}

fn key_id(text: &str) -> Result<KeyId, Failure> {
    KeyId::from_text(text).ok_or_else(|| damaged("the id of a master key is damaged"))
}

async fn stored_check(connection: &impl ConnectionTrait, lock: Option<LockType>) -> Result<Option<KeyCheck>, Failure> {
    let mut found = master_key_check::Entity::find_by_id(CHECK);
    if let Some(lock) = lock {
        found = found.lock(lock);
    }
    let row = found.one(connection).await?;
    row.map(|row| KeyCheck::from_bytes(row.content)).transpose().map_err(|_| damaged("the key check is damaged"))
}

pub(super) fn owner(district: DistrictId, client: ClientId) -> Owner {
    Owner { district_id: district.0, client_id: client.0 }
}

/// Whether the master keys fit the database. Asked before the first write of a process; on the first start of all the
/// database is marked with the active key.
///
/// # Errors
/// `MASTER_KEY_WRONG`, and those of the database.
pub async fn admit(store: &Store) -> Result<(), Failure> {
    let vault = store.vault();
    vault.admitted.get_or_try_init(|| examine(store, vault)).await.map(|_| ())
}

async fn examine(store: &Store, vault: &Vault) -> Result<(), Failure> {
    let in_use = master_keys_in_use(store).await?;
    for _ in 0..2 {
        let stored = stored_check(store.reader(), None).await?;
        match vault.keys.examine(stored.as_ref(), in_use.iter().copied()).map_err(|why| wrong(&why))? {
            Admission::Current => return Ok(()),
            Admission::RotationPending => {
                tracing::warn!(
                    "the first master key is not the one of the database yet, or not of all of it: `kim keys rotate`"
                );
                return Ok(());
            }
            Admission::FirstStart(check) => {
                let row = master_key_check::ActiveModel { id: Set(CHECK), content: Set(check.as_bytes().to_vec()) };
                let unless_there = OnConflict::column(master_key_check::Column::Id).do_nothing().to_owned();
                let inserted = master_key_check::Entity::insert(row)
                    .on_conflict(unless_there)
                    .exec_without_returning(store.reader())
                    .await;
                match inserted {
                    // Another process may have been first, perhaps with another key: look again.
                    Ok(_) | Err(DbErr::RecordNotInserted) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
    }
    Ok(())
}

/// The master keys that wrap something in the database.
///
/// # Errors
/// `MASTER_KEY_WRONG` for an id that is none, and those of the database.
pub async fn master_keys_in_use(store: &Store) -> Result<Vec<KeyId>, Failure> {
    let clients: Vec<String> = client_key::Entity::find()
        .select_only()
        .column(client_key::Column::MasterKeyId)
        .distinct()
        .into_tuple()
        .all(store.reader())
        .await?;
    let districts: Vec<String> = district_key::Entity::find()
        .select_only()
        .column(district_key::Column::MasterKeyId)
        .distinct()
        .into_tuple()
        .all(store.reader())
        .await?;
    let ids = clients.iter().chain(&districts);
    ids.map(|id| key_id(id)).collect()
}

/// Why the master keys do not fit the database any more, if they do not: it was put under another one meanwhile.
///
/// # Errors
/// Those of the database.
pub async fn trouble(store: &Store) -> Result<Option<String>, Failure> {
    let check = stored_check(store.reader(), None).await?;
    Ok(check.and_then(|check| store.vault().keys.current(&check).err()).map(|why| why.to_string()))
}

/// Makes the data key of a new client.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn make_client_key<V: Verb>(
    transaction: &Transaction,
    permit: &Permit<V>,
    client: ClientId,
) -> Result<DataKey, Failure> {
    let district = permit.district_id();
    let (key, wrapped) = transaction.current_key().await?.create_data_key(owner(district, client))?;
    let row = client_key::ActiveModel {
        client_id: Set(client),
        district_id: Set(district),
        master_key_id: Set(wrapped.master_key_id().to_string()),
        wrapped: Set(wrapped.as_bytes().to_vec()),
    };
    client_key::Entity::insert(row).exec_without_returning(transaction.connection()).await?;
    Ok(key)
}

/// The data key of a client, for a rule that reached the client's record through its door; absent once it is destroyed.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn client_key<V: Verb>(
    transaction: &Transaction,
    permit: &Permit<V>,
    client: ClientId,
) -> Result<Option<DataKey>, Failure> {
    let row = client_key::Entity::find_by_id(client)
        .filter(client_key::Column::DistrictId.eq(permit.district_id()))
        .one(transaction.connection())
        .await?;
    row.map(|row| open_client_key(transaction.vault(), row.district_id, client, row.wrapped)).transpose()
}

/// The data key of a client, for the extract that a person has a right to; absent once it is destroyed.
///
/// # Errors
/// Those of the vault and of the database.
pub(super) async fn client_key_for_extract(
    store: &Store,
    permit: &Permit<verb::ExtractClient>,
    client: ClientId,
) -> Result<Option<DataKey>, Failure> {
    let row = client_key::Entity::find_by_id(client)
        .filter(client_key::Column::DistrictId.eq(permit.district_id()))
        .one(store.reader())
        .await?;
    row.map(|row| open_client_key(store.vault(), row.district_id, client, row.wrapped)).transpose()
}

/// Opens a wrapped data key.
///
/// # Errors
/// Those of the vault.
pub(super) fn open_client_key(
    vault: &Vault,
    district: DistrictId,
    client: ClientId,
    wrapped: Vec<u8>,
) -> Result<DataKey, Failure> {
    let wrapped = WrappedKey::from_bytes(wrapped)?;
    Ok(vault.keys.open_data_key(owner(district, client), &wrapped)?)
}

/// Destroys the data key of a client: nothing that it sealed opens again. `false` if it was destroyed before.
///
/// # Errors
/// Those of the database.
pub async fn destroy_client_key<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    client: ClientId,
) -> Result<bool, Failure> {
    let deleted = client_key::Entity::delete_many()
        .filter(client_key::Column::ClientId.eq(client))
        .filter(client_key::Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(deleted.rows_affected == 1)
}

/// The index key of the district, for reading; absent as long as no client was ever put on record.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn index_key<V: Verb>(store: &Store, permit: &Permit<V>) -> Result<Option<Arc<IndexKey>>, Failure> {
    find_index_key(store.reader(), store.vault(), permit.district_id()).await
}

/// The index key of the district, for writing; made when it is needed for the first time.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn index_key_in<V: Verb>(transaction: &Transaction, permit: &Permit<V>) -> Result<Arc<IndexKey>, Failure> {
    let (connection, vault, district) = (transaction.connection(), transaction.vault(), permit.district_id());
    if let Some(key) = find_index_key(connection, vault, district).await? {
        return Ok(key);
    }
    let (_, wrapped) = transaction.current_key().await?.create_index_key(district.0)?;
    let row = district_key::ActiveModel {
        district_id: Set(district),
        master_key_id: Set(wrapped.master_key_id().to_string()),
        wrapped: Set(wrapped.as_bytes().to_vec()),
    };
    let unless_there = OnConflict::column(district_key::Column::DistrictId).do_nothing().to_owned();
    match district_key::Entity::insert(row).on_conflict(unless_there).exec_without_returning(connection).await {
        Ok(_) | Err(DbErr::RecordNotInserted) => {}
        Err(error) => return Err(error.into()),
    }
    // Not kept: this transaction may yet be rolled back, and the key with it.
    read_index_key(connection, vault, district)
        .await?
        .map(Arc::new)
        .ok_or_else(|| Failure::internal("an index key is neither there nor new"))
}

async fn find_index_key(
    connection: &impl ConnectionTrait,
    vault: &Vault,
    district: DistrictId,
) -> Result<Option<Arc<IndexKey>>, Failure> {
    if let Some(key) = vault.known_index_key(district) {
        return Ok(Some(key));
    }
    Ok(read_index_key(connection, vault, district).await?.map(|key| vault.keep_index_key(district, key)))
}

async fn read_index_key(
    connection: &impl ConnectionTrait,
    vault: &Vault,
    district: DistrictId,
) -> Result<Option<IndexKey>, Failure> {
    let Some(row) = district_key::Entity::find_by_id(district).one(connection).await? else { return Ok(None) };
    Ok(Some(vault.keys.open_index_key(district.0, &WrappedKey::from_bytes(row.wrapped)?)?))
}
