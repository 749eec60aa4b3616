//! Documents of cases: their records, without names and contents.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::codes::{DataClass, DocumentStatus};
pub use entity::document::Model as Document;
use entity::document::{ActiveModel, Column, Entity};
use entity::ids::{CaseId, ClientId, DistrictId, DocumentId};
use entity::{client, sealed_text};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::case::hanging;
use super::identified::{Place, documents_lapsed};
use crate::access::{Permit, Verb, on, verb};
use crate::error::Failure;
use crate::store::{Store, Transaction};

/// Unfinished documents that are forgotten in one go.
const UNFINISHED_AT_ONCE: u64 = 500;

/// Where documents stand.
fn place() -> Place {
    Place::of_class((Entity, Column::ClientId), (Entity, Column::CaseId), DataClass::Documents)
}

/// The door to their records: documents are identified content, and only those for whom their class opens see that they are
/// there; lead and substitute also where the consent to keep them has lapsed.
fn select<V: on::Identity>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(Column::DistrictId.eq(permit.district_id())).filter(place().is_known(permit))
}

/// One by its id, if its content opens.
///
/// # Errors
/// Those of the database.
pub async fn open<V: on::Identity>(
    store: &Store,
    permit: &Permit<V>,
    id: DocumentId,
) -> Result<Option<Document>, Failure> {
    let found =
        Entity::find_by_id(id).filter(Column::DistrictId.eq(permit.district_id())).filter(place().opens(permit));
    Ok(found.one(store.reader()).await?)
}

/// Whether a client's consent to keep photographs and documents has lapsed, for a rule that reached the client through its
/// door.
///
/// # Errors
/// Those of the database.
pub async fn is_consent_lapsed<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    client: ClientId,
) -> Result<bool, Failure> {
    let this_client = Expr::col((client::Entity, client::Column::Id));
    let found = client::Entity::find_by_id(client)
        .filter(client::Column::DistrictId.eq(permit.district_id()))
        .filter(documents_lapsed(permit.district_id(), permit.today(), this_client));
    Ok(found.one(connection).await?.is_some())
}

/// Several by their ids, in any order; those of which the holder may not know are absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Identity>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[DocumentId],
) -> Result<Vec<Document>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// The documents of these cases that are not deleted, oldest first; those of which the holder may not know are absent.
///
/// # Errors
/// Those of the database.
pub async fn of_cases<V: on::Identity>(
    store: &Store,
    permit: &Permit<V>,
    cases: &[CaseId],
) -> Result<Vec<Document>, Failure> {
    Ok(select(permit)
        .filter(Column::CaseId.is_in(cases.iter().copied()))
        .filter(Column::Status.ne(DocumentStatus::Deleted))
        .order_by_asc(Column::Id)
        .all(store.reader())
        .await?)
}

/// How many documents are stored in each of these cases, for those who may see the case; absent: none.
///
/// # Errors
/// Those of the database.
pub async fn counts(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    cases: &[CaseId],
) -> Result<HashMap<CaseId, i64>, Failure> {
    let rows: Vec<(CaseId, i64)> = Entity::find()
        .select_only()
        .column(Column::CaseId)
        .column_as(Column::Id.count(), "stored")
        .filter(hanging(permit, Column::CaseId))
        .filter(Column::CaseId.is_in(cases.iter().copied()))
        .filter(Column::Status.eq(DocumentStatus::Stored))
        .group_by(Column::CaseId)
        .into_tuple()
        .all(store.reader())
        .await?;
    Ok(rows.into_iter().collect())
}

/// One of a case within reach, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: DocumentId,
) -> Result<Option<Document>, Failure> {
    let found = Entity::find_by_id(id).filter(hanging(permit, Column::CaseId));
    Ok(found.lock_exclusive().one(connection).await?)
}

/// Records a new document.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    document: &Document,
) -> Result<(), Failure> {
    let row = Document { district_id: permit.district_id(), ..document.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of a document that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    document: &Document,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(document.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// Marks all documents of a client as deleted: part of erasing it. Their contents are noise once the client's key is
/// destroyed; they are removed after the commit.
///
/// # Errors
/// Those of the database.
pub async fn delete_all_of<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    client: ClientId,
    now: DateTime<Utc>,
) -> Result<u64, Failure> {
    let deleted = Entity::update_many()
        .col_expr(Column::Status, SimpleExpr::val(DocumentStatus::Deleted))
        .col_expr(Column::ObjectKey, SimpleExpr::Value(sea_orm::Value::String(None)))
        .col_expr(Column::DeletedAt, SimpleExpr::val(now))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::ClientId.eq(client))
        .filter(Column::Status.ne(DocumentStatus::Deleted))
        .exec(connection)
        .await?;
    Ok(deleted.rows_affected)
}

/// The deleted documents of a client, whose contents are to be removed; beside any actor.
///
/// # Errors
/// Those of the database.
pub async fn deleted_of(store: &Store, district: DistrictId, client: ClientId) -> Result<Vec<DocumentId>, Failure> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::DistrictId.eq(district))
        .filter(Column::ClientId.eq(client))
        .filter(Column::Status.eq(DocumentStatus::Deleted))
        .into_tuple()
        .all(store.reader())
        .await?)
}

/// Documents whose content was awaited until before `before` and never came, some hundreds at most; for housekeeping,
/// beside any actor.
///
/// # Errors
/// Those of the database.
pub async fn unfinished(store: &Store, before: DateTime<Utc>) -> Result<Vec<(DistrictId, DocumentId)>, Failure> {
    Ok(Entity::find()
        .select_only()
        .columns([Column::DistrictId, Column::Id])
        .filter(Column::Status.eq(DocumentStatus::Receiving))
        .filter(Column::AwaitedUntil.lt(before))
        .order_by_asc(Column::AwaitedUntil)
        .limit(UNFINISHED_AT_ONCE)
        .into_tuple()
        .all(store.reader())
        .await?)
}

/// Forgets the records of such documents, with their names; beside any actor.
///
/// # Errors
/// Those of the database.
pub async fn forget(transaction: &Transaction, ids: &[DocumentId]) -> Result<u64, Failure> {
    let connection = transaction.connection();
    sealed_text::Entity::delete_many()
        .filter(sealed_text::Column::RecordId.is_in(ids.iter().map(|id| id.0)))
        .exec(connection)
        .await?;
    let deleted = Entity::delete_many()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::Status.eq(DocumentStatus::Receiving))
        .exec(connection)
        .await?;
    Ok(deleted.rows_affected)
}

/// Where the contents of these documents lie, as far as their records are there; for housekeeping, beside any actor.
///
/// # Errors
/// Those of the database.
pub async fn places_of(
    store: &Store,
    district: DistrictId,
    ids: &[DocumentId],
) -> Result<HashMap<DocumentId, (DocumentStatus, Option<String>)>, Failure> {
    let rows: Vec<(DocumentId, DocumentStatus, Option<String>)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Status, Column::ObjectKey])
        .filter(Column::DistrictId.eq(district))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(store.reader())
        .await?;
    Ok(rows.into_iter().map(|(id, status, place)| (id, (status, place))).collect())
}
