//! Barriers. One by one they are read through the door of their case; beyond it, they are only counted.

use async_graphql::InputObject;
use chrono::{DateTime, NaiveDate, Utc};
pub use entity::barrier::Model as Barrier;
use entity::barrier::{Column, Entity};
use entity::codes::{AccessPurpose, BarrierStatus, BodyKind, IdentityLevel, LegalSphere, StairModelStatus};
use entity::ids::{
    BarrierId, CaseId, ClientId, DistrictId, Identifier, MunicipalityId, OrganisationId, StageTransitionId,
    StairModelId, ThemeId,
};
pub use entity::stage_transition::Model as StageTransition;
use entity::{
    barrier_likeness, barrier_vignette, case_file, municipality, stage_transition, stair_model, stair_stage,
    theme_evidence,
};
use sea_orm::sea_query::{Alias, Expr, Func, Order, Query, SelectStatement, SimpleExpr, UnionType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult,
    IntoActiveModel, IntoSimpleExpr, QueryFilter, QueryOrder, QueryResult, QuerySelect,
};

use crate::access::{Extent, Permit, Verb, on, verb};
use crate::domain::structure::figure::{Counted, beyond_what_is_told};
use crate::domain::structure::likeness::bands;
use crate::error::Failure;
use crate::store::Store;
use crate::store::casework::case::hanging;
use crate::store::casework::guarded_text;
use crate::store::casework::identified::Opening;
use crate::store::casework::part::Part;
use crate::store::page::{Boundary, Key, Page, Window};

/// Which barriers. All members that are given must hold. An empty list means nothing: it selects no barrier.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BarrierFilter {
    /// In one of these statuses.
    pub status_in: Option<Vec<BarrierStatus>>,
    /// Of one of these kinds: codes of the list BARRIER_KIND.
    pub kind_in: Option<Vec<String>>,
    /// In one of these areas of need: codes of the list NEED_AREA.
    pub need_area_in: Option<Vec<String>>,
    /// In one of these legal spheres.
    pub legal_sphere_in: Option<Vec<LegalSphere>>,
    /// In one of these municipalities.
    pub municipality_in: Option<Vec<MunicipalityId>>,
    /// Concerning one of these institutions.
    pub institution_in: Option<Vec<OrganisationId>>,
    /// On one of these stages: positions of their stair models, from 1.
    pub stage_in: Option<Vec<i32>>,
    /// Only those whose answer is overdue, or only those whose answer is not.
    pub is_overdue: Option<bool>,
}

impl Part for Barrier {
    type Table = Entity;
    type Id = BarrierId;
    const COLUMNS: [Column; 3] = [Column::DistrictId, Column::Id, Column::CaseId];

    fn place(&self) -> (DistrictId, CaseId) {
        (self.district_id, self.case_id)
    }
}

/// What barriers have in common. What is absent does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    /// The kind.
    pub kind: Option<String>,
    /// The area of need.
    pub need_area: Option<String>,
    /// The legal sphere.
    pub legal_sphere: Option<LegalSphere>,
    /// The institution.
    pub institution_id: Option<OrganisationId>,
    /// The municipality.
    pub municipality_id: Option<MunicipalityId>,
}

impl Pattern {
    /// The barriers of the district that fit it and were not withdrawn.
    pub(super) fn condition(&self, district: DistrictId) -> Condition {
        let mut all =
            Condition::all().add(Column::DistrictId.eq(district)).add(Column::Status.ne(BarrierStatus::Withdrawn));
        if let Some(kind) = &self.kind {
            all = all.add(Column::Kind.eq(kind));
        }
        if let Some(need_area) = &self.need_area {
            all = all.add(Column::NeedArea.eq(need_area));
        }
        if let Some(sphere) = self.legal_sphere {
            all = all.add(Column::LegalSphere.eq(sphere));
        }
        if let Some(institution) = self.institution_id {
            all = all.add(Column::InstitutionId.eq(institution));
        }
        if let Some(municipality) = self.municipality_id {
            all = all.add(Column::MunicipalityId.eq(municipality));
        }
        all
    }
}

