//! Barriers: raised, climbing, overdue; what is told of them to whom.

use kim::clock::Clock as _;

use super::*;

const ONE: &str =
    "query($id: ID!) { node(id: $id) { ... on Barrier { kind needArea legalSphere status isOverdue vignette version
    stage { position key } measure { status } municipality { name } answerDueOn raiseOn
    transitions { nodes { previousStage toStage movedBy reason isOverdue } }
    availableMoves { stage allowed needsReason } case { reference } } } }";

async fn barrier(user: &Client, id: &Value) -> Value {
    user.send(ONE, json!({ "id": id })).await.data()["node"].clone()
}

async fn moved(user: &Client, id: &Value, stage: i32, reason: Option<&str>) -> Vec<String> {
    let input = json!({ "barrierId": id, "stage": stage });
    let answer = command_for(user, "barrierMove", input, "barrier { id }", reason).await;
    answer.user_errors().into_iter().map(str::to_owned).collect()
}

both_databases! {
    async fn a_measure_that_failed_becomes_a_barrier_by_one_command(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let (case, measure) = failed_measure(&user).await;
        let made = raised(&user, json!({ "measureId": measure, "severity": "BLOCKING" })).await;
        let seen = barrier(&user, &made["id"]).await;
        assert_eq!((&seen["kind"], &seen["needArea"]), (&json!("OFFER_FULL"), &json!("LANGUAGE")));
        assert_eq!(seen["stage"], json!({ "position": 2, "key": "MANAGE" }));
        assert_eq!(seen["case"]["reference"], case["reference"]);
        assert_eq!(seen["answerDueOn"], "2023-07-31");
        let all = user.send("query($id: ID!) { case(id: $id) { barriers { nodes { id } } } }", json!({ "id": case["id"] })).await;
        assert_eq!(all.data()["case"]["barriers"]["nodes"], json!([{ "id": made["id"] }]));
    }

    async fn a_measure_that_may_still_succeed_makes_no_barrier(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let work = work(&user, &case["id"], "").await;
        let input = json!({ "measureId": work.measure, "kind": "COST", "severity": "MINOR" });
        assert_eq!(refused(&user, "barrierRaise", input, "barrier { id }").await, ["BARRIER_MEASURE_FITTING"]);
        let input = json!({ "caseId": case["id"], "severity": "MINOR", "minutesLost": -1 });
        assert_eq!(refused(&user, "barrierRaise", input, "barrier { id }").await, ["LOSS_OUT_OF_RANGE"]);
        let input = json!({ "caseId": case["id"], "severity": "MINOR" });
        assert_eq!(refused(&user, "barrierRaise", input, "barrier { id }").await, ["BARRIER_KIND_MISSING"]);
        let input = json!({ "caseId": case["id"], "severity": "MINOR", "kind": "NONSENSE", "needArea": "WORK" });
        assert_eq!(refused(&user, "barrierRaise", input, "barrier { id }").await, ["CODE_UNKNOWN"]);
    }

    async fn a_vignette_that_names_the_person_the_child_or_where_they_live_is_refused_and_the_attempt_recorded(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let with = |text: &str| json!({ "caseId": case["id"], "kind": "COST", "needArea": "WORK", "severity": "MINOR", "vignette": text });
        for text in ["Frau Musterfrau fand keinen Platz", "Erikas Antrag liegt", "Kim Musterfrau braucht Schule",
            "wohnt im Musterweg 7", "geboren am 14.03.1985", "schrieb an erika@muster.example"] {
            let answer = command(&user, "barrierRaise", with(text), "barrier { id }").await;
            assert!(answer.user_errors().iter().all(|code| *code == "TEXT_NAMES_PERSON"), "{text}: {answer:?}");
            assert!(!answer.user_errors().is_empty(), "{text}");
        }
        let accesses = app.user("datenschutz@kreis-coesfeld.example").await;
        let seen = accesses.query("{ accesses { nodes { basis } } }").await;
        assert!(seen.data()["accesses"]["nodes"].as_array().unwrap().iter().any(|one| one["basis"] == "COMPARISON"), "{seen:?}");
        raised(&user, with("Der Kurs war voll, Wartezeit acht Monate")).await;
    }

    async fn the_case_manager_moves_below_and_the_centre_above_and_every_step_stays_on_record(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let supervisor = app.supervisor().await;
        let case = numbered(&user, 1).await;
        let made = raised(&user, json!({ "caseId": case, "kind": "COST", "needArea": "WORK", "severity": "MINOR",
            "vignette": "Kostenbeitrag zu hoch" })).await;
        let id = &made["id"];
        assert_eq!(moved(&supervisor, id, 3, None).await, ["STAGE_OF_CASE_MANAGER"]);
        assert!(barrier(&supervisor, id).await["vignette"].is_null(), "the case manager alone deals with it");
        assert_eq!(moved(&user, id, 4, Some("eilig")).await, ["STAGE_OF_CENTRE"]);
        assert_eq!(moved(&user, id, 3, None).await, Vec::<String>::new());
        assert_eq!(moved(&user, id, 4, None).await, ["STAGE_OF_CENTRE"]);
        assert_eq!(barrier(&supervisor, id).await["vignette"], "Kostenbeitrag zu hoch");
        assert_eq!(moved(&supervisor, id, 5, None).await, ["REASON_NEEDED"]);
        assert_eq!(moved(&supervisor, id, 5, Some("betrifft alle Träger")).await, Vec::<String>::new());
        let seen = barrier(&user, id).await;
        let steps: Vec<_> = seen["transitions"]["nodes"].as_array().unwrap().iter()
            .map(|step| (step["previousStage"].as_i64(), step["toStage"].as_i64().unwrap(), step["reason"].as_str())).collect();
        assert_eq!(steps, [(None, 2, None), (Some(2), 3, None), (Some(3), 5, Some("betrifft alle Träger"))]);
        let lead = user.send("query($id: ID!) { case(id: $id) { lead { displayName } } }", json!({ "id": case })).await;
        assert_eq!(lead.data()["case"]["lead"]["displayName"], "Clara Casemanagement-Muster");
        // A reason that names the person is refused as a vignette is.
        assert_eq!(moved(&supervisor, id, 3, Some("Nummer1 meldete sich")).await, ["TEXT_NAMES_PERSON"]);
    }

    async fn nobody_but_the_case_manager_and_the_centre_sees_a_barrier(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let made = met(&user, 1, "COST").await;
        for other in [app.user(MUNICIPAL).await, app.coordinator().await, app.employer().await, app.administrator().await] {
            assert!(barrier(&other, &made["id"]).await.is_null());
            let list = other.query("{ barriers { nodes { id } } }").await;
            assert!(list.body["data"]["barriers"]["nodes"].as_array().is_none_or(Vec::is_empty), "{list:?}");
        }
        let seen = app.supervisor().await.query("{ barriers { nodes { id case { client { identity { familyName } } } } } }").await;
        let barriers = seen.data()["barriers"]["nodes"].as_array().unwrap();
        assert_eq!(barriers.len(), 1);
        assert!(!seen.body.to_string().contains("Nummer1"));
    }

    async fn whoever_gets_no_answer_is_shown_and_after_twice_the_time_raised_by_the_job(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let made = met(&user, 1, "COST").await;
        app.clock.advance(chrono::Duration::days(61));
        let user = app.user(CENTRAL).await;
        assert_eq!(barrier(&user, &made["id"]).await["isOverdue"], true);
        let overdue = user.query("{ barriers(filter: { isOverdue: true }) { nodes { id } } }").await;
        assert_eq!(overdue.data()["barriers"]["nodes"].as_array().unwrap().len(), 1);
        assert_eq!(app.app.barrier_waiting().raise().await.unwrap(), 0);
        app.clock.advance(chrono::Duration::days(60));
        assert_eq!(app.app.barrier_waiting().raise().await.unwrap(), 1);
        assert_eq!(app.app.barrier_waiting().raise().await.unwrap(), 0, "once is enough");
        let user = app.user(CENTRAL).await;
        let seen = barrier(&user, &made["id"]).await;
        assert_eq!(seen["stage"]["key"], "CONSULT");
        assert_eq!(seen["transitions"]["nodes"][1]["isOverdue"], true);
        assert!(seen["transitions"]["nodes"][1]["movedBy"].is_null());
        for told in [user, app.supervisor().await] {
            let notices = told.query("{ notices { nodes { kind } } }").await;
            let kinds = notices.data()["notices"]["nodes"].as_array().unwrap();
            assert!(kinds.iter().any(|notice| notice["kind"] == "BARRIER_RAISED"), "{notices:?}");
        }
    }

    async fn what_the_job_raises_to_a_body_is_seen_there_by_those_who_prepare_its_meetings_in_figures_only(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let waiting = async |user: &Client| {
            let answer = user.query("{ stairModel { stages { key waiting { isExact cases overdueCases countedOn } } } }").await;
            let stages = answer.data()["stairModel"]["stages"].as_array().unwrap().clone();
            let stage = stages.into_iter().find(|stage| stage["key"] == "NEGOTIATE").unwrap();
            (stage["waiting"].clone(), answer.body["extensions"]["redactions"].as_array().map_or(0, Vec::len))
        };
        let figures = |is_exact: bool, cases: Value, overdue: Value| {
            let today = kim::clock::legal_day(app.clock.now()).to_string();
            json!({ "isExact": is_exact, "cases": cases, "overdueCases": overdue, "countedOn": today })
        };
        let climb = async |numbers: std::ops::Range<usize>| {
            let manager = app.user(CENTRAL).await;
            for number in numbers {
                let made = met(&manager, number, "COST").await;
                assert_eq!(moved(&manager, &made["id"], 3, None).await, Vec::<String>::new());
            }
            // Twice 42 days on the stage of the centre; the body has 90.
            app.clock.advance(chrono::Duration::days(85));
            app.app.barrier_waiting().raise().await.unwrap()
        };
        assert_eq!(waiting(&app.coordinator().await).await.0, figures(false, Value::Null, Value::Null), "nothing yet");
        assert_eq!(climb(0..2).await, 2);
        let (supervisor, coordinator) = (app.supervisor().await, app.coordinator().await);
        assert_eq!(waiting(&supervisor).await, (figures(true, json!(2), json!(0)), 0));
        assert_eq!(waiting(&coordinator).await, (figures(false, Value::Null, Value::Null), 0), "two are too few");
        assert_eq!(climb(2..5).await, 3);
        let coordinator = app.coordinator().await;
        let told = waiting(&coordinator).await.0["cases"].as_i64().unwrap();
        assert!((3..=7).contains(&told), "five, blurred by at most two: {told}");
        assert_eq!(waiting(&coordinator).await.0["cases"], told, "the same cases give the same figure");
        // The first two wait for more than 90 days now.
        app.clock.advance(chrono::Duration::days(10));
        let (supervisor, coordinator) = (app.supervisor().await, app.coordinator().await);
        assert_eq!(waiting(&supervisor).await.0, figures(true, json!(5), json!(2)));
        assert_eq!(waiting(&coordinator).await.0, figures(false, json!(told), Value::Null));
        for other in [app.employer().await, app.user(CENTRAL).await, app.administrator().await] {
            let (seen, redactions) = waiting(&other).await;
            assert!(seen.is_null() && redactions == 5, "one for each stage: {seen} {redactions}");
        }
    }

    async fn what_waits_on_all_stages_of_a_stair_costs_one_statement(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_SEALING_INTERVAL_MS", "5000").start().await;
        let (manager, coordinator) = (app.user(CENTRAL).await, app.coordinator().await);
        for number in 0..4 {
            let made = met(&manager, number, "COST").await;
            if number % 2 == 0 {
                assert_eq!(moved(&manager, &made["id"], 3, None).await, Vec::<String>::new());
            }
        }
        app.seal().await;
        let mut costs = Vec::new();
        for query in ["{ stairModel { stages { key } } }", "{ stairModel { stages { key waiting { cases overdueCases } } } }"] {
            // The fewest of several tries: the server's own jobs may add some to one of them.
            let mut fewest = u64::MAX;
            for _ in 0..6 {
                let before = app.app.store.statements();
                assert!(!coordinator.query(query).await.data()["stairModel"].is_null());
                fewest = fewest.min(app.app.store.statements() - before);
            }
            costs.push(fewest);
        }
        assert_eq!(costs[1], costs[0] + 1);
    }

    async fn a_case_waits_once_on_a_stage_and_no_more_when_its_barriers_are_settled(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (manager, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = numbered(&manager, 1).await;
        let mut made = Vec::new();
        for kind in ["COST", "TRANSPORT"] {
            made.push(raised(&manager, json!({ "caseId": case, "kind": kind, "needArea": "WORK", "severity": "MINOR" })).await);
        }
        let waiting = async || {
            let seen = supervisor.query("{ stairModel { stages { key waiting { cases } } } }").await;
            let stages = seen.data()["stairModel"]["stages"].as_array().unwrap().clone();
            stages.iter().map(|stage| stage["waiting"]["cases"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(waiting().await, [0, 1, 0, 0, 0], "one case with two barriers");
        assert_eq!(moved(&manager, &made[0]["id"], 3, None).await, Vec::<String>::new());
        assert_eq!(waiting().await, [0, 1, 1, 0, 0]);
        let settle = json!({ "barrierId": made[0]["id"], "status": "SOLVED" });
        done(&manager, "barrierSettle", settle, "barrier { status }").await;
        assert_eq!(waiting().await, [0, 1, 0, 0, 0]);
    }

    async fn whoever_leads_a_case_moves_its_barriers_as_the_case_manager_though_of_the_centre_too(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let place = crate::access::world::Place::demo(&app).await;
        let account = app.user(CENTRAL).await.query("{ viewer { account { id } } }").await;
        let account = account.data()["viewer"]["account"]["id"].as_str().unwrap().to_owned();
        let account = entity::ids::Identifier::parse(&account).unwrap();
        let centre = crate::desk::id_of(&app.coordinator().await, "organisations", "Kommunales Integrationszentrum Kreis Coesfeld").await;
        let centre = entity::ids::Identifier::parse(&centre).unwrap();
        place.grant(account, entity::codes::Role::Supervisor, centre).await;
        let both = app.user(CENTRAL).await;
        let own = met(&both, 1, "COST").await["id"].clone();
        let foreign = met(&app.user(MUNICIPAL).await, 2, "COST").await["id"].clone();
        let allowed = async |id: &Value| {
            let moves = barrier(&both, id).await["availableMoves"].as_array().unwrap().clone();
            let allowed = moves.iter().filter(|one| one["allowed"] == true);
            allowed.map(|one| one["stage"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!((allowed(&own).await, allowed(&foreign).await), (vec![1, 3], vec![]));
        assert_eq!(moved(&both, &foreign, 3, None).await, ["STAGE_OF_CASE_MANAGER"]);
        assert_eq!(moved(&both, &own, 3, None).await, Vec::<String>::new());
        assert_eq!(allowed(&own).await, Vec::<i64>::new());
        assert_eq!(moved(&both, &own, 4, None).await, ["STAGE_OF_CENTRE"]);
    }

    async fn seen_elsewhere_counts_others_in_steps_of_three_and_never_tells_whose(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        for number in 0..2 {
            met(&central, number, "OFFER_FULL").await;
        }
        let asked = "query($input: SeenElsewhereInput!) { barriersSeenElsewhere(input: $input) { similarAtLeast municipalities
            wordedAlikeAtLeast } }";
        let fitting = json!({ "input": { "kind": "OFFER_FULL", "needArea": "LANGUAGE" } });
        let seen = municipal.send(asked, fitting.clone()).await;
        assert!(seen.data()["barriersSeenElsewhere"]["similarAtLeast"].is_null(), "two are too few: {seen:?}");
        for number in 2..5 {
            let case = numbered(&central, number).await;
            raised(&central, json!({ "caseId": case, "kind": "OFFER_FULL", "needArea": "LANGUAGE", "severity": "MINOR",
                "vignette": "Integrationskurs beim Träger voll, Wartezeit acht Monate, keine Kinderbetreuung" })).await;
        }
        let seen = municipal.send(asked, fitting).await;
        assert_eq!(seen.data()["barriersSeenElsewhere"]["similarAtLeast"], 3);
        let alike = json!({ "input": { "vignette": "Integrationskurse der Träger voll: Wartezeiten von acht Monaten, ohne Kinderbetreuung" } });
        let seen = municipal.send(asked, alike).await;
        assert_eq!(seen.data()["barriersSeenElsewhere"], json!({ "similarAtLeast": null, "municipalities": null, "wordedAlikeAtLeast": 3 }));
        let other = json!({ "input": { "vignette": "Bank eröffnet ohne Pass kein Konto" } });
        assert!(municipal.send(asked, other).await.data()["barriersSeenElsewhere"]["wordedAlikeAtLeast"].is_null());
    }

    async fn seen_elsewhere_leaves_out_a_case_only_for_those_who_may_see_it(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let mut last = Value::Null;
        for number in 0..3 {
            last = numbered(&central, number).await;
            raised(&central, json!({ "caseId": last, "kind": "COST", "needArea": "LANGUAGE", "severity": "MINOR" })).await;
        }
        let asked = "query($input: SeenElsewhereInput!) { barriersSeenElsewhere(input: $input) { similarAtLeast } }";
        let input = json!({ "input": { "kind": "COST", "needArea": "LANGUAGE", "caseId": last } });
        let seen = async |user: &Client| user.send(asked, input.clone()).await.data()["barriersSeenElsewhere"]["similarAtLeast"].clone();
        assert_eq!(seen(&central).await, Value::Null, "two others are too few");
        // Who led a case once knows its id; the answer must not tell what is in it.
        assert_eq!(seen(&municipal).await, 3);
    }

    async fn seen_elsewhere_tells_of_towns_and_never_of_more_than_there_are(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let central = app.user(CENTRAL).await;
        for (place, town) in ["Coesfeld", "Dülmen", "Nottuln"].into_iter().enumerate() {
            let town = crate::cases::municipality(&central, town).await;
            for number in 0..3 {
                let name = format!("Nummer{}", place * 3 + number);
                let identity = json!({ "givenNames": "Ida", "familyName": name, "birthDate": "1990-01-01" });
                let more = json!({ "municipalityId": town, "consent": { "form": "WRITTEN", "language": "de" } });
                let opened = crate::clients::open_case(&central, identity, more).await;
                assert_eq!(opened.user_errors(), Vec::<&str>::new(), "{opened:?}");
                raised(&central, json!({ "caseId": opened.payload()["case"]["id"], "kind": "OFFER_FULL", "needArea": "LANGUAGE",
                    "severity": "MINOR" })).await;
            }
        }
        let asked = "{ barriersSeenElsewhere(input: { kind: \"OFFER_FULL\", needArea: \"LANGUAGE\" }) { similarAtLeast municipalities } }";
        let seen = async |user: &Client| user.query(asked).await.data()["barriersSeenElsewhere"].clone();
        let told = seen(&app.user(MUNICIPAL).await).await;
        let (cases, towns) = (told["similarAtLeast"].as_i64().unwrap(), told["municipalities"].as_i64().unwrap());
        assert!((3..=9).contains(&cases) && (1..=3).contains(&towns), "{told}");
        assert_eq!(seen(&app.supervisor().await).await["municipalities"], 3, "exact for the centre");
    }

    async fn a_withdrawn_barrier_counts_no_more_and_a_solved_one_may_come_back(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let mut made = Vec::new();
        for number in 0..3 {
            made.push(met(&user, number, "COST").await);
        }
        let settle = |one: &Value, status: &str| json!({ "barrierId": one["id"], "status": status });
        assert_eq!(refused(&user, "barrierSettle", settle(&made[0], "WITHDRAWN"), "barrier { id }").await, ["REASON_NEEDED"]);
        done(&user, "barrierSettle", settle(&made[1], "SOLVED"), "barrier { status }").await;
        assert_eq!(moved(&user, &made[1]["id"], 3, None).await, ["BARRIER_SETTLED"]);
        done(&user, "barrierSettle", settle(&made[1], "OPEN"), "barrier { status }").await;
        let asked = "{ barriersSeenElsewhere(input: { kind: \"COST\" }) { similarAtLeast } }";
        assert_eq!(user.query(asked).await.data()["barriersSeenElsewhere"]["similarAtLeast"], 3);
        let withdrawn = command_for(&user, "barrierSettle", settle(&made[0], "WITHDRAWN"), "barrier { status }", Some("doppelt")).await;
        assert_eq!(withdrawn.user_errors(), Vec::<&str>::new());
        assert!(user.query(asked).await.data()["barriersSeenElsewhere"]["similarAtLeast"].is_null());
        let stale = json!({ "barrierId": made[2]["id"], "expectedVersion": 7, "minutesLost": 90 });
        assert_eq!(refused(&user, "barrierRecordLoss", stale, "barrier { id }").await, ["VERSION_STALE"]);
    }
}
