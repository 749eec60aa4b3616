//! Notices: what persons and organisations are told. They name records, never people.

use chrono::{DateTime, Utc};
use entity::codes::NoticeKind;
use entity::ids::{AccountId, Identifier, NoticeId, OrganisationId};
pub use entity::notice::Model as Notice;
use entity::notice::{ActiveModel, Column, Entity};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use crate::access::{Extent, Permit, Verb, on};
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// A person.
    Account(AccountId),
    /// Everybody of an organisation who may read its notices.
    Organisation(OrganisationId),
}

/// The door: notices to the holder or to the holder's organisation.
fn select<V: on::Notice>(permit: &Permit<V>) -> Select<Entity> {
    let district = Condition::all().add(Column::DistrictId.eq(permit.district_id()));
    let reached = match permit.extent() {
        Extent::District => district,
        Extent::Part { organisations, own, released_to } => {
            let to_organisation = Column::RecipientOrganisationId.is_in(organisations.iter().copied());
            let mut any = Condition::any().add(to_organisation);
            if let Some(account) = own.or(*released_to) {
                any = any.add(Column::RecipientAccountId.eq(account));
            }
            district.add(any)
        }
    };
    Entity::find().filter(reached)
}

/// A page, newest first.
///
/// # Errors
/// Those of the database.
pub async fn page<V: on::Notice>(
    store: &Store,
    permit: &Permit<V>,
    only_open: bool,
    window: &Window,
) -> Result<Page<Notice>, Failure> {
    let mut selected = select(permit);
    if only_open {
        selected = selected.filter(Column::AcknowledgedAt.is_null());
    }
    Ok(window.page(window.apply(selected, None, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// The newest ones, newest first.
///
/// # Errors
/// Those of the database.
pub async fn newest<V: on::Notice>(store: &Store, permit: &Permit<V>, limit: u64) -> Result<Vec<Notice>, Failure> {
    Ok(select(permit).order_by_desc(Column::Id).limit(limit).all(store.reader()).await?)
}

/// Where one stands in a list.
#[must_use]
pub fn boundary(notice: &Notice) -> Boundary {
    Boundary { key: Key::Id, id: notice.id.0 }
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Notice>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: NoticeId,
) -> Result<Option<Notice>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// Tells somebody something about a record, in the transaction of the command that did it.
///
/// # Errors
/// Those of the database.
pub async fn tell<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    recipient: Recipient,
    kind: NoticeKind,
    subject: &str,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let (account, organisation) = match recipient {
        Recipient::Account(account) => (Some(account), None),
        Recipient::Organisation(organisation) => (None, Some(organisation)),
    };
    let notice = Notice {
        id: NoticeId::new(),
        district_id: permit.district_id(),
        recipient_account_id: account,
        recipient_organisation_id: organisation,
        kind,
        subject: subject.to_owned(),
        created_at: now,
        acknowledged_at: None,
        acknowledged_by: None,
    };
    Entity::insert(ActiveModel::from(notice).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of a notice that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: on::Notice>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    notice: &Notice,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(notice.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}
