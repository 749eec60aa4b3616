//! Transfers of cases: nothing changes until the receiver accepts, and then all of it changes at once.

use serde_json::{Value, json};

use crate::access::world::Place;
use crate::app::{Answer, Client, TestApp};
use crate::clients::{CENTRAL, MUNICIPAL, command, command_for, identity, known, name_in_case};
use crate::databases::{TestDatabase, both_databases};

mod answers;
mod model;
mod requests;

/// Login of a second case manager at the integration centre.
pub const COLLEAGUE: &str = "zweite@kreis-coesfeld.example";

/// All that is asked of a transfer.
const TRANSFER: &str =
    "transfer { id kind status reference version answerBy message legalBasis clientAgreedOn consent { id }
    case { id } giver { displayName } receiver { displayName } summary { phase openConsents unconfirmed }
    items { nodes { kind recordId dueOn confirmedAt } }
    availableTransitions { name allowed blockedBy { code } } }";

/// Puts a second case manager at the integration centre on record.
pub async fn colleague(app: &TestApp) -> Client {
    let place = Place::demo(app).await;
    let answer = app.supervisor().await.query("{ organisations(first: 100) { nodes { id kind } } }").await;
    let nodes = answer.data()["organisations"]["nodes"].as_array().unwrap().clone();
    let centre =
        nodes.iter().find(|node| node["kind"] == "INTEGRATION_CENTRE").unwrap()["id"].as_str().unwrap().to_owned();
    let centre = entity::ids::Identifier::parse(&centre).unwrap();
    let account = place.account(COLLEAGUE, "Zita Zweite-Muster").await;
    place.grant(account, entity::codes::Role::CaseManager, centre).await;
    let position = place.position("CM-90", centre, &[], None).await;
    place.fill(position, "Zita Zweite-Muster", Some(account), "2023-02-01", None).await;
    app.user(COLLEAGUE).await
}

/// The id of a case manager by name.
pub async fn manager(user: &Client, name: &str) -> Value {
    let answer = user.query("{ caseManagers(first: 100) { nodes { id displayName } } }").await;
    let nodes = answer.data()["caseManagers"]["nodes"].as_array().unwrap().clone();
    nodes.iter().find(|node| node["displayName"].as_str().unwrap().starts_with(name)).unwrap()["id"].clone()
}

async fn opened_on(user: &Client, case: &Value) -> Value {
    let answer = user.send("query($id: ID!) { case(id: $id) { openedOn } }", json!({ "id": case["id"] })).await;
    answer.data()["case"]["openedOn"].clone()
}

/// Offers a case to which the client agreed on the day when it was opened; `more` adds to the input.
pub async fn offer(user: &Client, case: &Value, to: &str, more: Value) -> Answer {
    let mut input = json!({ "caseId": case["id"], "toStaffMemberId": manager(user, to).await });
    input["clientAgreedOn"] = opened_on(user, case).await;
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    command(user, "transferOffer", input, TRANSFER).await
}

/// A transfer as `user` sees it.
pub async fn seen(user: &Client, id: &Value) -> Answer {
    let document = format!("query($id: ID!) {{ {} }}", TRANSFER.replacen("transfer {", "transfer(id: $id) {", 1));
    user.send(&document, json!({ "id": id })).await
}

/// Confirms every item of a transfer.
pub async fn confirm_all(user: &Client, id: &Value) {
    let items = seen(user, id).await.data()["transfer"]["items"]["nodes"].as_array().unwrap().clone();
    for item in items {
        let input = json!({ "transferId": id, "recordId": item["recordId"] });
        let answer = command(user, "transferConfirmItem", input, "transfer { version }").await;
        assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{answer:?}");
    }
}