fn within<T: Into<sea_orm::Value> + Clone>(all: Condition, column: Column, values: Option<&Vec<T>>) -> Condition {
    match values {
        None => all,
        Some(values) if values.is_empty() => all.add(SimpleExpr::val(1).eq(0)),
        Some(values) => all.add(column.is_in(values.iter().cloned())),
    }
}

/// Open ones whose answer was due before the day of the permit.
fn overdue<V: Verb>(permit: &Permit<V>) -> Condition {
    Condition::all().add(Column::Status.eq(BarrierStatus::Open)).add(Column::AnswerDueOn.lt(permit.today()))
}

fn condition(filter: &BarrierFilter, permit: &Permit<verb::ReadCase>) -> Condition {
    let all = within(Condition::all(), Column::Status, filter.status_in.as_ref());
    let all = within(all, Column::Kind, filter.kind_in.as_ref());
    let all = within(all, Column::NeedArea, filter.need_area_in.as_ref());
    let all = within(all, Column::LegalSphere, filter.legal_sphere_in.as_ref());
    let all = within(all, Column::MunicipalityId, filter.municipality_in.as_ref());
    let all = within(all, Column::InstitutionId, filter.institution_in.as_ref());
    let all = within(all, Column::Stage, filter.stage_in.as_ref());
    match filter.is_overdue {
        None => all,
        Some(true) => all.add(overdue(permit)),
        Some(false) => all.add(
            Condition::any()
                .add(Column::Status.ne(BarrierStatus::Open))
                .add(Column::AnswerDueOn.is_null())
                .add(Column::AnswerDueOn.gte(permit.today())),
        ),
    }
}

/// A page of all barriers of cases within reach, in the order in which they were raised.
///
/// # Errors
/// Those of the database.
pub async fn page(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    filter: &BarrierFilter,
    window: &Window,
) -> Result<Page<Barrier>, Failure> {
    let chosen = Entity::find().filter(hanging(permit, Column::CaseId)).filter(condition(filter, permit));
    let rows = window.apply(chosen, None, Column::Id.into_simple_expr()).all(store.reader()).await?;
    Ok(window.page(rows))
}

/// How many of these barriers are within reach.
///
/// # Errors
/// Those of the database.
pub async fn count(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::ReadCase>,
    ids: &[BarrierId],
) -> Result<usize, Failure> {
    let reached: Vec<BarrierId> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(hanging(permit, Column::CaseId))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(reached.len())
}

/// A page of the evidence of a theme, as far as its cases are within reach.
///
/// # Errors
/// Those of the database.
pub async fn evidence(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    theme: ThemeId,
    window: &Window,
) -> Result<Page<Barrier>, Failure> {
    let linked = evidence_of(theme);
    let chosen = Entity::find().filter(hanging(permit, Column::CaseId)).filter(Column::Id.in_subquery(linked));
    let rows = window.apply(chosen, None, Column::Id.into_simple_expr()).all(store.reader()).await?;
    Ok(window.page(rows))
}

pub(super) fn evidence_of(theme: ThemeId) -> SelectStatement {
    evidence_of_all(&[theme])
}

/// The same of several themes.
pub(super) fn evidence_of_all(themes: &[ThemeId]) -> SelectStatement {
    Query::select()
        .column(theme_evidence::Column::BarrierId)
        .from(theme_evidence::Entity)
        .and_where(theme_evidence::Column::ThemeId.is_in(themes.iter().copied()))
        .take()
}

/// Where one stands in a list.
#[must_use]
pub fn boundary(barrier: &Barrier) -> Boundary {
    Boundary { key: Key::Id, id: barrier.id.uuid() }
}

