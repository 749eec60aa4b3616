//! Everything that is on record about a client, for the extract (Art. 15 GDPR).
//!
//! The extract does not ask whether the data may be worked with: the right to know them outlives a revoked consent and a
//! restriction. Only those who lead a case of the client, or stand in for the lead, can make it.

use std::collections::{BTreeMap, BTreeSet};

use entity::codes::{AccessBasis, AccessPurpose, DataClass, ImportOutcome};
use entity::ids::{AccountId, CaseId, ClientId, Identifier, OrganisationId};
use entity::{
    access_log, account, assessment, barrier, barrier_vignette, case_file, case_person, case_phase_change, client,
    consent, consent_data_class, contact, deadline, deadline_rule, disclosure, district, document, erasure, event,
    goal, import_row, import_run, legal_sphere_period, measure, note, organisation, sealed_text, supervision_session,
    supervision_session_case, support_plan, task, transfer, transfer_item, unmasking,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::client::{own_cases, own_clients};
use super::identified::{Opening, Standing};
use super::sealed_text::place_of;
use crate::access::{Permit, verb};
use crate::domain::casework::extract::{Extract, Section};
use crate::error::Failure;
use crate::log::{Personal, SealedPart};
use crate::store::{Store, vault};
use crate::vault::{DataKey, FieldName, Sealed};

/// The tables that an extract tells of. A test compares them with all tables that name a client or a case.
pub const TABLES: &[&str] = &[
    "access_log",
    "assessment",
    "barrier",
    "case_file",
    "case_person",
    "case_phase_change",
    "consent",
    "contact",
    "deadline",
    "disclosure",
    "document",
    "erasure",
    "goal",
    "import_row",
    "legal_sphere_period",
    "measure",
    "note",
    "sealed_text",
    "supervision_session_case",
    "support_plan",
    "task",
    "transfer",
    "transfer_item",
    "unmasking",
];

/// An extract, and what was opened for it.
pub struct Made {
    /// The extract.
    pub extract: Extract,
    /// To be recorded before it leaves.
    pub openings: Vec<Opening>,
}

fn record(row: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(row) {
        Ok(Value::Object(record)) => record,
        _ => Map::new(),
    }
}

fn records(rows: &[impl Serialize]) -> Vec<Map<String, Value>> {
    rows.iter().map(record).collect()
}

fn with(mut record: Map<String, Value>, name: &str, value: impl Into<Value>) -> Map<String, Value> {
    record.insert(name.to_owned(), value.into());
    record
}

/// The rows of a table whose column is one of these ids, as they stand.
macro_rules! rows {
    ($store:expr, $permit:expr, $table:ident, $column:ident, $ids:expr) => {
        $table::Entity::find()
            .filter($table::Column::DistrictId.eq($permit.district_id()))
            .filter($table::Column::$column.is_in($ids))
            .order_by_asc($table::Column::Id)
            .all($store.reader())
            .await?
    };
}

/// Makes the extract of a client; `None` if the client is not the holder's own.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn of_client(
    store: &Store,
    permit: &Permit<verb::ExtractClient>,
    id: ClientId,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Option<Made>, Failure> {
    let client = client::Entity::find_by_id(id)
        .filter(client::Column::DistrictId.eq(permit.district_id()))
        .filter(client::Column::Id.in_subquery(own_clients(permit)))
        .one(store.reader())
        .await?;
    let Some(client) = client else { return Ok(None) };
    let memberships = rows!(store, permit, case_person, ClientId, [id]);
    let all_cases: Vec<CaseId> = memberships.iter().map(|row| row.case_id).collect();
    let cases = case_file::Entity::find()
        .filter(case_file::Column::Id.is_in(all_cases.iter().copied()))
        .filter(case_file::Column::Id.in_subquery(own_cases(permit)))
        .order_by_asc(case_file::Column::Id)
        .all(store.reader())
        .await?;
    let own: Vec<CaseId> = cases.iter().map(|row| row.id).collect();
    let own_ids = || own.iter().copied();
    // What is written in a case is about the person that the case is about.
    let main: Vec<CaseId> = cases.iter().filter(|row| row.client_id == id).map(|row| row.id).collect();
    let main_ids = || main.iter().copied();
    let references: BTreeMap<CaseId, String> =
        cases.iter().map(|row| (row.id, format!("{}-{:04}", row.year, row.number))).collect();
    let refer = |case: Option<CaseId>| case.and_then(|case| references.get(&case)).cloned().unwrap_or_default();

    let key = vault::client_key_for_extract(store, permit, id).await?;
    let texts = texts(store, permit, id, &own, key.as_ref()).await?;
    let classes: BTreeSet<(Option<CaseId>, DataClass)> =
        texts.iter().map(|text| (text.row.case_id, text.row.data_class)).collect();

    let phases = rows!(store, permit, case_phase_change, CaseId, own_ids());
    let deadlines = rows!(store, permit, deadline, ClientId, [id]);
    let rules = rows!(store, permit, deadline_rule, Id, deadlines.iter().filter_map(|row| row.rule_id));
    let consents = rows!(store, permit, consent, ClientId, [id]);
    let documents = rows!(store, permit, document, ClientId, [id]);
    let unmaskings = rows!(store, permit, unmasking, CaseId, main_ids());
    let discussed = supervision_session_case::Entity::find()
        .filter(supervision_session_case::Column::DistrictId.eq(permit.district_id()))
        .filter(supervision_session_case::Column::CaseId.is_in(main_ids()))
        .find_also_related(supervision_session::Entity)
        .all(store.reader())
        .await?;
    let imports = import_row::Entity::find()
        .filter(import_row::Column::DistrictId.eq(permit.district_id()))
        .filter(import_row::Column::CaseId.is_in(own_ids()))
        .filter(import_row::Column::Outcome.eq(ImportOutcome::Created))
        .find_also_related(import_run::Entity)
        .all(store.reader())
        .await?;
    let disclosures = rows!(store, permit, disclosure, ClientId, [id]);
    let erasures = rows!(store, permit, erasure, ClientId, [id]);
    let reads = rows!(store, permit, access_log, ClientId, [id]);
    let events = events(store, permit, id, &own).await?;
    let data_classes = data_classes(store, &consents).await?;
    let people = names(
        store,
        permit,
        reads.iter().filter_map(|row| row.account_id).chain(events.iter().filter_map(|row| row.actor_id)).chain(
            consents
                .iter()
                .filter_map(|row| row.recipient_account_id)
                .chain(unmaskings.iter().map(|row| row.account_id)),
        ),
    )
    .await?;
    let recipients = consents.iter().filter_map(|row| row.recipient_organisation_id);
    let recipients = recipients.chain(disclosures.iter().map(|row| row.recipient_organisation_id));
    let offices = offices(store, permit, recipients).await?;
    let person = |account: Option<AccountId>| match account {
        Some(account) => people.get(&account).cloned().unwrap_or_else(|| "unbekanntes Konto".to_owned()),
        None => "das System".to_owned(),
    };

    // What stands in a row, in which case, and what was written there.
    let told = |rows: Vec<Map<String, Value>>| -> Vec<Map<String, Value>> {
        let told = rows.into_iter().filter_map(|mut row| {
            let case = row.get("case_id").and_then(|case| serde_json::from_value::<CaseId>(case.clone()).ok());
            let record: Option<uuid::Uuid> = row.get("id").and_then(|id| serde_json::from_value(id.clone()).ok());
            if case.is_some_and(|case| !own.contains(&case)) {
                return None;
            }
            let written: Vec<&str> =
                texts.iter().filter(|text| Some(text.row.record_id) == record).map(|text| text.text.as_str()).collect();
            for technical in ["number", "year"] {
                row.remove(technical);
            }
            let row = with(row, "reference", refer(case));
            Some(if written.is_empty() { row } else { with(row, "text", written.join("\n")) })
        });
        told.collect()
    };
    let assessments = rows!(store, permit, assessment, ClientId, [id]);
    let plans = rows!(store, permit, support_plan, ClientId, [id]);
    let goals = rows!(store, permit, goal, ClientId, [id]);
    let measures = rows!(store, permit, measure, ClientId, [id]);
    let contacts = rows!(store, permit, contact, ClientId, [id]);
    let notes = rows!(store, permit, note, ClientId, [id]);
    let tasks = rows!(store, permit, task, ClientId, [id]);
    let spheres = rows!(store, permit, legal_sphere_period, ClientId, [id]);
    let barriers = rows!(store, permit, barrier, ClientId, [id]);
    let vignettes = barrier_vignette::Entity::find()
        .filter(barrier_vignette::Column::BarrierId.is_in(barriers.iter().map(|row| row.id)))
        .all(store.reader())
        .await?;
    let barriers = barriers.iter().map(|row| {
        let mut shown = record(row);
        for technical in ["cell_key", "stage", "stage_since", "answer_due_on", "raise_on"] {
            shown.remove(technical);
        }
        let vignette = vignettes.iter().find(|vignette| vignette.barrier_id == row.id);
        with(shown, "vignette", vignette.map(|vignette| vignette.text.clone()))
    });
    let barriers = told(barriers.collect());
    let transfers = rows!(store, permit, transfer, ClientId, [id]);
    let transfer_items = rows!(store, permit, transfer_item, ClientId, [id]);

    let written = |of_client: bool| -> Vec<Map<String, Value>> {
        texts
            .iter()
            .filter(|text| (text.row.record_id == id.0) == of_client)
            .map(|text| {
                let mut record = Map::new();
                if !of_client {
                    record.insert("reference".to_owned(), refer(text.row.case_id).into());
                    record.insert("created_at".to_owned(), json!(text.row.changed_at));
                }
                record.insert("kind".to_owned(), json!(text.row.kind));
                record.insert("text".to_owned(), text.text.clone().into());
                record
            })
            .collect()
    };
    let controller = district::Entity::find_by_id(permit.district_id()).one(store.reader()).await?;
    let sections = vec![
        Section { name: "identity", title: "Wer Sie sind", records: written(true) },
        Section { name: "client", title: "Ihre Akte", records: vec![record(&client)] },
        Section {
            name: "cases",
            title: "Ihre Fälle",
            records: cases
                .iter()
                .map(|row| {
                    let mut shown = with(record(row), "reference", refer(Some(row.id)));
                    shown.remove("year");
                    shown.remove("number");
                    shown
                })
                .collect(),
        },
        Section {
            name: "memberships",
            title: "Zu welchen Fällen Sie gehören",
            records: memberships
                .iter()
                .filter(|row| own.contains(&row.case_id))
                .map(|row| with(record(row), "reference", refer(Some(row.case_id))))
                .collect(),
        },
        Section {
            name: "imports",
            title: "Woher Ihre Daten übernommen wurden",
            records: imports
                .iter()
                .filter_map(|(row, run)| {
                    let run = run.as_ref()?;
                    let mut shown = Map::new();
                    shown.insert("reference".to_owned(), refer(row.case_id).into());
                    shown.insert("imported_at".to_owned(), json!(run.started_at));
                    shown.insert(
                        "source".to_owned(),
                        run.source.clone().unwrap_or_else(|| "eine Datei".to_owned()).into(),
                    );
                    Some(shown)
                })
                .collect(),
        },
        Section {
            name: "phases",
            title: "Wie die Fälle verlaufen sind",
            records: phases.iter().map(|row| with(record(row), "reference", refer(Some(row.case_id)))).collect(),
        },
        Section {
            name: "documents",
            title: "Ihre Unterlagen",
            records: documents
                .iter()
                .filter(|row| own.contains(&row.case_id))
                .map(|row| {
                    let named = |text: &&Written| text.row.record_id == row.id.0;
                    let name = texts.iter().find(named).map(|text| text.text.clone());
                    let mut shown = with(record(row), "reference", refer(Some(row.case_id)));
                    shown.remove("object_key");
                    shown.remove("awaited_until");
                    with(shown, "name", name)
                })
                .collect(),
        },
        Section {
            name: "deadlines",
            title: "Fristen",
            records: deadlines
                .iter()
                .filter(|row| own.contains(&row.case_id))
                .map(|row| {
                    let rule = rules.iter().find(|rule| Some(rule.id) == row.rule_id);
                    let name = rule.map_or("Frist", |rule| rule.label_de.as_str());
                    let mut shown = with(with(record(row), "reference", refer(Some(row.case_id))), "name", name);
                    shown.remove("remind_days_before");
                    shown
                })
                .collect(),
        },
        Section { name: "legal_spheres", title: "Ihre Rechtskreise", records: told(records(&spheres)) },
        Section { name: "assessments", title: "Was Sie brauchen", records: told(records(&assessments)) },
        Section { name: "support_plans", title: "Ihre Hilfepläne", records: told(records(&plans)) },
        Section { name: "goals", title: "Ihre Ziele", records: told(records(&goals)) },
        Section { name: "measures", title: "Maßnahmen", records: told(records(&measures)) },
        Section { name: "barriers", title: "Was im Weg stand", records: barriers },
        Section { name: "contacts", title: "Kontakte", records: told(records(&contacts)) },
        Section { name: "notes", title: "Notizen", records: told(records(&notes)) },
        Section { name: "tasks", title: "Aufgaben", records: told(records(&tasks)) },
        Section { name: "transfers", title: "Wechsel der Zuständigkeit", records: told(records(&transfers)) },
        Section {
            name: "transfer_items", title: "Was dabei übergeben wurde", records: told(records(&transfer_items))
        },
        Section {
            name: "disclosures",
            title: "An wen Daten weitergegeben wurden",
            records: disclosures
                .iter()
                .map(|row| {
                    let office = offices.get(&row.recipient_organisation_id).cloned().unwrap_or_default();
                    with(with(record(row), "reference", refer(row.case_id)), "recipient", office)
                })
                .collect(),
        },
        Section { name: "texts", title: "Was geschrieben wurde", records: written(false) },
        Section {
            name: "consents",
            title: "Ihre Einwilligungen und Schweigepflichtentbindungen",
            records: consents
                .iter()
                .map(|row| {
                    let account = row.recipient_account_id.map(|account| person(Some(account)));
                    let office = row.recipient_organisation_id.and_then(|office| offices.get(&office).cloned());
                    let covered = data_classes.get(&row.id).cloned().unwrap_or_default();
                    with(
                        with(record(row), "recipient", account.or(office).unwrap_or_default()),
                        "data_classes",
                        covered,
                    )
                })
                .collect(),
        },
        Section {
            name: "unmaskings",
            title: "Wann die Fachaufsicht Ihren Fall ohne Ihre Freigabe einsehen durfte",
            records: unmaskings.iter().map(|row| with(record(row), "reader", person(Some(row.account_id)))).collect(),
        },
        Section {
            name: "supervision",
            title: "Wann mit der Fachaufsicht über Ihren Fall gesprochen werden sollte oder wurde, ohne Ihren Namen",
            records: discussed
                .iter()
                .filter_map(|(row, session)| {
                    let session = session.as_ref()?;
                    let mut shown = Map::new();
                    shown.insert("reference".to_owned(), refer(Some(row.case_id)).into());
                    shown.insert("created_at".to_owned(), json!(session.created_at));
                    shown.insert("held_on".to_owned(), json!(session.held_on));
                    Some(shown)
                })
                .collect(),
        },
        Section { name: "erasures", title: "Löschung", records: records(&erasures) },
        Section {
            name: "accesses",
            title: "Wer Ihre Daten gelesen hat",
            records: reads
                .iter()
                .map(|row| {
                    let mut shown = with(record(row), "reader", person(row.account_id));
                    shown.remove("request_id");
                    with(shown, "reference", refer(row.case_id))
                })
                .collect(),
        },
        Section {
            name: "events",
            title: "Was getan wurde",
            records: events
                .iter()
                .map(|row| {
                    let mut shown = Map::new();
                    shown.insert("created_at".to_owned(), json!(row.occurred_at));
                    shown.insert("command".to_owned(), row.command.clone().into());
                    shown.insert("reader".to_owned(), person(row.actor_id).into());
                    let reason = key.as_ref().and_then(|key| reason(key, row));
                    if let Some(reason) = reason {
                        shown.insert("text".to_owned(), reason.into());
                    }
                    shown
                })
                .collect(),
        },
    ];
    let standing = Standing { basis: AccessBasis::OwnCase, purpose: AccessPurpose::DataSubjectRights };
    let openings = classes
        .into_iter()
        .map(|(case_id, data_class)| Opening { client_id: id, case_id, data_class, standing, purpose: None })
        .collect();
    let extract = Extract {
        controller: controller.map(|row| row.name).unwrap_or_default(),
        made_at: now,
        sections,
        cases_elsewhere: all_cases.len().saturating_sub(own.len()),
    };
    Ok(Some(Made { extract, openings }))
}

struct Written {
    row: sealed_text::Model,
    text: String,
}

async fn texts(
    store: &Store,
    permit: &Permit<verb::ExtractClient>,
    id: ClientId,
    own: &[CaseId],
    key: Option<&DataKey>,
) -> Result<Vec<Written>, Failure> {
    let Some(key) = key else { return Ok(Vec::new()) };
    let found = sealed_text::Entity::find()
        .filter(sealed_text::Column::DistrictId.eq(permit.district_id()))
        .filter(sealed_text::Column::ClientId.eq(id))
        .filter(
            Condition::any()
                .add(sealed_text::Column::CaseId.is_null())
                .add(sealed_text::Column::CaseId.is_in(own.iter().copied())),
        )
        .order_by_asc(sealed_text::Column::ChangedAt)
        .order_by_asc(sealed_text::Column::Id)
        .all(store.reader())
        .await?;
    found
        .into_iter()
        .map(|row| {
            let text = key.open_text(place_of(row.kind, row.record_id), &Sealed::from_bytes(row.content.clone())?)?;
            Ok(Written { text: text.expose_secret().to_owned(), row })
        })
        .collect()
}

async fn events(
    store: &Store,
    permit: &Permit<verb::ExtractClient>,
    id: ClientId,
    own: &[CaseId],
) -> Result<Vec<event::Model>, Failure> {
    let subjects = own.iter().map(ToString::to_string).chain([id.to_string()]);
    Ok(event::Entity::find()
        .filter(event::Column::DistrictId.eq(permit.district_id()))
        .filter(event::Column::Subject.is_in(subjects))
        .order_by_asc(event::Column::Id)
        .all(store.reader())
        .await?)
}

fn reason(key: &DataKey, event: &event::Model) -> Option<String> {
    let change: Value = serde_json::from_str(&event.change).ok()?;
    let parts: Vec<SealedPart> = serde_json::from_value(change.get("sealed")?.clone()).ok()?;
    let part = parts.into_iter().find(|part| part.client.uuid() == key.owner().client_id)?;
    let text = key.open_text(FieldName::EVENT.of(event.id.0), &part.content).ok()?;
    serde_json::from_str::<Personal>(text.expose_secret()).ok()?.reason
}

async fn data_classes(
    store: &Store,
    consents: &[consent::Model],
) -> Result<BTreeMap<entity::ids::ConsentId, String>, Failure> {
    let rows = consent_data_class::Entity::find()
        .filter(consent_data_class::Column::ConsentId.is_in(consents.iter().map(|row| row.id)))
        .all(store.reader())
        .await?;
    let mut classes: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for row in rows {
        classes
            .entry(row.consent_id)
            .or_default()
            .push(crate::domain::casework::extract::word(row.data_class.as_str()));
    }
    Ok(classes.into_iter().map(|(id, classes)| (id, classes.join(", "))).collect())
}

async fn names(
    store: &Store,
    permit: &Permit<verb::ExtractClient>,
    accounts: impl Iterator<Item = AccountId>,
) -> Result<BTreeMap<AccountId, String>, Failure> {
    let accounts: BTreeSet<AccountId> = accounts.collect();
    let rows = account::Entity::find()
        .filter(account::Column::DistrictId.eq(permit.district_id()))
        .filter(account::Column::Id.is_in(accounts))
        .all(store.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.display_name)).collect())
}

async fn offices(
    store: &Store,
    permit: &Permit<verb::ExtractClient>,
    offices: impl Iterator<Item = OrganisationId>,
) -> Result<BTreeMap<OrganisationId, String>, Failure> {
    let offices: BTreeSet<OrganisationId> = offices.collect();
    let rows = organisation::Entity::find()
        .filter(organisation::Column::DistrictId.eq(permit.district_id()))
        .filter(organisation::Column::Id.is_in(offices))
        .all(store.reader())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
