//! Memberships: those of public bodies and of the own organisations, or all of the district.

use std::collections::BTreeMap;

use entity::body;
pub use entity::body_membership::Model as Membership;
use entity::body_membership::{ActiveModel, Column, Entity};
use entity::ids::{BodyId, BodyMembershipId, OrganisationId, StaffMemberId};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Select,
};

use super::holds;
use crate::access::{Extent, Permit, Verb, on};
use crate::error::Failure;
use crate::store::Store;
use crate::store::staffing::staff_member::{self, StaffMember};

/// The condition that a membership is within reach of the permit.
fn reached<V: Verb>(permit: &Permit<V>) -> Condition {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    match permit.extent() {
        Extent::District => district,
        // What is public is so for those who read bodies at all.
        Extent::Part { .. } if permit.extent().is_nothing() => district.add(Column::Id.is_null()),
        Extent::Part { organisations, .. } => {
            let public = Query::select()
                .column((body::Entity, body::Column::Id))
                .from(body::Entity)
                .and_where(body::Column::DistrictId.eq(permit.district_id()))
                .and_where(body::Column::IsPublic.eq(true))
                .take();
            let own = Column::OrganisationId.is_in(organisations.iter().copied());
            district.add(Condition::any().add(own).add(Column::BodyId.in_subquery(public)))
        }
    }
}

/// The door.
fn select<V: Verb>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(reached(permit))
}

/// Those within reach, for what hangs on them.
pub(super) fn among<V: on::Meeting>(permit: &Permit<V>) -> SelectStatement {
    Query::select().column((Entity, Column::Id)).from(Entity).cond_where(reached(permit)).take()
}

/// The bodies to which one of the organisations of the permit belongs today.
pub(super) fn bodies_of_own<V: on::Meeting>(permit: &Permit<V>, organisations: &[OrganisationId]) -> SelectStatement {
    Query::select()
        .column((Entity, Column::BodyId))
        .from(Entity)
        .and_where(Column::DistrictId.eq(permit.district_id()))
        .and_where(Column::OrganisationId.is_in(organisations.iter().copied()))
        .cond_where(holds(Column::ValidFrom, Column::ValidUntil, permit.today()))
        .take()
}

/// Those of these bodies, earliest first.
///
/// # Errors
/// Those of the database.
pub async fn of_bodies<V: on::Body>(
    store: &Store,
    permit: &Permit<V>,
    bodies: &[BodyId],
) -> Result<Vec<Membership>, Failure> {
    let selected = select(permit).filter(Column::BodyId.is_in(bodies.iter().copied()));
    Ok(selected.order_by_asc(Column::ValidFrom).order_by_asc(Column::Id).all(store.reader()).await?)
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Body>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[BodyMembershipId],
) -> Result<Vec<Membership>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Body>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: BodyMembershipId,
) -> Result<Option<Membership>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// The memberships of a body that hold on a day.
///
/// # Errors
/// Those of the database.
pub async fn on_day<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    body: BodyId,
    day: chrono::NaiveDate,
) -> Result<BTreeMap<BodyMembershipId, Membership>, Failure> {
    let rows = select(permit)
        .filter(Column::BodyId.eq(body))
        .filter(holds(Column::ValidFrom, Column::ValidUntil, day))
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Records a membership.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Body>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    membership: &Membership,
) -> Result<(), Failure> {
    let row = Membership { district_id: permit.district_id(), ..membership.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of a membership that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: on::Body>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    membership: &Membership,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(membership.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// The people that memberships within reach name.
///
/// # Errors
/// Those of the database.
pub async fn people_of<V: on::Body>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[StaffMemberId],
) -> Result<Vec<StaffMember>, Failure> {
    let named = Query::select().column((Entity, Column::StaffMemberId)).from(Entity).cond_where(reached(permit)).take();
    staff_member::named(store, permit, ids, named).await
}

/// All memberships of a body, ended ones included.
///
/// # Errors
/// Those of the database.
pub async fn of_body<V: on::Body>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    body: BodyId,
) -> Result<Vec<Membership>, Failure> {
    Ok(select(permit).filter(Column::BodyId.eq(body)).all(connection).await?)
}