/// The vignettes of these barriers, as far as they open: to the case manager always, to others as soon as the barrier stands
/// on a stage where the person is not known any more.
///
/// # Errors
/// Those of the database.
pub async fn vignettes(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    ids: &[BarrierId],
) -> Result<Vec<(BarrierId, String)>, Failure> {
    #[derive(FromQueryResult)]
    struct Row {
        barrier_id: BarrierId,
        text: String,
    }
    let stage = Query::select()
        .expr(SimpleExpr::val(1))
        .from(stair_stage::Entity)
        .and_where(Expr::col((stair_stage::Entity, stair_stage::Column::ModelId)).equals((Entity, Column::ModelId)))
        .and_where(Expr::col((stair_stage::Entity, stair_stage::Column::Position)).equals((Entity, Column::Stage)))
        .and_where(stair_stage::Column::IdentityLevel.ne(IdentityLevel::Identified))
        .take();
    let opens = Condition::any().add(SimpleExpr::exists(stage)).add(own_cases(permit));
    let statement = Query::select()
        .columns([
            (barrier_vignette::Entity, barrier_vignette::Column::BarrierId),
            (barrier_vignette::Entity, barrier_vignette::Column::Text),
        ])
        .from(barrier_vignette::Entity)
        .inner_join(
            Entity,
            Expr::col((Entity, Column::Id)).equals((barrier_vignette::Entity, barrier_vignette::Column::BarrierId)),
        )
        .and_where(barrier_vignette::Column::BarrierId.is_in(ids.iter().copied()))
        .cond_where(hanging(permit, Column::CaseId))
        .cond_where(opens)
        .take();
    let mut found = Vec::new();
    for row in store.reader().query_all(&statement).await? {
        let row = Row::from_query_result(&row, "")?;
        found.push((row.barrier_id, row.text));
    }
    Ok(found)
}

/// Cases that the holder leads or stands in for: those within reach of somebody who reaches the own cases only.
fn own_cases(permit: &Permit<verb::ReadCase>) -> Condition {
    if permit.extent() == &crate::access::Extent::District {
        // Who sees the whole district sees it as the centre does.
        Condition::all().add(SimpleExpr::val(1).eq(0))
    } else {
        hanging(permit, Column::CaseId)
    }
}

/// The steps of these barriers, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn transitions(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    ids: &[BarrierId],
) -> Result<Vec<StageTransition>, Failure> {
    let reached = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::Id.is_in(ids.iter().copied()))
        .cond_where(hanging(permit, Column::CaseId))
        .take();
    Ok(stage_transition::Entity::find()
        .filter(stage_transition::Column::BarrierId.in_subquery(reached))
        .order_by_asc(stage_transition::Column::Id)
        .all(store.reader())
        .await?)
}

/// A step to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Stepped<'a> {
    /// The stage that was left.
    pub from: Option<i32>,
    /// Why.
    pub reason: Option<&'a str>,
    /// Raised because it had waited too long.
    pub is_overdue: bool,
}

/// Records a step of a barrier that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn record_step<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    barrier: &Barrier,
    account: Option<entity::ids::AccountId>,
    step: Stepped<'_>,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let row = StageTransition {
        id: StageTransitionId::new(),
        district_id: permit.district_id(),
        barrier_id: barrier.id,
        from_stage: step.from,
        to_stage: barrier.stage,
        account_id: account,
        reason: step.reason.map(str::to_owned),
        is_overdue: step.is_overdue,
        created_at: now,
    };
    stage_transition::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Records what tells a barrier in words, and by what the like are found. The text was looked at before: it names nobody.
///
/// # Errors
/// Those of the database.
pub async fn insert_vignette<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    barrier: BarrierId,
    text: &str,
) -> Result<(), Failure> {
    let district_id = permit.district_id();
    let row = barrier_vignette::Model { barrier_id: barrier, district_id, text: text.to_owned() };
    barrier_vignette::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(connection).await?;
    let rows: Vec<_> = (0..)
        .zip(bands(text))
        .map(|(band, value)| {
            barrier_likeness::Model { barrier_id: barrier, district_id, band, value }.into_active_model().reset_all()
        })
        .collect();
    if !rows.is_empty() {
        barrier_likeness::Entity::insert_many(rows).exec_without_returning(connection).await?;
    }
    Ok(())
}

