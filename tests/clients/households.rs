//! Who left a household, or was added to it by mistake: the case opens no more who it is, and nothing stands in the way of
//! erasing the person, or of joining again.

use super::*;
use crate::tables::Tables;

const OFFICER: &str = "datenschutz@kreis-coesfeld.example";

/// A case with a child in the household.
struct Household {
    case: Value,
    /// The child as a person of the case.
    person: Value,
    /// The child as a client.
    child: Value,
}

async fn household(user: &Client) -> Household {
    let case = known(user).await;
    let (person, child) = child_of(user, &case).await;
    Household { case, person, child }
}

async fn leave(user: &Client, home: &Household) {
    let input = json!({ "casePersonId": home.person });
    let left = command(user, "casePersonEnd", input, "casePerson { leftOn clientId client { id } }").await;
    assert_eq!(left.user_errors(), Vec::<&str>::new(), "{left:?}");
    let person = &left.payload()["casePerson"];
    assert!(person["leftOn"].is_string() && person["client"].is_null(), "{left:?}");
    assert_eq!(person["clientId"], home.child);
}

async fn is_open(user: &Client, client: &Value) -> bool {
    !identity(user, client).await.data()["client"].is_null()
}

async fn found(user: &Client, names: &str) -> usize {
    let search = "query($names: String!) { clientSearch(names: $names) { nodes { client { id } } } }";
    let answer = user.send(search, json!({ "names": names })).await;
    answer.data()["clientSearch"]["nodes"].as_array().unwrap().len()
}

/// The case with its history and its people.
async fn told(user: &Client, case: &Value) -> Value {
    let query = "query($id: ID!) { case(id: $id) { client { identity { familyName } }
        history { nodes { texts { text } } }
        persons { nodes { relation leftOn client { identity { givenNames } } } } } }";
    user.send(query, json!({ "id": case["id"] })).await.data()["case"].clone()
}

