//! Many cases at once, for the demo and for measuring: the same rows that the commands make, sealed with the same keys, but
//! written by the thousand. Beside the write path; for nothing that people work with.

use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{CasePhase, CaseRelation};
use entity::ids::{CasePersonId, CasePhaseChangeId, EventId, Identifier, SealedTextId, StageTransitionId};
use entity::{
    assessment, barrier, barrier_likeness, barrier_vignette, case_file, case_person, case_phase_change, client,
    client_key, client_term, consent, contact, event, goal, legal_sphere_period, log_pending, measure, sealed_text,
    stage_transition, support_plan, task,
};
use sea_orm::sqlx::PgConnection;
use sea_orm::sqlx::postgres::PgPool;
use sea_orm::{
    ActiveModelTrait, ActiveValue, DatabaseTransaction, DbErr, EntityName as _, EntityTrait, IdenStatic as _,
    IntoActiveModel, Iterable as _, ModelTrait, Value,
};
use serde_json::json;

use super::sealed_text::{Entry, place_of};
use crate::access::{Permit, verb};
use crate::domain::casework::text::data_class;
use crate::domain::structure::likeness::bands;
use crate::error::{ErrorCode, Failure};
use crate::log::{Personal, PersonalText, SealedPart};
use crate::store::casework::case::Case;
use crate::store::casework::client::Client;
use crate::store::casework::client_term::Names;
use crate::store::casework::consent::Consent;
use crate::store::vault::{Vault, current_check, index_key_in, owner, wrong};
use crate::store::{Store, Transaction};
use crate::vault::{FieldName, IndexKey, KeyCheck};

/// Values of one statement: below the limits of both databases.
const VALUES_AT_ONCE: usize = 12_000;
/// Bytes that are sent to PostgreSQL in one piece.
const PIECE_BYTES: usize = 1 << 20;

/// A case with everything that belongs to it from the beginning.
pub struct NewCase {
    /// The case.
    pub case: Case,
    /// The person that it is about.
    pub client: Client,
    /// Who it is: the texts of the client.
    pub texts: Vec<Entry>,
    /// What the client is found by.
    pub names: Names,
    /// The consent to the record.
    pub consent: Option<Consent>,
    /// Its way through the phases.
    pub steps: Vec<(Option<CasePhase>, CasePhase, NaiveDate)>,
    /// The work in it.
    pub work: NewWork,
}

/// The work in a case.
#[derive(Default)]
pub struct NewWork {
    /// Legal spheres.
    pub spheres: Vec<legal_sphere_period::Model>,
    /// Assessments.
    pub assessments: Vec<assessment::Model>,
    /// Support plans.
    pub plans: Vec<support_plan::Model>,
    /// Goals.
    pub goals: Vec<goal::Model>,
    /// Measures.
    pub measures: Vec<measure::Model>,
    /// Contacts.
    pub contacts: Vec<contact::Model>,
    /// Tasks.
    pub tasks: Vec<task::Model>,
    /// What was written about all of that.
    pub texts: Vec<Entry>,
    /// Barriers.
    pub barriers: Vec<barrier::Model>,
    /// What tells them in words that name nobody.
    pub vignettes: Vec<barrier_vignette::Model>,
    /// By what the like are found.
    pub likenesses: Vec<barrier_likeness::Model>,
    /// Their way on the stair.
    pub transitions: Vec<stage_transition::Model>,
}

/// Rows of all tables, ready to be written.
#[derive(Default)]
pub struct Rows {
    clients: Vec<client::Model>,
    keys: Vec<client_key::Model>,
    terms: Vec<client_term::Model>,
    consents: Vec<consent::Model>,
    cases: Vec<case_file::Model>,
    texts: Vec<sealed_text::Model>,
    persons: Vec<case_person::Model>,
    steps: Vec<case_phase_change::Model>,
    events: Vec<event::Model>,
    pending: Vec<log_pending::Model>,
    work: NewWork,
    check: Option<Vec<u8>>,
}

/// What makes rows: it needs no database, and can be used on several threads at once.
#[derive(Clone)]
pub struct Press {
    vault: Arc<Vault>,
    index: Arc<IndexKey>,
    check: KeyCheck,
    now: DateTime<Utc>,
}

/// Prepares a press for the district of the permit.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn press(store: &Store, permit: &Permit<verb::OpenCase>, now: DateTime<Utc>) -> Result<Press, Failure> {
    let transaction = store.begin().await?;
    let index = index_key_in(&transaction, permit).await?;
    let check = current_check(&transaction).await?;
    transaction.commit().await?;
    Ok(Press { vault: store.shared_vault(), index, check, now })
}

