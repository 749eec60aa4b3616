//! What the decisions of bodies do to the themes that they are about.

use chrono::{DateTime, Utc};
use entity::codes::{DecisionKind, ThemeStatus};
use entity::ids::{AccountId, Identifier, ThemeChangeId, ThemeId};
use entity::theme::{ActiveModel, Column, Entity, Model as Theme};
use entity::theme_change;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Set};

use crate::access::{Permit, on, verb};
use crate::clock::legal_day;
use crate::domain::bodies::theme::after;
use crate::error::Failure;

/// Whether there is a theme of this id in the district of the permit.
///
/// # Errors
/// Those of the database.
pub async fn exists<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ThemeId,
) -> Result<bool, Failure> {
    Ok(Entity::find_by_id(id).filter(Column::DistrictId.eq(permit.district_id())).one(connection).await?.is_some())
}

/// Records that a body decided about a theme: it is touched, and goes on where the decision moves it. The status that it
/// has then; `None` if it is not there.
///
/// # Errors
/// Those of the database.
pub async fn decided(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::RecordDecision>,
    id: ThemeId,
    kind: DecisionKind,
    account: Option<AccountId>,
    now: DateTime<Utc>,
) -> Result<Option<ThemeStatus>, Failure> {
    let found = Entity::find_by_id(id).filter(Column::DistrictId.eq(permit.district_id()));
    let Some(theme): Option<Theme> = found.lock_exclusive().one(connection).await? else { return Ok(None) };
    let next = after(theme.status, kind);
    let status = next.unwrap_or(theme.status);
    let mut touched = ActiveModel {
        id: Set(id),
        touched_at: Set(Some(now)),
        version: Set(theme.version.saturating_add(1)),
        ..Default::default()
    };
    if next.is_some() {
        touched.status = Set(status);
        touched.status_since = Set(legal_day(now));
        let change = theme_change::Model {
            id: ThemeChangeId::new(),
            district_id: permit.district_id(),
            theme_id: id,
            from_status: Some(theme.status),
            to_status: status,
            account_id: account,
            reason: None,
            created_at: now,
        };
        let change = theme_change::ActiveModel::from(change).reset_all();
        theme_change::Entity::insert(change).exec_without_returning(connection).await?;
    }
    Entity::update(touched).validate()?.filter(Column::DistrictId.eq(permit.district_id())).exec(connection).await?;
    Ok(Some(status))
}
