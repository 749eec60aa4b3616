//! The access log: who read which class of whose identified data, when and why.

use std::collections::{BTreeSet, HashMap};

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
pub use entity::access_log::Model as Access;
use entity::access_log::{ActiveModel, Column, Entity};
use entity::codes::{AccessBasis, AccessPurpose};
use entity::ids::{AccessId, AccessPurgeId, AccountId, CaseId, ClientId, DistrictId, Identifier};
use entity::{access_purge, case_person};
use sea_orm::sea_query::{Asterisk, Expr, Query, SelectStatement, SimpleExpr, UnionType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, IntoSimpleExpr,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, Set,
};
use uuid::Uuid;

use crate::access::{Extent, Permit, on, verb};
use crate::domain::casework::access::{Read, Review, Unusual};
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

/// Which reads of identified data. All members that are given must hold.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub struct AccessFilter {
    /// Of this client's data.
    pub client_id: Option<ClientId>,
    /// Of what stands in this case; who its people are is read apart from any case.
    pub case_id: Option<CaseId>,
    /// By this account.
    pub account_id: Option<AccountId>,
    /// For this purpose.
    pub purpose: Option<AccessPurpose>,
    /// At this instant or later.
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
    which: &AccessFilter,
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

/// Whose reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Of {
    /// Of a case: of what stands in it, and of who its people are.
    Case(CaseId),
    /// Of everything of a client.
    Client(ClientId),
}

/// A page of the reads of one case or client, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    /// Whose.
    pub of: Of,
    /// Only what is older than this one.
    pub after: Option<Uuid>,
    /// The most rows.
    pub limit: u64,
}

/// How many pages one statement reads: SQLite joins at most 500 selections.
const PAGES_AT_ONCE: usize = 100;

/// The pages that were asked for, in one statement. Those of records out of reach are empty.
///
/// # Errors
/// Those of the database.
pub async fn pages(
    store: &Store,
    permit: &Permit<verb::ReadAccessLog>,
    asked: &[Part],
) -> Result<HashMap<Part, Page<Access>>, Failure> {
    let mut pages = HashMap::with_capacity(asked.len());
    for asked in asked.chunks(PAGES_AT_ONCE) {
        let mut found: Vec<Vec<Access>> = asked.iter().map(|_| Vec::new()).collect();
        let mut selections = asked.iter().enumerate().map(|(number, part)| selection(permit, number, part));
        let Some(mut statement) = selections.next() else { continue };
        statement.unions(selections.map(|selection| (UnionType::All, selection)));
        for row in store.reader().query_all(&statement).await? {
            let number: i32 = row.try_get("", "part")?;
            if let Some(rows) = usize::try_from(number).ok().and_then(|number| found.get_mut(number)) {
                rows.push(Access::from_query_result(&row, "")?);
            }
        }
        for (part, mut rows) in asked.iter().zip(found) {
            rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.id));
            let limit = usize::try_from(part.limit).unwrap_or(usize::MAX);
            let more = rows.len() > limit;
            rows.truncate(limit);
            pages.insert(*part, Page { rows, more });
        }
    }
    Ok(pages)
}

/// One page, as a member of the union: its number goes along, so that the rows find their way back.
fn selection(permit: &Permit<verb::ReadAccessLog>, number: usize, part: &Part) -> SelectStatement {
    let whose = match part.of {
        Of::Client(client) => Condition::all().add(Column::ClientId.eq(client)),
        Of::Case(case) => {
            let people = Query::select()
                .column((case_person::Entity, case_person::Column::ClientId))
                .from(case_person::Entity)
                .and_where(case_person::Column::CaseId.eq(case))
                .take();
            let as_such = Column::CaseId.is_null().and(Column::ClientId.in_subquery(people));
            Condition::any().add(Column::CaseId.eq(case)).add(as_such)
        }
    };
    let mut newest = select(permit)
        .filter(whose)
        .expr_as(Expr::cust(number.to_string()), "part")
        .order_by_desc(Column::Id)
        .limit(part.limit.saturating_add(1));
    if let Some(after) = part.after {
        newest = newest.filter(Column::Id.lt(after));
    }
    Query::select().column(Asterisk).from_subquery(newest.into_query(), "newest").take()
}