/// Adds a barrier with its words, on its way from the first stage to where it stands.
pub fn add_barrier(work: &mut NewWork, barrier: barrier::Model, entry_stage: i32, vignette: &str) {
    let (barrier_id, district_id) = (barrier.id, barrier.district_id);
    work.vignettes.push(barrier_vignette::Model { barrier_id, district_id, text: vignette.to_owned() });
    work.likenesses.extend((0..).zip(bands(vignette)).map(|(band, value)| barrier_likeness::Model {
        barrier_id,
        district_id,
        band,
        value,
    }));
    work.transitions.extend((entry_stage..=barrier.stage).map(|to_stage| stage_transition::Model {
        id: StageTransitionId::new(),
        district_id,
        barrier_id,
        from_stage: (to_stage > entry_stage).then(|| to_stage.saturating_sub(1)),
        to_stage,
        account_id: barrier.raised_by,
        reason: None,
        is_overdue: false,
        created_at: barrier.created_at,
    }));
    work.barriers.push(barrier);
}

impl Press {
    /// Seals what is to be sealed and makes the rows.
    ///
    /// # Errors
    /// Those of the vault.
    pub fn rows(&self, cases: Vec<NewCase>) -> Result<Rows, Failure> {
        let mut rows = Rows { check: Some(self.check.as_bytes().to_vec()), ..Rows::default() };
        for case in cases {
            self.add(&mut rows, case)?;
        }
        Ok(rows)
    }

    fn add(&self, rows: &mut Rows, new: NewCase) -> Result<(), Failure> {
        let NewCase { case, client, texts, names, consent, steps, work } = new;
        let (district_id, client_id, case_id) = (case.district_id, client.id, case.id);
        let master = self.vault.keys().current(&self.check).map_err(|why| wrong(&why))?;
        let (key, wrapped) = master.create_data_key(owner(district_id, client_id))?;
        rows.keys.push(client_key::Model {
            client_id,
            district_id,
            master_key_id: wrapped.master_key_id().to_string(),
            wrapped: wrapped.as_bytes().to_vec(),
        });
        rows.terms.extend(self.index.terms_for(&names.person()).iter().map(|term| client_term::Model {
            district_id,
            kind: term.kind.code(),
            digest: term.digest,
            client_id,
        }));
        let mut personal = Personal::default();
        let of_client = texts.into_iter().map(|entry| (None, entry));
        let of_case = work.texts.into_iter().map(|entry| (Some(case_id), entry));
        for (case_id, entry) in of_client.chain(of_case) {
            let Some(text) = entry.text else { continue };
            rows.texts.push(sealed_text::Model {
                id: SealedTextId::new(),
                district_id,
                client_id,
                case_id,
                record_id: entry.record_id,
                kind: entry.kind,
                data_class: data_class(entry.kind),
                content: key.seal_text(place_of(entry.kind, entry.record_id), &text)?.into_bytes(),
                changed_at: self.now,
            });
            if case_id.is_none() {
                personal.texts.push(PersonalText { record: entry.record_id, kind: entry.kind, text: Some(text) });
            }
        }
        rows.work.spheres.extend(work.spheres);
        rows.work.assessments.extend(work.assessments);
        rows.work.plans.extend(work.plans);
        rows.work.goals.extend(work.goals);
        rows.work.measures.extend(work.measures);
        rows.work.contacts.extend(work.contacts);
        rows.work.tasks.extend(work.tasks);
        rows.work.barriers.extend(work.barriers);
        rows.work.vignettes.extend(work.vignettes);
        rows.work.likenesses.extend(work.likenesses);
        rows.work.transitions.extend(work.transitions);
        let id = EventId::new();
        let told = serde_json::to_string(&personal).map_err(|error| Failure::internal(error.to_string()))?;
        let content = key.seal_text(FieldName::EVENT.of(id.0), &told)?;
        let change = json!({
            "before": {},
            "after": serde_json::to_value(&case).unwrap_or_default(),
            "sealed": [SealedPart { client: client_id, content }],
        });
        rows.events.push(event::Model {
            id,
            district_id,
            occurred_at: self.now,
            actor_id: None,
            command: "caseOpen".to_owned(),
            subject: case_id.to_string(),
            reason: None,
            change: change.to_string(),
        });
        rows.pending.push(log_pending::Model { event_id: id, district_id });
        rows.persons.push(case_person::Model {
            id: CasePersonId::new(),
            district_id,
            case_id,
            client_id,
            relation: CaseRelation::Main,
            joined_on: case.opened_on,
            left_on: None,
        });
        rows.steps.extend(steps.into_iter().map(|(from_phase, to_phase, changed_on)| case_phase_change::Model {
            id: CasePhaseChangeId::new(),
            district_id,
            case_id,
            from_phase,
            to_phase,
            changed_on,
        }));
        rows.clients.push(client);
        rows.consents.extend(consent);
        rows.cases.push(case);
        Ok(())
    }
}

