//! Papers and their files: all of the district; those of items that name the own organisation; public ones of what was
//! published.
//!
//! A file lies in the database, in pieces: it is about structures, is nobody's to seal, and goes out to the public one day.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use entity::ids::{MeetingId, PaperId};
pub use entity::paper::Model as Paper;
use entity::paper::{ActiveModel, Column, Entity};
use entity::paper_content;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use super::{agenda_item, meeting};
use crate::access::{Extent, Permit, on, verb};
use crate::error::Failure;
use crate::store::Store;

/// Bytes of a piece of a file.
pub const PART_LEN: usize = 256 * 1024;

/// The door.
fn select<V: on::Meeting>(permit: &Permit<V>) -> Select<Entity> {
    let present = Condition::all().add(Column::DistrictId.eq(permit.district_id())).add(Column::RemovedAt.is_null());
    Entity::find().filter(match permit.extent() {
        Extent::District => present,
        Extent::Part { organisations, .. } => {
            let of_meeting = Condition::all()
                .add(Column::ItemId.is_null())
                .add(Column::MeetingId.in_subquery(meeting::published(permit)));
            let published =
                Condition::any().add(of_meeting).add(Column::ItemId.in_subquery(agenda_item::among_published(permit)));
            let published = Condition::all().add(Column::IsPublic.eq(true)).add(published);
            let own = Column::ItemId.in_subquery(agenda_item::among_own(permit, organisations));
            present.add(Condition::any().add(own).add(published))
        }
    })
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[PaperId],
) -> Result<Vec<Paper>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// Those of these meetings and their items, in the order in which they were added.
///
/// # Errors
/// Those of the database.
pub async fn of_meetings<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    meetings: &[MeetingId],
) -> Result<Vec<Paper>, Failure> {
    let selected = select(permit).filter(Column::MeetingId.is_in(meetings.iter().copied()));
    Ok(selected.order_by_asc(Column::Id).all(store.reader()).await?)
}

/// How many papers a meeting has, within reach.
///
/// # Errors
/// Those of the database.
pub async fn count<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    meeting: MeetingId,
) -> Result<u64, Failure> {
    Ok(select(permit).filter(Column::MeetingId.eq(meeting)).count(connection).await?)
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: PaperId,
) -> Result<Option<Paper>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// The same with papers that were removed: for the repetition of the command that did it.
///
/// # Errors
/// Those of the database.
pub async fn lock_removed_too(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::PrepareMeeting>,
    id: PaperId,
) -> Result<Option<Paper>, Failure> {
    let found = Entity::find_by_id(id).filter(Column::DistrictId.eq(permit.district_id()));
    Ok(found.lock_exclusive().one(connection).await?)
}

/// Records a paper.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    paper: &Paper,
) -> Result<(), Failure> {
    let row = Paper { district_id: permit.district_id(), ..paper.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of a paper that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    paper: &Paper,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(paper.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// Stores the file of a paper that was locked in this transaction, and has none yet.
///
/// # Errors
/// Those of the database.
pub async fn write_content<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    paper: PaperId,
    content: &[u8],
) -> Result<(), Failure> {
    for (part, piece) in content.chunks(PART_LEN).enumerate() {
        let row = paper_content::Model {
            paper_id: paper,
            part: i32::try_from(part).unwrap_or(i32::MAX),
            district_id: permit.district_id(),
            content: piece.to_vec(),
        };
        let row = paper_content::ActiveModel::from(row).reset_all();
        paper_content::Entity::insert(row).exec_without_returning(connection).await?;
    }
    Ok(())
}

/// Removes the file of a paper that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn remove_content<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    paper: PaperId,
) -> Result<(), Failure> {
    paper_content::Entity::delete_many()
        .filter(paper_content::Column::PaperId.eq(paper))
        .filter(paper_content::Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// A piece of the file of a paper that is within reach at this moment; `None` behind the last one.
///
/// # Errors
/// Those of the database.
pub async fn part<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    paper: PaperId,
    stored_at: DateTime<Utc>,
    part: i32,
) -> Result<Option<Bytes>, Failure> {
    let reached = sea_orm::QueryTrait::into_query(
        select(permit)
            .select_only()
            .column(Column::Id)
            .filter(Column::Id.eq(paper))
            .filter(Column::StoredAt.eq(stored_at)),
    );
    let found = paper_content::Entity::find_by_id((paper, part))
        .filter(paper_content::Column::DistrictId.eq(permit.district_id()))
        .filter(paper_content::Column::PaperId.in_subquery(reached));
    Ok(found.one(store.reader()).await?.map(|row| row.content.into()))
}
