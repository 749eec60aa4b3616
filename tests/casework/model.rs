//! Random work on plans, goals and measures follows a model of its own.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Draft { with_open_goals: bool },
    Agree,
    AddGoal,
    AddMeasure { goal: usize },
    MoveGoal { goal: usize, to: &'static str },
    MoveMeasure { measure: usize, to: &'static str },
}

const GOAL: [&str; 5] = ["OPEN", "IN_PROGRESS", "REACHED", "PARTLY_REACHED", "DROPPED"];
const MEASURE: [&str; 7] = ["PLANNED", "REFERRED", "STARTED", "COMPLETED", "REFUSED", "NOT_AVAILABLE", "DROPPED"];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => any::<bool>().prop_map(|with_open_goals| Step::Draft { with_open_goals }),
        2 => Just(Step::Agree),
        3 => Just(Step::AddGoal),
        3 => (0_usize..9).prop_map(|goal| Step::AddMeasure { goal }),
        4 => (0_usize..9, proptest::sample::select(&GOAL[..])).prop_map(|(goal, to)| Step::MoveGoal { goal, to }),
        6 => (0_usize..9, proptest::sample::select(&MEASURE[..])).prop_map(|(measure, to)| Step::MoveMeasure { measure, to }),
    ];
    proptest::collection::vec(step, 14..30)
}

#[derive(Clone, Debug)]
struct Goal {
    id: String,
    plan: usize,
    from: Option<usize>,
    status: &'static str,
}

#[derive(Clone, Debug)]
struct Measure {
    id: String,
    goal: usize,
    status: &'static str,
}

#[derive(Default, Debug)]
struct Model {
    /// Their ids and where they stand.
    plans: Vec<(String, &'static str)>,
    goals: Vec<Goal>,
    measures: Vec<Measure>,
}

fn goal_leads(from: &str, to: &str) -> bool {
    match from {
        "OPEN" => to != "OPEN",
        "IN_PROGRESS" => ["REACHED", "PARTLY_REACHED", "DROPPED"].contains(&to),
        "PARTLY_REACHED" => ["IN_PROGRESS", "REACHED"].contains(&to),
        _ => false,
    }
}

fn measure_leads(from: &str, to: &str) -> bool {
    match from {
        "PLANNED" => ["REFERRED", "REFUSED", "NOT_AVAILABLE", "DROPPED"].contains(&to),
        "REFERRED" => ["STARTED", "REFUSED", "NOT_AVAILABLE", "DROPPED"].contains(&to),
        "STARTED" => ["COMPLETED", "REFUSED", "DROPPED"].contains(&to),
        _ => false,
    }
}

fn is_running(status: &str) -> bool {
    ["PLANNED", "REFERRED", "STARTED"].contains(&status)
}

impl Model {
    fn plan(&self, status: &str) -> Option<usize> {
        self.plans.iter().position(|plan| plan.1 == status)
    }

    /// The codes that refuse a goal's step.
    fn goal_blocks(&self, goal: &Goal, to: &str) -> Vec<&'static str> {
        let mut blocks = Vec::new();
        match self.plans[goal.plan].1 {
            "DRAFT" if to != "DROPPED" => blocks.push("PLAN_NOT_AGREED"),
            "SUPERSEDED" => blocks.push("PLAN_SUPERSEDED"),
            _ => {}
        }
        if !goal_leads(goal.status, to) {
            blocks.push("STATUS_NOT_REACHABLE");
        }
        blocks
    }

    fn measure_blocks(&self, measure: &Measure, to: &str) -> Vec<&'static str> {
        let mut blocks = Vec::new();
        if self.plans[self.goals[measure.goal].plan].1 == "DRAFT" && to != "DROPPED" {
            blocks.push("PLAN_NOT_AGREED");
        }
        if !measure_leads(measure.status, to) {
            blocks.push("STATUS_NOT_REACHABLE");
        }
        blocks
    }

    fn agree(&mut self, plan: usize) {
        if let Some(before) = self.plan("AGREED") {
            self.plans[before].1 = "SUPERSEDED";
        }
        self.plans[plan].1 = "AGREED";
        for index in 0..self.goals.len() {
            let goal = self.goals[index].clone();
            if let Some(from) = goal.from.filter(|_| goal.plan == plan && goal.status != "DROPPED") {
                self.goals[index].status = self.goals[from].status;
                for measure in
                    self.measures.iter_mut().filter(|measure| measure.goal == from && is_running(measure.status))
                {
                    measure.goal = index;
                }
            }
        }
    }

    /// Whether the steps to LINKING, MONITORING and EVALUATION have what they need.
    fn facts(&self) -> [bool; 3] {
        let counts = |measure: &&Measure| self.plans[self.goals[measure.goal].plan].1 != "DRAFT";
        let mut measures = self.measures.iter().filter(counts);
        let begun = measures.clone().any(|measure| !["PLANNED", "DROPPED"].contains(&measure.status));
        [self.plan("AGREED").is_some(), begun, !measures.any(|measure| is_running(measure.status))]
    }
}

