//! The door to identified content: who may open what of which client, in one expression.
//!
//! Something of a client opens for
//! - the lead of a case of the client and the lead's substitute: what belongs to the client, and to that case. Of somebody
//!   who left the case only what was written in it stays open, and neither who it is nor what the history tells of it;
//! - those in whose favour a consent in force releases its class of data;
//! - those for whom the case is unmasked;
//!
//! and for nobody as long as the client is restricted or erased, or the record rests on consent and no consent to it is
//! in force. What documents say opens for nobody either once the consent to keep photographs and documents has lapsed; lead
//! and substitute still see that they are there. Revoking a consent closes all of it in the same transaction, because every
//! reader comes through here.

use chrono::NaiveDate;
use entity::codes::{AccessBasis, AccessPurpose, ClientStatus, ConsentScope, DataClass, LegalBasis};
use entity::ids::{AccountId, CaseId, ClientId, DistrictId, OrganisationId};
use entity::{case_file, case_person, client, client_key, consent, consent_data_class, unmasking};
use sea_orm::sea_query::{
    Alias, CaseStatement, Expr, IntoColumnRef, Query, SelectStatement, SimpleExpr, SubQueryStatement,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, ExprTrait, FromQueryResult, Order};

use super::case::staff_of;
use super::case_person::not_left;
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

/// What says who somebody is although it stands in a case: exact birthdays, scanned papers, and the history, which keeps all
/// that was written.
const TELLING_WHO: &[DataClass] = &[DataClass::Identity, DataClass::History, DataClass::Documents];
/// The same where only the existence is asked for: a document of somebody who left can be deleted.
const TELLING_WHO_BY_BEING_THERE: &[DataClass] = &[DataClass::Identity, DataClass::History];

/// As what the reader stands before something that opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Standing {
    /// What allows the read.
    pub basis: AccessBasis,
    /// Why it is read, unless something else is said.
    pub purpose: AccessPurpose,
}

