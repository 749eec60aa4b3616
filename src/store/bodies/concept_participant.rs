//! Who takes part in the concept: seen by who sees the edition. Their positions are seen by those who take part themselves,
//! and by who reaches all of the district.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
pub use entity::concept_participant::Model as Participant;
use entity::concept_participant::{ActiveModel, Column, Entity};
use entity::concept_position;
pub use entity::concept_position::Model as Position;
use entity::ids::{ConceptId, ConceptParticipantId, ConceptPositionId, OrganisationId, StaffMemberId};
use entity::staff_member as staff;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select, Set,
};

use super::concept;
use crate::access::{Extent, Permit, on, verb};
use crate::error::Failure;
use crate::store::Store;
use crate::store::staffing::staff_member::{self, StaffMember};

/// The condition that a participant is one of the own organisations, or names the holder of the permit.
fn own<V: on::Concept>(permit: &Permit<V>) -> Condition {
    let present = Condition::all().add(Column::DistrictId.eq(permit.district_id())).add(Column::RemovedAt.is_null());
    match permit.extent() {
        Extent::District => present,
        Extent::Part { organisations, own, .. } => {
            let mut any = Condition::any().add(Column::OrganisationId.is_in(organisations.iter().copied()));
            if let Some(account) = own {
                let persons = Query::select()
                    .column((staff::Entity, staff::Column::Id))
                    .from(staff::Entity)
                    .and_where(staff::Column::DistrictId.eq(permit.district_id()))
                    .and_where(staff::Column::AccountId.eq(*account))
                    .take();
                any = any.add(Column::StaffMemberId.in_subquery(persons));
            }
            present.add(any)
        }
    }
}

/// The editions in which one of the own takes part.
pub(super) fn concepts_of_own<V: on::Concept>(permit: &Permit<V>) -> SelectStatement {
    Query::select().column((Entity, Column::ConceptId)).from(Entity).cond_where(own(permit)).take()
}

/// The condition that a participant is within reach of the permit, one that was taken off the list included.
fn reached<V: on::Concept>(permit: &Permit<V>) -> Condition {
    Condition::all()
        .add(Column::DistrictId.eq(permit.district_id()))
        .add(Column::ConceptId.in_subquery(concept::among(permit)))
}

/// The door.
fn select<V: on::Concept>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(reached(permit)).filter(Column::RemovedAt.is_null())
}

/// Those of these editions, in the order in which they were added.
///
/// # Errors
/// Those of the database.
pub async fn of_concepts<V: on::Concept>(
    store: &Store,
    permit: &Permit<V>,
    concepts: &[ConceptId],
) -> Result<Vec<Participant>, Failure> {
    let selected = select(permit).filter(Column::ConceptId.is_in(concepts.iter().copied()));
    Ok(selected.order_by_asc(Column::Id).all(store.reader()).await?)
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Concept>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[ConceptParticipantId],
) -> Result<Vec<Participant>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// The people that participants within reach name.
///
/// # Errors
/// Those of the database.
pub async fn people_of<V: on::Concept>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[StaffMemberId],
) -> Result<Vec<StaffMember>, Failure> {
    let named = Query::select().column((Entity, Column::StaffMemberId)).from(Entity).cond_where(reached(permit)).take();
    staff_member::named(store, permit, ids, named).await
}

/// Whether the reader takes part in an edition, or reaches all of the district: then positions and comments are told.
///
/// # Errors
/// Those of the database.
pub async fn takes_part<V: on::Concept>(store: &Store, permit: &Permit<V>, id: ConceptId) -> Result<bool, Failure> {
    if *permit.extent() == Extent::District {
        return Ok(true);
    }
    let found = Entity::find()
        .filter(own(permit))
        .filter(Column::ConceptId.eq(id))
        .filter(Column::ConceptId.in_subquery(concept::among_taken_part_in(permit)));
    Ok(found.one(store.reader()).await?.is_some())
}

/// The positions that these participants took, latest first.
///
/// # Errors
/// Those of the database.
pub async fn positions_of<V: on::Concept>(
    store: &Store,
    permit: &Permit<V>,
    participants: &[ConceptParticipantId],
) -> Result<Vec<Position>, Failure> {
    use concept_position::Column as C;
    Ok(concept_position::Entity::find()
        .filter(C::DistrictId.eq(permit.district_id()))
        .filter(C::ParticipantId.is_in(participants.iter().copied()))
        .filter(C::ConceptId.in_subquery(concept::among_taken_part_in(permit)))
        .order_by_desc(C::Id)
        .all(store.reader())
        .await?)
}

/// The edition of a participant: to be locked before the participant is.
///
/// # Errors
/// Those of the database.
pub async fn concept_of<V: on::Concept>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ConceptParticipantId,
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