/// Takes away what tells of barriers of a client in words: part of erasing the client.
///
/// # Errors
/// Those of the database.
pub(in crate::store) async fn forget_words(
    connection: &impl ConnectionTrait,
    district: DistrictId,
    client: ClientId,
) -> Result<(), Failure> {
    let of_client = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::DistrictId.eq(district))
        .and_where(Column::ClientId.eq(client))
        .take();
    barrier_likeness::Entity::delete_many()
        .filter(barrier_likeness::Column::BarrierId.in_subquery(of_client.clone()))
        .exec(connection)
        .await?;
    stage_transition::Entity::update_many()
        .col_expr(stage_transition::Column::Reason, SimpleExpr::val(Option::<String>::None))
        .filter(stage_transition::Column::BarrierId.in_subquery(of_client.clone()))
        .exec(connection)
        .await?;
    barrier_vignette::Entity::delete_many()
        .filter(barrier_vignette::Column::BarrierId.in_subquery(of_client))
        .exec(connection)
        .await?;
    Ok(())
}

/// Barriers that are alike, counted. Never shown as they are: see [`crate::domain::structure::figure`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Similar {
    /// The cases.
    pub counted: Counted,
    /// In how many municipalities.
    pub municipalities: u32,
}

/// A name of a count that is read.
const MUNICIPALITIES: &str = "municipalities";
/// So many barriers of a pattern are looked at. Enough for the highest figure that is told, unless a case has ten of the same
/// pattern.
const FITTING_MAXIMUM: u64 = 1000;
/// So many barriers are looked at for each of the bands in which texts can be alike.
const ALIKE_MAXIMUM: u64 = 200;

/// Counts the cases of barriers, each case once, and adds up their numbers.
fn cases_of(chosen: Condition) -> SelectStatement {
    let per_case = Query::select()
        .expr_as(Func::max(Expr::col((Entity, Column::CellKey))), "cell_key")
        .from(Entity)
        .cond_where(chosen)
        .group_by_col((Entity, Column::CaseId))
        .take();
    counting(per_case)
}

/// The same of the first so many barriers: whoever waits for the answer types on, and more are not told of.
fn some_cases_of(chosen: Condition) -> SelectStatement {
    let some = Query::select()
        .columns([(Entity, Column::CaseId), (Entity, Column::CellKey)])
        .from(Entity)
        .cond_where(chosen)
        .limit(FITTING_MAXIMUM)
        .take();
    let per_case = Query::select()
        .expr_as(Func::max(Expr::col("cell_key")), "cell_key")
        .from_subquery(some, "some")
        .group_by_col("case_id")
        .take();
    counting(per_case)
}

/// Counts rows that carry the number of a case.
fn counting(per_case: SelectStatement) -> SelectStatement {
    Query::select()
        .expr_as(Func::count(Expr::col("cell_key")), "cases")
        .expr_as(
            Func::coalesce([Func::sum(Expr::col("cell_key")).cast_as(Alias::new("bigint")), SimpleExpr::val(0_i64)]),
            "keys",
        )
        .from_subquery(per_case, "met")
        .take()
}

/// Counts the municipalities of barriers that are chosen: each is asked for whether there is one, by an index.
fn municipalities_of(district: DistrictId, chosen: Condition) -> SelectStatement {
    let met_there = Query::select()
        .expr(SimpleExpr::val(1))
        .from(Entity)
        .cond_where(chosen)
        .and_where(Expr::col((Entity, Column::MunicipalityId)).equals((municipality::Entity, municipality::Column::Id)))
        .take();
    Query::select()
        .expr(Func::count(Expr::col((municipality::Entity, municipality::Column::Id))))
        .from(municipality::Entity)
        .and_where(Expr::col((municipality::Entity, municipality::Column::DistrictId)).eq(district))
        .and_where(SimpleExpr::exists(met_there))
        .take()
}

fn counted(row: &QueryResult) -> Result<Counted, Failure> {
    let cases: i64 = row.try_get("", "cases")?;
    Ok(Counted { cases: u32::try_from(cases).unwrap_or(u32::MAX), keys: row.try_get("", "keys")? })
}

