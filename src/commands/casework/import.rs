//! Imports of cases from a file: row by row by the same rule as `caseOpen`, exactly once, to be resumed at any time.
//!
//! Rows are done in batches, each in a transaction of its own together with the record of what became of its rows: after
//! a crash, what was done is known, and the rest is done when the same file is given again. A row that cannot be imported
//! is undone by itself and leaves its neighbours alone.
//!
//! Exactly once: each row that makes a case claims its external id, as a keyed hash that is unique in the district. The
//! id is unique within the system that the import names as its source; without one, for each case manager.

use std::collections::HashMap;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{ImportOutcome, ImportStatus, LegalBasis};
use entity::ids::{AssessmentId, CaseId, Identifier, ImportRowId, ImportRunId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::access::{Actor, Permit, verb};
use crate::clock::legal_day;
use crate::commands::casework::case::{Beginning, CaseOpenInput, open};
use crate::commands::casework::client::{IdentityInput, RecordConsentInput};
use crate::commands::pipeline::{Command as _, Commands, Stop, Work, tell};
use crate::domain::input::Checks;
use crate::error::{ErrorCode, Failure, UserError};
use crate::import::case_row::{Need, quoted};
use crate::import::column::fold;
use crate::import::{CaseRow, CheckedRow, Column, Table, Vocabulary, check, read, spreadsheet};
use crate::store::casework::assessment::Assessment;
use crate::store::casework::import::{
    Directory, ImportRow, ImportRun, claim, directory, insert_rows, insert_run, interrupted, known, lock_run, rows_at,
    update_run,
};
use crate::store::casework::part;
use crate::store::district::code_list;
use crate::store::vault::index_key_in;
use crate::vault::IndexKey;

/// What the event of an imported case is called.
pub const NAME: &str = "caseImport";
/// Rows of one transaction: few enough that nobody who opens a case by hand waits long for it.
const BATCH_ROWS: usize = 50;
/// How often a step is tried when the database is busy with somebody else.
const ATTEMPTS: u32 = 6;
/// The longest name of a source system.
const SOURCE_MAXIMUM: usize = 40;

/// A file that was read, with what its rows say.
pub struct ImportFile {
    table: Table,
    rows: Vec<CheckedRow>,
    hash: Vec<u8>,
}

impl ImportFile {
    /// How many rows it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The refused rows as a file to be corrected and imported again, the complaints in columns that an import passes over.
    #[must_use]
    pub fn refused(&self, report: &ImportReport, message: fn(&UserError) -> String) -> String {
        let mut sheet = spreadsheet::Sheet::new();
        let head = ["#Zeile".to_owned(), "#Beanstandung".to_owned()];
        sheet.line(head.into_iter().chain(self.table.names.iter().cloned()));
        let refused: HashMap<u32, &RowReport> =
            report.rows.iter().filter(|row| row.outcome == ImportOutcome::Refused).map(|row| (row.line, row)).collect();
        for row in &self.table.rows {
            let Some(told) = refused.get(&row.line) else { continue };
            let complaints: Vec<String> = told.errors.iter().map(|error| told_at(error, message)).collect();
            let head = [row.line.to_string(), complaints.join(" ")];
            sheet.line(head.into_iter().chain(row.cells.iter().map(crate::import::table::Cell::shown)));
        }
        sheet.into_text()
    }
}

/// A complaint with the name of its column before it.
#[must_use]
pub fn told_at(error: &UserError, message: fn(&UserError) -> String) -> String {
    match error.path.first() {
        None => message(error),
        Some(name) => {
            let column = Column::named(name).map_or_else(|| name.clone(), |column| column.german().to_owned());
            format!("{column}: {}", message(error))
        }
    }
}

/// How an import is to be done.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// The system that the external ids come from; they are unique in it. Without one they are unique for each case manager.
    pub source: Option<String>,
    /// Only check: everything is tried, nothing is stored but the report.
    pub dry_run: bool,
}

/// What became of a row.
#[derive(Clone, Debug)]
pub struct RowReport {
    /// Its line in the file, from 1.
    pub line: u32,
    /// Its external id, if it has one that can be read.
    pub external_id: Option<String>,
    /// What became of it.
    pub outcome: ImportOutcome,
    /// The case that it made, or had made before.
    pub case_id: Option<CaseId>,
    /// Why it was refused.
    pub errors: Vec<UserError>,
}

