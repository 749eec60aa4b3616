//! Finding clients by name and birth date, and hints that two are one person.

use super::*;

async fn found(user: &Client, names: &str, birth: Option<&str>) -> Vec<String> {
    let answer = user
        .send(
            "query($names: String!, $birth: String) { clientSearch(names: $names, birthDate: $birth) {
                fit client { identity { givenNames } } } }",
            json!({ "names": names, "birth": birth }),
        )
        .await;
    let matches = answer.data()["clientSearch"].as_array().unwrap().clone();
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
    let answer = user
        .send(
            "query($id: ID!) { client(id: $id) { possibleDuplicates {
                id score office { name } client { id } fields { field agreement isSwapped } } } }",
            json!({ "id": client }),
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
        assert_eq!(app.supervisor().await.query("{ clientSearch(names: \"Müller\") { fit } }").await.code(), "FORBIDDEN");
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