impl Standing {
    /// Reads what [`Place::standing`] selected.
    pub(super) fn read(code: i32) -> Self {
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

/// The condition that a client's data may be worked with at all, asked of this one client by its key.
pub(super) fn is_workable(district: DistrictId, today: NaiveDate, client: SimpleExpr) -> SimpleExpr {
    let this_client = Expr::col((WORKED_WITH, client::Column::Id)).eq(client);
    finds(workable(district, today).and_where(this_client).take())
}

/// The condition that a client's consent to keep photographs and documents has lapsed: of those that have begun, or were
/// revoked before they did, the one that was recorded last no longer holds. Where there is none, nothing has lapsed.
pub(super) fn documents_lapsed(district: DistrictId, today: NaiveDate, client: SimpleExpr) -> SimpleExpr {
    const KEPT: &str = "kept";
    let of = |column| Expr::col((KEPT, column));
    let revoked = || of(consent::Column::RevokedAt).is_not_null();
    let over = Condition::any().add(revoked()).add(of(consent::Column::ValidUntil).lte(today));
    let latest = Query::select()
        .expr(CaseStatement::new().case(over, Expr::val(1)).finally(Expr::val(0)))
        .from_as(consent::Entity, KEPT)
        .and_where(of(consent::Column::ClientId).eq(client))
        .and_where(of(consent::Column::DistrictId).eq(district))
        .and_where(of(consent::Column::Scope).eq(ConsentScope::PhotoDocument))
        .cond_where(Condition::any().add(revoked()).add(of(consent::Column::ValidFrom).lte(today)))
        .order_by((KEPT, consent::Column::Id), Order::Desc)
        .limit(1)
        .take();
    Expr::SubQuery(None, Box::new(SubQueryStatement::SelectStatement(latest))).eq(1)
}

/// The condition that a statement about one row finds something. Unlike EXISTS, PostgreSQL never answers it by a list of all
/// that the statement could find for any row: of all of somebody's cases, to look up some of them.
fn finds(mut statement: SelectStatement) -> SimpleExpr {
    statement.limit(1);
    Expr::SubQuery(None, Box::new(SubQueryStatement::SelectStatement(statement))).is_not_null()
}

/// The condition that an account leads a case or, by the other column, stands in for its lead.
fn is_led(district: DistrictId, account: AccountId, column: case_file::Column, case: SimpleExpr) -> SimpleExpr {
    const LED: &str = "led";
    let of = |column| Expr::col((LED, column));
    let led = Query::select()
        .expr(Expr::val(1))
        .from_as(case_file::Entity, LED)
        .and_where(of(case_file::Column::Id).eq(case))
        .and_where(of(case_file::Column::DistrictId).eq(district))
        .and_where(of(column).in_subquery(staff_of(account)))
        .take();
    finds(led)
}

/// The condition that a case is unmasked for an account.
fn is_unmasked(district: DistrictId, account: AccountId, today: NaiveDate, case: SimpleExpr) -> SimpleExpr {
    const LIFTED: &str = "lifted";
    let of = |column| Expr::col((LIFTED, column));
    let lifted = Query::select()
        .expr(Expr::val(1))
        .from_as(unmasking::Entity, LIFTED)
        .and_where(of(unmasking::Column::CaseId).eq(case))
        .and_where(of(unmasking::Column::DistrictId).eq(district))
        .and_where(of(unmasking::Column::AccountId).eq(account))
        .and_where(of(unmasking::Column::ValidFrom).lte(today))
        .and_where(of(unmasking::Column::ValidUntil).gt(today))
        .and_where(of(unmasking::Column::EndedAt).is_null())
        .take();
    finds(lifted)
}

/// What is asked of something identified.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// What it says.
    Content,
    /// That it is there: of documents, whose records tell their kind, size and dates.
    Existence,
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

    /// Belongs to a case for which the condition holds, or to a client of one, as long as the client has not left it.
    fn of_cases(
        &self,
        asked: Asked,
        (district, today): (DistrictId, NaiveDate),
        holds: impl Fn(SimpleExpr) -> SimpleExpr,
    ) -> Condition {
        const BELONGING: &str = "belonging";
        let of = |column| Expr::col((BELONGING, column));
        let belonging = |of_case: SimpleExpr| {
            let belonging = Query::select()
                .expr(Expr::val(1))
                .from_as(case_person::Entity, BELONGING)
                .and_where(of(case_person::Column::ClientId).eq(self.client.clone()))
                .and_where(of(case_person::Column::DistrictId).eq(district))
                .and_where(of_case)
                .cond_where(not_left(of(case_person::Column::LeftOn), today))
                .take();
            finds(belonging)
        };
        let as_such = belonging(holds(of(case_person::Column::CaseId)));
        let in_this_case = belonging(of(case_person::Column::CaseId).eq(self.case.clone()));
        let telling = if asked == Asked::Content { TELLING_WHO } else { TELLING_WHO_BY_BEING_THERE };
        let tells_no_more =
            Condition::any().add(self.class.clone().is_not_in(telling.iter().copied())).add(in_this_case);
        Condition::any()
            .add(Condition::all().add(self.case.clone().is_null()).add(as_such))
            .add(Condition::all().add(holds(self.case.clone())).add(tells_no_more))
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
        finds(release)
    }

    /// The condition that it is part of a document whose client's consent to keep documents has lapsed; nothing if it can be
    /// none.
    fn lapsed(&self, district: DistrictId, today: NaiveDate) -> Option<SimpleExpr> {
        let documents = sea_orm::Value::from(DataClass::Documents);
        if matches!(&self.class, Expr::Value(class) if *class != documents) {
            return None;
        }
        let is_document = self.class.clone().eq(DataClass::Documents);
        Some(is_document.and(documents_lapsed(district, today, self.client.clone())))
    }

    /// As what the holder of the permit stands before it (see [`Standing::read`]); null where it does not open.
    ///
    /// Everything is asked of this one client and case by their keys, whatever else a statement asks: lists of all clients that
    /// may be worked with, or of all of one's cases, would be made anew for each statement.
    pub fn standing<V: on::Identity>(&self, permit: &Permit<V>) -> SimpleExpr {
        self.standing_before(Asked::Content, permit)
    }

    fn standing_before<V: on::Identity>(&self, asked: Asked, permit: &Permit<V>) -> SimpleExpr {
        let (district, today) = (permit.district_id(), permit.today());
        let usable = is_workable(district, today, self.client.clone());
        let lapsed = self.lapsed(district, today);
        // The first case that holds decides: nobody stands before what comes after this one.
        let closed = |cases: CaseStatement| match &lapsed {
            Some(lapsed) => cases.case(lapsed.clone(), SimpleExpr::Value(sea_orm::Value::Int(None))),
            None => cases,
        };
        let standing = match permit.extent() {
            Extent::District => Expr::val(4),
            Extent::Part { own, released_to, organisations } => {
                // What an account leads is its own by the role of a case manager only. What was released belongs to the account
                // whatever the role; what was unmasked does so only with the role of a supervisor, and ends with it.
                let nothing = || Condition::all().add(Expr::val(1).eq(0));
                let led_by = |column| match own {
                    Some(account) => {
                        self.of_cases(asked, (district, today), |case| is_led(district, *account, column, case))
                    }
                    None => nothing(),
                };
                let unmasked = match released_to {
                    Some(account) => {
                        self.of_cases(asked, (district, today), |case| is_unmasked(district, *account, today, case))
                    }
                    None => nothing(),
                };
                let released = match own.or(*released_to) {
                    Some(account) => Condition::all().add(self.released(district, account, organisations, today)),
                    None => nothing(),
                };
                let own = CaseStatement::new()
                    .case(led_by(case_file::Column::LeadId), Expr::val(0))
                    .case(led_by(case_file::Column::SubstituteId), Expr::val(1));
                let own = if asked == Asked::Existence { closed(own) } else { own };
                own.case(unmasked, Expr::val(2)).case(released, Expr::val(3)).into()
            }
        };
        let cases = if asked == Asked::Content { closed(CaseStatement::new()) } else { CaseStatement::new() };
        cases.case(usable, standing).into()
    }

    /// The condition that it opens for the holder of the permit.
    pub fn opens<V: on::Identity>(&self, permit: &Permit<V>) -> SimpleExpr {
        self.standing(permit).is_not_null()
    }

    /// The condition that the holder of the permit may know that it is there: it opens, or would do so for the lead and the
    /// substitute if the consent to keep documents had not lapsed. They have to delete it, or to ask for a new consent.
    pub fn is_known<V: on::Identity>(&self, permit: &Permit<V>) -> SimpleExpr {
        self.standing_before(Asked::Existence, permit).is_not_null()
    }
}

/// The name of the column that [`Place::standing`] is selected as.
pub(super) const STANDING: &str = "standing";

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
    Query::select()
        .columns([(case_person::Entity, Column::ClientId), (case_person::Entity, Column::CaseId)])
        .column((client_key::Entity, client_key::Column::Wrapped))
        .expr_as(place.standing(permit), STANDING)
        .from(case_person::Entity)
        .inner_join(
            client_key::Entity,
            Expr::col((client_key::Entity, client_key::Column::ClientId))
                .equals((case_person::Entity, Column::ClientId)),
        )
        .and_where(Expr::col((case_person::Entity, Column::DistrictId)).eq(permit.district_id()))
        .and_where(Expr::col((case_person::Entity, Column::CaseId)).is_in(cases.iter().copied()))
        .and_where(Expr::col((case_person::Entity, Column::ClientId)).is_in(clients))
        .and_where(place.opens(permit))
        .take()
}

fn keys_of_clients<V: on::Identity>(permit: &Permit<V>, clients: &[ClientId], class: DataClass) -> SelectStatement {
    use client_key::Column;
    let no_case = || SimpleExpr::Value(sea_orm::Value::Uuid(None));
    let place =
        Place { client: Expr::col((client_key::Entity, Column::ClientId)), case: no_case(), class: Expr::val(class) };
    Query::select()
        .columns([(client_key::Entity, Column::ClientId), (client_key::Entity, Column::Wrapped)])
        .expr_as(no_case(), Alias::new("case_id"))
        .expr_as(place.standing(permit), STANDING)
        .from(client_key::Entity)
        .and_where(Expr::col((client_key::Entity, Column::DistrictId)).eq(permit.district_id()))
        .and_where(Expr::col((client_key::Entity, Column::ClientId)).is_in(clients.iter().copied()))
        .and_where(place.opens(permit))
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
