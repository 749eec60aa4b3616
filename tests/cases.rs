//! Cases: opened and led by one case manager, seen by the substitute and the supervisory centre, by nobody else.

use std::collections::BTreeSet;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::app::{Answer, Client, TestApp};
use crate::casework::{agree, done, fill, lead};
use crate::databases::{TestDatabase, both_databases};

const CENTRAL: &str = "case.management@kreis-coesfeld.example";
const MUNICIPAL: &str = "case.management@stadt-coesfeld.example";

/// The id of a municipality.
pub async fn municipality(user: &Client, name: &str) -> String {
    let answer = user.query("{ municipalities { nodes { id name } } }").await;
    let nodes = answer.data()["municipalities"]["nodes"].as_array().unwrap().clone();
    let found = nodes.iter().find(|node| node["name"] == name).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

/// Opens a case whose lead `user` becomes.
pub async fn open(user: &Client) -> Value {
    let input = json!({
        "municipalityId": municipality(user, "Coesfeld").await, "unit": "PERSON", "intensity": "STANDARD",
        "referralSource": "SELF_REFERRAL",
    });
    let answer = user
        .send(
            "mutation($input: CaseOpenInput!) { caseOpen(input: $input) {
                case { id reference version phase status lead { id displayName } } userErrors { code path } } }",
            json!({ "input": input }),
        )
        .await;
    assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{answer:?}");
    answer.payload()["case"].clone()
}

async fn command(user: &Client, name: &str, input: Value, reason: Option<&str>) -> Answer {
    let input_type = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let document = format!(
        "mutation($input: {input_type}!, $options: CommandOptions) {{ {name}(input: $input, options: $options) {{
            case {{ phase status version closureReason substitute {{ displayName }} }} userErrors {{ code path message }} }} }}"
    );
    user.send(&document, json!({ "input": input, "options": { "reason": reason } })).await
}

async fn sees(user: &Client, id: &str) -> bool {
    let answer = user.send("query($id: ID!) { case(id: $id) { id } }", json!({ "id": id })).await;
    !answer.data()["case"].is_null()
}

const PHASES: [&str; 8] =
    ["INTAKE", "CLEARING", "ASSESSMENT", "PLANNING", "LINKING", "MONITORING", "EVALUATION", "CLOSURE"];

/// What random work has to bring about: every command, steps on and back, and the last phase before the case is closed.
const HAPPENINGS: [&str; 10] = [
    "on",
    "back",
    "EVALUATION",
    "casePause",
    "caseResume",
    "caseClose",
    "caseReopen",
    "assessmentRecord",
    "supportPlanAgree",
    "measureSetStatus",
];

const AVAILABLE: &str = "query($id: ID!) { case(id: $id) { availablePhases { phase leadsBack allowed } } }";