/// What became of a file.
#[derive(Clone, Debug)]
pub struct ImportReport {
    /// The run.
    pub run: ImportRun,
    /// Its rows, in the order of the file.
    pub rows: Vec<RowReport>,
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Rows that are done.
    pub done: usize,
    /// All rows.
    pub total: usize,
}

/// A complaint as it is kept: without what stood in the cell.
#[derive(Serialize, Deserialize)]
struct Kept {
    code: String,
    path: Vec<String>,
    arguments: Vec<(String, String)>,
}

/// Arguments of complaints that can be kept; a value of a cell can be a name.
const ARGUMENTS: [&str; 15] = [
    "missing", "maximum", "allowed", "line", "from", "to", "found", "expected", "column", "earliest", "latest",
    "status", "scope", "list", "minimum",
];
/// What stands in a kept complaint for the value of a cell.
const VALUE_KEPT: &str = "…";

fn keep(errors: &[UserError]) -> Option<String> {
    let kept: Vec<Kept> = errors
        .iter()
        .map(|error| Kept {
            code: error.code.as_str().to_owned(),
            path: error.path.clone(),
            arguments: error
                .arguments
                .iter()
                .filter(|(name, _)| ARGUMENTS.contains(name))
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        })
        .collect();
    if kept.is_empty() { None } else { serde_json::to_string(&kept).ok() }
}

/// The complaints about a row as they were kept.
#[must_use]
pub fn kept_errors(row: &ImportRow) -> Vec<UserError> {
    let kept: Vec<Kept> = row.faults.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    kept.into_iter()
        .filter_map(|kept| {
            let mut arguments: Vec<(&'static str, String)> = kept
                .arguments
                .into_iter()
                .filter_map(|(name, value)| Some((*ARGUMENTS.iter().find(|known| **known == name)?, value)))
                .collect();
            arguments.push(("value", VALUE_KEPT.to_owned()));
            Some(UserError { code: ErrorCode::parse(&kept.code)?, path: kept.path, arguments })
        })
        .collect()
}

/// A row that can be tried: nothing of it is left to be looked up.
struct Ready {
    claim: Vec<u8>,
    input: CaseOpenInput,
    beginning: Beginning,
    needs: Vec<Need>,
}

/// What rows are read with.
struct Reading<'a> {
    directory: &'a Directory,
    key: &'a IndexKey,
    source: Option<&'a str>,
    today: NaiveDate,
}

fn at(column: Column, code: ErrorCode) -> UserError {
    UserError::at(column.english(), code)
}

