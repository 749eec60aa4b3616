//! Finding clients by name and birth date, and hints that two are one person.

use entity::ids::{ClientId, Identifier};
use uuid::Uuid;

use super::*;
use crate::tables::Tables;

/// More people than one search looks at.
const CROWD: u128 = 600;

/// Puts people into the case of a client who have these terms of the client's and nothing else on record: candidates that fit
/// nothing. In the order of ids they come before everybody else.
async fn crowd(app: &TestApp, client: &Value, kinds: &str) {
    let mut tables = Tables::open(app.db.url()).await;
    let like = tables.id(ClientId::parse(client.as_str().unwrap()).unwrap().uuid());
    let mut sql = "BEGIN;".to_owned();
    for number in 1..=CROWD {
        let (one, person) = (tables.id(Uuid::from_u128(number)), tables.id(Uuid::from_u128(number + CROWD)));
        sql += &format!(
            "INSERT INTO client (id, district_id, status, legal_basis, version, created_at) \
               SELECT {one}, district_id, status, legal_basis, version, created_at FROM client WHERE id = {like}; \
             INSERT INTO case_person (id, district_id, case_id, client_id, relation, joined_on) \
               SELECT {person}, district_id, case_id, {one}, 'OTHER', joined_on \
               FROM case_person WHERE client_id = {like}; \
             INSERT INTO client_term (district_id, kind, digest, client_id) \
               SELECT district_id, kind, digest, {one} FROM client_term WHERE client_id = {like} AND kind IN ({kinds});"
        );
    }
    tables.run(&(sql + "COMMIT;")).await;
}

async fn found(user: &Client, names: &str, birth: Option<&str>) -> Vec<String> {
    let answer = user
        .send(
            "query($names: String!, $birth: String) { clientSearch(names: $names, birthDate: $birth) {
                nodes { fit client { identity { givenNames } } } } }",
            json!({ "names": names, "birth": birth }),
        )
        .await;
    let matches = answer.data()["clientSearch"]["nodes"].as_array().unwrap().clone();
    matches
        .iter()
        .map(|found| {
            format!(
                "{} {}",
                found["client"]["identity"]["givenNames"].as_str().unwrap(),
                found["fit"].as_str().unwrap()
            )
        })
        .collect()
}

fn person(given: &str, family: &str, birth: &str) -> Value {
    json!({ "givenNames": given, "familyName": family, "birthDate": birth })
}

async fn hints(user: &Client, client: &Value) -> Vec<Value> {
    hints_with(user, client, false).await
}

/// The hints, with those that were judged to be somebody else if they are asked for.
async fn hints_with(user: &Client, client: &Value, different: bool) -> Vec<Value> {
    let answer = user
        .send(
            "query($id: ID!, $all: Boolean!) { client(id: $id) { possibleDuplicates(includeDifferent: $all) {
                id score verdict judgedAt office { name } client { id } fields { field agreement isSwapped } } } }",
            json!({ "id": client, "all": different }),
        )
        .await;
    answer.data()["client"]["possibleDuplicates"].as_array().unwrap().clone()
}

