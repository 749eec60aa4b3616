//! The demo district Kreis Coesfeld: the facts of the committee's minutes, with invented people.
//!
//! Facts: three coordinators and six case managers at the district, six case-management positions at three employers with
//! their regions, most of them to be filled by the end of July 2023; the names of the three bodies. How the municipal posts
//! are cut into positions, and which of them are filled already, is invented. All persons are invented and look so.
//!
//! Everything is made by the same commands that the API has, so that it has its history in the log; but for the cases
//! ([`load_cases`]), which are many: they are sealed by the same keys and written in bulk.

pub mod barriers;
pub mod bodies;
pub mod cases;
mod concept;
pub mod dice;
pub mod people;
mod themes;
pub mod work;

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use entity::codes::{
    BarrierStatus, BuildingBlock, CaseDuty, ClientStatus, ConsentForm, ConsentScope, Funder, LegalBasis,
    MunicipalityKind, OrganisationKind, PositionRole, Role, SupervisionKind, TaskStatus, TextKind,
};
use entity::ids::{
    AccountId, AssessmentId, BarrierId, CaseId, ClientId, ConsentId, ContactId, GoalId, Identifier as _,
    LegalSpherePeriodId, MeasureId, MunicipalityId, OrganisationId, PositionId, StaffMemberId, SupportPlanId, TaskId,
};
use futures_util::{StreamExt as _, TryStreamExt as _};
use secrecy::SecretString;

use crate::access::{Action, Actor, verb};
use crate::app::App;
use crate::clock::legal_day;
use crate::commands::accounts::account::AccountCreate;
use crate::commands::accounts::grant::GrantAddInput;
use crate::commands::casework::client::IdentityInput;
use crate::commands::district::municipality::MunicipalityAddInput;
use crate::commands::district::organisation::OrganisationAddInput;
use crate::commands::staffing::position::{
    Holder, NewStaffMember, PositionAdvertiseInput, PositionApproveInput, PositionFillInput, PositionPlanInput,
    PositionVacateInput, ServiceAreaInput,
};
use crate::commands::staffing::staff_member::StaffMemberAddInput;
use crate::commands::staffing::supervision::{Line, Professional, SupervisionAssignInput};
use crate::commands::{Answer, CommandOptions};
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
use crate::store::staffing::position::{self, Position};
use crate::store::staffing::{occupancy, service_area, staff_member};
use crate::store::structure::barrier::Barrier;
use crate::store::structure::stair::{self, StairModel, StairStage};

/// Official key of Kreis Coesfeld.
pub const DISTRICT_AGS: &str = "05558";
/// The password of all demo accounts. No secret: the demo is for trying out.
pub const PASSWORD: &str = "kim-demo-2023";
/// Login of the demo's coordinator.
pub const COORDINATOR_LOGIN: &str = "koordination@kreis-coesfeld.example";
/// Login of the demo's supervisor at the integration centre.
pub const SUPERVISOR_LOGIN: &str = "fachaufsicht@kreis-coesfeld.example";
/// Login of a demo employer.
pub const EMPLOYER_LOGIN: &str = "personal@stadt-coesfeld.example";

const DISTRICT: &str = "Kreis Coesfeld";
const CENTRE: &str = "Kommunales Integrationszentrum Kreis Coesfeld";
const COESFELD: &str = "Stadt Coesfeld";
const DUELMEN: &str = "Stadt Dülmen";
const ASCHEBERG: &str = "Gemeinde Ascheberg";
const JOB_CENTRE: &str = "Jobcenter Kreis Coesfeld";
const IMMIGRATION_OFFICE: &str = "Ausländerbehörde Kreis Coesfeld";
const WELFARE: &str = "Wohlfahrtsverband Muster";

/// A demo account.
pub struct DemoAccount {
    /// Login name.
    pub login: &'static str,
    /// Name shown to others.
    pub name: &'static str,
    /// Roles, each in one organisation.
    pub grants: &'static [(Role, &'static str)],
}

impl DemoAccount {
    /// Names of its roles.
    #[must_use]
    pub fn roles(&self) -> String {
        let names: Vec<&str> = self.grants.iter().map(|(role, _)| role.as_str()).collect();
        names.join(", ")
    }
}

