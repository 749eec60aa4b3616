//! Grants: role x organisation x validity.

use chrono::NaiveDate;
pub use entity::access_grant::Model as Grant;
use entity::access_grant::{ActiveModel, Column, Entity};
use entity::ids::{AccountId, GrantId};
use entity::organisation;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};

use crate::access::{Extent, Permit, on, verb};
use crate::error::{ErrorCode, Failure};
use crate::store::Store;

/// The door: what the permit reaches.
fn select<V: on::Account>(permit: &Permit<V>) -> Select<Entity> {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    Entity::find().filter(match permit.extent() {
        Extent::District => district,
        Extent::Part { own: Some(account), .. } => district.add(Column::AccountId.eq(*account)),
        Extent::Part { own: None, .. } => district.add(Column::Id.is_null()),
    })
}

/// Selects one by its id if the permit reaches it: for what hangs on the record.
pub(in crate::store) fn door<V: on::Account>(permit: &Permit<V>, id: GrantId) -> SelectStatement {
    select(permit).select_only().column(Column::Id).filter(Column::Id.eq(id)).into_query()
}

/// The grants of these accounts with their organisations, in the order in which they were given.
///
/// # Errors
/// Those of the database.
pub async fn of_accounts(
    store: &Store,
    permit: &Permit<verb::ReadAccount>,
    accounts: &[AccountId],
) -> Result<Vec<(Grant, Option<organisation::Model>)>, Failure> {
    Ok(select(permit)
        .filter(Column::AccountId.is_in(accounts.iter().copied()))
        .order_by_asc(Column::Id)
        .find_also_related(organisation::Entity)
        .all(store.reader())
        .await?)
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Account>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[GrantId],
) -> Result<Vec<Grant>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Account>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: GrantId,
) -> Result<Option<Grant>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// Records a new grant.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::AddGrant>,
    grant: Grant,
) -> Result<Grant, Failure> {
    if grant.district_id != permit.district_id() {
        return Err(Failure::new(ErrorCode::NotFound));
    }
    Entity::insert(ActiveModel::from(grant.clone()).reset_all()).exec_without_returning(connection).await?;
    Ok(grant)
}

/// Stores the end of a grant that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::RevokeGrant>,
    grant: &Grant,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(grant.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// The condition that a grant holds on `day`.
pub(super) fn holds_on(day: NaiveDate) -> Condition {
    Condition::all()
        .add(Column::ValidFrom.lte(day))
        .add(Condition::any().add(Column::ValidUntil.is_null()).add(Column::ValidUntil.gt(day)))
}