const STATE: &str =
    "query($id: ID!) { case(id: $id) { supportPlans(first: 8) { nodes { id status goals(first: 20) { nodes { id status
    availableTransitions { name allowed blockedBy { code } }
    measures(first: 20) { nodes { id status availableTransitions { name allowed blockedBy { code } } } } } } } } } }";

/// What a record says of its next steps is what the model says.
fn compare_steps(
    record: &Value,
    leads: impl Fn(&str) -> bool,
    blocks: impl Fn(&str) -> Vec<&'static str>,
    all: &[&str],
) -> Result<(), TestCaseError> {
    let said = record["availableTransitions"].as_array().unwrap();
    let names: Vec<&str> = said.iter().map(|step| step["name"].as_str().unwrap()).collect();
    for to in all {
        prop_assert_eq!(names.contains(to), leads(to), "{} of {}", to, record);
    }
    for step in said {
        let codes: Vec<&str> =
            step["blockedBy"].as_array().unwrap().iter().map(|block| block["code"].as_str().unwrap()).collect();
        prop_assert_eq!(&codes, &blocks(step["name"].as_str().unwrap()));
        prop_assert_eq!(step["allowed"].as_bool().unwrap(), codes.is_empty());
    }
    Ok(())
}

async fn compare(user: &Client, case: &Value, model: &Model) -> Result<(), TestCaseError> {
    let seen = user.send(STATE, json!({ "id": case })).await;
    let plans = seen.data()["case"]["supportPlans"]["nodes"].as_array().unwrap().clone();
    prop_assert_eq!(plans.len(), model.plans.len());
    let (mut goals, mut measures) = (0, 0);
    for (plan, known) in plans.iter().rev().zip(&model.plans) {
        prop_assert_eq!((plan["id"].as_str(), plan["status"].as_str()), (Some(known.0.as_str()), Some(known.1)));
        for goal in plan["goals"]["nodes"].as_array().unwrap() {
            let place = model.goals.iter().position(|known| goal["id"] == known.id.as_str()).unwrap();
            let known = &model.goals[place];
            prop_assert_eq!((goal["status"].as_str().unwrap(), &model.plans[known.plan].0), (known.status, &id(plan)));
            compare_steps(goal, |to| goal_leads(known.status, to), |to| model.goal_blocks(known, to), &GOAL)?;
            goals += 1;
            for measure in goal["measures"]["nodes"].as_array().unwrap() {
                let known = model.measures.iter().find(|known| measure["id"] == known.id.as_str()).unwrap();
                prop_assert_eq!((measure["status"].as_str().unwrap(), known.goal), (known.status, place));
                compare_steps(
                    measure,
                    |to| measure_leads(known.status, to),
                    |to| model.measure_blocks(known, to),
                    &MEASURE,
                )?;
                measures += 1;
            }
        }
    }
    prop_assert_eq!((goals, measures), (model.goals.len(), model.measures.len()));
    Ok(())
}

