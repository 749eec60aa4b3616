//! Generative themes. The centre and the coordinators see all of them, case managers those that rest on their own cases, or on
//! barriers that they raised. Everybody else sees what was published: see [`super::theme_publication`].
//!
//! A theme that became part of another lives on in that one: those of one family have the same `family_id`.

use std::collections::{BTreeSet, HashMap};

use async_graphql::InputObject;
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{AccessPurpose, BarrierStatus, ThemeStatus};
use entity::ids::{AccountId, BarrierId, CaseId, Identifier, SignalId, ThemeChangeId, ThemeId};
pub use entity::theme::Model as Theme;
use entity::theme::{ActiveModel, Column, Entity};
pub use entity::theme_change::Model as ThemeChange;
use entity::{barrier, case_file, staff_member, theme_change, theme_evidence};
use sea_orm::sea_query::{Alias, Expr, Func, OnConflict, Query, SelectStatement, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult,
    IntoActiveModel, IntoSimpleExpr, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::barrier::Pattern;
use super::signal;
use super::theme_touch::{self, AtItem};
use crate::access::{Extent, Permit, on, verb};
use crate::domain::structure::figure::Counted;
use crate::domain::structure::theme::Grounds;
use crate::error::{ErrorCode, Failure};
use crate::store::Store;
use crate::store::casework::case::staff_of;
use crate::store::casework::guarded_text;
use crate::store::casework::identified::Opening;
use crate::store::page::{Boundary, Key, Page, Window};

/// The most cases of which the people are compared with a text.
const CASES_MAXIMUM: u64 = 2000;

/// Which themes. All members that are given must hold. An empty list means nothing: it selects no theme.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ThemeFilter {
    /// In one of these statuses.
    pub status_in: Option<Vec<ThemeStatus>>,
    /// About one of these kinds of barriers: codes of the list BARRIER_KIND.
    pub kind_in: Option<Vec<String>>,
}

/// The condition that the barrier of a statement fits what the theme of the statement is about, in the same district. What
/// the theme leaves open does not matter.
pub(super) fn fits() -> SimpleExpr {
    let same = |column: Column, other: barrier::Column| {
        let column = Expr::col((Entity, column));
        column.clone().is_null().or(column.equals((barrier::Entity, other)))
    };
    same(Column::Kind, barrier::Column::Kind)
        .and(same(Column::NeedArea, barrier::Column::NeedArea))
        .and(same(Column::LegalSphere, barrier::Column::LegalSphere))
        .and(same(Column::InstitutionId, barrier::Column::InstitutionId))
        .and(same(Column::MunicipalityId, barrier::Column::MunicipalityId))
        .and(Expr::col((Entity, Column::DistrictId)).equals((barrier::Entity, barrier::Column::DistrictId)))
}

/// The condition that the barrier of a statement fits what a theme, or one that became part of it, is about.
fn fits_family(theme: ThemeId) -> SimpleExpr {
    let family = Condition::any().add(Column::Id.eq(theme)).add(Column::FamilyId.eq(theme));
    let themes = Query::select().expr(SimpleExpr::val(1)).from(Entity).cond_where(family).and_where(fits()).take();
    SimpleExpr::exists(themes)
}

/// Themes that rest on cases which somebody leads or stands in for, or on barriers which that person raised: whoever
/// contributed is told what became of it, also after the case was passed on.
fn resting_on_cases_of(account: AccountId) -> SelectStatement {
    let cases = Query::select()
        .column(case_file::Column::Id)
        .from(case_file::Entity)
        .cond_where(
            Condition::any()
                .add(case_file::Column::LeadId.in_subquery(staff_of(account)))
                .add(case_file::Column::SubstituteId.in_subquery(staff_of(account))),
        )
        .take();
    Query::select()
        .column((theme_evidence::Entity, theme_evidence::Column::ThemeId))
        .from(theme_evidence::Entity)
        .inner_join(
            barrier::Entity,
            Expr::col((barrier::Entity, barrier::Column::Id))
                .equals((theme_evidence::Entity, theme_evidence::Column::BarrierId)),
        )
        .cond_where(
            Condition::any().add(barrier::Column::CaseId.in_subquery(cases)).add(barrier::Column::RaisedBy.eq(account)),
        )
        .take()
}

/// The condition that a theme is within reach of the permit.
fn reached<V: on::Theme>(permit: &Permit<V>) -> Condition {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    match permit.extent() {
        Extent::District => district,
        Extent::Part { own: Some(account), .. } => district.add(Column::Id.in_subquery(resting_on_cases_of(*account))),
        Extent::Part { own: None, .. } => district.add(Column::Id.is_null()),
    }
}

