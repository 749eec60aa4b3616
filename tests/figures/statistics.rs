//! Statistics: fixed tables at fixed dates.

use std::collections::{BTreeMap, BTreeSet};

use entity::codes::{CaseDimension, StatisticsTable};
use kim::access::Actor;
use kim::clock::{Clock as _, legal_day};
use kim::domain::reporting::statistics::{DEFINITIONS, Population, last_reporting_date};
use kim::store::reporting::statistics::material;
use serde_json::{Value, json};

use super::{
    CENTRAL, MUNICIPAL, all_forbidden, close, command, district, municipalities, open_many, statements, until,
};
use crate::app::{Client, TestApp};
use crate::databases::{TestDatabase, both_databases};

const TABLE: &str = "query($table: StatisticsTable!, $on: NaiveDate, $audience: StatisticsAudience) {
    caseStatistics(table: $table, reportingOn: $on, audience: $audience) {
        table audience reportingOn smallestShown dimensions
        figures { categories { dimension code municipality { name } } count suppressed } } }";

async fn table(user: &Client, name: &str, on: Option<&str>) -> Value {
    let answer = user.send(TABLE, json!({ "table": name, "on": on })).await;
    answer.data()["caseStatistics"].clone()
}

/// Each figure of an answer: the codes, and the count if it is shown.
fn figures(table: &Value) -> BTreeMap<Vec<String>, Option<i64>> {
    let read = |figure: &Value| {
        assert_eq!(figure["count"].is_null(), figure["suppressed"].as_bool().unwrap());
        let categories = figure["categories"].as_array().unwrap().iter();
        let place =
            categories.map(|one| format!("{} {}", one["dimension"].as_str().unwrap(), one["code"].as_str().unwrap()));
        (place.collect(), figure["count"].as_i64())
    };
    table["figures"].as_array().unwrap().iter().map(read).collect()
}

/// All cases of the district that are not closed, as the supervisor sees them: the category of each by dimension.
async fn open_cases(app: &TestApp) -> Vec<BTreeMap<CaseDimension, String>> {
    let supervisor = app.supervisor().await;
    let document = "query($after: String) { cases(first: 100, after: $after, filter: { statusIn: [OPEN, PAUSED] }) {
        pageInfo { hasNextPage endCursor }
        nodes { municipality { id } phase status intensity unit referralSource gender ageBand nationalityGroup residenceGroup
            languageLevel openedOn } } }";
    let (mut cases, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = supervisor.send(document, json!({ "after": after })).await.data()["cases"].clone();
        for node in page["nodes"].as_array().unwrap() {
            let text = |name: &str, otherwise: &str| node[name].as_str().unwrap_or(otherwise).to_owned();
            let residence = text("residenceGroup", "OTHER_OR_NOT_RECORDED");
            cases.push(BTreeMap::from([
                (CaseDimension::Municipality, node["municipality"]["id"].as_str().unwrap().to_owned()),
                (CaseDimension::Phase, text("phase", "")),
                (CaseDimension::Status, text("status", "")),
                (CaseDimension::Intensity, text("intensity", "")),
                (CaseDimension::Unit, text("unit", "")),
                (CaseDimension::ReferralSource, text("referralSource", "")),
                (CaseDimension::Gender, text("gender", "NOT_STATED")),
                (CaseDimension::AgeBand, text("ageBand", "UNKNOWN")),
                (CaseDimension::NationalityGroup, text("nationalityGroup", "NOT_STATED")),
                (CaseDimension::ResidenceGroup, residence),
                (CaseDimension::LanguageLevel, text("languageLevel", "NOT_ASSESSED")),
                (CaseDimension::OpenedYear, text("openedOn", "")[..4].to_owned()),
            ]));
        }
        if page["pageInfo"]["hasNextPage"] != true {
            return cases;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

fn count(cases: &[BTreeMap<CaseDimension, String>], place: &[String]) -> i64 {
    let has = |case: &&BTreeMap<CaseDimension, String>| {
        place.iter().all(|one| {
            let (dimension, code) = one.split_once(' ').unwrap();
            case[&CaseDimension::parse(dimension).unwrap()] == code
        })
    };
    i64::try_from(cases.iter().filter(has).count()).unwrap()
}

fn open_tables() -> impl Iterator<Item = &'static str> {
    DEFINITIONS
        .iter()
        .filter(|definition| definition.population == Population::Open)
        .map(|definition| definition.table.as_str())
}

/// A table as a reader would see it, by name.
fn drawn(table: &Value) -> String {
    let mut lines: Vec<String> = table["figures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|figure| {
            let name = figure["categories"][0]["municipality"]["name"].as_str().unwrap_or("total");
            format!("{name}: {}", figure["count"].as_i64().map_or("suppressed".to_owned(), |count| count.to_string()))
        })
        .collect();
    lines.sort();
    format!("{} for {} on {}\n{}", table["table"], table["audience"], table["reportingOn"], lines.join("\n"))
}

