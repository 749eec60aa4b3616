//! Supervision: who supervises a position professionally, who in line, and when.

use chrono::NaiveDate;
use entity::codes::SupervisionKind;
use entity::ids::{Identifier, PositionId, StaffMemberId, SupervisionId};
pub use entity::supervision::Model as Supervision;
use entity::supervision::{ActiveModel, Column, Entity};
use entity::{organisation, staff_member};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use super::position::among;
use crate::access::{Permit, on};
use crate::error::Failure;
use crate::store::Store;

/// The supervisions of these positions with the supervisors and their organisations, earliest first.
///
/// # Errors
/// Those of the database.
pub async fn of_positions<V: on::Position>(
    store: &Store,
    permit: &Permit<V>,
    positions: &[PositionId],
) -> Result<Vec<(Supervision, Option<staff_member::Model>, Option<organisation::Model>)>, Failure> {
    Ok(Entity::find()
        .filter(among(permit, Column::PositionId, positions))
        .order_by_asc(Column::ValidFrom)
        .order_by_asc(Column::Id)
        .find_also_related(staff_member::Entity)
        .and_also_related(organisation::Entity)
        .all(store.reader())
        .await?)
}

/// The supervisions of a position that was locked in this transaction, earliest first.
///
/// # Errors
/// Those of the database.
pub async fn of_position<V: on::Position>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    position: PositionId,
) -> Result<Vec<Supervision>, Failure> {
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::PositionId.eq(position))
        .order_by_asc(Column::ValidFrom)
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// Records a supervision.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Position>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    position: PositionId,
    kind: SupervisionKind,
    supervisor: StaffMemberId,
    valid_from: NaiveDate,
    valid_until: Option<NaiveDate>,
) -> Result<Supervision, Failure> {
    let supervision = Supervision {
        id: SupervisionId::new(),
        district_id: permit.district_id(),
        position_id: position,
        kind,
        supervisor_id: supervisor,
        valid_from,
        valid_until,
    };
    Entity::insert(ActiveModel::from(supervision.clone()).reset_all()).exec_without_returning(connection).await?;
    Ok(supervision)
}

/// Records the end of a supervision.
///
/// # Errors
/// Those of the database.
pub async fn end<V: on::Position>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: SupervisionId,
    valid_until: NaiveDate,
) -> Result<(), Failure> {
    let row = ActiveModel { id: Set(id), valid_until: Set(Some(valid_until)), ..Default::default() };
    Entity::update(row).validate()?.filter(Column::DistrictId.eq(permit.district_id())).exec(connection).await?;
    Ok(())
}