/// A case that the case manager of the integration centre offers to that of Stadt Coesfeld: the ids of the offer and of the
/// notice about it.
pub async fn offered_to_the_town(app: &TestApp) -> (String, String) {
    let (giver, receiver) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
    let case = crate::cases::open(&giver).await;
    let input = json!({ "caseId": case["id"], "toStaffMemberId": manager(&giver, "Cem").await, "legalBasis": "PUBLIC_TASK_6_1_E" });
    let offered = command_for(&giver, "transferOffer", input, "transfer { id }", Some("Umzug")).await;
    let told = receiver.query("{ notices { nodes { id } } }").await;
    let id = |record: &Value| record["id"].as_str().unwrap_or_else(|| panic!("{offered:?}")).to_owned();
    (id(&offered.payload()["transfer"]), id(&told.data()["notices"]["nodes"][0]))
}

/// Gives a command about a transfer that takes nothing else.
pub async fn give(user: &Client, name: &str, id: &Value, reason: Option<&str>) -> Answer {
    command_for(user, name, json!({ "transferId": id }), "transfer { status version }", reason).await
}

/// The kinds of the open notices of `user`, newest first.
pub async fn notices(user: &Client) -> Vec<String> {
    let answer = user.query("{ notices(onlyOpen: true) { nodes { kind } } }").await;
    let nodes = answer.data()["notices"]["nodes"].as_array().unwrap().clone();
    nodes.iter().map(|node| node["kind"].as_str().unwrap().to_owned()).collect()
}

/// Who leads a case and stands in for the lead, as the integration centre sees it.
pub async fn lead(app: &TestApp, case: &Value) -> Value {
    let query = "query($id: ID!) { case(id: $id) { lead { displayName } substitute { displayName } status } }";
    app.supervisor().await.send(query, json!({ "id": case["id"] })).await.data()["case"].clone()
}

/// The child in the household of a known case.
async fn child(user: &Client, case: &Value) -> Value {
    let query = "query($id: ID!) { case(id: $id) { persons { nodes { relation client { id } } } } }";
    let persons = user.send(query, json!({ "id": case["id"] })).await.data()["case"]["persons"]["nodes"].clone();
    persons.as_array().unwrap().iter().find(|person| person["relation"] == "CHILD").unwrap()["client"]["id"].clone()
}

/// Records a release of all data in favour of an organisation.
pub async fn release(user: &Client, client: &Value, organisation: &str, classes: &[&str]) -> Value {
    let answer = user.query("{ organisations(first: 100) { nodes { id name } } }").await;
    let nodes = answer.data()["organisations"]["nodes"].as_array().unwrap().clone();
    let organisation = nodes.iter().find(|node| node["name"] == organisation).unwrap()["id"].clone();
    let input = json!({ "clientId": client, "scope": "SHARE_WITH_INSTITUTION", "recipientOrganisationId": organisation,
        "dataClasses": classes, "form": "WRITTEN", "language": "uk" });
    let given = command(user, "consentRecord", input, "consent { id }").await;
    assert_eq!(given.user_errors(), Vec::<&str>::new(), "{given:?}");
    given.payload()["consent"]["id"].clone()
}

