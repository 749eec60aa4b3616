//! Clients: sealed apart from their cases, opened for those who may, and every look recorded.

use serde_json::{Value, json};

use crate::app::{Answer, Client, TestApp};
use crate::cases::municipality;
use crate::databases::{TestDatabase, both_databases};

mod consents;
mod finding;
mod households;
mod model;
mod rights;
mod sealing;

pub const CENTRAL: &str = "case.management@kreis-coesfeld.example";
pub const MUNICIPAL: &str = "case.management@stadt-coesfeld.example";

/// Who the client of the tests is.
pub fn erika() -> Value {
    json!({
        "familyName": "Musterfrau", "givenNames": "Erika Olena", "formerNames": "Musterova", "birthDate": "1985-03-14",
        "address": "Musterweg 7, 48653 Coesfeld", "contact": "erika@muster.example", "languages": "uk, ru",
        "interpreter": "uk",
    })
}

/// Opens a case of somebody; `more` adds to the input.
pub async fn open_case(user: &Client, identity: Value, more: Value) -> Answer {
    let mut input = json!({
        "municipalityId": municipality(user, "Coesfeld").await, "unit": "PERSON", "intensity": "STANDARD",
        "referralSource": "SELF_REFERRAL", "identity": identity,
    });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    user.send(
        "mutation($input: CaseOpenInput!) { caseOpen(input: $input) {
            case { id reference version lead { id } client { id version consents { nodes { id } } }
                persons { nodes { id relation } } }
            userErrors { code path } } }",
        json!({ "input": input }),
    )
    .await
}

/// Opens a case of Erika Musterfrau, with her consent and a child in the household.
pub async fn known(user: &Client) -> Value {
    let consent = json!({ "consent": { "form": "WRITTEN", "language": "uk", "interpreterPresent": true } });
    let opened = open_case(user, erika(), consent).await;
    assert_eq!(opened.user_errors(), Vec::<&str>::new(), "{opened:?}");
    let case = opened.payload()["case"].clone();
    let added = command(
        user,
        "casePersonAdd",
        json!({ "caseId": case["id"], "relation": "CHILD", "identity": { "givenNames": "Kim", "familyName": "Musterfrau" } }),
        "casePerson { id }",
    )
    .await;
    assert_eq!(added.user_errors(), Vec::<&str>::new(), "{added:?}");
    let query = "query($id: ID!) { case(id: $id) { id reference lead { id }
        client { id version consents { nodes { id } } } persons { nodes { id relation } } } }";
    user.send(query, json!({ "id": case["id"] })).await.data()["case"].clone()
}

/// The child of the household of such a case: as a person of the case, and as a client.
pub async fn child_of(user: &Client, case: &Value) -> (Value, Value) {
    let query = "query($id: ID!) { case(id: $id) { persons { nodes { id relation clientId } } } }";
    let answer = user.send(query, json!({ "id": case["id"] })).await;
    let persons = answer.data()["case"]["persons"]["nodes"].as_array().unwrap().clone();
    let child = persons.into_iter().find(|person| person["relation"] == "CHILD").unwrap();
    (child["id"].clone(), child["clientId"].clone())
}

/// Proposes the erasure of somebody whose case is closed.
pub async fn erasure_of_another(user: &Client) -> String {
    let case = open_case(user, json!({ "givenNames": "Anders", "familyName": "Muster" }), json!({})).await;
    let case = case.payload()["case"].clone();
    let close = json!({ "caseId": case["id"], "closureReason": "CLIENT_WISH" });
    command(user, "caseClose", close, "case { id }").await;
    let propose = json!({ "clientId": case["client"]["id"], "ground": "REQUEST" });
    let proposed = command(user, "erasurePropose", propose, "erasure { id }").await;
    proposed.payload()["erasure"]["id"].as_str().unwrap_or_else(|| panic!("{proposed:?}")).to_owned()
}

/// Sends a command and asks for `fields` of its payload.
pub async fn command(user: &Client, name: &str, input: Value, fields: &str) -> Answer {
    command_for(user, name, input, fields, None).await
}

/// The same with a reason.
pub async fn command_for(user: &Client, name: &str, input: Value, fields: &str, reason: Option<&str>) -> Answer {
    let input_type = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let document = format!(
        "mutation($input: {input_type}!, $options: CommandOptions) {{ {name}(input: $input, options: $options) {{
            {fields} userErrors {{ code path }} }} }}"
    );
    user.send(&document, json!({ "input": input, "options": { "reason": reason } })).await
}

/// All of a client's identity as `user` sees it.
pub async fn identity(user: &Client, client: &Value) -> Answer {
    user.send(
        "query($id: ID!) { client(id: $id) { identity {
            familyName givenNames formerNames birthDate address contact languages interpreter } } }",
        json!({ "id": client }),
    )
    .await
}

/// The family name, as `user` sees it by way of the case.
pub async fn name_in_case(user: &Client, case: &Value) -> Value {
    let answer = user
        .send("query($id: ID!) { case(id: $id) { client { identity { familyName } } } }", json!({ "id": case }))
        .await;
    answer.data()["case"]["client"]["identity"]["familyName"].clone()
}

