//! Disclosures: what was passed on about clients, to whom and on what ground.

use std::collections::BTreeMap;

use entity::codes::{ConsentScope, DataClass};
pub use entity::disclosure::Model as Disclosure;
use entity::disclosure::{ActiveModel, Column, Entity};
use entity::ids::{ClientId, ConsentId, DisclosureId, OrganisationId};
use entity::{consent_data_class, disclosure_data_class};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder,
    QuerySelect, Select, Set,
};

use super::client::own_clients;
use super::consent::Consent;
use crate::access::{Extent, Permit, Verb, on};
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// The door: what was passed on about the clients of one's own cases, or all of the district.
fn select<V: on::Consent>(permit: &Permit<V>) -> Select<Entity> {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    Entity::find().filter(match permit.extent() {
        Extent::District => district,
        Extent::Part { .. } => district.add(Column::ClientId.in_subquery(own_clients(permit))),
    })
}

/// What was passed on about these clients, oldest first.
///
/// # Errors
/// Those of the database.
pub async fn of_clients<V: on::Consent>(
    store: &Store,
    permit: &Permit<V>,
    clients: &[ClientId],
) -> Result<Vec<Disclosure>, Failure> {
    Ok(select(permit)
        .filter(Column::ClientId.is_in(clients.iter().copied()))
        .order_by_asc(Column::Id)
        .all(store.reader())
        .await?)
}

/// A page of all that the permit reaches, newest first.
///
/// # Errors
/// Those of the database.
pub async fn page<V: on::Consent>(
    store: &Store,
    permit: &Permit<V>,
    window: &Window,
) -> Result<Page<Disclosure>, Failure> {
    let rows = window.apply(select(permit), None, Column::Id.into_simple_expr()).all(store.reader()).await?;
    Ok(window.page(rows))
}

/// Where one stands in a list.
#[must_use]
pub fn boundary(disclosure: &Disclosure) -> Boundary {
    Boundary { key: Key::Id, id: disclosure.id.0 }
}

/// The classes of data of these disclosures, which were reached through their door.
///
/// # Errors
/// Those of the database.
pub async fn data_classes<V: on::Consent>(
    store: &Store,
    permit: &Permit<V>,
    disclosures: &[DisclosureId],
) -> Result<BTreeMap<DisclosureId, Vec<DataClass>>, Failure> {
    let rows = disclosure_data_class::Entity::find()
        .filter(disclosure_data_class::Column::DistrictId.eq(permit.district_id()))
        .filter(disclosure_data_class::Column::DisclosureId.is_in(disclosures.iter().copied()))
        .all(store.reader())
        .await?;
    let mut classes: BTreeMap<DisclosureId, Vec<DataClass>> = BTreeMap::new();
    for row in rows {
        classes.entry(row.disclosure_id).or_default().push(row.data_class);
    }
    for classes in classes.values_mut() {
        classes.sort_unstable();
    }
    Ok(classes)
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Consent>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: DisclosureId,
) -> Result<Option<Disclosure>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// The releases of a client for these purposes, revoked ones included, each with what it covers, locked until the
/// transaction ends; for a rule that reached the client through its door.
///
/// # Errors
/// Those of the database.
pub async fn releases<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    client: ClientId,
    scopes: &[ConsentScope],
) -> Result<Vec<(Consent, Vec<DataClass>)>, Failure> {
    use entity::consent::{Column as ConsentColumn, Entity as Consents};
    let found = Consents::find()
        .filter(ConsentColumn::DistrictId.eq(permit.district_id()))
        .filter(ConsentColumn::ClientId.eq(client))
        .filter(ConsentColumn::Scope.is_in(scopes.iter().copied()))
        .order_by_asc(ConsentColumn::Id)
        .lock_shared()
        .all(connection)
        .await?;
    let mut classes: BTreeMap<ConsentId, Vec<DataClass>> = BTreeMap::new();
    let rows = consent_data_class::Entity::find()
        .filter(consent_data_class::Column::DistrictId.eq(permit.district_id()))
        .filter(consent_data_class::Column::ConsentId.is_in(found.iter().map(|consent| consent.id)))
        .all(connection)
        .await?;
    for row in rows {
        classes.entry(row.consent_id).or_default().push(row.data_class);
    }
    Ok(found
        .into_iter()
        .map(|consent| {
            let classes = classes.remove(&consent.id).unwrap_or_default();
            (consent, classes)
        })
        .collect())
}

/// The organisations that received data by these consents.
///
/// # Errors
/// Those of the database.
pub async fn recipients_by<V: on::Consent>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    consents: &[ConsentId],
) -> Result<Vec<(ConsentId, OrganisationId)>, Failure> {
    let rows = Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::ConsentId.is_in(consents.iter().copied()))
        .all(connection)
        .await?;
    let mut recipients: Vec<_> =
        rows.into_iter().filter_map(|row| Some((row.consent_id?, row.recipient_organisation_id))).collect();
    recipients.sort_unstable();
    recipients.dedup();
    Ok(recipients)
}

/// Records a disclosure with its classes of data.
///
/// # Errors
/// Those of the database.
pub async fn insert<V: on::Consent>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    disclosure: &Disclosure,
    classes: &[DataClass],
) -> Result<(), Failure> {
    let row = Disclosure { district_id: permit.district_id(), ..disclosure.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    let rows = classes.iter().map(|class| disclosure_data_class::ActiveModel {
        disclosure_id: Set(disclosure.id),
        data_class: Set(*class),
        district_id: Set(permit.district_id()),
    });
    disclosure_data_class::Entity::insert_many(rows).exec_without_returning(connection).await?;
    Ok(())
}
