//! The door to identified content: who may open what of which client, in one condition.
//!
//! Something of a client opens for
//! - the lead of a case of the client and the lead's substitute: what belongs to the client, and to that case;
//! - those in whose favour a consent in force releases its class of data;
//! - those for whom the case is unmasked;
//!
//! and for nobody as long as the client is restricted or erased, or the record rests on consent and no consent to it is
//! in force. Revoking a consent closes all of it in the same transaction, because every reader comes through here.

use chrono::NaiveDate;
use entity::codes::{AccessBasis, AccessPurpose, ClientStatus, ConsentScope, DataClass, LegalBasis};
use entity::ids::{AccountId, CaseId, ClientId, DistrictId, OrganisationId};
use entity::{case_file, case_person, client, client_key, consent, consent_data_class, unmasking};
use sea_orm::sea_query::{Alias, CaseStatement, Expr, IntoColumnRef, IntoIden, Query, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, ExprTrait, FromQueryResult};

use super::case::staff_of;
use crate::access::{Extent, Permit, on};
use crate::error::Failure;
use crate::store::Store;
use crate::store::vault::{Vault, open_client_key};
use crate::vault::DataKey;

/// Bases that end with the consent that they are made of.
pub const CONSENT_BASES: [LegalBasis; 2] = [LegalBasis::Consent61A, LegalBasis::Special92A];

/// Releases that show identified data to somebody inside the system.
const RELEASING: [ConsentScope; 3] =
    [ConsentScope::SupervisionIdentified, ConsentScope::CaseConference, ConsentScope::ShareWithInstitution];

/// As what the reader stands before something that opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Standing {
    /// What allows the read.
    pub basis: AccessBasis,
    /// Why it is read, unless something else is said.
    pub purpose: AccessPurpose,
}

impl Standing {
    fn read(code: i32) -> Self {
        match code {
            0 => Self { basis: AccessBasis::OwnCase, purpose: AccessPurpose::CaseWork },
            1 => Self { basis: AccessBasis::OwnCase, purpose: AccessPurpose::Substitution },
            2 => Self { basis: AccessBasis::Unmasking, purpose: AccessPurpose::Supervision },
            3 => Self { basis: AccessBasis::Release, purpose: AccessPurpose::Supervision },
            _ => Self { basis: AccessBasis::System, purpose: AccessPurpose::CaseWork },
        }
    }
}

/// The condition that a consent is in force on a day.
pub(super) fn in_force(today: NaiveDate) -> Condition {
    Condition::all()
        .add(consent::Column::ValidFrom.lte(today))
        .add(Condition::any().add(consent::Column::ValidUntil.is_null()).add(consent::Column::ValidUntil.gt(today)))
        .add(consent::Column::RevokedAt.is_null())
}

/// The name under which [`workable`] reads clients: it is compared with clients of the statement around it.
const WORKED_WITH: &str = "worked_with";

/// The clients whose data may be worked with at all.
pub(super) fn workable(district: DistrictId, today: NaiveDate) -> SelectStatement {
    let of = |column| Expr::col((WORKED_WITH, column));
    let consented = Query::select()
        .expr(Expr::val(1))
        .from(consent::Entity)
        .and_where(Expr::col((consent::Entity, consent::Column::ClientId)).eq(of(client::Column::Id)))
        .and_where(consent::Column::DistrictId.eq(district))
        .and_where(consent::Column::Scope.eq(ConsentScope::CaseRecord))
        .cond_where(in_force(today))
        .take();
    Query::select()
        .column((WORKED_WITH, client::Column::Id))
        .from_as(client::Entity, WORKED_WITH)
        .and_where(of(client::Column::DistrictId).eq(district))
        .and_where(of(client::Column::Status).eq(ClientStatus::Active))
        .cond_where(
            Condition::any().add(of(client::Column::LegalBasis).is_not_in(CONSENT_BASES)).add(Expr::exists(consented)),
        )
        .take()
}

