//! Planning, approving, advertising, filling, vacating and ending, and what forbids each.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::databases::{TestDatabase, both_databases};
use crate::desk::{Desk, fill, id, id_of, rule};

fn open_occupancies(position: &Value) -> Vec<&Value> {
    position["occupancies"]["nodes"].as_array().unwrap().iter().filter(|row| row["validUntil"].is_null()).collect()
}

both_databases! {
    async fn a_position_lives_from_its_plan_to_its_end(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let mut tables = desk.tables().await;
        let events = tables.count("event").await;
        let senden = id_of(&desk.coordinator, "municipalities", "Senden").await;
        let olfen = id_of(&desk.coordinator, "municipalities", "Olfen").await;
        let mut plan = desk.plan("P-1");
        plan["serviceAreas"] = json!([
            { "municipalityId": senden, "shareHundredths": 25 }, { "municipalityId": olfen, "shareHundredths": 75 },
        ]);
        let planned = desk.employer.done("positionPlan", plan).await;
        let position = id(&planned);
        assert_eq!((&planned["status"], &planned["version"]), (&json!("PLANNED"), &json!(1)));
        assert_eq!(planned["employer"]["name"], "Stadt Coesfeld");
        assert_eq!(planned["serviceAreas"]["nodes"], json!([
            { "shareHundredths": 75, "municipality": { "name": "Olfen" } },
            { "shareHundredths": 25, "municipality": { "name": "Senden" } },
        ]));
        let approve = json!({ "positionId": position, "approvedFrom": "2023-01-01", "approvedUntil": "2024-01-01" });
        let approved = desk.coordinator.done("positionApprove", approve).await;
        assert_eq!((&approved["status"], &approved["approvedUntil"]), (&json!("APPROVED"), &json!("2024-01-01")));
        let advertise = json!({ "positionId": position, "targetFilledOn": "2023-09-01" });
        let advertised = desk.employer.done("positionAdvertise", advertise).await;
        assert_eq!((&advertised["status"], &advertised["targetFilledOn"]), (&json!("ADVERTISED"), &json!("2023-09-01")));
        let filled = desk.employer.done("positionFill", fill(&position, "Nele Neu-Muster", 60)).await;
        assert_eq!((&filled["status"], open_occupancies(&filled).len()), (&json!("FILLED"), 1));
        let filled = desk.employer.done("positionFill", fill(&position, "Nils Neu-Muster", 40)).await;
        assert_eq!((&filled["status"], open_occupancies(&filled).len()), (&json!("FILLED"), 2));
        let first = id(open_occupancies(&filled)[0]);
        let vacate = json!({ "positionId": position, "occupancyId": first, "until": "2023-08-01" });
        let left = desk.employer.done("positionVacate", vacate).await;
        assert_eq!((&left["status"], open_occupancies(&left).len()), (&json!("FILLED"), 1));
        let vacate = json!({ "positionId": position, "until": "2023-10-01", "targetFilledOn": "2023-12-01" });
        let vacant = desk.employer.done("positionVacate", vacate).await;
        assert_eq!((&vacant["status"], &vacant["targetFilledOn"]), (&json!("VACANT"), &json!("2023-12-01")));
        let again = desk.employer.done("positionAdvertise", json!({ "positionId": position })).await;
        assert_eq!((&again["status"], &again["targetFilledOn"]), (&json!("ADVERTISED"), &json!("2023-12-01")));
        let ended = desk.employer.done("positionEnd", json!({ "positionId": position, "endedOn": "2023-10-01" })).await;
        assert_eq!((&ended["status"], &ended["endedOn"], &ended["version"]), (&json!("ENDED"), &json!("2023-10-01"), &json!(9)));
        for transition in ended["availableTransitions"].as_array().unwrap() {
            assert_eq!(transition["allowed"], false, "{transition}");
        }
        assert_eq!(tables.count("event").await, events + 9);
    }

    async fn each_plan_that_breaks_a_rule_is_refused(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let senden = id_of(&desk.coordinator, "municipalities", "Senden").await;
        let olfen = id_of(&desk.coordinator, "municipalities", "Olfen").await;
        let job_centre = id_of(&desk.coordinator, "organisations", "Jobcenter Kreis Coesfeld").await;
        let duelmen = id_of(&desk.coordinator, "organisations", "Stadt Dülmen").await;
        let area = |municipality: &str, share: i32| json!({ "municipalityId": municipality, "shareHundredths": share });
        let with = |field: &str, value: Value| {
            let mut plan = desk.plan("P-2");
            plan[field] = value;
            plan
        };
        let nowhere = format!("mun_{}", "0".repeat(32));
        for (client, plan, expected) in [
            (&desk.coordinator, with("number", json!("CM-01")), rule("POSITION_NUMBER_TAKEN", "number")),
            (&desk.coordinator, with("number", json!("  CM-01 ")), rule("POSITION_NUMBER_TAKEN", "number")),
            (&desk.coordinator, with("employerId", json!(job_centre)), rule("EMPLOYER_UNSUITABLE", "employerId")),
            (&desk.employer, with("employerId", json!(duelmen)), rule("NOT_FOUND", "employerId")),
            (&desk.coordinator, with("serviceAreas", json!([area(&senden, 60), area(&olfen, 41)])), rule("SERVICE_SHARE_MISMATCH", "serviceAreas")),
            (&desk.coordinator, with("serviceAreas", json!([area(&senden, 50), area(&senden, 50)])), rule("DUPLICATE_ENTRY", "serviceAreas.1.municipalityId")),
            (&desk.coordinator, with("serviceAreas", json!([area(&senden, 50), area(&nowhere, 50)])), rule("NOT_FOUND", "serviceAreas.1.municipalityId")),
        ] {
            assert_eq!(client.refused("positionPlan", plan.clone()).await, expected, "{plan}");
        }
        let mismatch = desk.coordinator.command("positionPlan", with("serviceAreas", json!([area(&senden, 60)]))).await;
        let error = &mismatch.payload()["userErrors"][0];
        assert_eq!(error["de"], "Die Anteile der Zuständigkeitsbereiche ergeben 60 statt 100 Hundertstel.");
        assert_eq!(error["en"], "The shares of the service areas sum to 60 instead of 100 hundredths.");
    }

    async fn of_plans_at_once_with_one_number_exactly_one_is_stored(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let mut tables = desk.tables().await;
        let before = tables.count("event").await;
        let plans = (0..8).map(|_| desk.coordinator.command("positionPlan", desk.plan("P-3")));
        let answers = join_all(plans).await;
        let stored = answers.iter().filter(|answer| answer.position().is_some()).count();
        assert_eq!(stored, 1);
        for answer in answers.iter().filter(|answer| answer.position().is_none()) {
            assert_eq!(answer.rules(), rule("POSITION_NUMBER_TAKEN", "number"));
        }
        assert_eq!(tables.count("event").await, before + 1);
    }

    async fn a_step_that_the_status_does_not_allow_is_refused(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let mut tables = desk.tables().await;
        let (planned, approved, filled) = (desk.planned("P-4").await, desk.approved("P-5").await, desk.filled("P-6").await);
        let before = tables.count("event").await;
        let approve = |position: &str| json!({ "positionId": position, "approvedFrom": "2023-01-01" });
        let vacate = |position: &str| json!({ "positionId": position, "until": "2023-08-01" });
        let advertise = |position: &str| json!({ "positionId": position });
        let not_allowed = rule("TRANSITION_NOT_ALLOWED", "");
        for (client, command, input) in [
            (&desk.employer, "positionAdvertise", advertise(&planned)),
            (&desk.employer, "positionFill", fill(&planned, "Nele Neu-Muster", 100)),
            (&desk.employer, "positionVacate", vacate(&planned)),
            (&desk.coordinator, "positionApprove", approve(&approved)),
            (&desk.employer, "positionVacate", vacate(&approved)),
            (&desk.coordinator, "positionApprove", approve(&filled)),
            (&desk.employer, "positionAdvertise", advertise(&filled)),
        ] {
            assert_eq!(client.refused(command, input.clone()).await, not_allowed, "{command} {input}");
        }
        let answer = desk.employer.command("positionAdvertise", advertise(&filled)).await;
        let error = &answer.payload()["userErrors"][0];
        assert_eq!(error["de"], "Im Zustand FILLED ist ADVERTISE nicht möglich.");
        assert_eq!(error["en"], "ADVERTISE is not possible in status FILLED.");
        assert_eq!(tables.count("event").await, before);
    }

    async fn an_approval_ends_after_it_begins(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let position = desk.planned("P-7").await;
        let approve = json!({ "positionId": position, "approvedFrom": "2023-01-01", "approvedUntil": "2023-01-01" });
        assert_eq!(desk.coordinator.refused("positionApprove", approve).await, rule("PERIOD_EMPTY", "approvedUntil"));
    }

    async fn holders_never_exceed_the_position_on_any_day(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let position = desk.approved("P-8").await;
        let too_much = desk.employer.command("positionFill", fill(&position, "Nele Neu-Muster", 101)).await;
        assert_eq!(too_much.rules(), rule("POSITION_FULLY_OCCUPIED", "fteHundredths"));
        desk.employer.done("positionFill", fill(&position, "Nele Neu-Muster", 60)).await;
        let over = desk.employer.command("positionFill", fill(&position, "Nils Neu-Muster", 41)).await;
        assert_eq!(over.rules(), rule("POSITION_FULLY_OCCUPIED", "fteHundredths"));
        let error = &over.payload()["userErrors"][0];
        assert_eq!(error["de"], "Die Stelle ist in diesem Zeitraum schon mit 60 von 100 Hundertsteln besetzt.");
        assert_eq!(error["en"], "In this period 60 of 100 hundredths of the position are occupied already.");
        // A limited time before the others begin is free.
        let mut early = fill(&position, "Erna Eher-Muster", 100);
        (early["from"], early["until"]) = (json!("2023-01-01"), json!("2023-06-01"));
        desk.employer.done("positionFill", early.clone()).await;
        early["until"] = json!("2023-06-02");
        assert_eq!(desk.employer.refused("positionFill", early).await, rule("POSITION_FULLY_OCCUPIED", "fteHundredths"));
        desk.employer.done("positionFill", fill(&position, "Nils Neu-Muster", 40)).await;
        assert_eq!(desk.employer.refused("positionFill", fill(&position, "Nora Neu-Muster", 1)).await, rule("POSITION_FULLY_OCCUPIED", ""));
    }

    async fn concurrent_holders_never_exceed_the_position(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let position = desk.approved("P-9").await;
        let fills = (0..6).map(|number| desk.employer.command("positionFill", fill(&position, &format!("Nele {number} Muster"), 40)));
        let admitted = join_all(fills).await.iter().filter(|answer| answer.position().is_some()).count();
        assert_eq!(admitted, 2);
        let stored = desk.position(&position).await;
        assert_eq!(stored["occupancies"]["nodes"].as_array().unwrap().len(), 2);
        assert_eq!(stored["version"], 4);
    }

    async fn an_occupancy_begins_within_the_approval(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let position = desk.approved("P-10").await;
        let from = |day: &str| {
            let mut input = fill(&position, "Nele Neu-Muster", 10);
            input["from"] = json!(day);
            input
        };
        for day in ["2022-12-31", "2024-01-01"] {
            assert_eq!(desk.employer.refused("positionFill", from(day)).await, rule("OUTSIDE_APPROVAL", "from"), "{day}");
        }
        for day in ["2023-01-01", "2023-12-31"] {
            desk.employer.done("positionFill", from(day)).await;
        }
        let both = {
            let mut input = from("2025-01-01");
            input["fteHundredths"] = json!(100);
            input
        };
        let rules = desk.employer.refused("positionFill", both).await;
        assert_eq!(rules, [rule("POSITION_FULLY_OCCUPIED", "fteHundredths"), rule("OUTSIDE_APPROVAL", "from")].concat());
    }

    async fn a_holder_is_employed_by_the_employer_of_the_position(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let position = desk.approved("P-11").await;
        let cem = desk.staff("Cem Casemanagement-Muster").await;
        let aylin = desk.staff("Aylin Casemanagement-Muster").await;
        let with = |holder: Value| {
            let mut input = fill(&position, "", 10);
            input["holder"] = holder;
            input
        };
        let stranger = with(json!({ "existing": aylin }));
        assert_eq!(desk.employer.refused("positionFill", stranger.clone()).await, rule("NOT_FOUND", "holder.existing"));
        desk.also_employer(kim::demo::EMPLOYER_LOGIN, "Gemeinde Ascheberg").await;
        assert_eq!(desk.employer.refused("positionFill", stranger).await, rule("STAFF_OF_OTHER_EMPLOYER", "holder.existing"));
        assert_eq!(desk.employer.refused("positionFill", with(json!({ "new": { "displayName": " " } }))).await, rule("TEXT_EMPTY", "holder.new.displayName"));
        let nobody = json!({ "new": { "displayName": "Nele Neu-Muster", "accountId": format!("acc_{}", "0".repeat(32)) } });
        assert_eq!(desk.employer.refused("positionFill", with(nobody)).await, rule("NOT_FOUND", "holder.new.accountId"));
        for holder in [json!({}), json!({ "existing": cem, "new": { "displayName": "Nele Neu-Muster" } })] {
            let answer = desk.employer.command("positionFill", with(holder)).await;
            assert!(answer.status < 500 && ["BAD_INPUT", "VALIDATION_FAILED"].contains(&answer.code()), "{answer:?}");
        }
        let filled = desk.employer.done("positionFill", with(json!({ "existing": cem }))).await;
        assert_eq!(filled["occupancies"]["nodes"][0]["staffMember"]["displayName"], "Cem Casemanagement-Muster");
    }

    async fn vacating_names_the_holder_when_there_are_several(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let position = desk.approved("P-12").await;
        desk.employer.done("positionFill", fill(&position, "Nele Neu-Muster", 50)).await;
        let filled = desk.employer.done("positionFill", fill(&position, "Nils Neu-Muster", 50)).await;
        let other = desk.filled("P-13").await;
        let foreign = id(open_occupancies(&desk.position(&other).await)[0]);
        let vacate = |occupancy: Value, until: &str| json!({ "positionId": position, "occupancyId": occupancy, "until": until });
        let nele = json!(id(open_occupancies(&filled)[0]));
        for (input, expected) in [
            (vacate(Value::Null, "2023-08-01"), rule("OCCUPANCY_AMBIGUOUS", "occupancyId")),
            (vacate(json!(foreign), "2023-08-01"), rule("OCCUPANCY_NOT_OPEN", "occupancyId")),
            (vacate(nele.clone(), "2023-06-01"), rule("PERIOD_EMPTY", "until")),
        ] {
            assert_eq!(desk.employer.refused("positionVacate", input.clone()).await, expected, "{input}");
        }
        desk.employer.done("positionVacate", vacate(nele.clone(), "2023-08-01")).await;
        assert_eq!(desk.employer.refused("positionVacate", vacate(nele, "2023-09-01")).await, rule("OCCUPANCY_NOT_OPEN", "occupancyId"));
        desk.employer.done("positionVacate", vacate(Value::Null, "2023-09-01")).await;
    }

    async fn a_position_that_somebody_holds_does_not_end(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let position = desk.filled("P-14").await;
        let end = |day: &str| json!({ "positionId": position, "endedOn": day });
        assert_eq!(desk.employer.refused("positionEnd", end("2023-12-31")).await, rule("POSITION_OCCUPIED", "endedOn"));
        desk.employer.done("positionVacate", json!({ "positionId": position, "until": "2023-09-01" })).await;
        assert_eq!(desk.employer.refused("positionEnd", end("2023-08-31")).await, rule("POSITION_OCCUPIED", "endedOn"));
        desk.employer.done("positionEnd", end("2023-09-01")).await;
        assert_eq!(desk.employer.refused("positionEnd", end("2023-09-01")).await, rule("TRANSITION_NOT_ALLOWED", ""));
        for (client, command, input) in [
            (&desk.coordinator, "positionApprove", json!({ "positionId": position, "approvedFrom": "2023-01-01" })),
            (&desk.employer, "positionAdvertise", json!({ "positionId": position })),
            (&desk.employer, "positionFill", fill(&position, "Nele Neu-Muster", 10)),
            (&desk.employer, "positionVacate", json!({ "positionId": position, "until": "2023-09-01" })),
        ] {
            assert_eq!(client.refused(command, input).await, rule("TRANSITION_NOT_ALLOWED", ""), "{command}");
        }
    }

    async fn a_position_of_another_employer_is_not_there(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let position = desk.filled("P-15").await;
        let stranger = desk.app.user("personal@stadt-duelmen.example").await;
        let line = desk.staff("Cem Casemanagement-Muster").await;
        for (command, input) in [
            ("positionAdvertise", json!({ "positionId": position })),
            ("positionFill", fill(&position, "Nele Neu-Muster", 10)),
            ("positionVacate", json!({ "positionId": position, "until": "2023-09-01" })),
            ("positionEnd", json!({ "positionId": position, "endedOn": "2023-09-01" })),
            ("supervisionAssign", json!({ "positionId": position, "kind": "LINE", "supervisorId": line, "from": "2023-06-01" })),
        ] {
            assert_eq!(stranger.refused(command, input).await, rule("NOT_FOUND", "positionId"), "{command}");
        }
        let approve = json!({ "positionId": position, "approvedFrom": "2023-01-01" });
        assert_eq!(desk.employer.command("positionApprove", approve).await.code(), "FORBIDDEN");
    }
}
