//! Districts.

use chrono::{DateTime, Utc};
use entity::codes::CodeList;
pub use entity::district::Model as District;
use entity::district::{ActiveModel, Column, Entity};
use entity::ids::{DistrictId, Identifier};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use super::code_list;
use crate::access::{Extent, Permit, on};
use crate::error::Failure;
use crate::store::Store;
use crate::store::casework::deadline_rule;
use crate::store::casework::retention_rule;
use crate::store::structure::stair;

/// The district of the permit.
///
/// # Errors
/// Those of the database.
pub async fn find<V: on::Directory>(store: &Store, permit: &Permit<V>) -> Result<Option<District>, Failure> {
    if *permit.extent() != Extent::District {
        return Ok(None);
    }
    Ok(Entity::find_by_id(permit.district_id()).one(store.reader()).await?)
}

/// The district of the permit, inside a transaction.
///
/// # Errors
/// Those of the database.
pub async fn of<V: on::Directory>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
) -> Result<Option<District>, Failure> {
    Ok(Entity::find_by_id(permit.district_id()).one(connection).await?)
}

/// All districts: for the command line, the sealer and the demo, which act before there is an actor.
///
/// # Errors
/// Those of the database.
pub async fn all(store: &Store) -> Result<Vec<District>, Failure> {
    Ok(Entity::find().order_by_asc(Column::Ags).all(store.reader()).await?)
}

/// The district with this key.
///
/// # Errors
/// Those of the database.
pub async fn by_ags(store: &Store, ags: &str) -> Result<Option<District>, Failure> {
    Ok(Entity::find().filter(Column::Ags.eq(ags)).one(store.reader()).await?)
}

/// Makes a district, with the code lists and the rules that it begins with.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    connection: &impl ConnectionTrait,
    ags: &str,
    name: &str,
    now: DateTime<Utc>,
) -> Result<DistrictId, Failure> {
    let id = DistrictId::new();
    let row = ActiveModel { id: Set(id), ags: Set(ags.to_owned()), name: Set(name.to_owned()), created_at: Set(now) };
    Entity::insert(row).exec_without_returning(connection).await?;
    retention_rule::insert_presets(connection, id).await?;
    code_list::insert_defaults(connection, id, CodeList::ALL).await?;
    deadline_rule::insert_defaults(connection, id).await?;
    stair::insert_default(connection, id, now).await?;
    Ok(id)
}
