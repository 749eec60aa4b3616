//! The counting of login attempts, in the database so that it holds across processes and restarts.

use chrono::{DateTime, Duration, Utc};
use entity::login_throttle::{Column, Entity};
use sea_orm::sea_query::{ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, Statement};

use crate::error::Failure;
use crate::store::Store;

/// Counts an attempt under `key` and returns how many there were in the present window, this one included.
///
/// Attempts are counted before the password is checked, so that many at once cannot slip through.
///
/// # Errors
/// Those of the database.
pub async fn count_attempt(
    store: &Store,
    key: &[u8; 32],
    window: Duration,
    now: DateTime<Utc>,
) -> Result<i32, Failure> {
    let writer = store.writer().await?;
    let statement = Statement::from_sql_and_values(
        writer.get_database_backend(),
        "INSERT INTO login_throttle (key, window_started_at, failures) VALUES ($1, $2, 1) \
         ON CONFLICT (key) DO UPDATE SET \
           failures = CASE WHEN login_throttle.window_started_at <= $3 THEN 1 ELSE login_throttle.failures + 1 END, \
           window_started_at = CASE WHEN login_throttle.window_started_at <= $3 THEN $2 \
             ELSE login_throttle.window_started_at END \
         RETURNING failures",
        [key.to_vec().into(), now.into(), (now - window).into()],
    );
    let row = writer.query_one_raw(statement).await?;
    row.map_or(Ok(1), |row| row.try_get("", "failures")).map_err(Failure::from)
}

/// Takes back one attempt that turned out well.
///
/// # Errors
/// Those of the database.
pub async fn take_back(store: &Store, key: &[u8; 32]) -> Result<(), Failure> {
    Entity::update_many()
        .col_expr(Column::Failures, Column::Failures.into_simple_expr().sub(1))
        .filter(Column::Key.eq(key.to_vec()))
        .filter(Column::Failures.gt(0))
        .exec(store.writer().await?)
        .await?;
    Ok(())
}

/// Forgets all attempts under `key`.
///
/// # Errors
/// Those of the database.
pub async fn forget(store: &Store, key: &[u8; 32]) -> Result<(), Failure> {
    Entity::delete_many().filter(Column::Key.eq(key.to_vec())).exec(store.writer().await?).await?;
    Ok(())
}

/// Deletes windows that began before `before`.
///
/// # Errors
/// Those of the database.
pub async fn forget_old(connection: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<(), Failure> {
    Entity::delete_many()
        .filter(Column::WindowStartedAt.into_simple_expr().lt(SimpleExpr::val(before)))
        .exec(connection)
        .await?;
    Ok(())
}
