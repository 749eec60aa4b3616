//! Signals: what the job that looks for them found last.

use entity::codes::{BarrierStatus, LegalSphere};
use entity::ids::{AccountId, BarrierId, CaseId, DistrictId, MunicipalityId, OrganisationId, SignalId, ThemeId};
pub use entity::signal::Model as Signal;
use entity::signal::{ActiveModel, Column, Entity};
use entity::{barrier, district};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoSimpleExpr, QueryFilter,
    QueryOrder, QuerySelect, Select,
};

use super::barrier::Pattern;
use crate::access::{Permit, on, verb};
use crate::error::{ErrorCode, Failure};
use crate::store::page::{Boundary, Key, Page, Window};
use crate::store::{Store, Transaction};

/// How many barriers are read at once.
const BATCH: u64 = 20_000;

/// The door: all of the district.
fn select<V: on::Theme>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(Column::DistrictId.eq(permit.district_id()))
}

/// What the barriers of a signal have in common.
#[must_use]
pub fn pattern(signal: &Signal) -> Pattern {
    Pattern {
        kind: signal.kind.clone(),
        need_area: signal.need_area.clone(),
        legal_sphere: signal.legal_sphere,
        institution_id: signal.institution_id,
        municipality_id: signal.municipality_id,
    }
}

/// A page, by their strength.
///
/// # Errors
/// `CURSOR_INVALID` if the signal behind which it begins is not there any more; those of the database.
pub async fn page(store: &Store, permit: &Permit<verb::ReadSignal>, window: &Window) -> Result<Page<Signal>, Failure> {
    let mut window = window.clone();
    for boundary in [&mut window.after, &mut window.before].into_iter().flatten() {
        let named = select(permit).filter(Column::Id.eq(SignalId(boundary.id))).one(store.reader()).await?;
        let named = named.ok_or_else(|| Failure::new(ErrorCode::CursorInvalid))?;
        boundary.key = Key::Number(named.lower_hundredths);
    }
    let strength = Some(Column::LowerHundredths.into_simple_expr());
    let rows = window.apply(select(permit), strength, Column::Id.into_simple_expr()).all(store.reader()).await?;
    Ok(window.page(rows))
}

/// Where one stands in the list. A cursor is sealed, but can be read by whoever holds it: so it does not say how strong the
/// signal is, which is looked up when the cursor is used.
#[must_use]
pub fn boundary(signal: &Signal) -> Boundary {
    Boundary { key: Key::Id, id: signal.id.0 }
}

/// One by its id.
///
/// # Errors
/// Those of the database.
pub async fn find<V: on::Theme>(store: &Store, permit: &Permit<V>, id: SignalId) -> Result<Option<Signal>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).one(store.reader()).await?)
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Theme>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: SignalId,
) -> Result<Option<Signal>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// Notes the theme that was made of a signal.
///
/// # Errors
/// Those of the database.
pub async fn became(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::ArrangeTheme>,
    mut signal: Signal,
    theme: ThemeId,
) -> Result<(), Failure> {
    signal.theme_id = Some(theme);
    Entity::update(ActiveModel::from(signal).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// All districts. Beside any actor: for the job.
///
/// # Errors
/// Those of the database.
pub async fn districts(store: &Store) -> Result<Vec<DistrictId>, Failure> {
    let ids = district::Entity::find().select_only().column(district::Column::Id).into_tuple();
    Ok(ids.all(store.reader()).await?)
}

/// What of a barrier matters to the search.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Row {
    /// Its id.
    pub id: BarrierId,
    /// Its case.
    pub case_id: CaseId,
    /// Who raised it.
    pub raised_by: Option<AccountId>,
    /// Its kind.
    pub kind: String,
    /// Its area of need.
    pub need_area: String,
    /// Its legal sphere.
    pub legal_sphere: Option<LegalSphere>,
    /// The institution concerned.
    pub institution_id: Option<OrganisationId>,
    /// Its municipality.
    pub municipality_id: MunicipalityId,
    /// The number of its case.
    pub cell_key: i32,
}

/// Hands all barriers of a district that were not withdrawn to `each`, in batches. Beside any actor: for the job.
///
/// # Errors
/// Those of the database.
pub async fn each_barrier(store: &Store, district: DistrictId, mut each: impl FnMut(Row)) -> Result<(), Failure> {
    use barrier::Column as C;
    let mut after = BarrierId(uuid::Uuid::nil());
    loop {
        let rows: Vec<Row> = barrier::Entity::find()
            .select_only()
            .columns([C::Id, C::CaseId, C::RaisedBy, C::Kind, C::NeedArea, C::LegalSphere, C::InstitutionId])
            .columns([C::MunicipalityId, C::CellKey])
            .filter(C::DistrictId.eq(district))
            .filter(C::Status.ne(BarrierStatus::Withdrawn))
            .filter(C::Id.gt(after))
            .order_by_asc(C::Id)
            .limit(BATCH)
            .into_model()
            .all(store.reader())
            .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.id;
        rows.into_iter().for_each(&mut each);
    }
}

/// Puts the signals that were found in place of those that were found before. One that was there before keeps its id, and
/// the theme that was made of it.
///
/// # Errors
/// Those of the database.
pub async fn replace(transaction: &Transaction, district: DistrictId, found: Vec<Signal>) -> Result<(), Failure> {
    let connection = transaction.connection();
    let known = Entity::find().filter(Column::DistrictId.eq(district)).lock_exclusive().all(connection).await?;
    Entity::delete_many().filter(Column::DistrictId.eq(district)).exec(connection).await?;
    let rows: Vec<ActiveModel> = found
        .into_iter()
        .map(|mut signal| {
            if let Some(before) = known.iter().find(|before| pattern(before) == pattern(&signal)) {
                (signal.id, signal.theme_id, signal.created_at) = (before.id, before.theme_id, before.created_at);
            }
            ActiveModel::from(signal).reset_all()
        })
        .collect();
    for rows in rows.chunks(500) {
        Entity::insert_many(rows.to_vec()).exec_without_returning(connection).await?;
    }
    Ok(())
}
