//! Decisions and their votes: seen by who sees the item, votes by name by who sees the membership.

pub use entity::decision::Model as Decision;
use entity::decision::{ActiveModel, Column, Entity};
use entity::decision_vote;
pub use entity::decision_vote::Model as DecisionVote;
use entity::ids::{AgendaItemId, DecisionId};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Select,
};

use super::{agenda_item, membership};
use crate::access::{Permit, on, verb};
use crate::error::Failure;
use crate::store::Store;

/// The condition that a decision is within reach of the permit.
fn reached<V: on::Meeting>(permit: &Permit<V>) -> Condition {
    Condition::all()
        .add(Column::DistrictId.eq(permit.district_id()))
        .add(Column::ItemId.in_subquery(agenda_item::among(permit)))
}

/// The door.
fn select<V: on::Meeting>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(reached(permit))
}

/// Those within reach, for what hangs on them.
fn among<V: on::Meeting>(permit: &Permit<V>) -> SelectStatement {
    Query::select().column((Entity, Column::Id)).from(Entity).cond_where(reached(permit)).take()
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[DecisionId],
) -> Result<Vec<Decision>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// Those on these items, one for each at most.
///
/// # Errors
/// Those of the database.
pub async fn of_items<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    items: &[AgendaItemId],
) -> Result<Vec<Decision>, Failure> {
    Ok(select(permit).filter(Column::ItemId.is_in(items.iter().copied())).all(store.reader()).await?)
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: DecisionId,
) -> Result<Option<Decision>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// The votes by name of these decisions, and who was excluded, as far as the reader reaches the memberships.
///
/// # Errors
/// Those of the database.
pub async fn votes_of<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    decisions: &[DecisionId],
) -> Result<Vec<DecisionVote>, Failure> {
    use decision_vote::Column as C;
    Ok(decision_vote::Entity::find()
        .filter(C::DistrictId.eq(permit.district_id()))
        .filter(C::DecisionId.is_in(decisions.iter().copied()))
        .filter(C::DecisionId.in_subquery(among(permit)))
        .filter(C::MembershipId.in_subquery(membership::among(permit)))
        .all(store.reader())
        .await?)
}

/// Records a decision with its votes.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::RecordDecision>,
    decision: &Decision,
    votes: &[DecisionVote],
) -> Result<(), Failure> {
    let row = Decision { district_id: permit.district_id(), ..decision.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    if votes.is_empty() {
        return Ok(());
    }
    let rows = votes.iter().map(|vote| {
        let row = DecisionVote { district_id: permit.district_id(), ..vote.clone() };
        decision_vote::ActiveModel::from(row).reset_all()
    });
    decision_vote::Entity::insert_many(rows).exec_without_returning(connection).await?;
    Ok(())
}
