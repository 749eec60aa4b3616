//! Transfers of cases: offers and requests, reached by those who take part in them and through their cases.
//!
//! The receiver of an offer reaches the offer, not the case: what is shown of the case before it is accepted stands in
//! [`Card`], and closes with the offer.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::{CaseIntensity, CasePhase, CaseUnit, DataClass, TransferKind, TransferStatus};
use entity::ids::{AccountId, CaseId, ClientId, DistrictId, MunicipalityId, StaffMemberId, TransferId};
pub use entity::transfer::Model as Transfer;
use entity::transfer::{ActiveModel, Column, Entity};
use entity::{case_file, case_person, sealed_text, staff_member};
use sea_orm::sea_query::{Expr, Query, SelectStatement, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, IntoSimpleExpr,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::case::{Case, hanging, staff_of};
use super::identified::rows;
use crate::access::{Extent, Permit, Verb, on, verb};
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// Which transfers. All members that are given must hold. An empty list means nothing: it selects no transfer.
#[derive(Clone, Debug, Default, InputObject)]
pub struct TransferFilter {
    /// In one of these statuses.
    pub status_in: Option<Vec<TransferStatus>>,
    /// Of one of these kinds.
    pub kind_in: Option<Vec<TransferKind>>,
}

/// The condition that a transfer is within reach: of those who take part in it, and of those who reach its case.
pub(super) fn reached<V: on::Transfer>(permit: &Permit<V>) -> Condition {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    match permit.extent() {
        Extent::District => district,
        Extent::Part { own: Some(account), .. } => district.add(
            Condition::any()
                .add(hanging(permit, Column::CaseId))
                .add(Column::FromStaffId.in_subquery(staff_of(*account)))
                .add(Column::ToStaffId.in_subquery(staff_of(*account)))
                .add(Column::OfferedBy.eq(*account)),
        ),
        Extent::Part { own: None, .. } => district.add(Column::Id.is_null()),
    }
}

/// The condition that an offer waits for its receiver on the day of the permit.
pub(super) fn waiting<V: Verb>(permit: &Permit<V>) -> Condition {
    Condition::all()
        .add(Column::Kind.ne(TransferKind::Request))
        .add(Column::Status.eq(TransferStatus::Offered))
        .add(Column::AnswerBy.gte(permit.today()))
}

/// The door: what the permit reaches.
fn select<V: on::Transfer>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(reached(permit))
}

/// The cases that an account leads.
fn led_by(district: DistrictId, account: AccountId) -> SelectStatement {
    Query::select()
        .column((case_file::Entity, case_file::Column::Id))
        .from(case_file::Entity)
        .and_where(case_file::Column::DistrictId.eq(district))
        .and_where(case_file::Column::LeadId.in_subquery(staff_of(account)))
        .take()
}

/// The condition that the holder is who a transfer waits for: offers are answered by their receiver, requests by the lead.
fn answerable(permit: &Permit<verb::AnswerTransfer>) -> Condition {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    match permit.extent() {
        Extent::District => district,
        Extent::Part { own: Some(account), .. } => {
            let offer = Condition::all()
                .add(Column::Kind.ne(TransferKind::Request))
                .add(Column::ToStaffId.in_subquery(staff_of(*account)));
            let request = Condition::all()
                .add(Column::Kind.eq(TransferKind::Request))
                .add(Column::CaseId.in_subquery(led_by(permit.district_id(), *account)));
            district.add(Condition::any().add(offer).add(request))
        }
        Extent::Part { own: None, .. } => district.add(Column::Id.is_null()),
    }
}

/// The condition that the holder may take a transfer back: everybody what was the own doing, the centre what it assigned.
fn withdrawable(permit: &Permit<verb::WithdrawTransfer>, account: Option<AccountId>) -> Condition {
    let mut any = Condition::any();
    if let Some(account) = account {
        any = any.add(Column::OfferedBy.eq(account));
    }
    if *permit.extent() == Extent::District {
        any = any.add(Column::Kind.eq(TransferKind::Assign));
    }
    let nothing = any.is_empty();
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    if nothing { district.add(Column::Id.is_null()) } else { district.add(any) }
}