/// All demo accounts.
pub const ACCOUNTS: [DemoAccount; 11] = [
    DemoAccount { login: COORDINATOR_LOGIN, name: "Karla Koordination-Muster", grants: &[(Role::Coordinator, CENTRE)] },
    DemoAccount { login: SUPERVISOR_LOGIN, name: "Fritz Fachaufsicht-Muster", grants: &[(Role::Supervisor, CENTRE)] },
    DemoAccount { login: EMPLOYER_LOGIN, name: "Petra Personal-Muster", grants: &[(Role::Employer, COESFELD)] },
    DemoAccount {
        login: "personal@stadt-duelmen.example",
        name: "Doris Dienstaufsicht-Muster",
        grants: &[(Role::Employer, DUELMEN)],
    },
    DemoAccount {
        login: "personal@gemeinde-ascheberg.example",
        name: "Anton Amt-Muster",
        grants: &[(Role::Employer, ASCHEBERG)],
    },
    DemoAccount {
        login: "leitung@kreis-coesfeld.example",
        name: "Lena Leitung-Muster",
        grants: &[(Role::Employer, CENTRE), (Role::Supervisor, CENTRE)],
    },
    DemoAccount {
        login: "case.management@kreis-coesfeld.example",
        name: "Clara Casemanagement-Muster",
        grants: &[(Role::CaseManager, CENTRE)],
    },
    DemoAccount {
        login: "case.management@stadt-coesfeld.example",
        name: "Cem Casemanagement-Muster",
        grants: &[(Role::CaseManager, COESFELD)],
    },
    DemoAccount {
        login: "datenschutz@kreis-coesfeld.example",
        name: "Dora Datenschutz-Muster",
        grants: &[(Role::DataProtectionOfficer, DISTRICT)],
    },
    DemoAccount {
        login: "administration@kreis-coesfeld.example",
        name: "Adam Administration-Muster",
        grants: &[(Role::Administrator, DISTRICT)],
    },
    DemoAccount {
        login: "fachverfahren@stadt-duelmen.example",
        name: "Fachverfahren Dülmen (Demo)",
        grants: &[(Role::Integration, DUELMEN)],
    },
];

/// Name, key and kind of the eleven municipalities.
const MUNICIPALITIES: [(&str, &str, MunicipalityKind); 11] = [
    ("Ascheberg", "05558004", MunicipalityKind::Commune),
    ("Billerbeck", "05558008", MunicipalityKind::Town),
    ("Coesfeld", "05558012", MunicipalityKind::Town),
    ("Dülmen", "05558016", MunicipalityKind::Town),
    ("Havixbeck", "05558020", MunicipalityKind::Commune),
    ("Lüdinghausen", "05558024", MunicipalityKind::Town),
    ("Nordkirchen", "05558028", MunicipalityKind::Commune),
    ("Nottuln", "05558032", MunicipalityKind::Commune),
    ("Olfen", "05558036", MunicipalityKind::Town),
    ("Rosendahl", "05558040", MunicipalityKind::Commune),
    ("Senden", "05558044", MunicipalityKind::Commune),
];

/// How far a demo position has come.
enum Story {
    /// Filled by these people: name, login of an account, hundredths.
    Filled(&'static [(&'static str, Option<&'static str>, i32)]),
    /// Advertised.
    Advertised,
    /// Approved only.
    Approved,
    /// Filled until somebody left.
    Left(&'static str),
}

/// A demo position.
struct Plan {
    number: &'static str,
    role: PositionRole,
    employer: &'static str,
    hundredths: i32,
    areas: &'static [(&'static str, i32)],
    story: Story,
}

const fn central(number: &'static str, role: PositionRole, story: Story) -> Plan {
    Plan { number, role, employer: CENTRE, hundredths: 100, areas: &[], story }
}

