//! Editions of the case-management concept: all of the district; or those that were adopted, and those that the own
//! organisation takes part in, from the moment on that they are open to the participants.

use std::collections::BTreeMap;

use async_graphql::InputObject;
use entity::codes::{ConceptCommentStatus, ConceptStatus};
pub use entity::concept::Model as Concept;
use entity::concept::{ActiveModel, Column, Entity};
use entity::ids::ConceptId;
use entity::{concept_comment, concept_participant, concept_section};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, SqlErr,
};

use super::concept_participant as participants;
use crate::access::{Extent, Permit, Verb, on, verb};
use crate::domain::bodies::concept::{Standing, is_under_way};
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// Which editions of the concept are wanted. All that is given has to hold; an empty list means none.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ConceptFilter {
    /// Those in one of these statuses.
    pub status_in: Option<Vec<ConceptStatus>>,
}

/// Editions in which somebody within reach takes part, and that are or were open to the participants.
fn taken_part_in<V: on::Concept>(permit: &Permit<V>) -> Condition {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    match permit.extent() {
        Extent::District => district,
        Extent::Part { .. } => district
            .add(Column::OpenedAt.is_not_null())
            .add(Column::Id.in_subquery(participants::concepts_of_own(permit))),
    }
}

/// The condition that an edition is within reach of the permit.
fn reached<V: on::Concept>(permit: &Permit<V>) -> Condition {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    match permit.extent() {
        Extent::District => district,
        // What was adopted is there for those who read the concept at all.
        Extent::Part { .. } if permit.extent().is_nothing() => district.add(Column::Id.is_null()),
        Extent::Part { .. } => {
            district.add(Condition::any().add(Column::AdoptedOn.is_not_null()).add(taken_part_in(permit)))
        }
    }
}

/// The door.
fn select<V: on::Concept>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(reached(permit))
}

fn ids(condition: Condition) -> SelectStatement {
    Query::select().column((Entity, Column::Id)).from(Entity).cond_where(condition).take()
}

/// Those within reach, for what everybody sees who sees an edition.
pub(super) fn among<V: on::Concept>(permit: &Permit<V>) -> SelectStatement {
    ids(reached(permit))
}

/// Those in which the reader takes part, for what participants say to each other.
pub(super) fn among_taken_part_in<V: on::Concept>(permit: &Permit<V>) -> SelectStatement {
    ids(taken_part_in(permit))
}