/// The door.
fn select<V: on::Theme>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(reached(permit))
}

/// The ids of the themes within reach: for what hangs on them.
pub(in crate::store) fn within_reach<V: on::Theme>(permit: &Permit<V>) -> SelectStatement {
    Query::select().column((Entity, Column::Id)).from(Entity).cond_where(reached(permit)).take()
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Theme>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[ThemeId],
) -> Result<Vec<Theme>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// A page, in the order in which they were proposed.
///
/// # Errors
/// Those of the database.
pub async fn page(
    store: &Store,
    permit: &Permit<verb::ReadTheme>,
    filter: &ThemeFilter,
    window: &Window,
) -> Result<Page<Theme>, Failure> {
    let mut chosen = select(permit);
    if let Some(statuses) = &filter.status_in {
        chosen = chosen.filter(Column::Status.is_in(statuses.iter().copied()));
    }
    if let Some(kinds) = &filter.kind_in {
        chosen = chosen.filter(Column::Kind.is_in(kinds.iter()));
    }
    Ok(window.page(window.apply(chosen, None, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// Where one stands in a list.
#[must_use]
pub fn boundary(theme: &Theme) -> Boundary {
    Boundary { key: Key::Id, id: theme.id.0 }
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Theme>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ThemeId,
) -> Result<Option<Theme>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// The number of the next theme.
///
/// # Errors
/// Those of the database.
pub async fn next_number<V: on::Theme>(connection: &impl ConnectionTrait, permit: &Permit<V>) -> Result<i32, Failure> {
    let of_district = Entity::find().filter(Column::DistrictId.eq(permit.district_id()));
    let last = of_district.order_by_desc(Column::Number).one(connection).await?;
    Ok(last.map_or(1, |theme| theme.number.saturating_add(1)))
}

/// Records a new theme. `false` if somebody else took its number meanwhile.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Theme>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    theme: &Theme,
) -> Result<bool, Failure> {
    if theme.district_id != permit.district_id() {
        return Err(Failure::new(ErrorCode::NotFound));
    }
    let taken = OnConflict::columns([Column::DistrictId, Column::Number]).do_nothing().to_owned();
    let inserted = Entity::insert(ActiveModel::from(theme.clone()).reset_all())
        .on_conflict(taken)
        .exec_without_returning(connection)
        .await?;
    Ok(inserted == 1)
}

/// Stores the changed columns of a theme that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: on::Theme>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    theme: &Theme,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(theme.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Records a step in the life of a theme.
///
/// # Errors
/// Those of the database.
pub async fn record_change<V: on::Theme>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    theme: &Theme,
    from: Option<ThemeStatus>,
    by: (Option<AccountId>, Option<&str>),
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    insert_change(connection, permit, theme, (from, None), by, now).await
}

/// Records that people gave a theme another priority, or that the reckoned one counts again. The theme stays where it is.
///
/// # Errors
/// Those of the database.
pub async fn record_priority<V: on::Theme>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    theme: &Theme,
    by: (Option<AccountId>, Option<&str>),
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    insert_change(connection, permit, theme, (Some(theme.status), theme.priority_override), by, now).await
}

async fn insert_change<V: on::Theme>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    theme: &Theme,
    (from, priority_override): (Option<ThemeStatus>, Option<i32>),
    by: (Option<AccountId>, Option<&str>),
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let row = ThemeChange {
        id: ThemeChangeId::new(),
        district_id: permit.district_id(),
        theme_id: theme.id,
        from_status: from,
        to_status: theme.status,
        account_id: by.0,
        reason: by.1.map(str::to_owned),
        priority_override,
        created_at: now,
    };
    theme_change::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Whether a theme came to stand elsewhere by a change; if not, people gave it another priority.
#[must_use]
pub fn is_step(change: &ThemeChange) -> bool {
    change.from_status != Some(change.to_status)
}

/// The steps in the life of these themes and their priorities, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn changes_of(
    store: &Store,
    permit: &Permit<verb::ReadTheme>,
    ids: &[ThemeId],
) -> Result<Vec<ThemeChange>, Failure> {
    Ok(theme_change::Entity::find()
        .filter(theme_change::Column::ThemeId.is_in(ids.iter().copied()))
        .filter(theme_change::Column::ThemeId.in_subquery(within_reach(permit)))
        .order_by_asc(theme_change::Column::Id)
        .all(store.reader())
        .await?)
}