fn condition(filter: &TransferFilter, today: NaiveDate) -> Condition {
    let nothing = || SimpleExpr::val(1).eq(0);
    let mut all = Condition::all();
    if let Some(kinds) = &filter.kind_in {
        all = if kinds.is_empty() { all.add(nothing()) } else { all.add(Column::Kind.is_in(kinds.iter().copied())) };
    }
    if let Some(statuses) = &filter.status_in {
        // An offer whose time is over has run out, whether that was recorded already or not.
        let mut any = Condition::any().add(nothing());
        for status in statuses {
            let recorded = Column::Status.eq(*status);
            any = match status {
                TransferStatus::Offered => any.add(recorded.and(Column::AnswerBy.gte(today))),
                TransferStatus::Expired => {
                    any.add(recorded).add(Column::Status.eq(TransferStatus::Offered).and(Column::AnswerBy.lt(today)))
                }
                _ => any.add(recorded),
            };
        }
        all = all.add(any);
    }
    all
}

fn chosen(permit: &Permit<verb::ReadTransfer>, filter: Option<&TransferFilter>) -> Select<Entity> {
    let select = select(permit);
    match filter {
        Some(filter) => select.filter(condition(filter, permit.today())),
        None => select,
    }
}

/// A page, newest first.
///
/// # Errors
/// Those of the database.
pub async fn page(
    store: &Store,
    permit: &Permit<verb::ReadTransfer>,
    filter: Option<&TransferFilter>,
    window: &Window,
) -> Result<Page<Transfer>, Failure> {
    let select = window.apply(chosen(permit, filter), None, Column::Id.into_simple_expr());
    Ok(window.page(select.all(store.reader()).await?))
}

/// Where one stands in a list.
#[must_use]
pub fn boundary(transfer: &Transfer) -> Boundary {
    Boundary { key: Key::Id, id: transfer.id.0 }
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Transfer>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[TransferId],
) -> Result<Vec<Transfer>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// The transfers of these cases, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn of_cases(
    store: &Store,
    permit: &Permit<verb::ReadTransfer>,
    cases: &[CaseId],
) -> Result<Vec<Transfer>, Failure> {
    // Who asked for a case does not learn by this way which one it is.
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(hanging(permit, Column::CaseId))
        .filter(Column::CaseId.is_in(cases.iter().copied()))
        .order_by_asc(Column::Id)
        .all(store.reader())
        .await?)
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Transfer>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: TransferId,
) -> Result<Option<Transfer>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// One that waits, or waited, for the holder's answer, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_to_answer(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::AnswerTransfer>,
    id: TransferId,
) -> Result<Option<Transfer>, Failure> {
    Ok(Entity::find().filter(answerable(permit)).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// One that `account`, the holder, may take back, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_to_withdraw(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::WithdrawTransfer>,
    account: Option<AccountId>,
    id: TransferId,
) -> Result<Option<Transfer>, Failure> {
    let select = Entity::find().filter(withdrawable(permit, account)).filter(Column::Id.eq(id));
    Ok(select.lock_exclusive().one(connection).await?)
}

/// Which of these transfers wait, or waited, for the holder's answer.
///
/// # Errors
/// Those of the database.
pub async fn answerable_among(
    store: &Store,
    permit: &Permit<verb::AnswerTransfer>,
    ids: &[TransferId],
) -> Result<Vec<TransferId>, Failure> {
    let found = Entity::find().filter(answerable(permit)).filter(Column::Id.is_in(ids.iter().copied()));
    Ok(found.all(store.reader()).await?.into_iter().map(|row| row.id).collect())
}

/// Which of these transfers `account`, the holder, may take back.
///
/// # Errors
/// Those of the database.
pub async fn withdrawable_among(
    store: &Store,
    permit: &Permit<verb::WithdrawTransfer>,
    account: Option<AccountId>,
    ids: &[TransferId],
) -> Result<Vec<TransferId>, Failure> {
    let found = Entity::find().filter(withdrawable(permit, account)).filter(Column::Id.is_in(ids.iter().copied()));
    Ok(found.all(store.reader()).await?.into_iter().map(|row| row.id).collect())
}

/// What the receiver of an offer sees of the case before taking it over.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Card {
    /// The offer.
    pub transfer_id: TransferId,
    /// The municipality that the case belongs to.
    pub municipality_id: MunicipalityId,
    /// Person or household.
    pub unit: CaseUnit,
    /// How much work it needs.
    pub intensity: CaseIntensity,
    /// Phase of the work.
    pub phase: CasePhase,
}