/// Writes rows, all or none.
///
/// # Errors
/// `BUSY` if the database was put under another master key meanwhile, and those of the database.
pub async fn write(store: &Store, _: &Permit<verb::OpenCase>, rows: Rows) -> Result<(), Failure> {
    let expected = rows.check.clone();
    let same = |check: &KeyCheck| {
        let same = expected.as_deref() == Some(check.as_bytes());
        if same { Ok(()) } else { Err(Failure::new(ErrorCode::Busy).because("the master key was rotated")) }
    };
    // Held until the rows are written: a rotation of the master key waits for them, and they for it.
    let guard: Transaction = store.begin().await?;
    same(&current_check(&guard).await?)?;
    if store.is_postgres() {
        let mut copy = Copy::begin(store.postgres()).await?;
        copy.all(rows).await?;
        copy.commit().await?;
    } else {
        let mut insert = Insert(guard.connection());
        insert.all(rows).await?;
    }
    guard.commit().await
}

/// Lets the database look at what was written, so that it chooses its ways by it: it would do so by itself, but later.
///
/// # Errors
/// Those of the database.
pub async fn take_stock(store: &Store, _: &Permit<verb::OpenCase>) -> Result<(), Failure> {
    if !store.is_postgres() {
        return Ok(());
    }
    let mut copy = Copy::begin(store.postgres()).await?;
    sea_orm::sqlx::query("ANALYZE").execute(&mut *copy.0).await.map_err(trouble)?;
    copy.commit().await
}

/// A way to write the rows of one table.
trait Sink {
    async fn table<M, A>(&mut self, models: Vec<M>) -> Result<(), Failure>
    where
        M: ModelTrait + IntoActiveModel<A>,
        A: ActiveModelTrait<Entity = M::Entity> + Send;

    /// Each table after those that its rows refer to.
    async fn all(&mut self, rows: Rows) -> Result<(), Failure> {
        self.table::<_, client::ActiveModel>(rows.clients).await?;
        self.table::<_, client_key::ActiveModel>(rows.keys).await?;
        self.table::<_, client_term::ActiveModel>(rows.terms).await?;
        self.table::<_, consent::ActiveModel>(rows.consents).await?;
        self.table::<_, case_file::ActiveModel>(rows.cases).await?;
        self.table::<_, sealed_text::ActiveModel>(rows.texts).await?;
        self.table::<_, case_person::ActiveModel>(rows.persons).await?;
        self.table::<_, case_phase_change::ActiveModel>(rows.steps).await?;
        self.table::<_, legal_sphere_period::ActiveModel>(rows.work.spheres).await?;
        self.table::<_, assessment::ActiveModel>(rows.work.assessments).await?;
        self.table::<_, support_plan::ActiveModel>(rows.work.plans).await?;
        self.table::<_, goal::ActiveModel>(rows.work.goals).await?;
        self.table::<_, measure::ActiveModel>(rows.work.measures).await?;
        self.table::<_, contact::ActiveModel>(rows.work.contacts).await?;
        self.table::<_, task::ActiveModel>(rows.work.tasks).await?;
        self.table::<_, barrier::ActiveModel>(rows.work.barriers).await?;
        self.table::<_, barrier_vignette::ActiveModel>(rows.work.vignettes).await?;
        self.table::<_, barrier_likeness::ActiveModel>(rows.work.likenesses).await?;
        self.table::<_, stage_transition::ActiveModel>(rows.work.transitions).await?;
        self.table::<_, event::ActiveModel>(rows.events).await?;
        self.table::<_, log_pending::ActiveModel>(rows.pending).await
    }
}

/// Statements of many rows.
struct Insert<'t>(&'t DatabaseTransaction);

impl Sink for Insert<'_> {
    async fn table<M, A>(&mut self, models: Vec<M>) -> Result<(), Failure>
    where
        M: ModelTrait + IntoActiveModel<A>,
        A: ActiveModelTrait<Entity = M::Entity> + Send,
    {
        let width = <M::Entity as EntityTrait>::Column::iter().count().max(1);
        let mut rest = models.into_iter().map(|model| model.into_active_model().reset_all()).peekable();
        while rest.peek().is_some() {
            let rows: Vec<A> = rest.by_ref().take(VALUES_AT_ONCE / width).collect();
            M::Entity::insert_many(rows).exec_without_returning(self.0).await?;
        }
        Ok(())
    }
}

