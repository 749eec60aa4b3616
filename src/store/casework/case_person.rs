//! Who belongs to a case.

use chrono::NaiveDate;
pub use entity::case_person::Model as CasePerson;
use entity::case_person::{ActiveModel, Column, Entity};
use entity::codes::CaseRelation;
use entity::ids::{CaseId, CasePersonId, ClientId, Identifier};
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect,
};

use super::case::hanging;
use crate::access::{Permit, on, verb};
use crate::error::Failure;
use crate::store::Store;

/// The condition that somebody has not left by a day: `left_on` says when, if ever.
pub(super) fn not_left(left_on: SimpleExpr, today: NaiveDate) -> Condition {
    Condition::any().add(left_on.clone().is_null()).add(left_on.gt(today))
}

/// The condition that a row of the table counts on a day: whoever left a case no longer belongs to it.
pub(super) fn present(today: NaiveDate) -> Condition {
    not_left(Expr::col((Entity, Column::LeftOn)), today)
}

/// The persons of these cases, the one that a case is about first.
///
/// # Errors
/// Those of the database.
pub async fn of_cases(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    cases: &[CaseId],
) -> Result<Vec<CasePerson>, Failure> {
    Ok(Entity::find()
        .filter(hanging(permit, Column::CaseId))
        .filter(Column::CaseId.is_in(cases.iter().copied()))
        .order_by_asc(Column::Id)
        .all(store.reader())
        .await?)
}

/// The cases within reach that these clients belong to.
///
/// # Errors
/// Those of the database.
pub async fn of_clients(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    clients: &[ClientId],
) -> Result<Vec<CasePerson>, Failure> {
    Ok(Entity::find()
        .filter(hanging(permit, Column::CaseId))
        .filter(Column::ClientId.is_in(clients.iter().copied()))
        .order_by_asc(Column::Id)
        .all(store.reader())
        .await?)
}

/// One of a case within reach, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: CasePersonId,
) -> Result<Option<CasePerson>, Failure> {
    let found = Entity::find_by_id(id).filter(hanging(permit, Column::CaseId));
    Ok(found.lock_exclusive().one(connection).await?)
}

/// What is on record of a client in a case within reach, whether the client still belongs to it or has left it.
///
/// # Errors
/// Those of the database.
pub async fn find<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    case: CaseId,
    client: ClientId,
) -> Result<Option<CasePerson>, Failure> {
    let found = Entity::find()
        .filter(hanging(permit, Column::CaseId))
        .filter(Column::CaseId.eq(case))
        .filter(Column::ClientId.eq(client));
    Ok(found.one(connection).await?)
}

/// Whether a client belongs to a case on the day of the permit.
///
/// # Errors
/// Those of the database.
pub async fn belongs<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    case: CaseId,
    client: ClientId,
) -> Result<bool, Failure> {
    let person = find(connection, permit, case, client).await?;
    Ok(person.is_some_and(|person| is_present(&person, permit.today())))
}

/// Whether somebody belongs to the case on a day.
#[must_use]
pub fn is_present(person: &CasePerson, today: NaiveDate) -> bool {
    person.left_on.is_none_or(|left_on| left_on > today)
}

/// Records that a client belongs to a case.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    case_id: CaseId,
    client_id: ClientId,
    relation: CaseRelation,
    joined_on: NaiveDate,
) -> Result<CasePerson, Failure> {
    let id = CasePersonId::new();
    let person =
        CasePerson { id, district_id: permit.district_id(), case_id, client_id, relation, joined_on, left_on: None };
    Entity::insert(ActiveModel::from(person.clone()).reset_all()).exec_without_returning(connection).await?;
    Ok(person)
}

/// Stores the changed columns of a person that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    person: &CasePerson,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(person.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}