/// The cases that an account leads or, with `substitute`, stands in for.
fn cases_of(district: DistrictId, account: AccountId, column: case_file::Column) -> SelectStatement {
    Query::select()
        .column((case_file::Entity, case_file::Column::Id))
        .from(case_file::Entity)
        .and_where(case_file::Column::DistrictId.eq(district))
        .and_where(column.in_subquery(staff_of(account)))
        .take()
}

/// The clients of cases.
fn clients_in(district: DistrictId, cases: SelectStatement) -> SelectStatement {
    Query::select()
        .column((case_person::Entity, case_person::Column::ClientId))
        .from(case_person::Entity)
        .and_where(case_person::Column::DistrictId.eq(district))
        .and_where(case_person::Column::CaseId.in_subquery(cases))
        .take()
}

fn unmasked_for(district: DistrictId, account: AccountId, today: NaiveDate) -> SelectStatement {
    Query::select()
        .column((unmasking::Entity, unmasking::Column::CaseId))
        .from(unmasking::Entity)
        .and_where(unmasking::Column::DistrictId.eq(district))
        .and_where(unmasking::Column::AccountId.eq(account))
        .and_where(unmasking::Column::ValidFrom.lte(today))
        .and_where(unmasking::Column::ValidUntil.gt(today))
        .and_where(unmasking::Column::EndedAt.is_null())
        .take()
}

/// Where the parts of something identified stand in a statement.
#[derive(Clone)]
pub(super) struct Place {
    /// The client.
    pub client: SimpleExpr,
    /// The case; null for what belongs to the client as such.
    pub case: SimpleExpr,
    /// The class of data.
    pub class: SimpleExpr,
}

impl Place {
    /// The columns of a table.
    pub fn columns(client: impl IntoColumnRef, case: impl IntoColumnRef, class: impl IntoColumnRef) -> Self {
        Self { client: Expr::col(client), case: Expr::col(case), class: Expr::col(class) }
    }

    /// A class that is the same for all rows.
    pub fn of_class(client: impl IntoColumnRef, case: impl IntoColumnRef, class: DataClass) -> Self {
        Self { client: Expr::col(client), case: Expr::col(case), class: Expr::val(class) }
    }

    /// Belongs to one of these cases, or to a client of them.
    fn of_cases(&self, district: DistrictId, cases: &SelectStatement) -> Condition {
        Condition::any()
            .add(
                Condition::all()
                    .add(self.case.clone().is_null())
                    .add(self.client.clone().in_subquery(clients_in(district, cases.clone()))),
            )
            .add(self.case.clone().in_subquery(cases.clone()))
    }

    fn released(
        &self,
        district: DistrictId,
        account: AccountId,
        organisations: &[OrganisationId],
        today: NaiveDate,
    ) -> SimpleExpr {
        let recipient = Condition::any()
            .add(consent::Column::RecipientAccountId.eq(account))
            .add(consent::Column::RecipientOrganisationId.is_in(organisations.iter().copied()));
        let release = Query::select()
            .expr(Expr::val(1))
            .from(consent::Entity)
            .inner_join(
                consent_data_class::Entity,
                Expr::col((consent_data_class::Entity, consent_data_class::Column::ConsentId))
                    .equals((consent::Entity, consent::Column::Id)),
            )
            .and_where(Expr::col((consent::Entity, consent::Column::DistrictId)).eq(district))
            .and_where(Expr::col((consent::Entity, consent::Column::ClientId)).eq(self.client.clone()))
            .and_where(
                Expr::col((consent_data_class::Entity, consent_data_class::Column::DataClass)).eq(self.class.clone()),
            )
            .and_where(consent::Column::Scope.is_in(RELEASING))
            .cond_where(in_force(today))
            .cond_where(recipient)
            .take();
        Expr::exists(release)
    }

