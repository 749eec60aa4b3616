//! Consents and releases from secrecy. They drive the door to identified content, see `identified`.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{ConsentScope, DataClass};
pub use entity::consent::Model as Consent;
use entity::consent::{ActiveModel, Column, Entity};
use entity::ids::{ClientId, ConsentId};
use entity::{client, consent_data_class};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder,
    QuerySelect, Select, Set,
};

use super::client::{own_clients, past_and_present};
use super::identified::in_force;
use crate::access::{Extent, Permit, Verb, on};
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// The door: consents of the clients of one's own cases, or all of the district.
fn select<V: on::Consent>(permit: &Permit<V>) -> Select<Entity> {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    Entity::find().filter(match permit.extent() {
        Extent::District => district,
        Extent::Part { .. } => district.add(Column::ClientId.in_subquery(own_clients(permit))),
    })
}

/// The consents of these clients, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn of_clients<V: on::Consent>(
    store: &Store,
    permit: &Permit<V>,
    clients: &[ClientId],
) -> Result<Vec<Consent>, Failure> {
    Ok(select(permit)
        .filter(Column::ClientId.is_in(clients.iter().copied()))
        .order_by_asc(Column::Id)
        .all(store.reader())
        .await?)
}

/// Several by their ids, in any order; what is out of reach is absent.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: on::Consent>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[ConsentId],
) -> Result<Vec<Consent>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// A page of all that the permit reaches, newest first.
///
/// # Errors
/// Those of the database.
pub async fn page<V: on::Consent>(
    store: &Store,
    permit: &Permit<V>,
    window: &Window,
) -> Result<Page<Consent>, Failure> {
    let rows = window.apply(select(permit), None, Column::Id.into_simple_expr()).all(store.reader()).await?;
    Ok(window.page(rows))
}

/// Where one stands in a list.
#[must_use]
pub fn boundary(consent: &Consent) -> Boundary {
    Boundary { key: Key::Id, id: consent.id.0 }
}

/// The classes of data of these consents.
///
/// # Errors
/// Those of the database.
pub async fn data_classes<V: on::Consent>(
    store: &Store,
    permit: &Permit<V>,
    consents: &[ConsentId],
) -> Result<BTreeMap<ConsentId, Vec<DataClass>>, Failure> {
    let rows = consent_data_class::Entity::find()
        .filter(consent_data_class::Column::DistrictId.eq(permit.district_id()))
        .filter(consent_data_class::Column::ConsentId.is_in(consents.iter().copied()))
        .all(store.reader())
        .await?;
    let mut classes: BTreeMap<ConsentId, Vec<DataClass>> = BTreeMap::new();
    for row in rows {
        classes.entry(row.consent_id).or_default().push(row.data_class);
    }
    for classes in classes.values_mut() {
        classes.sort_unstable();
    }
    Ok(classes)
}

/// One by its id, locked until the transaction ends. Also of those who left a case: what they gave, they can take back there.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Consent>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: ConsentId,
) -> Result<Option<Consent>, Failure> {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    let within_reach = match permit.extent() {
        Extent::District => district,
        Extent::Part { .. } => district.add(Column::ClientId.in_subquery(past_and_present(permit))),
    };
    Ok(Entity::find().filter(within_reach).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// The consents of a client in force on a day, for a rule that reached the client through its door.
///
/// # Errors
/// Those of the database.
pub async fn in_force_of<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    client: ClientId,
    scope: ConsentScope,
    day: NaiveDate,
) -> Result<Vec<Consent>, Failure> {
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::ClientId.eq(client))
        .filter(Column::Scope.eq(scope))
        .filter(in_force(day))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// All releases of a client in force on the day of the permit, for a rule that reached the client through its door.
///
/// # Errors
/// Those of the database.
pub async fn releases_in_force<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    client: ClientId,
) -> Result<Vec<Consent>, Failure> {
    let has_recipient = Condition::any()
        .add(Column::RecipientAccountId.is_not_null())
        .add(Column::RecipientOrganisationId.is_not_null());
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::ClientId.eq(client))
        .filter(has_recipient)
        .filter(in_force(permit.today()))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// The consents of a client of these scopes that are neither revoked nor over, those to come included, locked until the
/// transaction ends; for a rule that reached the client through its door.
///
/// # Errors
/// Those of the database.
pub async fn lock_given<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    client: ClientId,
    scopes: &[ConsentScope],
) -> Result<Vec<Consent>, Failure> {
    if scopes.is_empty() {
        return Ok(Vec::new());
    }
    let not_over = Condition::any().add(Column::ValidUntil.is_null()).add(Column::ValidUntil.gt(permit.today()));
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::ClientId.eq(client))
        .filter(Column::Scope.is_in(scopes.iter().copied()))
        .filter(Column::RevokedAt.is_null())
        .filter(not_over)
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(connection)
        .await?)
}

/// Revokes consents that were locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn revoke_all<V: on::Consent>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    ids: &[ConsentId],
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    if ids.is_empty() {
        return Ok(());
    }
    Entity::update_many()
        .col_expr(Column::RevokedAt, SimpleExpr::val(now))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .exec(connection)
        .await?;
    Ok(())
}

/// Records a consent with its classes of data.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    consent: &Consent,
    classes: &[DataClass],
) -> Result<(), Failure> {
    let row = Consent { district_id: permit.district_id(), ..consent.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    if classes.is_empty() {
        return Ok(());
    }
    let rows = classes.iter().map(|class| consent_data_class::ActiveModel {
        consent_id: Set(consent.id),
        data_class: Set(*class),
        district_id: Set(permit.district_id()),
    });
    consent_data_class::Entity::insert_many(rows).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of a consent that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: on::Consent>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    consent: &Consent,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(consent.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// Deletes the consents of clients that were erased before `day`: with the data, their proof has served its time.
///
/// # Errors
/// Those of the database.
pub async fn forget_of_erased_before<V: on::Erasure>(
    store: &Store,
    permit: &Permit<V>,
    day: NaiveDate,
) -> Result<u64, Failure> {
    let erased = Query::select()
        .column((client::Entity, client::Column::Id))
        .from(client::Entity)
        .and_where(client::Column::DistrictId.eq(permit.district_id()))
        .and_where(client::Column::ErasedAt.lt(day.and_time(chrono::NaiveTime::MIN).and_utc()))
        .take();
    let consents = Query::select()
        .column((Entity, Column::Id))
        .from(Entity)
        .and_where(Column::ClientId.in_subquery(erased.clone()))
        .take();
    let transaction = store.begin().await?;
    consent_data_class::Entity::delete_many()
        .filter(consent_data_class::Column::ConsentId.in_subquery(consents))
        .exec(transaction.connection())
        .await?;
    let deleted =
        Entity::delete_many().filter(Column::ClientId.in_subquery(erased)).exec(transaction.connection()).await?;
    transaction.commit().await?;
    Ok(deleted.rows_affected)
}
