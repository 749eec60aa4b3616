//! The work in a case: what the person needs, plans with goals and measures, contacts, notes, tasks; and the phases that
//! know of it.

use serde_json::{Value, json};

use crate::app::{Answer, Client, TestApp};
use crate::clients::{CENTRAL, MUNICIPAL, command, command_for, known};
use crate::databases::{TestDatabase, both_databases};

mod corrections;
mod costs;
mod following;
mod model;
mod plans;
mod secrecy;
mod spheres;

/// Carries a command out and returns the record of its payload.
pub async fn done(user: &Client, name: &str, input: Value, fields: &str) -> Value {
    let answer = command(user, name, input, fields).await;
    assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{name}: {answer:?}");
    let payload = answer.payload().as_object().unwrap();
    payload.iter().find(|(field, _)| *field != "userErrors").unwrap().1.clone()
}

/// What refused a command.
pub async fn refused(user: &Client, name: &str, input: Value, fields: &str) -> Vec<String> {
    command(user, name, input, fields).await.user_errors().into_iter().map(str::to_owned).collect()
}

/// Ids of the work in a case.
pub struct Work {
    /// A plan that is a draft.
    pub plan: String,
    /// Its goal.
    pub goal: String,
    /// The measure towards it.
    pub measure: String,
    /// A contact.
    pub contact: String,
    /// A note.
    pub note: String,
    /// A task.
    pub task: String,
}

fn id(record: &Value) -> String {
    record["id"].as_str().unwrap_or_else(|| panic!("no id: {record}")).to_owned()
}

/// Adds a goal with a measure to a draft.
pub async fn fill(user: &Client, plan: &str, goal: &str, measure: &str) -> (String, String) {
    let input = json!({ "supportPlanId": plan, "needArea": "LANGUAGE", "text": goal, "targetOn": "2023-12-01" });
    let goal = id(&done(user, "goalAdd", input, "goal { id }").await);
    let input = json!({ "goalId": goal, "text": measure });
    let measure = id(&done(user, "measureAdd", input, "measure { id }").await);
    (goal, measure)
}

/// Works in a case: an assessment, a draft with a goal and a measure, a contact, a note and a task, each with texts that
/// begin with the mark.
pub async fn work(user: &Client, case: &Value, mark: &str) -> Work {
    let text = |what: &str| format!("{mark}{what}");
    let input = json!({ "caseId": case, "needArea": "LANGUAGE", "severity": "HIGH", "finding": text("BEFUND"),
        "wish": text("WUNSCH") });
    done(user, "assessmentRecord", input, "assessment { id }").await;
    let plan = id(&done(user, "supportPlanDraft", json!({ "caseId": case }), "supportPlan { id }").await);
    let (goal, measure) = fill(user, &plan, &text("ZIEL"), &text("MASSNAHME")).await;
    let input = json!({ "caseId": case, "channel": "HOME_VISIT", "partner": "CLIENT", "minutes": 45,
        "interpreterUsed": true, "note": text("GESPRAECH") });
    let contact = id(&done(user, "contactRecord", input, "contact { id }").await);
    let input = json!({ "caseId": case, "text": text("VERMERK") });
    let note = id(&done(user, "noteWrite", input, "note { id }").await);
    let input = json!({ "caseId": case, "text": text("AUFGABE"), "dueOn": "2023-06-20" });
    let task = id(&done(user, "taskAdd", input, "task { id }").await);
    Work { plan, goal, measure, contact, note, task }
}

/// Agrees on a plan.
pub async fn agree(user: &Client, plan: &str) -> Answer {
    let input = json!({ "supportPlanId": plan, "reviewOn": "2023-12-01" });
    command(user, "supportPlanAgree", input, "supportPlan { id status version }").await
}

/// Moves a measure along these statuses.
pub async fn lead(user: &Client, measure: &str, statuses: &[&str]) {
    for status in statuses {
        let input = json!({ "measureId": measure, "status": status });
        let moved = done(user, "measureSetStatus", input, "measure { status }").await;
        assert_eq!(moved["status"], *status);
    }
}