const PLANS: [Plan; 15] = [
    central(
        "KO-01",
        PositionRole::KimCoordinator,
        Story::Filled(&[("Karla Koordination-Muster", Some(COORDINATOR_LOGIN), 100)]),
    ),
    central("KO-02", PositionRole::KimCoordinator, Story::Filled(&[("Konrad Koordination-Muster", None, 100)])),
    central("KO-03", PositionRole::KimCoordinator, Story::Filled(&[("Kira Koordination-Muster", None, 100)])),
    central(
        "CM-01",
        PositionRole::CaseManager,
        Story::Filled(&[("Clara Casemanagement-Muster", Some("case.management@kreis-coesfeld.example"), 100)]),
    ),
    central("CM-02", PositionRole::CaseManager, Story::Filled(&[("Carlo Casemanagement-Muster", None, 100)])),
    central("CM-03", PositionRole::CaseManager, Story::Filled(&[("Cora Casemanagement-Muster", None, 100)])),
    central("CM-04", PositionRole::CaseManager, Story::Filled(&[("Claas Casemanagement-Muster", None, 100)])),
    central("CM-05", PositionRole::CaseManager, Story::Filled(&[("Conny Casemanagement-Muster", None, 100)])),
    central(
        "CM-06",
        PositionRole::CaseManager,
        Story::Filled(&[("Celia Casemanagement-Muster", None, 50), ("Curt Casemanagement-Muster", None, 50)]),
    ),
    Plan {
        number: "CM-07",
        role: PositionRole::CaseManager,
        employer: COESFELD,
        hundredths: 100,
        areas: &[("Coesfeld", 100)],
        story: Story::Filled(&[("Cem Casemanagement-Muster", Some("case.management@stadt-coesfeld.example"), 100)]),
    },
    Plan {
        number: "CM-08",
        role: PositionRole::CaseManager,
        employer: COESFELD,
        hundredths: 100,
        areas: &[("Billerbeck", 50), ("Rosendahl", 50)],
        story: Story::Advertised,
    },
    Plan {
        number: "CM-09",
        role: PositionRole::CaseManager,
        employer: COESFELD,
        hundredths: 50,
        areas: &[("Havixbeck", 50)],
        story: Story::Approved,
    },
    Plan {
        number: "CM-10",
        role: PositionRole::CaseManager,
        employer: DUELMEN,
        hundredths: 100,
        areas: &[("Dülmen", 50), ("Nottuln", 50)],
        story: Story::Advertised,
    },
    Plan {
        number: "CM-11",
        role: PositionRole::CaseManager,
        employer: ASCHEBERG,
        hundredths: 150,
        areas: &[("Ascheberg", 50), ("Lüdinghausen", 50), ("Senden", 50)],
        story: Story::Filled(&[("Aylin Casemanagement-Muster", None, 100)]),
    },
    Plan {
        number: "CM-12",
        role: PositionRole::CaseManager,
        employer: ASCHEBERG,
        hundredths: 100,
        areas: &[("Nordkirchen", 50), ("Olfen", 50)],
        story: Story::Left("Arne Casemanagement-Muster"),
    },
];

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

/// What a command made, or the rule that the demo's data breaks: a fault of ours.
fn made<R>(answer: Answer<R>) -> Result<R, Failure> {
    let errors: Vec<String> = answer.user_errors.iter().map(crate::error::UserError::english).collect();
    answer.record.ok_or_else(|| Failure::internal(format!("the demo breaks a rule: {}", errors.join(" "))))
}

/// Loads the demo district, unless it is there already.
///
/// # Errors
/// The troubles of the server.
pub async fn load(app: &App) -> Result<bool, Failure> {
    if district::by_ags(&app.store, DISTRICT_AGS).await?.is_some() {
        return Ok(false);
    }
    let now = app.clock.now();
    let transaction = app.store.begin().await?;
    let district = district::insert(transaction.connection(), DISTRICT_AGS, DISTRICT, now).await?;
    let actor = Actor::system(district, legal_day(now));
    transaction.commit().await?;

    let mut demo = Demo { app, actor, municipalities: HashMap::new(), organisations: HashMap::new() };
    demo.directory().await?;
    let accounts = demo.accounts().await?;
    demo.positions(&accounts).await?;
    bodies::Bodies { app, actor: &demo.actor, organisations: &demo.organisations }.found().await?;
    let concept = concept::Concept { app, actor: &demo.actor, organisations: &demo.organisations, accounts: &accounts };
    concept.write().await?;
    Ok(true)
}

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

struct Demo<'a> {
    app: &'a App,
    actor: Actor,
    municipalities: HashMap<&'static str, MunicipalityId>,
    organisations: HashMap<String, OrganisationId>,
}

