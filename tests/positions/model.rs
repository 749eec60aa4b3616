//! Random commands on a few positions, beside a model of them that is as plain as can be: it counts days.

use kim::demo::DISTRICT_AGS;
use kim::store::district::district;
use kim::store::log::verification::verify;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};

use crate::app::eventually;
use crate::databases::{TestDatabase, both_databases};
use crate::desk::Desk;

const POSITIONS: usize = 3;
const FTE: i32 = 100;
/// No random day lies this far out.
const HORIZON: u64 = 60;

/// A command on one of the positions; days are counted from 2023-06-01.
#[derive(Clone, Debug)]
enum Step {
    Approve { from: u64, length: Option<u64> },
    Advertise,
    Fill { hundredths: i32, from: u64, length: Option<u64> },
    Vacate { which: Option<usize>, until: u64 },
    End { on: u64 },
}

/// How a command is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Plain,
    WithVersion,
    WithStaleVersion,
    OnlyValidating,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    hundredths: i32,
    from: u64,
    until: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Model {
    status: &'static str,
    version: i64,
    approval: Option<(u64, Option<u64>)>,
    held: Vec<Held>,
}

impl Model {
    const fn new() -> Self {
        Self { status: "PLANNED", version: 1, approval: None, held: Vec::new() }
    }

    fn open(&self) -> usize {
        self.held.iter().filter(|held| held.until.is_none()).count()
    }

    fn load(&self, day: u64) -> i32 {
        let on = |held: &&Held| held.from <= day && held.until.is_none_or(|until| day < until);
        self.held.iter().filter(on).map(|held| held.hundredths).sum()
    }

    fn after_occupancies(&mut self) {
        self.status = if self.open() > 0 { "FILLED" } else { "VACANT" };
    }

    fn allows(&self, transition: &str) -> bool {
        let open: i32 = self.held.iter().filter(|held| held.until.is_none()).map(|held| held.hundredths).sum();
        match transition {
            "APPROVE" => self.status == "PLANNED",
            "ADVERTISE" => ["APPROVED", "VACANT"].contains(&self.status),
            "FILL" => !["PLANNED", "ENDED"].contains(&self.status) && open < FTE,
            "VACATE" => self.status == "FILLED",
            "END" => self.status != "ENDED" && self.open() == 0,
            _ => panic!("{transition}"),
        }
    }

    /// The position after the step, or the code of the first rule that forbids it.
    fn step(&self, step: &Step) -> Result<Self, &'static str> {
        let mut next = self.clone();
        next.version += 1;
        match step {
            Step::Approve { from, length } => {
                if self.status != "PLANNED" {
                    return Err("TRANSITION_NOT_ALLOWED");
                }
                next.status = "APPROVED";
                next.approval = Some((*from, length.map(|length| from + length)));
            }
            Step::Advertise => {
                if !self.allows("ADVERTISE") {
                    return Err("TRANSITION_NOT_ALLOWED");
                }
                next.status = "ADVERTISED";
            }
            Step::Fill { hundredths, from, length } => {
                if ["PLANNED", "ENDED"].contains(&self.status) {
                    return Err("TRANSITION_NOT_ALLOWED");
                }
                let until = length.map(|length| from + length);
                next.held.push(Held { hundredths: *hundredths, from: *from, until });
                if !self.allows("FILL") || (*from..until.unwrap_or(HORIZON)).any(|day| next.load(day) > FTE) {
                    return Err("POSITION_FULLY_OCCUPIED");
                }
                let (begins, ends) = self.approval.unwrap();
                if *from < begins || ends.is_some_and(|ends| *from >= ends) {
                    return Err("OUTSIDE_APPROVAL");
                }
                next.after_occupancies();
            }
            Step::Vacate { which, until } => {
                if self.status != "FILLED" {
                    return Err("TRANSITION_NOT_ALLOWED");
                }
                let is_open = |held: &Held| held.until.is_none();
                let chosen = match which {
                    Some(index) => {
                        let index = index % next.held.len();
                        if !is_open(&next.held[index]) {
                            return Err("OCCUPANCY_NOT_OPEN");
                        }
                        index
                    }
                    None if self.open() > 1 => return Err("OCCUPANCY_AMBIGUOUS"),
                    None => next.held.iter().position(is_open).unwrap(),
                };
                if *until <= next.held[chosen].from {
                    return Err("PERIOD_EMPTY");
                }
                next.held[chosen].until = Some(*until);
                next.after_occupancies();
            }
            Step::End { on } => {
                if self.held.iter().any(|held| held.until.is_none_or(|until| until > *on)) {
                    return Err("POSITION_OCCUPIED");
                }
                if self.status == "ENDED" {
                    return Err("TRANSITION_NOT_ALLOWED");
                }
                next.status = "ENDED";
            }
        }
        Ok(next)
    }
}

