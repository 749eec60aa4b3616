//! Cases: opened and led by one case manager, seen by the substitute and the supervisory centre, by nobody else.

use std::collections::BTreeSet;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::app::{Answer, Client, TestApp};
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
        let config = Config { failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config.clone(), TestRng::deterministic_rng(config.rng_algorithm));
        let phases = ["CLEARING", "ASSESSMENT", "PLANNING", "LINKING", "MONITORING", "EVALUATION", "CLOSURE", "INTAKE"];
        let actions = proptest::collection::vec((0_usize..5, 0..phases.len(), proptest::bool::ANY), 60);
        let case = open(&user).await;
        let id = case["id"].as_str().unwrap();
        let (mut phase, mut status, mut version, mut steps) = ("INTAKE".to_owned(), "OPEN", 1, 1);
        for (action, target, with_reason) in actions.new_tree(&mut runner).unwrap().current() {
            let state = user
                .send("query($id: ID!) { case(id: $id) { availablePhases { phase leadsBack allowed } } }", json!({ "id": id }))
                .await;
            let available = state.data()["case"]["availablePhases"].as_array().unwrap().clone();
            let reason = with_reason.then_some("Grund");
            let input = json!({ "caseId": id, "expectedVersion": version });
            let with = |name: &str, value: &str| {
                let mut input = input.clone();
                input[name] = json!(value);
                input
            };
            let (answer, expected) = match action {
                0 | 1 => {
                    let entry = available.iter().find(|entry| entry["phase"] == phases[target]);
                    let allowed = entry.is_some_and(|entry| {
                        entry["allowed"] == true && (entry["leadsBack"] == false || with_reason)
                    });
                    let answer = command(&user, "caseAdvancePhase", with("to", phases[target]), reason).await;
                    (answer, allowed.then(|| (phases[target].to_owned(), "OPEN")))
                }
                2 => {
                    let answer = command(&user, "casePause", input, reason).await;
                    (answer, (status == "OPEN").then(|| (phase.clone(), "PAUSED")))
                }
                3 => {
                    let answer = command(&user, "caseResume", input, reason).await;
                    (answer, (status == "PAUSED").then(|| (phase.clone(), "OPEN")))
                }
                _ if status == "CLOSED" => {
                    let answer = command(&user, "caseReopen", input, reason).await;
                    (answer, with_reason.then(|| ("ASSESSMENT".to_owned(), "OPEN")))
                }
                _ => {
                    let answer = command(&user, "caseClose", with("closureReason", "CLIENT_WISH"), reason).await;
                    (answer, Some(("CLOSURE".to_owned(), "CLOSED")))
                }
            };
            match expected {
                None => assert!(!answer.user_errors().is_empty(), "{answer:?}"),
                Some((next, then)) => {
                    assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{answer:?}");
                    steps += usize::from(next != phase);
                    (phase, status) = (next, then);
                    version += 1;
                    assert_eq!(answer.payload()["case"]["phase"], phase.as_str());
                    assert_eq!(answer.payload()["case"]["status"], status);
                    assert_eq!(answer.payload()["case"]["version"], version);
                }
            }
        }
        let answer = user
            .send(
                "query($id: ID!) { case(id: $id) {
                    phaseChanges(first: 100) { nodes { previousPhase phase } } history(first: 100) { nodes { command } } } }",
                json!({ "id": id }),
            )
            .await;
        let changes = answer.data()["case"]["phaseChanges"]["nodes"].as_array().unwrap();
        assert_eq!(changes.len(), steps.min(100));
        assert!(changes.windows(2).all(|pair| pair[0]["phase"] == pair[1]["previousPhase"]));
        let events = answer.data()["case"]["history"]["nodes"].as_array().unwrap();
        assert_eq!(i64::try_from(events.len()).unwrap(), i64::from(version));
    }
}
