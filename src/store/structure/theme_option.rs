//! What could be done about themes.

use entity::ids::ThemeId;
pub use entity::theme_option::Model as ThemeOption;
use entity::theme_option::{ActiveModel, Column, Entity};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Select};

use super::theme::within_reach;
use crate::access::{Permit, on, verb};
use crate::error::Failure;
use crate::store::Store;

/// The door: whoever sees the theme sees what could be done about it.
fn select<V: on::Theme>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(Column::ThemeId.in_subquery(within_reach(permit)))
}

/// Those of these themes, in their order.
///
/// # Errors
/// Those of the database.
pub async fn of_themes(
    store: &Store,
    permit: &Permit<verb::ReadTheme>,
    ids: &[ThemeId],
) -> Result<Vec<ThemeOption>, Failure> {
    let of_themes = select(permit).filter(Column::ThemeId.is_in(ids.iter().copied()));
    Ok(of_themes.order_by_asc(Column::Position).all(store.reader()).await?)
}

/// Puts these in the place of those that the theme had.
///
/// # Errors
/// Those of the database.
pub async fn replace(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::SteerTheme>,
    theme: ThemeId,
    options: &[ThemeOption],
) -> Result<(), Failure> {
    Entity::delete_many()
        .filter(Column::ThemeId.eq(theme))
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    if options.is_empty() {
        return Ok(());
    }
    let rows = options.iter().map(|option| {
        let row = ThemeOption { district_id: permit.district_id(), theme_id: theme, ..option.clone() };
        ActiveModel::from(row).reset_all()
    });
    Entity::insert_many(rows).exec_without_returning(connection).await?;
    Ok(())
}
