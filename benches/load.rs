//! The data: the demo district, many more positions made by the same commands as the API's, and invented cases.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use chrono::NaiveDate;
use entity::codes::{BuildingBlock, Funder, PositionRole, SupervisionKind};
use entity::ids::{MunicipalityId, OrganisationId, StaffMemberId};
use futures_util::{StreamExt, TryStreamExt, stream};
use kim::access::{Actor, verb};
use kim::app::{App, Hashing};
use kim::clock::{SystemClock, legal_day};
use kim::commands::staffing::position::{
    Holder, NewStaffMember, PositionApproveInput, PositionFillInput, PositionPlanInput, ServiceAreaInput,
};
use kim::commands::staffing::supervision::{Line, Professional, SupervisionAssignInput};
use kim::commands::{Answer, CommandOptions};
use kim::config::{Config, Environment};
use kim::error::{Failure, UserError};
use kim::store::district::directory;
use kim::store::district::municipality::Municipality;
use kim::store::district::{district, organisation};
use kim::store::page::Window;
use kim::store::staffing::staff_member;
use serde_json::{Value, json};

use crate::Trouble;
use crate::process::settings;

/// How many positions are made at the same time.
const AT_ONCE: usize = 8;
/// Who employs the loaded positions, in turn.
const EMPLOYERS: [&str; 4] = ["Stadt Coesfeld", "Stadt Dülmen", "Gemeinde Ascheberg", "Gemeinde Senden"];
/// Who supervises them professionally.
const CENTRE: &str = "Kommunales Integrationszentrum Kreis Coesfeld";

fn trouble(failure: Failure) -> Trouble {
    format!("{} {}", failure.message(), failure.cause.unwrap_or_default()).into()
}

fn made<R>(answer: Answer<R>) -> Result<R, Trouble> {
    let errors: Vec<String> = answer.user_errors.iter().map(UserError::english).collect();
    answer.record.ok_or_else(|| errors.join(" ").into())
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

struct Employer {
    id: OrganisationId,
    superior: StaffMemberId,
}

struct Loader<'a> {
    app: &'a App,
    actor: Actor,
    employers: Vec<Employer>,
    supervisors: Vec<StaffMemberId>,
    municipalities: Vec<MunicipalityId>,
}

/// Brings the database to its shape and fills it: what is there already is not loaded again.
pub(crate) async fn load(url: &str, folder: &Path, positions: Option<u32>, cases: Option<u32>) -> Result<(), Trouble> {
    let config = Config::load(None, settings(url, folder), Environment::Development)?;
    let app = App::assemble(config, Arc::new(SystemClock), Hashing::Standard).await?;
    app.store.migrate().await.map_err(trouble)?;
    kim::demo::load(&app).await.map_err(trouble)?;
    if let Some(cases) = cases {
        let begun = Instant::now();
        let loaded = kim::demo::load_cases(&app, cases, kim::demo::cases::SEED, |_| ()).await.map_err(trouble)?;
        println!("\n{loaded} cases loaded in {:.1} s.", begun.elapsed().as_secs_f64());
        if loaded > 0 {
            crate::structure::prepare(&app).await?;
        }
    }
    if let Some(positions) = positions {
        let loader = Loader::new(&app).await.map_err(trouble)?;
        let begun = Instant::now();
        stream::iter(0..positions)
            .map(|number| loader.position(number))
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await?;
        println!("\n{positions} positions loaded in {:.1} s.", begun.elapsed().as_secs_f64());
    }
    let begun = Instant::now();
    app.sealer().seal_all().await.map_err(trouble)?;
    println!("Their events sealed in {:.1} s.", begun.elapsed().as_secs_f64());
    app.store.close().await;
    Ok(())
}

impl<'a> Loader<'a> {
    async fn new(app: &'a App) -> Result<Self, Failure> {
        let missing = |what: &str| Failure::internal(format!("the demo lacks {what}"));
        let district =
            district::by_ags(&app.store, kim::demo::DISTRICT_AGS).await?.ok_or_else(|| missing("its district"))?;
        let now = app.clock.now();
        let actor = Actor::system(district.id, legal_day(now));
        let directory = actor.permit::<verb::ReadDirectory>()?;
        let staff = actor.permit::<verb::ReadStaffMember>()?;
        let find = async |name: &str| -> Result<OrganisationId, Failure> {
            let found = organisation::find_by_name(app.store.reader(), &directory, name).await?;
            Ok(found.ok_or_else(|| missing(name))?.id)
        };
        let superior = async |employer: OrganisationId| -> Result<StaffMemberId, Failure> {
            let made = staff_member::insert(app.store.reader(), &staff, employer, None, "Vera Vorgesetzt-Muster", now);
            Ok(made.await?.id)
        };
        let mut employers = Vec::new();
        for name in EMPLOYERS {
            let id = find(name).await?;
            employers.push(Employer { id, superior: superior(id).await? });
        }
        let centre = find(CENTRE).await?;
        let supervisors = vec![superior(centre).await?, superior(centre).await?, superior(centre).await?];
        let window = Window { limit: 100, after: None, before: None, from_the_end: false, descending: false };
        let page = directory::page::<Municipality, _>(&app.store, &directory, &window).await?;
        let municipalities = page.rows.into_iter().map(|row| row.id).collect();
        Ok(Self { app, actor, employers, supervisors, municipalities })
    }

