//! Free text about clients: written by the pipeline, opened through the door to identified content.

use chrono::{DateTime, Utc};
use entity::codes::{ClientStatus, DataClass, TextKind};
use entity::ids::{CaseId, ClientId, Identifier, SealedTextId};
use entity::sealed_text::{ActiveModel, Column, Entity};
use entity::{client, client_key};
use sea_orm::sea_query::{CaseStatement, CommonTableExpression, Expr, OnConflict, Query, SubQueryStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, Set};
use secrecy::ExposeSecret;
use uuid::Uuid;

use super::identified::{OpenedKeys, Opening, Place, STANDING, Standing, rows, workable};
use crate::access::{Permit, Verb, on};
use crate::domain::casework::text::data_class;
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::{Store, Transaction};
use crate::vault::{DataKey, FieldName, Sealed};

/// Where a text is sealed: it opens nowhere else.
pub(super) fn place_of(kind: TextKind, record: Uuid) -> FieldName {
    FieldName::new(kind.as_str()).of(record)
}

/// A text of a record; absent: it is to be taken away.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The record.
    pub record_id: Uuid,
    /// Which text of the record.
    pub kind: TextKind,
    /// The text.
    pub text: Option<String>,
}

/// Seals texts of a client under its key, or takes them away.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn write<V: Verb>(
    transaction: &Transaction,
    permit: &Permit<V>,
    key: &DataKey,
    case: Option<CaseId>,
    entries: &[Entry],
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let client = ClientId(key.owner().client_id);
    let (mut kept, mut gone) = (Vec::new(), Condition::any());
    for entry in entries {
        match &entry.text {
            Some(text) => kept.push(ActiveModel {
                id: Set(SealedTextId::new()),
                district_id: Set(permit.district_id()),
                client_id: Set(client),
                case_id: Set(case),
                record_id: Set(entry.record_id),
                kind: Set(entry.kind),
                data_class: Set(data_class(entry.kind)),
                content: Set(key.seal_text(place_of(entry.kind, entry.record_id), text)?.into_bytes()),
                changed_at: Set(now),
            }),
            None => {
                let this = Column::RecordId.eq(entry.record_id).and(Column::Kind.eq(entry.kind));
                gone = gone.add(this);
            }
        }
    }
    let connection = transaction.connection();
    if !gone.is_empty() {
        Entity::delete_many()
            .filter(Column::DistrictId.eq(permit.district_id()))
            .filter(Column::ClientId.eq(client))
            .filter(gone)
            .exec(connection)
            .await?;
    }
    if !kept.is_empty() {
        let renew = OnConflict::columns([Column::RecordId, Column::Kind])
            .update_columns([Column::Content, Column::ChangedAt])
            .to_owned();
        Entity::insert_many(kept).on_conflict(renew).exec_without_returning(connection).await?;
    }
    Ok(())
}

/// What stands in the way of writing about a client: restricted, erased, or without the consent that the record rests on.
///
/// # Errors
/// Those of the database.
pub async fn unwritable<V: Verb>(
    transaction: &Transaction,
    permit: &Permit<V>,
    id: ClientId,
) -> Result<Option<UserError>, Failure> {
    let connection = transaction.connection();
    let found = client::Entity::find_by_id(id)
        .filter(client::Column::DistrictId.eq(permit.district_id()))
        .one(connection)
        .await?;
    let status = found.map_or(ClientStatus::Erased, |client| client.status);
    Ok(match status {
        ClientStatus::Erased => Some(UserError::at("", ErrorCode::ClientErased)),
        ClientStatus::Restricted => Some(UserError::at("", ErrorCode::ClientRestricted)),
        ClientStatus::Active => {
            let workable = client::Entity::find_by_id(id)
                .filter(client::Column::Id.in_subquery(workable(permit.district_id(), permit.today())))
                .one(connection)
                .await?;
            workable.is_none().then(|| UserError::at("", ErrorCode::ConsentNeeded))
        }
    })
}

/// A text of a record.
pub struct RecordText {
    /// The record.
    pub record_id: Uuid,
    /// Which text of the record.
    pub kind: TextKind,
    /// The text; absent where there is one that does not open for the holder of the permit.
    pub open: Option<OpenText>,
}