impl Reading<'_> {
    fn municipality(&self, text: &str) -> Result<entity::ids::MunicipalityId, UserError> {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        // A spreadsheet program takes the zero away from `05558012`.
        let key = if is_number && text.len() == 7 { format!("0{text}") } else { text.to_owned() };
        let name = fold(text);
        let bare = ["stadt", "gemeinde", "kommune"].iter().find_map(|title| name.strip_prefix(title));
        let found = self.directory.municipalities.iter().find(|known| {
            let folded = fold(&known.name);
            known.ags == key || folded == name || Some(folded.as_str()) == bare
        });
        found
            .map(|known| known.id)
            .ok_or_else(|| at(Column::Municipality, ErrorCode::ImportMunicipalityUnknown).with("value", quoted(text)))
    }

    fn lead(&self, text: Option<&str>) -> Result<entity::ids::StaffMemberId, UserError> {
        let leads = &self.directory.leads;
        let Some(text) = text else {
            if !self.directory.imports_own {
                return Err(at(Column::Lead, ErrorCode::ImportCellMissing));
            }
            let own: Vec<_> = leads.iter().filter(|lead| lead.is_own).collect();
            let [only] = own.as_slice() else { return Err(at(Column::Lead, ErrorCode::NotACaseManager)) };
            return Ok(only.id);
        };
        let login = text.to_lowercase();
        let name = fold(text);
        let found: Vec<_> = leads
            .iter()
            .filter(|lead| lead.login.as_deref() == Some(login.as_str()) || fold(&lead.name) == name)
            .collect();
        match found.as_slice() {
            [only] => Ok(only.id),
            [] => Err(at(Column::Lead, ErrorCode::ImportLeadUnknown).with("value", quoted(text))),
            _ => Err(at(Column::Lead, ErrorCode::ImportLeadAmbiguous).with("value", quoted(text))),
        }
    }

    fn ready(&self, row: &CaseRow) -> Result<Ready, Vec<UserError>> {
        let (municipality, lead) = (self.municipality(&row.municipality), self.lead(row.lead.as_deref()));
        let (municipality_id, lead) = match (municipality, lead) {
            (Ok(municipality), Ok(lead)) => (municipality, lead),
            (municipality, lead) => return Err([municipality.err(), lead.err()].into_iter().flatten().collect()),
        };
        let otherwise = if row.consent.is_some() { LegalBasis::Consent61A } else { LegalBasis::PublicTask61E };
        let legal_basis = row.legal_basis.unwrap_or(otherwise);
        let person = &row.person;
        if row.consent.is_none()
            && matches!(legal_basis, LegalBasis::Consent61A | LegalBasis::Special92A)
            && !person.is_empty()
        {
            return Err(vec![at(Column::ConsentedOn, ErrorCode::ConsentNeeded)]);
        }
        let identity = IdentityInput {
            family_name: person.family_name.clone(),
            given_names: person.given_names.clone(),
            former_names: person.former_names.clone(),
            birth_date: person.birth_date.clone(),
            address: person.address.clone(),
            contact: person.contact.clone(),
            languages: person.languages.clone(),
            interpreter: person.interpreter.clone(),
        };
        let input = CaseOpenInput {
            municipality_id,
            unit: row.unit,
            intensity: row.intensity,
            referral_source: row.referral_source,
            client_id: None,
            legal_basis,
            identity: (!person.is_empty()).then_some(identity),
            consent: row.consent.as_ref().map(|consent| RecordConsentInput {
                form: consent.form,
                language: consent.language.clone(),
                interpreter_present: false,
                given_on: Some(consent.given_on),
                valid_until: None,
            }),
            age_band: row.age_band,
            gender: row.gender,
            nationality_group: row.nationality_group.clone(),
            residence_group: row.residence_group.clone(),
            language_level: row.language_level,
            arrival_month: row.arrival_month,
        };
        let mut checks = Checks::new();
        input.check(&mut checks);
        checks.finish().map_err(|errors| errors.into_iter().map(of_column).collect::<Vec<_>>())?;
        let scope = self.source.map_or_else(|| format!("lead {lead}"), |source| format!("source {source}"));
        Ok(Ready {
            claim: self.key.external_id(&scope, &row.external_id).to_vec(),
            input,
            beginning: Beginning { lead, opened_on: row.opened_on.unwrap_or(self.today), phase: row.phase },
            needs: row.needs.clone(),
        })
    }
}

/// A complaint about the input of `caseOpen` as one about the column that it came from.
fn of_column(mut error: UserError) -> UserError {
    let path: Vec<&str> = error.path.iter().map(String::as_str).collect();
    let column = match path.as_slice() {
        ["consent", "language"] => Some("consentLanguage"),
        ["consent", ..] => Some("consentedOn"),
        ["identity", field] | [field] => Some(*field),
        _ => None,
    };
    error.path = column.map(str::to_owned).into_iter().collect();
    error
}

/// What a batch needs besides its rows.
struct Batch<'a> {
    actor: &'a Actor,
    permit: &'a Permit<verb::ImportCases>,
    run: ImportRunId,
    reading: Reading<'a>,
    dry_run: bool,
}

impl Commands {
    /// Reads a file with the code lists of the district, away from the threads that answer requests. What is wrong with the
    /// file as a whole is the inner error.
    ///
    /// # Errors
    /// The troubles of the server.
    pub async fn read_import(
        &self,
        actor: &Actor,
        bytes: Vec<u8>,
    ) -> Result<Result<ImportFile, Vec<UserError>>, Failure> {
        let today = legal_day(self.clock.now());
        let mut entries = code_list::all(&self.store, &actor.permit::<verb::ReadDirectory>()?).await?;
        entries.retain(|entry| entry.valid_from <= today && entry.valid_until.is_none_or(|until| until > today));
        let reading = tokio::task::spawn_blocking(move || {
            let table = read(&bytes)?;
            let told = entries.iter().map(|entry| (entry.list, &*entry.code, &*entry.label_de, &*entry.label_en));
            let rows = check(&table, &Vocabulary::of(told), today);
            Ok(ImportFile { table, rows, hash: digest(&SHA256, &bytes).as_ref().to_vec() })
        });
        reading.await.map_err(|error| Failure::internal(format!("a file was not read: {error}")))
    }

