//! What a page of cases with all the work in them costs.

use super::*;

const PAGE: &str = "query($first: Int) { cases(first: $first) { nodes { reference openTasks
    client { identity { familyName } } lead { displayName } municipality { name }
    supportPlan { number goals(first: 3) { nodes { text status measures(first: 3) { nodes { text status } } } } }
    contacts(first: 3) { nodes { heldOn channel note } } availablePhases { phase allowed } } } }";

both_databases! {
    async fn a_page_of_fifty_cases_with_their_work_costs_a_fixed_number_of_statements(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_SEALING_INTERVAL_MS", "5000").start().await;
        let user = app.user(CENTRAL).await;
        let mut costs = Vec::new();
        for (more, first) in [(1, 50), (6, 50)] {
            for _ in 0..more {
                let case = known(&user).await;
                let work = work(&user, &case["id"], "Text ").await;
                assert_eq!(agree(&user, &work.plan).await.user_errors(), Vec::<&str>::new());
            }
            let mut least = u64::MAX;
            for _ in 0..8 {
                let before = app.app.store.statements();
                let answer = user.send(PAGE, json!({ "first": first })).await;
                assert_eq!(answer.data()["cases"]["nodes"][0]["contacts"]["nodes"][0]["note"], "Text GESPRAECH");
                least = least.min(app.app.store.statements() - before);
            }
            costs.push(least);
        }
        // Texts of several levels come in one batch or in two, by chance; never more for more rows.
        assert!(costs.iter().all(|cost| *cost <= 15), "{costs:?}");
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
                let mut least = u64::MAX;
                for _ in 0..8 {
                    let before = app.app.store.statements();
                    assert!(!user.query(list).await.data().is_null());
                    least = least.min(app.app.store.statements() - before);
                }
                costs.push(least);
            }
        }
        assert!(costs.iter().all(|cost| *cost <= 9), "{costs:?}");
    }
}
