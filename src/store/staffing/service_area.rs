//! Service areas: which municipalities a position serves, and with what share.

use entity::ids::{Identifier, MunicipalityId, PositionId, ServiceAreaId};
use entity::municipality;
pub use entity::service_area::Model as ServiceArea;
use entity::service_area::{ActiveModel, Column, Entity};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use super::position::among;
use crate::access::{Permit, on, verb};
use crate::error::Failure;
use crate::store::Store;

/// The service areas of these positions with their municipalities, by name.
///
/// # Errors
/// Those of the database.
pub async fn of_positions<V: on::Position>(
    store: &Store,
    permit: &Permit<V>,
    positions: &[PositionId],
) -> Result<Vec<(ServiceArea, Option<municipality::Model>)>, Failure> {
    Ok(Entity::find()
        .filter(among(permit, Column::PositionId, positions))
        .find_also_related(municipality::Entity)
        .order_by_asc(municipality::Column::Name)
        .all(store.reader())
        .await?)
}

/// Records the service areas of a new position.
///
/// # Errors
/// Those of the database.
pub async fn insert_all(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::PlanPosition>,
    position: PositionId,
    shares: &[(MunicipalityId, i32)],
) -> Result<(), Failure> {
    if shares.is_empty() {
        return Ok(());
    }
    let rows = shares.iter().map(|(municipality_id, share_hundredths)| ActiveModel {
        id: Set(ServiceAreaId::new()),
        district_id: Set(permit.district_id()),
        position_id: Set(position),
        municipality_id: Set(*municipality_id),
        share_hundredths: Set(*share_hundredths),
    });
    Entity::insert_many(rows).exec_without_returning(connection).await?;
    Ok(())
}
