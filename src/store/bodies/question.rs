//! Questions by members, and the answers: seen by who sees the item.

use entity::ids::{AgendaItemId, MeetingQuestionId};
pub use entity::meeting_question::Model as Question;
use entity::meeting_question::{ActiveModel, Column, Entity};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::agenda_item;
use crate::access::{Permit, on};
use crate::error::Failure;
use crate::store::Store;

/// The door.
fn select<V: on::Meeting>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::ItemId.in_subquery(agenda_item::among(permit)))
}

/// Those of these items, in the order in which they were asked.
///
/// # Errors
/// Those of the database.
pub async fn of_items<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    items: &[AgendaItemId],
) -> Result<Vec<Question>, Failure> {
    let selected = select(permit).filter(Column::ItemId.is_in(items.iter().copied()));
    Ok(selected.order_by_asc(Column::Id).all(store.reader()).await?)
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: MeetingQuestionId,
) -> Result<Option<Question>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// Records a question.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    question: &Question,
) -> Result<(), Failure> {
    let row = Question { district_id: permit.district_id(), ..question.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of a question that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    question: &Question,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(question.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}
