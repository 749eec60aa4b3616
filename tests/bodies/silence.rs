//! Themes that nobody answers.

use super::*;

both_databases! {
    async fn a_theme_is_unanswered_after_two_meetings_without_a_result(db: TestDatabase) {
        let mut round = Round::open(db, 1, json!({})).await;
        let (due, known, quiet) = (round.theme(1, "PRIORITISED").await, round.theme(2, "CONFIRMED").await, round.theme(3, "CONFIRMED").await);
        let unanswered = async |user: &Client| {
            let query = "{ unansweredThemes { nodes { theme { id title status } body { name } meetingsWithoutResult lastResultAt } } }";
            user.query(query).await.data()["unansweredThemes"]["nodes"].clone()
        };
        assert_eq!(unanswered(&round.coordinator).await, json!([]));
        let (_, first) = round.held(&[json!({ "themeId": known })]).await;
        done(&round.coordinator, "agendaItemPostpone", json!({ "agendaItemId": first[0] }), "agendaItem { id }").await;
        assert_eq!(unanswered(&round.coordinator).await, json!([]), "once is not twice");
        let (_, second) = round.held(&[json!({})]).await;
        round.note(&second[0]).await;
        let row = |theme: &str, title: &str, status: &str, meetings: i32| json!({ "theme": { "id": theme, "title": title, "status": status },
            "body": { "name": "Runde" }, "meetingsWithoutResult": meetings, "lastResultAt": null });
        let both = json!([row(&due, "Thema 1", "PRIORITISED", 2), row(&known, "Thema 2", "CONFIRMED", 2)]);
        assert_eq!(unanswered(&round.coordinator).await, both);
        assert_eq!(unanswered(&round.app.supervisor().await).await, both);
        assert!(!both.to_string().contains(&quiet), "no body deals with it");
        let (_, third) = round.held(&[json!({ "themeId": known })]).await;
        round.note(&third[0]).await;
        assert_eq!(unanswered(&round.coordinator).await, json!([row(&due, "Thema 1", "PRIORITISED", 3)]));
        let (_, fourth) = round.held(&[json!({ "themeId": due })]).await;
        let adopted = json!({ "agendaItemId": fourth[0], "kind": "ADOPT", "text": "So", "votes": { "count": { "yes": 1, "no": 0, "abstentions": 0 } } });
        done(&round.coordinator, "decisionRecord", adopted, "decision { id }").await;
        assert_eq!(unanswered(&round.coordinator).await, json!([]));
        let (_, _) = round.held(&[json!({})]).await;
        let again = unanswered(&round.coordinator).await;
        assert_eq!(again[0]["theme"]["id"], json!(known), "an answer holds until two meetings passed again");
        assert!(again[0]["lastResultAt"].is_string());
        for other in [round.app.employer().await, round.app.user(crate::clients::MUNICIPAL).await, round.app.administrator().await] {
            assert_eq!(other.query("{ unansweredThemes { nodes { theme { id } } } }").await.code(), "FORBIDDEN");
        }
    }
}
