//! One key, one effect, one answer.

use std::time::Duration as StdDuration;

use chrono::Duration;
use futures_util::future::join_all;
use kim::config::{Config, Environment};
use kim::live::{Housekeeping, Retention};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::databases::{TestDatabase, both_databases};
use crate::desk::{Desk, document, fill, id, revoke, rule};
use crate::tables::Tables;

fn key(key: &str) -> Value {
    json!({ "idempotencyKey": key })
}

both_databases! {
    async fn the_same_key_and_input_give_the_first_answer_again_with_one_effect(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let mut tables = desk.tables().await;
        let before = tables.count("event").await;
        let first = desk.coordinator.command_with("positionPlan", desk.plan("I-1"), key("a")).await;
        let again = desk.coordinator.command_with("positionPlan", desk.plan("I-1"), key("a")).await;
        assert_eq!(first.payload()["replayed"], false);
        assert_eq!(again.payload()["replayed"], true);
        assert_eq!(first.position().unwrap(), again.position().unwrap());
        assert_eq!(tables.count("event").await, before + 1);
    }

    async fn twenty_requests_at_once_with_one_key_have_one_effect(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let mut tables = desk.tables().await;
        let before = tables.count("event").await;
        let request = || desk.coordinator.command_with("positionPlan", desk.plan("I-2"), key("b"));
        let answers = join_all((0..20).map(|_| request())).await;
        let first: Vec<_> = answers.iter().filter(|answer| answer.payload()["replayed"] == false).collect();
        assert_eq!(first.len(), 1);
        for answer in &answers {
            assert_eq!(answer.position().unwrap(), first[0].position().unwrap());
        }
        assert_eq!(tables.count("event").await, before + 1);
        assert_eq!(tables.count("position WHERE number = 'I-2'").await, 1);
    }

    async fn the_header_is_a_key_for_each_command_of_the_request(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let mut tables = desk.tables().await;
        let before = tables.count("event").await;
        let two = "mutation($one: PositionPlanInput!, $two: PositionPlanInput!) {
            one: positionPlan(input: $one) { replayed userErrors { code } position { id number } }
            two: positionPlan(input: $two) { replayed userErrors { code } position { id number } }
        }";
        let variables = json!({ "one": desk.plan("I-3"), "two": desk.plan("I-4") });
        let header = [("Idempotency-Key", "c")];
        let first = desk.coordinator.send_with(two, variables.clone(), &header).await;
        let again = desk.coordinator.send_with(two, variables.clone(), &header).await;
        for name in ["one", "two"] {
            assert_eq!(first.data()[name]["replayed"], false);
            assert_eq!(again.data()[name]["replayed"], true);
            assert_eq!(first.data()[name]["position"], again.data()[name]["position"]);
        }
        assert_ne!(first.data()["one"]["position"]["id"], first.data()["two"]["position"]["id"]);
        assert_eq!(tables.count("event").await, before + 2);
        let swapped = json!({ "one": desk.plan("I-4"), "two": desk.plan("I-3") });
        let other = desk.coordinator.send_with(two, swapped, &header).await;
        assert_eq!(other.data()["one"]["userErrors"][0]["code"], "IDEMPOTENCY_KEY_REUSED");
    }

    async fn the_header_works_for_a_field_with_a_very_long_alias(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let alias = "a".repeat(200);
        let document = document("positionPlan").replace("{ positionPlan(", &format!("{{ {alias}: positionPlan("));
        let variables = json!({ "input": desk.plan("I-5") });
        let key = "k".repeat(128);
        for replayed in [false, true] {
            let answer = desk.coordinator.send_with(&document, variables.clone(), &[("Idempotency-Key", &key)]).await;
            assert_eq!(answer.payload()["replayed"], replayed, "{answer:?}");
        }
    }

    async fn the_same_key_with_another_input_changes_nothing(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let mut tables = desk.tables().await;
        let position = desk.planned("I-6").await;
        desk.coordinator.command_with("positionPlan", desk.plan("I-7"), key("d")).await.position().unwrap();
        let before = tables.count("event").await;
        let reused = rule("IDEMPOTENCY_KEY_REUSED", "options.idempotencyKey");
        let other = desk.coordinator.command_with("positionPlan", desk.plan("I-8"), key("d")).await;
        assert_eq!(other.rules(), reused);
        let reason = json!({ "idempotencyKey": "d", "reason": "another one" });
        assert_eq!(desk.coordinator.command_with("positionPlan", desk.plan("I-7"), reason).await.rules(), reused);
        let approval = json!({ "positionId": position, "approvedFrom": "2023-01-01" });
        assert_eq!(desk.coordinator.command_with("positionApprove", approval, key("d")).await.rules(), reused);
        assert_eq!(tables.count("event").await, before);
        assert_eq!(tables.count("position WHERE number = 'I-8'").await, 0);
        assert_eq!(desk.position(&position).await["version"], 1);
    }

    async fn a_refused_command_does_not_use_up_its_key(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let position = desk.planned("I-9").await;
        let fill = || desk.employer.command_with("positionFill", fill(&position, "Nele Neu-Muster", 100), key("e"));
        assert_eq!(fill().await.rules(), rule("TRANSITION_NOT_ALLOWED", ""));
        let approval = json!({ "positionId": position, "approvedFrom": "2023-01-01" });
        desk.coordinator.done("positionApprove", approval).await;
        let filled = fill().await;
        assert_eq!((&filled.payload()["replayed"], filled.position().is_some()), (&json!(false), true));
    }

    async fn keys_belong_to_accounts(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let one = desk.coordinator.command_with("positionPlan", desk.plan("I-10"), key("f")).await;
        let other = desk.employer.command_with("positionPlan", desk.plan("I-11"), key("f")).await;
        assert_eq!(other.payload()["replayed"], false);
        assert_ne!(id(one.position().unwrap()), id(other.position().unwrap()));
    }

    async fn only_validating_stores_neither_effect_nor_key_nor_event(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let mut tables = desk.tables().await;
        let stored = async |tables: &mut Tables| {
            let mut counts = Vec::new();
            for table in ["position", "event", "idempotency_record", "staff_member", "occupancy"] {
                counts.push(tables.count(table).await);
            }
            counts
        };
        let position = desk.approved("I-12").await;
        let before = stored(&mut tables).await;
        let only = json!({ "idempotencyKey": "g", "validateOnly": true });
        let checked = desk.coordinator.command_with("positionPlan", desk.plan("I-13"), only.clone()).await;
        assert_eq!(checked.position().unwrap()["status"], "PLANNED");
        let input = fill(&position, "Nele Neu-Muster", 100);
        let checked = desk.employer.command_with("positionFill", input.clone(), only.clone()).await;
        assert_eq!(checked.position().unwrap()["status"], "FILLED");
        let wrong = desk.coordinator.command_with("positionPlan", desk.plan("I-12"), only).await;
        assert_eq!(wrong.rules(), rule("POSITION_NUMBER_TAKEN", "number"));
        assert_eq!(stored(&mut tables).await, before);
        let real = desk.employer.command_with("positionFill", input, key("g")).await;
        assert_eq!(real.payload()["replayed"], false);
    }

    async fn a_first_answer_stays_the_same_while_its_relations_are_read_live(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let mut tables = desk.tables().await;
        let planned = desk.coordinator.command_with("positionPlan", desk.plan("I-14"), key("h")).await;
        let position = id(planned.position().unwrap());
        let approval = json!({ "positionId": position, "approvedFrom": "2023-01-01", "expectedVersion": 1 });
        desk.coordinator.command_with("positionApprove", approval.clone(), key("i")).await;
        desk.employer.done("positionFill", fill(&position, "Nele Neu-Muster", 100)).await;
        let before = tables.count("event").await;
        let again = desk.coordinator.command_with("positionPlan", desk.plan("I-14"), key("h")).await;
        let told = again.position().unwrap();
        assert_eq!((&told["status"], &told["version"]), (&json!("PLANNED"), &json!(1)));
        assert_eq!(told["occupancies"]["nodes"].as_array().unwrap().len(), 1);
        // The expected version is long gone, but the first answer was given under it.
        let again = desk.coordinator.command_with("positionApprove", approval, key("i")).await;
        assert_eq!(again.position().unwrap()["status"], "APPROVED");
        assert_eq!(again.payload()["replayed"], true);
        assert_eq!(tables.count("event").await, before);
    }

    async fn a_first_answer_is_not_told_to_an_actor_who_lost_the_reach(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let grant = desk.also_employer(kim::demo::EMPLOYER_LOGIN, "Stadt Dülmen").await;
        let duelmen = crate::desk::id_of(&desk.coordinator, "organisations", "Stadt Dülmen").await;
        let mut plan = desk.plan("I-15");
        plan["employerId"] = json!(duelmen);
        let planned = desk.employer.command_with("positionPlan", plan.clone(), key("j")).await;
        let position = id(planned.position().unwrap());
        desk.coordinator.done("positionApprove", json!({ "positionId": position, "approvedFrom": "2023-01-01" })).await;
        let advertise = json!({ "positionId": position });
        let advertised = desk.employer.command_with("positionAdvertise", advertise.clone(), key("k")).await;
        assert!(advertised.position().is_some());
        revoke(&desk.app.administrator().await, &grant).await;
        let again = desk.employer.command_with("positionPlan", plan, key("j")).await;
        assert_eq!((again.rules(), again.position()), (rule("NOT_FOUND", ""), None));
        let again = desk.employer.command_with("positionAdvertise", advertise.clone(), key("k")).await;
        assert_eq!((again.rules(), again.position()), (rule("NOT_FOUND", "positionId"), None));
        // Not to be told from a command that was never given.
        let never = desk.employer.command_with("positionAdvertise", advertise, key("never used")).await;
        assert_eq!(never.payload(), again.payload());
    }

    async fn keys_are_forgotten_after_the_retention_and_not_before(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let housekeeping = Housekeeping {
            store: desk.app.app.store.clone(),
            clock: desk.app.clock.clone(),
            retention: Retention {
                idempotency_keys: Duration::hours(24),
                login_attempts: Duration::hours(1),
                sessions: Duration::days(30),
            },
        };
        let (first, second) = (desk.plan("I-16"), desk.plan("I-17"));
        let original = desk.coordinator.command_with("positionPlan", first.clone(), key("l")).await;
        desk.app.clock.advance(Duration::hours(24));
        housekeeping.tidy().await.unwrap();
        let coordinator = desk.app.coordinator().await;
        let kept = coordinator.command_with("positionPlan", first, key("l")).await;
        assert_eq!(kept.position().unwrap()["id"], original.position().unwrap()["id"]);
        desk.app.clock.advance(Duration::microseconds(1));
        housekeeping.tidy().await.unwrap();
        let fresh = coordinator.command_with("positionPlan", second, key("l")).await;
        assert_eq!(fresh.payload()["replayed"], false);
    }
}

#[test]
fn a_retention_of_less_than_a_day_is_refused() {
    let load = |hours: &str| {
        let settings = [("KIM_IDEMPOTENCY_RETENTION_HOURS".to_owned(), hours.to_owned())];
        Config::load(None, settings, Environment::Development)
    };
    assert!(load("23").is_err());
    assert_eq!(load("24").unwrap().idempotency_retention, StdDuration::from_secs(24 * 3600));
}

both_databases! {
    async fn a_replay_survives_a_restart(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let plan = desk.plan("I-18");
        let first = desk.coordinator.command_with("positionPlan", plan.clone(), key("m")).await;
        let app = TestApp::start(desk.app.stop().await).await;
        let again = app.coordinator().await.command_with("positionPlan", plan, key("m")).await;
        assert_eq!(again.payload()["replayed"], true);
        assert_eq!(again.position(), first.position());
    }
}
