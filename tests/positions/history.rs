//! The history of a position: who, when, what, why.

use chrono::Duration;
use serde_json::json;

use crate::databases::{TestDatabase, both_databases};
use crate::desk::{Desk, fill, id};

both_databases! {
    async fn the_history_tells_who_did_what_when_and_why_with_before_and_after(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let planned = desk.coordinator.command_with("positionPlan", desk.plan("H-1"), json!({ "reason": "Beschluss vom 1. Juni" })).await;
        let position = id(planned.position().unwrap());
        desk.app.clock.advance(Duration::minutes(1));
        let approve = json!({ "positionId": position, "approvedFrom": "2023-01-01" });
        desk.coordinator.done("positionApprove", approve.clone()).await;
        desk.app.clock.advance(Duration::minutes(1));
        let filled = desk.employer.done("positionFill", fill(&position, "Nele Neu-Muster", 100)).await;
        // What is refused or only checked leaves no trace.
        desk.coordinator.refused("positionApprove", approve).await;
        desk.employer.command_with("positionVacate", json!({ "positionId": position, "until": "2023-09-01" }), json!({ "validateOnly": true })).await;
        let history = desk.position(&position).await["history"]["nodes"].clone();
        let entries = history.as_array().unwrap();
        assert_eq!(entries.len(), 3, "{history:#}");
        assert_eq!(entries[0]["command"], "positionFill");
        assert_eq!(entries[0]["actorName"], "Petra Personal-Muster");
        assert_eq!(entries[0]["occurredAt"], "2023-06-01T08:02:00+00:00");
        assert_eq!(entries[0]["changes"], json!([
            { "field": "status", "before": "\"APPROVED\"", "after": "\"FILLED\"" },
            { "field": "version", "before": "2", "after": "3" },
        ]));
        let details: serde_json::Value = serde_json::from_str(entries[0]["details"].as_str().unwrap()).unwrap();
        assert_eq!(details["occupancyAdded"]["fte_hundredths"], 100);
        assert!(!history.to_string().contains("Nele"), "the log holds ids, no names of persons: {history:#}");
        assert_eq!(filled["occupancies"]["nodes"][0]["staffMember"]["displayName"], "Nele Neu-Muster");
        assert_eq!(entries[1]["changes"], json!([
            { "field": "approved_from", "before": null, "after": "\"2023-01-01\"" },
            { "field": "status", "before": "\"PLANNED\"", "after": "\"APPROVED\"" },
            { "field": "version", "before": "1", "after": "2" },
        ]));
        assert_eq!((&entries[1]["reason"], &entries[2]["reason"]), (&json!(null), &json!("Beschluss vom 1. Juni")));
        assert_eq!((&entries[2]["actorName"], &entries[2]["occurredAt"]), (&json!("Karla Koordination-Muster"), &json!("2023-06-01T08:00:00+00:00")));
    }
}
