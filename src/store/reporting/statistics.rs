//! Statistics as they were published, and the exact counts that the publishing job makes them of.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{CaseDimension, CodeList, StatisticsAudience, StatisticsTable};
use entity::ids::{DistrictId, Identifier, MunicipalityId, StatisticsTableId};
pub use entity::statistics_table::Model as Published;
use entity::statistics_table::{ActiveModel, Column, Entity};
use entity::{case_file, code_list_entry, district, municipality};
use sea_orm::sea_query::{CaseStatement, Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoSimpleExpr,
    QueryFilter, QueryOrder, QueryResult, QuerySelect,
};

use super::cases_on::{CASES, Counting, counted, phase_on};
use crate::access::{Extent, Permit, Verb, verb};
use crate::domain::reporting::statistics::{
    Counted, CountedRow, Lists, Material, Past, Population, Ready, Stored, category, end_of_last_year, needed,
    remembered_from,
};
use crate::domain::reporting::suppression::family::{Publication, PublishedTable};
use crate::error::Failure;
use crate::store::Store;
use crate::store::casework::case;

/// A verb by which the statistics made for one audience are read.
pub trait Reads: Verb {
    /// The audience.
    const AUDIENCE: StatisticsAudience;
}

impl Reads for verb::ReadCaseStatistics {
    const AUDIENCE: StatisticsAudience = StatisticsAudience::Body;
}

impl Reads for verb::ReadCentreStatistics {
    const AUDIENCE: StatisticsAudience = StatisticsAudience::Centre;
}

/// The latest publication of a table for `on` or an earlier date; absent if there is none.
///
/// # Errors
/// Those of the database.
pub async fn latest<V: Reads>(
    store: &Store,
    permit: &Permit<V>,
    table: StatisticsTable,
    on: NaiveDate,
) -> Result<Option<Published>, Failure> {
    if *permit.extent() != Extent::District {
        return Ok(None);
    }
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Audience.eq(V::AUDIENCE))
        .filter(Column::Name.eq(table))
        .filter(Column::ReportingOn.lte(on))
        .order_by_desc(Column::ReportingOn)
        .one(store.reader())
        .await?)
}

/// The figures of a published table.
///
/// # Errors
/// `INTERNAL` if they cannot be read.
pub fn content(published: &Published) -> Result<PublishedTable, Failure> {
    serde_json::from_value(published.figures.clone())
        .map_err(|error| Failure::internal(format!("unreadable statistics {}: {error}", published.id)))
}

/// Whether anything was published for a date. For the publishing job, which acts beside any actor.
///
/// # Errors
/// Those of the database.
pub async fn is_published(store: &Store, district_id: DistrictId, on: NaiveDate) -> Result<bool, Failure> {
    let found = Entity::find()
        .filter(Column::DistrictId.eq(district_id))
        .filter(Column::ReportingOn.eq(on))
        .one(store.reader())
        .await?;
    Ok(found.is_some())
}

/// Everything that the statistics of a date are made of: exact counts of the cases within reach, all in the state of one
/// moment, and what was published before. For the publishing job.
///
/// # Errors
/// Those of the database.
pub async fn material(store: &Store, permit: &Permit<verb::ReadCase>, on: NaiveDate) -> Result<Material, Failure> {
    let snapshot = store.snapshot().await?;
    let connection = snapshot.connection();
    let lists = lists(connection, permit, on).await?;
    let past = past(connection, permit, on).await?;
    let dates: Vec<NaiveDate> = past.iter().map(|past| past.reporting_on).collect();
    let mut open = Vec::new();
    for by in needed(Population::Open, on) {
        open.push(
            count(store, connection, permit, &Asked { population: Population::Open, by, on }, &lists, &dates).await?,
        );
    }
    let mut closed = Vec::new();
    for by in needed(Population::Closed, on) {
        closed.push(
            count(store, connection, permit, &Asked { population: Population::Closed, by, on }, &lists, &[]).await?,
        );
    }
    snapshot.rollback().await?;
    Ok(Material { reporting_on: on, lists, open, closed, past })
}