/// The barriers of other cases that fit a pattern, counted in one statement; no further than what is told of.
///
/// # Errors
/// Those of the database.
pub async fn like_pattern(
    store: &Store,
    permit: &Permit<verb::CountBarriers>,
    pattern: &Pattern,
    except: Option<CaseId>,
) -> Result<Similar, Failure> {
    let mut chosen = pattern.condition(permit.district_id());
    if let Some(case) = except {
        chosen = chosen.add(Column::CaseId.ne(case));
    }
    let towns = municipalities_of(permit.district_id(), chosen.clone());
    let mut statement = some_cases_of(chosen);
    statement.expr_as(Expr::SubQuery(None, Box::new(towns.into())), MUNICIPALITIES);
    let Some(row) = store.reader().query_one(&statement).await? else { return Ok(Similar::default()) };
    let municipalities: i64 = row.try_get("", MUNICIPALITIES)?;
    let counted = beyond_what_is_told(counted(&row)?);
    Ok(Similar { counted, municipalities: u32::try_from(municipalities).unwrap_or(u32::MAX) })
}

/// The other cases with barriers that are told in similar words, counted no further than what is told of.
///
/// # Errors
/// Those of the database.
pub async fn like_text(
    store: &Store,
    permit: &Permit<verb::CountBarriers>,
    text: &str,
    except: Option<CaseId>,
) -> Result<Counted, Failure> {
    use barrier_likeness::Column as Likeness;
    // The first of each band by their ids: always the same ones.
    let of_band = |(band, value): (i32, i64)| {
        let first = Query::select()
            .column(Likeness::BarrierId)
            .from(barrier_likeness::Entity)
            .and_where(Likeness::DistrictId.eq(permit.district_id()))
            .and_where(Likeness::Band.eq(band))
            .and_where(Likeness::Value.eq(value))
            .order_by(Likeness::BarrierId, Order::Asc)
            .limit(ALIKE_MAXIMUM)
            .take();
        Query::select().column(Likeness::BarrierId).from_subquery(first, "first").take()
    };
    let mut of_bands = (0_i32..).zip(bands(text)).map(of_band);
    let Some(mut alike) = of_bands.next() else { return Ok(Counted::default()) };
    for band in of_bands {
        alike.union(UnionType::Distinct, band);
    }
    let mut chosen = Pattern::default().condition(permit.district_id()).add(Column::Id.in_subquery(alike));
    if let Some(case) = except {
        chosen = chosen.add(Column::CaseId.ne(case));
    }
    let row = store.reader().query_one(&cases_of(chosen)).await?;
    let counted = row.as_ref().map_or_else(|| Ok(Counted::default()), counted)?;
    Ok(beyond_what_is_told(counted))
}

/// What waits on a stage of the stair, counted. Never shown as it is: see [`crate::domain::structure::figure`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// The cases with an open barrier there.
    pub open: Counted,
    /// Those of them with one whose answer is overdue.
    pub overdue: Counted,
}

/// What waits on the stages of these versions of the stair: one statement, however many stages there are. A stage on which
/// nothing waits is absent.
///
/// # Errors
/// Those of the database.
pub async fn waiting_on(
    store: &Store,
    permit: &Permit<verb::ReadSignal>,
    models: &[StairModelId],
) -> Result<Vec<(StairModelId, i32, Waiting)>, Failure> {
    #[derive(FromQueryResult)]
    struct Row {
        model_id: StairModelId,
        stage: i32,
        cases: i64,
        keys: i64,
        overdue_cases: i64,
        overdue_keys: i64,
    }
    if *permit.extent() != Extent::District {
        return Ok(Vec::new());
    }
    let is_overdue = Expr::case(Column::AnswerDueOn.lt(permit.today()), 1).finally(0);
    let per_case = Query::select()
        .column((Entity, Column::ModelId))
        .column((Entity, Column::Stage))
        .expr_as(Func::max(Expr::col((Entity, Column::CellKey))), "cell_key")
        .expr_as(Func::max(is_overdue), "overdue")
        .from(Entity)
        .and_where(Column::DistrictId.eq(permit.district_id()))
        .and_where(Column::Status.eq(BarrierStatus::Open))
        .and_where(Column::ModelId.is_in(models.iter().copied()))
        .group_by_col((Entity, Column::ModelId))
        .group_by_col((Entity, Column::Stage))
        .group_by_col((Entity, Column::CaseId))
        .take();
    let sum = |name: &'static str| Func::sum(Expr::col(name)).cast_as(Alias::new("bigint"));
    let overdue_key = Expr::case(Expr::col("overdue").eq(1), Expr::col("cell_key")).finally(0);
    let statement = Query::select()
        .column("model_id")
        .column("stage")
        .expr_as(Func::count(Expr::col("cell_key")), "cases")
        .expr_as(sum("cell_key"), "keys")
        .expr_as(sum("overdue"), "overdue_cases")
        .expr_as(Func::sum(overdue_key).cast_as(Alias::new("bigint")), "overdue_keys")
        .from_subquery(per_case, "waiting_cases")
        .group_by_col("model_id")
        .group_by_col("stage")
        .take();
    let count = |cases: i64, keys: i64| Counted { cases: u32::try_from(cases).unwrap_or(u32::MAX), keys };
    let mut found = Vec::new();
    for row in store.reader().query_all(&statement).await? {
        let row = Row::from_query_result(&row, "")?;
        let (open, overdue) = (count(row.cases, row.keys), count(row.overdue_cases, row.overdue_keys));
        found.push((row.model_id, row.stage, Waiting { open, overdue }));
    }
    Ok(found)
}