    /// Imports the rows of a file, or only checks them. Given the same file again after an interruption, it goes on where it
    /// stopped. Rules that concern the whole import are the inner error.
    ///
    /// # Errors
    /// `FORBIDDEN`, and the troubles of the server: then the run can be resumed.
    pub async fn import_cases(
        &self,
        actor: &Actor,
        file: &ImportFile,
        options: &ImportOptions,
        progress: &(dyn Fn(Progress) + Send + Sync),
    ) -> Result<Result<ImportReport, Vec<UserError>>, Failure> {
        let permit = actor.permit::<verb::ImportCases>()?;
        let source = options.source.as_deref().map(str::to_lowercase);
        if let Some(source) = &source
            && !is_source(source)
        {
            return Ok(Err(vec![UserError::at("source", ErrorCode::ImportSourceMalformed)]));
        }
        let now = self.clock.now();
        // Its own transaction, and first of all: a key that was made in one which is rolled back is none.
        let key = patiently(async || {
            let transaction = self.store.begin().await?;
            let key = index_key_in(&transaction, &permit).await?;
            transaction.commit().await?;
            Ok(key)
        })
        .await?;
        let directory = directory(&self.store, &permit).await?;
        let begin = async || self.begin_run(actor, &permit, file, source.as_deref(), options.dry_run, now).await;
        let run = patiently(begin).await?;
        let batch = Batch {
            actor,
            permit: &permit,
            run,
            reading: Reading { directory: &directory, key: &key, source: source.as_deref(), today: legal_day(now) },
            dry_run: options.dry_run,
        };
        let total = file.rows.len();
        let mut reports = Vec::with_capacity(total);
        progress(Progress { done: 0, total });
        for rows in file.rows.chunks(BATCH_ROWS) {
            reports.extend(patiently(async || self.import_batch(&batch, rows).await).await?);
            progress(Progress { done: reports.len(), total });
        }
        let run = patiently(async || self.end_run(&batch).await).await?;
        Ok(Ok(ImportReport { run, rows: reports }))
    }

    async fn begin_run(
        &self,
        actor: &Actor,
        permit: &Permit<verb::ImportCases>,
        file: &ImportFile,
        source: Option<&str>,
        dry_run: bool,
        now: DateTime<Utc>,
    ) -> Result<ImportRunId, Failure> {
        let account_id = actor.account_id();
        if !dry_run && let Some(run) = interrupted(&self.store, permit, account_id, source, &file.hash).await? {
            return Ok(run.id);
        }
        let run = ImportRun {
            id: ImportRunId::new(),
            district_id: permit.district_id(),
            account_id,
            source: source.map(str::to_owned),
            file_hash: file.hash.clone(),
            status: if dry_run { ImportStatus::Checked } else { ImportStatus::Running },
            row_count: i32::try_from(file.rows.len()).unwrap_or(i32::MAX),
            created_count: 0,
            known_count: 0,
            refused_count: 0,
            started_at: now,
            finished_at: None,
        };
        let transaction = self.store.begin().await?;
        insert_run(transaction.connection(), permit, &run).await?;
        transaction.commit().await?;
        Ok(run.id)
    }

    async fn end_run(&self, batch: &Batch<'_>) -> Result<ImportRun, Failure> {
        let transaction = self.store.begin().await?;
        let connection = transaction.connection();
        let run = lock_run(connection, batch.permit, batch.run).await?;
        let mut run = run.ok_or_else(|| Failure::new(ErrorCode::NotFound))?;
        if !batch.dry_run {
            run.status = ImportStatus::Done;
        }
        run.finished_at = run.finished_at.or(Some(self.clock.now()));
        update_run(connection, batch.permit, &run).await?;
        transaction.commit().await?;
        Ok(run)
    }

