//! Municipalities of a district.

use entity::ids::MunicipalityId;
pub use entity::municipality::Model as Municipality;
use entity::municipality::{ActiveModel, Column, Entity};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, SqlErr};
use uuid::Uuid;

use super::directory::Listed;
use crate::access::{Permit, on, verb};
use crate::error::{ErrorCode, Failure, UserError};

impl Listed for Municipality {
    type Table = Entity;
    type Id = MunicipalityId;
    const COLUMNS: [Column; 3] = [Column::DistrictId, Column::Id, Column::Name];

    fn id(&self) -> MunicipalityId {
        self.id
    }

    fn sort_key(&self) -> (Uuid, &str) {
        (self.id.0, &self.name)
    }
}

/// One by its id, inside a transaction.
///
/// # Errors
/// Those of the database.
pub async fn find<V: crate::access::Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: MunicipalityId,
) -> Result<Option<Municipality>, Failure> {
    Ok(Entity::find_by_id(id).filter(Column::DistrictId.eq(permit.district_id())).one(connection).await?)
}

/// Records a municipality.
///
/// # Errors
/// `AGS_TAKEN` as a user error; else those of the database.
pub async fn insert(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::AddMunicipality>,
    municipality: Municipality,
) -> Result<Result<Municipality, UserError>, Failure> {
    let taken = Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Ags.eq(municipality.ags.as_str()))
        .filter(Column::ValidUntil.is_null())
        .one(connection)
        .await?;
    if taken.is_some() {
        return Ok(Err(UserError::at("ags", ErrorCode::AgsTaken)));
    }
    let row = ActiveModel::from(Municipality { district_id: permit.district_id(), ..municipality.clone() }).reset_all();
    match Entity::insert(row).exec_without_returning(connection).await {
        Ok(_) => Ok(Ok(municipality)),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Ok(Err(UserError::at("ags", ErrorCode::AgsTaken)))
        }
        Err(error) => Err(error.into()),
    }
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Directory>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: MunicipalityId,
) -> Result<Option<Municipality>, Failure> {
    let found = Entity::find_by_id(id).filter(Column::DistrictId.eq(permit.district_id()));
    Ok(found.lock_exclusive().one(connection).await?)
}

/// Which of these municipalities exist in the district.
///
/// # Errors
/// Those of the database.
pub async fn existing<V: crate::access::Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    ids: &[MunicipalityId],
) -> Result<Vec<MunicipalityId>, Failure> {
    let rows = Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