/// The cases with an open barrier that waits for bodies of a kind, by all versions of the stair that are or were in use;
/// `None` if none of them leads to such a body.
///
/// # Errors
/// Those of the database.
pub async fn waiting_for(
    store: &Store,
    permit: &Permit<verb::ReadSignal>,
    kind: BodyKind,
) -> Result<Option<Counted>, Failure> {
    if *permit.extent() != Extent::District {
        return Ok(None);
    }
    let used = Query::select()
        .column(stair_model::Column::Id)
        .from(stair_model::Entity)
        .and_where(stair_model::Column::DistrictId.eq(permit.district_id()))
        .and_where(stair_model::Column::Status.ne(StairModelStatus::Draft))
        .take();
    let leads_there = stair_stage::Entity::find()
        .filter(stair_stage::Column::DistrictId.eq(permit.district_id()))
        .filter(stair_stage::Column::BodyKind.eq(kind))
        .filter(stair_stage::Column::ModelId.in_subquery(used))
        .one(store.reader())
        .await?;
    if leads_there.is_none() {
        return Ok(None);
    }
    let stage = Query::select()
        .expr(SimpleExpr::val(1))
        .from(stair_stage::Entity)
        .and_where(Expr::col((stair_stage::Entity, stair_stage::Column::ModelId)).equals((Entity, Column::ModelId)))
        .and_where(Expr::col((stair_stage::Entity, stair_stage::Column::Position)).equals((Entity, Column::Stage)))
        .and_where(stair_stage::Column::BodyKind.eq(kind))
        .take();
    let waiting = Condition::all()
        .add(Column::DistrictId.eq(permit.district_id()))
        .add(Column::Status.eq(BarrierStatus::Open))
        .add(SimpleExpr::exists(stage));
    let row = store.reader().query_one(&cases_of(waiting)).await?;
    row.as_ref().map_or_else(|| Ok(Counted::default()), counted).map(Some)
}

/// Barriers that wait so long that they go up by themselves. Beside any actor.
///
/// # Errors
/// Those of the database.
pub async fn waiting_too_long(
    store: &Store,
    today: NaiveDate,
    limit: u64,
) -> Result<Vec<(DistrictId, BarrierId)>, Failure> {
    let rows = Entity::find()
        .filter(Column::Status.eq(BarrierStatus::Open))
        .filter(Column::RaiseOn.lt(today))
        .order_by_asc(Column::RaiseOn)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(store.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.district_id, row.id)).collect())
}

/// What is to be recorded when somebody was told that a text names a person of a case.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn comparisons<V: on::Case>(
    store: &Store,
    permit: &Permit<V>,
    case: CaseId,
    texts: &[&str],
) -> Result<Vec<Opening>, Failure> {
    let reached = case_file::Entity::find_by_id(case)
        .filter(hanging(permit, case_file::Column::Id))
        .select_only()
        .column(case_file::Column::Id)
        .into_tuple::<CaseId>()
        .all(store.reader())
        .await?;
    guarded_text::comparisons(store, permit, &reached, texts, AccessPurpose::CaseWork).await
}