    async fn import_batch(&self, batch: &Batch<'_>, rows: &[CheckedRow]) -> Result<Vec<RowReport>, Failure> {
        let now = self.clock.now();
        let transaction = self.store.begin().await?;
        let connection = transaction.connection();
        // Somebody who imports the same file at the same moment waits here, and then finds the rows done.
        let run = lock_run(connection, batch.permit, batch.run).await?;
        let mut run = run.ok_or_else(|| Failure::new(ErrorCode::NotFound))?;
        let lines: Vec<i32> = rows.iter().map(|row| i32::try_from(row.line).unwrap_or(i32::MAX)).collect();
        let recorded = rows_at(connection, batch.permit, batch.run, &lines).await?;
        let recorded: HashMap<i32, ImportRow> = recorded.into_iter().map(|row| (row.line, row)).collect();
        let ready: Vec<Result<Ready, Vec<UserError>>> = rows
            .iter()
            .map(|row| row.read.as_ref().map_err(Clone::clone).and_then(|case| batch.reading.ready(case)))
            .collect();
        let claims: Vec<Vec<u8>> = ready.iter().flatten().map(|ready| ready.claim.clone()).collect();
        let known = known(connection, batch.permit, &claims).await?;
        let mut reports = Vec::with_capacity(rows.len());
        let mut made_none = Vec::new();
        for ((row, line), ready) in rows.iter().zip(lines).zip(ready) {
            let external_id = row.read.as_ref().ok().map(|case| case.external_id.clone());
            if let Some(recorded) = recorded.get(&line) {
                let errors = row.read.as_ref().err().cloned().unwrap_or_else(|| kept_errors(recorded));
                let (outcome, case_id) = (recorded.outcome, recorded.case_id);
                reports.push(RowReport { line: row.line, external_id, outcome, case_id, errors });
                continue;
            }
            let mut kept = ImportRow {
                id: ImportRowId::new(),
                district_id: batch.permit.district_id(),
                run_id: batch.run,
                line,
                outcome: ImportOutcome::Refused,
                case_id: None,
                claim: None,
                faults: None,
            };
            let errors = match ready {
                Err(errors) => errors,
                Ok(ready) => match known.get(&ready.claim) {
                    Some(case_id) => {
                        (kept.outcome, kept.case_id) = (ImportOutcome::Known, *case_id);
                        Vec::new()
                    }
                    None => {
                        let work = Row { batch, now, kept: &mut kept };
                        work.import(&transaction, ready).await?
                    }
                },
            };
            kept.faults = keep(&errors);
            let count = match kept.outcome {
                ImportOutcome::Created | ImportOutcome::WouldCreate => &mut run.created_count,
                ImportOutcome::Known => &mut run.known_count,
                ImportOutcome::Refused => &mut run.refused_count,
            };
            *count = count.saturating_add(1);
            let (outcome, case_id) = (kept.outcome, kept.case_id);
            reports.push(RowReport { line: row.line, external_id, outcome, case_id, errors });
            if kept.claim.is_none() {
                made_none.push(kept);
            }
        }
        let transaction = if batch.dry_run {
            transaction.rollback().await?;
            self.store.begin().await?
        } else {
            transaction
        };
        insert_rows(transaction.connection(), batch.permit, &made_none).await?;
        update_run(transaction.connection(), batch.permit, &run).await?;
        transaction.commit().await?;
        if !batch.dry_run {
            self.committed.notify_one();
        }
        Ok(reports)
    }
}

/// A step, tried again while the database is busy with somebody else: nothing of it was stored then.
async fn patiently<T>(step: impl AsyncFn() -> Result<T, Failure>) -> Result<T, Failure> {
    for attempt in 1..ATTEMPTS {
        match step().await {
            Err(failure) if failure.code == ErrorCode::Busy => {
                tokio::time::sleep(Duration::from_millis(50) * attempt).await;
            }
            done => return done,
        }
    }
    step().await
}

/// One row on its way to become a case.
struct Row<'a> {
    batch: &'a Batch<'a>,
    now: DateTime<Utc>,
    kept: &'a mut ImportRow,
}

