//! Milestones of the concept: seen by who sees the edition.

pub use entity::concept_milestone::Model as Milestone;
use entity::concept_milestone::{ActiveModel, Column, Entity};
use entity::ids::{ConceptId, ConceptMilestoneId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use super::concept;
use crate::access::{Permit, on, verb};
use crate::error::Failure;
use crate::store::Store;

/// The condition that a milestone is within reach of the permit, one that was taken out included.
fn reached<V: on::Concept>(permit: &Permit<V>) -> Condition {
    Condition::all()
        .add(Column::DistrictId.eq(permit.district_id()))
        .add(Column::ConceptId.in_subquery(concept::among(permit)))
}

/// The door.
fn select<V: on::Concept>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(reached(permit)).filter(Column::RemovedAt.is_null())
}

/// Those of these editions, earliest first.
///
/// # Errors
/// Those of the database.
pub async fn of_concepts<V: on::Concept>(
    store: &Store,
    permit: &Permit<V>,
    concepts: &[ConceptId],
) -> Result<Vec<Milestone>, Failure> {
    let selected = select(permit).filter(Column::ConceptId.is_in(concepts.iter().copied()));
    Ok(selected.order_by_asc(Column::DueOn).order_by_asc(Column::Id).all(store.reader()).await?)
}

/// How many an edition has.
///
/// # Errors
/// Those of the database.
pub async fn count(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    concept: ConceptId,
) -> Result<u64, Failure> {
    Ok(select(permit).filter(Column::ConceptId.eq(concept)).count(connection).await?)
}

/// The edition of a milestone: to be locked before the milestone is.
///
/// # Errors
/// Those of the database.
pub async fn concept_of(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    id: ConceptMilestoneId,
) -> Result<Option<ConceptId>, Failure> {
    Ok(Entity::find()
        .filter(reached(permit))
        .select_only()
        .column(Column::ConceptId)
        .filter(Column::Id.eq(id))
        .into_tuple()
        .one(connection)
        .await?)
}

/// One by its id, locked until the transaction ends; also one that was taken out: for the repetition of the command that did
/// it.
///
/// # Errors
/// Those of the database.
pub async fn lock(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    id: ConceptMilestoneId,
) -> Result<Option<Milestone>, Failure> {
    Ok(Entity::find().filter(reached(permit)).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// Records a milestone.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    milestone: &Milestone,
) -> Result<(), Failure> {
    let row = Milestone { district_id: permit.district_id(), ..milestone.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of a milestone that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    milestone: &Milestone,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(milestone.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}