/// Random work in a new case, beside a model of it. Adds what happened, and the phases that were reached.
async fn walk(user: &Client, seed: u8, happened: &mut BTreeSet<&'static str>) {
    let config = Config { failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let actions = proptest::collection::vec((0_usize..16, 0..PHASES.len(), proptest::bool::ANY), 60);
    let actions = actions.new_tree(&mut runner).unwrap().current();
    let case = open(user).await;
    let id = case["id"].as_str().unwrap();
    let (mut phase, mut status, mut version, mut steps, mut events) = ("INTAKE", "OPEN", 1, 1, 1);
    let (mut is_assessed, mut has_plan) = (false, false);
    let mut measures: Vec<(String, usize)> = Vec::new();
    for (action, chance, with_reason) in actions {
        let state = user.send(AVAILABLE, json!({ "id": id })).await;
        let available = state.data()["case"]["availablePhases"].as_array().unwrap().clone();
        for entry in &available {
            let has_what_it_needs = match (phase, entry["phase"].as_str().unwrap()) {
                ("ASSESSMENT", "PLANNING") => is_assessed,
                ("PLANNING", "LINKING") => has_plan,
                ("LINKING", "MONITORING") => measures.iter().any(|(_, place)| *place > 0),
                ("MONITORING", "EVALUATION") => measures.iter().all(|(_, place)| *place == 3),
                _ => true,
            };
            assert_eq!(entry["allowed"], status == "OPEN" && has_what_it_needs, "{seed}: {entry} {measures:?}");
        }
        let reason = with_reason.then_some("Grund");
        let input = json!({ "caseId": id, "expectedVersion": version });
        let with = |name: &str, value: &str| {
            let mut input = input.clone();
            input[name] = json!(value);
            input
        };
        let here = PHASES.iter().position(|known| *known == phase).unwrap();
        let (answer, expected) = match action {
            0..=5 => {
                // Mostly the next phase; sometimes one that leads back, if there is one; sometimes any.
                let offered = |phase: &str| available.iter().find(|entry| entry["phase"] == phase);
                let leads_back = |phase: &str| offered(phase).is_some_and(|entry| entry["leadsBack"] == true);
                let back: Vec<&'static str> = PHASES.into_iter().filter(|phase| leads_back(phase)).collect();
                let target = match action {
                    0..=3 => PHASES[(here + 1).min(7)],
                    4 if !back.is_empty() => back[chance % back.len()],
                    _ => PHASES[chance],
                };
                let is_back = leads_back(target);
                let is_open = offered(target).is_some_and(|entry| entry["allowed"] == true);
                let answer = command(user, "caseAdvancePhase", with("to", target), reason).await;
                let what = if is_back { "back" } else { "on" };
                (answer, (is_open && (!is_back || with_reason)).then_some((what, target, "OPEN")))
            }
            6 => {
                let answer = command(user, "casePause", input, reason).await;
                (answer, (status == "OPEN").then_some(("casePause", phase, "PAUSED")))
            }
            7 | 8 => {
                let answer = command(user, "caseResume", input, reason).await;
                (answer, (status == "PAUSED").then_some(("caseResume", phase, "OPEN")))
            }
            9 | 10 if status == "CLOSED" => {
                let answer = command(user, "caseReopen", input, reason).await;
                (answer, with_reason.then_some(("caseReopen", "ASSESSMENT", "OPEN")))
            }
            9 if chance < 2 => {
                let answer = command(user, "caseClose", with("closureReason", "CLIENT_WISH"), reason).await;
                (answer, Some(("caseClose", "CLOSURE", "CLOSED")))
            }
            _ if status == "CLOSED" => continue,
            9 | 10 => {
                let input = json!({ "caseId": id, "needArea": "WORK", "severity": "LOW" });
                done(user, "assessmentRecord", input, "assessment { id }").await;
                is_assessed = true;
                events += 1;
                happened.insert("assessmentRecord");
                continue;
            }
            11 | 12 if measures.len() < 2 => {
                let plan = done(user, "supportPlanDraft", json!({ "caseId": id }), "supportPlan { id }").await;
                let plan = plan["id"].as_str().unwrap();
                let (_, measure) = fill(user, plan, "Ziel", "Maßnahme").await;
                assert_eq!(agree(user, plan).await.user_errors(), Vec::<&str>::new());
                has_plan = true;
                measures.push((measure, 0));
                events += 4;
                happened.insert("supportPlanAgree");
                continue;
            }
            _ => {
                if let Some((measure, place)) = measures.iter_mut().find(|(_, place)| *place < 3) {
                    lead(user, measure, &[["REFERRED", "STARTED", "COMPLETED"][*place]]).await;
                    *place += 1;
                    events += 1;
                    happened.insert("measureSetStatus");
                }
                continue;
            }
        };
        let Some((what, next, then)) = expected else {
            assert!(!answer.user_errors().is_empty(), "{seed}: {answer:?}");
            continue;
        };
        assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{seed}: {answer:?}");
        steps += usize::from(next != phase);
        (phase, status) = (next, then);
        version += 1;
        events += 1;
        happened.extend([what, phase]);
        let shown = &answer.payload()["case"];
        let now = (shown["phase"].as_str(), shown["status"].as_str(), shown["version"].as_i64());
        assert_eq!(now, (Some(phase), Some(status), Some(version)), "{seed}: {shown}");
    }
    let recorded = "query($id: ID!) { case(id: $id) { phaseChanges(first: 100) { nodes { previousPhase phase } }
        history(first: 100) { nodes { command } } } }";
    let answer = user.send(recorded, json!({ "id": id })).await;
    let changes = answer.data()["case"]["phaseChanges"]["nodes"].as_array().unwrap();
    assert_eq!(changes.len(), steps.min(100));
    assert!(changes.windows(2).all(|pair| pair[0]["phase"] == pair[1]["previousPhase"]));
    let told = answer.data()["case"]["history"]["nodes"].as_array().unwrap();
    assert_eq!(told.len(), events.min(100));
}

