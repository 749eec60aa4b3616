//! Sessions of professional supervision: about the work, seen by the two sides only, naming no client.

use super::*;

const SESSION: &str = "supervisionSession { id status version plannedOn heldOn supervisorName staffMember { displayName }
    cases { nodes { case { reference } } } agreements { nodes { id text dueOn doneAt } } availableTransitions { name allowed } }";

async fn step(user: &Client, name: &str, session: &Value, more: Value) -> crate::app::Answer {
    let mut input = json!({ "sessionId": session["id"] });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    command(user, name, input, SESSION).await
}

async fn held(user: &Client, supervisor: &Client, cases: &[&Value]) -> Value {
    let session = requested(user, cases).await;
    done(&step(supervisor, "supervisionSessionSchedule", &session, json!({ "plannedOn": "2023-06-01" })).await);
    done(&step(supervisor, "supervisionSessionHold", &session, json!({})).await)["supervisionSession"].clone()
}

async fn sees(user: &Client, session: &Value) -> bool {
    let answer = user.send("query($id: ID!) { node(id: $id) { id } }", json!({ "id": session["id"] })).await;
    !answer.data()["node"].is_null()
}

both_databases! {
    async fn a_session_goes_its_way_from_a_request_to_its_end(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = known(&user).await;
        let session = requested(&user, &[&case["id"]]).await;
        assert_eq!(step(&supervisor, "supervisionSessionHold", &session, json!({})).await.user_errors(), ["SESSION_STEP_NOT_ALLOWED"]);
        let past = json!({ "plannedOn": "2023-05-31" });
        assert_eq!(step(&supervisor, "supervisionSessionSchedule", &session, past).await.user_errors(), ["DATE_OUT_OF_RANGE"]);
        let stale = json!({ "plannedOn": "2023-06-05", "expectedVersion": 2 });
        assert_eq!(step(&supervisor, "supervisionSessionSchedule", &session, stale).await.user_errors(), ["VERSION_STALE"]);
        let planned = step(&supervisor, "supervisionSessionSchedule", &session, json!({ "plannedOn": "2023-06-05" })).await;
        let planned = &done(&planned)["supervisionSession"];
        assert_eq!(planned["status"], "SCHEDULED");
        assert_eq!(planned["supervisorName"], "Fritz Fachaufsicht-Muster");
        assert_eq!(planned["staffMember"]["displayName"], "Clara Casemanagement-Muster");
        assert_eq!(planned["cases"]["nodes"], json!([{ "case": { "reference": case["reference"] } }]));
        let future = json!({ "heldOn": "2023-06-02" });
        assert_eq!(step(&supervisor, "supervisionSessionHold", &session, future).await.user_errors(), ["DATE_OUT_OF_RANGE"]);
        app.clock.advance(chrono::Duration::days(4));
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        assert_eq!(done(&step(&supervisor, "supervisionSessionHold", &session, json!({})).await)["supervisionSession"]["heldOn"], "2023-06-05");
        let agreed = json!({ "text": "Hilfepläne bis zur nächsten Sitzung nachtragen", "dueOn": "2023-06-30" });
        let agreed = done(&step(&supervisor, "supervisionAgreementAdd", &session, agreed).await)["supervisionSession"].clone();
        assert_eq!(agreed["status"], "FOLLOW_UP");
        let agreement = &agreed["agreements"]["nodes"][0];
        assert_eq!(agreement["dueOn"], "2023-06-30");
        assert_eq!(step(&supervisor, "supervisionSessionClose", &session, json!({})).await.user_errors(), ["AGREEMENTS_OPEN"]);
        let settle = json!({ "agreementId": agreement["id"] });
        done(&step(&supervisor, "supervisionAgreementSettle", &session, settle.clone()).await);
        assert_eq!(step(&supervisor, "supervisionAgreementSettle", &session, settle).await.user_errors(), ["AGREEMENT_SETTLED"]);
        let closed = done(&step(&supervisor, "supervisionSessionClose", &session, json!({})).await)["supervisionSession"].clone();
        assert_eq!((&closed["status"], &closed["version"]), (&json!("CLOSED"), &json!(6)));
        assert!(closed["availableTransitions"].as_array().unwrap().iter().all(|state| state["allowed"] == false));

        let history = "query($id: ID!) { supervisionSession(id: $id) { history { nodes { command details } } } }";
        let told = nodes(&user, history, json!({ "id": session["id"] }), &["supervisionSession", "history"]).await;
        assert_eq!(told.len(), 6);
        let log = app.user(OFFICER).await.query("{ logEntries(first: 100) { nodes { command details changes { after } } } }").await;
        assert!(log.body.to_string().contains("supervisionAgreementAdd"));
        assert!(!log.body.to_string().contains("Hilfepläne"), "what was agreed is not in the log");
    }

    async fn a_session_is_seen_by_the_case_manager_concerned_and_supervisors_only(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, municipal, supervisor) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await, app.supervisor().await);
        let case = known(&user).await;
        let session = held(&user, &supervisor, &[&case["id"]]).await;
        let text = json!({ "text": "MARKTEXT Berichte kürzen" });
        done(&step(&supervisor, "supervisionAgreementAdd", &session, text).await);
        let own = known(&municipal).await;
        requested(&municipal, &[&own["id"]]).await;
        let all = "{ supervisionSessions { nodes { id agreements { nodes { text } } cases { nodes { case { id } } } history { nodes { command } } } } }";
        for (reader, expected) in [(&user, 1), (&municipal, 1), (&supervisor, 2), (&app.user(HEAD).await, 2)] {
            assert_eq!(nodes(reader, all, json!({}), &["supervisionSessions"]).await.len(), expected);
        }
        assert!(sees(&user, &session).await && sees(&supervisor, &session).await);
        assert!(!sees(&municipal, &session).await);
        let seen = municipal
            .send("query($id: ID!) { supervisionSession(id: $id) { id } }", json!({ "id": session["id"] }))
            .await;
        assert!(seen.data()["supervisionSession"].is_null());
        for other in [app.coordinator().await, app.employer().await, app.user(OFFICER).await, app.administrator().await] {
            assert_eq!(other.query(all).await.code(), "FORBIDDEN");
            assert!(!sees(&other, &session).await);
        }
        for (name, input) in [
            ("supervisionSessionClose", json!({ "sessionId": session["id"] })),
            ("supervisionAgreementAdd", json!({ "sessionId": session["id"], "text": "x" })),
        ] {
            assert_eq!(command(&user, name, input, "replayed").await.code(), "FORBIDDEN");
        }
        // The case passes to the substitute's hands only; the session keeps its two sides.
        let substitute = json!({ "caseId": case["id"], "substituteId": own["lead"]["id"] });
        done(&command(&user, "caseNameSubstitute", substitute, "case { id }").await);
        assert!(!sees(&municipal, &session).await, "who sees a case does not see the sessions about it");
    }

    async fn a_session_is_about_the_own_cases_of_a_case_manager(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, municipal, supervisor) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await, app.supervisor().await);
        let (case, foreign) = (known(&user).await, known(&municipal).await);
        let ask = async |who: &Client, staff: &Value, cases: Value| {
            let input = json!({ "staffMemberId": staff, "caseIds": cases });
            command(who, "supervisionSessionRequest", input, "supervisionSession { staffMember { displayName } }").await
        };
        let none = Value::Null;
        let mixed = ask(&user, &none, json!([case["id"], foreign["id"]])).await;
        assert_eq!(mixed.payload()["userErrors"][0], json!({ "code": "CASE_OF_OTHER_LEAD", "path": ["caseIds", "1"] }), "{mixed:?}");
        let unknown = ask(&user, &none, json!(["cas_00000000000000000000000000000000"])).await;
        assert_eq!(unknown.user_errors(), ["CASE_OF_OTHER_LEAD"], "not there looks like not the own");
        assert_eq!(ask(&user, &foreign["lead"]["id"], json!([])).await.user_errors(), ["NOT_FOUND"]);
        assert_eq!(ask(&supervisor, &none, json!([])).await.user_errors(), ["NOT_A_CASE_MANAGER"]);
        let about = ask(&supervisor, &foreign["lead"]["id"], json!([foreign["id"]])).await;
        assert_eq!(done(&about)["supervisionSession"]["staffMember"]["displayName"], "Cem Casemanagement-Muster");
    }

    async fn nobody_supervises_the_own_work_or_as_the_line_supervisor(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, head, administrator) = (app.user(CENTRAL).await, app.user(HEAD).await, app.administrator().await);
        let session = requested(&user, &[]).await;
        let plan = json!({ "plannedOn": "2023-06-05" });
        // The head of the centre supervises the position in line from now on, under the own account.
        let centre = id_of(&administrator, "organisations", CENTRE).await;
        let staff = json!({ "organisationId": centre, "displayName": "Lena Leitung-Muster", "accountId": account(&app, HEAD).await });
        let staff = done(&command(&head, "staffMemberAdd", staff, "staffMember { id }").await)["staffMember"]["id"].clone();
        let positions = "{ positions(first: 100) { nodes { id occupancies { nodes { staffMember { displayName } } } } } }";
        let positions = nodes(&head, positions, json!({}), &["positions"]).await;
        let held = positions.iter().find(|position| position.to_string().contains("Clara Casemanagement-Muster")).unwrap();
        done(&step(&head, "supervisionSessionSchedule", &session, plan.clone()).await);
        let line = json!({ "positionId": held["id"], "kind": "LINE", "supervisorId": staff, "from": "2023-06-01" });
        done(&command(&head, "supervisionAssign", line, "position { id }").await);
        assert_eq!(step(&head, "supervisionSessionSchedule", &session, plan.clone()).await.user_errors(), ["SUPERVISIONS_NOT_SEPARATE"]);
        assert_eq!(step(&head, "supervisionSessionHold", &session, json!({})).await.user_errors(), ["SUPERVISIONS_NOT_SEPARATE"]);
        let own = account(&app, CENTRAL).await;
        grant(&administrator, &own, "SUPERVISOR", &centre, json!({})).await;
        let both = app.user(CENTRAL).await;
        assert_eq!(step(&both, "supervisionSessionSchedule", &session, plan.clone()).await.user_errors(), ["SUPERVISES_ONESELF"]);
        done(&step(&app.supervisor().await, "supervisionSessionSchedule", &session, plan).await);
    }

    async fn an_agreement_that_names_a_client_is_refused_with_its_place_and_the_attempt_is_recorded(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = known(&user).await;
        let other = open_case(&user, json!({ "familyName": "Шевченко", "birthDate": "1991-08-24" }), json!({})).await;
        assert_eq!(other.user_errors(), Vec::<&str>::new());
        let session = held(&user, &supervisor, &[&case["id"]]).await;
        let document = "mutation($input: SupervisionAgreementAddInput!, $options: CommandOptions) {
            supervisionAgreementAdd(input: $input, options: $options) {
                supervisionSession { id } userErrors { code path message } } }";
        let add = async |text: &str, options: Value| {
            let input = json!({ "sessionId": session["id"], "text": text });
            supervisor.send(document, json!({ "input": input, "options": options })).await
        };
        let mut tables = Tables::open(app.db.url()).await;
        let compared = "access_log WHERE basis = 'COMPARISON' AND purpose = 'SUPERVISION'";
        for (text, position, clients) in [
            ("Mit Frau Musterfraus Vermieter sprechen", 10, 2),
            ("Erikas Antrag prüfen", 1, 1),
            ("Antrag wohnhaft Musterweg 7", 17, 1),
            ("Person, geb. 14. März 1985, anrufen", 14, 1),
            ("Fall Schewtschenko abgeben", 6, 1),
            ("erika@muster.example anschreiben", 1, 1),
        ] {
            let before = tables.count(compared).await;
            let answer = add(text, json!({ "validateOnly": true })).await;
            let error = &answer.payload()["userErrors"][0];
            assert_eq!((&error["code"], &error["path"]), (&json!("TEXT_NAMES_PERSON"), &json!(["text"])), "{text}: {answer:?}");
            let message = error["message"].as_str().unwrap();
            assert!(message.starts_with(&format!("Ab Zeichen {position} ")), "{text}: {message}");
            assert!(!["Muster", "Erika", "Schewtschenko", "1985"].iter().any(|name| message.contains(name)), "{message}");
            assert_eq!(tables.count(compared).await, before + clients, "{text}");
        }
        let reason = add("Berichte kürzen", json!({ "reason": "wegen Erika" })).await;
        assert_eq!(reason.payload()["userErrors"][0]["path"], json!(["options", "reason"]));
        let before = tables.count(compared).await;
        assert_eq!(add("Berichte kürzen und die Hilfepläne von KIM bis Mai nachtragen", json!({})).await.user_errors(), Vec::<&str>::new());
        assert_eq!(tables.count(compared).await, before, "nothing was told");
        let list = "query($id: ID!) { client(id: $id) { accesses(first: 100) { nodes { accountName basis } } } }";
        let shown = nodes(&user, list, json!({ "id": case["client"]["id"] }), &["client", "accesses"]).await;
        assert!(shown.iter().any(|look| look["basis"] == "COMPARISON" && look["accountName"] == "Fritz Fachaufsicht-Muster"));
    }

    async fn a_page_of_sessions_costs_the_same_however_many_rows_it_has(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = known(&user).await;
        let page = "{ supervisionSessions(first: 20) { nodes { status supervisorName staffMember { displayName }
            cases(first: 2) { nodes { case { reference unmaskings(first: 2) { nodes { personName } } } } }
            agreements(first: 2) { nodes { text } } } } }";
        let mut costs = Vec::new();
        for more in [1, 4] {
            for _ in 0..more {
                let session = held(&user, &supervisor, &[&case["id"]]).await;
                done(&step(&supervisor, "supervisionAgreementAdd", &session, json!({ "text": "Berichte kürzen" })).await);
            }
            let mut least = u64::MAX;
            for _ in 0..10 {
                let before = app.app.store.statements();
                assert!(!supervisor.query(page).await.data()["supervisionSessions"]["nodes"].as_array().unwrap().is_empty());
                least = least.min(app.app.store.statements() - before);
            }
            costs.push(least);
        }
        assert_eq!(costs[0], costs[1]);
        assert!(costs[0] <= 8, "actor, page, supervisors, people, links, cases, agreements, unmaskings: {costs:?}");
    }
}