both_databases! {
    async fn every_table_is_true_as_far_as_it_is_shown_and_shows_no_small_number(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let central = app.user(CENTRAL).await;
        let opened = open_many(&app, &central, 70, 3).await;
        for (at, case) in opened.iter().enumerate() {
            if at % 3 > 0 {
                command(&central, "caseAdvancePhase", json!({ "caseId": case, "to": "CLEARING" })).await;
            }
            if at % 9 == 4 {
                command(&central, "casePause", json!({ "caseId": case })).await;
            }
        }
        close(&central, &opened[0]).await;
        until(&app, "2023-07-01");
        let job = app.app.statistics_job();
        // All tables of one and of two dimensions, for two audiences.
        assert_eq!(job.publish_due().await.unwrap(), 2 * 23);
        assert_eq!(job.publish_due().await.unwrap(), 0, "a date is published once");

        let cases = open_cases(&app).await;
        assert_eq!(cases.len(), 69);
        let (supervisor, coordinator) = (app.supervisor().await, app.coordinator().await);
        let (mut shown, mut hidden) = (BTreeSet::new(), BTreeSet::new());
        for name in open_tables() {
            let (centre, body) = (table(&supervisor, name, None).await, table(&coordinator, name, None).await);
            for (answer, audience, k) in [(&centre, "CENTRE", 3), (&body, "BODY", 5)] {
                assert_eq!(answer["audience"], audience);
                assert_eq!(answer["smallestShown"], k);
                assert_eq!(answer["reportingOn"], "2023-06-30");
                for (place, figure) in figures(answer) {
                    match figure {
                        Some(figure) => {
                            assert_eq!(figure, count(&cases, &place), "{name} {place:?}");
                            assert!(figure >= k, "{name} {place:?}");
                            shown.insert((audience, place));
                        }
                        None => {
                            hidden.insert((audience, place));
                        }
                    }
                }
            }
        }
        assert!(shown.is_disjoint(&hidden), "a figure looks the same in all tables");
        for (audience, place) in &shown {
            assert!(*audience == "CENTRE" || shown.contains(&("CENTRE", place.clone())), "{place:?}");
        }
        assert!(shown.len() > 60 && hidden.len() > 60, "{} {}", shown.len(), hidden.len());

        let as_supervisor = supervisor.send(TABLE, json!({ "table": "MUNICIPALITY", "audience": "BODY" })).await;
        assert_eq!(as_supervisor.data()["caseStatistics"], table(&coordinator, "MUNICIPALITY", None).await);
        insta::assert_snapshot!("a_table_of_statistics", drawn(&table(&coordinator, "MUNICIPALITY", None).await));
    }

    async fn what_was_published_for_a_date_stays_and_single_changes_are_not_published(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let opened = open_many(&app, &app.user(CENTRAL).await, 40, 5).await;
        until(&app, "2023-07-01");
        let job = app.app.statistics_job();
        assert!(job.publish_due().await.unwrap() > 0);
        let june = table(&app.coordinator().await, "MUNICIPALITY", None).await;

        // Four are closed: whoever compared June with September would learn about these four.
        let central = app.user(CENTRAL).await;
        for case in &opened[..4] {
            close(&central, case).await;
        }
        assert_eq!(table(&app.coordinator().await, "MUNICIPALITY", None).await, june, "there are no figures of today");
        until(&app, "2023-10-01");
        assert_eq!(job.publish_due().await.unwrap(), 0);
        assert_eq!(table(&app.coordinator().await, "MUNICIPALITY", None).await, june);

        // In the end of the year there are more. Tables of closed cases come along then.
        let central = app.user(CENTRAL).await;
        for case in &opened[4..10] {
            close(&central, case).await;
        }
        open_many(&app, &central, 8, 6).await;
        until(&app, "2024-01-01");
        assert_eq!(job.publish_due().await.unwrap(), 2 * 26);
        let coordinator = app.coordinator().await;
        assert_eq!(table(&coordinator, "MUNICIPALITY", None).await["reportingOn"], "2023-12-31");
        assert_eq!(table(&coordinator, "MUNICIPALITY", Some("2023-11-30")).await, june);
        assert_eq!(table(&coordinator, "MUNICIPALITY", Some("2023-05-31")).await, Value::Null);
        let closed = figures(&table(&coordinator, "CLOSURE_REASON", None).await);
        assert_eq!(closed[&Vec::new()], Some(10));
    }

    async fn a_correction_of_cases_changes_no_table_that_was_published(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let opened = open_many(&app, &app.user(CENTRAL).await, 40, 5).await;
        until(&app, "2023-07-01");
        let job = app.app.statistics_job();
        assert!(job.publish_due().await.unwrap() > 0);
        let coordinator = app.coordinator().await;
        let published = async || {
            [table(&coordinator, "MUNICIPALITY", None).await, table(&coordinator, "REFERRAL_SOURCE", None).await]
        };
        let before = published().await;
        assert!(before.iter().all(|table| table["reportingOn"] == "2023-06-30"));
        // None of the cases is one of these yet.
        let towns = municipalities(&app).await;
        let (town, _) = towns.iter().find(|(_, name)| *name == "Rosendahl").unwrap();
        let central = app.user(CENTRAL).await;
        for case in &opened[..8] {
            let input = json!({ "caseId": case, "municipalityId": town, "referralSource": "OTHER" });
            command(&central, "caseCorrect", input).await;
        }
        assert_eq!(job.publish_due().await.unwrap(), 0);
        assert_eq!(published().await, before);
    }

    async fn figures_are_those_of_the_reporting_date_even_if_they_are_made_later(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let opened = open_many(&app, &app.user(CENTRAL).await, 20, 8).await;
        until(&app, "2023-07-05");
        let central = app.user(CENTRAL).await;
        for case in &opened[..8] {
            close(&central, case).await;
        }
        for case in &opened[8..14] {
            command(&central, "caseAdvancePhase", json!({ "caseId": case, "to": "CLEARING" })).await;
        }
        open_many(&app, &central, 9, 9).await;
        assert!(app.app.statistics_job().publish_due().await.unwrap() > 0);
        let phases = figures(&table(&app.supervisor().await, "PHASE", None).await);
        assert_eq!(phases[&Vec::new()], Some(20));
        assert!(phases[&vec!["PHASE CLEARING".to_owned()]].is_none());
    }

    async fn nobody_else_reads_statistics_and_nobody_but_the_centre_those_of_the_centre(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let document = "{ caseStatistics(table: MUNICIPALITY) { reportingOn } }";
        let others = [CENTRAL, MUNICIPAL, kim::demo::EMPLOYER_LOGIN, "datenschutz@kreis-coesfeld.example",
            "administration@kreis-coesfeld.example"];
        all_forbidden(&app, document, &others).await;
        let centre = "{ caseStatistics(table: MUNICIPALITY, audience: CENTRE) { reportingOn } }";
        all_forbidden(&app, centre, &[kim::demo::COORDINATOR_LOGIN]).await;
        for reader in [app.coordinator().await, app.supervisor().await] {
            assert_eq!(reader.query(document).await.data()["caseStatistics"], Value::Null, "nothing is published yet");
        }
    }

    async fn an_answer_costs_two_statements_and_a_publication_a_fixed_number(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_SEALING_INTERVAL_MS", "5000").start().await;
        let mut costs = BTreeSet::new();
        for (number, today) in [(15, "2023-07-01"), (45, "2023-10-01")] {
            open_many(&app, &app.user(CENTRAL).await, number, 4).await;
            app.seal().await;
            until(&app, today);
            let mut fewest = u64::MAX;
            for _ in 0..4 {
                let today = legal_day(app.clock.now());
                let system = Actor::system(district(&app).await, today);
                let before = app.app.store.statements();
                material(&app.app.store, &system.permit().unwrap(), last_reporting_date(today)).await.unwrap();
                fewest = fewest.min(app.app.store.statements() - before);
            }
            costs.insert((today, fewest));
            assert!(app.app.statistics_job().publish_due().await.unwrap() > 0);
        }
        // A statement for each table of one dimension or, in June, for all tables that it serves; the municipalities; the
        // code lists; the latest publication and, if there is one, those of a year.
        assert_eq!(costs, BTreeSet::from([("2023-07-01", 11), ("2023-10-01", 15)]));
        let coordinator = app.coordinator().await;
        let document = "{ caseStatistics(table: MUNICIPALITY_BY_PHASE) { figures { count categories { code municipality { name } } } } }";
        assert_eq!(statements(&app, &coordinator, document).await, 3);
        let document = "{ caseStatistics(table: PHASE) { figures { count } } }";
        assert_eq!(statements(&app, &coordinator, document).await, 2);
    }
}

#[test]
fn every_table_has_a_definition_that_a_reader_can_ask_for() {
    assert_eq!(DEFINITIONS.len(), StatisticsTable::ALL.len());
}