/// A text that opened.
#[derive(Clone)]
pub struct OpenText {
    /// Whose, and as what the reader stood before it.
    pub opening: Opening,
    /// The text.
    pub text: String,
}

#[derive(FromQueryResult)]
struct Row {
    client_id: ClientId,
    case_id: Option<CaseId>,
    record_id: Uuid,
    kind: TextKind,
    data_class: DataClass,
    content: Option<Vec<u8>>,
    wrapped: Option<Vec<u8>>,
    standing: Option<i32>,
}

/// The texts of these records. What does not open for the holder of the permit comes without its key and its content.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn of_records<V: on::Identity>(
    store: &Store,
    permit: &Permit<V>,
    records: &[Uuid],
) -> Result<Vec<RecordText>, Failure> {
    const FOUND: &str = "found";
    let place = Place::columns((Entity, Column::ClientId), (Entity, Column::CaseId), (Entity, Column::DataClass));
    let told = [Column::ClientId, Column::CaseId, Column::RecordId, Column::Kind, Column::DataClass];
    let found = Query::select()
        .columns(told.map(|column| (Entity, column)))
        .column((Entity, Column::Content))
        .expr_as(place.standing(permit), STANDING)
        .from(Entity)
        .and_where(Expr::col((Entity, Column::DistrictId)).eq(permit.district_id()))
        .and_where(Expr::col((Entity, Column::RecordId)).is_in(records.iter().copied()))
        .take();
    let key = Query::select()
        .column((client_key::Entity, client_key::Column::Wrapped))
        .from(client_key::Entity)
        .and_where(Expr::col((client_key::Entity, client_key::Column::ClientId)).equals((FOUND, Column::ClientId)))
        .take();
    let key = Expr::SubQuery(None, Box::new(SubQueryStatement::SelectStatement(key)));
    let where_open =
        |expression: Expr| CaseStatement::new().case(Expr::col((FOUND, STANDING)).is_not_null(), expression);
    // Materialized: else the door would be asked once for each column that it guards.
    let found = CommonTableExpression::new().query(found).table_name(FOUND).materialized(true).to_owned();
    let statement = Query::select()
        .with_cte(found)
        .columns(told.map(|column| (FOUND, column)))
        .column((FOUND, STANDING))
        .expr_as(where_open(Expr::col((FOUND, Column::Content))), Column::Content)
        .expr_as(where_open(key), client_key::Column::Wrapped)
        .from(FOUND)
        .take();
    let mut keys = OpenedKeys::new(store.vault(), permit.district_id());
    let mut texts = Vec::new();
    for Row { client_id, case_id, record_id, kind, data_class, content, wrapped, standing } in
        rows::<Row>(store.reader(), &statement).await?
    {
        let open = match (standing, wrapped, content) {
            (Some(standing), Some(wrapped), Some(content)) => {
                let key = keys.of(client_id, &wrapped)?;
                let text = key.open_text(place_of(kind, record_id), &Sealed::from_bytes(content)?)?;
                let standing = Standing::read(standing);
                let opening = Opening { client_id, case_id, data_class, standing, purpose: None };
                Some(OpenText { opening, text: text.expose_secret().to_owned() })
            }
            _ => None,
        };
        texts.push(RecordText { record_id, kind, open });
    }
    Ok(texts)
}

/// The texts of one record inside a transaction, opened for a rule that reached the record through its door.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn of_record_in<V: Verb>(
    transaction: &Transaction,
    permit: &Permit<V>,
    key: &DataKey,
    record: Uuid,
) -> Result<Vec<(TextKind, String)>, Failure> {
    let found = Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::ClientId.eq(key.owner().client_id))
        .filter(Column::RecordId.eq(record))
        .all(transaction.connection())
        .await?;
    found
        .into_iter()
        .map(|row| {
            let sealed = Sealed::from_bytes(row.content)?;
            let text = key.open_text(place_of(row.kind, row.record_id), &sealed)?;
            Ok((row.kind, text.expose_secret().to_owned()))
        })
        .collect()
}

/// Takes all texts of a client away: part of erasing it.
///
/// # Errors
/// Those of the database.
pub async fn delete_all_of<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    client: ClientId,
) -> Result<u64, Failure> {
    let deleted = Entity::delete_many()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::ClientId.eq(client))
        .exec(connection)
        .await?;
    Ok(deleted.rows_affected)
}