impl Demo<'_> {
    async fn directory(&mut self) -> Result<(), Failure> {
        let commands = self.app.engine.services().commands.clone();
        let options = CommandOptions::default();
        // The present municipalities of the district date from the reform of 1975.
        let founded = day(1975, 1, 1);
        let organisation = |kind, name: &str, parent_id, municipality_id, valid_from| OrganisationAddInput {
            kind,
            name: name.to_owned(),
            parent_id,
            municipality_id,
            valid_from,
        };
        let administration = organisation(OrganisationKind::DistrictAdministration, DISTRICT, None, None, founded);
        let administration = made(commands.create(&self.actor, &administration, &options).await?)?.id;
        self.organisations.insert(DISTRICT.to_owned(), administration);
        for (name, kind, parent) in [
            (CENTRE, OrganisationKind::IntegrationCentre, Some(administration)),
            (JOB_CENTRE, OrganisationKind::Institution, Some(administration)),
            (IMMIGRATION_OFFICE, OrganisationKind::Institution, Some(administration)),
            (WELFARE, OrganisationKind::WelfareOrganisation, None),
        ] {
            let command = organisation(kind, name, parent, None, day(2020, 1, 1));
            let id = made(commands.create(&self.actor, &command, &options).await?)?.id;
            self.organisations.insert(name.to_owned(), id);
        }
        for (name, ags, kind) in MUNICIPALITIES {
            let command =
                MunicipalityAddInput { ags: ags.to_owned(), name: name.to_owned(), kind, valid_from: founded };
            let municipality = made(commands.create(&self.actor, &command, &options).await?)?.id;
            self.municipalities.insert(name, municipality);
            let title = if kind == MunicipalityKind::Town { "Stadt" } else { "Gemeinde" };
            let full = format!("{title} {name}");
            let command = organisation(OrganisationKind::Municipality, &full, None, Some(municipality), founded);
            let id = made(commands.create(&self.actor, &command, &options).await?)?.id;
            self.organisations.insert(full, id);
        }
        Ok(())
    }

    fn organisation(&self, name: &str) -> Result<OrganisationId, Failure> {
        self.organisations.get(name).copied().ok_or_else(|| Failure::internal(format!("no organisation {name}")))
    }

    async fn accounts(&self) -> Result<HashMap<&'static str, AccountId>, Failure> {
        let services = self.app.engine.services();
        let options = CommandOptions::default();
        // One hash for all: the password is the same, and hashing is slow on purpose.
        let password_hash = services.sessions.hash_password(SecretString::from(PASSWORD)).await?;
        let mut accounts = HashMap::new();
        for demo in &ACCOUNTS {
            let command = AccountCreate {
                login: demo.login.to_owned(),
                display_name: demo.name.to_owned(),
                password_hash: Some(password_hash.clone()),
            };
            let account = made(services.commands.create(&self.actor, &command, &options).await?)?;
            accounts.insert(demo.login, account.id);
            for (role, organisation) in demo.grants {
                let scopes = if *role == Role::Integration { vec![Action::ReadPosition] } else { Vec::new() };
                let command = GrantAddInput {
                    account_id: account.id,
                    role: *role,
                    organisation_id: self.organisation(organisation)?,
                    from: Some(day(2023, 1, 1)),
                    until: None,
                    scopes,
                };
                made(services.commands.create(&self.actor, &command, &options).await?)?;
            }
        }
        Ok(accounts)
    }

    async fn positions(&self, accounts: &HashMap<&str, AccountId>) -> Result<(), Failure> {
        let commands = &self.app.engine.services().commands;
        let options = CommandOptions::default();
        let mut filled: Vec<(PositionId, &Plan)> = Vec::new();
        for plan in &PLANS {
            let block = match plan.role {
                PositionRole::KimCoordinator => BuildingBlock::Coordination,
                _ => BuildingBlock::CaseManagement,
            };
            let municipal = plan.employer != CENTRE;
            let command = PositionPlanInput {
                number: plan.number.to_owned(),
                building_block: block,
                role: plan.role,
                employer_id: self.organisation(plan.employer)?,
                fte_hundredths: plan.hundredths,
                funded_by: Funder::State,
                target_filled_on: municipal.then(|| day(2023, 7, 31)),
                service_areas: plan
                    .areas
                    .iter()
                    .filter_map(|(name, share)| {
                        let municipality_id = *self.municipalities.get(name)?;
                        Some(ServiceAreaInput { municipality_id, share_hundredths: *share })
                    })
                    .collect(),
            };
            let position = made(commands.create(&self.actor, &command, &options).await?)?;
            let command = PositionApproveInput {
                position_id: position.id,
                expected_version: Some(position.version),
                approved_from: if municipal { day(2023, 1, 1) } else { day(2022, 1, 1) },
                approved_until: None,
            };
            made(commands.change(&self.actor, &command, &options).await?)?;
            self.tell(&position, plan, accounts).await?;
            filled.push((position.id, plan));
        }
        self.supervision(&filled).await
    }

    async fn tell(&self, position: &Position, plan: &Plan, accounts: &HashMap<&str, AccountId>) -> Result<(), Failure> {
        let commands = &self.app.engine.services().commands;
        let options = CommandOptions::default();
        let position_id = position.id;
        let fill = |name: &str, account: Option<&str>, fte_hundredths: i32| PositionFillInput {
            position_id,
            expected_version: None,
            holder: Holder::New(NewStaffMember {
                display_name: name.to_owned(),
                account_id: account.and_then(|login| accounts.get(login)).copied(),
            }),
            fte_hundredths,
            from: if plan.employer == CENTRE { day(2022, 4, 1) } else { day(2023, 2, 1) },
            until: None,
        };
        match &plan.story {
            Story::Approved => {}
            Story::Advertised => {
                let command = PositionAdvertiseInput { position_id, expected_version: None, target_filled_on: None };
                made(commands.change(&self.actor, &command, &options).await?)?;
            }
            Story::Filled(people) => {
                for (name, account, hundredths) in *people {
                    made(commands.change(&self.actor, &fill(name, *account, *hundredths), &options).await?)?;
                }
            }
            Story::Left(name) => {
                made(commands.change(&self.actor, &fill(name, None, plan.hundredths), &options).await?)?;
                let command = PositionVacateInput {
                    position_id,
                    expected_version: None,
                    occupancy_id: None,
                    until: day(2023, 5, 1),
                    target_filled_on: None,
                };
                made(commands.change(&self.actor, &command, &options).await?)?;
            }
        }
        Ok(())
    }

    /// The coordinators supervise the case managers professionally; the employers supervise in line.
    async fn supervision(&self, positions: &[(PositionId, &Plan)]) -> Result<(), Failure> {
        let coordinators = self.coordinators(positions).await?;
        let head = self.staff(CENTRE, "Lena Leitung-Muster").await?;
        let mut superiors: HashMap<&str, StaffMemberId> = HashMap::from([(CENTRE, head)]);
        for (employer, name) in [
            (COESFELD, "Petra Personal-Muster"),
            (DUELMEN, "Doris Dienstaufsicht-Muster"),
            (ASCHEBERG, "Anton Amt-Muster"),
        ] {
            superiors.insert(employer, self.staff(employer, name).await?);
        }
        let commands = &self.app.engine.services().commands;
        let options = CommandOptions::default();
        for (index, (position_id, plan)) in positions.iter().enumerate() {
            let assignment = |kind, supervisor_id| SupervisionAssignInput {
                position_id: *position_id,
                expected_version: None,
                kind,
                supervisor_id,
                from: day(2023, 1, 1),
                until: None,
            };
            if plan.role == PositionRole::CaseManager
                && let Some(supervisor) = coordinators.get(index.checked_rem(coordinators.len()).unwrap_or(0))
            {
                let command = Professional(assignment(SupervisionKind::Professional, *supervisor));
                made(commands.change(&self.actor, &command, &options).await?)?;
            }
            if let Some(superior) = superiors.get(plan.employer) {
                let command = Line(assignment(SupervisionKind::Line, *superior));
                made(commands.change(&self.actor, &command, &options).await?)?;
            }
        }
        Ok(())
    }

    async fn coordinators(&self, positions: &[(PositionId, &Plan)]) -> Result<Vec<StaffMemberId>, Failure> {
        let ids: Vec<PositionId> = positions
            .iter()
            .filter(|(_, plan)| plan.role == PositionRole::KimCoordinator)
            .map(|(position, _)| *position)
            .collect();
        let permit = self.actor.permit::<verb::ReadPosition>()?;
        let rows = occupancy::of_positions(&self.app.store, &permit, &ids).await?;
        Ok(rows.into_iter().map(|(occupancy, _)| occupancy.staff_member_id).collect())
    }

    async fn staff(&self, employer: &str, name: &str) -> Result<StaffMemberId, Failure> {
        let command = StaffMemberAddInput {
            organisation_id: self.organisation(employer)?,
            display_name: name.to_owned(),
            account_id: None,
        };
        let commands = &self.app.engine.services().commands;
        Ok(made(commands.create(&self.actor, &command, &CommandOptions::default()).await?)?.id)
    }
}