/// Selects the edition if its whole history is within reach: it tells of all that was written.
pub(in crate::store) fn door<V: on::Concept>(permit: &Permit<V>, id: ConceptId) -> SelectStatement {
    let mut selected = select(permit).select_only().column(Column::Id).filter(Column::Id.eq(id));
    if *permit.extent() != Extent::District {
        selected = selected.filter(Column::Id.is_null());
    }
    selected.into_query()
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Concept>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[ConceptId],
) -> Result<Vec<Concept>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// A page, newest first.
///
/// # Errors
/// Those of the database.
pub async fn page<V: on::Concept>(
    store: &Store,
    permit: &Permit<V>,
    filter: Option<&ConceptFilter>,
    window: &Window,
) -> Result<Page<Concept>, Failure> {
    let mut selected = select(permit);
    if let Some(statuses) = filter.and_then(|filter| filter.status_in.as_ref()) {
        selected = selected.filter(Column::Status.is_in(statuses.iter().copied()));
    }
    Ok(window.page(window.apply(selected, None, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// Where one stands in a list.
#[must_use]
pub fn boundary(concept: &Concept) -> Boundary {
    Boundary { key: Key::Id, id: concept.id.0 }
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Concept>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ConceptId,
) -> Result<Option<Concept>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// The latest edition, locked until the transaction ends: who drafts the next one waits here for others who do, and sees what
/// they did.
///
/// # Errors
/// Those of the database.
pub async fn lock_latest(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
) -> Result<Option<Concept>, Failure> {
    Ok(select(permit).order_by_desc(Column::Number).lock_exclusive().one(connection).await?)
}

/// The edition that is being worked on, if there is one.
///
/// # Errors
/// Those of the database.
pub async fn under_way(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
) -> Result<Option<Concept>, Failure> {
    let statuses = ConceptStatus::ALL.iter().copied().filter(|status| is_under_way(*status));
    Ok(select(permit).filter(Column::Status.is_in(statuses)).one(connection).await?)
}

/// The edition that is in force, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_in_force(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
) -> Result<Option<Concept>, Failure> {
    let found = select(permit).filter(Column::Status.eq(ConceptStatus::Adopted));
    Ok(found.lock_exclusive().one(connection).await?)
}

/// The edition that a decision adopted.
///
/// Whether there is an edition of this id in the district of the permit: to be named by a record of another kind.
///
/// # Errors
/// Those of the database.
pub async fn exists<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ConceptId,
) -> Result<bool, Failure> {
    Ok(Entity::find_by_id(id).filter(Column::DistrictId.eq(permit.district_id())).one(connection).await?.is_some())
}

/// Records an edition. `false` if somebody else drafted one with its number meanwhile; then nothing more can be done in this
/// transaction.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    concept: &Concept,
) -> Result<bool, Failure> {
    let row = Concept { district_id: permit.district_id(), ..concept.clone() };
    let inserted = Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await;
    match inserted {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Stores the changed columns of an edition that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    concept: &Concept,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(concept.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// What the steps of these editions depend on, as far as they are within reach.
///
/// # Errors
/// Those of the database.
pub async fn standings<V: on::Concept>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    concepts: &[ConceptId],
) -> Result<BTreeMap<ConceptId, Standing>, Failure> {
    let mut standings: BTreeMap<ConceptId, Standing> = concepts.iter().map(|id| (*id, Standing::default())).collect();
    let sections: Vec<(ConceptId, i64)> = concept_section::Entity::find()
        .select_only()
        .column(concept_section::Column::ConceptId)
        .column_as(Expr::col((concept_section::Entity, concept_section::Column::Id)).count(), "rows")
        .filter(concept_section::Column::ConceptId.is_in(concepts.iter().copied()))
        .filter(concept_section::Column::ConceptId.in_subquery(among(permit)))
        .filter(concept_section::Column::RemovedAt.is_null())
        .group_by(concept_section::Column::ConceptId)
        .into_tuple()
        .all(connection)
        .await?;
    let participants: Vec<(ConceptId, i64)> = concept_participant::Entity::find()
        .select_only()
        .column(concept_participant::Column::ConceptId)
        .column_as(Expr::col((concept_participant::Entity, concept_participant::Column::Id)).count(), "rows")
        .filter(concept_participant::Column::ConceptId.is_in(concepts.iter().copied()))
        .filter(concept_participant::Column::ConceptId.in_subquery(among(permit)))
        .filter(concept_participant::Column::RemovedAt.is_null())
        .group_by(concept_participant::Column::ConceptId)
        .into_tuple()
        .all(connection)
        .await?;
    let comments: Vec<(ConceptId, i64)> = concept_comment::Entity::find()
        .select_only()
        .column(concept_comment::Column::ConceptId)
        .column_as(Expr::col((concept_comment::Entity, concept_comment::Column::Id)).count(), "rows")
        .filter(concept_comment::Column::ConceptId.is_in(concepts.iter().copied()))
        .filter(concept_comment::Column::ConceptId.in_subquery(among_taken_part_in(permit)))
        .filter(concept_comment::Column::Status.eq(ConceptCommentStatus::Open))
        .group_by(concept_comment::Column::ConceptId)
        .into_tuple()
        .all(connection)
        .await?;
    let count = |number: i64| usize::try_from(number).unwrap_or(0);
    for (id, number) in sections {
        standings.entry(id).or_default().sections = count(number);
    }
    for (id, number) in participants {
        standings.entry(id).or_default().participants = count(number);
    }
    for (id, number) in comments {
        standings.entry(id).or_default().open_comments = count(number);
    }
    Ok(standings)
}

/// The same outside a transaction.
///
/// # Errors
/// Those of the database.
pub async fn standings_of_many<V: on::Concept>(
    store: &Store,
    permit: &Permit<V>,
    concepts: &[ConceptId],
) -> Result<BTreeMap<ConceptId, Standing>, Failure> {
    standings(store.reader(), permit, concepts).await
}
