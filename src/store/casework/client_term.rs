//! Finding clients by name and birth date while both lie sealed, and possible doubles in the whole district.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use entity::client_term::{ActiveModel, Column, Entity};
use entity::codes::{AccessBasis, AccessPurpose, ClientStatus, DataClass, DuplicateVerdictKind, TextKind};
use entity::ids::{AccountId, ClientId, DuplicateVerdictId, Identifier, OrganisationId, StaffMemberId};
use entity::{case_file, case_person, client, client_key, duplicate_verdict, sealed_text, staff_member};
use sea_orm::sea_query::{CaseStatement, Expr, OnConflict, Order, Query, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, Set};
use secrecy::ExposeSecret;
use uuid::Uuid;

use super::case_person::present;
use super::client::own_clients;
use super::identified::{OpenedKeys, Opening, Standing, in_force, is_workable, rows};
use crate::access::{Permit, Verb, verb};
use crate::error::Failure;
use crate::store::{Store, Transaction};
use crate::vault::blind_index::Fit;
use crate::vault::{
    Birth, Comparison, Criterion, FieldName, IndexTerm, Person, Query as Searched, Sealed, TermKind, compare,
};

/// The most candidates that one search opens, and the most people alike by name alone whom one look for doubles does.
const CANDIDATES_MAXIMUM: usize = 500;

/// Reads a birth date as it is stored: a day or a year.
#[must_use]
pub fn birth(text: &str) -> Option<Birth> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Some(Birth::Day(day));
    }
    text.parse::<i32>().ok().map(Birth::Year)
}

/// Who somebody is, opened for a comparison.
#[derive(Clone, Default)]
pub struct Names {
    /// Given names.
    pub given_names: String,
    /// Family name.
    pub family_name: String,
    /// Former names.
    pub former_names: String,
    /// Birth date or year, as it is stored.
    pub birth_date: String,
}

impl Names {
    /// Takes one of the texts that make up who somebody is; others are passed over.
    pub fn take(&mut self, kind: TextKind, text: String) {
        match kind {
            TextKind::GivenNames => self.given_names = text,
            TextKind::FamilyName => self.family_name = text,
            TextKind::FormerNames => self.former_names = text,
            TextKind::BirthDate => self.birth_date = text,
            _ => {}
        }
    }

    /// As the vault compares it.
    #[must_use]
    pub fn person(&self) -> Person<'_> {
        Person {
            given_names: &self.given_names,
            family_name: &self.family_name,
            former_names: &self.former_names,
            birth: birth(&self.birth_date),
        }
    }
}

/// Makes the terms of a client anew.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn renew<V: Verb>(
    transaction: &Transaction,
    permit: &Permit<V>,
    client: ClientId,
    names: &Names,
) -> Result<(), Failure> {
    let key = crate::store::vault::index_key_in(transaction, permit).await?;
    delete_all_of(transaction.connection(), permit, client).await?;
    let terms = key.terms_for(&names.person());
    if terms.is_empty() {
        return Ok(());
    }
    let rows = terms.iter().map(|term| ActiveModel {
        district_id: Set(permit.district_id()),
        kind: Set(term.kind.code()),
        digest: Set(term.digest),
        client_id: Set(client),
    });
    Entity::insert_many(rows).exec_without_returning(transaction.connection()).await?;
    Ok(())
}

/// Takes the terms of a client away: part of erasing it.
///
/// # Errors
/// Those of the database.
pub async fn delete_all_of<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    client: ClientId,
) -> Result<(), Failure> {
    Entity::delete_many()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::ClientId.eq(client))
        .exec(connection)
        .await?;
    Ok(())
}

fn any_of(terms: &[IndexTerm]) -> Condition {
    let mut kinds: BTreeMap<i16, Vec<i64>> = BTreeMap::new();
    for term in terms {
        kinds.entry(term.kind.code()).or_default().push(term.digest);
    }
    kinds.into_iter().fold(Condition::any(), |any, (kind, digests)| {
        any.add(Column::Kind.eq(kind).and(Column::Digest.is_in(digests)))
    })
}