/// The cards of those of these offers that wait for an answer.
///
/// # Errors
/// Those of the database.
pub async fn cards(
    store: &Store,
    permit: &Permit<verb::ReadTransfer>,
    ids: &[TransferId],
) -> Result<Vec<Card>, Failure> {
    let statement = Query::select()
        .expr_as(Expr::col((Entity, Column::Id)), "transfer_id")
        .columns([
            (case_file::Entity, case_file::Column::MunicipalityId),
            (case_file::Entity, case_file::Column::Unit),
            (case_file::Entity, case_file::Column::Intensity),
            (case_file::Entity, case_file::Column::Phase),
        ])
        .from(Entity)
        .inner_join(
            case_file::Entity,
            Expr::col((case_file::Entity, case_file::Column::Id)).equals((Entity, Column::CaseId)),
        )
        .cond_where(reached(permit))
        .cond_where(waiting(permit))
        .and_where(Column::Id.is_in(ids.iter().copied()))
        .take();
    rows(store.reader(), &statement).await
}

/// A case that the holder may offer, locked until the transaction ends: the own one of a lead, any of the district for the
/// centre.
///
/// # Errors
/// Those of the database.
pub async fn lock_case_to_offer<V: on::Transfer>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: CaseId,
) -> Result<Option<Case>, Failure> {
    use case_file::Column as CaseColumn;
    let mut found = case_file::Entity::find_by_id(id).filter(CaseColumn::DistrictId.eq(permit.district_id()));
    match permit.extent() {
        Extent::District => {}
        Extent::Part { own: Some(account), .. } => {
            found = found.filter(CaseColumn::LeadId.in_subquery(staff_of(*account)));
        }
        Extent::Part { own: None, .. } => return Ok(None),
    }
    Ok(found.lock_exclusive().one(connection).await?)
}

/// The case of a transfer that was reached through its door and locked in this transaction, locked as well.
///
/// # Errors
/// Those of the database.
pub async fn lock_case(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::AnswerTransfer>,
    transfer: &Transfer,
) -> Result<Option<Case>, Failure> {
    let Some(id) = transfer.case_id else { return Ok(None) };
    let found = case_file::Entity::find_by_id(id)
        .filter(case_file::Column::DistrictId.eq(permit.district_id()))
        .lock_exclusive()
        .one(connection)
        .await?;
    Ok(found)
}

/// The case of a reference, for a request that nobody is told the fate of: reaches every case of the district.
///
/// # Errors
/// Those of the database.
pub async fn case_by_reference(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::RequestCase>,
    (year, number): (i32, i32),
) -> Result<Option<Case>, Failure> {
    Ok(case_file::Entity::find()
        .filter(case_file::Column::DistrictId.eq(permit.district_id()))
        .filter(case_file::Column::Year.eq(year))
        .filter(case_file::Column::Number.eq(number))
        .one(connection)
        .await?)
}

/// Whether a case that was locked in this transaction is offered to somebody at the moment.
///
/// # Errors
/// Those of the database.
pub async fn is_offered<V: on::Transfer>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    case: CaseId,
) -> Result<bool, Failure> {
    let open = Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::CaseId.eq(case))
        .filter(waiting(permit));
    Ok(open.count(connection).await? > 0)
}

/// Offers of a case whose time is over and of which nobody recorded it yet, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_overdue_of_case<V: on::Transfer>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    case: CaseId,
) -> Result<Vec<Transfer>, Failure> {
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::CaseId.eq(case))
        .filter(Column::Kind.ne(TransferKind::Request))
        .filter(Column::Status.eq(TransferStatus::Offered))
        .filter(Column::AnswerBy.lt(permit.today()))
        .lock_exclusive()
        .all(connection)
        .await?)
}