both_databases! {
    async fn a_case_is_seen_by_its_lead_its_substitute_and_the_centre_only(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let case = open(&central).await;
        let id = case["id"].as_str().unwrap();
        assert_eq!(case["reference"], "2023-0001");
        assert_eq!(case["lead"]["displayName"], "Clara Casemanagement-Muster");
        assert!(sees(&central, id).await);
        assert!(!sees(&municipal, id).await);
        assert!(sees(&app.supervisor().await, id).await);
        for other in [app.coordinator().await, app.employer().await, app.administrator().await] {
            let answer = other.send("query($id: ID!) { case(id: $id) { id } }", json!({ "id": id })).await;
            assert_eq!(answer.code(), "FORBIDDEN");
            let answer = other.send("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
            assert_eq!(answer.data(), &json!({ "node": null }));
        }

        let own = open(&municipal).await;
        let substitute = &own["lead"]["id"];
        let input = json!({ "caseId": id, "substituteId": substitute });
        let answer = command(&central, "caseNameSubstitute", input, None).await;
        assert_eq!(answer.payload()["case"]["substitute"]["displayName"], "Cem Casemanagement-Muster");
        assert!(sees(&municipal, id).await);
        let answer = command(&central, "caseNameSubstitute", json!({ "caseId": id, "substituteId": null }), None).await;
        assert_eq!(answer.user_errors(), Vec::<&str>::new());
        assert!(!sees(&municipal, id).await);
    }

    async fn only_lead_and_substitute_work_on_a_case(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let case = open(&app.user(CENTRAL).await).await;
        let input = json!({ "caseId": case["id"], "to": "CLEARING" });
        let answer = command(&app.supervisor().await, "caseAdvancePhase", input.clone(), None).await;
        assert_eq!(answer.code(), "FORBIDDEN");
        let answer = command(&app.user(MUNICIPAL).await, "caseAdvancePhase", input.clone(), None).await;
        assert_eq!(answer.user_errors(), ["NOT_FOUND"]);
        let answer = command(&app.user(CENTRAL).await, "caseAdvancePhase", input, None).await;
        assert_eq!(answer.payload()["case"]["phase"], "CLEARING");
    }

    async fn an_illegal_jump_is_refused_and_the_answer_names_what_blocks(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = open(&user).await;
        let answer = command(&user, "caseAdvancePhase", json!({ "caseId": case["id"], "to": "LINKING" }), None).await;
        let error = &answer.payload()["userErrors"][0];
        assert_eq!(error["code"], "PHASE_NOT_REACHABLE");
        assert_eq!(error["path"], json!(["to"]));
        assert_eq!(error["message"], "Von der Phase INTAKE führt kein Schritt zu LINKING.");
        let answer = command(&user, "caseReopen", json!({ "caseId": case["id"] }), Some("wieder da")).await;
        assert_eq!(answer.user_errors(), ["CASE_NOT_CLOSED"]);
    }

    async fn references_of_cases_opened_at_the_same_moment_are_all_different(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let cases = futures_util::future::join_all((0..12).map(|_| open(&user))).await;
        let references: BTreeSet<String> =
            cases.iter().map(|case| case["reference"].as_str().unwrap().to_owned()).collect();
        let expected: BTreeSet<String> = (1..=12).map(|number| format!("2023-{number:04}")).collect();
        assert_eq!(references, expected);
    }

    async fn a_page_of_cases_costs_the_same_however_many_rows_it_has(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let page = "{ cases(first: 50) { nodes { reference municipality { name } lead { displayName }
            substitute { displayName } phaseChanges { nodes { phase } } } } }";
        let mut costs = Vec::new();
        for more in [1, 7] {
            for _ in 0..more {
                open(&user).await;
            }
            // The sealer and the feed send statements of their own: the least of several looks is the page's.
            let mut least = u64::MAX;
            for _ in 0..10 {
                let before = app.app.store.statements();
                assert!(!user.query(page).await.data()["cases"]["nodes"].as_array().unwrap().is_empty());
                least = least.min(app.app.store.statements() - before);
            }
            costs.push(least);
        }
        assert_eq!(costs[0], costs[1]);
        assert!(costs[0] <= 5, "{costs:?}");
    }

    async fn random_work_never_leaves_the_declared_phases_and_every_step_is_recorded(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let mut happened: BTreeSet<&'static str> = BTreeSet::new();
        // Sequences that know nothing of each other, and more of them until everything has happened once.
        for seed in 0..24 {
            if seed >= 5 && HAPPENINGS.iter().all(|what| happened.contains(what)) {
                break;
            }
            walk(&user, seed, &mut happened).await;
        }
        let missing: Vec<&str> = HAPPENINGS.into_iter().filter(|what| !happened.contains(what)).collect();
        assert_eq!(missing, Vec::<&str>::new(), "the sequences are too tame");
    }
}