/// The themes that these barriers are evidence of, as far as they are within reach.
///
/// # Errors
/// Those of the database.
pub async fn of_barriers(
    store: &Store,
    permit: &Permit<verb::ReadTheme>,
    ids: &[BarrierId],
) -> Result<Vec<(BarrierId, Theme)>, Failure> {
    let links = theme_evidence::Entity::find()
        .filter(theme_evidence::Column::BarrierId.is_in(ids.iter().copied()))
        .filter(theme_evidence::Column::ThemeId.in_subquery(within_reach(permit)))
        .order_by_asc(theme_evidence::Column::ThemeId)
        .all(store.reader())
        .await?;
    let themes: Vec<ThemeId> = links.iter().map(|link| link.theme_id).collect();
    let found: HashMap<ThemeId, Theme> =
        find_many(store, permit, &themes).await?.into_iter().map(|theme| (theme.id, theme)).collect();
    Ok(links
        .into_iter()
        .filter_map(|link| found.get(&link.theme_id).map(|theme| (link.barrier_id, theme.clone())))
        .collect())
}

/// Links barriers that fit a pattern, and were not linked before; says how many those were.
///
/// # Errors
/// Those of the database.
pub async fn link_pattern(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::ArrangeTheme>,
    theme: ThemeId,
    pattern: &Pattern,
    by: (Option<AccountId>, DateTime<Utc>),
) -> Result<u64, Failure> {
    link(connection, theme, pattern.condition(permit.district_id()), by).await
}

/// Links barriers that fit what a theme, or one that became part of it, is about, and were not linked before; says how many
/// those were.
///
/// # Errors
/// Those of the database.
pub async fn link_fitting(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::ArrangeTheme>,
    theme: ThemeId,
    by: (Option<AccountId>, DateTime<Utc>),
) -> Result<u64, Failure> {
    let fitting = Pattern::default().condition(permit.district_id()).add(fits_family(theme));
    link(connection, theme, fitting, by).await
}

/// Links single barriers of cases within reach, unless they were withdrawn; says how many those were.
///
/// # Errors
/// Those of the database.
pub async fn link_barriers(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::ArrangeTheme>,
    cases: &Permit<verb::ReadCase>,
    theme: ThemeId,
    barriers: &[BarrierId],
    by: (Option<AccountId>, DateTime<Utc>),
) -> Result<u64, Failure> {
    let chosen = Pattern::default()
        .condition(permit.district_id())
        .add(barrier::Column::Id.is_in(barriers.iter().copied()))
        .add(crate::store::casework::case::hanging(cases, barrier::Column::CaseId));
    link(connection, theme, chosen, by).await
}

async fn link(
    connection: &impl ConnectionTrait,
    theme: ThemeId,
    chosen: Condition,
    (account, now): (Option<AccountId>, DateTime<Utc>),
) -> Result<u64, Failure> {
    use theme_evidence::Column as Link;
    let rows = Query::select()
        .expr(SimpleExpr::val(theme))
        .column((barrier::Entity, barrier::Column::Id))
        .column((barrier::Entity, barrier::Column::DistrictId))
        .expr(SimpleExpr::val(account))
        .expr(SimpleExpr::val(now))
        .from(barrier::Entity)
        .cond_where(chosen)
        .and_where(barrier::Column::Id.not_in_subquery(super::barrier::evidence_of(theme)))
        .take();
    let insert = Query::insert()
        .into_table(theme_evidence::Entity)
        .columns([Link::ThemeId, Link::BarrierId, Link::DistrictId, Link::AddedBy, Link::CreatedAt])
        .select_from(rows)
        .map_err(|error| Failure::internal(error.to_string()))?
        .to_owned();
    Ok(connection.execute(&insert).await?.rows_affected())
}

/// Passes the evidence of one theme on to another, where it is not linked already. It stays with the first as well.
///
/// # Errors
/// Those of the database.
pub async fn pass_evidence(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::ArrangeTheme>,
    from: ThemeId,
    to: ThemeId,
    by: (Option<AccountId>, DateTime<Utc>),
) -> Result<u64, Failure> {
    let linked = Condition::all()
        .add(barrier::Column::DistrictId.eq(permit.district_id()))
        .add(barrier::Column::Id.in_subquery(super::barrier::evidence_of(from)));
    link(connection, to, linked, by).await
}

