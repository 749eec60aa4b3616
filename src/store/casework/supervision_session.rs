//! Sessions of professional supervision: seen by the one whose work they are about, and by the supervisors of the district.

use chrono::NaiveDate;
use entity::codes::{AccessPurpose, PositionRole, SupervisionKind};
use entity::ids::{AccountId, CaseId, StaffMemberId, SupervisionAgreementId, SupervisionSessionId};
pub use entity::supervision_agreement::Model as SupervisionAgreement;
pub use entity::supervision_session::Model as SupervisionSession;
use entity::supervision_session::{ActiveModel, Column, Entity};
use entity::{
    case_file, occupancy, position, staff_member, supervision, supervision_agreement, supervision_session_case,
};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, Set,
};

use super::case::staff_of;
use super::guarded_text;
use super::identified::Opening;
use crate::access::{Extent, Permit, on};
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};
use crate::store::staffing;

/// The condition that a session is within reach of the permit.
fn reached<V: on::SupervisionSession>(permit: &Permit<V>) -> Condition {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    match permit.extent() {
        Extent::District => district,
        Extent::Part { own: Some(account), .. } => district.add(Column::StaffMemberId.in_subquery(staff_of(*account))),
        Extent::Part { own: None, .. } => district.add(Column::Id.is_null()),
    }
}

/// The door: one's own sessions, or all of the district.
fn select<V: on::SupervisionSession>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(reached(permit))
}

/// Selects the session if it is within reach: for its history.
pub(in crate::store) fn door<V: on::SupervisionSession>(
    permit: &Permit<V>,
    id: SupervisionSessionId,
) -> SelectStatement {
    select(permit).select_only().column(Column::Id).filter(Column::Id.eq(id)).into_query()
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::SupervisionSession>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[SupervisionSessionId],
) -> Result<Vec<SupervisionSession>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// A page, newest first.
///
/// # Errors
/// Those of the database.
pub async fn page<V: on::SupervisionSession>(
    store: &Store,
    permit: &Permit<V>,
    window: &Window,
) -> Result<Page<SupervisionSession>, Failure> {
    Ok(window.page(window.apply(select(permit), None, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// Where one stands in a list.
#[must_use]
pub fn boundary(session: &SupervisionSession) -> Boundary {
    Boundary { key: Key::Id, id: session.id.0 }
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::SupervisionSession>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: SupervisionSessionId,
) -> Result<Option<SupervisionSession>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// Records a session.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::SupervisionSession>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    session: &SupervisionSession,
) -> Result<(), Failure> {
    let row = SupervisionSession { district_id: permit.district_id(), ..session.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of a session that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: on::SupervisionSession>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    session: &SupervisionSession,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(session.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// The sessions within reach among these.
fn among<V: on::SupervisionSession>(permit: &Permit<V>) -> SelectStatement {
    Query::select().column((Entity, Column::Id)).from(Entity).cond_where(reached(permit)).take()
}

/// The cases of these sessions; whether the reader reaches the cases is for their door to say.
///
/// # Errors
/// Those of the database.
pub async fn cases_of<V: on::SupervisionSession>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    sessions: &[SupervisionSessionId],
) -> Result<Vec<(SupervisionSessionId, CaseId)>, Failure> {
    use supervision_session_case::Column as C;
    let rows = supervision_session_case::Entity::find()
        .filter(C::SessionId.is_in(sessions.iter().copied()))
        .filter(C::SessionId.in_subquery(among(permit)))
        .order_by_asc(C::CaseId)
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.session_id, row.case_id)).collect())
}

/// The same outside a transaction.
///
/// # Errors
/// Those of the database.
pub async fn cases_of_many<V: on::SupervisionSession>(
    store: &Store,
    permit: &Permit<V>,
    sessions: &[SupervisionSessionId],
) -> Result<Vec<(SupervisionSessionId, CaseId)>, Failure> {
    cases_of(store.reader(), permit, sessions).await
}

/// Puts cases to a session.
///
/// # Errors
/// Those of the database.
pub async fn link<V: on::SupervisionSession>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    session: SupervisionSessionId,
    cases: &[CaseId],
) -> Result<(), Failure> {
    if cases.is_empty() {
        return Ok(());
    }
    let rows = cases.iter().map(|case| supervision_session_case::ActiveModel {
        session_id: Set(session),
        case_id: Set(*case),
        district_id: Set(permit.district_id()),
    });
    supervision_session_case::Entity::insert_many(rows).exec_without_returning(connection).await?;
    Ok(())
}

/// The cases that a member of staff leads or stands in for.
///
/// # Errors
/// Those of the database.
pub async fn cases_of_staff<V: on::SupervisionSession>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    staff: StaffMemberId,
) -> Result<Vec<CaseId>, Failure> {
    let own = Condition::any().add(case_file::Column::LeadId.eq(staff)).add(case_file::Column::SubstituteId.eq(staff));
    Ok(case_file::Entity::find()
        .select_only()
        .column(case_file::Column::Id)
        .filter(case_file::Column::DistrictId.eq(permit.district_id()))
        .filter(own)
        .into_tuple()
        .all(connection)
        .await?)
}

/// The cases that a session within reach could speak of: those that it is about, and all that the person leads or stands in
/// for.
///
/// # Errors
/// Those of the database.
pub async fn cases_concerned<V: on::SupervisionSession>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    session: &SupervisionSession,
) -> Result<Vec<CaseId>, Failure> {
    let mut cases = cases_of_staff(connection, permit, session.staff_member_id).await?;
    cases.extend(cases_of(connection, permit, &[session.id]).await?.into_iter().map(|(_, case)| case));
    cases.sort_unstable();
    cases.dedup();
    Ok(cases)
}

