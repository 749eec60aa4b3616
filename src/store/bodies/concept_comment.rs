//! Comments on the concept: seen by those who take part in it, and by who reaches all of the district.

pub use entity::concept_comment::Model as Comment;
use entity::concept_comment::{ActiveModel, Column, Entity};
use entity::ids::{ConceptCommentId, ConceptId, OrganisationId};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Select,
};

use super::concept;
use crate::access::{Permit, on, verb};
use crate::error::Failure;
use crate::store::Store;

/// The door.
fn select<V: on::Concept>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::ConceptId.in_subquery(concept::among_taken_part_in(permit)))
}

/// Those on these editions, in the order in which they were made.
///
/// # Errors
/// Those of the database.
pub async fn of_concepts<V: on::Concept>(
    store: &Store,
    permit: &Permit<V>,
    concepts: &[ConceptId],
) -> Result<Vec<Comment>, Failure> {
    let selected = select(permit).filter(Column::ConceptId.is_in(concepts.iter().copied()));
    Ok(selected.order_by_asc(Column::Id).all(store.reader()).await?)
}

/// How many there are on an edition.
///
/// # Errors
/// Those of the database.
pub async fn count<V: on::Concept>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    concept: ConceptId,
    organisation: Option<OrganisationId>,
) -> Result<u64, Failure> {
    let mut comments = select(permit).filter(Column::ConceptId.eq(concept));
    if let Some(organisation) = organisation {
        comments = comments.filter(Column::OrganisationId.eq(organisation));
    }
    Ok(comments.count(connection).await?)
}

/// The edition of a comment: to be locked before the comment is.
///
/// # Errors
/// Those of the database.
pub async fn concept_of<V: on::Concept>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ConceptCommentId,
) -> Result<Option<ConceptId>, Failure> {
    let selected = select(permit).select_only().column(Column::ConceptId).filter(Column::Id.eq(id));
    Ok(selected.into_tuple().one(connection).await?)
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Concept>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ConceptCommentId,
) -> Result<Option<Comment>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// Records a comment.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::CommentOnConcept>,
    comment: &Comment,
) -> Result<(), Failure> {
    let row = Comment { district_id: permit.district_id(), ..comment.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of a comment that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    comment: &Comment,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(comment.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}