    /// A position with a holder, two service areas and both supervisions.
    async fn position(&self, number: u32) -> Result<(), Trouble> {
        let commands = &self.app.engine.services().commands;
        let options = CommandOptions::default();
        let employer = in_turn(&self.employers, number)?;
        let area = |offset: u32| -> Result<ServiceAreaInput, Trouble> {
            let municipality_id = *in_turn(&self.municipalities, number.wrapping_add(offset))?;
            Ok(ServiceAreaInput { municipality_id, share_hundredths: 50 })
        };
        let plan = PositionPlanInput {
            number: format!("A-{number:06}"),
            building_block: BuildingBlock::CaseManagement,
            role: PositionRole::CaseManager,
            employer_id: employer.id,
            fte_hundredths: 100,
            funded_by: Funder::State,
            target_filled_on: Some(day(2023, 7, 31)),
            service_areas: vec![area(0)?, area(1)?],
        };
        let position_id = made(commands.create(&self.actor, &plan, &options).await.map_err(trouble)?)?.id;
        let approve = PositionApproveInput {
            position_id,
            expected_version: None,
            approved_from: day(2023, 1, 1),
            approved_until: None,
        };
        made(commands.change(&self.actor, &approve, &options).await.map_err(trouble)?)?;
        let fill = PositionFillInput {
            position_id,
            expected_version: None,
            holder: Holder::New(NewStaffMember { display_name: format!("Muster-Person {number}"), account_id: None }),
            fte_hundredths: 100,
            from: day(2023, 2, 1),
            until: None,
        };
        made(commands.change(&self.actor, &fill, &options).await.map_err(trouble)?)?;
        let supervised = |kind, supervisor_id| SupervisionAssignInput {
            position_id,
            expected_version: None,
            kind,
            supervisor_id,
            from: day(2023, 2, 1),
            until: None,
        };
        let professional =
            Professional(supervised(SupervisionKind::Professional, *in_turn(&self.supervisors, number)?));
        made(commands.change(&self.actor, &professional, &options).await.map_err(trouble)?)?;
        let line = Line(supervised(SupervisionKind::Line, employer.superior));
        made(commands.change(&self.actor, &line, &options).await.map_err(trouble)?)?;
        Ok(())
    }
}

fn in_turn<T>(list: &[T], number: u32) -> Result<&T, Trouble> {
    let number = usize::try_from(number)?;
    Ok(number.checked_rem(list.len()).and_then(|index| list.get(index)).ok_or("an empty list")?)
}

/// Finds a place for planned positions over the API.
pub(crate) const PLACES: &str =
    "{ organisations(first: 100) { nodes { id name } } municipalities(first: 2) { nodes { id } } }";

/// Where the positions that the benchmark plans over the API belong.
pub(crate) struct Place {
    employer: String,
    municipality: String,
}

impl Place {
    /// Reads the answer to [`PLACES`].
    pub(crate) fn read(answer: &Value) -> Result<Self, Trouble> {
        let nodes = |list: &str| {
            answer
                .pointer(&format!("/data/{list}/nodes"))
                .and_then(Value::as_array)
                .map(Vec::as_slice)
                .unwrap_or_default()
        };
        let id = |node: &Value| node.get("id").and_then(Value::as_str).map(str::to_owned);
        let [employer, ..] = EMPLOYERS;
        let employer =
            nodes("organisations").iter().find(|node| node.get("name").and_then(Value::as_str) == Some(employer));
        Ok(Self {
            employer: employer.and_then(id).ok_or("no employer")?,
            municipality: nodes("municipalities").first().and_then(id).ok_or("no municipality")?,
        })
    }

    /// The input that plans a position here.
    pub(crate) fn plan(&self, number: &str) -> Value {
        json!({
            "number": number,
            "buildingBlock": "CASE_MANAGEMENT",
            "role": "CASE_MANAGER",
            "employerId": self.employer,
            "fteHundredths": 100,
            "fundedBy": "STATE",
            "serviceAreas": [{ "municipalityId": self.municipality, "shareHundredths": 100 }],
        })
    }
}
