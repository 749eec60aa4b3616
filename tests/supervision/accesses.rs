//! Who read what: shown to the case manager and the officer, never changed, and what is unusual is found.

use chrono::{DateTime, Duration, Utc};
use kim::clock::Clock as _;

use super::*;
use crate::program::Program;

const ACCESSES: &str = "query($filter: AccessFilter, $first: Int, $after: String) {
    accesses(filter: $filter, first: $first, after: $after) { pageInfo { hasNextPage endCursor }
        nodes { id readAt accountName accountId clientId caseId case { reference } dataClass purpose basis } } }";

async fn accesses(user: &Client, filter: Value) -> Vec<Value> {
    nodes(user, ACCESSES, json!({ "filter": filter, "first": 100 }), &["accesses"]).await
}

/// Adds reads beside the server: one client each, so many seconds apart.
async fn read_beside(app: &TestApp, account: &str, clients: &[Value], from: DateTime<Utc>, apart: i64) {
    let mut tables = Tables::open(app.db.url()).await;
    let uuid = |id: &str| uuid::Uuid::try_parse(id.split_once('_').unwrap().1).unwrap();
    for (index, client) in clients.iter().enumerate() {
        let at = from + Duration::seconds(apart * i64::try_from(index).unwrap());
        let (id, client, account) =
            (tables.id(uuid::Uuid::now_v7()), tables.id(uuid(client.as_str().unwrap())), tables.id(uuid(account)));
        let at = at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false);
        let sql = format!(
            "INSERT INTO access_log (id, district_id, read_at, account_id, client_id, case_id, data_class, purpose, basis, request_id)
             SELECT {id}, district_id, '{at}', {account}, {client}, NULL, 'IDENTITY', 'CASE_WORK', 'OWN_CASE', NULL FROM account WHERE id = {account}"
        );
        tables.run(&sql).await;
    }
}

