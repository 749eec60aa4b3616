//! Staff members: persons employed in positions or supervising them.

use chrono::{DateTime, Utc};
use entity::ids::{AccountId, CaseId, Identifier, OrganisationId, StaffMemberId};
use entity::organisation;
pub use entity::staff_member::Model as StaffMember;
use entity::staff_member::{ActiveModel, Column, Entity};
use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QuerySelect,
    QueryTrait, Select,
};

use crate::access::{Extent, Permit, Verb, on, verb};
use crate::error::Failure;
use crate::store::Store;
use crate::store::casework::case;
use crate::store::page::{Boundary, Key, Page, Window};

/// The door: what the permit reaches.
fn select<V: on::StaffMember>(permit: &Permit<V>) -> Select<Entity> {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    let reached = match permit.extent() {
        Extent::District => district,
        Extent::Part { organisations, own, .. } => {
            let mut any = Condition::any().add(Column::OrganisationId.is_in(organisations.iter().copied()));
            if let Some(account) = own {
                any = any.add(Column::AccountId.eq(*account));
            }
            district.add(any)
        }
    };
    Entity::find().filter(reached)
}

/// Selects one by its id if the permit reaches it: for what hangs on the record.
pub(in crate::store) fn door<V: on::StaffMember>(permit: &Permit<V>, id: StaffMemberId) -> SelectStatement {
    select(permit).select_only().column(Column::Id).filter(Column::Id.eq(id)).into_query()
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::StaffMember>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[StaffMemberId],
) -> Result<Vec<StaffMember>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// A page by name.
///
/// # Errors
/// Those of the database.
pub async fn page<V: on::StaffMember>(
    store: &Store,
    permit: &Permit<V>,
    window: &Window,
) -> Result<Page<StaffMember>, Failure> {
    let key = Some(Column::DisplayName.into_simple_expr());
    let rows = window.apply(select(permit), key, Column::Id.into_simple_expr()).all(store.reader()).await?;
    Ok(window.page(rows))
}

/// Where one stands in the list.
#[must_use]
pub fn boundary(row: &StaffMember) -> Boundary {
    Boundary { key: Key::Text(row.display_name.clone()), id: row.id.0 }
}

/// The leads and substitutes of these cases, as far as the permit reaches the cases.
///
/// # Errors
/// Those of the database.
pub async fn of_cases(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    cases: &[CaseId],
    ids: &[StaffMemberId],
) -> Result<Vec<StaffMember>, Failure> {
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Expr::exists(case::naming(permit, cases)))
        .all(store.reader())
        .await?)
}

/// A page by name of those who hold a case-management position on the day of the permit: those who can lead a case, whatever
/// else of the district's staff the holder may see.
///
/// # Errors
/// Those of the database.
pub async fn case_managers(
    store: &Store,
    permit: &Permit<verb::ReadTransfer>,
    window: &Window,
) -> Result<Page<StaffMember>, Failure> {
    let holding = Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Id.in_subquery(case::holding_case_management(permit)));
    let key = Some(Column::DisplayName.into_simple_expr());
    Ok(window.page(window.apply(holding, key, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// Givers and receivers of the district's transfers, by their ids: parts of a transfer that was reached through its door.
///
/// # Errors
/// Those of the database.
pub async fn of_transfers(
    store: &Store,
    permit: &Permit<verb::ReadTransfer>,
    ids: &[StaffMemberId],
) -> Result<Vec<StaffMember>, Failure> {
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(store.reader())
        .await?)
}

/// A member of the district's staff, for a rule that offers the person a case.
///
/// # Errors
/// Those of the database.
pub async fn find_to_offer<V: on::Transfer>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: StaffMemberId,
) -> Result<Option<StaffMember>, Failure> {
    Ok(Entity::find_by_id(id).filter(Column::DistrictId.eq(permit.district_id())).one(connection).await?)
}

/// The employer of a member of the district's staff, for a rule about what the person receives.
///
/// # Errors
/// Those of the database.
pub async fn employer_of<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: StaffMemberId,
) -> Result<Option<OrganisationId>, Failure> {
    let found = Entity::find_by_id(id).filter(Column::DistrictId.eq(permit.district_id())).one(connection).await?;
    Ok(found.map(|row| row.organisation_id))
}

/// One with its employer, for a rule that has to know both. Any member of the district's staff: whether the person suits
/// is for the rule to say.
///
/// # Errors
/// Those of the database.
pub async fn find_with_organisation<V: on::Position>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: StaffMemberId,
) -> Result<Option<(StaffMember, organisation::Model)>, Failure> {
    let found = Entity::find_by_id(id)
        .filter(Column::DistrictId.eq(permit.district_id()))
        .find_also_related(organisation::Entity)
        .one(connection)
        .await?;
    Ok(found.and_then(|(staff_member, organisation)| Some((staff_member, organisation?))))
}

/// Those of these people whom other records name; `named` selects whom the records within reach do.
///
/// # Errors
/// Those of the database.
pub(in crate::store) async fn named<V: Verb>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[StaffMemberId],
    named: SelectStatement,
) -> Result<Vec<StaffMember>, Failure> {
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::Id.in_subquery(named))
        .all(store.reader())
        .await?)
}

/// Whether a person is on the staff of an organisation.
///
/// # Errors
/// Those of the database.
pub async fn belongs_to<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    person: StaffMemberId,
    organisation: OrganisationId,
) -> Result<bool, Failure> {
    let found = Entity::find_by_id(person)
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::OrganisationId.eq(organisation));
    Ok(found.one(connection).await?.is_some())
}

/// The account of a member of the district's staff, for a rule that tells or releases something to the person.
///
/// # Errors
/// Those of the database.
pub async fn account_of<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: StaffMemberId,
) -> Result<Option<AccountId>, Failure> {
    let found = Entity::find_by_id(id).filter(Column::DistrictId.eq(permit.district_id())).one(connection).await?;
    Ok(found.and_then(|row| row.account_id))
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::StaffMember>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: StaffMemberId,
) -> Result<Option<StaffMember>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// Records a member of staff.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    organisation: OrganisationId,
    account: Option<AccountId>,
    display_name: &str,
    now: DateTime<Utc>,
) -> Result<StaffMember, Failure> {
    let staff_member = StaffMember {
        id: StaffMemberId::new(),
        district_id: permit.district_id(),
        organisation_id: organisation,
        account_id: account,
        display_name: display_name.to_owned(),
        created_at: now,
    };
    Entity::insert(ActiveModel::from(staff_member.clone()).reset_all()).exec_without_returning(connection).await?;
    Ok(staff_member)
}
