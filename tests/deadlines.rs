//! Deadlines: computed by rules that are data, shown to those who may see the case, deciding nothing.

use serde_json::{Value, json};

use crate::app::{Answer, Client, TestApp};
use crate::clients::{CENTRAL, MUNICIPAL, child_of, command, command_for, known, open_case};
use crate::databases::{TestDatabase, both_databases};
use crate::desk::rule;
use crate::tables::Tables;

mod calendar;
mod rules;

const DEADLINE: &str =
    "deadline { id label text rule { code source } basisOn precision dueOn exactDueOn remindDaysBefore
    remindFrom status overdue settledOn version computation { countedOn dueOn differs } }";

/// Adds a deadline.
async fn add(user: &Client, case: &Value, origin: Value, text: Option<&str>) -> Answer {
    command(user, "deadlineAdd", json!({ "caseId": case["id"], "origin": origin, "text": text }), DEADLINE).await
}

/// Adds a deadline that no rule of the trade forbids.
async fn added(user: &Client, case: &Value, origin: Value, text: Option<&str>) -> Value {
    let answer = add(user, case, origin, text).await;
    assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{answer:?}");
    answer.payload()["deadline"].clone()
}

/// The origin of a deadline by a rule.
fn by_rule(code: &str, basis: &str) -> Value {
    json!({ "rule": { "ruleCode": code, "basisOn": basis } })
}

/// A deadline that follows from a birth date.
pub async fn birthday(user: &Client, case: &Value) -> Value {
    added(user, case, by_rule("EIGHTEENTH_BIRTHDAY", "2010-03-14"), Some("Kind")).await
}

/// A calendar feed of `user`.
pub async fn feed(user: &Client) -> Value {
    let made = command(user, "calendarFeedCreate", json!({ "name": "Telefon" }), "calendarFeed { id }").await;
    made.payload()["calendarFeed"].clone()
}

/// The rule of this code that holds today.
pub async fn rule_of(user: &Client, code: &str) -> Value {
    rules::find(user, code).await
}

/// A deadline as `user` sees it by way of its case.
async fn seen(user: &Client, case: &Value) -> Answer {
    let fields = DEADLINE.strip_prefix("deadline ").unwrap();
    let query = format!("query($id: ID!) {{ case(id: $id) {{ deadlines {{ nodes {fields} }} }} }}");
    user.send(&query, json!({ "id": case["id"] })).await
}

