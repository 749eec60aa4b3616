//! The one pipeline that all commands run through.
//!
//! permit → input checks → transaction → idempotency key → load and lock through the door → expected version → the rule
//! → rows, the register of what is public, and one event → answer under the key → commit, or roll back when only
//! validating. A first answer that is given again passes the door as well.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::Arc;

use async_graphql::InputObject;
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::TextKind;
use entity::ids::{CaseId, ClientId, EventId, Identifier};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::access::{Actor, Permit, Verb};
use crate::clock::{SharedClock, legal_day};
use crate::domain::input::{Checks, REASON_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::log::{Personal, PersonalText, SealedPart, text_hash};
use crate::store::bodies::publication::{self, Source};
use crate::store::casework::sealed_text::{self, Entry, unwritable};
use crate::store::log::event::{self, Event};
use crate::store::log::idempotency::{self, KeyOwner, KnownKey};
use crate::store::vault::client_key;
use crate::store::{Store, Transaction};
use crate::vault::{DataKey, FieldName};

/// The longest idempotency key, in characters.
const KEY_MAXIMUM: usize = 200;

/// What every command can be told besides its own input.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CommandOptions {
    /// A key of your choice (1 to 200 characters, e.g. a UUID) that makes a repetition harmless: the same key with the same
    /// input gives the first answer again and changes nothing; with another input it is refused. Kept for 48 hours unless the
    /// operator says longer. The HTTP header `Idempotency-Key` does the same for all commands of a request.
    pub idempotency_key: Option<String>,
    /// Only check: all rules are applied and the answer is shown, but nothing is stored.
    #[graphql(default)]
    pub validate_only: bool,
    /// Why, for the history of the record. At most 2000 characters; no personal data of clients.
    pub reason: Option<String>,
}

/// Why a command changes nothing.
#[derive(Debug)]
pub enum Stop {
    /// Rules forbid it.
    Rules(Vec<UserError>),
    /// It cannot be carried out at all.
    Failure(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<UserError> for Stop {
    fn from(error: UserError) -> Self {
        Self::Rules(vec![error])
    }
}

impl From<Vec<UserError>> for Stop {
    fn from(errors: Vec<UserError>) -> Self {
        Self::Rules(errors)
    }
}

/// A record that commands make or change.
pub trait Record: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// Its identifier.
    type Id: Identifier;
    /// Its identifier.
    fn id(&self) -> Self::Id;
    /// Counts its changes, where it is versioned.
    fn version(&self) -> Option<i32>;
    /// What the log tells of it. Leaves out secrets.
    fn for_log(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
    /// In whose history its changes stand: its own, or that of the record that it is a part of.
    fn subject(&self) -> String {
        self.id().to_string()
    }
    /// With what the public sees of it, if it does: what is public is then compared with the register.
    fn published_with(&self) -> Option<Source> {
        None
    }
    /// The client that it is about. What people write about it, reasons included, is then sealed under the client's key.
    fn client(&self) -> Option<ClientId> {
        None
    }
}

/// What a rule has at hand.
pub struct Work<'a, V: Verb> {
    /// The transaction.
    pub transaction: &'a Transaction,
    /// What it may touch.
    pub permit: &'a Permit<V>,
    /// The actor.
    pub actor: &'a Actor,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// The present legal day.
    pub today: NaiveDate,
    /// Why, in the words of the person.
    pub reason: Option<&'a str>,
}

/// What a rule did.
pub struct Done<R> {
    /// The record as it stands now.
    pub record: R,
    /// What else the log should tell, e.g. the occupancy that was added. Ids and facts, no names.
    pub details: Value,
    /// What was written about clients: it is sealed, in its place and in the log.
    pub texts: Vec<Texts>,
}

/// Free text about one client. It leaves the pipeline sealed under the client's key, and in no other form.
#[derive(Clone, Debug)]
pub struct Texts {
    /// Whose key seals it.
    pub client_id: ClientId,
    /// The case that it was written in; absent for who the client is.
    pub case_id: Option<CaseId>,
    /// The texts, by record and kind.
    pub entries: Vec<Entry>,
    /// Whether it may be written although the client's data may not be worked with: consents and rights of the person.
    pub regardless: bool,
}

impl Texts {
    /// Texts of records in a case.
    #[must_use]
    pub const fn in_case(client_id: ClientId, case_id: CaseId) -> Self {
        Self { client_id, case_id: Some(case_id), entries: Vec::new(), regardless: false }
    }

