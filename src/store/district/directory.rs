//! The directory: municipalities, organisations and bodies are lists by name that everybody in the district may read.

use std::hash::Hash;

use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, IntoSimpleExpr, ModelTrait, PaginatorTrait, QueryFilter, QuerySelect,
    QueryTrait, Select, Value,
};
use uuid::Uuid;

use crate::access::{Extent, Permit, on};
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// A table of the directory.
pub trait Listed: ModelTrait<Entity = Self::Table> + FromQueryResult + Clone + Send + Sync + 'static {
    /// Its table.
    type Table: EntityTrait<Model = Self>;
    /// Its identifier.
    type Id: Copy + Eq + Hash + Send + Sync + Into<Value> + 'static;
    /// Columns: district, id, name.
    const COLUMNS: [<Self::Table as EntityTrait>::Column; 3];
    /// Its id.
    fn id(&self) -> Self::Id;
    /// Its id as a bare UUID, and its name.
    fn sort_key(&self) -> (Uuid, &str);
}

/// The door: what the permit reaches.
fn select<L: Listed, V: on::Directory>(permit: &Permit<V>) -> Select<L::Table> {
    let [district, id, _] = L::COLUMNS;
    L::Table::find().filter(match permit.extent() {
        Extent::District => district.eq(permit.district_id()),
        // The directory is read as a whole or not at all: who has no grant has no reach either.
        Extent::Part { .. } => id.is_null(),
    })
}

/// Selects one by its id if the permit reaches it: for what hangs on the record.
pub(in crate::store) fn door<L: Listed, V: on::Directory>(permit: &Permit<V>, id: L::Id) -> SelectStatement {
    let [_, column, _] = L::COLUMNS;
    select::<L, V>(permit).select_only().column(column).filter(column.eq(id)).into_query()
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<L: Listed, V: on::Directory>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[L::Id],
) -> Result<Vec<L>, Failure> {
    let [_, id, _] = L::COLUMNS;
    Ok(select::<L, V>(permit).filter(id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// A page by name.
///
/// # Errors
/// Those of the database.
pub async fn page<L: Listed, V: on::Directory>(
    store: &Store,
    permit: &Permit<V>,
    window: &Window,
) -> Result<Page<L>, Failure> {
    let [_, id, name] = L::COLUMNS;
    let select = window.apply(select::<L, V>(permit), Some(name.into_simple_expr()), id.into_simple_expr());
    Ok(window.page(select.all(store.reader()).await?))
}

/// How many there are.
///
/// # Errors
/// Those of the database.
pub async fn count<L: Listed, V: on::Directory>(store: &Store, permit: &Permit<V>) -> Result<u64, Failure> {
    Ok(select::<L, V>(permit).count(store.reader()).await?)
}

/// Where one stands in the list.
#[must_use]
pub fn boundary<L: Listed>(row: &L) -> Boundary {
    let (id, name) = row.sort_key();
    Boundary { key: Key::Text(name.to_owned()), id }
}
