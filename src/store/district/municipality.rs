//! Municipalities of a district.

use chrono::NaiveDate;
use entity::codes::MunicipalityKind;
use entity::ids::{Identifier, MunicipalityId};
pub use entity::municipality::Model as Municipality;
use entity::municipality::{ActiveModel, Column, Entity};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};
use uuid::Uuid;

use super::directory::Listed;
use crate::access::{Permit, on};
use crate::error::Failure;

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

/// What is needed to record one.
#[derive(Clone, Debug)]
pub struct NewMunicipality {
    /// Official key (AGS), eight digits.
    pub ags: String,
    /// Name.
    pub name: String,
    /// Town or commune.
    pub kind: MunicipalityKind,
    /// First day.
    pub valid_from: NaiveDate,
    /// First day on which it no longer exists.
    pub valid_until: Option<NaiveDate>,
}

/// Records one.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Directory>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    new: NewMunicipality,
) -> Result<MunicipalityId, Failure> {
    let id = MunicipalityId::new();
    let row = ActiveModel {
        id: Set(id),
        district_id: Set(permit.district_id()),
        ags: Set(new.ags),
        name: Set(new.name),
        kind: Set(new.kind),
        valid_from: Set(new.valid_from),
        valid_until: Set(new.valid_until),
    };
    Entity::insert(row).exec_without_returning(connection).await?;
    Ok(id)
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
