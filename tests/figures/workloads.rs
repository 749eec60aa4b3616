//! Workloads: what employers see of their own staff's work.

use serde_json::{Value, json};

use super::{CENTRAL, MUNICIPAL, all_forbidden, close, open_many, statements, until};
use crate::app::{Client, TestApp};
use crate::databases::{TestDatabase, both_databases};

const PAGE: &str =
    "{ workload(first: 50) { nodes { caseManager { displayName } reportingOn fteHundredths openCases suppressed
    weightedLoadHundredths } } }";

async fn workload(user: &Client) -> Vec<Value> {
    user.query(PAGE).await.data()["workload"]["nodes"].as_array().unwrap().clone()
}

both_databases! {
    async fn an_employer_sees_counts_of_the_own_staff_from_three_on_and_no_case(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        open_many(&app, &central, 5, 1).await;
        let cases = open_many(&app, &municipal, 2, 2).await;
        let expect = async |open: Value| {
            let rows = workload(&app.employer().await).await;
            assert_eq!(rows.len(), 1, "the town has one case manager: {rows:?}");
            assert_eq!(rows[0]["caseManager"]["displayName"], "Cem Casemanagement-Muster");
            assert_eq!(rows[0]["suppressed"], open.is_null());
            assert_eq!(rows[0]["openCases"], open);
            assert_eq!(rows[0]["fteHundredths"], 100);
            // Rounded to five cases, if that leaves open of what intensity they are: four cases may, three do not.
            let load = &rows[0]["weightedLoadHundredths"];
            assert!(load.is_null() || (open == json!(4) && load.as_i64().unwrap() % 500 == 0), "{load}");
            rows[0]["reportingOn"].as_str().unwrap().to_owned()
        };
        assert_eq!(expect(Value::Null).await, "2023-05-31");
        until(&app, "2023-07-01");
        assert_eq!(expect(Value::Null).await, "2023-06-30");
        // What is opened in July is not seen before July is over.
        open_many(&app, &app.user(MUNICIPAL).await, 2, 3).await;
        assert_eq!(expect(Value::Null).await, "2023-06-30");
        until(&app, "2023-08-01");
        assert_eq!(expect(json!(4)).await, "2023-07-31");
        // What is closed in August was open at the end of July.
        close(&app.user(MUNICIPAL).await, &cases[0]).await;
        assert_eq!(expect(json!(4)).await, "2023-07-31");
        until(&app, "2023-09-01");
        assert_eq!(expect(json!(3)).await, "2023-08-31");

        let employer = app.employer().await;
        for document in ["{ cases { nodes { id } } }", "{ caseload { nodes { openCases } } }",
            "{ caseStatistics(table: MUNICIPALITY) { reportingOn } }"] {
            assert_eq!(employer.query(document).await.code(), "FORBIDDEN");
        }
        let others = [CENTRAL, kim::demo::COORDINATOR_LOGIN, kim::demo::SUPERVISOR_LOGIN, "administration@kreis-coesfeld.example"];
        all_forbidden(&app, PAGE, &others).await;
    }

    async fn a_page_of_workloads_costs_the_same_however_many_cases_there_are(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_SEALING_INTERVAL_MS", "5000").start().await;
        let mut costs = Vec::new();
        for (number, day) in [(3, "2023-07-15"), (15, "2023-09-15")] {
            open_many(&app, &app.user(MUNICIPAL).await, number, 2).await;
            app.seal().await;
            until(&app, day);
            costs.push(statements(&app, &app.employer().await, PAGE).await);
        }
        // Who asks; the setting; the page; cases; full-time equivalents.
        assert_eq!(costs, [5, 5]);
        assert_eq!(workload(&app.employer().await).await[0]["openCases"], 18);
    }
}