/// All of the work in a case with all its texts.
pub const ALL: &str = "query($id: ID!) { case(id: $id) { phase openTasks
    assessments { nodes { needArea severity assessedOn isCurrent finding wish recordedBy } }
    supportPlan { number status agreedOn reviewOn goals { nodes { needArea status text outcome
        measures { nodes { status needArea barrierKind institution { name } text outcome } } } } }
    supportPlans { nodes { number status goals { nodes { text measures { nodes { text } } } } } }
    contacts { nodes { heldOn channel partner minutes interpreterUsed note recordedBy } }
    notes { nodes { writtenOn writtenBy text version } }
    tasks { nodes { dueOn assignedTo assignee { displayName } status text } } } }";

async fn advance(user: &Client, case: &Value, to: &str) -> Vec<String> {
    refused(user, "caseAdvancePhase", json!({ "caseId": case, "to": to }), "case { phase }").await
}

both_databases! {
    async fn a_case_walks_through_all_phases_and_each_step_names_the_work_that_is_missing(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let case = &case["id"];
        for phase in ["CLEARING", "ASSESSMENT"] {
            assert_eq!(advance(&user, case, phase).await, Vec::<String>::new());
        }
        let input = json!({ "caseId": case, "changedOn": "2023-06-01", "begunSphere": "ASYLBLG" });
        done(&user, "caseChangeLegalSphere", input, "case { id }").await;
        assert_eq!(advance(&user, case, "PLANNING").await, ["ASSESSMENT_NEEDED"]);
        let work = work(&user, case, "MARK").await;
        assert_eq!(advance(&user, case, "PLANNING").await, Vec::<String>::new());
        assert_eq!(advance(&user, case, "LINKING").await, ["PLAN_NEEDED"]);
        assert_eq!(agree(&user, &work.plan).await.user_errors(), Vec::<&str>::new());
        assert_eq!(advance(&user, case, "LINKING").await, Vec::<String>::new());
        assert_eq!(advance(&user, case, "MONITORING").await, ["MEASURE_NEEDED"]);
        lead(&user, &work.measure, &["REFERRED"]).await;
        assert_eq!(advance(&user, case, "MONITORING").await, Vec::<String>::new());
        let available = "query($id: ID!) { case(id: $id) { availablePhases { phase allowed blockedBy { code message } } } }";
        let seen = user.send(available, json!({ "id": case })).await;
        let phases = seen.data()["case"]["availablePhases"].as_array().unwrap().clone();
        let next = phases.iter().find(|entry| entry["phase"] == "EVALUATION").unwrap();
        assert_eq!(next["allowed"], false);
        assert_eq!(
            next["blockedBy"],
            json!([{ "code": "MEASURES_OPEN", "message":
                "Für die Phase EVALUATION darf keine Maßnahme mehr offen sein; offen sind 1. Zuerst abschließen." }])
        );
        assert_eq!(advance(&user, case, "EVALUATION").await, ["MEASURES_OPEN"]);
        lead(&user, &work.measure, &["STARTED", "COMPLETED"]).await;
        let input = json!({ "goalId": work.goal, "status": "REACHED", "outcome": "MARKERGEBNIS" });
        done(&user, "goalSetStatus", input, "goal { status }").await;
        assert_eq!(advance(&user, case, "EVALUATION").await, Vec::<String>::new());

        let seen = user.send(ALL, json!({ "id": case })).await;
        let seen = &seen.data()["case"];
        assert_eq!(seen["assessments"]["nodes"][0], json!({ "needArea": "LANGUAGE", "severity": "HIGH",
            "assessedOn": "2023-06-01", "isCurrent": true, "finding": "MARKBEFUND", "wish": "MARKWUNSCH",
            "recordedBy": "Clara Casemanagement-Muster" }));
        assert_eq!(seen["supportPlan"], json!({ "number": 1, "status": "AGREED", "agreedOn": "2023-06-01",
            "reviewOn": "2023-12-01", "goals": { "nodes": [{ "needArea": "LANGUAGE", "status": "REACHED",
                "text": "MARKZIEL", "outcome": "MARKERGEBNIS", "measures": { "nodes": [{ "status": "COMPLETED",
                    "needArea": "LANGUAGE", "barrierKind": null, "institution": null, "text": "MARKMASSNAHME",
                    "outcome": null }] } }] } }));
        assert_eq!(seen["contacts"]["nodes"], json!([{ "heldOn": "2023-06-01", "channel": "HOME_VISIT",
            "partner": "CLIENT", "minutes": 45, "interpreterUsed": true, "note": "MARKGESPRAECH",
            "recordedBy": "Clara Casemanagement-Muster" }]));
        assert_eq!(seen["notes"]["nodes"], json!([{ "writtenOn": "2023-06-01",
            "writtenBy": "Clara Casemanagement-Muster", "text": "MARKVERMERK", "version": 1 }]));
        assert_eq!(seen["tasks"]["nodes"], json!([{ "dueOn": "2023-06-20", "assignedTo": "LEAD",
            "assignee": { "displayName": "Clara Casemanagement-Muster" }, "status": "OPEN", "text": "MARKAUFGABE" }]));

        // An open task is told and stands in nobody's way; it can still be settled afterwards.
        let input = json!({ "caseId": case, "closureReason": "GOALS_REACHED" });
        let closed = done(&user, "caseClose", input, "case { status openTasks }").await;
        assert_eq!(closed, json!({ "status": "CLOSED", "openTasks": 1 }));
        let input = json!({ "taskId": work.task, "status": "DONE" });
        done(&user, "taskSettle", input, "task { status settledOn }").await;
        for (name, input, fields) in [
            ("noteWrite", json!({ "caseId": case, "text": "zu spät" }), "note { id }"),
            ("noteCorrect", json!({ "noteId": work.note, "text": "zu spät" }), "note { id }"),
            ("taskAdd", json!({ "caseId": case, "text": "zu spät", "dueOn": "2023-07-01" }), "task { id }"),
            ("supportPlanDraft", json!({ "caseId": case }), "supportPlan { id }"),
            ("goalSetStatus", json!({ "goalId": work.goal, "status": "IN_PROGRESS" }), "goal { id }"),
            ("contactRecord", json!({ "caseId": case, "channel": "EMAIL", "partner": "CLIENT" }), "contact { id }"),
            ("contactCorrect", json!({ "contactId": work.contact, "channel": "EMAIL" }), "contact { id }"),
            ("caseCorrect", json!({ "caseId": case, "intensity": "INTENSIVE" }), "case { id }"),
        ] {
            assert_eq!(refused(&user, name, input, fields).await, ["CASE_IS_CLOSED"], "{name}");
        }
        let history = "query($id: ID!) { case(id: $id) { history(first: 100) { nodes { command } } } }";
        let events = user.send(history, json!({ "id": case })).await;
        let mut commands: Vec<&str> = events.data()["case"]["history"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["command"].as_str().unwrap())
            .filter(|command| *command != "caseAdvancePhase" && *command != "measureSetStatus")
            .collect();
        commands.reverse();
        assert_eq!(commands[..2], ["caseOpen", "casePersonAdd"]);
        assert_eq!(
            commands[2..],
            ["caseChangeLegalSphere", "assessmentRecord", "supportPlanDraft", "goalAdd", "measureAdd", "contactRecord",
                "noteWrite", "taskAdd", "supportPlanAgree", "goalSetStatus", "caseClose", "taskSettle"]
        );
    }

    async fn a_later_assessment_of_the_same_area_replaces_the_earlier_one_and_all_are_kept(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let record = async |area: &str, on: &str, severity: &str| {
            let input = json!({ "caseId": case["id"], "needArea": area, "severity": severity, "assessedOn": on });
            refused(&user, "assessmentRecord", input, "assessment { id }").await
        };
        assert!(record("HOUSING", "2023-05-01", "ACUTE").await.is_empty());
        assert!(record("HEALTH", "2023-05-01", "LOW").await.is_empty());
        assert!(record("HOUSING", "2023-05-20", "MODERATE").await.is_empty());
        // Recorded late, about a day before: it is part of the record and does not hold.
        assert!(record("HOUSING", "2023-05-10", "HIGH").await.is_empty());
        assert_eq!(record("HOUSING", "2023-06-02", "HIGH").await, ["DATE_OUT_OF_RANGE"]);
        assert_eq!(record("ERFUNDEN", "2023-05-01", "HIGH").await, ["CODE_UNKNOWN"]);
        let query = "query($id: ID!, $current: Boolean!) { case(id: $id) { assessments(current: $current) {
            nodes { needArea severity isCurrent } } } }";
        let seen = user.send(query, json!({ "id": case["id"], "current": true })).await;
        assert_eq!(seen.data()["case"]["assessments"]["nodes"], json!([
            { "needArea": "HEALTH", "severity": "LOW", "isCurrent": true },
            { "needArea": "HOUSING", "severity": "MODERATE", "isCurrent": true },
        ]));
        let seen = user.send(query, json!({ "id": case["id"], "current": false })).await;
        assert_eq!(seen.data()["case"]["assessments"]["nodes"].as_array().unwrap().len(), 4);
    }

    async fn a_corrected_note_reads_anew_and_the_history_keeps_what_it_said(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let written = done(&user, "noteWrite", json!({ "caseId": case["id"], "text": "erste Fassung" }), "note { id version }").await;
        let input = json!({ "noteId": written["id"], "expectedVersion": 1, "text": " zweite Fassung " });
        let corrected = done(&user, "noteCorrect", input.clone(), "note { text version correctedBy }").await;
        assert_eq!(corrected, json!({ "text": "zweite Fassung", "version": 2, "correctedBy": "Clara Casemanagement-Muster" }));
        assert_eq!(refused(&user, "noteCorrect", input, "note { id }").await, ["VERSION_STALE"]);
        let history = "query($id: ID!) { case(id: $id) { history(first: 2) { nodes { command texts { kind text } } } } }";
        let seen = user.send(history, json!({ "id": case["id"] })).await;
        assert_eq!(seen.data()["case"]["history"]["nodes"], json!([
            { "command": "noteCorrect", "texts": [{ "kind": "NOTE", "text": "zweite Fassung" }] },
            { "command": "noteWrite", "texts": [{ "kind": "NOTE", "text": "erste Fassung" }] },
        ]));
    }

    async fn contacts_are_listed_latest_first_page_by_page(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        for day in ["2023-05-03", "2023-05-09", "2023-05-01", "2023-05-09", "2023-05-07"] {
            let input = json!({ "caseId": case["id"], "channel": "EMAIL", "partner": "CLIENT", "heldOn": day });
            done(&user, "contactRecord", input, "contact { id }").await;
        }
        let query = "query($id: ID!, $after: String) { case(id: $id) { contacts(first: 2, after: $after) {
            nodes { heldOn } pageInfo { endCursor hasNextPage } } } }";
        let (mut days, mut after) = (Vec::new(), Value::Null);
        for more in [true, true, false] {
            let seen = user.send(query, json!({ "id": case["id"], "after": after })).await;
            let page = seen.data()["case"]["contacts"].clone();
            assert_eq!(page["pageInfo"]["hasNextPage"], more);
            after = page["pageInfo"]["endCursor"].clone();
            days.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["heldOn"].as_str().unwrap().to_owned()));
        }
        assert_eq!(days, ["2023-05-09", "2023-05-09", "2023-05-07", "2023-05-03", "2023-05-01"]);
        let bad = json!({ "caseId": case["id"], "channel": "EMAIL", "partner": "CLIENT", "heldOn": "2023-06-02" });
        assert_eq!(refused(&user, "contactRecord", bad, "contact { id }").await, ["DATE_OUT_OF_RANGE"]);
        let bad = json!({ "caseId": case["id"], "channel": "EMAIL", "partner": "CLIENT", "minutes": 0, "note": " " });
        assert_eq!(refused(&user, "contactRecord", bad, "contact { id }").await, ["MINUTES_OUT_OF_RANGE", "TEXT_EMPTY"]);
    }

    async fn tasks_come_by_their_day_and_follow_the_case_to_whoever_stands_in(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let (case, own) = (known(&central).await, known(&municipal).await);
        let add = async |user: &Client, case: &Value, due: &str, assignee: &str| {
            let input = json!({ "caseId": case["id"], "text": due, "dueOn": due, "assignee": assignee });
            command(user, "taskAdd", input, "task { id version }").await
        };
        assert_eq!(add(&central, &case, "2023-06-09", "SUBSTITUTE").await.user_errors(), ["NO_SUBSTITUTE"]);
        let substitute = json!({ "caseId": case["id"], "substituteId": own["lead"]["id"] });
        done(&central, "caseNameSubstitute", substitute, "case { id }").await;
        for (due, assignee) in [("2023-06-09", "SUBSTITUTE"), ("2023-06-03", "LEAD"), ("2023-06-05", "LEAD")] {
            assert_eq!(add(&central, &case, due, assignee).await.user_errors(), Vec::<&str>::new());
        }
        let last = add(&municipal, &own, "2023-06-04", "LEAD").await;
        let days = async |user: &Client, filter: Value| -> Vec<String> {
            let query = "query($filter: TaskFilter, $after: String) { tasks(filter: $filter, first: 2, after: $after) {
                nodes { dueOn } pageInfo { endCursor hasNextPage } } }";
            let (mut days, mut after) = (Vec::new(), Value::Null);
            loop {
                let seen = user.send(query, json!({ "filter": filter, "after": after })).await;
                let page = &seen.data()["tasks"];
                let nodes = page["nodes"].as_array().unwrap();
                days.extend(nodes.iter().map(|node| node["dueOn"].as_str().unwrap()[8..].to_owned()));
                after = page["pageInfo"]["endCursor"].clone();
                if page["pageInfo"]["hasNextPage"] == false {
                    return days;
                }
            }
        };
        assert_eq!(days(&central, json!({})).await, ["03", "05", "09"]);
        assert_eq!(days(&municipal, json!({})).await, ["03", "04", "05", "09"]);
        assert_eq!(days(&central, json!({ "mine": true })).await, ["03", "05"]);
        assert_eq!(days(&municipal, json!({ "mine": true })).await, ["04", "09"]);
        assert_eq!(days(&municipal, json!({ "dueUntil": "2023-06-05" })).await, ["03", "04"]);
        assert_eq!(days(&app.supervisor().await, json!({})).await, ["03", "04", "05", "09"]);
        let input = json!({ "taskId": last.payload()["task"]["id"], "expectedVersion": 1, "status": "DROPPED" });
        done(&municipal, "taskSettle", input.clone(), "task { status }").await;
        assert_eq!(days(&municipal, json!({ "statusIn": ["OPEN"] })).await, ["03", "05", "09"]);
        assert_eq!(refused(&municipal, "taskSettle", input, "task { id }").await, ["VERSION_STALE"]);
        let again = json!({ "taskId": last.payload()["task"]["id"], "status": "DONE" });
        assert_eq!(refused(&municipal, "taskSettle", again, "task { id }").await, ["TASK_NOT_OPEN"]);
        // Without a substitute, what was left to the substitute is the lead's.
        let nobody = json!({ "caseId": case["id"], "substituteId": null });
        done(&central, "caseNameSubstitute", nobody, "case { id }").await;
        assert_eq!(days(&central, json!({ "mine": true })).await, ["03", "05", "09"]);
        assert_eq!(days(&municipal, json!({})).await, ["04"]);
    }
}