/// The clients that meet a criterion by at least one of its terms.
fn meeting<V: Verb>(permit: &Permit<V>, terms: &[IndexTerm]) -> SelectStatement {
    Query::select()
        .column((Entity, Column::ClientId))
        .from(Entity)
        .and_where(Column::DistrictId.eq(permit.district_id()))
        .cond_where(any_of(terms))
        .take()
}

#[derive(FromQueryResult)]
struct NameRow {
    client_id: ClientId,
    kind: TextKind,
    content: Vec<u8>,
    wrapped: Vec<u8>,
}

/// The client of a sealed text, for [`names`] to say whose.
fn client_of_text() -> SimpleExpr {
    Expr::col((sealed_text::Entity, sealed_text::Column::ClientId))
}

/// Opens who the clients are for whom the condition holds, for a comparison inside this floor: what leaves it is for the
/// callers to decide.
async fn names<V: Verb>(
    store: &Store,
    permit: &Permit<V>,
    whose: SimpleExpr,
) -> Result<BTreeMap<ClientId, Names>, Failure> {
    let kinds = [TextKind::GivenNames, TextKind::FamilyName, TextKind::FormerNames, TextKind::BirthDate];
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
        .and_where(Expr::col((sealed_text::Entity, sealed_text::Column::Kind)).is_in(kinds))
        .and_where(Expr::col((sealed_text::Entity, sealed_text::Column::CaseId)).is_null())
        .and_where(whose)
        .and_where(is_workable(permit.district_id(), permit.today(), client_of_text()))
        .take();
    let mut keys = OpenedKeys::new(store.vault(), permit.district_id());
    let mut found: BTreeMap<ClientId, Names> = BTreeMap::new();
    for row in rows::<NameRow>(store.reader(), &statement).await? {
        let place = FieldName::new(row.kind.as_str()).of(row.client_id.0);
        let text = keys.of(row.client_id, &row.wrapped)?.open_text(place, &Sealed::from_bytes(row.content)?)?;
        found.entry(row.client_id).or_default().take(row.kind, text.expose_secret().to_owned());
    }
    Ok(found)
}

/// A client that a search found.
#[derive(Clone, Copy, Debug)]
pub struct Match {
    /// The client.
    pub client_id: ClientId,
    /// How well it fits.
    pub fit: Fit,
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Matches {
    /// The clients, the best fits first.
    pub found: Vec<Match>,
    /// Whether these are all: false where more of them fit than were asked for, or where not all candidates were looked at.
    pub is_complete: bool,
}

#[derive(FromQueryResult)]
struct CandidateRow {
    client_id: ClientId,
}

/// The candidates of a search among the holder's own clients: those who meet every criterion by a close term come first, the
/// others after them, both in the order of their ids. One more than is looked at, to tell that there are more.
fn candidates(permit: &Permit<verb::SearchClients>, criteria: &[Criterion]) -> SelectStatement {
    let is = || Expr::col((client::Entity, client::Column::Id));
    let mut clients = Query::select();
    let mut is_close = Condition::all();
    for Criterion { close, loose } in criteria {
        let terms: Vec<IndexTerm> = close.iter().chain(loose).copied().collect();
        clients.and_where(is().in_subquery(meeting(permit, &terms)));
        is_close = is_close.add(is().in_subquery(meeting(permit, close)));
    }
    clients
        .expr_as(is(), "client_id")
        .expr_as(CaseStatement::new().case(is_close, 0).finally(1), "distance")
        .from(client::Entity)
        .and_where(client::Column::DistrictId.eq(permit.district_id()))
        .and_where(client::Column::Status.eq(ClientStatus::Active))
        .and_where(is().in_subquery(own_clients(permit)))
        .and_where(is_workable(permit.district_id(), permit.today(), is()))
        .order_by("distance", Order::Asc)
        .order_by("client_id", Order::Asc)
        .limit(u64::try_from(CANDIDATES_MAXIMUM).unwrap_or(u64::MAX).saturating_add(1))
        .take()
}

/// Searches among the holder's own clients; the best fits first. Nothing searchable was typed: nobody.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn search(
    store: &Store,
    permit: &Permit<verb::SearchClients>,
    searched: &Searched<'_>,
    limit: usize,
) -> Result<Matches, Failure> {
    let nobody = || Matches { found: Vec::new(), is_complete: true };
    let Some(key) = crate::store::vault::index_key(store, permit).await? else { return Ok(nobody()) };
    let criteria = key.query_terms(searched);
    if criteria.is_empty() {
        return Ok(nobody());
    }
    let candidates: Vec<CandidateRow> = rows(store.reader(), &candidates(permit, &criteria)).await?;
    let looked_at = candidates.iter().take(CANDIDATES_MAXIMUM).map(|row| row.client_id);
    let mut found: Vec<Match> = names(store, permit, client_of_text().is_in(looked_at))
        .await?
        .into_iter()
        .filter_map(|(client_id, names)| Some(Match { client_id, fit: searched.fits(&names.person())? }))
        .collect();
    let is_complete = candidates.len() <= CANDIDATES_MAXIMUM && found.len() <= limit;
    found.sort_by_key(|found| (found.fit, found.client_id));
    found.truncate(limit);
    Ok(Matches { found, is_complete })
}

