//! Guiding bodies of a district.

pub use entity::body::Model as Body;
use entity::body::{ActiveModel, Column, Entity};
use entity::codes::BodyKind;
use entity::ids::{BodyId, Identifier};
use sea_orm::{ConnectionTrait, EntityTrait, Set};
use uuid::Uuid;

use super::directory::Listed;
use crate::access::{Permit, on};
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

/// What is needed to record one.
#[derive(Clone, Debug)]
pub struct NewBody {
    /// What it is.
    pub kind: BodyKind,
    /// The name that the district gives it.
    pub name: String,
}

/// Records one.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Directory>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    new: NewBody,
) -> Result<BodyId, Failure> {
    let id = BodyId::new();
    let row =
        ActiveModel { id: Set(id), district_id: Set(permit.district_id()), kind: Set(new.kind), name: Set(new.name) };
    Entity::insert(row).exec_without_returning(connection).await?;
    Ok(id)
}
