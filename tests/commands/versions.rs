//! Expected versions: who changes what somebody else has changed is told so.

use futures_util::future::join_all;
use serde_json::json;

use crate::databases::{TestDatabase, both_databases};
use crate::desk::{Desk, rule};

both_databases! {
    async fn a_stale_version_is_refused_with_both_versions_in_both_languages(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let position = desk.approved("V-1").await;
        let advertise = json!({ "positionId": position, "expectedVersion": 1 });
        let answer = desk.employer.command("positionAdvertise", advertise).await;
        assert_eq!(answer.rules(), rule("VERSION_STALE", "expectedVersion"));
        let error = &answer.payload()["userErrors"][0];
        assert_eq!(error["de"], "Der Datensatz wurde inzwischen geändert: erwartet war Version 1, aktuell ist 2. Neu laden und erneut versuchen.");
        assert_eq!(error["en"], "The record was changed meanwhile: version 1 was expected, 2 is current. Load it again and retry.");
        assert_eq!(desk.position(&position).await["status"], "APPROVED");
    }

    async fn of_commands_at_once_with_one_expected_version_exactly_one_wins(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let mut tables = desk.tables().await;
        for round in 0..5 {
            let position = desk.approved(&format!("V-2-{round}")).await;
            let before = tables.count("event").await;
            let command = |date: &str| {
                let input = json!({ "positionId": position, "expectedVersion": 2, "targetFilledOn": date });
                desk.employer.command("positionAdvertise", input)
            };
            let answers = join_all(["2023-09-01", "2023-10-01", "2023-11-01"].map(command)).await;
            let winners: Vec<_> = answers.iter().filter_map(|answer| answer.position()).collect();
            assert_eq!(winners.len(), 1);
            for loser in answers.iter().filter(|answer| answer.position().is_none()) {
                assert_eq!(loser.rules(), rule("VERSION_STALE", "expectedVersion"));
            }
            let stored = desk.position(&position).await;
            assert_eq!((&stored["version"], &stored["targetFilledOn"]), (&json!(3), &winners[0]["targetFilledOn"]));
            assert_eq!(tables.count("event").await, before + 1);
        }
    }

    async fn a_version_of_a_record_out_of_reach_is_not_told(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let position = desk.approved("V-3").await;
        let stranger = desk.app.user("personal@stadt-duelmen.example").await;
        let input = json!({ "positionId": position, "expectedVersion": 77 });
        assert_eq!(stranger.refused("positionAdvertise", input).await, rule("NOT_FOUND", "positionId"));
    }
}