    /// Texts of the client as such.
    #[must_use]
    pub const fn of_client(client_id: ClientId) -> Self {
        Self { client_id, case_id: None, entries: Vec::new(), regardless: false }
    }

    /// Adds a text of a record; `None` takes the present one away. Blanks around it are cut off.
    #[must_use]
    pub fn with(mut self, record_id: Uuid, kind: TextKind, text: Option<&str>) -> Self {
        let text = text.map(|text| text.trim().to_owned());
        self.entries.push(Entry { record_id, kind, text });
        self
    }

    /// The same, where a missing text changes nothing.
    #[must_use]
    pub fn with_given(self, record_id: Uuid, kind: TextKind, text: Option<&str>) -> Self {
        if text.is_some() { self.with(record_id, kind, text) } else { self }
    }

    /// May be written although the client's data may not be worked with.
    #[must_use]
    pub const fn regardless(mut self) -> Self {
        self.regardless = true;
        self
    }
}

impl<R> Done<R> {
    /// A change that the record itself tells completely.
    pub const fn new(record: R) -> Self {
        Self { record, details: Value::Null, texts: Vec::new() }
    }

    /// Adds what was written about a client.
    #[must_use]
    pub fn with_texts(mut self, texts: Texts) -> Self {
        if !texts.entries.is_empty() {
            self.texts.push(texts);
        }
        self
    }

    /// Adds what else the log should tell.
    #[must_use]
    pub fn with(mut self, details: Value) -> Self {
        self.details = details;
        self
    }
}

/// What all commands have.
pub trait Command: Serialize + Send + Sync {
    /// Its name in the API and in the log.
    const NAME: &'static str;
    /// What the policy decides about.
    type Verb: Verb;
    /// The record that it makes or changes.
    type Record: Record;

    /// Checks the input field by field, before anything is read.
    fn check(&self, checks: &mut Checks);

    /// Loads and locks a record through the access door; absent if it is out of reach.
    fn load(
        work: &Work<'_, Self::Verb>,
        id: <Self::Record as Record>::Id,
    ) -> impl Future<Output = Result<Option<Self::Record>, Failure>> + Send;
}

/// A command that makes a record.
pub trait Creates: Command {
    /// Applies the rules and stores the new record.
    fn create(&self, work: &Work<'_, Self::Verb>) -> impl Future<Output = Result<Done<Self::Record>, Stop>> + Send;
}

/// A command that changes a record.
pub trait Changes: Command {
    /// Which record, and the path of the field that names it.
    fn target(&self) -> (<Self::Record as Record>::Id, &'static str);
    /// The version that the person saw; `None` if it does not matter.
    fn expected_version(&self) -> Option<i32>;
    /// Applies the rules and stores the changed record.
    fn change(
        &self,
        work: &Work<'_, Self::Verb>,
        before: Self::Record,
    ) -> impl Future<Output = Result<Done<Self::Record>, Stop>> + Send;
}

/// What a command answers.
#[derive(Clone, Debug)]
pub struct Answer<R> {
    /// The record as it stands after the command; absent if rules forbade it.
    pub record: Option<R>,
    /// The rules that forbade it.
    pub user_errors: Vec<UserError>,
    /// Whether this is the first answer again, given under an idempotency key.
    pub replayed: bool,
}

/// The entrance to the write path.
#[derive(Clone)]
pub struct Commands {
    pub(in crate::commands) store: Store,
    pub(in crate::commands) clock: SharedClock,
    pub(in crate::commands) committed: Arc<Notify>,
}

enum Verdict<R> {
    Did { before: Value, done: Done<R> },
    Again(R),
}

impl Commands {
    /// A write path on `store`; `committed` wakes the sealer.
    #[must_use]
    pub const fn new(store: Store, clock: SharedClock, committed: Arc<Notify>) -> Self {
        Self { store, clock, committed }
    }

    /// Runs a command that makes a record.
    ///
    /// # Errors
    /// `FORBIDDEN`, and the troubles of the server.
    pub async fn create<C: Creates>(
        &self,
        actor: &Actor,
        command: &C,
        options: &CommandOptions,
    ) -> Result<Answer<C::Record>, Failure> {
        self.run(actor, command, options, "", async |work| {
            Ok(Verdict::Did { before: Value::Null, done: command.create(work).await? })
        })
        .await
    }

