//! Measures towards goals.

use async_graphql::InputObject;
use entity::case_file;
use entity::codes::MeasureStatus;
use entity::ids::{CaseId, DistrictId, GoalId, Identifier, MeasureId, MunicipalityId, OrganisationId};
pub use entity::measure::Model as Measure;
use entity::measure::{Column, Entity};
use sea_orm::sea_query::{Query, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, IntoSimpleExpr, QueryFilter};

use super::case::hanging;
use super::part::{self, Part};
use crate::access::{Permit, verb};
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// Which measures. All members that are given must hold. An empty list means nothing: it selects no measure.
#[derive(Clone, Debug, Default, InputObject)]
pub struct MeasureFilter {
    /// In one of these statuses. NOT_AVAILABLE: what could not be had, the raw signal of a structural gap.
    pub status_in: Option<Vec<MeasureStatus>>,
    /// Of one of these areas of need: codes of the list NEED_AREA.
    pub need_area_in: Option<Vec<String>>,
    /// Of cases of one of these municipalities.
    pub municipality_in: Option<Vec<MunicipalityId>>,
    /// At one of these institutions.
    pub institution_in: Option<Vec<OrganisationId>>,
    /// With one of these barriers: codes of the list BARRIER_KIND.
    pub barrier_kind_in: Option<Vec<String>>,
    /// In its status since this day or later.
    pub status_from: Option<chrono::NaiveDate>,
    /// In its status since a day before this one.
    pub status_until: Option<chrono::NaiveDate>,
}

impl Part for Measure {
    type Table = Entity;
    type Id = MeasureId;
    const COLUMNS: [Column; 3] = [Column::DistrictId, Column::Id, Column::CaseId];

    fn place(&self) -> (DistrictId, CaseId) {
        (self.district_id, self.case_id)
    }
}

fn within<T: Into<sea_orm::Value> + Clone>(all: Condition, column: Column, values: Option<&Vec<T>>) -> Condition {
    match values {
        None => all,
        Some(values) if values.is_empty() => all.add(SimpleExpr::val(1).eq(0)),
        Some(values) => all.add(column.is_in(values.iter().cloned())),
    }
}

fn condition(filter: &MeasureFilter) -> Condition {
    let all = within(Condition::all(), Column::Status, filter.status_in.as_ref());
    let all = within(all, Column::NeedArea, filter.need_area_in.as_ref());
    let all = within(all, Column::InstitutionId, filter.institution_in.as_ref());
    let mut all = within(all, Column::BarrierKind, filter.barrier_kind_in.as_ref());
    if let Some(municipalities) = &filter.municipality_in {
        let cases = Query::select()
            .column((case_file::Entity, case_file::Column::Id))
            .from(case_file::Entity)
            .and_where(case_file::Column::MunicipalityId.is_in(municipalities.iter().copied()))
            .take();
        all = all.add(Column::CaseId.in_subquery(cases));
    }
    if let Some(from) = filter.status_from {
        all = all.add(Column::StatusSince.gte(from));
    }
    if let Some(until) = filter.status_until {
        all = all.add(Column::StatusSince.lt(until));
    }
    all
}

/// A page of all measures in cases within reach, in the order in which they were added.
///
/// # Errors
/// Those of the database.
pub async fn page(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    filter: &MeasureFilter,
    window: &Window,
) -> Result<Page<Measure>, Failure> {
    let chosen = Entity::find().filter(hanging(permit, Column::CaseId)).filter(condition(filter));
    let rows = window.apply(chosen, None, Column::Id.into_simple_expr()).all(store.reader()).await?;
    Ok(window.page(rows))
}

/// Where one stands in the list.
#[must_use]
pub fn boundary(measure: &Measure) -> Boundary {
    Boundary { key: Key::Id, id: measure.id.uuid() }
}

/// The measures of these goals, in the order in which they were added.
///
/// # Errors
/// Those of the database.
pub async fn of_goals(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    goals: &[GoalId],
) -> Result<Vec<Measure>, Failure> {
    part::of(store, permit, Column::GoalId, goals.iter().copied(), Column::Id).await
}
