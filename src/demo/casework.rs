//! Invented cases with all the work in them, sealed by the same keys as real ones and written in bulk.

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, Utc};
use entity::codes::{
    BarrierStatus, CaseDuty, ClientStatus, ConsentForm, ConsentScope, LegalBasis, PositionRole, TaskStatus, TextKind,
};
use entity::ids::{
    AccountId, AssessmentId, BarrierId, CaseId, ClientId, ConsentId, ContactId, GoalId, Identifier as _,
    LegalSpherePeriodId, MeasureId, MunicipalityId, OrganisationId, PositionId, StaffMemberId, SupportPlanId, TaskId,
};
use futures_util::{StreamExt as _, TryStreamExt as _};

use crate::access::{Actor, verb};
use crate::app::App;
use crate::clock::legal_day;
use crate::commands::casework::client::IdentityInput;
use crate::domain::structure::figure::cell_key;
use crate::domain::structure::stair::due;
use crate::error::Failure;
use crate::store::casework::assessment::Assessment;
use crate::store::casework::case::{self, Case};
use crate::store::casework::client::Client;
use crate::store::casework::consent::Consent;
use crate::store::casework::contact::Contact;
use crate::store::casework::goal::Goal;
use crate::store::casework::legal_sphere_period::LegalSpherePeriod;
use crate::store::casework::measure::Measure;
use crate::store::casework::sealed_text::Entry;
use crate::store::casework::support_plan::SupportPlan;
use crate::store::casework::task::Task;
use crate::store::casework::{bulk, import};
use crate::store::district::body::Body;
use crate::store::district::{directory, district, organisation};
use crate::store::page::Window;
use crate::store::staffing::position::{self};
use crate::store::staffing::{occupancy, service_area, staff_member};
use crate::store::structure::barrier::Barrier;
use crate::store::structure::stair::{self, StairModel, StairStage};

use super::{CENTRE, DISTRICT_AGS, IMMIGRATION_OFFICE, JOB_CENTRE, WELFARE, barriers, bodies, cases, themes};

/// Cases of one batch.
const BATCH: u32 = 1_000;

/// Loads invented cases into the demo district: the same ones for the same seed, on the same day. How many were loaded: none
/// if there are cases already. `progress` is told how many are done.
///
/// # Errors
/// The troubles of the server. Cases of earlier batches stay then.
pub async fn load_cases(app: &App, count: u32, seed: u64, progress: impl Fn(u32)) -> Result<u32, Failure> {
    let now = app.clock.now();
    let district = district::by_ags(&app.store, DISTRICT_AGS).await?;
    let district = district.ok_or_else(|| Failure::internal("the demo district is not there"))?;
    let actor = Actor::system(district.id, legal_day(now));
    if case::count(&app.store, &actor.permit()?, None).await? > 0 {
        return Ok(0);
    }
    let (managers, leads) = managers(app, &actor).await?;
    if leads.is_empty() {
        return Err(Failure::internal("nobody of the demo holds a case-management position today"));
    }
    let directory = import::directory(&app.store, &actor.permit()?).await?;
    let municipalities: HashMap<String, MunicipalityId> =
        directory.municipalities.into_iter().map(|town| (town.name, town.id)).collect();
    let permit = actor.permit::<verb::OpenCase>()?;
    let press = bulk::press(&app.store, &permit, now).await?;
    let plan = cases::Plan { seed, count, today: legal_day(now), managers };
    let mut accounts = HashMap::new();
    for lead in &leads {
        accounts.insert(*lead, staff_member::account_of(app.store.reader(), &permit, *lead).await?);
    }
    let organisations = institutions(app, &actor).await?;
    let missing = || Failure::internal("the demo district has no stair model");
    let model = stair::active(app.store.reader(), &permit).await?.ok_or_else(missing)?;
    let stages = stair::stages_of(app.store.reader(), &permit, &[model.id]).await?;
    let stair = (model, stages);
    let mut making = Making {
        plan,
        leads,
        accounts,
        municipalities,
        organisations: organisations.clone(),
        stair,
        actor: actor.clone(),
        now,
        numbers: HashMap::new(),
    };
    let starts = (0..count).step_by(usize::try_from(BATCH).unwrap_or(1));
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let batches = futures_util::stream::iter(starts).map(|start| {
        let made: Result<Vec<bulk::NewCase>, Failure> =
            (start..start.saturating_add(BATCH).min(count)).map(|index| making.case(index)).collect();
        let press = press.clone();
        async move {
            // Sealing is work for processors, and takes all that there are.
            let made = made?;
            let length = u32::try_from(made.len()).unwrap_or(0);
            let pressed = tokio::task::spawn_blocking(move || press.rows(made));
            let rows = pressed.await.map_err(|error| Failure::internal(error.to_string()))??;
            Ok::<_, Failure>((length, rows))
        }
    });
    let mut done = 0_u32;
    let mut batches = std::pin::pin!(batches.buffered(threads));
    while let Some((length, rows)) = batches.try_next().await? {
        bulk::write(&app.store, &permit, rows).await?;
        done = done.saturating_add(length);
        progress(done);
    }
    bulk::take_stock(&app.store, &permit).await?;
    let window = Window { limit: 100, after: None, before: None, from_the_end: false, descending: false };
    let known = directory::page::<Body, _>(&app.store, &actor.permit::<verb::ReadDirectory>()?, &window).await?;
    if let Some(steering_group) = known.rows.into_iter().find(|body| body.name == bodies::STEERING_GROUP) {
        themes::propose(app, &actor, &organisations, steering_group.id).await?;
    }
    Ok(done)
}