    /// Runs a command that changes a record.
    ///
    /// # Errors
    /// `FORBIDDEN`, and the troubles of the server.
    pub async fn change<C: Changes>(
        &self,
        actor: &Actor,
        command: &C,
        options: &CommandOptions,
    ) -> Result<Answer<C::Record>, Failure> {
        let (id, path) = command.target();
        self.run(actor, command, options, path, async |work| {
            let before = C::load(work, id).await?.ok_or_else(|| UserError::at(path, ErrorCode::NotFound))?;
            if let (Some(expected), Some(actual)) = (command.expected_version(), before.version())
                && expected != actual
            {
                let stale = UserError::at("expectedVersion", ErrorCode::VersionStale);
                return Err(stale.with("expected", expected).with("actual", actual).into());
            }
            let told = before.for_log();
            Ok(Verdict::Did { before: told, done: command.change(work, before).await? })
        })
        .await
    }

    async fn run<C: Command>(
        &self,
        actor: &Actor,
        command: &C,
        options: &CommandOptions,
        path: &str,
        rule: impl AsyncFnOnce(&Work<'_, C::Verb>) -> Result<Verdict<C::Record>, Stop>,
    ) -> Result<Answer<C::Record>, Failure> {
        let permit = actor.permit::<C::Verb>()?;
        let mut checks = Checks::new();
        checks.prose("options.reason", options.reason.as_deref(), REASON_MAXIMUM);
        if let Some(key) = &options.idempotency_key {
            checks.line("options.idempotencyKey", key, KEY_MAXIMUM);
        }
        command.check(&mut checks);
        if let Err(errors) = checks.finish() {
            return Ok(refused(errors));
        }
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        let reason = options.reason.as_deref();
        let work = Work { transaction: &transaction, permit: &permit, actor, now, today: legal_day(now), reason };
        match self.attempt(&work, command, options, path, rule).await {
            Ok(Verdict::Again(record)) => {
                transaction.rollback().await?;
                Ok(Answer { record: Some(record), user_errors: Vec::new(), replayed: true })
            }
            Ok(Verdict::Did { done, .. }) => {
                if options.validate_only {
                    transaction.rollback().await?;
                } else {
                    transaction.commit().await?;
                    self.committed.notify_one();
                }
                Ok(Answer { record: Some(done.record), user_errors: Vec::new(), replayed: false })
            }
            Err(Stop::Rules(errors)) => {
                transaction.rollback().await?;
                Ok(refused(errors))
            }
            Err(Stop::Failure(failure)) => Err(failure),
        }
    }

    async fn attempt<C: Command>(
        &self,
        work: &Work<'_, C::Verb>,
        command: &C,
        options: &CommandOptions,
        path: &str,
        rule: impl AsyncFnOnce(&Work<'_, C::Verb>) -> Result<Verdict<C::Record>, Stop>,
    ) -> Result<Verdict<C::Record>, Stop> {
        let connection = work.transaction.connection();
        let mut taken = None;
        if let (Some(key), Some(account_id)) = (&options.idempotency_key, work.actor.account_id()) {
            let owner = KeyOwner { district_id: work.actor.district_id(), account_id };
            let input = serde_json::to_string(command).map_err(|error| Failure::internal(error.to_string()))?;
            let reason = options.reason.as_deref().unwrap_or_default();
            // The key itself is not kept: without it nobody can test guesses of a personal input against its hash.
            let request_hash = text_hash("kim request 2", &[key, C::NAME, &input, reason]);
            let key = hex::encode(text_hash("kim key", &[key]));
            match idempotency::take(connection, owner, &key, &request_hash, work.now).await? {
                KnownKey::Taken(id) => taken = Some(id),
                KnownKey::Used { request_hash: used_for, answer } => {
                    let reused = UserError::at("options.idempotencyKey", ErrorCode::IdempotencyKeyReused);
                    if used_for != request_hash {
                        return Err(reused.into());
                    }
                    let answer = answer.ok_or_else(|| Failure::internal("an idempotency key without an answer"))?;
                    let record: C::Record = serde_json::from_value(answer)
                        .map_err(|error| Failure::internal(format!("an unreadable first answer: {error}")))?;
                    // The first answer is told again only to an actor who could still give the command.
                    if C::load(work, record.id()).await?.is_none() {
                        return Err(UserError::at(path, ErrorCode::NotFound).into());
                    }
                    return Ok(Verdict::Again(record));
                }
            }
        }
        let verdict = rule(work).await?;
        if let Verdict::Did { before, done } = &verdict {
            if let Some(source) = done.record.published_with() {
                publication::refresh(connection, work.permit, source, work.now).await?;
            }
            tell(work, C::NAME, before, done).await?;
            if let Some(id) = taken {
                let answer =
                    serde_json::to_value(&done.record).map_err(|error| Failure::internal(error.to_string()))?;
                idempotency::answer(connection, id, answer).await?;
            }
        }
        Ok(verdict)
    }
}

const fn refused<R>(user_errors: Vec<UserError>) -> Answer<R> {
    Answer { record: None, user_errors, replayed: false }
}

/// Tells the log what a rule did: the one event of a change, with what was written about clients sealed.
pub(in crate::commands) async fn tell<V: Verb, R: Record>(
    work: &Work<'_, V>,
    command: &str,
    before: &Value,
    done: &Done<R>,
) -> Result<(), Stop> {
    let id = EventId::new();
    let sealed = seal(work, id, done).await?;
    let reason = work.reason.filter(|_| done.record.client().is_none());
    let event = Event {
        id,
        district_id: work.actor.district_id(),
        occurred_at: work.now,
        actor_id: work.actor.account_id(),
        command: command.to_owned(),
        subject: done.record.subject(),
        reason: reason.map(str::to_owned),
        change: change_text(before, &done.record.for_log(), &done.details, &sealed),
    };
    event::append(work.transaction.connection(), &event).await?;
    Ok(())
}

/// Seals what was written about clients, in its place; and returns it, with the reason, sealed once more for the event.
async fn seal<V: Verb, R: Record>(work: &Work<'_, V>, event: EventId, done: &Done<R>) -> Result<Vec<SealedPart>, Stop> {
    let mut personal: BTreeMap<ClientId, Personal> = BTreeMap::new();
    if let (Some(client), Some(reason)) = (done.record.client(), work.reason) {
        personal.entry(client).or_default().reason = Some(reason.to_owned());
    }
    let mut keys: BTreeMap<ClientId, DataKey> = BTreeMap::new();
    let clients: BTreeSet<ClientId> =
        personal.keys().copied().chain(done.texts.iter().map(|texts| texts.client_id)).collect();
    for client in clients {
        if let Some(key) = client_key(work.transaction, work.permit, client).await? {
            keys.insert(client, key);
        }
    }
    for texts in &done.texts {
        let key = keys.get(&texts.client_id).ok_or_else(|| UserError::at("", ErrorCode::ClientErased))?;
        if !texts.regardless
            && let Some(obstacle) = unwritable(work.transaction, work.permit, texts.client_id).await?
        {
            return Err(obstacle.into());
        }
        sealed_text::write(work.transaction, work.permit, key, texts.case_id, &texts.entries, work.now).await?;
        let told = &mut personal.entry(texts.client_id).or_default().texts;
        told.extend(texts.entries.iter().map(|entry| PersonalText {
            record: entry.record_id,
            kind: entry.kind,
            text: entry.text.clone(),
        }));
    }
    let mut sealed = Vec::with_capacity(personal.len());
    for (client, personal) in personal {
        // What is said about somebody whose key is destroyed is not kept.
        let Some(key) = keys.get(&client) else { continue };
        let text = serde_json::to_string(&personal).map_err(|error| Failure::internal(error.to_string()))?;
        let content = key.seal_text(FieldName::EVENT.of(event.0), &text).map_err(Failure::from)?;
        sealed.push(SealedPart { client, content });
    }
    Ok(sealed)
}

/// The `change` of an event: only what differs, with keys in alphabetical order.
fn change_text(before: &Value, after: &Value, details: &Value, sealed: &[SealedPart]) -> String {
    let empty = Map::new();
    let (old, new) = (before.as_object().unwrap_or(&empty), after.as_object().unwrap_or(&empty));
    let differing = |one: &Map<String, Value>, other: &Map<String, Value>| -> Value {
        one.iter()
            .filter(|(name, value)| other.get(*name) != Some(value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect::<Map<_, _>>()
            .into()
    };
    let mut change = json!({ "before": differing(old, new), "after": differing(new, old) });
    if !details.is_null()
        && let Some(change) = change.as_object_mut()
    {
        change.insert("details".to_owned(), details.clone());
    }
    if !sealed.is_empty()
        && let Some(change) = change.as_object_mut()
    {
        change.insert("sealed".to_owned(), serde_json::to_value(sealed).unwrap_or_default());
    }
    change.to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::change_text;

    #[test]
    fn an_event_tells_what_differs_and_nothing_else() {
        let text = change_text(
            &json!({"status": "PLANNED", "version": 1, "number": "CM-1"}),
            &json!({"status": "APPROVED", "version": 2, "number": "CM-1"}),
            &Value::Null,
            &[],
        );
        assert_eq!(text, r#"{"after":{"status":"APPROVED","version":2},"before":{"status":"PLANNED","version":1}}"#);
    }
}
