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
mod casework;
mod concept;
pub mod dice;
pub mod people;
mod themes;
pub mod work;

pub use casework::load_cases;

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::codes::{BuildingBlock, Funder, MunicipalityKind, OrganisationKind, PositionRole, Role, SupervisionKind};
use entity::ids::{AccountId, MunicipalityId, OrganisationId, PositionId, StaffMemberId};
use secrecy::SecretString;

use crate::access::{Action, Actor, verb};
use crate::app::App;
use crate::clock::legal_day;
use crate::commands::accounts::account::AccountCreate;
use crate::commands::accounts::grant::GrantAddInput;
use crate::commands::district::municipality::MunicipalityAddInput;
use crate::commands::district::organisation::OrganisationAddInput;
use crate::commands::staffing::position::{
    Holder, NewStaffMember, PositionAdvertiseInput, PositionApproveInput, PositionFillInput, PositionPlanInput,
    PositionVacateInput, ServiceAreaInput,
};
use crate::commands::staffing::staff_member::StaffMemberAddInput;
use crate::commands::staffing::supervision::{Line, Professional, SupervisionAssignInput};
use crate::commands::{Answer, CommandOptions};
use crate::error::Failure;
use crate::store::district::district;
use crate::store::staffing::occupancy;
use crate::store::staffing::position::Position;

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