/// The institutions that barriers and themes of the demo name.
async fn institutions(app: &App, actor: &Actor) -> Result<HashMap<String, OrganisationId>, Failure> {
    let permit = actor.permit::<verb::ReadDirectory>()?;
    let mut found = HashMap::new();
    for name in [CENTRE, JOB_CENTRE, IMMIGRATION_OFFICE, WELFARE] {
        if let Some(organisation) = organisation::find_by_name(app.store.reader(), &permit, name).await? {
            found.insert(name.to_owned(), organisation.id);
        }
    }
    Ok(found)
}

/// The case managers who hold a position today, as the plan of the cases and as the database know them.
async fn managers(app: &App, actor: &Actor) -> Result<(Vec<cases::Manager>, Vec<StaffMemberId>), Failure> {
    let permit = actor.permit::<verb::ReadPosition>()?;
    let mut positions = position::all(&app.store, &permit).await?;
    positions.retain(|position| position.role == PositionRole::CaseManager);
    positions.sort_by(|one, other| one.number.cmp(&other.number));
    let ids: Vec<PositionId> = positions.iter().map(|position| position.id).collect();
    let occupancies = occupancy::of_positions(&app.store, &permit, &ids).await?;
    let areas = service_area::of_positions(&app.store, &permit, &ids).await?;
    let today = permit.today();
    let (mut managers, mut leads) = (Vec::new(), Vec::new());
    for position in positions {
        let towns: Vec<&'static str> = areas
            .iter()
            .filter(|(area, _)| area.position_id == position.id)
            .filter_map(|(_, town)| town.as_ref())
            .filter_map(|town| cases::TOWNS.iter().find(|known| known.name == town.name))
            .map(|town| town.name)
            .collect();
        let holds = |occupancy: &&(occupancy::Occupancy, _)| {
            let occupancy: &occupancy::Occupancy = &occupancy.0;
            occupancy.position_id == position.id
                && occupancy.valid_from <= today
                && occupancy.valid_until.is_none_or(|until| until > today)
        };
        for (occupancy, _) in occupancies.iter().filter(holds) {
            let weight = if occupancy.fte_hundredths < 100 { cases::HALF_WEIGHT } else { cases::FULL_WEIGHT };
            managers.push(cases::Manager { weight, towns: towns.clone(), since: occupancy.valid_from });
            leads.push(occupancy.staff_member_id);
        }
    }
    Ok((managers, leads))
}

/// Makes records of what was invented, one after the other.
struct Making {
    plan: cases::Plan,
    leads: Vec<StaffMemberId>,
    accounts: HashMap<StaffMemberId, Option<AccountId>>,
    municipalities: HashMap<String, MunicipalityId>,
    organisations: HashMap<String, OrganisationId>,
    stair: (StairModel, Vec<StairStage>),
    actor: Actor,
    now: DateTime<Utc>,
    /// The last number of each year.
    numbers: HashMap<i32, i32>,
}

