//! What the decisions of bodies do to the themes that they are about.

use chrono::{DateTime, Utc};
use entity::codes::{DecisionKind, ThemeStatus};
use entity::ids::{
    AccountId, ActionItemId, AgendaItemId, DecisionId, Identifier, MeetingQuestionId, ThemeChangeId, ThemeId,
};
use entity::theme::{ActiveModel, Column, Entity, Model as Theme};
use entity::{action_item, agenda_item, decision, meeting_question, theme_change};
use sea_orm::sea_query::Query;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Set};

use crate::access::{Permit, Verb, on, verb};
use crate::clock::legal_day;
use crate::domain::bodies::theme::after;
use crate::error::Failure;

/// Where a theme stands; `None` if there is none of this id in the district of the permit.
///
/// # Errors
/// Those of the database.
pub async fn status_of<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ThemeId,
) -> Result<Option<ThemeStatus>, Failure> {
    let found = Entity::find_by_id(id).filter(Column::DistrictId.eq(permit.district_id())).one(connection).await?;
    Ok(found.map(|theme| theme.status))
}

/// An item of an agenda, or what hangs on one.
#[derive(Clone, Copy, Debug)]
pub enum AtItem {
    /// The item.
    Item(AgendaItemId),
    /// The item that this decision is on.
    Decision(DecisionId),
    /// The item that this is to be done after the decision on.
    Action(ActionItemId),
    /// The item at which this was asked.
    Question(MeetingQuestionId),
}

/// The theme of an item, if it deals with one. Beside the door of the item, and not to be shown: an institution does not see
/// the item after which it does something, and what it writes about that is looked at all the same.
///
/// # Errors
/// Those of the database.
pub async fn at_item<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    place: AtItem,
) -> Result<Option<ThemeId>, Failure> {
    let district = permit.district_id();
    let of_decisions = || {
        Query::select()
            .column(decision::Column::ItemId)
            .from(decision::Entity)
            .and_where(decision::Column::DistrictId.eq(district))
            .take()
    };
    let items = agenda_item::Entity::find().filter(agenda_item::Column::DistrictId.eq(district));
    let items = match place {
        AtItem::Item(id) => items.filter(agenda_item::Column::Id.eq(id)),
        AtItem::Decision(id) => {
            let of_decision = of_decisions().and_where(decision::Column::Id.eq(id)).take();
            items.filter(agenda_item::Column::Id.in_subquery(of_decision))
        }
        AtItem::Action(id) => {
            let decided = Query::select()
                .column(action_item::Column::DecisionId)
                .from(action_item::Entity)
                .and_where(action_item::Column::DistrictId.eq(district))
                .and_where(action_item::Column::Id.eq(id))
                .take();
            let of_action = of_decisions().and_where(decision::Column::Id.in_subquery(decided)).take();
            items.filter(agenda_item::Column::Id.in_subquery(of_action))
        }
        AtItem::Question(id) => {
            let of_question = Query::select()
                .column(meeting_question::Column::ItemId)
                .from(meeting_question::Entity)
                .and_where(meeting_question::Column::DistrictId.eq(district))
                .and_where(meeting_question::Column::Id.eq(id))
                .take();
            items.filter(agenda_item::Column::Id.in_subquery(of_question))
        }
    };
    Ok(items.one(connection).await?.and_then(|item| item.theme_id))
}

/// Records that a body decided about a theme: it is touched, and goes on where the decision moves it, by whom and why. The
/// status that it has then; `None` if it is not there.
///
/// # Errors
/// Those of the database.
pub async fn decided(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::RecordDecision>,
    id: ThemeId,
    kind: DecisionKind,
    by: (Option<AccountId>, Option<&str>),
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
            account_id: by.0,
            reason: by.1.map(str::to_owned),
            priority_override: None,
            created_at: now,
        };
        let change = theme_change::ActiveModel::from(change).reset_all();
        theme_change::Entity::insert(change).exec_without_returning(connection).await?;
    }
    Entity::update(touched).validate()?.filter(Column::DistrictId.eq(permit.district_id())).exec(connection).await?;
    Ok(Some(status))
}
