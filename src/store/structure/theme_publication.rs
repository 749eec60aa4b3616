//! What of themes left the centre, or is to leave it.

use entity::codes::PublicationStatus;
use entity::district;
use entity::ids::{ThemeId, ThemePublicationId};
pub use entity::theme_publication::Model as ThemePublication;
use entity::theme_publication::{ActiveModel, Column, Entity};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder, QuerySelect,
    Select,
};

use super::theme::within_reach;
use crate::access::{Permit, on, verb};
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// The door: whoever sees the theme sees what was and is to be published of it.
fn select<V: on::Theme>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(Column::ThemeId.in_subquery(within_reach(permit)))
}

/// A page of what is published in the district, newest first. This is what everybody may read who may read anything; who has no
/// account reads it by way of [`crate::store::bodies::published`].
///
/// # Errors
/// Those of the database.
pub async fn published(
    store: &Store,
    permit: &Permit<verb::ReadPublication>,
    window: &Window,
) -> Result<Page<ThemePublication>, Failure> {
    let published = Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Status.eq(PublicationStatus::Published));
    Ok(window.page(window.apply(published, None, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// Where one stands in the list.
#[must_use]
pub fn boundary(publication: &ThemePublication) -> Boundary {
    Boundary { key: Key::Id, id: publication.id.0 }
}

/// Those of these themes, newest first.
///
/// # Errors
/// Those of the database.
pub async fn of_themes(
    store: &Store,
    permit: &Permit<verb::ReadTheme>,
    ids: &[ThemeId],
) -> Result<Vec<ThemePublication>, Failure> {
    let of_themes = select(permit).filter(Column::ThemeId.is_in(ids.iter().copied()));
    Ok(of_themes.order_by_desc(Column::Id).all(store.reader()).await?)
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Theme>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ThemePublicationId,
) -> Result<Option<ThemePublication>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// Those of a theme that are in force, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_published(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::PublishTheme>,
    theme: ThemeId,
) -> Result<Vec<ThemePublication>, Failure> {
    Ok(select(permit)
        .filter(Column::ThemeId.eq(theme))
        .filter(Column::Status.eq(PublicationStatus::Published))
        .lock_exclusive()
        .all(connection)
        .await?)
}

/// By which number the public is to know a theme: as before, or by the next one that the district has not given away. It is not
/// the number of the theme, since the gaps between those tell of themes of which nothing was published.
///
/// # Errors
/// Those of the database.
pub async fn public_number(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::PublishTheme>,
    theme: ThemeId,
) -> Result<i32, Failure> {
    // One after the other in a district, so that no number is given twice.
    district::Entity::find_by_id(permit.district_id()).lock(LockType::NoKeyUpdate).one(connection).await?;
    let numbered = Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::PublicNumber.is_not_null())
        .order_by_desc(Column::PublicNumber);
    let own = numbered.clone().filter(Column::ThemeId.eq(theme)).one(connection).await?;
    if let Some(number) = own.and_then(|publication| publication.public_number) {
        return Ok(number);
    }
    let last = numbered.one(connection).await?.and_then(|publication| publication.public_number);
    Ok(last.map_or(1, |number| number.saturating_add(1)))
}

/// Records a new one.
///
/// # Errors
/// Those of the database.
pub async fn insert(connection: &impl ConnectionTrait, publication: &ThemePublication) -> Result<(), Failure> {
    Entity::insert(ActiveModel::from(publication.clone()).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of one that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::PublishTheme>,
    publication: &ThemePublication,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(publication.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec_without_returning(connection)
        .await?;
    Ok(())
}
