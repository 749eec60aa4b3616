//! The unmasking of cases. It drives the door to identified content, see `identified`.

use entity::ids::{AccountId, CaseId, UnmaskingId};
pub use entity::unmasking::Model as Unmasking;
use entity::unmasking::{ActiveModel, Column, Entity};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::case::hanging;
use crate::access::{Permit, on, verb};
use crate::error::Failure;
use crate::store::Store;

/// The unmaskings of these cases, earliest first: as far as the permit reaches the cases.
///
/// # Errors
/// Those of the database.
pub async fn of_cases(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    cases: &[CaseId],
) -> Result<Vec<Unmasking>, Failure> {
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(hanging(permit, Column::CaseId))
        .filter(Column::CaseId.is_in(cases.iter().copied()))
        .order_by_asc(Column::Id)
        .all(store.reader())
        .await?)
}

/// The unmasking of a case for this account that holds on the day of the permit.
///
/// # Errors
/// Those of the database.
pub async fn holding<V: on::Unmasking>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    case: CaseId,
    account: AccountId,
) -> Result<Option<Unmasking>, Failure> {
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::CaseId.eq(case))
        .filter(Column::AccountId.eq(account))
        .filter(Column::ValidFrom.lte(permit.today()))
        .filter(Column::ValidUntil.gt(permit.today()))
        .filter(Column::EndedAt.is_null())
        .one(connection)
        .await?)
}

/// One of this account by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Unmasking>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    account: AccountId,
    id: UnmaskingId,
) -> Result<Option<Unmasking>, Failure> {
    Ok(Entity::find_by_id(id)
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::AccountId.eq(account))
        .lock_exclusive()
        .one(connection)
        .await?)
}

/// Records an unmasking.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Unmasking>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    unmasking: &Unmasking,
) -> Result<(), Failure> {
    let row = Unmasking { district_id: permit.district_id(), ..unmasking.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of an unmasking that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: on::Unmasking>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    unmasking: &Unmasking,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(unmasking.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}
