//! Idempotency keys and the first answers given under them.

use chrono::{DateTime, Utc};
use entity::idempotency_record::{ActiveModel, Column, Entity};
use entity::ids::{AccountId, DistrictId, IdempotencyRecordId, Identifier};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

use crate::error::Failure;

/// Whose key it is.
#[derive(Clone, Copy, Debug)]
pub struct KeyOwner {
    /// The district.
    pub district_id: DistrictId,
    /// The account.
    pub account_id: AccountId,
}

/// What is known of a key.
#[derive(Clone, Debug)]
pub enum KnownKey {
    /// It is new and now taken by this transaction.
    Taken(IdempotencyRecordId),
    /// It was used before.
    Used {
        /// The hash of the request it was used for.
        request_hash: Vec<u8>,
        /// The first answer.
        answer: Option<serde_json::Value>,
    },
}

/// Takes a key, or finds what it was used for. Of two transactions with the same key the second one waits here for the
/// first.
///
/// # Errors
/// Those of the database.
pub async fn take(
    connection: &impl ConnectionTrait,
    owner: KeyOwner,
    key: &str,
    request_hash: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<KnownKey, Failure> {
    let id = IdempotencyRecordId::new();
    let row = ActiveModel {
        id: Set(id),
        district_id: Set(owner.district_id),
        account_id: Set(owner.account_id),
        key: Set(key.to_owned()),
        request_hash: Set(request_hash.to_vec()),
        answer: Set(None),
        created_at: Set(now),
    };
    let inserted = Entity::insert(row)
        .on_conflict(OnConflict::columns([Column::AccountId, Column::Key]).do_nothing().to_owned())
        .exec_without_returning(connection)
        .await;
    match inserted {
        Ok(1) => return Ok(KnownKey::Taken(id)),
        Ok(_) | Err(sea_orm::DbErr::RecordNotInserted) => {}
        Err(error) => return Err(error.into()),
    }
    let found = Entity::find()
        .filter(Column::AccountId.eq(owner.account_id))
        .filter(Column::Key.eq(key))
        .one(connection)
        .await?
        .ok_or_else(|| Failure::internal("an idempotency key is neither free nor taken"))?;
    Ok(KnownKey::Used { request_hash: found.request_hash, answer: found.answer })
}

/// Stores the first answer under a key that this transaction took.
///
/// # Errors
/// Those of the database.
pub async fn answer(
    connection: &impl ConnectionTrait,
    id: IdempotencyRecordId,
    answer: serde_json::Value,
) -> Result<(), Failure> {
    let row = ActiveModel { id: Set(id), answer: Set(Some(answer)), ..Default::default() };
    Entity::update(row).exec(connection).await?;
    Ok(())
}

/// Deletes keys that were first used before `before`.
///
/// # Errors
/// Those of the database.
pub async fn forget_old(connection: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, Failure> {
    Ok(Entity::delete_many().filter(Column::CreatedAt.lt(before)).exec(connection).await?.rows_affected)
}
