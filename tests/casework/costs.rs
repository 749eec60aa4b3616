//! What a page of cases with all the work in them costs.

use super::*;

const PAGE: &str = "query($first: Int) { cases(first: $first) { nodes { reference openTasks
    client { identity { familyName } } lead { displayName } municipality { name }
    supportPlan { number goals(first: 3) { nodes { text status measures(first: 3) { nodes { text status } } } } }
    contacts(first: 3) { nodes { heldOn channel note } } availablePhases { phase allowed } } } }";

const PEOPLE: &str = "query($first: Int) { cases(first: $first) { nodes { reference
    client { identity { familyName givenNames birthDate } } lead { displayName } municipality { name }
    contacts(first: 3) { nodes { heldOn channel note } } } } }";

/// The page, the clients, the leads, the municipalities, the contacts, and all texts in one.
const PEOPLE_STATEMENTS: u64 = 6;

/// The fewest statements of several tries: the server's own jobs may add some to one of them, never to all.
async fn statements(app: &TestApp, client: &Client, document: &str) -> u64 {
    let mut fewest = u64::MAX;
    for _ in 0..8 {
        let before = app.app.store.statements();
        assert!(!client.send(document, json!({ "first": 50 })).await.data().is_null());
        fewest = fewest.min(app.app.store.statements() - before);
    }
    fewest
}

both_databases! {
    async fn a_page_of_cases_with_person_manager_municipality_and_contacts_costs_six_statements(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_SEALING_INTERVAL_MS", "5000").start().await;
        let (user, centre) = (app.user(CENTRAL).await, app.supervisor().await);
        for (number, more) in [(1, 1), (8, 7)] {
            for _ in 0..more {
                let case = known(&user).await;
                // The first one has a contact of which nothing was written down.
                for note in [json!("Erstes"), json!("Zweites"), if number == 1 { Value::Null } else { json!("Drittes") }] {
                    let input = json!({ "caseId": case["id"], "channel": "HOME_VISIT", "partner": "CLIENT", "note": note });
                    done(&user, "contactRecord", input, "contact { id }").await;
                }
            }
            app.seal().await;
            let shown = user.send(PEOPLE, json!({ "first": 50 })).await;
            let nodes = shown.data()["cases"]["nodes"].as_array().unwrap();
            assert_eq!(nodes.len(), number);
            for node in nodes {
                assert_eq!(node["client"]["identity"]["familyName"], "Musterfrau");
                assert_eq!(node["contacts"]["nodes"].as_array().unwrap().len(), 3);
            }
            assert_eq!(shown.body["extensions"]["redactions"], Value::Null, "what was never written is not hidden");
            // Who asks is one more, and so is the record of what was read.
            assert_eq!(statements(&app, &user, PEOPLE).await, PEOPLE_STATEMENTS + 2, "{number} cases");
            // The centre sees no person and no text, and nothing is recorded.
            let hidden = centre.send(PEOPLE, json!({ "first": 50 })).await;
            assert_eq!(hidden.body["extensions"]["redactions"].as_array().unwrap().len(), 4 * number - 1);
            assert_eq!(statements(&app, &centre, PEOPLE).await, PEOPLE_STATEMENTS + 1, "{number} cases");
        }
    }

    async fn a_page_of_fifty_cases_with_their_work_costs_a_fixed_number_of_statements(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_SEALING_INTERVAL_MS", "5000").start().await;
        let user = app.user(CENTRAL).await;
        let mut costs = Vec::new();
        for more in [1, 6] {
            for _ in 0..more {
                let case = known(&user).await;
                let work = work(&user, &case["id"], "Text ").await;
                assert_eq!(agree(&user, &work.plan).await.user_errors(), Vec::<&str>::new());
            }
            let answer = user.send(PAGE, json!({ "first": 50 })).await;
            assert_eq!(answer.data()["cases"]["nodes"][0]["contacts"]["nodes"][0]["note"], "Text GESPRAECH");
            app.seal().await;
            costs.push(statements(&app, &user, PAGE).await);
        }
        // Who asks, the page, the clients, leads, municipalities, contacts, plans, goals, measures, what the next phase depends
        // on, the texts once on each of three levels, and the record of what was read.
        assert_eq!(costs, [14, 14]);
    }

    async fn lists_of_measures_and_tasks_cost_a_fixed_number_of_statements(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_SEALING_INTERVAL_MS", "5000").start().await;
        let user = app.user(CENTRAL).await;
        let lists = [
            "{ measures(first: 50) { nodes { text institution { name } case { reference } goal { text }
                availableTransitions { name allowed } } } }",
            "{ tasks(first: 50) { nodes { text dueOn assignee { displayName } case { reference } } } }",
        ];
        let mut costs = Vec::new();
        for more in [1, 5] {
            for _ in 0..more {
                let case = known(&user).await;
                work(&user, &case["id"], "Text ").await;
            }
            for list in lists {
                costs.push(statements(&app, &user, list).await);
            }
        }
        assert_eq!(costs, [8, 6, 8, 6]);
    }
}
