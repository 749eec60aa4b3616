//! Figures of case work: what coordinators, supervisors and employers learn from counts, and what they do not.

use std::collections::BTreeMap;

use chrono::{Duration, NaiveDate};
use kim::clock::{Clock as _, legal_day};
use serde_json::{Value, json};

use crate::app::{Answer, Client, TestApp};

mod caseloads;
mod statistics;
mod workloads;

const CENTRAL: &str = "case.management@kreis-coesfeld.example";
const MUNICIPAL: &str = "case.management@stadt-coesfeld.example";

/// A small generator of its own, so that the data are the same on every machine.
struct Dice(u64);

impl Dice {
    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        choices[usize::try_from((self.0 >> 33) % u64::try_from(choices.len()).unwrap()).unwrap()]
    }
}

/// The municipalities of the demo: names by id.
async fn municipalities(app: &TestApp) -> BTreeMap<String, String> {
    let answer = app.coordinator().await.query("{ municipalities(first: 20) { nodes { id name } } }").await;
    let nodes = answer.data()["municipalities"]["nodes"].as_array().unwrap().clone();
    let text = |node: &Value, name: &str| node[name].as_str().unwrap().to_owned();
    nodes.iter().map(|node| (text(node, "id"), text(node, "name"))).collect()
}

/// Opens `number` cases whose lead `user` becomes; what they are like depends on the seed. Small towns and rare traits are
/// among them.
async fn open_many(app: &TestApp, user: &Client, number: usize, seed: u64) -> Vec<String> {
    let towns: BTreeMap<String, String> = municipalities(app).await.into_iter().map(|(id, name)| (name, id)).collect();
    let mut dice = Dice(seed);
    let mut opened = Vec::new();
    for _ in 0..number {
        let town = dice.of(&[
            "Coesfeld",
            "Coesfeld",
            "Coesfeld",
            "Dülmen",
            "Dülmen",
            "Dülmen",
            "Nottuln",
            "Nottuln",
            "Senden",
            "Olfen",
            "Billerbeck",
        ]);
        let mut input = json!({
            "municipalityId": towns[town],
            "unit": dice.of(&["PERSON", "PERSON", "HOUSEHOLD"]),
            "intensity": dice.of(&["STANDARD", "STANDARD", "STANDARD", "INTENSIVE", "SHORT_ADVICE"]),
            "referralSource": dice.of(&["SELF_REFERRAL", "SELF_REFERRAL", "MUNICIPALITY", "COUNSELLING_SERVICE", "JOB_CENTRE", "SCHOOL_OR_DAYCARE"]),
            "gender": dice.of(&["FEMALE", "FEMALE", "MALE", "MALE", "DIVERSE"]),
            "ageBand": dice.of(&["A18_24", "A25_34", "A25_34", "A35_44", "A45_54", "A65PLUS"]),
            "nationalityGroup": dice.of(&["UKRAINE", "UKRAINE", "EU_SOUTH_EAST", "MAIN_ASYLUM_COUNTRIES", "GERMANY", "EU_OTHER"]),
            "languageLevel": dice.of(&["NONE", "A1", "A1", "A2", "B1", "C1"]),
        });
        if dice.of(&[true, false]) {
            input["residenceGroup"] =
                json!(dice.of(&["TEMPORARY_PROTECTION_24", "HUMANITARIAN_RECOGNISED", "TOLERATED"]));
        }
        let document =
            "mutation($input: CaseOpenInput!) { caseOpen(input: $input) { case { id } userErrors { code path } } }";
        let answer = user.send(document, json!({ "input": input })).await;
        assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{answer:?}");
        opened.push(answer.payload()["case"]["id"].as_str().unwrap().to_owned());
    }
    opened
}

/// A command about cases.
async fn command(user: &Client, name: &str, input: Value) {
    let ty = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let document = format!("mutation($input: {ty}!) {{ {name}(input: $input) {{ userErrors {{ code path }} }} }}");
    let answer = user.send(&document, json!({ "input": input })).await;
    assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{answer:?}");
}

async fn close(user: &Client, case: &str) {
    command(user, "caseClose", json!({ "caseId": case, "closureReason": "GOALS_REACHED" })).await;
}

/// Lets the days pass until it is ten o'clock on `day`. Who was logged in has to log in again.
fn until(app: &TestApp, day: &str) {
    let day: NaiveDate = day.parse().unwrap();
    app.clock.advance(Duration::days((day - legal_day(app.clock.now())).num_days()));
}

/// The fewest statements of several tries: the server's own jobs may add some to one of them, never to all.
async fn statements(app: &TestApp, client: &Client, document: &str) -> u64 {
    let mut fewest = u64::MAX;
    for _ in 0..8 {
        let before = app.app.store.statements();
        let answer = client.query(document).await;
        assert!(!answer.data().is_null());
        fewest = fewest.min(app.app.store.statements() - before);
    }
    fewest
}

/// Whether nobody of these may ask.
async fn all_forbidden(app: &TestApp, document: &str, logins: &[&str]) {
    for login in logins {
        let answer: Answer = app.user(login).await.query(document).await;
        assert_eq!(answer.code(), "FORBIDDEN", "{login}");
    }
}

/// The demo's district.
async fn district(app: &TestApp) -> entity::ids::DistrictId {
    kim::store::district::district::by_ags(&app.app.store, kim::demo::DISTRICT_AGS).await.unwrap().unwrap().id
}