/// One by its id, locked until the transaction ends; also one that was taken off the list: for the repetition of the command
/// that did it.
///
/// # Errors
/// Those of the database.
pub async fn lock(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    id: ConceptParticipantId,
) -> Result<Option<Participant>, Failure> {
    Ok(Entity::find().filter(reached(permit)).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// One for whom the holder of the permit may speak, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_own(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::AnswerConcept>,
    id: ConceptParticipantId,
) -> Result<Option<Participant>, Failure> {
    let selected = Entity::find().filter(reached(permit)).filter(own(permit)).filter(Column::Id.eq(id));
    Ok(selected.lock_exclusive().one(connection).await?)
}

/// The institution for which the holder of a permit speaks in an edition: the first own one that takes part; none for who
/// reaches all of the district.
///
/// # Errors
/// Those of the database.
pub async fn speaks_for(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::CommentOnConcept>,
    concept: ConceptId,
) -> Result<Option<OrganisationId>, Failure> {
    if *permit.extent() == Extent::District {
        return Ok(None);
    }
    let selected = Entity::find().filter(own(permit)).filter(Column::ConceptId.eq(concept));
    Ok(selected.order_by_asc(Column::Id).one(connection).await?.map(|participant| participant.organisation_id))
}

/// All of an edition.
///
/// # Errors
/// Those of the database.
pub async fn all_of(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    concept: ConceptId,
) -> Result<Vec<Participant>, Failure> {
    let selected = select(permit).filter(Column::ConceptId.eq(concept));
    Ok(selected.order_by_asc(Column::Id).all(connection).await?)
}

/// Records participants.
///
/// # Errors
/// Those of the database.
pub async fn insert_many(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    participants: &[Participant],
) -> Result<(), Failure> {
    if participants.is_empty() {
        return Ok(());
    }
    let rows = participants.iter().map(|participant| {
        ActiveModel::from(Participant { district_id: permit.district_id(), ..participant.clone() }).reset_all()
    });
    Entity::insert_many(rows).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of a participant of an edition that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    participant: &Participant,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(participant.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// Notes that all participants of an edition are invited to answer.
///
/// # Errors
/// Those of the database.
pub async fn invite_all(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    concept: ConceptId,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let change = ActiveModel { invited_at: Set(Some(now)), updated_at: Set(now), ..Default::default() };
    Entity::update_many()
        .set(change)
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::ConceptId.eq(concept))
        .filter(Column::RemovedAt.is_null())
        .exec(connection)
        .await?;
    Ok(())
}

/// Whether a participant took a position.
///
/// # Errors
/// Those of the database.
pub async fn has_answered(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    id: ConceptParticipantId,
) -> Result<bool, Failure> {
    let found = concept_position::Entity::find()
        .filter(concept_position::Column::DistrictId.eq(permit.district_id()))
        .filter(concept_position::Column::ParticipantId.eq(id));
    Ok(found.one(connection).await?.is_some())
}

/// A position by its id, for the repetition of the command that put it on record.
///
/// # Errors
/// Those of the database.
pub async fn lock_position(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::AnswerConcept>,
    id: ConceptPositionId,
) -> Result<Option<Position>, Failure> {
    let own = Query::select().column((Entity, Column::Id)).from(Entity).cond_where(own(permit)).take();
    Ok(concept_position::Entity::find_by_id(id)
        .filter(concept_position::Column::DistrictId.eq(permit.district_id()))
        .filter(concept_position::Column::ConceptId.in_subquery(concept::among_taken_part_in(permit)))
        .filter(concept_position::Column::ParticipantId.in_subquery(own))
        .lock_exclusive()
        .one(connection)
        .await?)
}

/// How many positions a participant took.
///
/// # Errors
/// Those of the database.
pub async fn count_positions(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::AnswerConcept>,
    participant: ConceptParticipantId,
) -> Result<u64, Failure> {
    let found = concept_position::Entity::find()
        .filter(concept_position::Column::DistrictId.eq(permit.district_id()))
        .filter(concept_position::Column::ParticipantId.eq(participant));
    Ok(found.count(connection).await?)
}

/// Puts a position on record.
///
/// # Errors
/// Those of the database.
pub async fn insert_position(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::AnswerConcept>,
    position: &Position,
) -> Result<(), Failure> {
    let row = Position { district_id: permit.district_id(), ..position.clone() };
    let row = concept_position::ActiveModel::from(row).reset_all();
    concept_position::Entity::insert(row).exec_without_returning(connection).await?;
    Ok(())
}

/// The latest of these positions, which are latest first, by participant.
#[must_use]
pub fn latest(positions: &[Position]) -> BTreeMap<ConceptParticipantId, &Position> {
    let mut latest = BTreeMap::new();
    for position in positions {
        latest.entry(position.participant_id).or_insert(position);
    }
    latest
}