impl Making {
    fn case(&mut self, index: u32) -> Result<bulk::NewCase, Failure> {
        let missing = |what: &str| Failure::internal(format!("the demo has no {what}"));
        let invented = self.plan.invent(index);
        let (district_id, created_at) = (self.actor.district_id(), self.now);
        let (case_id, client_id) = (CaseId::new(), ClientId::new());
        let year = invented.opened_on.year();
        let number = self.numbers.entry(year).or_insert(0);
        *number = number.saturating_add(1);
        let (phase, phase_since) = invented.phase();
        let person = &invented.person;
        let case = Case {
            id: case_id,
            district_id,
            year,
            number: *number,
            client_id,
            municipality_id: *self.municipalities.get(invented.town).ok_or_else(|| missing(invented.town))?,
            lead_id: *self.leads.get(invented.manager).ok_or_else(|| missing("lead"))?,
            substitute_id: None,
            unit: invented.unit,
            intensity: invented.intensity,
            referral_source: invented.referral_source,
            status: invented.status,
            phase,
            phase_since,
            opened_on: invented.opened_on,
            closed_on: invented.closed.map(|(day, _)| day),
            closure_reason: invented.closed.map(|(_, reason)| reason),
            age_band: Some(person.age_band),
            gender: Some(person.gender),
            nationality_group: Some(person.nationality_group.to_owned()),
            residence_group: Some(person.residence_group.to_owned()),
            language_level: Some(person.language_level),
            arrival_month: person.arrival_month,
            version: 1,
            created_at,
        };
        let client = Client {
            id: client_id,
            district_id,
            status: ClientStatus::Active,
            legal_basis: invented.legal_basis,
            version: 1,
            created_at,
            restricted_at: None,
            erased_at: None,
        };
        let identity = IdentityInput {
            family_name: Some(person.family_name.clone()),
            given_names: Some(person.given_names.clone()),
            former_names: person.former_names.clone(),
            birth_date: Some(person.birth_date.to_string()),
            address: Some(person.address.clone()),
            contact: Some(person.contact.clone()),
            languages: Some(person.languages.to_owned()),
            interpreter: person.interpreter.map(str::to_owned),
        };
        let consent = (invented.legal_basis == LegalBasis::Consent61A).then(|| Consent {
            id: ConsentId::new(),
            district_id,
            client_id,
            scope: ConsentScope::CaseRecord,
            recipient_organisation_id: None,
            recipient_account_id: None,
            form: ConsentForm::Written,
            language: "de".to_owned(),
            interpreter_present: person.interpreter.is_some(),
            given_on: invented.opened_on,
            valid_from: invented.opened_on,
            valid_until: None,
            revoked_at: None,
            recorded_by: None,
            version: 1,
            created_at,
        });
        let mut made = bulk::NewCase {
            texts: identity.texts(client_id).entries,
            names: identity.names(),
            consent,
            steps: invented.steps.iter().map(|step| (step.from, step.to, step.on)).collect(),
            work: bulk::NewWork::default(),
            case,
            client,
        };
        made.work = self.work(&invented, &made.case);
        for barrier in barriers::invent(&invented, self.plan.seed, index, self.plan.today) {
            let record = self.barrier(&barrier, &made.case);
            bulk::add_barrier(&mut made.work, record, self.stair.0.entry_position, barrier.vignette);
        }
        Ok(made)
    }

    /// The record of a barrier.
    fn barrier(&self, invented: &barriers::InventedBarrier, case: &Case) -> Barrier {
        let (model, stages) = &self.stair;
        let highest = stages.iter().map(|stage| stage.position).max().unwrap_or(model.entry_position);
        let stage = model.entry_position.saturating_add(invented.steps_up).min(highest);
        let answer_days = stages.iter().find(|one| one.position == stage).and_then(|one| one.answer_days);
        let (answer_due_on, raise_on) = match invented.solved_on {
            Some(_) => (None, None),
            None => due(invented.stage_since, answer_days, stage == highest),
        };
        Barrier {
            id: BarrierId::new(),
            district_id: case.district_id,
            case_id: case.id,
            client_id: case.client_id,
            measure_id: None,
            raised_by: self.accounts.get(&case.lead_id).copied().flatten(),
            kind: invented.kind.to_owned(),
            need_area: invented.need_area.to_owned(),
            legal_sphere: invented.sphere,
            municipality_id: case.municipality_id,
            institution_id: invented.institution.and_then(|name| self.organisations.get(name).copied()),
            severity: invented.severity,
            is_structural: false,
            minutes_lost: invented.minutes_lost,
            delay_days: invented.delay_days,
            status: if invented.solved_on.is_some() { BarrierStatus::Solved } else { BarrierStatus::Open },
            status_since: invented.solved_on.unwrap_or(invented.raised_on),
            model_id: model.id,
            stage,
            stage_since: invented.stage_since,
            answer_due_on,
            raise_on,
            raised_on: invented.raised_on,
            cell_key: cell_key(case.id.0),
            version: 1,
            created_at: self.now,
        }
    }

