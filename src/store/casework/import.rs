//! Imports of cases: their runs and rows, and what a row may name.

use std::collections::HashMap;

use entity::codes::{ImportOutcome, ImportStatus, Role};
use entity::ids::{AccountId, CaseId, ImportRunId, MunicipalityId, OrganisationId, StaffMemberId};
pub use entity::import_row::Model as ImportRow;
pub use entity::import_run::Model as ImportRun;
use entity::{access_grant, account, import_row, import_run, municipality, staff_member};
use sea_orm::sea_query::{OnConflict, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IntoSimpleExpr, QueryFilter,
    QueryOrder, QuerySelect, Select,
};

use crate::access::{Extent, Permit, verb};
use crate::error::Failure;
use crate::store::Store;
use crate::store::casework::case::case_managers_of;
use crate::store::page::{Boundary, Key, Page, Window};

/// Rows of one statement.
const ROWS_AT_ONCE: usize = 500;

type Reach = Permit<verb::ImportCases>;

/// The accounts of the partner systems of these organisations.
fn systems_of(organisations: &[OrganisationId]) -> SelectStatement {
    Query::select()
        .column(access_grant::Column::AccountId)
        .from(access_grant::Entity)
        .and_where(access_grant::Column::OrganisationId.is_in(organisations.iter().copied()))
        .and_where(access_grant::Column::Role.eq(Role::Integration))
        .take()
}

/// The door to runs: one's own, and those of the partner systems of one's organisations.
fn reached(permit: &Reach) -> Condition {
    use import_run::Column;
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    match permit.extent() {
        Extent::District => district,
        Extent::Part { organisations, own, .. } => {
            let mut any = Condition::any().add(Column::AccountId.in_subquery(systems_of(organisations)));
            if let Some(account) = own {
                any = any.add(Column::AccountId.eq(*account));
            }
            district.add(any)
        }
    }
}