both_databases! {
    async fn umlauts_transliterations_and_swapped_names_are_found_among_the_own_clients(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        for (given, family, birth) in
            [("Jürgen", "Müller-Öz", "1970-01-02"), ("Олена", "Шевченко", "1991-08-24"), ("Fatima", "al-Hassan", "1988-11-30")]
        {
            open_case(&central, person(given, family, birth), json!({})).await;
        }
        open_case(&municipal, person("Jurgen", "Mueller", "1970-01-02"), json!({})).await;
        assert_eq!(found(&central, "mueller oez", None).await, ["Jürgen CLOSE"]);
        assert_eq!(found(&central, "Olena Schewtschenko", None).await, ["Олена CLOSE"]);
        assert_eq!(found(&central, "Hassan Fatima", Some("1988-11-30")).await, ["Fatima CLOSE"]);
        assert_eq!(found(&central, "Hassan", Some("1988")).await, ["Fatima CLOSE"]);
        assert_eq!(found(&central, "Hassan", Some("1989-11-30")).await, Vec::<String>::new());
        assert_eq!(found(&central, "", None).await, Vec::<String>::new());
        assert_eq!(found(&municipal, "Müller", None).await, ["Jurgen CLOSE"], "only the own clients");
        assert_eq!(app.supervisor().await.query("{ clientSearch(names: \"Müller\") { nodes { fit } } }").await.code(), "FORBIDDEN");
    }

    async fn after_a_correction_a_client_is_found_by_the_new_name_only(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = open_case(&user, person("Ana", "Ivanova", "1999-01-01"), json!({})).await.payload()["case"].clone();
        let input = json!({ "clientId": case["client"]["id"], "familyName": "Petrova" });
        command(&user, "clientCorrect", input, "client { id }").await;
        assert_eq!(found(&user, "Ivanova", None).await, Vec::<String>::new());
        assert_eq!(found(&user, "Petrova Ana", None).await, ["Ana CLOSE"]);
    }

    async fn a_possible_match_names_the_office_and_the_reasons_but_not_the_other_person(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let mine = open_case(&central, person("Olena", "Schewtschenko", "1991-08-24"), json!({})).await;
        let mine = mine.payload()["case"].clone();
        open_case(&municipal, person("Шевченко", "Олена", "1991-08-24"), json!({})).await;
        open_case(&municipal, person("Olena", "Anders", "1960-01-01"), json!({})).await;
        let hints_now = hints(&central, &mine["client"]["id"]).await;
        let [hint] = hints_now.as_slice() else { panic!("{hints_now:?}") };
        assert_eq!(hint["office"]["name"], "Stadt Coesfeld");
        assert!(hint["client"].is_null());
        assert!(hint["score"].as_i64().unwrap() >= 60);
        let birth = hint["fields"].as_array().unwrap().iter().find(|field| field["field"] == "BIRTH_DATE").unwrap();
        assert_eq!(birth["agreement"], "EXACT");
        assert!(hint["fields"].as_array().unwrap().iter().any(|field| field["isSwapped"] == true));
        // Without names of a value anywhere.
        assert!(!json!(hint).to_string().contains("Олена"));

        let judge = |hint: &Value, client: &Value| json!({ "clientId": client, "hintId": hint, "verdict": "DIFFERENT" });
        let foreign = judge(&json!("cli_0"), &mine["client"]["id"]);
        assert_eq!(command(&central, "clientJudgeDuplicate", foreign, "client { id }").await.user_errors(), ["HINT_INVALID"]);
        let remembered = judge(&hint["id"], &mine["client"]["id"]);
        assert_eq!(command(&central, "clientJudgeDuplicate", remembered, "client { id }").await.user_errors(), Vec::<&str>::new());
        assert!(hints(&central, &mine["client"]["id"]).await.is_empty(), "the verdict is remembered");
    }

    async fn a_verdict_is_shown_and_the_newest_one_holds_for_both_offices(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let open = async |user: &Client| open_case(user, erika(), json!({})).await.payload()["case"]["client"]["id"].clone();
        let (mine, theirs) = (open(&central).await, open(&municipal).await);
        let judge = async |user: &Client, client: &Value, verdict: &str| {
            let hint = hints_with(user, client, true).await[0]["id"].clone();
            let input = json!({ "clientId": client, "hintId": hint, "verdict": verdict });
            assert_eq!(command(user, "clientJudgeDuplicate", input, "client { id }").await.user_errors(), Vec::<&str>::new());
        };
        let shown = async |user: &Client, client: &Value, different: bool| {
            let hints = hints_with(user, client, different).await;
            hints.iter().map(|hint| hint["verdict"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(shown(&central, &mine, false).await, [Value::Null]);
        judge(&central, &mine, "SAME").await;
        for (user, client) in [(&central, &mine), (&municipal, &theirs)] {
            let shown = hints(user, client).await;
            let [hint] = shown.as_slice() else { panic!("{shown:?}") };
            assert_eq!(hint["verdict"], "SAME");
            assert!(hint["judgedAt"].is_string() && hint["office"]["name"].is_string(), "the office to ask: {hint}");
        }
        judge(&municipal, &theirs, "DIFFERENT").await;
        for (user, client) in [(&central, &mine), (&municipal, &theirs)] {
            assert_eq!(shown(user, client, false).await, Vec::<Value>::new());
            assert_eq!(shown(user, client, true).await, [json!("DIFFERENT")]);
        }
        judge(&central, &mine, "SAME").await;
        assert_eq!(shown(&municipal, &theirs, false).await, [json!("SAME")]);
    }

    async fn a_close_match_comes_before_any_number_of_loose_ones_and_the_search_says_that_it_saw_not_all(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = open_case(&user, person("Jürgen", "Müller", "1970-01-02"), json!({})).await.payload()["case"].clone();
        let is_complete = async |names: &str, birth: Option<&str>| {
            let query = "query($names: String!, $birth: String) { clientSearch(names: $names, birthDate: $birth) { isComplete } }";
            let answer = user.send(query, json!({ "names": names, "birth": birth })).await;
            answer.data()["clientSearch"]["isComplete"].clone()
        };
        assert_eq!(is_complete("Müller", None).await, true);
        // They only sound alike.
        crowd(&app, &case["client"]["id"], "2").await;
        assert_eq!(found(&user, "Müller", None).await, ["Jürgen CLOSE"]);
        assert_eq!(is_complete("Müller", None).await, false);
        assert_eq!(found(&user, "Müller", Some("1970-01-02")).await, ["Jürgen CLOSE"]);
        assert_eq!(is_complete("Müller", Some("1970-01-02")).await, true, "narrowed by the birth date");
        // More fit than were asked for.
        open_case(&user, person("Anna", "Müller", "1980-01-02"), json!({})).await;
        let first = user.query("{ clientSearch(names: \"Müller\", birthDate: \"1970\", first: 0) { isComplete } }").await;
        assert_eq!(first.data()["clientSearch"]["isComplete"], false);
    }

    async fn restricted_clients_take_no_room_from_those_that_may_be_found(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let open = async |user: &Client| open_case(user, erika(), json!({})).await.payload()["case"]["client"]["id"].clone();
        let (mine, theirs) = (open(&central).await, open(&municipal).await);
        crowd(&app, &mine, "1, 2, 6").await;
        let last = Tables::open(app.db.url()).await.id(Uuid::from_u128(CROWD));
        Tables::open(app.db.url()).await.run(&format!("UPDATE client SET status = 'RESTRICTED' WHERE id <= {last}")).await;
        assert_eq!(found(&central, "Musterfrau", None).await, ["Erika Olena CLOSE"]);
        for (user, client) in [(&central, &mine), (&municipal, &theirs)] {
            assert_eq!(hints(user, client).await.len(), 1);
        }
    }

    async fn the_true_double_is_found_among_any_number_of_people_with_the_name_and_the_birth_date(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let open = async |user: &Client| open_case(user, erika(), json!({})).await.payload()["case"]["client"]["id"].clone();
        let (mine, theirs) = (open(&central).await, open(&municipal).await);
        crowd(&app, &mine, "5, 6").await;
        for (user, client) in [(&central, &mine), (&municipal, &theirs)] {
            let found = hints(user, client).await;
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0]["score"], 100);
        }
    }

    async fn only_consent_on_both_sides_opens_more_of_a_possible_match(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let open = async |user: &Client| open_case(user, erika(), json!({})).await.payload()["case"].clone();
        let (mine, theirs) = (open(&central).await, open(&municipal).await);
        let release = |client: &Value, to: &Value| {
            json!({ "clientId": client, "scope": "CASE_CONFERENCE", "recipientStaffMemberId": to,
                "dataClasses": ["IDENTITY"], "form": "WRITTEN", "language": "uk" })
        };
        let shown = async |user: &Client, case: &Value| hints(user, &case["client"]["id"]).await[0]["client"]["id"].clone();
        assert!(shown(&central, &mine).await.is_null());
        let one = release(&theirs["client"]["id"], &mine["lead"]["id"]);
        assert_eq!(command(&municipal, "consentRecord", one, "consent { id }").await.user_errors(), Vec::<&str>::new());
        assert!(shown(&central, &mine).await.is_null(), "one side is not enough");
        let other = release(&mine["client"]["id"], &theirs["lead"]["id"]);
        assert_eq!(command(&central, "consentRecord", other, "consent { id }").await.user_errors(), Vec::<&str>::new());
        assert_eq!(shown(&central, &mine).await, theirs["client"]["id"]);
        assert_eq!(shown(&municipal, &theirs).await, mine["client"]["id"]);
    }
}
