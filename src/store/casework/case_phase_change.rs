//! The way of cases through their phases.

use chrono::NaiveDate;
pub use entity::case_phase_change::Model as CasePhaseChange;
use entity::case_phase_change::{ActiveModel, Column, Entity};
use entity::codes::CasePhase;
use entity::ids::{CaseId, CasePhaseChangeId, Identifier};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use super::case::hanging;
use crate::access::{Permit, on, verb};
use crate::error::Failure;
use crate::store::Store;

/// The steps of these cases, earliest first.
///
/// # Errors
/// Those of the database.
pub async fn of_cases(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    cases: &[CaseId],
) -> Result<Vec<CasePhaseChange>, Failure> {
    Ok(Entity::find()
        .filter(hanging(permit, Column::CaseId))
        .filter(Column::CaseId.is_in(cases.iter().copied()))
        .order_by_asc(Column::Id)
        .all(store.reader())
        .await?)
}

/// Records a step.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Case>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    case_id: CaseId,
    from_phase: Option<CasePhase>,
    to_phase: CasePhase,
    changed_on: NaiveDate,
) -> Result<(), Failure> {
    let row = ActiveModel {
        id: Set(CasePhaseChangeId::new()),
        district_id: Set(permit.district_id()),
        case_id: Set(case_id),
        from_phase: Set(from_phase),
        to_phase: Set(to_phase),
        changed_on: Set(changed_on),
    };
    Entity::insert(row).exec_without_returning(connection).await?;
    Ok(())
}