/// The open request of a person for a case, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_request<V: on::Transfer>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    case: CaseId,
    staff: StaffMemberId,
) -> Result<Option<Transfer>, Failure> {
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::CaseId.eq(case))
        .filter(Column::ToStaffId.eq(staff))
        .filter(Column::Kind.eq(TransferKind::Request))
        .filter(Column::Status.eq(TransferStatus::Offered))
        .lock_exclusive()
        .one(connection)
        .await?)
}

/// The requests of an account that wait for an answer.
///
/// # Errors
/// Those of the database.
pub async fn open_requests(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::RequestCase>,
    account: AccountId,
) -> Result<Vec<Transfer>, Failure> {
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::OfferedBy.eq(account))
        .filter(Column::Kind.eq(TransferKind::Request))
        .filter(Column::Status.eq(TransferStatus::Offered))
        .filter(Column::AnswerBy.gte(permit.today()))
        .all(connection)
        .await?)
}

/// The accounts of members of the district's staff, for a rule that tells them something.
///
/// # Errors
/// Those of the database.
pub async fn accounts_of<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    staff: &[StaffMemberId],
) -> Result<Vec<AccountId>, Failure> {
    let rows = staff_member::Entity::find()
        .filter(staff_member::Column::DistrictId.eq(permit.district_id()))
        .filter(staff_member::Column::Id.is_in(staff.iter().copied()))
        .all(connection)
        .await?;
    Ok(rows.into_iter().filter_map(|row| row.account_id).collect())
}

/// Who else belongs to a case, or did: what it holds of those who left passes on with it.
///
/// # Errors
/// Those of the database.
pub async fn others_in_case<V: on::Transfer>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    case: &Case,
) -> Result<Vec<ClientId>, Failure> {
    use case_person::Column as Person;
    let found = case_person::Entity::find()
        .select_only()
        .column(Person::ClientId)
        .distinct()
        .filter(Person::DistrictId.eq(permit.district_id()))
        .filter(Person::CaseId.eq(case.id))
        .filter(Person::ClientId.ne(case.client_id));
    Ok(found.into_tuple().all(connection).await?)
}

/// The classes of data that are on record of a client, in a case and as such.
///
/// # Errors
/// Those of the database.
pub async fn classes_on_record<V: on::Transfer>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    client: ClientId,
    case: CaseId,
) -> Result<Vec<DataClass>, Failure> {
    #[derive(FromQueryResult)]
    struct Row {
        data_class: DataClass,
    }
    use sealed_text::Column as Text;
    let statement = Query::select()
        .distinct()
        .column(Text::DataClass)
        .from(sealed_text::Entity)
        .and_where(Text::DistrictId.eq(permit.district_id()))
        .and_where(Text::ClientId.eq(client))
        .and_where(Text::CaseId.is_null().or(Text::CaseId.eq(case)))
        .take();
    let mut classes = Vec::new();
    for row in connection.query_all(&statement).await? {
        classes.push(Row::from_query_result(&row, "")?.data_class);
    }
    classes.sort_unstable();
    Ok(classes)
}

/// Records a transfer.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Transfer>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    transfer: &Transfer,
) -> Result<(), Failure> {
    let row = Transfer { district_id: permit.district_id(), ..transfer.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of a transfer that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: on::Transfer>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    transfer: &Transfer,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(transfer.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// The transfers that nobody answered in time, with their districts, oldest first: for the job that lets them run out,
/// beside any actor.
///
/// # Errors
/// Those of the database.
pub async fn overdue(store: &Store, today: NaiveDate, limit: u64) -> Result<Vec<(DistrictId, TransferId)>, Failure> {
    let rows = Entity::find()
        .filter(Column::Status.eq(TransferStatus::Offered))
        .filter(Column::AnswerBy.lt(today))
        .order_by_asc(Column::AnswerBy)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(store.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.district_id, row.id)).collect())
}