/// The categories that are rows of the database.
async fn lists(
    connection: &DatabaseTransaction,
    permit: &Permit<verb::ReadCase>,
    on: NaiveDate,
) -> Result<Lists, Failure> {
    let municipalities = municipality::Entity::find()
        .filter(municipality::Column::DistrictId.eq(permit.district_id()))
        .filter(municipality::Column::ValidFrom.lte(on))
        .filter(
            Condition::any()
                .add(municipality::Column::ValidUntil.is_null())
                .add(municipality::Column::ValidUntil.gt(on)),
        )
        .all(connection)
        .await?;
    let entries = code_list_entry::Entity::find()
        .filter(code_list_entry::Column::DistrictId.eq(permit.district_id()))
        .filter(code_list_entry::Column::List.is_in([CodeList::NationalityGroup, CodeList::ResidenceGroup]))
        .filter(code_list_entry::Column::ValidFrom.lte(on))
        .filter(
            Condition::any()
                .add(code_list_entry::Column::ValidUntil.is_null())
                .add(code_list_entry::Column::ValidUntil.gt(on)),
        )
        .order_by_asc(code_list_entry::Column::Position)
        .order_by_asc(code_list_entry::Column::Id)
        .all(connection)
        .await?;
    let codes = |list| entries.iter().filter(|entry| entry.list == list).map(|entry| entry.code.clone()).collect();
    Ok(Lists {
        municipalities: municipalities.iter().map(|municipality| municipality.id.to_string()).collect(),
        nationality_groups: codes(CodeList::NationalityGroup),
        residence_groups: codes(CodeList::ResidenceGroup),
    })
}

/// What was published before, earliest first: since a year ago, and the latest in any case.
async fn past(
    connection: &DatabaseTransaction,
    permit: &Permit<verb::ReadCase>,
    on: NaiveDate,
) -> Result<Vec<Past>, Failure> {
    let before = Condition::all().add(Column::DistrictId.eq(permit.district_id())).add(Column::ReportingOn.lt(on));
    let latest: Option<NaiveDate> = Entity::find()
        .select_only()
        .column(Column::ReportingOn)
        .filter(before.clone())
        .order_by_desc(Column::ReportingOn)
        .into_tuple()
        .one(connection)
        .await?;
    let Some(latest) = latest else { return Ok(Vec::new()) };
    let rows = Entity::find()
        .filter(before)
        .filter(Column::ReportingOn.gte(latest.min(remembered_from(on))))
        .order_by_asc(Column::ReportingOn)
        .order_by_asc(Column::Id)
        .all(connection)
        .await?;
    let mut tables: BTreeMap<NaiveDate, BTreeMap<StatisticsAudience, Vec<PublishedTable>>> = BTreeMap::new();
    for row in rows {
        tables.entry(row.reporting_on).or_default().entry(row.audience).or_default().push(content(&row)?);
    }
    Ok(tables
        .into_iter()
        .filter_map(|(reporting_on, mut tables)| {
            let mut of = |audience| tables.remove(&audience).map(|tables| Publication { tables });
            let body = of(StatisticsAudience::Body);
            of(StatisticsAudience::Centre).map(|centre| Past { reporting_on, centre, body })
        })
        .collect())
}

/// Names of the columns that hold the categories.
const CATEGORIES: [&str; 4] = ["category_0", "category_1", "category_2", "category_3"];
/// The name of the column that says after how many earlier dates a case was opened.
const OPENED_AFTER: &str = "opened_after";

/// What one statement counts.
struct Asked {
    population: Population,
    by: Vec<CaseDimension>,
    on: NaiveDate,
}

