//! Answers to those who contributed to themes.

use entity::ids::{BarrierId, ThemeAnswerId, ThemeId};
pub use entity::theme_answer::Model as ThemeAnswer;
use entity::theme_answer::{ActiveModel, Column, Entity};
use entity::{barrier, theme};
use sea_orm::sea_query::{Expr, Order, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, Iterable, QueryFilter,
    QueryOrder, Select,
};

use super::theme::within_reach;
use crate::access::{Permit, on, verb};
use crate::error::Failure;
use crate::store::Store;
use crate::store::casework::case::hanging;

/// The door: whoever sees the theme sees its answers.
fn select<V: on::Theme>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(Column::ThemeId.in_subquery(within_reach(permit)))
}

/// Those of these themes, newest first.
///
/// # Errors
/// Those of the database.
pub async fn of_themes(
    store: &Store,
    permit: &Permit<verb::ReadTheme>,
    ids: &[ThemeId],
) -> Result<Vec<ThemeAnswer>, Failure> {
    let of_themes = select(permit).filter(Column::ThemeId.is_in(ids.iter().copied()));
    Ok(of_themes.order_by_desc(Column::Id).all(store.reader()).await?)
}

/// One by its id.
///
/// # Errors
/// Those of the database.
pub async fn find<V: on::Theme>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ThemeAnswerId,
) -> Result<Option<ThemeAnswer>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).one(connection).await?)
}

/// Records a new one.
///
/// # Errors
/// Those of the database.
pub async fn insert(connection: &impl ConnectionTrait, answer: &ThemeAnswer) -> Result<(), Failure> {
    Entity::insert(ActiveModel::from(answer.clone()).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// The answers of the themes that these barriers fit, whether they are evidence of them or came later; newest first. The
/// barriers have to be within reach; what is answered names nobody and is for everybody who meets the same barrier.
///
/// # Errors
/// Those of the database.
pub async fn of_barriers(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    ids: &[BarrierId],
) -> Result<Vec<(BarrierId, ThemeAnswer)>, Failure> {
    let same = |column: theme::Column, other: barrier::Column| {
        let column = Expr::col((theme::Entity, column));
        column.clone().is_null().or(column.equals((barrier::Entity, other)))
    };
    let fits = same(theme::Column::Kind, barrier::Column::Kind)
        .and(same(theme::Column::NeedArea, barrier::Column::NeedArea))
        .and(same(theme::Column::LegalSphere, barrier::Column::LegalSphere))
        .and(same(theme::Column::InstitutionId, barrier::Column::InstitutionId))
        .and(same(theme::Column::MunicipalityId, barrier::Column::MunicipalityId))
        .and(
            Expr::col((theme::Entity, theme::Column::DistrictId))
                .equals((barrier::Entity, barrier::Column::DistrictId)),
        );
    let statement = Query::select()
        .expr_as(Expr::col((barrier::Entity, barrier::Column::Id)), "barrier_id")
        .columns(Column::iter().map(|column| (Entity, column)))
        .from(barrier::Entity)
        .inner_join(theme::Entity, fits)
        .inner_join(Entity, Expr::col((Entity, Column::ThemeId)).equals((theme::Entity, theme::Column::Id)))
        .and_where(Expr::col((barrier::Entity, barrier::Column::Id)).is_in(ids.iter().copied()))
        .cond_where(hanging(permit, barrier::Column::CaseId))
        .order_by((Entity, Column::Id), Order::Desc)
        .take();
    let mut found = Vec::new();
    for row in store.reader().query_all(&statement).await? {
        found.push((row.try_get("", "barrier_id")?, ThemeAnswer::from_query_result(&row, "")?));
    }
    Ok(found)
}