    /// The condition that it opens for the holder of the permit, and as what the holder stands before it (see
    /// [`Standing::read`]).
    pub fn door<V: on::Identity>(&self, permit: &Permit<V>) -> (Condition, SimpleExpr) {
        let (district, today) = (permit.district_id(), permit.today());
        // Asked of each client by its key: where that is not all that is asked, databases would else list all clients first.
        let this_client = Expr::col((WORKED_WITH, client::Column::Id)).eq(self.client.clone());
        let usable = Condition::all().add(Expr::exists(workable(district, today).and_where(this_client).take()));
        match permit.extent() {
            Extent::District => (usable, Expr::val(4)),
            Extent::Part { own, released_to, organisations } => {
                // What an account leads is its own by the role of a case manager only. What was released belongs to the account
                // whatever the role; what was unmasked does so only with the role of a supervisor, and ends with it.
                let nothing = || Condition::all().add(Expr::val(1).eq(0));
                let own_by = |column| match own {
                    Some(account) => self.of_cases(district, &cases_of(district, *account, column)),
                    None => nothing(),
                };
                let (led, stood_in) = (own_by(case_file::Column::LeadId), own_by(case_file::Column::SubstituteId));
                let unmasked = match released_to {
                    Some(account) => self.of_cases(district, &unmasked_for(district, *account, today)),
                    None => nothing(),
                };
                let released = match own.or(*released_to) {
                    Some(account) => Condition::all().add(self.released(district, account, organisations, today)),
                    None => nothing(),
                };
                let any = Condition::any().add(led.clone()).add(stood_in.clone()).add(unmasked.clone()).add(released);
                let standing = CaseStatement::new()
                    .case(led, Expr::val(0))
                    .case(stood_in, Expr::val(1))
                    .case(unmasked, Expr::val(2))
                    .finally(Expr::val(3));
                (usable.add(any), standing.into())
            }
        }
    }
}

/// The name of the column that [`Place::door`]'s second part is selected as.
pub(super) fn standing_column() -> impl IntoIden {
    Alias::new("standing")
}

/// What was opened: whose, in which case, and as what the reader stood before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Opening {
    /// Whose data.
    pub client_id: ClientId,
    /// In which case; absent for who the client is.
    pub case_id: Option<CaseId>,
    /// Which class of data.
    pub data_class: DataClass,
    /// As what the reader stood before it.
    pub standing: Standing,
    /// Why it was read, where that is known better than from the standing.
    pub purpose: Option<AccessPurpose>,
}

/// A data key that opened, with what it may be used for.
pub struct OpenKey {
    /// Whose, and for what.
    pub opening: Opening,
    /// The key.
    pub key: DataKey,
}

#[derive(FromQueryResult)]
struct KeyRow {
    client_id: ClientId,
    case_id: Option<CaseId>,
    wrapped: Vec<u8>,
    standing: i32,
}

/// The keys of persons in their cases, or (without a case) of clients as such, as far as content of this class opens for
/// the holder of the permit. One statement for those with a case, and one for those without.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn keys<V: on::Identity>(
    store: &Store,
    permit: &Permit<V>,
    asked: &[(ClientId, Option<CaseId>)],
    class: DataClass,
) -> Result<Vec<OpenKey>, Failure> {
    let in_cases: Vec<CaseId> = asked.iter().filter_map(|(_, case)| *case).collect();
    let as_such: Vec<ClientId> = asked.iter().filter(|(_, case)| case.is_none()).map(|(client, _)| *client).collect();
    let mut found = Vec::new();
    if !in_cases.is_empty() {
        let clients = asked.iter().map(|(client, _)| *client);
        found.extend(rows::<KeyRow>(store.reader(), &keys_in_cases(permit, &in_cases, clients, class)).await?);
    }
    if !as_such.is_empty() {
        found.extend(rows::<KeyRow>(store.reader(), &keys_of_clients(permit, &as_such, class)).await?);
    }
    found
        .into_iter()
        .map(|row| {
            let key = open_client_key(store.vault(), permit.district_id(), row.client_id, row.wrapped)?;
            let opening = Opening {
                client_id: row.client_id,
                case_id: row.case_id,
                data_class: class,
                standing: Standing::read(row.standing),
                purpose: None,
            };
            Ok(OpenKey { opening, key })
        })
        .collect()
}