both_databases! {
    async fn case_managers_see_reads_of_their_own_clients_and_the_officer_all_without_any_content(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, municipal, officer) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await, app.user(OFFICER).await);
        let (case, foreign) = (known(&user).await, known(&municipal).await);
        identity(&user, &case["client"]["id"]).await;
        identity(&municipal, &foreign["client"]["id"]).await;
        let own = accesses(&user, Value::Null).await;
        assert_eq!(own.len(), 3);
        assert!(own.iter().all(|look| look["clientId"] == case["client"]["id"] && look["accountName"] == "Clara Casemanagement-Muster"));
        let foreign_filter = json!({ "clientId": foreign["client"]["id"] });
        assert!(accesses(&user, foreign_filter.clone()).await.is_empty(), "a filter opens nothing");
        assert_eq!(accesses(&officer, Value::Null).await.len(), 6);
        let by_account = json!({ "accountId": account(&app, MUNICIPAL).await, "purpose": "CASE_WORK", "since": "2023-06-01T08:00:00Z" });
        assert_eq!(accesses(&officer, by_account).await.len(), 3);
        assert!(accesses(&officer, json!({ "since": "2023-06-02T00:00:00Z" })).await.is_empty());
        assert!(accesses(&officer, json!({ "purpose": "SUPERVISION" })).await.is_empty());
        let page = officer.send(ACCESSES, json!({ "first": 4 })).await;
        let cursor = &page.data()["accesses"]["pageInfo"]["endCursor"];
        let rest = officer.send(ACCESSES, json!({ "first": 4, "after": cursor })).await;
        assert_eq!(rest.data()["accesses"]["nodes"].as_array().unwrap().len(), 2);
        for secret in ["Musterfrau", "Erika", "2023-000"] {
            assert!(!page.body.to_string().contains(secret), "{secret}");
        }
        let node = officer.send("query($id: ID!) { node(id: $id) { id } }", json!({ "id": case["client"]["id"] })).await;
        assert!(node.data()["node"].is_null(), "an id opens nothing");
        for other in [app.supervisor().await, app.coordinator().await, app.employer().await, app.administrator().await] {
            assert_eq!(other.query("{ accesses { nodes { id } } }").await.code(), "FORBIDDEN");
            assert_eq!(other.query("{ unusualAccesses(since: \"2023-06-01T00:00:00Z\") { reviewedUpToAt } }").await.code(), "FORBIDDEN");
        }
        assert_eq!(user.query("{ unusualAccesses(since: \"2023-06-01T00:00:00Z\") { reviewedUpToAt } }").await.code(), "FORBIDDEN");
    }

    async fn reads_stand_in_the_case_and_with_the_client_and_not_for_the_centre(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = known(&user).await;
        command_for(&user, "casePause", json!({ "caseId": case["id"] }), "case { id }", Some("Grund")).await;
        let read = "query($id: ID!) { case(id: $id) { history { nodes { reason } } client { identity { familyName } } } }";
        user.send(read, json!({ "id": case["id"] })).await;
        let list = "query($id: ID!) { case(id: $id) { accesses { nodes { dataClass caseId } } client { accesses { nodes { dataClass } } } } }";
        let seen = user.send(list, json!({ "id": case["id"] })).await;
        let classes = |list: &Value| {
            let mut classes: Vec<String> =
                list["nodes"].as_array().unwrap().iter().map(|look| look["dataClass"].as_str().unwrap().to_owned()).collect();
            classes.sort();
            classes
        };
        // The history tells of the child as well, under its own key.
        assert_eq!(classes(&seen.data()["case"]["accesses"]), ["HISTORY", "HISTORY", "IDENTITY"]);
        assert_eq!(classes(&seen.data()["case"]["client"]["accesses"]), ["HISTORY", "IDENTITY"]);
        let centre = supervisor.send("query($id: ID!) { case(id: $id) { accesses { nodes { id } } } }", json!({ "id": case["id"] })).await;
        assert_eq!(centre.data()["case"]["accesses"]["nodes"], json!([]));
        assert_eq!(centre.body["extensions"]["redactions"].as_array().unwrap().len(), 1);

        let page = "{ cases(first: 50) { nodes { accesses(first: 3) { nodes { accountName case { reference } } } } } }";
        let mut costs = Vec::new();
        for more in [0, 4] {
            for _ in 0..more {
                let case = open_case(&user, erika(), json!({})).await.payload()["case"].clone();
                user.send(read, json!({ "id": case["id"] })).await;
            }
            app.seal().await;
            let mut least = u64::MAX;
            for _ in 0..10 {
                let before = app.app.store.statements();
                user.query(page).await.data();
                least = least.min(app.app.store.statements() - before);
            }
            costs.push(least);
        }
        assert_eq!(costs[0], costs[1], "one statement for the reads of all cases");
    }

    async fn a_search_and_a_hint_at_a_double_are_recorded_as_what_they_tell(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let (case, foreign) = (known(&user).await, known(&municipal).await);
        let mut tables = Tables::open(app.db.url()).await;
        let before = tables.count("access_log").await;
        assert_eq!(user.query("{ clientSearch(names: \"Nirgends\") { nodes { fit } } }").await.data()["clientSearch"]["nodes"], json!([]));
        assert_eq!(tables.count("access_log").await, before, "nobody was found");
        let found = user.query("{ clientSearch(names: \"Erika\") { nodes { fit } } }").await;
        assert_eq!(found.data()["clientSearch"]["nodes"].as_array().unwrap().len(), 1);
        assert_eq!(tables.count("access_log WHERE purpose = 'CASE_WORK' AND basis = 'OWN_CASE'").await, before + 1);
        user.query("{ clientSearch(names: \"Erika\") { nodes { client { identity { familyName } } } } }").await;
        assert_eq!(tables.count("access_log").await, before + 2, "once for each request");

        let hints = "query($id: ID!) { client(id: $id) { possibleDuplicates { score } } }";
        let answer = user.send(hints, json!({ "id": case["client"]["id"] })).await;
        let count = answer.data()["client"]["possibleDuplicates"].as_array().unwrap().len();
        assert!(count >= 1);
        let told = accesses(&municipal, json!({ "purpose": "DUPLICATE_CHECK" })).await;
        let told: Vec<_> = told.iter().filter(|look| look["clientId"] == foreign["client"]["id"]).collect();
        assert_eq!(told.len(), 1, "the other office sees that its client was compared");
        assert_eq!((&told[0]["basis"], &told[0]["accountName"]), (&json!("COMPARISON"), &json!("Clara Casemanagement-Muster")));
    }

    async fn what_was_read_is_never_changed_and_goes_only_after_its_removal_was_recorded(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        identity(&user, &case["client"]["id"]).await;
        let mut tables = Tables::open(app.db.url()).await;
        for sql in ["UPDATE access_log SET purpose = 'CASE_WORK'", "DELETE FROM access_log"] {
            assert!(tables.try_run(sql).await.is_err(), "{sql}");
        }
        if let Tables::Postgres(_) = &tables {
            assert!(tables.try_run("TRUNCATE access_log").await.is_err());
        }
        assert_eq!(tables.count("access_log").await, 3);
        let place = crate::access::world::Place::demo(&app).await;
        let permit = place.actor.permit::<kim::access::verb::ProposeErasure>().unwrap();
        let forget = async |day: &str| {
            let now = app.clock.now();
            kim::store::log::access::forget_before(&app.app.store, &permit, day.parse().unwrap(), now).await.unwrap()
        };
        assert_eq!(forget("2023-06-01").await, 0);
        assert_eq!(tables.count("access_purge").await, 0, "nothing to remove, nothing recorded");
        assert_eq!(forget("2023-06-02").await, 3);
        assert_eq!((tables.count("access_log").await, tables.count("access_purge").await), (0, 1));
        identity(&user, &case["client"]["id"]).await;
        assert!(tables.try_run("DELETE FROM access_purge").await.is_err());
        assert!(tables.try_run("UPDATE access_purge SET read_before = purged_at").await.is_err());
    }

    async fn many_clients_within_minutes_and_reads_at_night_are_listed_for_the_officer(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let mut clients = Vec::new();
        for index in 0..31 {
            let identity = json!({ "familyName": format!("Nummer {index}") });
            clients.push(open_case(&user, identity, json!({})).await.payload()["case"]["client"]["id"].clone());
        }
        let (central, municipal) = (account(&app, CENTRAL).await, account(&app, MUNICIPAL).await);
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        // Thirty within the time are usual; so are thirty-one, but slower.
        read_beside(&app, &municipal, &clients[..30], at("2023-05-30T08:00:00Z"), 10).await;
        read_beside(&app, &municipal, &clients, at("2023-05-31T08:00:00Z"), 20).await;
        read_beside(&app, &central, &clients, at("2023-05-31T09:00:00Z"), 10).await;
        // In the night from Wednesday to Thursday, and on the Sunday before.
        read_beside(&app, &central, &clients[..2], at("2023-05-31T21:00:00Z"), 60).await;
        read_beside(&app, &municipal, &clients[..1], at("2023-05-28T10:00:00Z"), 1).await;
        let document = "query($since: DateTime!) { unusualAccesses(since: $since) {
            reviewedUpToAt manyClients manyClientsMinutes firstHour closingHour
            findings { rule accountName firstAt lastAt reads clients } } }";
        let officer = app.user(OFFICER).await;
        let review = officer.send(document, json!({ "since": "2023-05-01T00:00:00Z" })).await;
        let review = &review.data()["unusualAccesses"];
        assert_eq!(
            (&review["manyClients"], &review["manyClientsMinutes"], &review["reviewedUpToAt"]),
            (&json!(30), &json!(10), &Value::Null)
        );
        let told: Vec<String> = review["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|found| {
                let text = |name: &str| found[name].as_str().unwrap().to_owned();
                let name = text("accountName");
                format!("{} {} {} {} {}", text("rule"), name.split(' ').next().unwrap(), text("firstAt"), found["reads"], found["clients"])
            })
            .collect();
        assert_eq!(
            told,
            [
                "OUTSIDE_HOURS Clara 2023-05-31T21:00:00+00:00 2 2",
                "MANY_CLIENTS Clara 2023-05-31T09:00:00+00:00 31 31",
                "OUTSIDE_HOURS Cem 2023-05-28T10:00:00+00:00 1 1",
            ],
        );
        let later = officer.send(document, json!({ "since": "2023-05-31T20:00:00Z" })).await;
        assert_eq!(later.data()["unusualAccesses"]["findings"].as_array().unwrap().len(), 1);
        let other = crate::access::world::Place::found(&app, "05554", "Kreis Anderswo").await;
        let centre = other.organisation(entity::codes::OrganisationKind::IntegrationCentre, "Zentrum", None).await;
        let away = other.account("dpo@anderswo.example", "Dagmar Anderswo-Muster").await;
        other.grant(away, entity::codes::Role::DataProtectionOfficer, centre).await;
        let away = app.user("dpo@anderswo.example").await;
        let review = away.send(document, json!({ "since": "2023-05-01T00:00:00Z" })).await;
        assert_eq!(review.data()["unusualAccesses"]["findings"], json!([]), "another district");
        assert!(accesses(&away, Value::Null).await.is_empty());
    }

    async fn fifty_reads_at_the_same_moment_are_each_recorded_exactly_once(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let mut tables = Tables::open(app.db.url()).await;
        let before = tables.count("access_log").await;
        let query = "query($id: ID!) { client(id: $id) { identity { familyName } } }";
        let answers =
            futures_util::future::join_all((0..50).map(|_| user.send(query, json!({ "id": case["client"]["id"] })))).await;
        assert!(answers.iter().all(|answer| answer.data()["client"]["identity"]["familyName"] == "Musterfrau"));
        assert_eq!(tables.count("access_log").await, before + 50);
        let requests = tables.number("SELECT count(DISTINCT request_id) FROM access_log").await;
        assert_eq!(requests, before + 50);
    }

    async fn a_read_that_was_answered_is_on_record_after_a_crash(db: TestDatabase) {
        let program = Program::on(&db).with("KIM_DEMO", "true");
        let serving = program.serve(&["serve"]);
        let http = reqwest::Client::builder().timeout(std::time::Duration::from_secs(20)).build().unwrap();
        let url = serving.url("/graphql");
        let ask = async |token: &str, document: &str, variables: Value| -> Value {
            let request = http.post(&url).json(&json!({ "query": document, "variables": variables }));
            let request = if token.is_empty() { request } else { request.bearer_auth(token) };
            request.send().await.unwrap().json().await.unwrap()
        };
        let login = "mutation($input: SessionLoginInput!) { sessionLogin(input: $input) { session { accessToken } } }";
        let answer = ask("", login, json!({ "input": { "login": CENTRAL, "password": kim::demo::PASSWORD } })).await;
        let token = answer["data"]["sessionLogin"]["session"]["accessToken"].as_str().unwrap().to_owned();
        let places = ask(&token, "{ municipalities(first: 1) { nodes { id } } }", json!({})).await;
        let input = json!({ "municipalityId": places["data"]["municipalities"]["nodes"][0]["id"], "unit": "PERSON",
            "intensity": "STANDARD", "referralSource": "OTHER", "identity": erika() });
        let open = "mutation($input: CaseOpenInput!) { caseOpen(input: $input) { case { id } } }";
        let case = ask(&token, open, json!({ "input": input })).await["data"]["caseOpen"]["case"]["id"].clone();
        let read = "query($id: ID!) { case(id: $id) { client { identity { familyName } } } }";
        let seen = ask(&token, read, json!({ "id": case })).await;
        assert_eq!(seen["data"]["case"]["client"]["identity"]["familyName"], "Musterfrau");
        // Dropped is killed, as by a crash.
        drop(serving);
        assert_eq!(Tables::open(db.url()).await.count("access_log").await, 1);
    }
}
