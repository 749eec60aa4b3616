//! Code lists of a district: read by everybody there, edited by administrators.

use std::collections::BTreeSet;

use chrono::NaiveDate;
pub use entity::code_list_entry::Model as CodeListEntry;
use entity::code_list_entry::{ActiveModel, Column, Entity};
use entity::codes::CodeList;
use entity::district;
use entity::ids::{CodeListEntryId, DistrictId, Identifier};
use sea_orm::sea_query::{OnConflict, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoSimpleExpr, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};

use crate::access::{Extent, Permit, Verb, on, verb};
use crate::domain::district::code_list::defaults;
use crate::error::{ErrorCode, Failure};
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// The door: what the permit reaches. The lists are read as a whole or not at all.
fn select<V: Verb>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(match permit.extent() {
        Extent::District => Column::DistrictId.eq(permit.district_id()),
        Extent::Part { .. } => Column::Id.is_null(),
    })
}

/// Selects one by its id if the permit reaches it: for its history.
pub(in crate::store) fn door<V: on::Directory>(permit: &Permit<V>, id: CodeListEntryId) -> SelectStatement {
    select(permit).select_only().column(Column::Id).filter(Column::Id.eq(id)).into_query()
}

/// The condition that an entry holds on `day`.
fn holds_on(day: NaiveDate) -> Condition {
    Condition::all()
        .add(Column::ValidFrom.lte(day))
        .add(Condition::any().add(Column::ValidUntil.is_null()).add(Column::ValidUntil.gt(day)))
}

/// A page of a list, in its order: what holds on `day`, or every entry that there ever was or will be.
///
/// # Errors
/// Those of the database.
pub async fn page<V: on::Directory>(
    store: &Store,
    permit: &Permit<V>,
    list: CodeList,
    day: Option<NaiveDate>,
    window: &Window,
) -> Result<Page<CodeListEntry>, Failure> {
    let mut entries = select(permit).filter(Column::List.eq(list));
    if let Some(day) = day {
        entries = entries.filter(holds_on(day));
    }
    let key = Some(Column::Position.into_simple_expr());
    Ok(window.page(window.apply(entries, key, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// Where an entry stands in its list.
#[must_use]
pub fn boundary(entry: &CodeListEntry) -> Boundary {
    Boundary { key: Key::Number(entry.position), id: entry.id.0 }
}

/// All entries of all lists, by list, place and time: for a file.
///
/// # Errors
/// Those of the database.
pub async fn all<V: on::Directory>(store: &Store, permit: &Permit<V>) -> Result<Vec<CodeListEntry>, Failure> {
    Ok(select(permit)
        .order_by_asc(Column::List)
        .order_by_asc(Column::Position)
        .order_by_asc(Column::Code)
        .order_by_asc(Column::ValidFrom)
        .all(store.reader())
        .await?)
}

/// Whether a list of the district has this value on `day`: for every command that takes one.
///
/// # Errors
/// Those of the database.
pub async fn existing<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    list: CodeList,
    code: &str,
    day: NaiveDate,
) -> Result<bool, Failure> {
    let found = Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::List.eq(list))
        .filter(Column::Code.eq(code))
        .filter(holds_on(day));
    Ok(found.count(connection).await? > 0)
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Rules>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: CodeListEntryId,
) -> Result<Option<CodeListEntry>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// All entries of one value, earliest first, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_all_of(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditCodeList>,
    list: CodeList,
    code: &str,
) -> Result<Vec<CodeListEntry>, Failure> {
    Ok(select(permit)
        .filter(Column::List.eq(list))
        .filter(Column::Code.eq(code))
        .order_by_asc(Column::ValidFrom)
        .lock_exclusive()
        .all(connection)
        .await?)
}

/// The highest place in a list, 0 for an empty one.
///
/// # Errors
/// Those of the database.
pub async fn last_position(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditCodeList>,
    list: CodeList,
) -> Result<i32, Failure> {
    let last = select(permit).filter(Column::List.eq(list)).order_by_desc(Column::Position).one(connection).await?;
    Ok(last.map_or(0, |entry| entry.position))
}

/// Records an entry; `false` if one of the same value with the same beginning was recorded meanwhile.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditCodeList>,
    entry: &CodeListEntry,
) -> Result<bool, Failure> {
    if entry.district_id != permit.district_id() {
        return Err(Failure::new(ErrorCode::NotFound));
    }
    insert_new(connection, vec![entry.clone()]).await
}

/// Stores a changed entry that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditCodeList>,
    entry: &CodeListEntry,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(entry.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// Records what is not there yet; whether anything was recorded.
async fn insert_new(connection: &impl ConnectionTrait, entries: Vec<CodeListEntry>) -> Result<bool, Failure> {
    let unique = OnConflict::columns([Column::DistrictId, Column::List, Column::Code, Column::ValidFrom])
        .do_nothing()
        .to_owned();
    let rows = entries.into_iter().map(|entry| ActiveModel::from(entry).reset_all());
    match Entity::insert_many(rows).on_conflict(unique).exec_without_returning(connection).await {
        Ok(count) => Ok(count > 0),
        Err(sea_orm::DbErr::RecordNotInserted) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Gives a district the default entries of these lists. Beside any actor: a district begins with them.
///
/// # Errors
/// Those of the database.
pub(super) async fn insert_defaults(
    connection: &impl ConnectionTrait,
    district_id: DistrictId,
    lists: &[CodeList],
) -> Result<(), Failure> {
    let entries = defaults().map_err(|fault| Failure::internal(fault.to_string()))?;
    let rows = entries.into_iter().filter(|entry| lists.contains(&entry.list)).map(|entry| CodeListEntry {
        id: CodeListEntryId::new(),
        district_id,
        list: entry.list,
        code: entry.code,
        label_de: entry.label_de,
        label_en: entry.label_en,
        description: entry.description,
        position: entry.position,
        valid_from: entry.valid_from,
        valid_until: entry.valid_until,
    });
    insert_new(connection, rows.collect()).await?;
    Ok(())
}

/// Gives the default entries to districts that were there before this list was. Beside any actor: part of bringing a
/// database to the present shape.
///
/// # Errors
/// Those of the database.
pub async fn complete(connection: &impl ConnectionTrait) -> Result<(), Failure> {
    let having: BTreeSet<(DistrictId, CodeList)> = Entity::find()
        .select_only()
        .column(Column::DistrictId)
        .column(Column::List)
        .distinct()
        .into_tuple()
        .all(connection)
        .await?
        .into_iter()
        .collect();
    for district in district::Entity::find().all(connection).await? {
        let lacks = |list: &CodeList| !having.contains(&(district.id, *list));
        let missing: Vec<CodeList> = CodeList::ALL.iter().copied().filter(lacks).collect();
        if !missing.is_empty() {
            insert_defaults(connection, district.id, &missing).await?;
        }
    }
    Ok(())
}
