//! Parts of cases: assessments, plans, goals, measures, contacts, notes, tasks. They are read through the door of their case,
//! and changed while it is locked, so that two case managers who work on the same case never overtake each other.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use entity::ids::{CaseId, DistrictId, Identifier};
use sea_orm::sea_query::{Expr, Func, IntoIden, Order, Query, SimpleExpr, WindowStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, IntoActiveModel, Iterable,
    ModelTrait, QueryFilter, QueryOrder, Value,
};
use uuid::Uuid;

use super::case::{self, hanging};
use crate::access::{Permit, on, verb};
use crate::error::{ErrorCode, Failure};
use crate::store::Store;
use crate::store::page::Page;

/// A record that is a part of a case.
pub trait Part:
    ModelTrait<Entity = Self::Table>
    + IntoActiveModel<<Self::Table as EntityTrait>::ActiveModel>
    + FromQueryResult
    + Clone
    + Send
    + Sync
    + 'static
{
    /// Its table.
    type Table: EntityTrait<Model = Self>;
    /// Its identifier.
    type Id: Identifier + Into<Value>;
    /// Columns: district, id, case.
    const COLUMNS: [<Self::Table as EntityTrait>::Column; 3];
    /// Where it belongs.
    fn place(&self) -> (DistrictId, CaseId);
}

/// Those of these cases, in the order in which they were made.
///
/// # Errors
/// Those of the database.
pub async fn of_cases<P: Part>(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    cases: &[CaseId],
) -> Result<Vec<P>, Failure> {
    let [_, id, case] = P::COLUMNS;
    of::<P, _>(store, permit, case, cases.iter().copied(), id).await
}

/// Those whose `column` names one of `values`, ordered by `order`.
pub(in crate::store) async fn of<P: Part, T: Into<Value>>(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    column: <P::Table as EntityTrait>::Column,
    values: impl IntoIterator<Item = T>,
    order: <P::Table as EntityTrait>::Column,
) -> Result<Vec<P>, Failure> {
    let [_, _, case] = P::COLUMNS;
    Ok(P::Table::find()
        .filter(hanging(permit, case))
        .filter(column.is_in(values))
        .order_by_asc(order)
        .all(store.reader())
        .await?)
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<P: Part>(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    ids: &[P::Id],
) -> Result<Vec<P>, Failure> {
    let [_, id, case] = P::COLUMNS;
    Ok(P::Table::find().filter(hanging(permit, case)).filter(id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// Those of a case that was locked in this transaction, in the order in which they were made.
///
/// # Errors
/// Those of the database.
pub async fn all_in<P: Part, V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    case_id: CaseId,
) -> Result<Vec<P>, Failure> {
    let [district, id, case] = P::COLUMNS;
    Ok(P::Table::find()
        .filter(district.eq(permit.district_id()))
        .filter(case.eq(case_id))
        .order_by_asc(id)
        .all(connection)
        .await?)
}

/// One by its id, as long as its case is locked: until the transaction ends. The case comes first for everybody, so that
/// nobody waits for somebody who waits for them.
///
/// # Errors
/// Those of the database.
pub async fn lock<P: Part, V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    wanted: P::Id,
) -> Result<Option<P>, Failure> {
    let [_, id, case] = P::COLUMNS;
    let find = || P::Table::find().filter(hanging(permit, case)).filter(id.eq(wanted)).one(connection);
    let Some(found) = find().await? else { return Ok(None) };
    if case::lock(connection, permit, found.place().1).await?.is_none() {
        return Ok(None);
    }
    // What was read before the lock may have changed since.
    find().await.map_err(Failure::from)
}

/// Records a new one of a case that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn insert<P: Part, V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    part: &P,
) -> Result<(), Failure> {
    if part.place().0 != permit.district_id() {
        return Err(Failure::new(ErrorCode::NotFound));
    }
    let row = part.clone().into_active_model().reset_all();
    P::Table::insert(row).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of one whose case was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<P: Part, V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    part: &P,
) -> Result<(), Failure> {
    let [district, ..] = P::COLUMNS;
    P::Table::update(part.clone().into_active_model().reset_all())
        .validate()?
        .filter(district.eq(permit.district_id()))
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// A page of what happened in one case, latest day first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Latest {
    /// The case.
    pub case_id: CaseId,
    /// Only what stands behind this day and id.
    pub after: Option<(NaiveDate, Uuid)>,
    /// The most rows.
    pub limit: u64,
}

/// The pages that were asked for: one statement for all cases of which the same part is asked for.
pub(super) async fn latest<P: Part>(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    day: <P::Table as EntityTrait>::Column,
    asked: &[Latest],
) -> Result<HashMap<Latest, Page<P>>, Failure> {
    let [_, id, case] = P::COLUMNS;
    type Pages = BTreeMap<(Option<(NaiveDate, Uuid)>, u64), Vec<CaseId>>;
    let mut parts = Pages::new();
    for one in asked {
        parts.entry((one.after, one.limit)).or_default().push(one.case_id);
    }
    let mut pages = HashMap::with_capacity(asked.len());
    for ((after, limit), cases) in parts {
        let mut numbered = Query::select();
        numbered.columns(<P::Table as EntityTrait>::Column::iter());
        let newest_first = WindowStatement::partition_by(case.into_iden())
            .order_by(day.into_iden(), Order::Desc)
            .order_by(id.into_iden(), Order::Desc)
            .take();
        numbered
            .expr_window_as(Func::cust("ROW_NUMBER"), newest_first, "place")
            .from(P::Table::default())
            .cond_where(hanging(permit, case))
            .and_where(case.is_in(cases.iter().copied()));
        if let Some((last_day, last_id)) = after {
            let row = SimpleExpr::Tuple(vec![Expr::col(day), Expr::col(id)]);
            numbered.and_where(row.lt(SimpleExpr::Tuple(vec![SimpleExpr::val(last_day), SimpleExpr::val(last_id)])));
        }
        let statement = Query::select()
            .columns(<P::Table as EntityTrait>::Column::iter())
            .from_subquery(numbered, "numbered")
            .and_where(Expr::col("place").lte(limit.saturating_add(1)))
            .order_by("place", Order::Asc)
            .take();
        let mut rows: HashMap<CaseId, Vec<P>> = cases.iter().map(|case| (*case, Vec::new())).collect();
        for row in super::identified::rows::<P>(store.reader(), &statement).await? {
            rows.entry(row.place().1).or_default().push(row);
        }
        let maximum = usize::try_from(limit).unwrap_or(usize::MAX);
        for (case_id, mut rows) in rows {
            let more = rows.len() > maximum;
            rows.truncate(maximum);
            pages.insert(Latest { case_id, after, limit }, Page { rows, more });
        }
    }
    Ok(pages)
}
