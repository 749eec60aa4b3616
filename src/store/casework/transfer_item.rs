//! What the receiver of a case confirms one by one. The list is made anew at each look, so that nothing that came up after
//! the offer is taken over unseen; what is kept is what stood in it when the case was offered, and what was confirmed.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{DeadlineStatus, TaskStatus, TransferItemKind, TransferKind, TransferStatus};
use entity::ids::{CaseId, DistrictId, Identifier, TransferId, TransferItemId};
use entity::transfer_item::{ActiveModel, Column, Entity, Model};
use entity::{case_person, consent, deadline, task, transfer};
use sea_orm::sea_query::{Expr, OnConflict, Query, SelectStatement, UnionType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
};
use uuid::Uuid;

use super::case::hanging;
use super::case_person::present as present_on;
use super::transfer::{Transfer, reached, waiting};
use crate::access::{Permit, on, verb};
use crate::error::Failure;
use crate::store::Store;

/// An item of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The offer.
    pub transfer_id: TransferId,
    /// What it is.
    pub kind: TransferItemKind,
    /// The task, deadline or consent.
    pub item_id: Uuid,
    /// When it is due, or ends.
    pub due_on: Option<NaiveDate>,
    /// When it was confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// What a source selects from.
struct Place<'a> {
    district: DistrictId,
    today: NaiveDate,
    cases: &'a [CaseId],
}

