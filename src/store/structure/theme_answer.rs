//! Answers to those who contributed to themes.

use entity::ids::{BarrierId, ThemeAnswerId, ThemeId};
pub use entity::theme_answer::Model as ThemeAnswer;
use entity::theme_answer::{ActiveModel, Column, Entity};
use entity::{barrier, theme, theme_evidence};
use sea_orm::sea_query::{Expr, Order, Query, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, Iterable, QueryFilter,
    QueryOrder, Select,
};

use super::theme::{fits, within_reach};
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

/// Whether those who contributed to a theme got an answer.
///
/// # Errors
/// Those of the database.
pub async fn is_answered<V: on::Theme>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    theme: ThemeId,
) -> Result<bool, Failure> {
    Ok(select(permit).filter(Column::ThemeId.eq(theme)).one(connection).await?.is_some())
}

/// Records a new one.
///
/// # Errors
/// Those of the database.
pub async fn insert(connection: &impl ConnectionTrait, answer: &ThemeAnswer) -> Result<(), Failure> {
    Entity::insert(ActiveModel::from(answer.clone()).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// The answers of the themes that these barriers are evidence of, or fit because they came later, and of those which these
/// themes became part of; newest first. The barriers have to be within reach; what is answered names nobody and is for
/// everybody who meets the same barrier.
///
/// # Errors
/// Those of the database.
pub async fn of_barriers(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    ids: &[BarrierId],
) -> Result<Vec<(BarrierId, ThemeAnswer)>, Failure> {
    use theme_evidence::Column as Link;
    let linked = Query::select()
        .expr(SimpleExpr::val(1))
        .from(theme_evidence::Entity)
        .and_where(Expr::col((theme_evidence::Entity, Link::ThemeId)).equals((theme::Entity, theme::Column::Id)))
        .and_where(Expr::col((theme_evidence::Entity, Link::BarrierId)).equals((barrier::Entity, barrier::Column::Id)))
        .take();
    // A theme that became part of another may have been answered before, and lives on in that one.
    let answered = Expr::col((Entity, Column::ThemeId));
    let of_family = answered
        .clone()
        .equals((theme::Entity, theme::Column::Id))
        .or(answered.equals((theme::Entity, theme::Column::FamilyId)));
    let statement = Query::select()
        // A barrier may have come to the same answer in several ways.
        .distinct()
        .expr_as(Expr::col((barrier::Entity, barrier::Column::Id)), "barrier_id")
        .columns(Column::iter().map(|column| (Entity, column)))
        .from(barrier::Entity)
        .inner_join(theme::Entity, fits().or(SimpleExpr::exists(linked)))
        .inner_join(Entity, of_family)
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