/// What is to be recorded when the writer was told that texts of a session name a person of its cases.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn comparisons<V: on::SupervisionSession>(
    store: &Store,
    permit: &Permit<V>,
    of: Concerned,
    texts: &[&str],
) -> Result<Vec<Opening>, Failure> {
    let connection = store.reader();
    let cases = match of {
        Concerned::Session(id) => match select(permit).filter(Column::Id.eq(id)).one(connection).await? {
            Some(session) => cases_concerned(connection, permit, &session).await?,
            None => Vec::new(),
        },
        Concerned::Staff(staff) => cases_of_staff(connection, permit, staff).await?,
    };
    guarded_text::comparisons(store, permit, &cases, texts, AccessPurpose::Supervision).await
}

/// Whose cases texts could speak of.
#[derive(Clone, Copy, Debug)]
pub enum Concerned {
    /// Those of a session.
    Session(SupervisionSessionId),
    /// Those of a member of staff.
    Staff(StaffMemberId),
}

/// Whether a session is about this account's own work.
///
/// # Errors
/// Those of the database.
pub async fn is_own<V: on::SupervisionSession>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    staff: StaffMemberId,
    account: AccountId,
) -> Result<bool, Failure> {
    let found = staff_member::Entity::find_by_id(staff)
        .filter(staff_member::Column::DistrictId.eq(permit.district_id()))
        .filter(staff_member::Column::AccountId.eq(account));
    Ok(found.one(connection).await?.is_some())
}

/// Whether this account is the line supervisor of a member of staff on the day of the permit: of any position as a case
/// manager that the person holds.
///
/// # Errors
/// Those of the database.
pub async fn is_line_supervisor<V: on::SupervisionSession>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    staff: StaffMemberId,
    account: AccountId,
) -> Result<bool, Failure> {
    let today: NaiveDate = permit.today();
    let held = Query::select()
        .column((occupancy::Entity, occupancy::Column::PositionId))
        .from(occupancy::Entity)
        .and_where(occupancy::Column::StaffMemberId.eq(staff))
        .and_where(occupancy::Column::ValidFrom.lte(today))
        .cond_where(
            Condition::any().add(occupancy::Column::ValidUntil.is_null()).add(occupancy::Column::ValidUntil.gt(today)),
        )
        .take();
    let positions = Query::select()
        .column((position::Entity, position::Column::Id))
        .from(position::Entity)
        .and_where(position::Column::DistrictId.eq(permit.district_id()))
        .and_where(position::Column::Role.eq(PositionRole::CaseManager))
        .and_where(position::Column::Id.in_subquery(held))
        .take();
    let found = supervision::Entity::find()
        .filter(supervision::Column::DistrictId.eq(permit.district_id()))
        .filter(supervision::Column::Kind.eq(SupervisionKind::Line))
        .filter(supervision::Column::PositionId.in_subquery(positions))
        .filter(supervision::Column::SupervisorId.in_subquery(staff_of(account)))
        .filter(supervision::Column::ValidFrom.lte(today))
        .filter(
            Condition::any()
                .add(supervision::Column::ValidUntil.is_null())
                .add(supervision::Column::ValidUntil.gt(today)),
        );
    Ok(found.one(connection).await?.is_some())
}

/// The people whose work these sessions are about.
///
/// # Errors
/// Those of the database.
pub async fn people_of<V: on::SupervisionSession>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[StaffMemberId],
) -> Result<Vec<staff_member::Model>, Failure> {
    let named = Query::select().column((Entity, Column::StaffMemberId)).from(Entity).cond_where(reached(permit)).take();
    staffing::staff_member::named(store, permit, ids, named).await
}

/// What was agreed in these sessions, earliest first.
///
/// # Errors
/// Those of the database.
pub async fn agreements_of<V: on::SupervisionSession>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    sessions: &[SupervisionSessionId],
) -> Result<Vec<SupervisionAgreement>, Failure> {
    use supervision_agreement::Column as C;
    Ok(supervision_agreement::Entity::find()
        .filter(C::SessionId.is_in(sessions.iter().copied()))
        .filter(C::SessionId.in_subquery(among(permit)))
        .order_by_asc(C::Id)
        .all(connection)
        .await?)
}

/// The same outside a transaction.
///
/// # Errors
/// Those of the database.
pub async fn agreements_of_many<V: on::SupervisionSession>(
    store: &Store,
    permit: &Permit<V>,
    sessions: &[SupervisionSessionId],
) -> Result<Vec<SupervisionAgreement>, Failure> {
    agreements_of(store.reader(), permit, sessions).await
}

/// Records what was agreed.
///
/// # Errors
/// Those of the database.
pub async fn add_agreement<V: on::SupervisionSession>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    agreement: &SupervisionAgreement,
) -> Result<(), Failure> {
    let row = SupervisionAgreement { district_id: permit.district_id(), ..agreement.clone() };
    let row = supervision_agreement::ActiveModel::from(row).reset_all();
    supervision_agreement::Entity::insert(row).exec_without_returning(connection).await?;
    Ok(())
}

/// Records that something agreed in a session, which was locked in this transaction, is done.
///
/// # Errors
/// Those of the database.
pub async fn settle_agreement<V: on::SupervisionSession>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: SupervisionAgreementId,
    at: chrono::DateTime<chrono::Utc>,
) -> Result<(), Failure> {
    let row = supervision_agreement::ActiveModel { id: Set(id), done_at: Set(Some(at)), ..Default::default() };
    supervision_agreement::Entity::update(row)
        .validate()?
        .filter(supervision_agreement::Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}
