//! Clients: the records of persons, without who they are.

pub use entity::client::Model as Client;
use entity::client::{ActiveModel, Column, Entity};
use entity::codes::DataClass;
use entity::ids::{CaseId, ClientId};
use entity::{case_file, case_person};
use sea_orm::sea_query::{Expr, Query, SelectStatement, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
    QueryTrait, Select,
};

use super::case::staff_of;
use super::case_person::present;
use super::identified::Place;
use crate::access::{Extent, Permit, Verb, on, verb};
use crate::error::Failure;
use crate::store::{Store, Transaction};

/// The cases that are the holder's own: as lead or substitute.
pub(super) fn own_cases<V: Verb>(permit: &Permit<V>) -> SelectStatement {
    let mut cases = Query::select();
    cases
        .column((case_file::Entity, case_file::Column::Id))
        .from(case_file::Entity)
        .and_where(case_file::Column::DistrictId.eq(permit.district_id()));
    match permit.extent() {
        Extent::District => {}
        Extent::Part { own: Some(account), .. } => {
            cases.cond_where(
                Condition::any()
                    .add(case_file::Column::LeadId.in_subquery(staff_of(*account)))
                    .add(case_file::Column::SubstituteId.in_subquery(staff_of(*account))),
            );
        }
        Extent::Part { own: None, .. } => {
            cases.and_where(case_file::Column::Id.is_null());
        }
    }
    cases
}

/// The clients of the holder's own cases. Whoever left a case is none of them by it.
pub(in crate::store) fn own_clients<V: Verb>(permit: &Permit<V>) -> SelectStatement {
    past_and_present(permit).cond_where(present(permit.today())).take()
}

/// The same with those who left: they open nothing, but what they may ask for themselves has to be done by somebody.
pub(super) fn past_and_present<V: Verb>(permit: &Permit<V>) -> SelectStatement {
    Query::select()
        .column((case_person::Entity, case_person::Column::ClientId))
        .from(case_person::Entity)
        .and_where(case_person::Column::DistrictId.eq(permit.district_id()))
        .and_where(case_person::Column::CaseId.in_subquery(own_cases(permit)))
        .take()
}

/// The door for work: the clients of one's own cases, whatever may be done with their data.
fn select_own<V: Verb>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Id.in_subquery(own_clients(permit)))
}

/// The door for reading: one's own clients, and those whose identity opens.
fn select<V: on::Identity>(permit: &Permit<V>) -> Select<Entity> {
    let place = Place {
        client: Expr::col((Entity, Column::Id)),
        case: SimpleExpr::Value(sea_orm::Value::Uuid(None)),
        class: Expr::val(DataClass::Identity),
    };
    // Asked of each client by its key: where either will do, databases would else list all of one's own clients first.
    let this_client = Expr::col((case_person::Entity, case_person::Column::ClientId)).equals((Entity, Column::Id));
    let is_own = Expr::exists(own_clients(permit).and_where(this_client).take());
    Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Condition::any().add(place.opens(permit)).add(is_own))
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Identity>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[ClientId],
) -> Result<Vec<Client>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// Selects the client if it is within reach: for what hangs on it.
pub(in crate::store) fn door<V: on::Identity>(permit: &Permit<V>, id: ClientId) -> SelectStatement {
    select(permit).select_only().column(Column::Id).filter(Column::Id.eq(id)).into_query()
}

/// One of the holder's own clients, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ClientId,
) -> Result<Option<Client>, Failure> {
    Ok(select_own(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// The same with those who left the case: to let them join again, or to propose that they are erased.
///
/// # Errors
/// Those of the database.
pub async fn lock_past_or_present<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ClientId,
) -> Result<Option<Client>, Failure> {
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Id.in_subquery(past_and_present(permit)))
        .filter(Column::Id.eq(id))
        .lock_exclusive()
        .one(connection)
        .await?)
}

/// The main client of a case that the permit reaches.
///
/// # Errors
/// Those of the database.
pub async fn of_case<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    case: CaseId,
) -> Result<Option<Client>, Failure> {
    let mut main = super::case::door(permit, case);
    main.clear_selects().column((case_file::Entity, case_file::Column::ClientId));
    Ok(Entity::find().filter(Column::Id.in_subquery(main)).one(connection).await?)
}

/// Whether one of the holder's own cases is a client's, who has not left it.
///
/// # Errors
/// Those of the database.
pub async fn belongs_to_own<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    case: CaseId,
    client: ClientId,
) -> Result<bool, Failure> {
    let found = case_person::Entity::find()
        .filter(case_person::Column::DistrictId.eq(permit.district_id()))
        .filter(case_person::Column::CaseId.eq(case))
        .filter(case_person::Column::ClientId.eq(client))
        .filter(present(permit.today()))
        .filter(case_person::Column::CaseId.in_subquery(own_cases(permit)));
    Ok(found.one(connection).await?.is_some())
}

/// Records a new client, with its data key.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn insert<V: Verb>(
    transaction: &Transaction,
    permit: &Permit<V>,
    client: &Client,
) -> Result<crate::vault::DataKey, Failure> {
    let row = Client { district_id: permit.district_id(), ..client.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(transaction.connection()).await?;
    crate::store::vault::make_client_key(transaction, permit, client.id).await
}

/// Stores the changed columns of a client that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    client: &Client,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(client.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// The permit to see identities, named once for the functions of this floor.
pub type ReadIdentity = Permit<verb::ReadIdentity>;
