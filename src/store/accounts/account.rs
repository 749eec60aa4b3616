//! Accounts.

use chrono::{DateTime, Utc};
pub use entity::account::Model as Account;
use entity::account::{ActiveModel, Column, Entity};
use entity::ids::{AccountId, DistrictId};
use sea_orm::sea_query::SelectStatement;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoSimpleExpr, PaginatorTrait,
    QueryFilter, QuerySelect, QueryTrait, Select, SqlErr,
};

use crate::access::{Extent, Permit, on, verb};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// The door: what the permit reaches.
fn select<V: on::Account>(permit: &Permit<V>) -> Select<Entity> {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    Entity::find().filter(match permit.extent() {
        Extent::District => district,
        // An account belongs to nobody but its person: organisations give no reach to it.
        Extent::Part { own: Some(account), .. } => district.add(Column::Id.eq(*account)),
        Extent::Part { own: None, .. } => district.add(Column::Id.is_null()),
    })
}

/// Selects one by its id if the permit reaches it: for what hangs on the record.
pub(in crate::store) fn door<V: on::Account>(permit: &Permit<V>, id: AccountId) -> SelectStatement {
    select(permit).select_only().column(Column::Id).filter(Column::Id.eq(id)).into_query()
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Account>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[AccountId],
) -> Result<Vec<Account>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// A page by login name.
///
/// # Errors
/// Those of the database.
pub async fn page(
    store: &Store,
    permit: &Permit<verb::ReadAccount>,
    window: &Window,
) -> Result<Page<Account>, Failure> {
    let key = Some(Column::Login.into_simple_expr());
    let rows = window.apply(select(permit), key, Column::Id.into_simple_expr()).all(store.reader()).await?;
    Ok(window.page(rows))
}

/// How many there are.
///
/// # Errors
/// Those of the database.
pub async fn count(store: &Store, permit: &Permit<verb::ReadAccount>) -> Result<u64, Failure> {
    Ok(select(permit).count(store.reader()).await?)
}

/// Where one stands in the list.
#[must_use]
pub fn boundary(row: &Account) -> Boundary {
    Boundary { key: Key::Text(row.login.clone()), id: row.id.0 }
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Account>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: AccountId,
) -> Result<Option<Account>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// The account of a login name, in whatever district: for logging in, before there is an actor.
///
/// # Errors
/// Those of the database.
pub async fn by_login(connection: &impl ConnectionTrait, login: &str) -> Result<Option<Account>, Failure> {
    Ok(Entity::find().filter(Column::Login.eq(login)).one(connection).await?)
}

/// The account of a login name in one district: for the command line.
///
/// # Errors
/// Those of the database.
pub async fn by_login_within<V: on::Account>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    login: &str,
) -> Result<Option<Account>, Failure> {
    Ok(select(permit).filter(Column::Login.eq(login)).one(connection).await?)
}

/// Records a new account.
///
/// # Errors
/// `LOGIN_TAKEN` as a user error; else those of the database.
pub async fn insert(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::CreateAccount>,
    account: Account,
) -> Result<Result<Account, UserError>, Failure> {
    if account.district_id != permit.district_id() {
        return Err(Failure::new(ErrorCode::NotFound));
    }
    match Entity::insert(ActiveModel::from(account.clone()).reset_all()).exec_without_returning(connection).await {
        Ok(_) => Ok(Ok(account)),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Ok(Err(UserError::at("login", ErrorCode::LoginTaken)))
        }
        Err(error) => Err(error.into()),
    }
}

/// Stores that an account is disabled, and ends its sessions.
///
/// # Errors
/// Those of the database.
pub async fn disable(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::DisableAccount>,
    account: &Account,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(account.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    super::session::end_all_of(connection, account.id, "ACCOUNT_DISABLED", now).await
}

/// Whether a district has this account.
///
/// # Errors
/// Those of the database.
pub async fn exists_in(
    connection: &impl ConnectionTrait,
    id: AccountId,
    district: DistrictId,
) -> Result<bool, Failure> {
    Ok(Entity::find_by_id(id).filter(Column::DistrictId.eq(district)).one(connection).await?.is_some())
}
