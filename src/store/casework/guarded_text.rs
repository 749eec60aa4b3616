//! The guard over texts that must not say who somebody is: it opens the identities of the people in cases, compares, and
//! lets nothing out but the places in the text.

use std::collections::BTreeMap;

use entity::codes::{AccessBasis, AccessPurpose, DataClass, TextKind};
use entity::ids::{CaseId, ClientId, DistrictId};
use entity::{case_person, client_key, sealed_text};
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, ExprTrait, FromQueryResult};
use secrecy::ExposeSecret;

use super::client_term::Names;
use super::identified::{OpenedKeys, Opening, Standing};
use crate::access::{Permit, Verb};
use crate::error::Failure;
use crate::store::vault::Vault;
use crate::store::{Store, Transaction};
use crate::vault::{FieldName, Passage, Sealed, Traits, names_in_text};

/// What is opened for the comparison.
const KINDS: [TextKind; 6] = [
    TextKind::FamilyName,
    TextKind::GivenNames,
    TextKind::FormerNames,
    TextKind::BirthDate,
    TextKind::Address,
    TextKind::Contact,
];

#[derive(FromQueryResult)]
struct Row {
    client_id: ClientId,
    kind: TextKind,
    content: Vec<u8>,
    wrapped: Vec<u8>,
}

#[derive(Default)]
struct Known {
    names: Names,
    address: String,
    contact: String,
}

impl Known {
    fn traits(&self) -> Traits<'_> {
        Traits { person: self.names.person(), address: &self.address, contact: &self.contact }
    }
}

/// The people of these cases, past ones included.
fn people(district: DistrictId, cases: &[CaseId]) -> SelectStatement {
    Query::select()
        .column((case_person::Entity, case_person::Column::ClientId))
        .from(case_person::Entity)
        .and_where(case_person::Column::DistrictId.eq(district))
        .and_where(case_person::Column::CaseId.is_in(cases.iter().copied()))
        .take()
}

async fn open<V: Verb>(
    connection: &impl ConnectionTrait,
    vault: &Vault,
    permit: &Permit<V>,
    cases: &[CaseId],
) -> Result<BTreeMap<ClientId, Known>, Failure> {
    if cases.is_empty() {
        return Ok(BTreeMap::new());
    }
    let statement = Query::select()
        .columns([
            (sealed_text::Entity, sealed_text::Column::ClientId),
            (sealed_text::Entity, sealed_text::Column::Kind),
            (sealed_text::Entity, sealed_text::Column::Content),
        ])
        .column((client_key::Entity, client_key::Column::Wrapped))
        .from(sealed_text::Entity)
        .inner_join(
            client_key::Entity,
            Expr::col((client_key::Entity, client_key::Column::ClientId))
                .equals((sealed_text::Entity, sealed_text::Column::ClientId)),
        )
        .and_where(Expr::col((sealed_text::Entity, sealed_text::Column::DistrictId)).eq(permit.district_id()))
        .and_where(Expr::col((sealed_text::Entity, sealed_text::Column::CaseId)).is_null())
        .and_where(Expr::col((sealed_text::Entity, sealed_text::Column::Kind)).is_in(KINDS))
        .and_where(
            Expr::col((sealed_text::Entity, sealed_text::Column::ClientId))
                .in_subquery(people(permit.district_id(), cases)),
        )
        .take();
    let mut keys = OpenedKeys::new(vault, permit.district_id());
    let mut known: BTreeMap<ClientId, Known> = BTreeMap::new();
    for row in connection.query_all(&statement).await? {
        let row = Row::from_query_result(&row, "")?;
        let place = FieldName::new(row.kind.as_str()).of(row.client_id.0);
        let opened = keys.of(row.client_id, &row.wrapped)?.open_text(place, &Sealed::from_bytes(row.content)?)?;
        let person = known.entry(row.client_id).or_default();
        match row.kind {
            TextKind::Address => opened.expose_secret().clone_into(&mut person.address),
            TextKind::Contact => opened.expose_secret().clone_into(&mut person.contact),
            kind => person.names.take(kind, opened.expose_secret().to_owned()),
        }
    }
    Ok(known)
}

/// Finds the places in each of the texts that would say who somebody of these cases is: names, birth dates, addresses,
/// telephone numbers and mail addresses of the clients and their households. The cases have to be reached through their door
/// by the caller. What the writer learns by it is to be recorded, see [`comparisons`].
///
/// # Errors
/// Those of the vault and of the database.
pub async fn names_of_cases_in<V: Verb>(
    transaction: &Transaction,
    permit: &Permit<V>,
    cases: &[CaseId],
    texts: &[&str],
) -> Result<Vec<Vec<Passage>>, Failure> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let known = open(transaction.connection(), transaction.vault(), permit, cases).await?;
    let traits: Vec<Traits<'_>> = known.values().map(Known::traits).collect();
    Ok(texts.iter().map(|text| names_in_text(text, &traits)).collect())
}

/// What is to be recorded when somebody was told that texts name a person of these cases: that told something of each
/// client who is named.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn comparisons<V: Verb>(
    store: &Store,
    permit: &Permit<V>,
    cases: &[CaseId],
    texts: &[&str],
    purpose: AccessPurpose,
) -> Result<Vec<Opening>, Failure> {
    let standing = Standing { basis: AccessBasis::Comparison, purpose };
    let known = open(store.reader(), store.vault(), permit, cases).await?;
    let is_named = |known: &Known| texts.iter().any(|text| !names_in_text(text, &[known.traits()]).is_empty());
    Ok(known
        .iter()
        .filter(|(_, known)| is_named(known))
        .map(|(client_id, _)| Opening {
            client_id: *client_id,
            case_id: None,
            data_class: DataClass::Identity,
            standing,
            purpose: None,
        })
        .collect())
}