/// The same for the evidence that fits a pattern.
///
/// # Errors
/// Those of the database.
pub async fn pass_fitting(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::ArrangeTheme>,
    from: ThemeId,
    to: ThemeId,
    pattern: &Pattern,
    by: (Option<AccountId>, DateTime<Utc>),
) -> Result<u64, Failure> {
    let linked = barrier::Column::Id.in_subquery(super::barrier::evidence_of(from));
    link(connection, to, pattern.condition(permit.district_id()).add(linked), by).await
}

/// Lets all themes that live on in one live on in another from now on: that one became part of it.
///
/// # Errors
/// Those of the database.
pub async fn move_family(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::ArrangeTheme>,
    from: ThemeId,
    into: ThemeId,
) -> Result<(), Failure> {
    Entity::update_many()
        .col_expr(Column::FamilyId, SimpleExpr::val(into))
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::FamilyId.eq(from))
        .exec(connection)
        .await?;
    Ok(())
}

/// Lets those themes that became part of one, and are about nothing but what was split off from it, live on in the theme
/// that was made of that.
///
/// # Errors
/// Those of the database.
pub async fn split_family(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::ArrangeTheme>,
    from: ThemeId,
    into: ThemeId,
    pattern: &Pattern,
) -> Result<(), Failure> {
    let mut within = Condition::all()
        .add(Column::DistrictId.eq(permit.district_id()))
        .add(Column::FamilyId.eq(from))
        .add(Column::Id.ne(from));
    if let Some(kind) = &pattern.kind {
        within = within.add(Column::Kind.eq(kind));
    }
    if let Some(need_area) = &pattern.need_area {
        within = within.add(Column::NeedArea.eq(need_area));
    }
    if let Some(sphere) = pattern.legal_sphere {
        within = within.add(Column::LegalSphere.eq(sphere));
    }
    if let Some(institution) = pattern.institution_id {
        within = within.add(Column::InstitutionId.eq(institution));
    }
    if let Some(municipality) = pattern.municipality_id {
        within = within.add(Column::MunicipalityId.eq(municipality));
    }
    Entity::update_many().col_expr(Column::FamilyId, SimpleExpr::val(into)).filter(within).exec(connection).await?;
    Ok(())
}

/// The cases that themes rest on, at most 2000: to look whether a text names somebody of them.
///
/// # Errors
/// Those of the database.
pub async fn cases_of<V: on::Theme>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    themes: &[ThemeId],
) -> Result<Vec<CaseId>, Failure> {
    let linked = Condition::all()
        .add(barrier::Column::DistrictId.eq(permit.district_id()))
        .add(barrier::Column::Id.in_subquery(super::barrier::evidence_of_all(themes)));
    cases_that_met(connection, linked).await
}

async fn cases_that_met(connection: &impl ConnectionTrait, barriers: Condition) -> Result<Vec<CaseId>, Failure> {
    Ok(barrier::Entity::find()
        .select_only()
        .column(barrier::Column::CaseId)
        .distinct()
        .filter(barriers)
        .limit(CASES_MAXIMUM)
        .into_tuple()
        .all(connection)
        .await?)
}

/// Takes the evidence that fits a pattern away from a theme: it was split off.
///
/// # Errors
/// Those of the database.
pub async fn unlink_pattern(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::ArrangeTheme>,
    theme: ThemeId,
    pattern: &Pattern,
) -> Result<u64, Failure> {
    let fitting = Query::select()
        .column(barrier::Column::Id)
        .from(barrier::Entity)
        .cond_where(pattern.condition(permit.district_id()))
        .take();
    let deleted = theme_evidence::Entity::delete_many()
        .filter(theme_evidence::Column::ThemeId.eq(theme))
        .filter(theme_evidence::Column::DistrictId.eq(permit.district_id()))
        .filter(theme_evidence::Column::BarrierId.in_subquery(fitting))
        .exec(connection)
        .await?;
    Ok(deleted.rows_affected)
}

/// What a theme rests on, counted. Never shown as it is: see [`crate::domain::structure::figure`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The cases.
    pub counted: Counted,
    /// Whether that suffices to confirm the theme.
    pub grounds: Grounds,
    /// The barriers.
    pub barriers: i64,
    /// Working time lost, in minutes.
    pub minutes_lost: i64,
    /// Days of delay.
    pub delay_days: i64,
}

