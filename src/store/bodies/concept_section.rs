//! Sections of the concept: seen by who sees the edition; what they read before, by who reaches all of the district.

pub use entity::concept_section::Model as Section;
use entity::concept_section::{ActiveModel, Column, Entity};
use entity::concept_section_text;
pub use entity::concept_section_text::Model as FormerText;
use entity::ids::{ConceptId, ConceptSectionId};
use sea_orm::sea_query::{ExprTrait as _, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Select, Set,
};

use super::concept;
use crate::access::{Extent, Permit, on, verb};
use crate::error::Failure;
use crate::store::Store;

/// Those within reach, removed ones included.
fn reached<V: on::Concept>(permit: &Permit<V>) -> Condition {
    Condition::all()
        .add(Column::DistrictId.eq(permit.district_id()))
        .add(Column::ConceptId.in_subquery(concept::among(permit)))
}

/// The door.
fn select<V: on::Concept>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(reached(permit)).filter(Column::RemovedAt.is_null())
}

/// Those of these editions, in the order of the text.
///
/// # Errors
/// Those of the database.
pub async fn of_concepts<V: on::Concept>(
    store: &Store,
    permit: &Permit<V>,
    concepts: &[ConceptId],
) -> Result<Vec<Section>, Failure> {
    let selected = select(permit).filter(Column::ConceptId.is_in(concepts.iter().copied()));
    Ok(selected.order_by_asc(Column::Position).order_by_asc(Column::Id).all(store.reader()).await?)
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Concept>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[ConceptSectionId],
) -> Result<Vec<Section>, Failure> {
    // A comment may be on a section that was taken out since, with words that were never put to the participants.
    let selected = match permit.extent() {
        Extent::District => Entity::find().filter(reached(permit)),
        Extent::Part { .. } => select(permit),
    };
    Ok(selected.filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// So many versions of a section are read at once.
pub const VERSIONS_AT_ONCE: i32 = 25;

/// The texts that sections had in the versions just before these ones, latest first.
///
/// # Errors
/// Those of the database.
pub async fn former_texts<V: on::Concept>(
    store: &Store,
    permit: &Permit<V>,
    before: &[(ConceptSectionId, i32)],
) -> Result<Vec<FormerText>, Failure> {
    use concept_section_text::Column as C;
    // What writers discard is not for those whom they write for.
    if *permit.extent() != Extent::District {
        return Ok(Vec::new());
    }
    let within: SelectStatement =
        Query::select().column((Entity, Column::Id)).from(Entity).cond_where(reached(permit)).take();
    let wanted = before.iter().fold(Condition::any(), |any, (section, version)| {
        let earliest = version.saturating_sub(VERSIONS_AT_ONCE);
        any.add(C::SectionId.eq(*section).and(C::Version.lt(*version)).and(C::Version.gte(earliest)))
    });
    Ok(concept_section_text::Entity::find()
        .filter(C::DistrictId.eq(permit.district_id()))
        .filter(wanted)
        .filter(C::SectionId.in_subquery(within))
        .order_by_desc(C::Version)
        .all(store.reader())
        .await?)
}

/// The edition of a section, as the section's door shows it: to be locked before the section is, so that commands wait for
/// each other in one order.
///
/// # Errors
/// Those of the database.
pub async fn concept_of<V: on::Concept>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ConceptSectionId,
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
    id: ConceptSectionId,
) -> Result<Option<Section>, Failure> {
    Ok(Entity::find().filter(reached(permit)).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// All of an edition, removed ones included, in the order of the text.
///
/// # Errors
/// Those of the database.
pub async fn all_of(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    concept: ConceptId,
) -> Result<Vec<Section>, Failure> {
    let selected = Entity::find().filter(reached(permit)).filter(Column::ConceptId.eq(concept));
    Ok(selected.order_by_asc(Column::Position).order_by_asc(Column::Id).all(connection).await?)
}

/// Whether a section belongs to an edition, and is there.
///
/// # Errors
/// Those of the database.
pub async fn is_of<V: on::Concept>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ConceptSectionId,
    concept: ConceptId,
) -> Result<bool, Failure> {
    let found = select(permit).filter(Column::Id.eq(id)).filter(Column::ConceptId.eq(concept));
    Ok(found.one(connection).await?.is_some())
}

/// Records sections.
///
/// # Errors
/// Those of the database.
pub async fn insert_many(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    sections: &[Section],
) -> Result<(), Failure> {
    if sections.is_empty() {
        return Ok(());
    }
    let rows = sections
        .iter()
        .map(|section| ActiveModel::from(Section { district_id: permit.district_id(), ..section.clone() }).reset_all());
    Entity::insert_many(rows).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of a section that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    section: &Section,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(section.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// Keeps the text that a section has, before it gets another one or is taken out.
///
/// # Errors
/// Those of the database.
pub async fn keep_text(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    section: &Section,
) -> Result<(), Failure> {
    let kept = FormerText {
        section_id: section.id,
        version: section.version,
        district_id: permit.district_id(),
        title: section.title.clone(),
        text: section.text.clone(),
        written_by: section.written_by,
        written_at: section.written_at,
    };
    let kept = concept_section_text::ActiveModel::from(kept).reset_all();
    concept_section_text::Entity::insert(kept).exec_without_returning(connection).await?;
    Ok(())
}

/// Moves a section of an edition that was locked in this transaction to another place.
///
/// # Errors
/// Those of the database.
pub async fn place(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditConcept>,
    id: ConceptSectionId,
    position: i32,
) -> Result<(), Failure> {
    Entity::update(ActiveModel { id: Set(id), position: Set(position), ..Default::default() })
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}