both_databases! {
    async fn lead_and_substitute_see_who_the_client_is_and_nobody_else(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let case = known(&central).await;
        assert_eq!(identity(&central, &case["client"]["id"]).await.data()["client"]["identity"], erika());
        assert!(identity(&municipal, &case["client"]["id"]).await.data()["client"].is_null());
        let supervisor = app.supervisor().await;
        let seen = supervisor
            .send("query($id: ID!) { case(id: $id) { reference client { id } persons { nodes { relation client { id } } } } }",
                json!({ "id": case["id"] }))
            .await;
        assert_eq!(seen.data()["case"]["reference"], case["reference"]);
        assert!(seen.data()["case"]["client"].is_null());
        assert!(seen.data()["case"]["persons"]["nodes"].as_array().unwrap().iter().all(|person| person["client"].is_null()));
        assert_eq!(seen.body["extensions"]["redactions"].as_array().unwrap().len(), 3, "{seen:?}");
        for other in [app.coordinator().await, app.employer().await, app.administrator().await] {
            assert_eq!(identity(&other, &case["client"]["id"]).await.code(), "FORBIDDEN");
            let node = other.send("query($id: ID!) { node(id: $id) { id } }", json!({ "id": case["client"]["id"] })).await;
            assert_eq!(node.data(), &json!({ "node": null }));
        }
        let own = known(&municipal).await;
        let substitute = json!({ "caseId": case["id"], "substituteId": own["lead"]["id"] });
        command(&central, "caseNameSubstitute", substitute, "case { id }").await;
        assert_eq!(name_in_case(&municipal, &case["id"]).await, "Musterfrau");
        let nobody = json!({ "caseId": case["id"], "substituteId": null });
        command(&central, "caseNameSubstitute", nobody, "case { id }").await;
        assert!(identity(&municipal, &case["client"]["id"]).await.data()["client"].is_null());
    }

    async fn who_led_a_case_and_is_a_supervisor_now_sees_it_pseudonymously(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let case = known(&app.user(CENTRAL).await).await;
        let administrator = app.administrator().await;
        let accounts = administrator
            .query("{ accounts(first: 100) { nodes { id login grants { nodes { id organisation { id } } } } } }")
            .await;
        let accounts = accounts.data()["accounts"]["nodes"].as_array().unwrap().clone();
        let account = accounts.iter().find(|account| account["login"] == CENTRAL).unwrap();
        let grant = &account["grants"]["nodes"][0];
        let add = json!({ "accountId": account["id"], "role": "SUPERVISOR", "organisationId": grant["organisation"]["id"] });
        assert_eq!(command(&administrator, "grantAdd", add, "grant { id }").await.user_errors(), Vec::<&str>::new());
        let revoke = json!({ "grantId": grant["id"] });
        assert_eq!(command(&administrator, "grantRevoke", revoke, "grant { id }").await.user_errors(), Vec::<&str>::new());
        let user = app.user(CENTRAL).await;
        assert!(identity(&user, &case["client"]["id"]).await.data()["client"].is_null());
        let seen = user.send("query($id: ID!) { case(id: $id) { reference client { id } } }", json!({ "id": case["id"] })).await;
        assert_eq!(seen.data()["case"], json!({ "reference": case["reference"], "client": null }));
    }

    async fn a_correction_changes_what_is_given_and_takes_away_what_is_null(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let client = &case["client"]["id"];
        let input = json!({ "clientId": client, "familyName": "Muster-Neu", "formerNames": null, "expectedVersion": 1 });
        let answer = command(&user, "clientCorrect", input.clone(), "client { version }").await;
        assert_eq!(answer.payload()["client"]["version"], 2, "{answer:?}");
        let mut expected = erika();
        expected["familyName"] = json!("Muster-Neu");
        expected["formerNames"] = Value::Null;
        assert_eq!(identity(&user, client).await.data()["client"]["identity"], expected);
        assert_eq!(command(&user, "clientCorrect", input, "client { id }").await.user_errors(), ["VERSION_STALE"]);
        let bad = json!({ "clientId": client, "birthDate": "14.03.1985" });
        assert_eq!(command(&user, "clientCorrect", bad, "client { id }").await.user_errors(), ["BIRTH_DATE_MALFORMED"]);
        assert_eq!(identity(&user, client).await.data()["client"]["identity"]["birthDate"], "1985-03-14");
    }

    async fn two_case_managers_correcting_the_same_client_do_not_overwrite_each_other(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let case = known(&central).await;
        let own = known(&municipal).await;
        let substitute = json!({ "caseId": case["id"], "substituteId": own["lead"]["id"] });
        command(&central, "caseNameSubstitute", substitute, "case { id }").await;
        let input = |text: &str| json!({ "clientId": case["client"]["id"], "expectedVersion": 1, "address": text });
        let (one, two) = tokio::join!(
            command(&central, "clientCorrect", input("Weg 1"), "client { version }"),
            command(&municipal, "clientCorrect", input("Weg 2"), "client { version }"),
        );
        let mut errors: Vec<&str> = one.user_errors();
        errors.extend(two.user_errors());
        assert_eq!(errors, ["VERSION_STALE"]);
    }
}