/// What these themes rest on: two statements, however many there are.
///
/// # Errors
/// Those of the database.
pub async fn evidence_of<V: on::Theme>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    ids: &[ThemeId],
) -> Result<HashMap<ThemeId, Evidence>, Failure> {
    #[derive(FromQueryResult)]
    struct Sums {
        theme_id: ThemeId,
        cases: i64,
        keys: i64,
        barriers: i64,
        minutes_lost: i64,
        delay_days: i64,
        structural: i64,
    }
    #[derive(FromQueryResult)]
    struct Sources {
        theme_id: ThemeId,
        case_managers: i64,
        municipalities: i64,
    }
    let column = |column: barrier::Column| Expr::col((barrier::Entity, column));
    let theme = (theme_evidence::Entity, theme_evidence::Column::ThemeId);
    let linked = || {
        Query::select()
            .column(theme)
            .from(theme_evidence::Entity)
            .inner_join(
                barrier::Entity,
                column(barrier::Column::Id).equals((theme_evidence::Entity, theme_evidence::Column::BarrierId)),
            )
            .and_where(Expr::col(theme).is_in(ids.iter().copied()))
            .and_where(Expr::col(theme).in_subquery(within_reach(permit)))
            .and_where(column(barrier::Column::Status).ne(BarrierStatus::Withdrawn))
            .group_by_col(theme)
            .take()
    };
    let structural = Expr::case(column(barrier::Column::IsStructural).eq(true), 1).finally(0);
    let cases = linked()
        .expr_as(Func::max(column(barrier::Column::CellKey)), "cell_key")
        .expr_as(Func::count(column(barrier::Column::Id)), "barriers")
        .expr_as(Func::sum(column(barrier::Column::MinutesLost)), "minutes_lost")
        .expr_as(Func::sum(column(barrier::Column::DelayDays)), "delay_days")
        .expr_as(Func::max(structural), "structural")
        .group_by_col((barrier::Entity, barrier::Column::CaseId))
        .take();
    let sum = |name: &'static str| Func::sum(Expr::col(name)).cast_as(Alias::new("bigint"));
    let sums = Query::select()
        .column("theme_id")
        .expr_as(Func::count(Expr::col("cell_key")), "cases")
        .expr_as(sum("cell_key"), "keys")
        .expr_as(sum("barriers"), "barriers")
        .expr_as(sum("minutes_lost"), "minutes_lost")
        .expr_as(sum("delay_days"), "delay_days")
        .expr_as(sum("structural"), "structural")
        .from_subquery(cases, "cases_of_themes")
        .group_by_col("theme_id")
        .take();
    let sources = linked()
        .expr_as(Func::count_distinct(column(barrier::Column::RaisedBy)), "case_managers")
        .expr_as(Func::count_distinct(column(barrier::Column::MunicipalityId)), "municipalities")
        .take();
    let small = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    let mut found: HashMap<ThemeId, Evidence> = ids.iter().map(|id| (*id, Evidence::default())).collect();
    for row in connection.query_all(&sums).await? {
        let row = Sums::from_query_result(&row, "")?;
        let evidence = found.entry(row.theme_id).or_default();
        evidence.counted = Counted { cases: small(row.cases), keys: row.keys };
        evidence.grounds.cases = small(row.cases);
        evidence.grounds.is_structural = row.structural > 0;
        (evidence.barriers, evidence.minutes_lost, evidence.delay_days) =
            (row.barriers, row.minutes_lost, row.delay_days);
    }
    for row in connection.query_all(&sources).await? {
        let row = Sources::from_query_result(&row, "")?;
        let grounds = &mut found.entry(row.theme_id).or_default().grounds;
        (grounds.case_managers, grounds.municipalities) = (small(row.case_managers), small(row.municipalities));
    }
    Ok(found)
}