both_databases! {
    async fn a_deadline_by_a_rule_shows_how_it_was_computed(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        // One month after 10 May is a Saturday.
        let deadline = added(&user, &case, by_rule("APPEAL_ONE_MONTH", "2023-05-10"), None).await;
        assert_eq!(deadline["label"], "Widerspruch oder Klage (1 Monat)");
        assert_eq!((&deadline["dueOn"], &deadline["exactDueOn"]), (&json!("2023-06-12"), &json!("2023-06-12")));
        assert_eq!(deadline["computation"], json!({ "countedOn": "2023-06-10", "dueOn": "2023-06-12", "differs": false }));
        assert_eq!(deadline["remindDaysBefore"], json!([14, 7, 3, 1]));
        assert_eq!(deadline["remindFrom"], "2023-05-29");
        assert_eq!((&deadline["status"], &deadline["overdue"], &deadline["version"]), (&json!("OPEN"), &json!(false), &json!(1)));
        let deadline = added(&user, &case, by_rule("OPPORTUNITY_104C_ENDS", "2023-01-05"), None).await;
        assert_eq!(deadline["dueOn"], "2024-07-04");
        let deadline = added(&user, &case, by_rule("APPEAL_ASYLUM_TWO_WEEKS", "2023-05-25"), Some("Bescheid vom 22.05.")).await;
        assert_eq!((&deadline["dueOn"], &deadline["text"]), (&json!("2023-06-09"), &json!("Bescheid vom 22.05.")), "8 June is Corpus Christi");
        // Nothing is stored when it is only shown.
        let show = "mutation($input: DeadlineAddInput!) { deadlineAdd(input: $input, options: { validateOnly: true }) {
            deadline { dueOn computation { dueOn } } userErrors { code } } }";
        let input = json!({ "caseId": case["id"], "origin": by_rule("COURSE_ENDS", "2023-12-22") });
        let shown = user.send(show, json!({ "input": input })).await;
        assert_eq!(shown.payload()["deadline"], json!({ "dueOn": "2023-12-22", "computation": { "dueOn": "2023-12-22" } }));
        assert_eq!(seen(&user, &case).await.data()["case"]["deadlines"]["nodes"].as_array().unwrap().len(), 3);
    }

    async fn what_a_deadline_is_about_is_read_by_those_who_may_read_the_identity_only(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let deadline = added(&user, &case, json!({ "dueOn": "2023-07-01" }), Some("MARKTEXT an Frau M. schreiben")).await;
        assert_eq!((&deadline["label"], &deadline["rule"]), (&json!("Frist"), &Value::Null));
        assert_eq!(deadline["text"], "MARKTEXT an Frau M. schreiben");
        let centre = seen(&app.supervisor().await, &case).await;
        let shown = &centre.data()["case"]["deadlines"]["nodes"][0];
        assert_eq!((&shown["dueOn"], &shown["text"]), (&json!("2023-07-01"), &Value::Null));
        let hidden = &centre.body["extensions"]["redactions"];
        assert_eq!(hidden, &json!([{ "path": ["case", "deadlines", "nodes", 0, "text"], "reason": "OUT_OF_REACH" }]));
        let answer = add(&user, &case, json!({ "dueOn": "2023-07-01" }), None).await;
        assert_eq!(answer.rules(), rule("TEXT_EMPTY", "text"));
        assert!(!Tables::open(app.db.url()).await.everything(app.db.url()).await.contains("MARKTEXT"));
    }

    async fn a_birthday_shows_its_month_and_the_day_to_nobody_but_those_who_may_see_the_identity(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = known(&user).await;
        let own = added(&user, &case, by_rule("EIGHTEENTH_BIRTHDAY", "2005-09-23"), None).await;
        assert_eq!((&own["precision"], &own["dueOn"], &own["exactDueOn"]), (&json!("MONTH"), &json!("2023-09-01"), &json!("2023-09-23")));
        assert_eq!((&own["basisOn"], &own["computation"]), (&Value::Null, &Value::Null));
        let centre = seen(&supervisor, &case).await;
        let shown = &centre.data()["case"]["deadlines"]["nodes"][0];
        assert_eq!((&shown["dueOn"], &shown["exactDueOn"]), (&json!("2023-09-01"), &Value::Null));
        let hidden = &centre.body["extensions"]["redactions"];
        assert_eq!(hidden[0]["path"], json!(["case", "deadlines", "nodes", 0, "exactDueOn"]));
        let history = "query($id: ID!) { case(id: $id) { history { nodes { changes { field before after } details texts { text } } } } }";
        let log = "{ logEntries(first: 100) { nodes { changes { field before after } details } } }";
        let officer = app.user("datenschutz@kreis-coesfeld.example").await;
        for body in [
            supervisor.send(history, json!({ "id": case["id"] })).await.body,
            supervisor.query("{ deadlines { nodes { dueOn exactDueOn remindFrom } } }").await.body,
            officer.query(log).await.body,
        ] {
            assert!(!body.to_string().contains("-09-23"), "{body}");
        }
        let again = command(&user, "deadlineMove", json!({ "deadlineId": own["id"], "dueOn": "2023-09-23" }), DEADLINE).await;
        assert_eq!(again.rules(), rule("DEADLINE_NOT_MOVABLE", "deadlineId"));
        let everything = Tables::open(app.db.url()).await.everything(app.db.url()).await;
        assert!(everything.contains("EIGHTEENTH_BIRTHDAY"), "the search looks at the right place");
        assert!(!everything.contains("2005-09-23") && !everything.contains("2023-09-23"));

        // A release of tasks does not open it, one of the identity does.
        let answer = user.query("{ organisations(first: 100) { nodes { id kind } } }").await;
        let nodes = answer.data()["organisations"]["nodes"].as_array().unwrap().clone();
        let centre = nodes.into_iter().find(|node| node["kind"] == "INTEGRATION_CENTRE").unwrap()["id"].clone();
        for (class, opens) in [("TASKS", false), ("IDENTITY", true)] {
            let input = json!({ "clientId": case["client"]["id"], "scope": "SUPERVISION_IDENTIFIED", "form": "WRITTEN",
                "recipientOrganisationId": centre, "dataClasses": [class], "language": "uk", "purpose": "Fachaufsicht" });
            assert_eq!(command(&user, "consentRecord", input, "consent { id }").await.user_errors(), Vec::<&str>::new());
            let shown = seen(&supervisor, &case).await.data()["case"]["deadlines"]["nodes"][0]["exactDueOn"].clone();
            assert_eq!(shown == "2023-09-23", opens, "{class}");
        }
        // It is over when the month is.
        app.clock.advance(chrono::Duration::days(121));
        let user = app.user(CENTRAL).await;
        assert_eq!(seen(&user, &case).await.data()["case"]["deadlines"]["nodes"][0]["overdue"], false, "30 September");
        app.clock.advance(chrono::Duration::days(1));
        let user = app.user(CENTRAL).await;
        assert_eq!(seen(&user, &case).await.data()["case"]["deadlines"]["nodes"][0]["overdue"], true);
    }

    async fn deadlines_are_told_in_the_extract_and_go_with_an_erased_client(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let client = &case["client"]["id"];
        added(&user, &case, by_rule("EIGHTEENTH_BIRTHDAY", "2005-09-23"), None).await;
        added(&user, &case, by_rule("TITLE_EXPIRES", "2023-08-31"), Some("Verlängerung beantragen")).await;
        let extract = user.send("query($id: ID!) { clientExtract(id: $id) { json html } }", json!({ "id": client })).await;
        let extract = &extract.data()["clientExtract"];
        let sections: Value = serde_json::from_str(extract["json"].as_str().unwrap()).unwrap();
        let told = sections["sections"].as_array().unwrap().iter().find(|section| section["name"] == "deadlines").unwrap();
        let names: Vec<_> = told["records"].as_array().unwrap().iter().map(|record| record["name"].clone()).collect();
        assert_eq!(names, ["18. Geburtstag", "Ablauf des Aufenthaltstitels"]);
        for expected in ["Verlängerung beantragen", "Tag, an dem eine Frist endet", "2023-09-23", "31.08.2023"] {
            assert!(extract["html"].as_str().unwrap().contains(expected), "{expected}");
        }

        let close = json!({ "caseId": case["id"], "closureReason": "CLIENT_WISH" });
        assert_eq!(command(&user, "caseClose", close, "case { id }").await.user_errors(), Vec::<&str>::new());
        let propose = json!({ "clientId": client, "ground": "REQUEST" });
        let proposed = command(&user, "erasurePropose", propose, "erasure { id }").await;
        let erasure = json!({ "erasureId": proposed.payload()["erasure"]["id"] });
        let officer = app.user("datenschutz@kreis-coesfeld.example").await;
        for step in ["erasureOfferToArchive", "erasureApprove"] {
            let done = command_for(&officer, step, erasure.clone(), "erasure { status }", Some("Verlangen")).await;
            assert_eq!(done.user_errors(), Vec::<&str>::new(), "{step}: {done:?}");
        }
        assert!(seen(&app.supervisor().await, &case).await.data()["case"]["deadlines"]["nodes"].as_array().unwrap().is_empty());
        assert_eq!(Tables::open(app.db.url()).await.count("deadline").await, 0);
    }

    async fn a_birthday_is_sealed_told_and_erased_with_the_person_whom_it_is_about(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = known(&user).await;
        let (person, child) = child_of(&user, &case).await;
        let main = case["client"]["id"].clone();
        let input = |client: &Value, birth: &str| {
            json!({ "caseId": case["id"], "clientId": client, "origin": by_rule("EIGHTEENTH_BIRTHDAY", birth) })
        };
        let fields = "deadline { exactDueOn client { id } }";
        for (client, birth, day) in [(&child, "2010-03-14", "2028-03-14"), (&main, "2005-09-23", "2023-09-23")] {
            let answer = command(&user, "deadlineAdd", input(client, birth), fields).await;
            assert_eq!(answer.payload()["deadline"], json!({ "exactDueOn": day, "client": { "id": client } }), "{answer:?}");
        }
        let of_nobody_here = known(&app.user(MUNICIPAL).await).await["client"]["id"].clone();
        let refused = command(&user, "deadlineAdd", input(&of_nobody_here, "2010-03-14"), fields).await;
        assert_eq!(refused.rules(), rule("NOT_FOUND", "clientId"));

        // What one person released opens nothing of the other.
        let days = async || -> Vec<Value> {
            let nodes = seen(&supervisor, &case).await.data()["case"]["deadlines"]["nodes"].as_array().unwrap().clone();
            nodes.iter().map(|node| node["exactDueOn"].clone()).collect()
        };
        let answer = user.query("{ organisations(first: 100) { nodes { id kind } } }").await;
        let nodes = answer.data()["organisations"]["nodes"].as_array().unwrap().clone();
        let centre = nodes.into_iter().find(|node| node["kind"] == "INTEGRATION_CENTRE").unwrap()["id"].clone();
        let mut expected = [Value::Null, Value::Null];
        for (client, place, day) in [(&main, 0, "2023-09-23"), (&child, 1, "2028-03-14")] {
            assert_eq!(days().await, expected);
            let input = json!({ "clientId": client, "scope": "SUPERVISION_IDENTIFIED", "form": "WRITTEN",
                "recipientOrganisationId": centre, "dataClasses": ["IDENTITY"], "language": "uk", "purpose": "Fachaufsicht" });
            assert_eq!(command(&user, "consentRecord", input, "consent { id }").await.user_errors(), Vec::<&str>::new());
            expected[place] = json!(day);
        }
        assert_eq!(days().await, expected);

        let extract = async |client: &Value| {
            let answer = user.send("query($id: ID!) { clientExtract(id: $id) { json } }", json!({ "id": client })).await;
            answer.data()["clientExtract"]["json"].as_str().unwrap().to_owned()
        };
        let (of_child, of_main) = (extract(&child).await, extract(&main).await);
        assert!(of_child.contains("2028-03-14") && !of_child.contains("2023-09-23"));
        assert!(of_main.contains("2023-09-23") && !of_main.contains("2028-03-14"));

        let left = command(&user, "casePersonEnd", json!({ "casePersonId": person }), "casePerson { id }").await;
        assert_eq!(left.user_errors(), Vec::<&str>::new(), "{left:?}");
        let propose = json!({ "clientId": child, "ground": "REQUEST" });
        let proposed = command(&user, "erasurePropose", propose, "erasure { id }").await;
        let erasure = json!({ "erasureId": proposed.payload()["erasure"]["id"] });
        let officer = app.user("datenschutz@kreis-coesfeld.example").await;
        for step in ["erasureOfferToArchive", "erasureApprove"] {
            let done = command_for(&officer, step, erasure.clone(), "erasure { status }", Some("Verlangen")).await;
            assert_eq!(done.user_errors(), Vec::<&str>::new(), "{step}: {done:?}");
        }
        assert_eq!(days().await, [json!("2023-09-23")], "the deadline of the child is gone, the other one stays");
    }

    async fn a_deadline_is_settled_once_opened_again_with_a_reason_and_moved_with_a_reason(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let deadline = added(&user, &case, by_rule("TITLE_EXPIRES", "2023-08-31"), None).await;
        let id = &deadline["id"];
        let settle = |outcome: &str, version: i32| json!({ "deadlineId": id, "outcome": outcome, "expectedVersion": version });
        let stale = command(&user, "deadlineSettle", settle("MET", 7), DEADLINE).await;
        assert_eq!(stale.rules(), rule("VERSION_STALE", "expectedVersion"));
        let dropped = command(&user, "deadlineSettle", settle("DROPPED", 1), DEADLINE).await;
        assert_eq!(dropped.rules(), rule("REASON_NEEDED", "options.reason"));
        let met = command(&user, "deadlineSettle", settle("MET", 1), DEADLINE).await;
        let met = &met.payload()["deadline"];
        assert_eq!((&met["status"], &met["settledOn"], &met["version"]), (&json!("MET"), &json!("2023-06-01"), &json!(2)));
        let again = command(&user, "deadlineSettle", settle("MISSED", 2), DEADLINE).await;
        assert_eq!(again.rules(), rule("DEADLINE_SETTLED", ""));
        let moved = json!({ "deadlineId": id, "dueOn": "2023-10-31" });
        assert_eq!(command_for(&user, "deadlineMove", moved.clone(), DEADLINE, Some("x")).await.rules(), rule("DEADLINE_SETTLED", ""));
        let reopen = json!({ "deadlineId": id });
        assert_eq!(command(&user, "deadlineReopen", reopen.clone(), DEADLINE).await.rules(), rule("REASON_NEEDED", "options.reason"));
        let opened = command_for(&user, "deadlineReopen", reopen.clone(), DEADLINE, Some("Versehen MARKGRUND")).await;
        assert_eq!(opened.payload()["deadline"]["status"], "OPEN");
        assert_eq!(command_for(&user, "deadlineReopen", reopen, DEADLINE, Some("x")).await.rules(), rule("DEADLINE_OPEN", "deadlineId"));
        assert_eq!(command(&user, "deadlineMove", moved.clone(), DEADLINE).await.rules(), rule("REASON_NEEDED", "options.reason"));
        let moved = command_for(&user, "deadlineMove", moved, DEADLINE, Some("verlängert")).await;
        let moved = &moved.payload()["deadline"];
        assert_eq!((&moved["dueOn"], &moved["version"]), (&json!("2023-10-31"), &json!(4)));
        assert_eq!(moved["computation"], json!({ "countedOn": "2023-08-31", "dueOn": "2023-08-31", "differs": true }));

        let history = "query($id: ID!) { case(id: $id) { history { nodes { command reason } } } }";
        let told = user.send(history, json!({ "id": case["id"] })).await;
        let told: Vec<_> = told.data()["case"]["history"]["nodes"].as_array().unwrap().iter()
            .map(|node| node["command"].as_str().unwrap().to_owned()).take(4).collect();
        assert_eq!(told, ["deadlineMove", "deadlineReopen", "deadlineSettle", "deadlineAdd"]);
        assert!(!app.supervisor().await.send(history, json!({ "id": case["id"] })).await.body.to_string().contains("MARKGRUND"));
    }

    async fn only_lead_and_substitute_work_on_deadlines_and_not_in_a_closed_case(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, other) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let case = known(&user).await;
        let deadline = added(&user, &case, by_rule("TITLE_EXPIRES", "2023-08-31"), None).await;
        let settle = json!({ "deadlineId": deadline["id"], "outcome": "MET" });
        assert_eq!(add(&other, &case, by_rule("TITLE_EXPIRES", "2023-08-31"), None).await.rules(), rule("NOT_FOUND", "caseId"));
        assert_eq!(command(&other, "deadlineSettle", settle.clone(), DEADLINE).await.rules(), rule("NOT_FOUND", "deadlineId"));
        assert_eq!(command(&app.supervisor().await, "deadlineSettle", settle.clone(), DEADLINE).await.code(), "FORBIDDEN");
        assert!(other.query("{ deadlines { nodes { id } } }").await.data()["deadlines"]["nodes"].as_array().unwrap().is_empty());
        let substitute = open_case(&other, json!({}), json!({})).await.payload()["case"]["lead"]["id"].clone();
        let input = json!({ "caseId": case["id"], "substituteId": substitute });
        assert_eq!(command(&user, "caseNameSubstitute", input, "case { id }").await.user_errors(), Vec::<&str>::new());
        let close = json!({ "caseId": case["id"], "closureReason": "GOALS_REACHED" });
        assert_eq!(command(&user, "caseClose", close, "case { id }").await.user_errors(), Vec::<&str>::new());
        assert_eq!(add(&other, &case, by_rule("TITLE_EXPIRES", "2023-08-31"), None).await.rules(), rule("CASE_NOT_OPEN", "caseId"));
        let settled = command(&other, "deadlineSettle", settle, DEADLINE).await;
        assert_eq!(settled.payload()["deadline"]["status"], "MET", "what is open is still settled");
    }

    async fn the_deadlines_of_all_own_cases_come_in_order_and_can_be_narrowed(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let (one, two) = (known(&user).await, known(&user).await);
        let course = added(&user, &two, by_rule("COURSE_ENDS", "2023-06-20"), None).await;
        added(&user, &one, by_rule("TITLE_EXPIRES", "2023-09-30"), None).await;
        added(&user, &one, json!({ "dueOn": "2023-06-05" }), Some("Termin")).await;
        added(&user, &two, by_rule("APPEAL_ASYLUM_TWO_WEEKS", "2023-05-11"), None).await;
        let settle = json!({ "deadlineId": course["id"], "outcome": "MET" });
        command(&user, "deadlineSettle", settle, DEADLINE).await;
        let list = async |filter: Value| -> Vec<String> {
            let query = "query($filter: DeadlineFilter) { deadlines(filter: $filter) { nodes { dueOn case { reference } } } }";
            let answer = user.send(query, json!({ "filter": filter })).await;
            let nodes = answer.data()["deadlines"]["nodes"].as_array().unwrap().clone();
            nodes.iter().map(|node| {
                let reference = node["case"]["reference"].as_str().unwrap();
                format!("{} {}", &node["dueOn"].as_str().unwrap()[5..], &reference[5..])
            }).collect()
        };
        assert_eq!(list(json!({})).await, ["05-25 0002", "06-05 0001", "06-20 0002", "09-30 0001"]);
        assert_eq!(list(json!({ "dueBefore": "2023-06-20" })).await, ["05-25 0002", "06-05 0001"]);
        assert_eq!(list(json!({ "dueFrom": "2023-06-20", "statusIn": ["OPEN"] })).await, ["09-30 0001"]);
        assert_eq!(list(json!({ "ruleCodeIn": ["COURSE_ENDS", "TITLE_EXPIRES"], "caseIn": [two["id"]] })).await, ["06-20 0002"]);
        assert_eq!(list(json!({ "statusIn": [] })).await, Vec::<String>::new());
        assert_eq!(list(json!({ "ruleCodeIn": [] })).await, Vec::<String>::new());

        let page = "query($after: String) { deadlines(first: 1, after: $after, direction: DESC) {
            pageInfo { hasNextPage endCursor } nodes { dueOn overdue } } }";
        let (mut days, mut after) = (Vec::new(), Value::Null);
        loop {
            let answer = user.send(page, json!({ "after": after })).await;
            let list = &answer.data()["deadlines"];
            days.push((list["nodes"][0]["dueOn"].as_str().unwrap()[5..].to_owned(), list["nodes"][0]["overdue"] == true));
            after = list["pageInfo"]["endCursor"].clone();
            if list["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        let expected = [("09-30", false), ("06-20", false), ("06-05", false), ("05-25", true)];
        assert_eq!(days, expected.map(|(day, overdue)| (day.to_owned(), overdue)));
        let centre = app.supervisor().await.query("{ deadlines { nodes { label } } }").await;
        assert_eq!(centre.data()["deadlines"]["nodes"].as_array().unwrap().len(), 4);
    }

    async fn nonsense_is_refused_field_by_field(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let refused = async |origin: Value| add(&user, &case, origin, None).await.rules();
        assert_eq!(refused(by_rule("title", "2023-08-31")).await, rule("CODE_MALFORMED", "origin.rule.ruleCode"));
        assert_eq!(refused(by_rule("NO_SUCH_RULE", "2023-08-31")).await, rule("DEADLINE_RULE_UNKNOWN", "origin.rule.ruleCode"));
        assert_eq!(refused(by_rule("OPPORTUNITY_104C_ENDS", "2022-12-30")).await, rule("DEADLINE_RULE_UNKNOWN", "origin.rule.ruleCode"));
        assert_eq!(refused(by_rule("EIGHTEENTH_BIRTHDAY", "1899-12-31")).await, rule("DATE_OUT_OF_RANGE", "origin.rule.basisOn"));
        assert_eq!(refused(by_rule("EIGHTEENTH_BIRTHDAY", "2100-12-31")).await, rule("DATE_OUT_OF_RANGE", "origin.rule.basisOn"));
        let input = json!({ "caseId": case["id"], "origin": { "dueOn": "2101-01-01" }, "text": "x",
            "remindDaysBefore": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1001] });
        let expected = [
            rule("DATE_OUT_OF_RANGE", "origin.dueOn"),
            rule("LIST_TOO_LONG", "remindDaysBefore"),
            rule("NUMBER_OUT_OF_RANGE", "remindDaysBefore"),
        ];
        assert_eq!(command(&user, "deadlineAdd", input, DEADLINE).await.rules(), expected.concat());
        let both = json!({ "caseId": case["id"], "origin": { "dueOn": "2023-01-01", "rule": { "ruleCode": "X", "basisOn": "2023-01-01" } } });
        assert!(command(&user, "deadlineAdd", both, DEADLINE).await.body["errors"].is_array(), "exactly one origin");
    }

    async fn a_page_of_deadlines_costs_the_same_however_many_rows_it_has(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let page = "{ deadlines(first: 50) { nodes { case { reference } rule { code } label text dueOn exactDueOn overdue
            computation { dueOn } } } }";
        let mut costs = Vec::new();
        for more in [1, 6] {
            for _ in 0..more {
                added(&user, &case, by_rule("COURSE_ENDS", "2023-06-20"), Some("Kurs")).await;
                added(&user, &case, by_rule("EIGHTEENTH_BIRTHDAY", "2005-09-23"), Some("Kind")).await;
            }
            let mut least = u64::MAX;
            for _ in 0..10 {
                let before = app.app.store.statements();
                assert!(!user.query(page).await.data()["deadlines"]["nodes"].as_array().unwrap().is_empty());
                least = least.min(app.app.store.statements() - before);
            }
            costs.push(least);
        }
        assert_eq!(costs[0], costs[1]);
        assert!(costs[0] <= 6, "session, page, cases, rules, texts, access log: {costs:?}");
    }
}