async fn give(user: &Client, case: &Value, model: &mut Model, step: &Step) -> Result<(), TestCaseError> {
    match step {
        Step::Draft { with_open_goals } => {
            let input = json!({ "caseId": case, "withOpenGoals": with_open_goals });
            let answer = command(
                user,
                "supportPlanDraft",
                input,
                "supportPlan { id goals(first: 100) { nodes { id carriedFromId } } }",
            )
            .await;
            if model.plan("DRAFT").is_some() {
                prop_assert_eq!(answer.user_errors(), ["PLAN_DRAFT_EXISTS"]);
                return Ok(());
            }
            prop_assert_eq!(answer.user_errors(), Vec::<&str>::new());
            let agreed = model.plan("AGREED");
            let plan = model.plans.len();
            let made = &answer.payload()["supportPlan"];
            model.plans.push((id(made), "DRAFT"));
            let open = |goal: &Goal| Some(goal.plan) == agreed && ["OPEN", "IN_PROGRESS"].contains(&goal.status);
            let expected: Vec<usize> =
                (0..model.goals.len()).filter(|index| *with_open_goals && open(&model.goals[*index])).collect();
            let carried = made["goals"]["nodes"].as_array().unwrap();
            prop_assert_eq!(carried.len(), expected.len());
            for (goal, from) in carried.iter().zip(expected) {
                prop_assert_eq!(goal["carriedFromId"].as_str().unwrap(), &model.goals[from].id);
                model.goals.push(Goal { id: id(goal), plan, from: Some(from), status: model.goals[from].status });
            }
        }
        Step::Agree => {
            let Some(plan) = model.plan("DRAFT").or(model.plans.len().checked_sub(1)) else { return Ok(()) };
            let answer = agree(user, &model.plans[plan].0).await;
            let has_goals = model.goals.iter().any(|goal| goal.plan == plan && goal.status != "DROPPED");
            let expected: &[&str] = match model.plans[plan].1 {
                "DRAFT" if has_goals => &[],
                "DRAFT" => &["PLAN_WITHOUT_GOALS"],
                _ => &["PLAN_NOT_DRAFT"],
            };
            prop_assert_eq!(answer.user_errors(), expected);
            if expected.is_empty() {
                model.agree(plan);
            }
        }
        Step::AddGoal => {
            let Some(plan) = model.plans.len().checked_sub(1) else { return Ok(()) };
            let input = json!({ "supportPlanId": model.plans[plan].0, "needArea": "WORK", "text": "Ziel" });
            let answer = command(user, "goalAdd", input, "goal { id status }").await;
            if model.plans[plan].1 == "DRAFT" {
                let goal = &answer.payload()["goal"];
                model.goals.push(Goal { id: id(goal), plan, from: None, status: "OPEN" });
            } else {
                prop_assert_eq!(answer.user_errors(), ["PLAN_NOT_DRAFT"]);
            }
        }
        Step::AddMeasure { goal } => {
            if model.goals.is_empty() {
                return Ok(());
            }
            let goal = goal % model.goals.len();
            let answer = command(
                user,
                "measureAdd",
                json!({ "goalId": model.goals[goal].id, "text": "Kurs" }),
                "measure { id }",
            )
            .await;
            if model.plans[model.goals[goal].plan].1 == "SUPERSEDED" {
                prop_assert_eq!(answer.user_errors(), ["PLAN_SUPERSEDED"]);
            } else {
                model.measures.push(Measure { id: id(&answer.payload()["measure"]), goal, status: "PLANNED" });
            }
        }
        Step::MoveGoal { goal, to } => {
            if model.goals.is_empty() {
                return Ok(());
            }
            let goal = goal % model.goals.len();
            let blocks = model.goal_blocks(&model.goals[goal], to);
            let input = json!({ "goalId": model.goals[goal].id, "status": to });
            prop_assert_eq!(&refused(user, "goalSetStatus", input, "goal { id }").await, &blocks);
            if blocks.is_empty() {
                model.goals[goal].status = to;
            }
        }
        Step::MoveMeasure { measure, to } => {
            if model.measures.is_empty() {
                return Ok(());
            }
            let measure = measure % model.measures.len();
            let blocks = model.measure_blocks(&model.measures[measure], to);
            let input = json!({ "measureId": model.measures[measure].id, "status": to });
            prop_assert_eq!(&refused(user, "measureSetStatus", input, "measure { id }").await, &blocks);
            if blocks.is_empty() {
                model.measures[measure].status = to;
            }
        }
    }
    Ok(())
}

/// The forward steps of the phases have what they need exactly when the model says so. Leaves the case closed.
async fn compare_phases(user: &Client, case: &Value, model: &Model) -> Result<(), TestCaseError> {
    let [plan, begun, settled] = model.facts();
    let steps = [
        ("CLEARING", true, ""),
        ("ASSESSMENT", true, ""),
        ("PLANNING", true, ""),
        ("LINKING", plan, "PLAN_NEEDED"),
        ("MONITORING", begun, "MEASURE_NEEDED"),
        ("EVALUATION", settled, "MEASURES_OPEN"),
    ];
    for (to, has_what_it_needs, code) in steps {
        let errors = advance(user, case, to).await;
        if !has_what_it_needs {
            prop_assert_eq!(errors, [code]);
            return Ok(());
        }
        prop_assert_eq!(errors, Vec::<String>::new(), "{}", to);
    }
    Ok(())
}

both_databases! {
    async fn random_work_on_plans_goals_and_measures_follows_the_model(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let runtime = tokio::runtime::Handle::current();
        let config = Config { cases: 5, max_shrink_iters: 30, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new(config);
        let outcome = tokio::task::block_in_place(|| {
            runner.run(&steps(), |steps| {
                runtime.block_on(async {
                    let case = known(&user).await["id"].clone();
                    let need = json!({ "caseId": case, "needArea": "WORK", "severity": "LOW" });
                    done(&user, "assessmentRecord", need, "assessment { id }").await;
                    let mut model = Model::default();
                    for step in &steps {
                        give(&user, &case, &mut model, step).await?;
                        compare(&user, &case, &model).await?;
                    }
                    compare_phases(&user, &case, &model).await
                })
            })
        });
        outcome.unwrap_or_else(|error| panic!("{error}"));
    }
}
