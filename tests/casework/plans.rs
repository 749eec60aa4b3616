//! Support plans: what replaces what, who was faster, and what could not be had.

use super::*;

const PLANS: &str =
    "query($id: ID!) { case(id: $id) { supportPlan { number } supportPlans(first: 5) { nodes { number status
    supersededOn goals { nodes { id status text measures { nodes { id status } } } } } } } }";

both_databases! {
    async fn the_next_plan_carries_open_goals_over_and_their_running_measures_follow_when_it_is_agreed(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let plan = id(&done(&user, "supportPlanDraft", json!({ "caseId": case["id"] }), "supportPlan { id }").await);
        assert_eq!(agree(&user, &plan).await.user_errors(), ["PLAN_WITHOUT_GOALS"]);
        let (running, measure) = fill(&user, &plan, "läuft", "Kurs").await;
        let (reached, _) = fill(&user, &plan, "erreicht", "Antrag").await;
        assert_eq!(agree(&user, &plan).await.user_errors(), Vec::<&str>::new());
        assert_eq!(agree(&user, &plan).await.user_errors(), ["PLAN_NOT_DRAFT"]);
        done(&user, "goalSetStatus", json!({ "goalId": reached, "status": "REACHED" }), "goal { id }").await;

        let input = json!({ "caseId": case["id"], "withOpenGoals": true });
        let next = done(&user, "supportPlanDraft", input.clone(),
            "supportPlan { id number version goals { nodes { text carriedFromId measures { nodes { id } } } } }").await;
        assert_eq!(next["goals"]["nodes"], json!([{ "text": "läuft", "carriedFromId": running, "measures": { "nodes": [] } }]));
        assert_eq!(refused(&user, "supportPlanDraft", input, "supportPlan { id }").await, ["PLAN_DRAFT_EXISTS"]);
        // What happens between draft and agreement is not lost.
        done(&user, "goalSetStatus", json!({ "goalId": running, "status": "IN_PROGRESS" }), "goal { id }").await;
        lead(&user, &measure, &["REFERRED"]).await;
        let plans = user.send(PLANS, json!({ "id": case["id"] })).await;
        assert_eq!(plans.data()["case"]["supportPlan"]["number"], 1, "the first one holds until the second is agreed");
        assert_eq!(agree(&user, next["id"].as_str().unwrap()).await.user_errors(), Vec::<&str>::new());
        let plans = user.send(PLANS, json!({ "id": case["id"] })).await;
        let plans = &plans.data()["case"]["supportPlans"]["nodes"];
        assert_eq!((&plans[0]["number"], &plans[0]["status"]), (&json!(2), &json!("AGREED")));
        assert_eq!((&plans[1]["status"], &plans[1]["supersededOn"]), (&json!("SUPERSEDED"), &json!("2023-06-01")));
        let carried = &plans[0]["goals"]["nodes"][0];
        assert_eq!((&carried["status"], &carried["text"]), (&json!("IN_PROGRESS"), &json!("läuft")));
        assert_eq!(carried["measures"]["nodes"], json!([{ "id": measure, "status": "REFERRED" }]));
        let input = json!({ "goalId": running, "status": "REACHED" });
        assert_eq!(refused(&user, "goalSetStatus", input, "goal { id }").await, ["PLAN_SUPERSEDED"]);
        let input = json!({ "goalId": running, "text": "noch etwas" });
        assert_eq!(refused(&user, "measureAdd", input, "measure { id }").await, ["PLAN_SUPERSEDED"]);
        let input = json!({ "supportPlanId": next["id"], "needArea": "WORK", "text": "noch ein Ziel" });
        assert_eq!(refused(&user, "goalAdd", input, "goal { id }").await, ["PLAN_NOT_DRAFT"]);
    }

    async fn who_agrees_on_a_plan_knows_all_that_it_says(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let (case, own) = (known(&central).await, known(&municipal).await);
        let substitute = json!({ "caseId": case["id"], "substituteId": own["lead"]["id"] });
        done(&central, "caseNameSubstitute", substitute, "case { id }").await;
        let plan = done(&central, "supportPlanDraft", json!({ "caseId": case["id"] }), "supportPlan { id }").await;
        fill(&central, plan["id"].as_str().unwrap(), "Ziel", "Maßnahme").await;
        let query = "query($id: ID!) { case(id: $id) { supportPlans { nodes { version } } } }";
        let seen = central.send(query, json!({ "id": case["id"] })).await;
        let version = seen.data()["case"]["supportPlans"]["nodes"][0]["version"].clone();
        let goal = json!({ "supportPlanId": plan["id"], "needArea": "WORK", "text": "noch ein Ziel" });
        done(&municipal, "goalAdd", goal, "goal { id }").await;
        let input = json!({ "supportPlanId": plan["id"], "expectedVersion": version, "reviewOn": "2023-12-01" });
        assert_eq!(refused(&central, "supportPlanAgree", input, "supportPlan { id }").await, ["VERSION_STALE"]);
    }

    async fn two_case_managers_never_overtake_each_other(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let (case, own) = (known(&central).await, known(&municipal).await);
        let substitute = json!({ "caseId": case["id"], "substituteId": own["lead"]["id"] });
        done(&central, "caseNameSubstitute", substitute, "case { id }").await;
        let draft = json!({ "caseId": case["id"] });
        let (one, two) = tokio::join!(
            command(&central, "supportPlanDraft", draft.clone(), "supportPlan { id }"),
            command(&municipal, "supportPlanDraft", draft, "supportPlan { id }"),
        );
        let mut errors = one.user_errors();
        errors.extend(two.user_errors());
        assert_eq!(errors, ["PLAN_DRAFT_EXISTS"]);
        let made = if one.user_errors().is_empty() { &one } else { &two };
        let plan = made.payload()["supportPlan"]["id"].as_str().unwrap();
        let (_, measure) = fill(&central, plan, "Ziel", "Maßnahme").await;
        assert_eq!(agree(&municipal, plan).await.user_errors(), Vec::<&str>::new());
        let input = |status: &str| json!({ "measureId": measure, "expectedVersion": 1, "status": status });
        let (one, two) = tokio::join!(
            command(&central, "measureSetStatus", input("REFERRED"), "measure { status }"),
            command(&municipal, "measureSetStatus", input("NOT_AVAILABLE"), "measure { status }"),
        );
        let mut errors = one.user_errors();
        errors.extend(two.user_errors());
        assert_eq!(errors, ["VERSION_STALE"]);
        let assess = |severity: &str| json!({ "caseId": case["id"], "needArea": "WORK", "severity": severity });
        let (one, two) = tokio::join!(
            command(&central, "assessmentRecord", assess("LOW"), "assessment { id }"),
            command(&municipal, "assessmentRecord", assess("HIGH"), "assessment { id }"),
        );
        assert!(one.user_errors().is_empty() && two.user_errors().is_empty());
        let query = "query($id: ID!) { case(id: $id) { assessments { nodes { severity } } } }";
        let seen = central.send(query, json!({ "id": case["id"] })).await;
        assert_eq!(seen.data()["case"]["assessments"]["nodes"].as_array().unwrap().len(), 1, "one of them holds");
    }

    async fn what_was_not_available_is_found_across_cases_without_saying_whose_it_is(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let organisations = central.query("{ organisations(first: 100) { nodes { id name } } municipalities { nodes { id name } } }").await;
        let find = |list: &str, name: &str| {
            let nodes = organisations.data()[list]["nodes"].as_array().unwrap();
            nodes.iter().find(|node| node["name"] == name).unwrap()["id"].clone()
        };
        let (institution, coesfeld) = (find("organisations", "Jobcenter Kreis Coesfeld"), find("municipalities", "Coesfeld"));
        let elsewhere = find("municipalities", "Dülmen");
        for user in [&central, &municipal] {
            let case = known(user).await;
            let work = work(user, &case["id"], "MARK").await;
            assert_eq!(agree(user, &work.plan).await.user_errors(), Vec::<&str>::new());
            let wrong = json!({ "measureId": work.measure, "status": "REFERRED", "barrierKind": "OFFER_FULL" });
            assert_eq!(refused(user, "measureSetStatus", wrong, "measure { id }").await, ["BARRIER_NOT_ALLOWED"]);
            let wrong = json!({ "measureId": work.measure, "status": "REFUSED", "barrierKind": "ERFUNDEN" });
            assert_eq!(refused(user, "measureSetStatus", wrong, "measure { id }").await, ["CODE_UNKNOWN"]);
            let input = json!({ "measureId": work.measure, "status": "NOT_AVAILABLE", "institutionId": institution,
                "barrierKind": "WAITING_TIME", "outcome": "MARKGRUND" });
            done(user, "measureSetStatus", input, "measure { status barrierKind institution { name } outcome }").await;
        }
        let query = "query($filter: MeasureFilter) { measures(filter: $filter) { nodes { status needArea barrierKind text outcome
            institution { name } case { reference municipality { name } client { id } } goal { text needArea } } } }";
        let filter = json!({ "statusIn": ["NOT_AVAILABLE"], "needAreaIn": ["LANGUAGE"], "municipalityIn": [coesfeld],
            "institutionIn": [institution], "barrierKindIn": ["WAITING_TIME", "COST"], "statusFrom": "2023-06-01",
            "statusUntil": "2023-06-02" });
        let supervisor = app.supervisor().await;
        let seen = supervisor.send(query, json!({ "filter": filter })).await;
        let nodes = seen.data()["measures"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 2, "{seen:?}");
        assert_eq!(nodes[0], json!({ "status": "NOT_AVAILABLE", "needArea": "LANGUAGE", "barrierKind": "WAITING_TIME",
            "text": null, "outcome": null, "institution": { "name": "Jobcenter Kreis Coesfeld" },
            "case": { "reference": "2023-0002", "municipality": { "name": "Coesfeld" }, "client": null },
            "goal": { "text": null, "needArea": "LANGUAGE" } }));
        assert!(!seen.body.to_string().contains("MARK"));
        let own = central.send(query, json!({ "filter": filter })).await;
        assert_eq!(own.data()["measures"]["nodes"].as_array().unwrap().len(), 1);
        assert_eq!(own.data()["measures"]["nodes"][0]["outcome"], "MARKGRUND");
        for nothing in [
            json!({ "statusIn": [] }), json!({ "statusIn": ["PLANNED"] }), json!({ "municipalityIn": [elsewhere] }),
            json!({ "needAreaIn": ["WORK"] }), json!({ "statusFrom": "2023-06-02" }), json!({ "statusUntil": "2023-06-01" }),
        ] {
            let seen = supervisor.send(query, json!({ "filter": nothing })).await;
            assert_eq!(seen.data()["measures"]["nodes"], json!([]), "{nothing}");
        }
        assert_eq!(app.coordinator().await.send(query, json!({})).await.code(), "FORBIDDEN");
    }
}
