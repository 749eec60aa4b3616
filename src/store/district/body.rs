//! Guiding bodies of a district.

pub use entity::body::Model as Body;
use entity::body::{ActiveModel, Column, Entity};
use entity::ids::BodyId;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use super::directory::Listed;
use crate::access::{Extent, Permit, on};
use crate::error::Failure;

impl Listed for Body {
    type Table = Entity;
    type Id = BodyId;
    const COLUMNS: [Column; 3] = [Column::DistrictId, Column::Id, Column::Name];

    fn id(&self) -> BodyId {
        self.id
    }

    fn sort_key(&self) -> (Uuid, &str) {
        (self.id.0, &self.name)
    }
}

/// Selects the body if its whole history is within reach: it tells of all memberships.
pub(in crate::store) fn door<V: on::Body>(permit: &Permit<V>, id: BodyId) -> SelectStatement {
    let mut selected = select(permit).select_only().column(Column::Id).filter(Column::Id.eq(id));
    if *permit.extent() != Extent::District {
        selected = selected.filter(Column::Id.is_null());
    }
    selected.into_query()
}

fn select<V: on::Body>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(Column::DistrictId.eq(permit.district_id()))
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Body>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: BodyId,
) -> Result<Option<Body>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// Records one.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Body>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    body: &Body,
) -> Result<(), Failure> {
    let row = Body { district_id: permit.district_id(), ..body.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of a body that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: on::Body>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    body: &Body,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(body.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}
