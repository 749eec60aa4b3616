//! Professional and line supervision: two persons, never the same, never the holder.

use serde_json::{Value, json};

use crate::databases::{TestDatabase, both_databases};
use crate::desk::{Desk, fill, rule};

const CENTRE: &str = "Kommunales Integrationszentrum Kreis Coesfeld";

fn assign(position: &str, kind: &str, supervisor: &str, from: &str, until: Value) -> Value {
    json!({ "positionId": position, "kind": kind, "supervisorId": supervisor, "from": from, "until": until })
}

both_databases! {
    async fn a_new_supervision_ends_the_one_that_runs(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let mut tables = desk.tables().await;
        let position = desk.approved("S-1").await;
        let events = tables.count("event").await;
        let (karla, konrad) = (desk.staff("Karla Koordination-Muster").await, desk.staff("Konrad Koordination-Muster").await);
        let cem = desk.staff("Cem Casemanagement-Muster").await;
        let input = assign(&position, "PROFESSIONAL", &karla, "2023-01-01", Value::Null);
        desk.app.supervisor().await.done("supervisionAssign", input).await;
        let line = assign(&position, "LINE", &cem, "2023-01-01", Value::Null);
        desk.employer.done("supervisionAssign", line).await;
        let input = assign(&position, "PROFESSIONAL", &konrad, "2023-06-01", json!("2023-09-01"));
        let after = desk.coordinator.done("supervisionAssign", input).await;
        let rows = after["supervisions"]["nodes"].as_array().unwrap();
        let mut told: Vec<_> = rows
            .iter()
            .map(|row| (row["supervisor"]["displayName"].as_str().unwrap(), row["validFrom"].as_str().unwrap(), row["validUntil"].as_str()))
            .collect();
        told.sort_unstable();
        assert_eq!(told, [
            ("Cem Casemanagement-Muster", "2023-01-01", None),
            ("Karla Koordination-Muster", "2023-01-01", Some("2023-06-01")),
            ("Konrad Koordination-Muster", "2023-06-01", Some("2023-09-01")),
        ]);
        assert_eq!(after["version"], 5);
        assert_eq!(tables.count("event").await, events + 3);
    }

    async fn each_assignment_that_breaks_a_rule_is_refused(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let position = desk.approved("S-2").await;
        let (karla, konrad) = (desk.staff("Karla Koordination-Muster").await, desk.staff("Konrad Koordination-Muster").await);
        let (cem, aylin) = (desk.staff("Cem Casemanagement-Muster").await, desk.staff("Aylin Casemanagement-Muster").await);
        let professional = |who: &str, from: &str, until: Value| assign(&position, "PROFESSIONAL", who, from, until);
        let line = |who: &str, from: &str| assign(&position, "LINE", who, from, Value::Null);
        let unsuitable = rule("SUPERVISOR_UNSUITABLE", "supervisorId");
        assert_eq!(desk.coordinator.refused("supervisionAssign", professional(&cem, "2023-01-01", Value::Null)).await, unsuitable);
        assert_eq!(desk.employer.refused("supervisionAssign", line(&aylin, "2023-01-01")).await, rule("NOT_FOUND", "supervisorId"));
        desk.also_employer(kim::demo::EMPLOYER_LOGIN, "Gemeinde Ascheberg").await;
        assert_eq!(desk.employer.refused("supervisionAssign", line(&aylin, "2023-01-01")).await, unsuitable);
        let answer = desk.employer.command("supervisionAssign", line(&aylin, "2023-01-01")).await;
        let error = &answer.payload()["userErrors"][0];
        assert_eq!(error["de"], "Die Fachaufsicht liegt beim Integrationszentrum, die Dienstaufsicht beim Anstellungsträger.");
        assert_eq!(error["en"], "Professional supervision lies with the integration centre, line supervision with the employer.");
        let empty = professional(&karla, "2023-06-01", json!("2023-06-01"));
        assert_eq!(desk.coordinator.refused("supervisionAssign", empty).await, rule("PERIOD_EMPTY", "until"));
        desk.coordinator.done("supervisionAssign", professional(&karla, "2023-06-01", Value::Null)).await;
        for from in ["2023-06-01", "2023-05-31"] {
            let overlaps = desk.coordinator.refused("supervisionAssign", professional(&konrad, from, Value::Null)).await;
            assert_eq!(overlaps, rule("SUPERVISION_OVERLAPS", "from"), "{from}");
        }
        desk.coordinator.done("supervisionAssign", professional(&konrad, "2023-01-01", json!("2023-06-01"))).await;
        assert_eq!(desk.employer.command("supervisionAssign", professional(&karla, "2023-07-01", Value::Null)).await.code(), "FORBIDDEN");
        assert_eq!(desk.coordinator.command("supervisionAssign", line(&cem, "2023-07-01")).await.code(), "FORBIDDEN");
    }

    async fn one_person_never_has_both_supervisions_of_a_position(db: TestDatabase) {
        let desk = Desk::open(db).await;
        // At the centre itself one person could be suitable for both.
        let head = desk.app.user("leitung@kreis-coesfeld.example").await;
        let mut plan = desk.plan("S-3");
        plan["employerId"] = json!(crate::desk::id_of(&desk.coordinator, "organisations", CENTRE).await);
        let position = crate::desk::id(&desk.coordinator.done("positionPlan", plan).await);
        let karla = desk.staff("Karla Koordination-Muster").await;
        let until = json!("2023-07-01");
        head.done("supervisionAssign", assign(&position, "PROFESSIONAL", &karla, "2023-01-01", until)).await;
        let both = assign(&position, "LINE", &karla, "2023-06-30", Value::Null);
        assert_eq!(head.refused("supervisionAssign", both).await, rule("SUPERVISIONS_NOT_SEPARATE", "supervisorId"));
        head.done("supervisionAssign", assign(&position, "LINE", &karla, "2023-07-01", Value::Null)).await;
        let both = assign(&position, "PROFESSIONAL", &karla, "2023-08-01", json!("2023-09-01"));
        assert_eq!(head.refused("supervisionAssign", both).await, rule("SUPERVISIONS_NOT_SEPARATE", "supervisorId"));
    }

    async fn nobody_supervises_the_own_position_whichever_comes_first(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let cem = desk.staff("Cem Casemanagement-Muster").await;
        let hold = |position: &str, from: &str, until: Value| {
            let mut input = fill(position, "", 50);
            (input["holder"], input["from"], input["until"]) = (json!({ "existing": cem }), json!(from), until);
            input
        };
        let held = desk.approved("S-4").await;
        desk.employer.done("positionFill", hold(&held, "2023-06-01", json!("2023-09-01"))).await;
        let oneself = assign(&held, "LINE", &cem, "2023-08-31", Value::Null);
        assert_eq!(desk.employer.refused("supervisionAssign", oneself).await, rule("SUPERVISES_ONESELF", "supervisorId"));
        desk.employer.done("supervisionAssign", assign(&held, "LINE", &cem, "2023-09-01", Value::Null)).await;
        let supervised = desk.approved("S-5").await;
        desk.employer.done("supervisionAssign", assign(&supervised, "LINE", &cem, "2023-06-01", json!("2023-09-01"))).await;
        let oneself = desk.employer.command("positionFill", hold(&supervised, "2023-08-31", Value::Null)).await;
        assert_eq!(oneself.rules(), rule("SUPERVISES_ONESELF", "holder.existing"));
        assert_eq!(desk.position(&supervised).await["version"], 3);
        desk.employer.done("positionFill", hold(&supervised, "2023-09-01", Value::Null)).await;
    }

    async fn an_ended_position_gets_no_new_supervision(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let position = desk.approved("S-6").await;
        desk.employer.done("positionEnd", json!({ "positionId": position, "endedOn": "2023-09-01" })).await;
        let karla = desk.staff("Karla Koordination-Muster").await;
        let input = assign(&position, "PROFESSIONAL", &karla, "2023-01-01", Value::Null);
        assert_eq!(desk.coordinator.refused("supervisionAssign", input).await, rule("TRANSITION_NOT_ALLOWED", ""));
        assert_eq!(desk.position(&position).await["version"], 3);
    }
}
