//! Organisations of a district.

use chrono::NaiveDate;
use entity::codes::OrganisationKind;
use entity::ids::OrganisationId;
pub use entity::organisation::Model as Organisation;
use entity::organisation::{ActiveModel, Column, Entity};
use entity::position;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::directory::Listed;
use crate::access::{Permit, on, verb};
use crate::error::Failure;

impl Listed for Organisation {
    type Table = Entity;
    type Id = OrganisationId;
    const COLUMNS: [Column; 3] = [Column::DistrictId, Column::Id, Column::Name];

    fn id(&self) -> OrganisationId {
        self.id
    }

    fn sort_key(&self) -> (Uuid, &str) {
        (self.id.0, &self.name)
    }
}

/// Those of a kind that have not ended on the day of the permit.
///
/// # Errors
/// Those of the database.
pub async fn of_kind<V: crate::access::Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    kind: OrganisationKind,
) -> Result<Vec<Organisation>, Failure> {
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Kind.eq(kind))
        .filter(Condition::any().add(Column::ValidUntil.is_null()).add(Column::ValidUntil.gt(permit.today())))
        .all(connection)
        .await?)
}

/// Records an organisation.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::AddOrganisation>,
    organisation: Organisation,
) -> Result<Organisation, Failure> {
    let row = Organisation { district_id: permit.district_id(), ..organisation };
    Entity::insert(ActiveModel::from(row.clone()).reset_all()).exec_without_returning(connection).await?;
    Ok(row)
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Directory>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: OrganisationId,
) -> Result<Option<Organisation>, Failure> {
    let found = Entity::find_by_id(id).filter(Column::DistrictId.eq(permit.district_id()));
    Ok(found.lock_exclusive().one(connection).await?)
}

/// Stores the end of an organisation that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EndOrganisation>,
    organisation: &Organisation,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(organisation.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// Whether an organisation has positions on `day` or later.
///
/// # Errors
/// Those of the database.
pub async fn employs(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EndOrganisation>,
    id: OrganisationId,
    day: NaiveDate,
) -> Result<bool, Failure> {
    let position = position::Entity::find()
        .filter(position::Column::DistrictId.eq(permit.district_id()))
        .filter(position::Column::EmployerId.eq(id))
        .filter(Condition::any().add(position::Column::EndedOn.is_null()).add(position::Column::EndedOn.gt(day)));
    Ok(position.one(connection).await?.is_some())
}

/// One by its id, inside a transaction.
///
/// # Errors
/// Those of the database.
pub async fn find<V: crate::access::Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: OrganisationId,
) -> Result<Option<Organisation>, Failure> {
    Ok(Entity::find_by_id(id).filter(Column::DistrictId.eq(permit.district_id())).one(connection).await?)
}

/// The organisation of this name.
///
/// # Errors
/// Those of the database.
pub async fn find_by_name<V: crate::access::Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    name: &str,
) -> Result<Option<Organisation>, Failure> {
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Name.eq(name))
        .one(connection)
        .await?)
}