/// Somebody who may be the same person as a client of the holder.
#[derive(Clone, Debug)]
pub struct Double {
    /// The other client.
    pub client_id: ClientId,
    /// Field by field, why.
    pub comparison: Comparison,
    /// The office to ask: the employer of the lead.
    pub office: Option<OrganisationId>,
    /// Whether both persons released their identity to the other's case manager, or both are the holder's own.
    pub is_open: bool,
    /// The newest verdict on the two, if somebody judged them, and when.
    pub verdict: Option<(DuplicateVerdictKind, chrono::DateTime<chrono::Utc>)>,
}

impl Double {
    /// What its reader is told by the hint, for the access log.
    #[must_use]
    pub const fn opening(&self) -> Opening {
        Opening {
            client_id: self.client_id,
            case_id: None,
            data_class: DataClass::Identity,
            standing: Standing { basis: AccessBasis::Comparison, purpose: AccessPurpose::DuplicateCheck },
            purpose: None,
        }
    }
}

#[derive(FromQueryResult)]
struct OfficeRow {
    client_id: ClientId,
    organisation_id: OrganisationId,
    account_id: Option<AccountId>,
    lead_id: StaffMemberId,
}

/// Whom a look for doubles of `id` compares: the clients who share one of these terms, belong to a case, and may be worked
/// with. Those that were judged to be somebody else only if they are asked for.
fn alike(
    permit: &Permit<verb::SearchClients>,
    id: ClientId,
    terms: &[IndexTerm],
    with_different: bool,
) -> SelectStatement {
    use duplicate_verdict::Column::{FirstClientId, SecondClientId};
    let is = || Expr::col((Entity, Column::ClientId));
    let in_a_case = Query::select()
        .expr(Expr::val(1))
        .from(case_person::Entity)
        .and_where(Expr::col((case_person::Entity, case_person::Column::ClientId)).equals((Entity, Column::ClientId)))
        .and_where(case_person::Column::DistrictId.eq(permit.district_id()))
        .cond_where(present(permit.today()))
        .take();
    let different = |mine, other| {
        Query::select()
            .column((duplicate_verdict::Entity, other))
            .from(duplicate_verdict::Entity)
            .and_where(Expr::col((duplicate_verdict::Entity, mine)).eq(id))
            .and_where(duplicate_verdict::Column::Verdict.eq(DuplicateVerdictKind::Different))
            .take()
    };
    let mut alike = meeting(permit, terms);
    alike
        .and_where(is().ne(id))
        .and_where(Expr::exists(in_a_case))
        .and_where(is_workable(permit.district_id(), permit.today(), is()))
        .group_by_col((Entity, Column::ClientId));
    if !with_different {
        alike
            .and_where(is().not_in_subquery(different(FirstClientId, SecondClientId)))
            .and_where(is().not_in_subquery(different(SecondClientId, FirstClientId)));
    }
    alike
}