fn keys_in_cases<V: on::Identity>(
    permit: &Permit<V>,
    cases: &[CaseId],
    clients: impl IntoIterator<Item = ClientId>,
    class: DataClass,
) -> SelectStatement {
    use case_person::Column;
    let place = Place::of_class((case_person::Entity, Column::ClientId), (case_person::Entity, Column::CaseId), class);
    let (door, standing) = place.door(permit);
    Query::select()
        .columns([(case_person::Entity, Column::ClientId), (case_person::Entity, Column::CaseId)])
        .column((client_key::Entity, client_key::Column::Wrapped))
        .expr_as(standing, standing_column())
        .from(case_person::Entity)
        .inner_join(
            client_key::Entity,
            Expr::col((client_key::Entity, client_key::Column::ClientId))
                .equals((case_person::Entity, Column::ClientId)),
        )
        .and_where(Expr::col((case_person::Entity, Column::DistrictId)).eq(permit.district_id()))
        .and_where(Expr::col((case_person::Entity, Column::CaseId)).is_in(cases.iter().copied()))
        .and_where(Expr::col((case_person::Entity, Column::ClientId)).is_in(clients))
        .cond_where(door)
        .take()
}

fn keys_of_clients<V: on::Identity>(permit: &Permit<V>, clients: &[ClientId], class: DataClass) -> SelectStatement {
    use client_key::Column;
    let no_case = || SimpleExpr::Value(sea_orm::Value::Uuid(None));
    let place =
        Place { client: Expr::col((client_key::Entity, Column::ClientId)), case: no_case(), class: Expr::val(class) };
    let (door, standing) = place.door(permit);
    Query::select()
        .columns([(client_key::Entity, Column::ClientId), (client_key::Entity, Column::Wrapped)])
        .expr_as(no_case(), Alias::new("case_id"))
        .expr_as(standing, standing_column())
        .from(client_key::Entity)
        .and_where(Expr::col((client_key::Entity, Column::DistrictId)).eq(permit.district_id()))
        .and_where(Expr::col((client_key::Entity, Column::ClientId)).is_in(clients.iter().copied()))
        .cond_where(door)
        .take()
}

/// The rows of a statement that was built by hand.
pub(super) async fn rows<T: FromQueryResult>(
    connection: &impl ConnectionTrait,
    statement: &SelectStatement,
) -> Result<Vec<T>, Failure> {
    let rows = connection.query_all(statement).await?;
    rows.iter().map(|row| T::from_query_result(row, "").map_err(Failure::from)).collect()
}

/// Keys that were opened once for all rows of a client.
pub(super) struct OpenedKeys<'a> {
    vault: &'a Vault,
    district: DistrictId,
    keys: std::collections::HashMap<ClientId, DataKey>,
}

impl<'a> OpenedKeys<'a> {
    /// None yet.
    pub fn new(vault: &'a Vault, district: DistrictId) -> Self {
        Self { vault, district, keys: std::collections::HashMap::new() }
    }

    /// The key of a client, opened when it is asked for the first time.
    pub fn of(&mut self, client: ClientId, wrapped: &[u8]) -> Result<&DataKey, Failure> {
        use std::collections::hash_map::Entry;
        match self.keys.entry(client) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                Ok(entry.insert(open_client_key(self.vault, self.district, client, wrapped.to_vec())?))
            }
        }
    }
}

impl Standing {
    /// Reads what [`Place::door`] selected.
    pub(super) fn of_column(code: i32) -> Self {
        Self::read(code)
    }
}
