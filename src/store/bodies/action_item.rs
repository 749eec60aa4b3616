//! Things to be done after decisions: all of the district, or those of the own organisation.

use std::collections::BTreeMap;

use async_graphql::InputObject;
pub use entity::action_item::Model as ActionItem;
use entity::action_item::{ActiveModel, Column, Entity};
use entity::codes::ActionItemStatus;
use entity::ids::{ActionItemId, BodyId, DecisionId, MeetingId, OrganisationId};
use entity::{decision, meeting};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use super::meeting as meetings;
use crate::access::{Extent, Permit, on};
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// Which action items are wanted. All that is given has to hold; an empty list means none.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ActionItemFilter {
    /// Those in one of these statuses.
    pub status_in: Option<Vec<ActionItemStatus>>,
    /// Those of this institution.
    pub organisation_id: Option<OrganisationId>,
    /// Those of this body.
    pub body_id: Option<BodyId>,
}

/// The door.
fn select<V: on::Meeting>(permit: &Permit<V>) -> Select<Entity> {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    Entity::find().filter(match permit.extent() {
        Extent::District => district,
        Extent::Part { organisations, .. } => district.add(Column::OrganisationId.is_in(organisations.iter().copied())),
    })
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[ActionItemId],
) -> Result<Vec<ActionItem>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// Those that follow from these decisions, in the order in which they were assigned.
///
/// # Errors
/// Those of the database.
pub async fn of_decisions<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    decisions: &[DecisionId],
) -> Result<Vec<ActionItem>, Failure> {
    let selected = select(permit).filter(Column::DecisionId.is_in(decisions.iter().copied()));
    Ok(selected.order_by_asc(Column::Id).all(store.reader()).await?)
}

/// A page, newest first.
///
/// # Errors
/// Those of the database.
pub async fn page<V: on::Meeting>(
    store: &Store,
    permit: &Permit<V>,
    filter: Option<&ActionItemFilter>,
    window: &Window,
) -> Result<Page<ActionItem>, Failure> {
    let mut selected = select(permit);
    if let Some(filter) = filter {
        if let Some(statuses) = &filter.status_in {
            selected = selected.filter(Column::Status.is_in(statuses.iter().copied()));
        }
        if let Some(organisation) = filter.organisation_id {
            selected = selected.filter(Column::OrganisationId.eq(organisation));
        }
        if let Some(body) = filter.body_id {
            selected = selected.filter(Column::BodyId.eq(body));
        }
    }
    Ok(window.page(window.apply(selected, None, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// Where one stands in a list.
#[must_use]
pub fn boundary(action: &ActionItem) -> Boundary {
    Boundary { key: Key::Id, id: action.id.0 }
}

/// What is open of these bodies, earliest first, each with the meeting of its decision.
///
/// # Errors
/// Those of the database.
pub(super) async fn open_of_bodies<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    bodies: &[BodyId],
) -> Result<Vec<(ActionItem, meeting::Model)>, Failure> {
    let open = select(permit)
        .filter(Column::Status.eq(ActionItemStatus::Open))
        .filter(Column::BodyId.is_in(bodies.iter().copied()))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?;
    let decided: Vec<(DecisionId, MeetingId)> = decision::Entity::find()
        .select_only()
        .column(decision::Column::Id)
        .column(decision::Column::MeetingId)
        .filter(decision::Column::DistrictId.eq(permit.district_id()))
        .filter(decision::Column::Id.is_in(open.iter().map(|action| action.decision_id)))
        .into_tuple()
        .all(connection)
        .await?;
    let ids: Vec<MeetingId> = decided.iter().map(|(_, meeting)| *meeting).collect();
    let decided: BTreeMap<DecisionId, MeetingId> = decided.into_iter().collect();
    let of = meetings::by_id(connection, permit, &ids).await?;
    let meeting = |action: &ActionItem| of.get(decided.get(&action.decision_id)?).cloned();
    Ok(open.into_iter().filter_map(|action| meeting(&action).map(|of| (action, of))).collect())
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ActionItemId,
) -> Result<Option<ActionItem>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// Records something to be done.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    action: &ActionItem,
) -> Result<(), Failure> {
    let row = ActionItem { district_id: permit.district_id(), ..action.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of an action item that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: on::Meeting>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    action: &ActionItem,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(action.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}