/// Counts in one statement.
async fn count(
    store: &Store,
    connection: &DatabaseTransaction,
    permit: &Permit<verb::ReadCase>,
    asked: &Asked,
    lists: &Lists,
    earlier: &[NaiveDate],
) -> Result<Counted, Failure> {
    let Asked { population, by, on } = asked;
    let on = *on;
    let mut expressions: Vec<(&'static str, Expr)> =
        CATEGORIES.into_iter().zip(by).map(|(name, dimension)| (name, expression(store, *dimension, on))).collect();
    // A case counts for the latest of the dates after which it was opened: that is asked first.
    let mut dates: Vec<(&NaiveDate, i32)> = earlier.iter().zip(1..).collect();
    dates.reverse();
    let opened_after = dates.into_iter().fold(None, |case: Option<CaseStatement>, (date, number)| {
        Some(case.unwrap_or_default().case(case_file::Column::OpenedOn.gt(*date), number))
    });
    expressions.push((OPENED_AFTER, opened_after.map_or_else(|| Expr::val(0_i32), |case| case.finally(0_i32).into())));
    let chosen = match population {
        Population::Open => case::reached(permit),
        Population::Closed => case::reached(permit)
            .add(case_file::Column::ClosedOn.lte(on))
            .add(case_file::Column::ClosedOn.gt(end_of_last_year(on))),
    };
    let counting = if *population == Population::Open { Counting::Open } else { Counting::Closed };
    let statement = counted(chosen, counting, on, expressions);
    let mut rows = Vec::new();
    for row in connection.query_all(&statement).await? {
        let mut categories = Vec::with_capacity(by.len());
        for (name, dimension) in CATEGORIES.into_iter().zip(by) {
            categories.push(category(*dimension, stored(&row, name, *dimension)?, lists));
        }
        let opened_after: i32 = row.try_get("", OPENED_AFTER)?;
        let cases: i64 = row.try_get("", CASES)?;
        rows.push(CountedRow {
            categories,
            opened_after: usize::try_from(opened_after).unwrap_or(0),
            cases: u32::try_from(cases).map_err(|_| Failure::internal("more cases than can be counted"))?,
        });
    }
    Ok(Counted { by: by.clone(), rows })
}

/// What a case has in a dimension.
fn expression(store: &Store, dimension: CaseDimension, on: NaiveDate) -> Expr {
    let column = match dimension {
        CaseDimension::Municipality => case_file::Column::MunicipalityId,
        CaseDimension::Status => case_file::Column::Status,
        CaseDimension::Intensity => case_file::Column::Intensity,
        CaseDimension::Unit => case_file::Column::Unit,
        CaseDimension::ReferralSource => case_file::Column::ReferralSource,
        CaseDimension::Gender => case_file::Column::Gender,
        CaseDimension::AgeBand => case_file::Column::AgeBand,
        CaseDimension::NationalityGroup => case_file::Column::NationalityGroup,
        CaseDimension::ResidenceGroup => case_file::Column::ResidenceGroup,
        CaseDimension::LanguageLevel => case_file::Column::LanguageLevel,
        CaseDimension::OpenedYear => case_file::Column::Year,
        CaseDimension::ClosureReason => case_file::Column::ClosureReason,
        CaseDimension::Phase => return phase_on(on),
        CaseDimension::Duration if store.is_postgres() => return Expr::cust("closed_on - opened_on"),
        CaseDimension::Duration => {
            return Expr::cust("CAST(julianday(closed_on) - julianday(opened_on) AS INTEGER)");
        }
    };
    column.into_simple_expr()
}

fn stored(row: &QueryResult, name: &str, dimension: CaseDimension) -> Result<Stored, Failure> {
    Ok(match dimension {
        CaseDimension::Municipality => {
            let id: MunicipalityId = row.try_get("", name)?;
            Stored::Code(Some(id.to_string()))
        }
        CaseDimension::OpenedYear | CaseDimension::Duration => {
            let number: Option<i32> = row.try_get("", name)?;
            Stored::Number(i64::from(number.unwrap_or(0)))
        }
        _ => Stored::Code(row.try_get("", name)?),
    })
}

/// Records tables that were made ready; if another process was faster, its tables stay. For the publishing job.
///
/// # Errors
/// Those of the database.
pub async fn insert_all(
    store: &Store,
    district_id: DistrictId,
    on: NaiveDate,
    now: DateTime<Utc>,
    ready: Vec<Ready>,
) -> Result<(), Failure> {
    let mut rows = Vec::with_capacity(ready.len());
    for ready in ready {
        let figures = serde_json::to_value(&ready.content).map_err(|error| Failure::internal(error.to_string()))?;
        let row = Published {
            id: StatisticsTableId::new(),
            district_id,
            audience: ready.audience,
            name: ready.table,
            reporting_on: on,
            made_at: now,
            smallest_shown: i32::try_from(ready.smallest_shown).unwrap_or(i32::MAX),
            figures,
        };
        rows.push(ActiveModel::from(row).reset_all());
    }
    if rows.is_empty() {
        return Ok(());
    }
    let transaction = store.begin().await?;
    // One process after the other: the tables of a date belong together and must come from one.
    let district = district::Entity::find_by_id(district_id).lock(LockType::NoKeyUpdate);
    district.one(transaction.connection()).await?;
    let taken = Entity::find()
        .filter(Column::DistrictId.eq(district_id))
        .filter(Column::ReportingOn.eq(on))
        .one(transaction.connection())
        .await?;
    if taken.is_some() {
        return transaction.rollback().await;
    }
    Entity::insert_many(rows).exec_without_returning(transaction.connection()).await?;
    transaction.commit().await
}
