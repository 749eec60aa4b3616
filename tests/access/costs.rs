//! What answers cost in statements: the same for one row and for fifty.

use entity::ids::Identifier;
use serde_json::{Value, json};

use super::world::Place;
use crate::app::{Client, TestApp};
use crate::databases::{TestDatabase, both_databases};

const PAGE: &str = "query($first: Int, $after: String) { positions(first: $first, after: $after) {
    pageInfo { endCursor } nodes { id number employer { name }
        occupancies(first: 5) { nodes { staffMember { displayName } fteHundredths } }
        serviceAreas(first: 5) { nodes { municipality { name } shareHundredths } }
        supervisions(first: 5) { nodes { kind supervisor { displayName organisation { name } } } } } } }";

/// A page with relations costs four statements; finding out who asks costs one more.
const PAGE_STATEMENTS: u64 = 5;

/// The fewest statements of several tries: the server's own jobs may add some to one of them, never to all.
async fn statements(app: &TestApp, client: &Client, document: &str, variables: Value) -> u64 {
    let mut fewest = u64::MAX;
    for _ in 0..6 {
        let before = app.app.store.statements();
        let answer = client.send(document, variables.clone()).await;
        assert!(!answer.data().is_null());
        fewest = fewest.min(app.app.store.statements() - before);
    }
    fewest
}

both_databases! {
    async fn answers_cost_the_same_number_of_statements_whatever_their_number_of_rows(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_SEALING_INTERVAL_MS", "5000").start().await;
        let place = Place::demo(&app).await;
        let coordinator = app.coordinator().await;
        let data = coordinator.query("{ organisations(first: 100) { nodes { id name } } municipalities(first: 2) { nodes { id } }
            positions(first: 1) { nodes { supervisions(first: 1) { nodes { supervisor { id } } } } } }").await;
        let data = data.data();
        let organisations = data["organisations"]["nodes"].as_array().unwrap();
        let employer = organisations.iter().find(|row| row["name"] == "Stadt Coesfeld").unwrap()["id"].as_str().unwrap();
        let employer = entity::ids::OrganisationId::parse(employer).unwrap();
        let served: Vec<_> = data["municipalities"]["nodes"].as_array().unwrap().iter()
            .map(|row| entity::ids::MunicipalityId::parse(row["id"].as_str().unwrap()).unwrap())
            .collect();
        let superior = place.staff(employer, "Stefan Stellvertretung-Muster").await;
        for index in 0..60 {
            let position = place.position(&format!("XM-{index:02}"), employer, &served, Some("2023-07-31")).await;
            place.supervise(position, entity::codes::SupervisionKind::Line, superior).await;
            place.fill(position, &format!("Person {index} Muster"), None, "2023-02-01", None).await;
        }
        app.seal().await;

        for rows in [1, 10, 50] {
            let cost = statements(&app, &coordinator, PAGE, json!({ "first": rows })).await;
            assert_eq!(cost, PAGE_STATEMENTS, "a page of {rows}");
        }
        let first = coordinator.send(PAGE, json!({ "first": 50 })).await;
        let cursor = first.data()["positions"]["pageInfo"]["endCursor"].clone();
        let deep = statements(&app, &coordinator, PAGE, json!({ "first": 20, "after": cursor })).await;
        assert_eq!(deep, PAGE_STATEMENTS, "a deep page");

        let ids: Vec<Value> =
            first.data()["positions"]["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect();
        let one = "query($id: ID!) { position(id: $id) { number employer { name }
            occupancies { nodes { staffMember { displayName } } } serviceAreas { nodes { municipality { name } } }
            supervisions { nodes { supervisor { displayName organisation { name } } } } availableTransitions { allowed }
            can(action: FILL_POSITION) { allowed } } }";
        assert_eq!(statements(&app, &coordinator, one, json!({ "id": ids[0] })).await, 5, "one position");
        let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Position { number employer { name } } } }";
        assert_eq!(statements(&app, &coordinator, nodes, json!({ "ids": ids })).await, 2, "fifty nodes");

        let directory = coordinator.query("{ organisations(first: 20) { nodes { id } } municipalities(first: 20) { nodes { id } }
            bodies(first: 20) { nodes { id } } district { id } }").await;
        let mut mixed = Vec::new();
        for list in ["organisations", "municipalities", "bodies"] {
            mixed.extend(directory.data()[list]["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()));
        }
        mixed.extend(vec![directory.data()["district"]["id"].clone(); 20]);
        let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        assert_eq!(statements(&app, &coordinator, nodes, json!({ "ids": mixed })).await, 5, "nodes of four kinds");

        let history = "query($id: ID!) { position(id: $id) { history { nodes { command actorName actor { login } changes { field } } } } }";
        assert_eq!(statements(&app, &coordinator, history, json!({ "id": ids[0] })).await, 3, "one history");
        for rows in [1, 50] {
            let histories = "query($first: Int) { positions(first: $first) { nodes { history(first: 2) { nodes { command } } } } }";
            assert_eq!(statements(&app, &coordinator, histories, json!({ "first": rows })).await, 3, "histories of {rows}");
        }
        let viewer = "{ viewer { account { login } grants { nodes { organisation { name } } }
            can(action: PLAN_POSITION) { allowed } } }";
        assert_eq!(statements(&app, &coordinator, viewer, json!({})).await, 3, "the viewer");
        let staffing = "{ staffing(fromMonth: \"2022-01-01\", untilMonth: \"2023-12-01\", groupBy: [EMPLOYER, MONTH, BUILDING_BLOCK]) {
            employer { name } figures { positions } } }";
        assert_eq!(statements(&app, &coordinator, staffing, json!({})).await, 4, "the figures");
    }
}