/// Whom a look for doubles of `id`, who is `own`, compares. Those who share a name and the birth date (or one with day and
/// month exchanged) are all of them, however many there are; those who share names alone come after them, the more the
/// sooner, up to a limit.
async fn to_compare(
    store: &Store,
    permit: &Permit<verb::SearchClients>,
    (id, own): (ClientId, &Names),
    with_different: bool,
) -> Result<Vec<ClientId>, Failure> {
    let Some(key) = crate::store::vault::index_key(store, permit).await? else { return Ok(Vec::new()) };
    let (close, loose): (Vec<IndexTerm>, Vec<IndexTerm>) =
        key.duplicate_terms(&own.person()).into_iter().partition(|term| term.kind == TermKind::SoundAndBirthDate);
    let mut clients = Vec::new();
    if !close.is_empty() {
        let statement = alike(permit, id, &close, with_different).order_by("client_id", Order::Asc).take();
        clients.extend(rows::<CandidateRow>(store.reader(), &statement).await?.into_iter().map(|row| row.client_id));
    }
    if !loose.is_empty() {
        let mut statement = alike(permit, id, &loose, with_different);
        if !close.is_empty() {
            statement.and_where(Column::ClientId.not_in_subquery(meeting(permit, &close)));
        }
        statement
            .order_by_expr(Expr::cust("COUNT(*)"), Order::Desc)
            .order_by("client_id", Order::Asc)
            .limit(u64::try_from(CANDIDATES_MAXIMUM).unwrap_or(u64::MAX));
        clients.extend(rows::<CandidateRow>(store.reader(), &statement).await?.into_iter().map(|row| row.client_id));
    }
    Ok(clients)
}

/// Possible doubles of one of the holder's own clients in the whole district, likeliest first. Those that were judged to be
/// somebody else only if they are asked for.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn doubles(
    store: &Store,
    permit: &Permit<verb::SearchClients>,
    id: ClientId,
    with_different: bool,
) -> Result<Vec<Double>, Failure> {
    let own = client_of_text().eq(id).and(client_of_text().in_subquery(own_clients(permit)));
    let Some(own) = names(store, permit, own).await?.remove(&id) else { return Ok(Vec::new()) };
    let others = to_compare(store, permit, (id, &own), with_different).await?;
    let mut alike: BTreeMap<ClientId, Comparison> = BTreeMap::new();
    for some in others.chunks(CANDIDATES_MAXIMUM) {
        for (client, names) in names(store, permit, client_of_text().is_in(some.iter().copied())).await? {
            let comparison = compare(&own.person(), &names.person());
            if comparison.is_hint() {
                alike.insert(client, comparison);
            }
        }
    }
    if alike.is_empty() {
        return Ok(Vec::new());
    }
    let verdicts = verdicts(store, permit, id).await?;
    let offices = offices(store, permit, alike.keys().copied().chain([id])).await?;
    let mine: BTreeSet<AccountId> =
        offices.iter().filter(|row| row.client_id == id).filter_map(|row| row.account_id).collect();
    let releases = releases(store, permit, alike.keys().copied().chain([id])).await?;
    let released =
        |client: ClientId, to: &BTreeSet<AccountId>| to.iter().any(|account| releases.contains(&(client, *account)));
    let mut doubles: Vec<Double> = alike
        .into_iter()
        .map(|(client_id, comparison)| {
            let theirs: Vec<&OfficeRow> = offices.iter().filter(|row| row.client_id == client_id).collect();
            let their_accounts: BTreeSet<AccountId> = theirs.iter().filter_map(|row| row.account_id).collect();
            let both_mine = !their_accounts.is_empty() && their_accounts == mine;
            let both_released = released(client_id, &mine) && released(id, &their_accounts);
            let office = theirs.iter().max_by_key(|row| row.lead_id).map(|row| row.organisation_id);
            let verdict = verdicts.get(&client_id).copied();
            Double { client_id, comparison, office, is_open: both_mine || both_released, verdict }
        })
        .collect();
    doubles.sort_by_key(|double| (std::cmp::Reverse(double.comparison.score), double.client_id));
    Ok(doubles)
}

/// What was decided about a client and others who look alike, by the other one.
async fn verdicts<V: Verb>(
    store: &Store,
    permit: &Permit<V>,
    id: ClientId,
) -> Result<BTreeMap<ClientId, (DuplicateVerdictKind, chrono::DateTime<chrono::Utc>)>, Failure> {
    use duplicate_verdict::Column as C;
    let found = duplicate_verdict::Entity::find()
        .filter(C::DistrictId.eq(permit.district_id()))
        .filter(Condition::any().add(C::FirstClientId.eq(id)).add(C::SecondClientId.eq(id)))
        .all(store.reader())
        .await?;
    let of = |row: duplicate_verdict::Model| {
        let other = if row.first_client_id == id { row.second_client_id } else { row.first_client_id };
        (other, (row.verdict, row.decided_at))
    };
    Ok(found.into_iter().map(of).collect())
}