/// Selects `case_id`, `item_id` and `due_on` of everything of its kind that is open in the cases.
type Source = fn(&Place<'_>) -> SelectStatement;

/// All that is confirmed one by one: one line for each kind.
const SOURCES: &[(TransferItemKind, Source)] =
    &[(TransferItemKind::Task, tasks), (TransferItemKind::Deadline, deadlines), (TransferItemKind::Consent, consents)];

/// Tasks that are still to be done, whoever is to do them.
fn tasks(place: &Place<'_>) -> SelectStatement {
    use task::Column as C;
    Query::select()
        .column((task::Entity, C::CaseId))
        .expr_as(Expr::col((task::Entity, C::Id)), "item_id")
        .column((task::Entity, C::DueOn))
        .from(task::Entity)
        .and_where(C::DistrictId.eq(place.district))
        .and_where(C::CaseId.is_in(place.cases.iter().copied()))
        .and_where(C::Status.eq(TaskStatus::Open))
        .take()
}

/// Deadlines that are still to be met.
fn deadlines(place: &Place<'_>) -> SelectStatement {
    use deadline::Column as C;
    Query::select()
        .column((deadline::Entity, C::CaseId))
        .expr_as(Expr::col((deadline::Entity, C::Id)), "item_id")
        .column((deadline::Entity, C::DueOn))
        .from(deadline::Entity)
        .and_where(C::DistrictId.eq(place.district))
        .and_where(C::CaseId.is_in(place.cases.iter().copied()))
        .and_where(C::Status.eq(DeadlineStatus::Open))
        .take()
}

/// Consents of the persons of a case that hold, or will hold.
fn consents(place: &Place<'_>) -> SelectStatement {
    use consent::Column as C;
    let not_over = Condition::any()
        .add(Expr::col((consent::Entity, C::ValidUntil)).is_null())
        .add(Expr::col((consent::Entity, C::ValidUntil)).gt(place.today));
    Query::select()
        .column((case_person::Entity, case_person::Column::CaseId))
        .expr_as(Expr::col((consent::Entity, C::Id)), "item_id")
        .expr_as(Expr::col((consent::Entity, C::ValidUntil)), "due_on")
        .from(consent::Entity)
        .inner_join(
            case_person::Entity,
            Expr::col((case_person::Entity, case_person::Column::ClientId)).equals((consent::Entity, C::ClientId)),
        )
        .and_where(Expr::col((consent::Entity, C::DistrictId)).eq(place.district))
        .and_where(case_person::Column::CaseId.is_in(place.cases.iter().copied()))
        .cond_where(present_on(place.today))
        .and_where(C::RevokedAt.is_null())
        .cond_where(not_over)
        .take()
}

#[derive(FromQueryResult)]
struct Found {
    kind: TransferItemKind,
    case_id: CaseId,
    item_id: Uuid,
    due_on: Option<NaiveDate>,
}

/// Everything that is open in these cases, in one statement.
async fn present(connection: &impl ConnectionTrait, place: &Place<'_>) -> Result<Vec<Found>, Failure> {
    let mut selections = SOURCES.iter().map(|(kind, source)| {
        let mut selection = source(place);
        selection.expr_as(Expr::val(kind.as_str()), "kind");
        selection
    });
    let Some(mut statement) = selections.next() else { return Ok(Vec::new()) };
    statement.unions(selections.map(|selection| (UnionType::All, selection)));
    let found = connection.query_all(&statement).await?;
    let mut found: Vec<Found> = found.iter().map(|row| Found::from_query_result(row, "")).collect::<Result<_, _>>()?;
    // By kind, then by day; what has no day comes last.
    found.sort_by_key(|row| (row.kind, row.due_on.is_none(), row.due_on, row.item_id));
    Ok(found)
}

/// What stands against what was kept: a confirmation holds as long as the day is the same.
fn against(transfer: TransferId, found: Found, kept: &HashMap<Uuid, Model>) -> Item {
    let confirmed = kept.get(&found.item_id).filter(|row| row.due_on == found.due_on).and_then(|row| row.confirmed_at);
    Item {
        transfer_id: transfer,
        kind: found.kind,
        item_id: found.item_id,
        due_on: found.due_on,
        confirmed_at: confirmed,
    }
}

async fn kept(connection: &impl ConnectionTrait, transfers: &[TransferId]) -> Result<Vec<Model>, Failure> {
    let of_transfers = Entity::find().filter(Column::TransferId.is_in(transfers.iter().copied()));
    Ok(of_transfers.all(connection).await?)
}

/// The items of these transfers: what is open at the moment where the offer waits, what was kept where it was answered. None
/// for requests, nor for offers that were answered with a case that is out of reach.
///
/// # Errors
/// Those of the database.
pub async fn of_transfers(
    store: &Store,
    permit: &Permit<verb::ReadTransfer>,
    ids: &[TransferId],
) -> Result<Vec<Item>, Failure> {
    let seen = Condition::any().add(waiting(permit)).add(hanging(permit, transfer::Column::CaseId));
    let transfers = transfer::Entity::find()
        .filter(reached(permit))
        .filter(seen)
        .filter(transfer::Column::Kind.ne(TransferKind::Request))
        .filter(transfer::Column::Id.is_in(ids.iter().copied()))
        .all(store.reader())
        .await?;
    let ids: Vec<TransferId> = transfers.iter().map(|transfer| transfer.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let is_open =
        |transfer: &&Transfer| transfer.status == TransferStatus::Offered && transfer.answer_by >= permit.today();
    let open: HashMap<CaseId, TransferId> =
        transfers.iter().filter(is_open).filter_map(|transfer| Some((transfer.case_id?, transfer.id))).collect();
    let mut by_transfer: HashMap<TransferId, HashMap<Uuid, Model>> = HashMap::new();
    for row in kept(store.reader(), &ids).await? {
        by_transfer.entry(row.transfer_id).or_default().insert(row.item_id, row);
    }
    let mut items = Vec::new();
    let cases: Vec<CaseId> = open.keys().copied().collect();
    if !cases.is_empty() {
        let place = Place { district: permit.district_id(), today: permit.today(), cases: &cases };
        let none = HashMap::new();
        for found in present(store.reader(), &place).await? {
            let Some(transfer) = open.get(&found.case_id).copied() else { continue };
            items.push(against(transfer, found, by_transfer.get(&transfer).unwrap_or(&none)));
        }
    }
    for transfer in transfers.iter().filter(|transfer| !is_open(transfer)) {
        let mut rows: Vec<Model> = by_transfer.remove(&transfer.id).unwrap_or_default().into_values().collect();
        rows.sort_by_key(|row| (row.kind, row.due_on.is_none(), row.due_on, row.item_id));
        items.extend(rows.into_iter().map(|row| Item {
            transfer_id: row.transfer_id,
            kind: row.kind,
            item_id: row.item_id,
            due_on: row.due_on,
            confirmed_at: row.confirmed_at,
        }));
    }
    Ok(items)
}

/// What is open in the case of a transfer that was locked in this transaction, with what the receiver confirmed.
///
/// # Errors
/// Those of the database.
pub async fn of_transfer<V: on::Transfer>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    transfer: &Transfer,
) -> Result<Vec<Item>, Failure> {
    let Some(case) = transfer.case_id else { return Ok(Vec::new()) };
    let rows = kept(connection, &[transfer.id]).await?;
    let rows: HashMap<Uuid, Model> = rows.into_iter().map(|row| (row.item_id, row)).collect();
    let place = Place { district: permit.district_id(), today: permit.today(), cases: &[case] };
    let found = present(connection, &place).await?;
    Ok(found.into_iter().map(|found| against(transfer.id, found, &rows)).collect())
}

/// Keeps items as they stand now.
///
/// # Errors
/// Those of the database.
pub async fn keep<V: on::Transfer>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    transfer: &Transfer,
    items: &[Item],
) -> Result<(), Failure> {
    let (Some(case_id), Some(client_id)) = (transfer.case_id, transfer.client_id) else { return Ok(()) };
    if items.is_empty() {
        return Ok(());
    }
    let rows = items.iter().map(|item| {
        let row = Model {
            id: TransferItemId::new(),
            district_id: permit.district_id(),
            case_id,
            client_id,
            transfer_id: transfer.id,
            kind: item.kind,
            item_id: item.item_id,
            due_on: item.due_on,
            confirmed_at: item.confirmed_at,
        };
        ActiveModel::from(row).reset_all()
    });
    let renew = OnConflict::columns([Column::TransferId, Column::ItemId])
        .update_columns([Column::DueOn, Column::ConfirmedAt])
        .to_owned();
    Entity::insert_many(rows).on_conflict(renew).exec_without_returning(connection).await?;
    Ok(())
}
