//! Occupancies: who holds a position, from when until when.

use chrono::NaiveDate;
use entity::ids::{Identifier, OccupancyId, PositionId, StaffMemberId};
pub use entity::occupancy::Model as Occupancy;
use entity::occupancy::{ActiveModel, Column, Entity};
use entity::staff_member;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use super::position::among;
use crate::access::{Permit, on, verb};
use crate::error::Failure;
use crate::store::Store;

/// The occupancies of these positions with their holders, earliest first.
///
/// # Errors
/// Those of the database.
pub async fn of_positions<V: on::Position>(
    store: &Store,
    permit: &Permit<V>,
    positions: &[PositionId],
) -> Result<Vec<(Occupancy, Option<staff_member::Model>)>, Failure> {
    Ok(Entity::find()
        .filter(among(permit, Column::PositionId, positions))
        .order_by_asc(Column::ValidFrom)
        .order_by_asc(Column::Id)
        .find_also_related(staff_member::Entity)
        .all(store.reader())
        .await?)
}

/// The occupancies of a position that was locked in this transaction, earliest first.
///
/// # Errors
/// Those of the database.
pub async fn of_position<V: on::Position>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    position: PositionId,
) -> Result<Vec<Occupancy>, Failure> {
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::PositionId.eq(position))
        .order_by_asc(Column::ValidFrom)
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// All occupancies of the district within reach: for the staffing figures.
///
/// # Errors
/// Those of the database.
pub async fn all(store: &Store, permit: &Permit<verb::ReadPosition>) -> Result<Vec<Occupancy>, Failure> {
    Ok(Entity::find().filter(super::position::hanging(permit, Column::PositionId)).all(store.reader()).await?)
}

/// Records a holder.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::FillPosition>,
    position: PositionId,
    staff_member: StaffMemberId,
    fte_hundredths: i32,
    valid_from: NaiveDate,
    valid_until: Option<NaiveDate>,
) -> Result<Occupancy, Failure> {
    let occupancy = Occupancy {
        id: OccupancyId::new(),
        district_id: permit.district_id(),
        position_id: position,
        staff_member_id: staff_member,
        fte_hundredths,
        valid_from,
        valid_until,
    };
    Entity::insert(ActiveModel::from(occupancy.clone()).reset_all()).exec_without_returning(connection).await?;
    Ok(occupancy)
}

/// Records the end of an occupancy.
///
/// # Errors
/// Those of the database.
pub async fn end(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::VacatePosition>,
    id: OccupancyId,
    valid_until: NaiveDate,
) -> Result<(), Failure> {
    let row = ActiveModel { id: Set(id), valid_until: Set(Some(valid_until)), ..Default::default() };
    Entity::update(row).validate()?.filter(Column::DistrictId.eq(permit.district_id())).exec(connection).await?;
    Ok(())
}