both_databases! {
    async fn who_left_a_household_opens_for_nobody_by_its_case(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let home = household(&user).await;
        // Somebody of the same name in another office, whose lead stands in for this one.
        let own = known(&municipal).await;
        let substitute = json!({ "caseId": home.case["id"], "substituteId": own["lead"]["id"] });
        assert_eq!(command(&user, "caseNameSubstitute", substitute, "case { id }").await.user_errors(), Vec::<&str>::new());
        let supervisor = app.supervisor().await;
        crate::supervision::unmasked(&supervisor, &home.case["id"], "2023-06-05").await;
        let hints = "query($id: ID!) { client(id: $id) { possibleDuplicates { score } } }";
        for reader in [&user, &municipal, &supervisor] {
            assert!(is_open(reader, &home.child).await);
        }
        assert_eq!((found(&user, "Kim").await, found(&municipal, "Kim").await), (1, 2));
        let before = user.send(hints, json!({ "id": home.child })).await;
        assert_eq!(before.data()["client"]["possibleDuplicates"].as_array().unwrap().len(), 1);
        assert!(told(&user, &home.case).await.to_string().contains("Kim"));

        leave(&user, &home).await;
        for reader in [&user, &municipal, &supervisor] {
            assert!(!is_open(reader, &home.child).await);
            let shown = told(reader, &home.case).await;
            assert!(!shown.to_string().contains("Kim"), "{shown}");
            assert_eq!(shown["client"]["identity"]["familyName"], "Musterfrau", "the others stay open");
        }
        assert_eq!((found(&user, "Kim").await, found(&municipal, "Kim").await), (0, 1));
        assert!(user.send(hints, json!({ "id": home.child })).await.data()["client"].is_null());
        let (_, double) = child_of(&municipal, &own).await;
        let theirs = municipal.send(hints, json!({ "id": double })).await;
        assert_eq!(theirs.data()["client"]["possibleDuplicates"], json!([]), "there is no office to ask");
        let extract = user.send("query($id: ID!) { clientExtract(id: $id) { json } }", json!({ "id": home.child })).await;
        assert!(extract.data()["clientExtract"].is_null());
        let correct = json!({ "clientId": home.child, "address": "Neuer Weg" });
        assert_eq!(command(&user, "clientCorrect", correct, "client { id }").await.user_errors(), ["NOT_FOUND"]);
    }

    async fn what_was_written_in_the_case_about_somebody_who_left_stays_but_for_the_birthday(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let home = household(&user).await;
        let birthday = json!({ "rule": { "ruleCode": "EIGHTEENTH_BIRTHDAY", "basisOn": "2010-03-14" } });
        for (origin, text) in [(json!({ "dueOn": "2023-07-01" }), json!("MARKFRIST")), (birthday, Value::Null)] {
            let input = json!({ "caseId": home.case["id"], "clientId": home.child, "origin": origin, "text": text });
            assert_eq!(command(&user, "deadlineAdd", input, "deadline { id }").await.user_errors(), Vec::<&str>::new());
        }
        let query = "query($id: ID!) { case(id: $id) { deadlines { nodes { text dueOn exactDueOn client { id } } } } }";
        let shown = async || user.send(query, json!({ "id": home.case["id"] })).await.data()["case"]["deadlines"]["nodes"].clone();
        let open = shown().await;
        assert_eq!((&open[0]["text"], &open[1]["exactDueOn"]), (&json!("MARKFRIST"), &json!("2028-03-14")));
        assert_eq!(open[1]["client"]["id"], home.child);
        leave(&user, &home).await;
        let closed = shown().await;
        assert_eq!((&closed[0]["text"], &closed[0]["client"]), (&json!("MARKFRIST"), &Value::Null));
        assert_eq!((&closed[1]["dueOn"], &closed[1]["exactDueOn"]), (&json!("2028-03-01"), &Value::Null));
        let input = json!({ "caseId": home.case["id"], "clientId": home.child, "origin": { "dueOn": "2023-07-01" }, "text": "x" });
        assert_eq!(command(&user, "deadlineAdd", input, "deadline { id }").await.rules(), crate::desk::rule("NOT_FOUND", "clientId"));
    }

    async fn who_left_a_household_can_be_erased_while_its_case_goes_on(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, officer) = (app.user(CENTRAL).await, app.user(OFFICER).await);
        let home = household(&user).await;
        let propose = json!({ "clientId": home.child, "ground": "REQUEST" });
        let fields = "erasure { id status client { id } }";
        assert_eq!(command(&user, "erasurePropose", propose.clone(), fields).await.user_errors(), ["CASE_STILL_OPEN"]);
        leave(&user, &home).await;
        let foreign = app.user(MUNICIPAL).await;
        assert_eq!(command(&foreign, "erasurePropose", propose.clone(), fields).await.user_errors(), ["NOT_FOUND"]);
        let proposed = command(&user, "erasurePropose", propose.clone(), fields).await;
        let erasure = proposed.payload()["erasure"].clone();
        assert_eq!((&erasure["status"], &erasure["client"]), (&json!("PROPOSED"), &Value::Null), "{proposed:?}");
        assert_eq!(command(&user, "erasurePropose", propose, fields).await.user_errors(), ["ERASURE_PENDING"]);
        for step in ["erasureOfferToArchive", "erasureApprove"] {
            let input = json!({ "erasureId": erasure["id"] });
            let done = command_for(&officer, step, input, "erasure { status }", Some("Verlangen")).await;
            assert_eq!(done.user_errors(), Vec::<&str>::new(), "{step}: {done:?}");
        }
        let mut tables = Tables::open(app.db.url()).await;
        let child = <entity::ids::ClientId as entity::ids::Identifier>::parse(home.child.as_str().unwrap()).unwrap();
        let id = tables.id(entity::ids::Identifier::uuid(child));
        for table in ["client_key", "client_term", "sealed_text"] {
            assert_eq!(tables.number(&format!("SELECT count(*) FROM {table} WHERE client_id = {id}")).await, 0, "{table}");
        }
        assert_eq!(name_in_case(&user, &home.case["id"]).await, "Musterfrau", "the others stay");
        let again = json!({ "caseId": home.case["id"], "relation": "CHILD", "clientId": home.child });
        assert_eq!(command(&user, "casePersonAdd", again, "casePerson { id }").await.user_errors(), ["CLIENT_ERASED"]);
    }

    async fn the_time_of_keeping_begins_when_somebody_leaves_the_case(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let home = household(&user).await;
        app.clock.advance(chrono::Duration::days(190));
        assert_eq!(app.app.retention_job().look().await.unwrap(), 0, "the case goes on");
        let user = { drop(user); app.user(CENTRAL).await };
        leave(&user, &home).await;
        assert_eq!(app.app.retention_job().look().await.unwrap(), 0, "not yet due");
        app.clock.advance(chrono::Duration::days(190));
        assert_eq!(app.app.retention_job().look().await.unwrap(), 1, "an enquiry is kept for six months");
        let listed = app.user(OFFICER).await.query("{ erasures { nodes { clientId status } } }").await;
        assert_eq!(listed.data()["erasures"]["nodes"], json!([{ "clientId": home.child, "status": "PROPOSED" }]));
    }

    async fn who_left_a_household_can_join_it_again_and_opens_again(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, foreign) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let home = household(&user).await;
        let join = |case: &Value| json!({ "caseId": case["id"], "relation": "OTHER_RELATIVE", "clientId": home.child });
        let fields = "casePerson { id relation leftOn }";
        assert_eq!(command(&user, "casePersonAdd", join(&home.case), fields).await.user_errors(), ["PERSON_KNOWN_IN_CASE"]);
        leave(&user, &home).await;
        let elsewhere = known(&foreign).await;
        assert_eq!(command(&foreign, "casePersonAdd", join(&elsewhere), fields).await.rules(), crate::desk::rule("NOT_FOUND", "clientId"));
        let joined = command(&user, "casePersonAdd", join(&home.case), fields).await;
        let expected = json!({ "id": home.person, "relation": "OTHER_RELATIVE", "leftOn": null });
        assert_eq!(joined.payload()["casePerson"], expected, "{joined:?}");
        assert!(is_open(&user, &home.child).await);
        assert_eq!(found(&user, "Kim").await, 1);
        assert_eq!(command(&user, "casePersonAdd", join(&home.case), fields).await.user_errors(), ["PERSON_KNOWN_IN_CASE"]);
        assert_eq!(told(&user, &home.case).await["persons"]["nodes"].as_array().unwrap().len(), 2);
    }

    async fn the_person_that_a_case_is_about_does_not_leave_it(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let main = case["persons"]["nodes"].as_array().unwrap().iter().find(|person| person["relation"] == "MAIN").unwrap().clone();
        let end = json!({ "casePersonId": main["id"] });
        assert_eq!(command(&user, "casePersonEnd", end, "casePerson { id }").await.user_errors(), ["NOT_FOUND"]);
        assert_eq!(name_in_case(&user, &case["id"]).await, "Musterfrau");
    }

    async fn what_somebody_gave_before_leaving_can_be_taken_back(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let home = household(&user).await;
        let input = json!({ "clientId": home.child, "scope": "CASE_RECORD", "form": "ORAL", "language": "de" });
        let given = command(&user, "consentRecord", input.clone(), "consent { id }").await;
        assert_eq!(given.user_errors(), Vec::<&str>::new(), "{given:?}");
        let count = async || user.query("{ consents { nodes { id } } }").await.data()["consents"]["nodes"].as_array().unwrap().len();
        let before = count().await;
        leave(&user, &home).await;
        assert_eq!(count().await, before - 1, "it is not listed any more");
        assert_eq!(command(&user, "consentRecord", input, "consent { id }").await.user_errors(), ["NOT_FOUND"]);
        let revoke = json!({ "consentId": given.payload()["consent"]["id"] });
        let revoked = command(&user, "consentRevoke", revoke, "consent { status }").await;
        assert_eq!(revoked.payload()["consent"]["status"], "REVOKED", "{revoked:?}");
    }
}