impl Row<'_> {
    /// Opens the case, tells the log, and claims the external id; what rules forbid is undone and returned.
    async fn import(self, transaction: &crate::store::Transaction, ready: Ready) -> Result<Vec<UserError>, Failure> {
        let part = transaction.savepoint().await?;
        let tried = self.attempt(&part, &ready).await;
        let batch = self.batch;
        match tried {
            Ok(Some(case_id)) => {
                part.commit().await?;
                if batch.dry_run {
                    // The case is gone when the batch is rolled back.
                    self.kept.outcome = ImportOutcome::WouldCreate;
                } else {
                    (self.kept.outcome, self.kept.case_id) = (ImportOutcome::Created, Some(case_id));
                    self.kept.claim = Some(ready.claim);
                }
                Ok(Vec::new())
            }
            Ok(None) => {
                part.rollback().await?;
                self.kept.outcome = ImportOutcome::Known;
                Ok(Vec::new())
            }
            Err(Stop::Rules(errors)) => {
                part.rollback().await?;
                Ok(errors.into_iter().map(of_column).collect())
            }
            // A fault of ours with one row must not keep the others from being imported.
            Err(Stop::Failure(failure)) if failure.code == ErrorCode::Internal => {
                part.rollback().await?;
                tracing::error!(cause = failure.cause.as_deref(), line = self.kept.line, "a row was not imported");
                Ok(vec![UserError::at("", ErrorCode::Internal)])
            }
            Err(Stop::Failure(failure)) => Err(failure),
        }
    }

    async fn attempt(&self, part: &crate::store::Transaction, ready: &Ready) -> Result<Option<CaseId>, Stop> {
        let batch = self.batch;
        let work = Work {
            transaction: part,
            permit: batch.permit,
            actor: batch.actor,
            now: self.now,
            today: batch.reading.today,
            reason: None,
        };
        let done = open(&work, &ready.input, &ready.beginning).await?;
        let case_id = done.record.id;
        let row = ImportRow {
            outcome: ImportOutcome::Created,
            case_id: Some(case_id),
            claim: Some(ready.claim.clone()),
            ..self.kept.clone()
        };
        let part_connection = part.connection();
        if !claim(part_connection, batch.permit, &row).await? {
            return Ok(None);
        }
        let mut needs = Vec::with_capacity(ready.needs.len());
        for need in &ready.needs {
            let assessed = Assessment {
                id: AssessmentId::new(),
                district_id: done.record.district_id,
                case_id,
                client_id: done.record.client_id,
                need_area: need.area.clone(),
                severity: need.severity,
                assessed_on: batch.reading.today,
                superseded_by_id: None,
                recorded_by: batch.actor.account_id(),
                created_at: self.now,
            };
            part::insert(part_connection, batch.permit, &assessed).await?;
            needs.push(json!({ "area": need.area, "severity": need.severity }));
        }
        let details = json!({ "importRun": batch.run, "line": row.line, "needs": needs });
        tell(&work, NAME, &Value::Null, &done.with(details)).await?;
        Ok(Some(case_id))
    }
}

fn is_source(source: &str) -> bool {
    (1..=SOURCE_MAXIMUM).contains(&source.len())
        && source.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::{ARGUMENTS, is_source, keep, kept_errors};
    use crate::error::{ErrorCode, UserError};
    use entity::codes::ImportOutcome;
    use entity::ids::{DistrictId, Identifier, ImportRowId, ImportRunId};

    #[test]
    fn every_argument_of_a_complaint_is_kept_but_what_stood_in_the_cell() {
        for code in ErrorCode::ALL.iter().filter(|code| code.as_str().starts_with("IMPORT_")) {
            let names = code.entry().german.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
            for (name, _) in names {
                assert!(name == "value" || ARGUMENTS.contains(&name), "{name}");
            }
        }
        let error =
            UserError::at("unit", ErrorCode::ImportValueUnknown).with("value", "Canary").with("allowed", "A, B");
        let row = crate::store::casework::import::ImportRow {
            id: ImportRowId::new(),
            district_id: DistrictId::new(),
            run_id: ImportRunId::new(),
            line: 2,
            outcome: ImportOutcome::Refused,
            case_id: None,
            claim: None,
            faults: keep(&[error]),
        };
        assert!(!format!("{row:?}").contains("Canary"));
        let kept = kept_errors(&row);
        assert_eq!(kept[0].german(), "„…“ ist hier nicht möglich. Möglich sind: A, B.");
        assert_eq!(kept[0].path, ["unit"]);
    }

    #[test]
    fn a_source_is_a_plain_name() {
        assert!(is_source("kommune-2.0_alt"));
        assert!(["", "zwei worte", "fälle", &"x".repeat(41)].iter().all(|source| !is_source(source)));
    }
}