/// The most reads that one review looks at.
pub const REVIEWED_MAXIMUM: usize = 200_000;
/// So many of them are read at a time.
const REVIEWED_AT_ONCE: u64 = 5_000;

/// Unusual reads.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// What is unusual, the latest first.
    pub found: Vec<Unusual>,
    /// Until when was looked, where there were more reads than one review looks at.
    pub until: Option<DateTime<Utc>>,
}

#[derive(FromQueryResult)]
struct ReadRow {
    id: AccessId,
    account_id: AccountId,
    client_id: ClientId,
    read_at: DateTime<Utc>,
}

/// Looks for unusual reads since an instant, in the order of time: in several statements of the same size, with as much
/// memory whatever their number.
///
/// # Errors
/// Those of the database.
pub async fn review(
    store: &Store,
    permit: &Permit<verb::ReviewAccesses>,
    since: DateTime<Utc>,
) -> Result<Reviewed, Failure> {
    let mut review = Review::default();
    let (mut edge, mut seen) = ((since, Uuid::nil()), 0_usize);
    loop {
        let behind = SimpleExpr::Tuple(vec![Column::ReadAt.into_simple_expr(), Column::Id.into_simple_expr()])
            .gt(SimpleExpr::Tuple(vec![SimpleExpr::val(edge.0), SimpleExpr::val(edge.1)]));
        let rows: Vec<ReadRow> = select(permit)
            .select_only()
            .columns([Column::Id, Column::AccountId, Column::ClientId, Column::ReadAt])
            .filter(Column::AccountId.is_not_null())
            .filter(behind)
            .order_by_asc(Column::ReadAt)
            .order_by_asc(Column::Id)
            .limit(REVIEWED_AT_ONCE)
            .into_model()
            .all(store.reader())
            .await?;
        for row in &rows {
            review.see(&Read { account: row.account_id, client: row.client_id, at: row.read_at });
        }
        seen = seen.saturating_add(rows.len());
        let is_last = u64::try_from(rows.len()).is_ok_and(|count| count < REVIEWED_AT_ONCE);
        let Some(last) = rows.last().filter(|_| !is_last) else {
            return Ok(Reviewed { found: review.finish(), until: None });
        };
        if seen >= REVIEWED_MAXIMUM {
            return Ok(Reviewed { found: review.finish(), until: Some(last.read_at) });
        }
        edge = (last.read_at, last.id.0);
    }
}

/// Deletes reads of days before `day`, and records that first: without such a record the database itself refuses.
///
/// # Errors
/// Those of the database.
pub async fn forget_before<V: on::Erasure>(
    store: &Store,
    permit: &Permit<V>,
    day: chrono::NaiveDate,
    now: DateTime<Utc>,
) -> Result<u64, Failure> {
    let read_before = day.and_time(chrono::NaiveTime::MIN).and_utc();
    let old = Condition::all().add(Column::DistrictId.eq(permit.district_id())).add(Column::ReadAt.lt(read_before));
    if Entity::find().filter(old.clone()).one(store.reader()).await?.is_none() {
        return Ok(0);
    }
    let transaction = store.begin().await?;
    let purge = access_purge::ActiveModel {
        id: Set(AccessPurgeId::new()),
        district_id: Set(permit.district_id()),
        read_before: Set(read_before),
        purged_at: Set(now),
    };
    access_purge::Entity::insert(purge).exec_without_returning(transaction.connection()).await?;
    let deleted = Entity::delete_many().filter(old).exec(transaction.connection()).await?;
    transaction.commit().await?;
    Ok(deleted.rows_affected)
}