/// PostgreSQL's COPY in its text form, in a transaction of its own.
struct Copy(sea_orm::sqlx::Transaction<'static, sea_orm::sqlx::Postgres>);

fn trouble(error: sea_orm::sqlx::Error) -> Failure {
    DbErr::Exec(sea_orm::RuntimeErr::SqlxError(error.into())).into()
}

impl Copy {
    async fn begin(pool: &PgPool) -> Result<Self, Failure> {
        let mut transaction = pool.begin().await.map_err(trouble)?;
        // A batch may take longer than a statement of a request: nobody waits for an answer here.
        let no_limit = sea_orm::sqlx::query("SET LOCAL statement_timeout = 0");
        no_limit.execute(&mut *transaction).await.map_err(trouble)?;
        Ok(Self(transaction))
    }

    async fn commit(self) -> Result<(), Failure> {
        self.0.commit().await.map_err(trouble)
    }
}

impl Sink for Copy {
    async fn table<M, A>(&mut self, models: Vec<M>) -> Result<(), Failure>
    where
        M: ModelTrait + IntoActiveModel<A>,
        A: ActiveModelTrait<Entity = M::Entity> + Send,
    {
        if models.is_empty() {
            return Ok(());
        }
        let columns: Vec<_> = <M::Entity as EntityTrait>::Column::iter().collect();
        let names: Vec<&str> = columns.iter().map(|column| column.as_str()).collect();
        let table = M::Entity::default();
        let statement = format!("COPY {} ({}) FROM STDIN", table.table_name(), names.join(", "));
        let connection: &mut PgConnection = &mut self.0;
        let mut copy = connection.copy_in_raw(&statement).await.map_err(trouble)?;
        let mut piece = String::with_capacity(PIECE_BYTES + (PIECE_BYTES >> 3));
        for model in models {
            let row = model.into_active_model();
            for (at, column) in columns.iter().enumerate() {
                if at > 0 {
                    piece.push('\t');
                }
                let value = match row.get(*column) {
                    ActiveValue::Set(value) | ActiveValue::Unchanged(value) => value,
                    ActiveValue::NotSet => return Err(Failure::internal("a column without a value")),
                };
                append(&mut piece, &value)?;
            }
            piece.push('\n');
            if piece.len() > PIECE_BYTES {
                copy.send(piece.as_bytes()).await.map_err(trouble)?;
                piece.clear();
            }
        }
        copy.send(piece.as_bytes()).await.map_err(trouble)?;
        copy.finish().await.map_err(trouble)?;
        Ok(())
    }
}

/// Appends a value in the text form of COPY.
fn append(piece: &mut String, value: &Value) -> Result<(), Failure> {
    let written = match value {
        Value::Bool(Some(flag)) => write!(piece, "{flag}"),
        Value::SmallInt(Some(number)) => write!(piece, "{number}"),
        Value::Int(Some(number)) => write!(piece, "{number}"),
        Value::BigInt(Some(number)) => write!(piece, "{number}"),
        Value::Uuid(Some(id)) => write!(piece, "{id}"),
        Value::ChronoDate(Some(day)) => write!(piece, "{day}"),
        Value::ChronoDateTimeUtc(Some(instant)) => write!(piece, "{}", instant.to_rfc3339()),
        Value::Bytes(Some(bytes)) => write!(piece, "\\\\x{}", hex::encode(bytes)),
        Value::String(Some(text)) => {
            for letter in text.chars() {
                match letter {
                    '\\' => piece.push_str("\\\\"),
                    '\t' => piece.push_str("\\t"),
                    '\n' => piece.push_str("\\n"),
                    '\r' => piece.push_str("\\r"),
                    _ => piece.push(letter),
                }
            }
            Ok(())
        }
        Value::Bool(None)
        | Value::SmallInt(None)
        | Value::Int(None)
        | Value::BigInt(None)
        | Value::Uuid(None)
        | Value::ChronoDate(None)
        | Value::ChronoDateTimeUtc(None)
        | Value::Bytes(None)
        | Value::String(None) => {
            piece.push_str("\\N");
            Ok(())
        }
        other => return Err(Failure::internal(format!("no text form for {other:?}"))),
    };
    written.map_err(|error| Failure::internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use sea_orm::Value;

    use super::append;

    #[test]
    fn values_have_their_text_form_for_copy() {
        let form = |value: Value| {
            let mut piece = String::new();
            append(&mut piece, &value).unwrap();
            piece
        };
        assert_eq!(form(Value::from("a\tb\\c\nd")), "a\\tb\\\\c\\nd");
        assert_eq!(form(Value::from(vec![0_u8, 255])), "\\\\x00ff");
        assert_eq!(form(Value::from(None::<String>)), "\\N");
        assert_eq!(form(Value::from(-7_i32)), "-7");
        assert_eq!(form(Value::from(true)), "true");
        assert_eq!(form(chrono::NaiveDate::from_ymd_opt(2023, 6, 1).unwrap().into()), "2023-06-01");
    }
}