both_databases! {
    async fn a_receiver_sees_what_is_offered_but_nobody_in_it_and_leads_it_once_every_item_is_confirmed(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (giver, substitute) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let receiver = colleague(&app).await;
        let case = known(&giver).await;
        let standing_in = json!({ "caseId": case["id"], "substituteId": manager(&giver, "Cem").await });
        command(&giver, "caseNameSubstitute", standing_in, "case { id }").await;
        assert_eq!(name_in_case(&substitute, &case["id"]).await, "Musterfrau");

        let offered = offer(&giver, &case, "Zita", json!({ "message": "Frau Musterfrau kommt MARKGRUSS" })).await;
        let transfer = &offered.payload()["transfer"];
        assert_eq!((&transfer["kind"], &transfer["status"]), (&json!("HAND_OVER"), &json!("OFFERED")), "{offered:?}");
        assert_eq!(transfer["message"], "Frau Musterfrau kommt MARKGRUSS");
        assert_eq!(notices(&receiver).await, ["TRANSFER_OFFERED"]);

        let before = seen(&receiver, &transfer["id"]).await;
        let shown = &before.data()["transfer"];
        assert_eq!(shown["reference"], case["reference"]);
        assert_eq!(shown["summary"], json!({ "phase": "INTAKE", "openConsents": 1, "unconfirmed": 1 }));
        assert_eq!((&shown["case"], &shown["message"]), (&Value::Null, &Value::Null));
        assert_eq!(shown["items"]["nodes"][0]["kind"], "CONSENT");
        assert!(!before.body.to_string().contains("MARKGRUSS"));
        assert!(identity(&receiver, &case["client"]["id"]).await.data()["client"].is_null());
        assert!(seen(&substitute, &transfer["id"]).await.data()["transfer"]["summary"].is_object());

        let refused = give(&receiver, "transferAccept", &transfer["id"], None).await;
        assert_eq!(refused.user_errors(), ["TRANSFER_ITEMS_UNCONFIRMED"]);
        let unknown = json!({ "transferId": transfer["id"], "recordId": format!("tsk_{}", "0".repeat(32)) });
        assert_eq!(command(&receiver, "transferConfirmItem", unknown, "transfer { id }").await.user_errors(), ["NOT_FOUND"]);
        confirm_all(&receiver, &transfer["id"]).await;
        for other in [&giver, &substitute] {
            assert_eq!(give(other, "transferAccept", &transfer["id"], None).await.user_errors(), ["NOT_FOUND"]);
        }
        let accepted = give(&receiver, "transferAccept", &transfer["id"], None).await;
        assert_eq!(accepted.payload()["transfer"]["status"], "ACCEPTED", "{accepted:?}");

        assert_eq!(lead(&app, &case).await, json!({ "lead": { "displayName": "Zita Zweite-Muster" }, "substitute": null, "status": "OPEN" }));
        assert_eq!(name_in_case(&receiver, &case["id"]).await, "Musterfrau");
        assert_eq!(seen(&receiver, &transfer["id"]).await.data()["transfer"]["message"], "Frau Musterfrau kommt MARKGRUSS");
        for former in [&giver, &substitute] {
            assert!(identity(former, &case["client"]["id"]).await.data()["client"].is_null());
            let answer = former.send("query($id: ID!) { case(id: $id) { id } }", json!({ "id": case["id"] })).await;
            assert!(answer.data()["case"].is_null());
        }
        let after = seen(&giver, &transfer["id"]).await;
        let shown = &after.data()["transfer"];
        assert_eq!(shown["status"], "ACCEPTED");
        assert_eq!((&shown["summary"], &shown["case"], &shown["message"]), (&Value::Null, &Value::Null, &Value::Null));
        assert_eq!(shown["items"]["nodes"], json!([]));
        assert!(seen(&substitute, &transfer["id"]).await.data()["transfer"].is_null());
        assert_eq!(notices(&giver).await, ["TRANSFER_ANSWERED"]);
        assert_eq!(notices(&substitute).await, ["TRANSFER_ANSWERED"]);
        let history = "query($id: ID!) { case(id: $id) { transfers { nodes { status } }
            history(first: 3) { nodes { command details texts { text } } } } }";
        let answer = receiver.send(history, json!({ "id": case["id"] })).await;
        let nodes = answer.data()["case"]["history"]["nodes"].as_array().unwrap();
        assert_eq!((&nodes[0]["command"], &nodes[2]["command"]), (&json!("transferAccept"), &json!("transferOffer")));
        assert_eq!(nodes[2]["texts"][0]["text"], "Frau Musterfrau kommt MARKGRUSS");
        assert_eq!(answer.data()["case"]["transfers"]["nodes"], json!([{ "status": "ACCEPTED" }]));
    }

    async fn what_a_case_holds_of_somebody_who_left_passes_on_by_a_release_only(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let giver = app.user(CENTRAL).await;
        let case = known(&giver).await;
        release(&giver, &case["client"]["id"], "Stadt Coesfeld", &["IDENTITY", "CONTACT_DETAILS", "LANGUAGES"]).await;
        let persons = case["persons"]["nodes"].as_array().unwrap();
        let child = persons.iter().find(|person| person["relation"] == "CHILD").unwrap()["id"].clone();
        let ended = command(&giver, "casePersonEnd", json!({ "casePersonId": child }), "casePerson { leftOn }").await;
        assert_eq!(ended.user_errors(), Vec::<&str>::new(), "{ended:?}");
        assert_eq!(offer(&giver, &case, "Cem", json!({})).await.user_errors(), ["TRANSFER_CONSENT_NEEDED"]);
    }

    async fn every_open_task_and_deadline_is_confirmed_with_its_day_and_what_is_settled_is_not(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (giver, receiver) = (app.user(CENTRAL).await, colleague(&app).await);
        let case = known(&giver).await;
        let task = json!({ "caseId": case["id"], "text": "Anruf bei MARKAMT", "dueOn": "2023-06-09" });
        let task = command(&giver, "taskAdd", task, "task { id }").await.payload()["task"]["id"].clone();
        let deadline = json!({ "caseId": case["id"], "origin": { "dueOn": "2023-07-01" }, "text": "Widerspruch MARKFRIST" });
        let added = command(&giver, "deadlineAdd", deadline, "deadline { id }").await;
        assert_eq!(added.user_errors(), Vec::<&str>::new(), "{added:?}");
        let offered = offer(&giver, &case, "Zita", json!({})).await.payload()["transfer"].clone();
        let late = json!({ "caseId": case["id"], "text": "Nachtrag", "dueOn": "2023-06-05" });
        let late = command(&giver, "taskAdd", late, "task { id }").await.payload()["task"]["id"].clone();
        let shown = seen(&receiver, &offered["id"]).await;
        assert!(!shown.body.to_string().contains("MARK"), "no texts before acceptance");
        let items = shown.data()["transfer"]["items"]["nodes"].as_array().unwrap().clone();
        let told: Vec<(&str, &Value)> = items.iter().map(|item| (item["kind"].as_str().unwrap(), &item["dueOn"])).collect();
        assert_eq!(
            told,
            [("TASK", &json!("2023-06-05")), ("TASK", &json!("2023-06-09")), ("DEADLINE", &json!("2023-07-01")), ("CONSENT", &Value::Null)]
        );
        assert_eq!((&items[0]["recordId"], &items[1]["recordId"]), (&late, &task));
        // Settled by its lead meanwhile: no longer to be confirmed.
        let settle = json!({ "taskId": task, "status": "DONE" });
        assert_eq!(command(&giver, "taskSettle", settle, "task { id }").await.user_errors(), Vec::<&str>::new());
        for record in [&items[0]["recordId"], &items[2]["recordId"]] {
            let input = json!({ "transferId": offered["id"], "recordId": record });
            command(&receiver, "transferConfirmItem", input, "transfer { id }").await;
        }
        assert_eq!(give(&receiver, "transferAccept", &offered["id"], None).await.user_errors(), ["TRANSFER_ITEMS_UNCONFIRMED"]);
        confirm_all(&receiver, &offered["id"]).await;
        assert_eq!(give(&receiver, "transferAccept", &offered["id"], None).await.user_errors(), Vec::<&str>::new());
    }

    async fn a_lead_hands_a_case_over_when_the_client_agreed_or_says_why_the_client_was_not_asked(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let giver = app.user(CENTRAL).await;
        colleague(&app).await;
        let case = known(&giver).await;
        let unasked = json!({ "clientAgreedOn": null });
        assert_eq!(offer(&giver, &case, "Zita", unasked).await.user_errors(), ["CLIENT_AGREEMENT_NEEDED"]);
        for day in ["2023-05-31", "2023-06-02"] {
            let refused = offer(&giver, &case, "Zita", json!({ "clientAgreedOn": day })).await;
            assert_eq!(refused.user_errors(), ["DATE_OUT_OF_RANGE"], "before the case was opened, or still to come");
        }
        let offered = offer(&giver, &case, "Zita", json!({ "clientAgreedOn": "2023-06-01" })).await;
        let transfer = &offered.payload()["transfer"];
        assert_eq!((&transfer["kind"], &transfer["clientAgreedOn"]), (&json!("HAND_OVER"), &json!("2023-06-01")));
        give(&giver, "transferWithdraw", &transfer["id"], None).await;
        let input = json!({ "caseId": case["id"], "toStaffMemberId": manager(&giver, "Zita").await, "legalBasis": "PUBLIC_TASK_6_1_E" });
        assert_eq!(command(&giver, "transferOffer", input.clone(), TRANSFER).await.user_errors(), ["REASON_NEEDED"]);
        let offered = command_for(&giver, "transferOffer", input, TRANSFER, Some("Im Krankenhaus, nicht zu fragen")).await;
        assert_eq!(offered.payload()["transfer"]["legalBasis"], "PUBLIC_TASK_6_1_E", "{offered:?}");
    }

    async fn passing_a_case_to_another_employer_needs_a_release_of_all_of_it_or_a_legal_basis(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (giver, receiver) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let case = known(&giver).await;
        let client = &case["client"]["id"];
        assert_eq!(offer(&giver, &case, "Cem", json!({})).await.user_errors(), ["TRANSFER_CONSENT_NEEDED"]);
        release(&giver, client, "Stadt Coesfeld", &["IDENTITY", "CONTACT_DETAILS"]).await;
        release(&giver, client, "Stadt Dülmen", &["IDENTITY", "CONTACT_DETAILS", "LANGUAGES"]).await;
        let refused = offer(&giver, &case, "Cem", json!({})).await;
        assert_eq!(refused.user_errors(), ["TRANSFER_CONSENT_NEEDED"], "one class is missing");
        for (basis, expected) in [("CONSENT_6_1_A", "LEGAL_BASIS_UNSUITABLE"), ("PUBLIC_TASK_6_1_E", "REASON_NEEDED")] {
            assert_eq!(offer(&giver, &case, "Cem", json!({ "legalBasis": basis })).await.user_errors()[0], expected);
        }
        let consent = release(&giver, client, "Stadt Coesfeld", &["IDENTITY", "CONTACT_DETAILS", "LANGUAGES"]).await;
        let refused = offer(&giver, &case, "Cem", json!({})).await;
        assert_eq!(refused.user_errors(), ["TRANSFER_CONSENT_NEEDED"], "nobody asked the child");
        release(&giver, &child(&giver, &case).await, "Stadt Coesfeld", &["IDENTITY"]).await;
        let offered = offer(&giver, &case, "Cem", json!({})).await;
        let transfer = &offered.payload()["transfer"];
        assert_eq!((&transfer["kind"], &transfer["consent"]["id"]), (&json!("TRANSFER"), &consent), "{offered:?}");

        // The release is revoked before the answer: then the case stays.
        confirm_all(&receiver, &transfer["id"]).await;
        command(&giver, "consentRevoke", json!({ "consentId": consent }), "consent { id }").await;
        let refused = give(&receiver, "transferAccept", &transfer["id"], None).await;
        assert_eq!(refused.user_errors(), ["TRANSFER_CONSENT_NEEDED"]);
        assert_eq!(lead(&app, &case).await["lead"]["displayName"], "Clara Casemanagement-Muster");
        release(&giver, client, "Stadt Coesfeld", &["IDENTITY", "CONTACT_DETAILS", "LANGUAGES", "CONSENTS"]).await;
        let refused = give(&receiver, "transferAccept", &transfer["id"], None).await;
        assert_eq!(refused.user_errors(), ["TRANSFER_ITEMS_UNCONFIRMED"], "the new release came up since");
        confirm_all(&receiver, &transfer["id"]).await;
        assert_eq!(give(&receiver, "transferAccept", &transfer["id"], None).await.user_errors(), Vec::<&str>::new());
        assert_eq!(name_in_case(&receiver, &case["id"]).await, "Musterfrau");
        assert!(identity(&giver, client).await.data()["client"].is_null());
    }

    async fn a_legal_basis_with_a_reason_stands_for_the_release(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let giver = app.user(CENTRAL).await;
        let case = known(&giver).await;
        let input = json!({ "caseId": case["id"], "toStaffMemberId": manager(&giver, "Cem").await, "legalBasis": "PUBLIC_TASK_6_1_E" });
        let offered = command_for(&giver, "transferOffer", input, TRANSFER, Some("Umzug nach Coesfeld MARKGRUND")).await;
        assert_eq!(offered.payload()["transfer"]["legalBasis"], "PUBLIC_TASK_6_1_E", "{offered:?}");
        let everything = crate::tables::Tables::open(app.db.url()).await.everything(app.db.url()).await;
        assert!(!everything.contains("MARKGRUND"), "the reason is sealed");
    }

    async fn case_managers_and_supervisors_see_who_can_take_a_case_and_nobody_else_does(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let query = "{ caseManagers(first: 100) { nodes { displayName canAnswer employer { name } } } }";
        for user in [app.user(CENTRAL).await, app.user(MUNICIPAL).await, app.supervisor().await] {
            let answer = user.query(query).await;
            let nodes = answer.data()["caseManagers"]["nodes"].as_array().unwrap();
            let names: Vec<&str> = nodes.iter().map(|node| node["displayName"].as_str().unwrap()).collect();
            assert!(names.is_sorted() && names.contains(&"Aylin Casemanagement-Muster"), "{names:?}");
            assert!(!names.iter().any(|name| name.starts_with("Arne") || name.contains("Koordination")), "{names:?}");
            let cem = nodes.iter().find(|node| node["displayName"].as_str().unwrap().starts_with("Cem")).unwrap();
            assert_eq!((&cem["employer"]["name"], &cem["canAnswer"]), (&json!("Stadt Coesfeld"), &json!(true)));
        }
        for user in [app.coordinator().await, app.employer().await, app.administrator().await] {
            assert_eq!(user.query(query).await.code(), "FORBIDDEN");
        }
    }

    async fn the_centre_assigns_with_a_reason_and_every_supervisor_can_withdraw_it(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (giver, receiver) = (app.user(CENTRAL).await, colleague(&app).await);
        let case = known(&giver).await;
        let supervisor = app.supervisor().await;
        let input = json!({ "caseId": case["id"], "toStaffMemberId": manager(&giver, "Zita").await });
        assert_eq!(command(&giver, "transferAssign", input.clone(), "transfer { id }").await.code(), "FORBIDDEN");
        assert_eq!(command(&supervisor, "transferOffer", input.clone(), "transfer { id }").await.code(), "FORBIDDEN");
        assert_eq!(command(&supervisor, "transferAssign", input.clone(), "transfer { id }").await.user_errors(), ["REASON_NEEDED"]);
        let assigned = command_for(&supervisor, "transferAssign", input.clone(), "transfer { id kind status }", Some("Ausfall")).await;
        let transfer = assigned.payload()["transfer"].clone();
        assert_eq!((&transfer["kind"], &transfer["status"]), (&json!("ASSIGN"), &json!("OFFERED")), "{assigned:?}");
        assert_eq!((notices(&giver).await, notices(&receiver).await), (vec!["TRANSFER_OFFERED".to_owned()], vec!["TRANSFER_OFFERED".to_owned()]));
        assert_eq!(offer(&giver, &case, "Zita", json!({})).await.user_errors(), ["TRANSFER_OPEN"]);
        assert_eq!(give(&giver, "transferWithdraw", &transfer["id"], None).await.user_errors(), ["NOT_FOUND"]);
        let head = app.user("leitung@kreis-coesfeld.example").await;
        assert_eq!(give(&head, "transferWithdraw", &transfer["id"], None).await.payload()["transfer"]["status"], "WITHDRAWN");
        assert_eq!(lead(&app, &case).await["lead"]["displayName"], "Clara Casemanagement-Muster");
        let again = command_for(&supervisor, "transferAssign", input, "transfer { id }", Some("Ausfall")).await;
        let id = again.payload()["transfer"]["id"].clone();
        confirm_all(&receiver, &id).await;
        assert_eq!(give(&receiver, "transferAccept", &id, None).await.user_errors(), Vec::<&str>::new());
        assert_eq!(lead(&app, &case).await["lead"]["displayName"], "Zita Zweite-Muster");
    }

    async fn a_case_goes_to_somebody_else_who_holds_a_position_and_can_answer(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let giver = app.user(CENTRAL).await;
        let case = known(&giver).await;
        assert_eq!(offer(&giver, &case, "Clara", json!({})).await.user_errors(), ["RECEIVER_IS_LEAD"]);
        assert_eq!(offer(&giver, &case, "Carlo", json!({})).await.user_errors(), ["RECEIVER_WITHOUT_ACCOUNT"]);
        let place = Place::demo(&app).await;
        let answer = giver.query("{ organisations(first: 100) { nodes { id kind } } }").await;
        let nodes = answer.data()["organisations"]["nodes"].as_array().unwrap().clone();
        let centre = nodes.iter().find(|node| node["kind"] == "INTEGRATION_CENTRE").unwrap()["id"].as_str().unwrap();
        let idle = place.staff(entity::ids::Identifier::parse(centre).unwrap(), "Ida Ohne-Stelle-Muster").await;
        let input = json!({ "caseId": case["id"], "toStaffMemberId": idle.to_string() });
        assert_eq!(command(&giver, "transferOffer", input, "transfer { id }").await.user_errors(), ["NOT_A_CASE_MANAGER"]);
        for (day, ahead) in [("2023-05-31", false), ("2023-09-02", true)] {
            colleague_once(&app, ahead).await;
            let answer = offer(&giver, &case, "Zita", json!({ "answerBy": day })).await;
            assert_eq!(answer.user_errors(), ["DATE_OUT_OF_RANGE"]);
        }
        let foreign = offer(&app.user(MUNICIPAL).await, &case, "Zita", json!({})).await;
        assert_eq!(foreign.user_errors(), ["NOT_FOUND"]);
        command(&giver, "caseClose", json!({ "caseId": case["id"], "closureReason": "CLIENT_WISH" }), "case { id }").await;
        assert_eq!(offer(&giver, &case, "Zita", json!({})).await.user_errors(), ["CASE_NOT_OPEN"]);
    }

    async fn a_page_of_transfers_costs_the_same_however_many_rows_it_has(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_SEALING_INTERVAL_MS", "5000").start().await;
        let giver = app.user(CENTRAL).await;
        let receiver = colleague(&app).await;
        let page = "{ transfers(first: 50) { nodes { kind status reference answerBy case { reference }
            giver { displayName organisation { name } } receiver { displayName }
            summary { municipality { name } intensity phase openTasks openDeadlines openConsents unconfirmed }
            items { nodes { kind dueOn confirmedAt } } availableTransitions { name allowed } } } }";
        let mut costs = Vec::new();
        for more in [1, 6] {
            for _ in 0..more {
                let case = known(&giver).await;
                assert_eq!(offer(&giver, &case, "Zita", json!({})).await.user_errors(), Vec::<&str>::new());
            }
            app.seal().await;
            let mut least = u64::MAX;
            for _ in 0..8 {
                let before = app.app.store.statements();
                assert!(!receiver.query(page).await.data()["transfers"]["nodes"].as_array().unwrap().is_empty());
                least = least.min(app.app.store.statements() - before);
            }
            costs.push(least);
        }
        assert_eq!(costs, [12, 12]);
    }
}

/// Puts the colleague on record unless that was done before.
async fn colleague_once(app: &TestApp, is_there: bool) {
    if !is_there {
        colleague(app).await;
    }
}
