//! The access log: who read which class of whose identified data, when and why.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
pub use entity::access_log::Model as Access;
use entity::access_log::{ActiveModel, Column, Entity};
use entity::codes::{AccessBasis, AccessPurpose};
use entity::ids::{AccessId, AccountId, CaseId, ClientId, DistrictId, Identifier};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoSimpleExpr, QueryFilter, QuerySelect, Select,
};

use crate::access::{Extent, Permit, on, verb};
use crate::error::Failure;
use crate::store::Store;
use crate::store::casework::client::own_clients;
use crate::store::casework::identified::{Opening, Standing};
use crate::store::page::{Boundary, Key, Page, Window};

/// The most rows of one statement: SQLite binds at most 32,766 values.
const ROWS_AT_ONCE: usize = 500;

/// What one request read.
#[derive(Clone, Debug)]
pub struct Reads {
    /// The district.
    pub district_id: DistrictId,
    /// Who read; absent: the system itself.
    pub account_id: Option<AccountId>,
    /// In which request.
    pub request_id: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// What was opened.
    pub openings: BTreeSet<Opening>,
}

/// Records reads of several requests in one transaction. It is durable when this returns.
///
/// # Errors
/// Those of the database: then nothing may leave.
pub async fn record(store: &Store, reads: &[Reads]) -> Result<(), Failure> {
    let rows: Vec<Access> = reads
        .iter()
        .flat_map(|request| {
            request.openings.iter().map(|opening| {
                let Standing { basis, purpose } = opening.standing;
                Access {
                    id: AccessId::new(),
                    district_id: request.district_id,
                    read_at: request.at,
                    account_id: request.account_id,
                    client_id: opening.client_id,
                    case_id: opening.case_id,
                    data_class: opening.data_class,
                    purpose: opening.purpose.unwrap_or(purpose),
                    basis: if request.account_id.is_none() { AccessBasis::System } else { basis },
                    request_id: request.request_id.clone(),
                }
            })
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let transaction = store.begin().await?;
    for part in rows.chunks(ROWS_AT_ONCE) {
        let part = part.iter().map(|row| ActiveModel::from(row.clone()).reset_all());
        Entity::insert_many(part).exec_without_returning(transaction.connection()).await?;
    }
    transaction.commit().await
}

/// Which reads.
#[derive(Clone, Copy, Debug, Default)]
pub struct Which {
    /// Of this client's data.
    pub client_id: Option<ClientId>,
    /// In this case.
    pub case_id: Option<CaseId>,
    /// By this account.
    pub account_id: Option<AccountId>,
    /// For this purpose.
    pub purpose: Option<AccessPurpose>,
    /// Since this instant.
    pub since: Option<DateTime<Utc>>,
}

/// The door: reads of the data of one's own clients, or all of the district.
fn select<V: on::AccessLog>(permit: &Permit<V>) -> Select<Entity> {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    Entity::find().filter(match permit.extent() {
        Extent::District => district,
        Extent::Part { .. } => district.add(Column::ClientId.in_subquery(own_clients(permit))),
    })
}

/// A page, newest first.
///
/// # Errors
/// Those of the database.
pub async fn page(
    store: &Store,
    permit: &Permit<verb::ReadAccessLog>,
    which: &Which,
    window: &Window,
) -> Result<Page<Access>, Failure> {
    let conditions = Condition::all()
        .add_option(which.client_id.map(|id| Column::ClientId.eq(id)))
        .add_option(which.case_id.map(|id| Column::CaseId.eq(id)))
        .add_option(which.account_id.map(|id| Column::AccountId.eq(id)))
        .add_option(which.purpose.map(|purpose| Column::Purpose.eq(purpose)))
        .add_option(which.since.map(|since| Column::ReadAt.gte(since)));
    let selected = select(permit).filter(conditions);
    Ok(window.page(window.apply(selected, None, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// Where one stands in a list.
#[must_use]
pub fn boundary(access: &Access) -> Boundary {
    Boundary { key: Key::Id, id: access.id.0 }
}

/// The reads since an instant, oldest first, for the search for unusual ones; at most `limit`.
///
/// # Errors
/// Those of the database.
pub async fn since(
    store: &Store,
    permit: &Permit<verb::ReadAccessLog>,
    since: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Access>, Failure> {
    use sea_orm::QueryOrder as _;
    Ok(select(permit)
        .filter(Column::ReadAt.gte(since))
        .order_by_asc(Column::ReadAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(store.reader())
        .await?)
}

/// Deletes reads of days before `day`.
///
/// # Errors
/// Those of the database.
pub async fn forget_before<V: on::Erasure>(
    store: &Store,
    permit: &Permit<V>,
    day: chrono::NaiveDate,
) -> Result<u64, Failure> {
    let transaction = store.begin().await?;
    let deleted = Entity::delete_many()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::ReadAt.lt(day.and_time(chrono::NaiveTime::MIN).and_utc()))
        .exec(transaction.connection())
        .await?;
    transaction.commit().await?;
    Ok(deleted.rows_affected)
}