fn select(permit: &Reach) -> Select<import_run::Entity> {
    import_run::Entity::find().filter(reached(permit))
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many(store: &Store, permit: &Reach, ids: &[ImportRunId]) -> Result<Vec<ImportRun>, Failure> {
    Ok(select(permit).filter(import_run::Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// A page of runs.
///
/// # Errors
/// Those of the database.
pub async fn page(store: &Store, permit: &Reach, window: &Window) -> Result<Page<ImportRun>, Failure> {
    let select = window.apply(select(permit), None, import_run::Column::Id.into_simple_expr());
    Ok(window.page(select.all(store.reader()).await?))
}

/// Where a run stands in a list.
#[must_use]
pub fn boundary(run: &ImportRun) -> Boundary {
    Boundary { key: Key::Id, id: run.id.0 }
}

/// A page of the rows of a run that was reached through its door, in the order in which they were done.
///
/// # Errors
/// Those of the database.
pub async fn rows_page(
    store: &Store,
    permit: &Reach,
    run: ImportRunId,
    outcomes: Option<&[ImportOutcome]>,
    window: &Window,
) -> Result<Page<ImportRow>, Failure> {
    use import_row::Column;
    let runs =
        Query::select().column(import_run::Column::Id).from(import_run::Entity).cond_where(reached(permit)).take();
    let mut rows = import_row::Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::RunId.eq(run))
        .filter(Column::RunId.in_subquery(runs));
    if let Some(outcomes) = outcomes {
        rows = rows.filter(Column::Outcome.is_in(outcomes.iter().copied()));
    }
    Ok(window.page(window.apply(rows, None, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// Where a row stands in a list.
#[must_use]
pub fn row_boundary(row: &ImportRow) -> Boundary {
    Boundary { key: Key::Id, id: row.id.0 }
}

/// The run of this file that was interrupted, if there is one.
///
/// # Errors
/// Those of the database.
pub async fn interrupted(
    store: &Store,
    permit: &Reach,
    account: Option<AccountId>,
    source: Option<&str>,
    file_hash: &[u8],
) -> Result<Option<ImportRun>, Failure> {
    use import_run::Column;
    let mut runs =
        select(permit).filter(Column::Status.eq(ImportStatus::Running)).filter(Column::FileHash.eq(file_hash));
    runs = match account {
        Some(account) => runs.filter(Column::AccountId.eq(account)),
        None => runs.filter(Column::AccountId.is_null()),
    };
    runs = match source {
        Some(source) => runs.filter(Column::Source.eq(source)),
        None => runs.filter(Column::Source.is_null()),
    };
    Ok(runs.order_by_desc(Column::Id).one(store.reader()).await?)
}

/// The rows of a run at these lines that are done already.
///
/// # Errors
/// Those of the database.
pub async fn rows_at(
    connection: &impl ConnectionTrait,
    permit: &Reach,
    run: ImportRunId,
    lines: &[i32],
) -> Result<Vec<ImportRow>, Failure> {
    Ok(import_row::Entity::find()
        .filter(import_row::Column::DistrictId.eq(permit.district_id()))
        .filter(import_row::Column::RunId.eq(run))
        .filter(import_row::Column::Line.is_in(lines.iter().copied()))
        .all(connection)
        .await?)
}

/// Records the beginning of a run.
///
/// # Errors
/// Those of the database.
pub async fn insert_run(connection: &impl ConnectionTrait, permit: &Reach, run: &ImportRun) -> Result<(), Failure> {
    let row = ImportRun { district_id: permit.district_id(), ..run.clone() };
    import_run::Entity::insert(import_run::ActiveModel::from(row).reset_all())
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// One run, locked until the transaction ends: of two processes that import the same file, one waits for the other.
///
/// # Errors
/// Those of the database.
pub async fn lock_run(
    connection: &impl ConnectionTrait,
    permit: &Reach,
    id: ImportRunId,
) -> Result<Option<ImportRun>, Failure> {
    Ok(select(permit).filter(import_run::Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// Stores the counts and the status of a run that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update_run(connection: &impl ConnectionTrait, permit: &Reach, run: &ImportRun) -> Result<(), Failure> {
    import_run::Entity::update(import_run::ActiveModel::from(run.clone()).reset_all())
        .validate()?
        .filter(import_run::Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// Which of these external ids made a case before, by their keyed hashes.
///
/// # Errors
/// Those of the database.
pub async fn known(
    connection: &impl ConnectionTrait,
    permit: &Reach,
    claims: &[Vec<u8>],
) -> Result<HashMap<Vec<u8>, Option<CaseId>>, Failure> {
    if claims.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = import_row::Entity::find()
        .filter(import_row::Column::DistrictId.eq(permit.district_id()))
        .filter(import_row::Column::Claim.is_in(claims.iter().cloned()))
        .all(connection)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.claim?, row.case_id))).collect())
}

/// Records a row that made a case; `false` if another run was faster with the same external id.
///
/// # Errors
/// Those of the database.
pub async fn claim(connection: &impl ConnectionTrait, permit: &Reach, row: &ImportRow) -> Result<bool, Failure> {
    let row = ImportRow { district_id: permit.district_id(), ..row.clone() };
    let unless_taken =
        OnConflict::columns([import_row::Column::DistrictId, import_row::Column::Claim]).do_nothing().to_owned();
    let insert = import_row::Entity::insert(import_row::ActiveModel::from(row).reset_all()).on_conflict(unless_taken);
    match insert.exec_without_returning(connection).await {
        Ok(count) => Ok(count == 1),
        Err(DbErr::RecordNotInserted) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Records rows that made no case.
///
/// # Errors
/// Those of the database.
pub async fn insert_rows(connection: &impl ConnectionTrait, permit: &Reach, rows: &[ImportRow]) -> Result<(), Failure> {
    for rows in rows.chunks(ROWS_AT_ONCE) {
        let rows = rows.iter().map(|row| {
            let row = ImportRow { district_id: permit.district_id(), ..row.clone() };
            import_row::ActiveModel::from(row).reset_all()
        });
        import_row::Entity::insert_many(rows).exec_without_returning(connection).await?;
    }
    Ok(())
}

/// A municipality that a row can name.
#[derive(Clone, Debug)]
pub struct NamedMunicipality {
    /// The municipality.
    pub id: MunicipalityId,
    /// Its key.
    pub ags: String,
    /// Its name.
    pub name: String,
}

/// A case manager whom a row can name as lead.
#[derive(Clone, Debug)]
pub struct NamedLead {
    /// The staff record, which holds a case-management position today.
    pub id: StaffMemberId,
    /// The name.
    pub name: String,
    /// The login, if there is an account.
    pub login: Option<String>,
    /// Whether it is the holder of the permit.
    pub is_own: bool,
}

/// What rows can name.
#[derive(Clone, Debug)]
pub struct Directory {
    /// The municipalities of the district.
    pub municipalities: Vec<NamedMunicipality>,
    /// The case managers whom the holder of the permit may import for.
    pub leads: Vec<NamedLead>,
    /// Whether the holder may import cases of one's own: then a row need not name its lead.
    pub imports_own: bool,
}

/// What rows can name: all municipalities, and the case managers within reach.
///
/// # Errors
/// Those of the database.
pub async fn directory(store: &Store, permit: &Reach) -> Result<Directory, Failure> {
    let municipalities = municipality::Entity::find()
        .filter(municipality::Column::DistrictId.eq(permit.district_id()))
        .filter(municipality::Column::ValidUntil.is_null())
        .all(store.reader())
        .await?;
    let own = match permit.extent() {
        Extent::Part { own, .. } => *own,
        Extent::District => None,
    };
    let within_reach = match permit.extent() {
        Extent::District => Condition::all(),
        Extent::Part { organisations, own, .. } => {
            let mut any =
                Condition::any().add(staff_member::Column::OrganisationId.is_in(organisations.iter().copied()));
            if let Some(account) = own {
                any = any.add(staff_member::Column::AccountId.eq(*account));
            }
            any
        }
    };
    let managers = case_managers_of(store.reader(), permit, within_reach).await?;
    let staff = staff_member::Entity::find()
        .filter(staff_member::Column::DistrictId.eq(permit.district_id()))
        .filter(staff_member::Column::Id.is_in(managers))
        .all(store.reader())
        .await?;
    let accounts = account::Entity::find()
        .filter(account::Column::DistrictId.eq(permit.district_id()))
        .filter(account::Column::Id.is_in(staff.iter().filter_map(|staff| staff.account_id)))
        .all(store.reader())
        .await?;
    let mut logins: HashMap<AccountId, String> = accounts.into_iter().map(|row| (row.id, row.login)).collect();
    Ok(Directory {
        municipalities: municipalities
            .into_iter()
            .map(|row| NamedMunicipality { id: row.id, ags: row.ags, name: row.name })
            .collect(),
        leads: staff
            .into_iter()
            .map(|row| NamedLead {
                id: row.id,
                is_own: own.is_some() && row.account_id == own,
                login: row.account_id.and_then(|account| logins.remove(&account)),
                name: row.display_name,
            })
            .collect(),
        imports_own: own.is_some(),
    })
}
