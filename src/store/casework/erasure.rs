//! The erasure of clients: proposals, and what carrying one out takes away.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::codes::{CasePhase, CaseStatus, ClientStatus, ErasureStatus};
pub use entity::erasure::Model as Erasure;
use entity::erasure::{ActiveModel, Column, Entity};
use entity::ids::{CaseId, ClientId, ErasureId};
use entity::{case_file, case_person, case_phase_change, client, client_key};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, IntoSimpleExpr,
    QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::case_person::present;
use super::client::past_and_present;
use super::identified::rows;
use super::{client_term, deadline, document, sealed_text};
use crate::access::{Extent, Permit, Verb, on};
use crate::domain::casework::retention::over_on;
use crate::error::Failure;
use crate::log::bytes_hash;
use crate::store::page::{Boundary, Key, Page, Window};
use crate::store::structure::barrier;
use crate::store::{Store, Transaction, vault};

/// The door: erasures of the clients of one's own cases, those who left included, or all of the district.
fn select<V: on::Erasure>(permit: &Permit<V>) -> Select<Entity> {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    Entity::find().filter(match permit.extent() {
        Extent::District => district,
        Extent::Part { .. } => district.add(Column::ClientId.in_subquery(past_and_present(permit))),
    })
}

/// A page, newest first.
///
/// # Errors
/// Those of the database.
pub async fn page<V: on::Erasure>(
    store: &Store,
    permit: &Permit<V>,
    statuses: Option<&[ErasureStatus]>,
    window: &Window,
) -> Result<Page<Erasure>, Failure> {
    let mut selected = select(permit);
    if let Some(statuses) = statuses {
        selected = selected.filter(Column::Status.is_in(statuses.iter().copied()));
    }
    Ok(window.page(window.apply(selected, None, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// Where one stands in a list.
#[must_use]
pub fn boundary(erasure: &Erasure) -> Boundary {
    Boundary { key: Key::Id, id: erasure.id.0 }
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Erasure>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ErasureId,
) -> Result<Option<Erasure>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// The erasure of a client that is under way.
///
/// # Errors
/// Those of the database.
pub async fn pending<V: on::Erasure>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    client: ClientId,
) -> Result<Option<Erasure>, Failure> {
    Ok(select(permit)
        .filter(Column::ClientId.eq(client))
        .filter(Column::Status.is_in([ErasureStatus::Proposed, ErasureStatus::ArchiveOffered]))
        .lock_exclusive()
        .one(connection)
        .await?)
}

/// Records an erasure.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Erasure>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    erasure: &Erasure,
) -> Result<(), Failure> {
    let row = Erasure { district_id: permit.district_id(), ..erasure.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of an erasure that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: on::Erasure>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    erasure: &Erasure,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(erasure.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// When the work with a client was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The last day on which a case of the client was closed, or on which the client left one that goes on; absent while the
    /// client belongs to an open one, and for a client without a case.
    pub closed_on: Option<NaiveDate>,
    /// Whether none of the cases went beyond the first contact.
    pub only_enquiries: bool,
}

#[derive(FromQueryResult)]
struct CaseRow {
    client_id: ClientId,
    case_id: CaseId,
    status: CaseStatus,
    closed_on: Option<NaiveDate>,
    left_on: Option<NaiveDate>,
}

#[derive(FromQueryResult)]
struct Worked {
    case_id: CaseId,
}

/// When the work with these clients was over.
///
/// # Errors
/// Those of the database.
pub async fn finished<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    clients: &[ClientId],
) -> Result<BTreeMap<ClientId, Finished>, Failure> {
    let statement = Query::select()
        .column((case_person::Entity, case_person::Column::ClientId))
        .column((case_person::Entity, case_person::Column::CaseId))
        .column((case_person::Entity, case_person::Column::LeftOn))
        .column((case_file::Entity, case_file::Column::Status))
        .column((case_file::Entity, case_file::Column::ClosedOn))
        .from(case_person::Entity)
        .inner_join(
            case_file::Entity,
            Expr::col((case_file::Entity, case_file::Column::Id))
                .equals((case_person::Entity, case_person::Column::CaseId)),
        )
        .and_where(Expr::col((case_person::Entity, case_person::Column::DistrictId)).eq(permit.district_id()))
        .and_where(Expr::col((case_person::Entity, case_person::Column::ClientId)).is_in(clients.iter().copied()))
        .take();
    let cases: Vec<CaseRow> = rows(connection, &statement).await?;
    let statement = Query::select()
        .distinct()
        .column((case_phase_change::Entity, case_phase_change::Column::CaseId))
        .from(case_phase_change::Entity)
        .and_where(case_phase_change::Column::CaseId.is_in(cases.iter().map(|row| row.case_id)))
        .and_where(case_phase_change::Column::ToPhase.is_not_in([CasePhase::Intake, CasePhase::Closure]))
        .take();
    let worked: Vec<Worked> = rows(connection, &statement).await?;
    let mut finished: BTreeMap<ClientId, Finished> = BTreeMap::new();
    let mut open = std::collections::BTreeSet::new();
    for row in &cases {
        let entry = finished.entry(row.client_id).or_insert(Finished { closed_on: None, only_enquiries: true });
        let closed_on = row.closed_on.filter(|_| row.status == CaseStatus::Closed);
        let over = over_on(closed_on, row.left_on, permit.today());
        entry.closed_on = Ord::max(entry.closed_on, over);
        entry.only_enquiries &= !worked.iter().any(|worked| worked.case_id == row.case_id);
        if over.is_none() {
            open.insert(row.client_id);
        }
    }
    for client in open {
        if let Some(entry) = finished.get_mut(&client) {
            entry.closed_on = None;
        }
    }
    Ok(finished)
}

/// Clients behind `after` that may be due: they belong to no open case, and no erasure of them is under way. In the order of
/// their ids.
///
/// # Errors
/// Those of the database.
pub async fn candidates<V: Verb>(
    store: &Store,
    permit: &Permit<V>,
    after: Option<ClientId>,
    limit: u64,
) -> Result<Vec<ClientId>, Failure> {
    let in_open_cases = Query::select()
        .column((case_person::Entity, case_person::Column::ClientId))
        .from(case_person::Entity)
        .inner_join(
            case_file::Entity,
            Expr::col((case_file::Entity, case_file::Column::Id))
                .equals((case_person::Entity, case_person::Column::CaseId)),
        )
        .and_where(Expr::col((case_person::Entity, case_person::Column::DistrictId)).eq(permit.district_id()))
        .and_where(Expr::col((case_file::Entity, case_file::Column::Status)).ne(CaseStatus::Closed))
        .cond_where(present(permit.today()))
        .take();
    let in_erasure = Query::select()
        .column((Entity, Column::ClientId))
        .from(Entity)
        .and_where(Column::DistrictId.eq(permit.district_id()))
        .and_where(Column::Status.is_not_in([ErasureStatus::Rejected]))
        .take();
    let mut selected = client::Entity::find()
        .filter(client::Column::DistrictId.eq(permit.district_id()))
        .filter(client::Column::Status.ne(ClientStatus::Erased))
        .filter(client::Column::Id.not_in_subquery(in_open_cases))
        .filter(client::Column::Id.not_in_subquery(in_erasure));
    if let Some(after) = after {
        selected = selected.filter(client::Column::Id.gt(after));
    }
    let found = selected.order_by_asc(client::Column::Id).limit(limit).all(store.reader()).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// What carrying an erasure out took away.
#[derive(Clone, Debug)]
pub struct Taken {
    /// SHA-256 of the wrapped key, as hexadecimal digits; absent if there was none any more.
    pub key_fingerprint: Option<String>,
    /// How many sealed texts.
    pub texts: u64,
}

/// Locks a client until the transaction ends: nobody joins a case with a client who is being erased.
///
/// # Errors
/// Those of the database.
pub async fn lock_client<V: on::Erasure>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ClientId,
) -> Result<(), Failure> {
    let found = client::Entity::find_by_id(id).filter(client::Column::DistrictId.eq(permit.district_id()));
    found.lock_exclusive().one(connection).await?;
    Ok(())
}

/// Destroys the key of a client, and takes away what it sealed, the terms by which the client is found, the
/// deadlines and the month of arrival in its cases. The rows of the client and its cases stay, pseudonymous.
///
/// # Errors
/// Those of the database.
pub async fn carry_out<V: on::Erasure>(
    transaction: &Transaction,
    permit: &Permit<V>,
    id: ClientId,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Taken, Failure> {
    let connection = transaction.connection();
    let key = client_key::Entity::find_by_id(id)
        .filter(client_key::Column::DistrictId.eq(permit.district_id()))
        .one(connection)
        .await?;
    let key_fingerprint = key.map(|key| hex::encode(bytes_hash("kim destroyed key", &[&key.wrapped])));
    vault::destroy_client_key(connection, permit, id).await?;
    let texts = sealed_text::delete_all_of(connection, permit, id).await?;
    client_term::delete_all_of(connection, permit, id).await?;
    document::delete_all_of(connection, permit, id, now).await?;
    deadline::delete_all_of(connection, permit, id).await?;
    barrier::forget_words(connection, permit.district_id(), id).await?;
    case_file::Entity::update_many()
        .col_expr(case_file::Column::ArrivalMonth, Expr::value(Option::<NaiveDate>::None))
        .filter(case_file::Column::DistrictId.eq(permit.district_id()))
        .filter(case_file::Column::ClientId.eq(id))
        .exec(connection)
        .await?;
    client::Entity::update_many()
        .col_expr(client::Column::Status, Expr::value(ClientStatus::Erased))
        .col_expr(client::Column::ErasedAt, Expr::value(now))
        .filter(client::Column::DistrictId.eq(permit.district_id()))
        .filter(client::Column::Id.eq(id))
        .exec(connection)
        .await?;
    Ok(Taken { key_fingerprint, texts })
}
