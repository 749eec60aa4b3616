//! Changes of the legal sphere.

use super::*;

async fn change(user: &Client, case: &Value, on: &str, ended: &[&str], begun: Option<&str>) -> Vec<String> {
    let input = json!({ "caseId": case, "changedOn": on, "endedSpheres": ended, "begunSphere": begun });
    refused(user, "caseChangeLegalSphere", input, "case { version }").await
}

async fn held(user: &Client, case: &Value, on: Option<&str>) -> Vec<String> {
    let query = "query($id: ID!, $on: NaiveDate) { case(id: $id) { legalSpheres(on: $on) { nodes { sphere validFrom validUntil } } } }";
    let seen = user.send(query, json!({ "id": case, "on": on })).await;
    let nodes = seen.data()["case"]["legalSpheres"]["nodes"].as_array().unwrap().clone();
    nodes.iter().map(|node| node["sphere"].as_str().unwrap().to_owned()).collect()
}

both_databases! {
    async fn a_change_of_the_legal_sphere_is_one_event_that_ends_and_begins(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let case = &case["id"];
        assert!(change(&user, case, "2023-01-15", &[], Some("ASYLBLG")).await.is_empty());
        assert!(change(&user, case, "2023-02-01", &[], Some("CHILD_BENEFIT")).await.is_empty());
        assert!(change(&user, case, "2023-06-01", &["ASYLBLG"], Some("SGB_II")).await.is_empty());
        assert_eq!(held(&user, case, Some("2023-05-31")).await, ["ASYLBLG", "CHILD_BENEFIT"]);
        assert_eq!(held(&user, case, Some("2023-06-01")).await, ["CHILD_BENEFIT", "SGB_II"]);
        assert_eq!(held(&user, case, Some("2023-01-01")).await, Vec::<String>::new());
        assert_eq!(held(&app.supervisor().await, case, None).await, ["ASYLBLG", "CHILD_BENEFIT", "SGB_II"]);
        let history = "query($id: ID!) { case(id: $id) { history(first: 1) { nodes { command details } } } }";
        let seen = user.send(history, json!({ "id": case })).await;
        let newest = &seen.data()["case"]["history"]["nodes"][0];
        assert_eq!(newest["command"], "caseChangeLegalSphere");
        let details: Value = serde_json::from_str(newest["details"].as_str().unwrap()).unwrap();
        assert_eq!(details, json!({ "changedOn": "2023-06-01", "endedSpheres": ["ASYLBLG"], "begunSphere": "SGB_II", "begunUntil": null }));
    }

    async fn no_legal_sphere_holds_twice_on_a_day_and_none_ends_that_does_not_hold(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let case = &case["id"];
        assert!(change(&user, case, "2023-03-01", &[], Some("SGB_II")).await.is_empty());
        assert_eq!(change(&user, case, "2023-06-01", &[], Some("SGB_II")).await, ["LEGAL_SPHERE_OVERLAPS"]);
        assert_eq!(change(&user, case, "2023-01-01", &[], Some("SGB_II")).await, ["LEGAL_SPHERE_OVERLAPS"]);
        assert_eq!(change(&user, case, "2023-06-01", &["ASYLBLG"], None).await, ["LEGAL_SPHERE_NOT_HELD"]);
        assert_eq!(change(&user, case, "2023-03-01", &["SGB_II"], None).await, ["LEGAL_SPHERE_NOT_HELD"]);
        assert_eq!(change(&user, case, "2023-06-01", &[], None).await, ["LEGAL_SPHERE_UNCHANGED"]);
        assert_eq!(change(&user, case, "2023-06-01", &["SGB_II", "SGB_II"], None).await, ["DUPLICATE_ENTRY"]);
        assert!(change(&user, case, "2023-06-01", &["SGB_II"], Some("SGB_II")).await.is_empty());
        assert_eq!(held(&user, case, Some("2023-06-01")).await, ["SGB_II"]);
        let input = json!({ "caseId": case, "expectedVersion": 1, "changedOn": "2023-07-01", "endedSpheres": ["SGB_II"] });
        assert_eq!(refused(&user, "caseChangeLegalSphere", input, "case { id }").await, ["VERSION_STALE"]);
        let input = json!({ "caseId": case, "changedOn": "2023-07-01", "begunSphere": "SGB_V", "begunUntil": "2023-07-01" });
        assert_eq!(refused(&user, "caseChangeLegalSphere", input, "case { id }").await, ["PERIOD_EMPTY"]);
        assert_eq!(change(&app.user(MUNICIPAL).await, case, "2023-07-01", &["SGB_II"], None).await, ["NOT_FOUND"]);
        let answer = command(&app.supervisor().await, "caseChangeLegalSphere",
            json!({ "caseId": case, "changedOn": "2023-07-01", "endedSpheres": ["SGB_II"] }), "case { id }").await;
        assert_eq!(answer.code(), "FORBIDDEN");
    }
}