/// Which offices, and whose accounts, have cases that these clients belong to.
async fn offices<V: Verb>(
    store: &Store,
    permit: &Permit<V>,
    clients: impl IntoIterator<Item = ClientId>,
) -> Result<Vec<OfficeRow>, Failure> {
    let statement = Query::select()
        .column((case_person::Entity, case_person::Column::ClientId))
        .column((staff_member::Entity, staff_member::Column::OrganisationId))
        .column((staff_member::Entity, staff_member::Column::AccountId))
        .column((case_file::Entity, case_file::Column::LeadId))
        .from(case_person::Entity)
        .inner_join(
            case_file::Entity,
            Expr::col((case_file::Entity, case_file::Column::Id))
                .equals((case_person::Entity, case_person::Column::CaseId)),
        )
        .inner_join(
            staff_member::Entity,
            Expr::col((staff_member::Entity, staff_member::Column::Id))
                .equals((case_file::Entity, case_file::Column::LeadId)),
        )
        .and_where(Expr::col((case_person::Entity, case_person::Column::DistrictId)).eq(permit.district_id()))
        .and_where(Expr::col((case_person::Entity, case_person::Column::ClientId)).is_in(clients))
        .cond_where(present(permit.today()))
        .take();
    rows(store.reader(), &statement).await
}

/// To whom these clients released their identity.
async fn releases<V: Verb>(
    store: &Store,
    permit: &Permit<V>,
    clients: impl IntoIterator<Item = ClientId>,
) -> Result<BTreeSet<(ClientId, AccountId)>, Failure> {
    use entity::{consent, consent_data_class};
    #[derive(FromQueryResult)]
    struct Release {
        client_id: ClientId,
        recipient_account_id: AccountId,
    }
    let statement = Query::select()
        .column((consent::Entity, consent::Column::ClientId))
        .column((consent::Entity, consent::Column::RecipientAccountId))
        .from(consent::Entity)
        .inner_join(
            consent_data_class::Entity,
            Expr::col((consent_data_class::Entity, consent_data_class::Column::ConsentId))
                .equals((consent::Entity, consent::Column::Id)),
        )
        .and_where(Expr::col((consent::Entity, consent::Column::DistrictId)).eq(permit.district_id()))
        .and_where(Expr::col((consent::Entity, consent::Column::ClientId)).is_in(clients))
        .and_where(Expr::col((consent::Entity, consent::Column::RecipientAccountId)).is_not_null())
        .and_where(
            Expr::col((consent_data_class::Entity, consent_data_class::Column::DataClass)).eq(DataClass::Identity),
        )
        .cond_where(in_force(permit.today()))
        .take();
    let rows = rows::<Release>(store.reader(), &statement).await?;
    Ok(rows.into_iter().map(|row| (row.client_id, row.recipient_account_id)).collect())
}

/// Remembers what two clients turned out to be; a later verdict takes the place of an earlier one.
///
/// # Errors
/// Those of the database.
pub async fn judge<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    clients: (ClientId, ClientId),
    verdict: DuplicateVerdictKind,
    by: Option<AccountId>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), Failure> {
    let (first, second) = if clients.0 < clients.1 { clients } else { (clients.1, clients.0) };
    let row = duplicate_verdict::ActiveModel {
        id: Set(DuplicateVerdictId::new()),
        district_id: Set(permit.district_id()),
        first_client_id: Set(first),
        second_client_id: Set(second),
        verdict: Set(verdict),
        decided_by: Set(by),
        decided_at: Set(now),
    };
    use duplicate_verdict::Column as C;
    let renew = OnConflict::columns([C::FirstClientId, C::SecondClientId])
        .update_columns([C::Verdict, C::DecidedBy, C::DecidedAt])
        .to_owned();
    duplicate_verdict::Entity::insert(row).on_conflict(renew).exec_without_returning(connection).await?;
    Ok(())
}

/// The records of a client's identity are texts of the client itself.
#[must_use]
pub const fn record_of(client: ClientId) -> Uuid {
    client.0
}
