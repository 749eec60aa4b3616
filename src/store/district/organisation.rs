//! Organisations of a district.

use chrono::NaiveDate;
use entity::codes::OrganisationKind;
use entity::ids::{Identifier, MunicipalityId, OrganisationId};
pub use entity::organisation::Model as Organisation;
use entity::organisation::{ActiveModel, Column, Entity};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};
use uuid::Uuid;

use super::directory::Listed;
use crate::access::{Permit, on};
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

/// What is needed to record one.
#[derive(Clone, Debug)]
pub struct NewOrganisation {
    /// What it is.
    pub kind: OrganisationKind,
    /// Name.
    pub name: String,
    /// The organisation that it is a part of.
    pub parent_id: Option<OrganisationId>,
    /// The municipality whose administration it is.
    pub municipality_id: Option<MunicipalityId>,
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
    new: NewOrganisation,
) -> Result<OrganisationId, Failure> {
    let id = OrganisationId::new();
    let row = ActiveModel {
        id: Set(id),
        district_id: Set(permit.district_id()),
        kind: Set(new.kind),
        name: Set(new.name),
        parent_id: Set(new.parent_id),
        municipality_id: Set(new.municipality_id),
        valid_from: Set(new.valid_from),
        valid_until: Set(new.valid_until),
    };
    Entity::insert(row).exec_without_returning(connection).await?;
    Ok(id)
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