fn steps() -> impl Strategy<Value = Vec<(usize, Step, Manner)>> {
    let length = || proptest::option::weighted(0.4, 1_u64..12);
    let step = prop_oneof![
        2 => (0_u64..6, length()).prop_map(|(from, length)| Step::Approve { from, length }),
        1 => Just(Step::Advertise),
        5 => (prop_oneof![Just(25), Just(50), Just(100)], 0_u64..15, length())
            .prop_map(|(hundredths, from, length)| Step::Fill { hundredths, from, length }),
        3 => (proptest::option::of(0_usize..4), 0_u64..25).prop_map(|(which, until)| Step::Vacate { which, until }),
        1 => (0_u64..30).prop_map(|on| Step::End { on }),
    ];
    let manner = prop_oneof![
        4 => Just(Manner::Plain),
        2 => Just(Manner::WithVersion),
        1 => Just(Manner::WithStaleVersion),
        1 => Just(Manner::OnlyValidating),
    ];
    proptest::collection::vec((0..POSITIONS, step, manner), 8..24)
}

fn date(day: u64) -> String {
    let first: chrono::NaiveDate = "2023-06-01".parse().unwrap();
    (first + chrono::Days::new(day)).to_string()
}

fn day(date: &Value) -> Option<u64> {
    let date: chrono::NaiveDate = date.as_str()?.parse().unwrap();
    let first: chrono::NaiveDate = "2023-06-01".parse().unwrap();
    Some(u64::try_from((date - first).num_days()).unwrap())
}

struct Pair {
    id: String,
    model: Model,
    /// Ids of the occupancies, in the order in which they were made.
    occupancies: Vec<String>,
}

async fn give(desk: &Desk, pair: &mut Pair, step: &Step, manner: Manner) -> Result<bool, TestCaseError> {
    let mut input = json!({ "positionId": pair.id });
    let (client, command) = match step {
        Step::Approve { from, length } => {
            input["approvedFrom"] = json!(date(*from));
            input["approvedUntil"] = json!(length.map(|length| date(from + length)));
            (&desk.coordinator, "positionApprove")
        }
        Step::Advertise => (&desk.employer, "positionAdvertise"),
        Step::Fill { hundredths, from, length } => {
            input["holder"] = json!({ "new": { "displayName": "Nele Neu-Muster" } });
            input["fteHundredths"] = json!(hundredths);
            input["from"] = json!(date(*from));
            input["until"] = json!(length.map(|length| date(from + length)));
            (&desk.employer, "positionFill")
        }
        Step::Vacate { which, until } => {
            let known = pair.occupancies.len();
            input["occupancyId"] =
                json!(which.filter(|_| known > 0).map(|index| pair.occupancies[index % known].clone()));
            input["until"] = json!(date(*until));
            (&desk.employer, "positionVacate")
        }
        Step::End { on } => {
            input["endedOn"] = json!(date(*on));
            (&desk.employer, "positionEnd")
        }
    };
    match manner {
        Manner::WithVersion => input["expectedVersion"] = json!(pair.model.version),
        Manner::WithStaleVersion => input["expectedVersion"] = json!(pair.model.version - 1),
        Manner::Plain | Manner::OnlyValidating => {}
    }
    let options = json!({ "validateOnly": manner == Manner::OnlyValidating });
    let answer = client.command_with(command, input, options).await;
    let expected = match manner {
        Manner::WithStaleVersion => Err("VERSION_STALE"),
        _ => pair.model.step(step),
    };
    let mut changed = false;
    match expected {
        Err(code) => {
            prop_assert_eq!(answer.user_errors().first().copied(), Some(code), "{:?} on {:?}", step, pair.model)
        }
        Ok(next) => {
            prop_assert!(answer.position().is_some(), "{:?} on {:?}: {:#?}", step, pair.model, answer);
            if manner != Manner::OnlyValidating {
                pair.model = next;
                changed = true;
            }
        }
    }
    let stored = desk.position(&pair.id).await;
    for row in stored["occupancies"]["nodes"].as_array().unwrap() {
        let id = crate::desk::id(row);
        if !pair.occupancies.contains(&id) {
            pair.occupancies.push(id);
        }
    }
    compare(&stored, pair)?;
    Ok(changed)
}