    /// The records of the work in a case.
    fn work(&self, invented: &cases::InventedCase, case: &Case) -> bulk::NewWork {
        let (district_id, case_id, client_id, created_at) = (case.district_id, case.id, case.client_id, self.now);
        let mut made = bulk::NewWork::default();
        let mut write = |record_id, kind, text: &str| {
            made.texts.push(Entry { record_id, kind, text: Some(text.to_owned()) });
        };
        for contact in &invented.work.contacts {
            let id = ContactId::new();
            if let Some(note) = contact.note {
                write(id.0, TextKind::ContactNote, note);
            }
            made.contacts.push(Contact {
                id,
                district_id,
                case_id,
                client_id,
                held_on: contact.held_on,
                channel: contact.channel,
                partner: contact.partner,
                minutes: Some(contact.minutes),
                interpreter_used: invented.person.interpreter.is_some(),
                recorded_by: None,
                corrected_at: None,
                corrected_by: None,
                version: 1,
                created_at,
            });
        }
        if let Some((text, due_on)) = invented.work.task {
            let id = TaskId::new();
            write(id.0, TextKind::Task, text);
            let (assignee, status) = (CaseDuty::Lead, TaskStatus::Open);
            let (version, settled_on) = (1, None);
            let task =
                Task { id, district_id, case_id, client_id, due_on, assignee, status, settled_on, version, created_at };
            made.tasks.push(task);
        }
        if let Some(plan) = &invented.work.plan {
            let plan_id = SupportPlanId::new();
            for goal in &plan.goals {
                let (goal_id, measure_id) = (GoalId::new(), MeasureId::new());
                write(goal_id.0, TextKind::Goal, goal.text);
                write(measure_id.0, TextKind::Measure, goal.measure.text);
                made.goals.push(Goal {
                    id: goal_id,
                    district_id,
                    case_id,
                    client_id,
                    plan_id,
                    carried_from_id: None,
                    need_area: goal.area.to_owned(),
                    status: goal.status,
                    status_since: goal.since,
                    target_on: None,
                    version: 1,
                    created_at,
                });
                made.measures.push(Measure {
                    id: measure_id,
                    district_id,
                    case_id,
                    client_id,
                    goal_id,
                    need_area: goal.area.to_owned(),
                    status: goal.measure.status,
                    status_since: goal.measure.since,
                    institution_id: None,
                    barrier_kind: goal.measure.barrier.map(str::to_owned),
                    version: 1,
                    created_at,
                });
            }
            made.plans.push(SupportPlan {
                id: plan_id,
                district_id,
                case_id,
                client_id,
                number: 1,
                status: plan.status,
                drafted_on: plan.drafted_on,
                agreed_on: plan.agreed_on,
                review_on: None,
                superseded_on: None,
                version: 1,
                created_at,
            });
        }
        if let Some(assessed_on) = invented.work.assessed_on {
            made.assessments.extend(invented.needs.iter().map(|(area, severity)| Assessment {
                id: AssessmentId::new(),
                district_id,
                case_id,
                client_id,
                need_area: (*area).to_owned(),
                severity: *severity,
                assessed_on,
                superseded_by_id: None,
                recorded_by: None,
                created_at,
            }));
        }
        made.spheres.extend(invented.spheres.iter().map(|held| LegalSpherePeriod {
            id: LegalSpherePeriodId::new(),
            district_id,
            case_id,
            client_id,
            sphere: held.sphere,
            valid_from: held.from,
            valid_until: held.until,
        }));
        made
    }
}