/// Who raised the barriers that a theme rests on, and who leads their cases now: those who are told of an answer, each once.
///
/// # Errors
/// Those of the database.
pub async fn contributors(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::AnswerTheme>,
    theme: ThemeId,
) -> Result<BTreeSet<AccountId>, Failure> {
    let raised_by = Query::select()
        .distinct()
        .expr_as(Expr::col((barrier::Entity, barrier::Column::RaisedBy)), "account_id")
        .from(barrier::Entity)
        .and_where(Expr::col((barrier::Entity, barrier::Column::DistrictId)).eq(permit.district_id()))
        .and_where(Expr::col((barrier::Entity, barrier::Column::Id)).in_subquery(super::barrier::evidence_of(theme)))
        .and_where(Expr::col((barrier::Entity, barrier::Column::RaisedBy)).is_not_null())
        .take();
    let led_by = Query::select()
        .distinct()
        .column((staff_member::Entity, staff_member::Column::AccountId))
        .from(barrier::Entity)
        .inner_join(
            case_file::Entity,
            Expr::col((case_file::Entity, case_file::Column::Id)).equals((barrier::Entity, barrier::Column::CaseId)),
        )
        .inner_join(
            staff_member::Entity,
            Expr::col((staff_member::Entity, staff_member::Column::Id))
                .equals((case_file::Entity, case_file::Column::LeadId)),
        )
        .and_where(Expr::col((barrier::Entity, barrier::Column::DistrictId)).eq(permit.district_id()))
        .and_where(Expr::col((barrier::Entity, barrier::Column::Id)).in_subquery(super::barrier::evidence_of(theme)))
        .and_where(Expr::col((staff_member::Entity, staff_member::Column::AccountId)).is_not_null())
        .take();
    let mut found = BTreeSet::new();
    for statement in [raised_by, led_by] {
        for row in connection.query_all(&statement).await? {
            found.insert(row.try_get("", "account_id")?);
        }
    }
    Ok(found)
}

/// How many cases met barriers that fit what a theme, or one that became part of it, is about, in the days from `from` until
/// before `until`.
///
/// # Errors
/// Those of the database.
pub async fn met_between(
    store: &Store,
    permit: &Permit<verb::ReadTheme>,
    theme: &Theme,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Counted, Failure> {
    let per_case = Query::select()
        .expr_as(Func::max(Expr::col((barrier::Entity, barrier::Column::CellKey))), "cell_key")
        .from(barrier::Entity)
        .cond_where(Pattern::default().condition(permit.district_id()))
        .and_where(fits_family(theme.id))
        .and_where(barrier::Column::RaisedOn.gte(from))
        .and_where(barrier::Column::RaisedOn.lt(until))
        .group_by_col(barrier::Column::CaseId)
        .take();
    let statement = Query::select()
        .expr_as(Func::count(Expr::col("cell_key")), "cases")
        .expr_as(
            Func::coalesce([Func::sum(Expr::col("cell_key")).cast_as(Alias::new("bigint")), SimpleExpr::val(0_i64)]),
            "keys",
        )
        .from_subquery(per_case, "met")
        .take();
    let Some(row) = store.reader().query_one(&statement).await? else { return Ok(Counted::default()) };
    let cases: i64 = row.try_get("", "cases")?;
    Ok(Counted { cases: u32::try_from(cases).unwrap_or(u32::MAX), keys: row.try_get("", "keys")? })
}

/// Whose cases a text about a theme could name.
#[derive(Clone, Debug)]
pub enum Concerned {
    /// Those of the evidence of themes.
    Themes(Vec<ThemeId>),
    /// Those of the barriers that fit a pattern.
    Pattern(Pattern),
    /// Those of the barriers that fit a signal.
    Signal(SignalId),
    /// Those that a theme rests on, and would rest on if it gathered its evidence and these single barriers.
    Gathered(ThemeId, Vec<BarrierId>),
    /// Those of the theme of an item of an agenda.
    AtItem(AtItem),
}

/// What is to be recorded when somebody was told that texts name a person of these cases.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn comparisons<V: on::Theme>(
    store: &Store,
    permit: &Permit<V>,
    of: &Concerned,
    texts: &[&str],
) -> Result<Vec<Opening>, Failure> {
    let (connection, district) = (store.reader(), permit.district_id());
    let cases = match of {
        Concerned::Themes(themes) => cases_of(connection, permit, themes).await?,
        Concerned::Pattern(pattern) => cases_that_met(connection, pattern.condition(district)).await?,
        Concerned::Signal(id) => match signal::find(store, permit, *id).await? {
            Some(found) => cases_that_met(connection, signal::pattern(&found).condition(district)).await?,
            None => Vec::new(),
        },
        Concerned::Gathered(theme, barriers) => {
            let gathered = Condition::any()
                .add(barrier::Column::Id.in_subquery(super::barrier::evidence_of(*theme)))
                .add(barrier::Column::Id.is_in(barriers.iter().copied()))
                .add(Pattern::default().condition(district).add(fits_family(*theme)));
            let gathered = Condition::all().add(barrier::Column::DistrictId.eq(district)).add(gathered);
            cases_that_met(connection, gathered).await?
        }
        Concerned::AtItem(place) => {
            let theme = theme_touch::at_item(connection, permit, *place).await?;
            cases_of(connection, permit, theme.as_slice()).await?
        }
    };
    guarded_text::comparisons(store, permit, &cases, texts, AccessPurpose::Supervision).await
}