fn compare(stored: &Value, pair: &Pair) -> Result<(), TestCaseError> {
    let model = &pair.model;
    prop_assert_eq!(stored["status"].as_str().unwrap(), model.status);
    prop_assert_eq!(stored["version"].as_i64().unwrap(), model.version);
    let rows = stored["occupancies"]["nodes"].as_array().unwrap();
    let held: Vec<Held> = pair
        .occupancies
        .iter()
        .map(|id| {
            let row = rows.iter().find(|row| row["id"] == *id).unwrap();
            let hundredths = i32::try_from(row["fteHundredths"].as_i64().unwrap()).unwrap();
            Held { hundredths, from: day(&row["validFrom"]).unwrap(), until: day(&row["validUntil"]) }
        })
        .collect();
    prop_assert_eq!(&held, &model.held);
    // No command leads to a state that no one should see.
    prop_assert!((0..HORIZON).all(|day| model.load(day) <= FTE));
    prop_assert!(model.status == "FILLED" || model.open() == 0);
    prop_assert!(model.status == "PLANNED" || model.status == "ENDED" || model.approval.is_some());
    for transition in stored["availableTransitions"].as_array().unwrap() {
        let name = transition["name"].as_str().unwrap();
        let blocks = transition["blockedBy"].as_array().unwrap();
        let by_state = blocks.iter().filter(|block| block["code"] != "FORBIDDEN").count();
        prop_assert_eq!(by_state == 0, model.allows(name), "{} on {:?}", name, model);
        prop_assert_eq!(transition["allowed"].as_bool().unwrap(), blocks.is_empty());
    }
    prop_assert_eq!(i64::try_from(stored["history"]["nodes"].as_array().unwrap().len()).unwrap(), model.version);
    Ok(())
}

both_databases! {
    async fn random_commands_follow_the_model(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let runtime = tokio::runtime::Handle::current();
        let config = Config { cases: 5, max_shrink_iters: 40, failure_persistence: None, ..Config::default() };
        let mut case = 0;
        let mut runner = TestRunner::new(config);
        let cell = std::sync::Mutex::new(&mut case);
        let outcome = tokio::task::block_in_place(|| {
            runner.run(&steps(), |steps| {
                let number = {
                    let mut case = cell.lock().unwrap();
                    **case += 1;
                    **case
                };
                runtime.block_on(async {
                    let mut tables = desk.tables().await;
                    let mut events = tables.count("event").await;
                    let mut pairs = Vec::new();
                    for index in 0..POSITIONS {
                        let id = desk.planned(&format!("M-{number}-{index}")).await;
                        pairs.push(Pair { id, model: Model::new(), occupancies: Vec::new() });
                        events += 1;
                    }
                    for (index, step, manner) in &steps {
                        events += i64::from(give(&desk, &mut pairs[*index], step, *manner).await?);
                        prop_assert_eq!(tables.count("event").await, events);
                    }
                    Ok(())
                })
            })
        });
        outcome.unwrap_or_else(|error| panic!("{error}"));
        let mut tables = desk.tables().await;
        assert!(tables.count("event").await > 0);
        eventually("everything is sealed", async || desk.tables().await.count("log_pending").await == 0).await;
        let app = &desk.app.app;
        let district = district::by_ags(&app.store, DISTRICT_AGS).await.unwrap().unwrap();
        let keys = &app.sealing_keys;
        let check = |key: &str, message: &[u8], signature: &[u8]| keys.verify(key, message, signature);
        let report = verify(&app.store, district.id, None, &check).await.unwrap();
        assert_eq!((report.finding, report.entries), (None, tables.count("event").await));
    }
}
