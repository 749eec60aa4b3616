//! Themes that became part of others: answers, effects and evidence follow them.

use super::*;
use crate::bodies::Round;
use crate::tables::Tables;

const ANSWER: &str = "Ab Herbst gibt es zwei Kurse mehr.";

async fn merged(user: &Client, from: &Value, into: &Value) {
    done(user, "themeMerge", json!({ "themeId": from, "intoId": into }), "theme { status }").await;
}

/// Rejects a theme and answers it.
async fn answered(supervisor: &Client, theme: &Value) {
    let verdict = json!({ "themeId": theme, "status": "REJECTED" });
    let review = command_for(supervisor, "themeReview", verdict, "theme { status }", Some("ist gelöst")).await;
    assert_eq!(review.user_errors(), Vec::<&str>::new(), "{review:?}");
    let answer = json!({ "themeId": theme, "text": ANSWER, "hint": "Jetzt anmelden." });
    done(supervisor, "themeAnswer", answer, "answer { id }").await;
}

/// What is answered at a barrier, newest first.
async fn answers(user: &Client, barrier: &Value) -> Vec<String> {
    let query = "query($id: ID!) { node(id: $id) { ... on Barrier { answers { nodes { text hint } } } } }";
    let seen = user.send(query, json!({ "id": barrier["id"] })).await;
    let nodes = seen.data()["node"]["answers"]["nodes"].as_array().unwrap_or_else(|| panic!("{seen:?}")).clone();
    nodes.iter().map(|node| format!("{} {}", node["text"].as_str().unwrap(), node["hint"].as_str().unwrap())).collect()
}

async fn cases(supervisor: &Client, theme: &Value) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on Theme { evidence { cases } } } }";
    supervisor.send(query, json!({ "id": theme })).await.data()["node"]["evidence"]["cases"].clone()
}

both_databases! {
    async fn an_answer_reaches_the_cases_of_what_became_part_of_the_theme_however_often(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let supervisor = app.supervisor().await;
        let kinds = ["OFFER_FULL", "WAITING_TIME", "COST"];
        let (mut barriers, mut themes) = (Vec::new(), Vec::new());
        for (number, kind) in kinds.into_iter().enumerate() {
            barriers.push(met(&central, number, kind).await);
            themes.push(proposed(&supervisor, kind).await);
        }
        let linked = met(&central, 3, "TRANSPORT").await;
        let other = met(&central, 4, "TRANSPORT").await;
        merged(&supervisor, &themes[0], &themes[1]).await;
        merged(&supervisor, &themes[1], &themes[2]).await;
        let single = json!({ "themeId": themes[2], "barrierIds": [linked["id"]] });
        done(&supervisor, "themeGather", single, "theme { id }").await;
        answered(&supervisor, &themes[2]).await;
        let expected = [format!("{ANSWER} Jetzt anmelden.")];
        for barrier in barriers.iter().chain([&linked]) {
            assert_eq!(answers(&central, barrier).await, expected, "once, at each");
        }
        assert_eq!(answers(&central, &other).await, Vec::<String>::new(), "nobody linked it, and it fits none");
        // Whoever meets one of them later finds the answer as well, though nobody linked the barrier.
        for (number, kind) in kinds.into_iter().enumerate() {
            let later = met(&municipal, 10 + number, kind).await;
            assert_eq!(answers(&municipal, &later).await, expected, "{kind}");
        }
    }

    async fn an_answer_from_before_the_theme_became_part_of_another_stays_with_its_cases(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let (full, waiting) = (met(&central, 0, "OFFER_FULL").await, met(&central, 1, "WAITING_TIME").await);
        let (one, other) = (proposed(&supervisor, "OFFER_FULL").await, proposed(&supervisor, "WAITING_TIME").await);
        answered(&supervisor, &one).await;
        let again = json!({ "themeId": one, "status": "UNDER_REVIEW" });
        let review = command_for(&supervisor, "themeReview", again, "theme { status }", Some("neu aufgetreten")).await;
        assert_eq!(review.user_errors(), Vec::<&str>::new(), "{review:?}");
        merged(&supervisor, &one, &other).await;
        assert_eq!(answers(&central, &full).await, [format!("{ANSWER} Jetzt anmelden.")]);
        assert_eq!(answers(&central, &waiting).await, Vec::<String>::new(), "that was about something else");
    }

    async fn what_is_gathered_fits_the_theme_or_what_became_part_of_it_and_what_is_split_off_goes_its_own_way(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        met(&central, 0, "OFFER_FULL").await;
        met(&central, 1, "WAITING_TIME").await;
        let (one, whole) = (proposed(&supervisor, "OFFER_FULL").await, proposed(&supervisor, "WAITING_TIME").await);
        merged(&supervisor, &one, &whole).await;
        met(&central, 2, "OFFER_FULL").await;
        met(&central, 3, "COST").await;
        let gather = json!({ "themeId": whole });
        done(&supervisor, "themeGather", gather.clone(), "theme { id }").await;
        assert_eq!(cases(&supervisor, &whole).await, 3, "a new case of either kind");
        let split = json!({ "themeId": whole, "title": "Volle Kurse", "description": "Der Teil", "pattern": { "kind": "OFFER_FULL" } });
        let part = done(&supervisor, "themeSplit", split, "theme { id }").await["id"].clone();
        assert_eq!((cases(&supervisor, &part).await, cases(&supervisor, &whole).await), (json!(2), json!(1)));
        // From now on the part has what is about it, and the whole does not take it back.
        met(&central, 4, "OFFER_FULL").await;
        done(&supervisor, "themeGather", gather, "theme { id }").await;
        done(&supervisor, "themeGather", json!({ "themeId": part }), "theme { id }").await;
        assert_eq!((cases(&supervisor, &part).await, cases(&supervisor, &whole).await), (json!(3), json!(1)));
        answered(&supervisor, &whole).await;
        let later = met(&central, 5, "OFFER_FULL").await;
        assert_eq!(answers(&central, &later).await, Vec::<String>::new(), "the answer was to the other one");
        answered(&supervisor, &part).await;
        assert_eq!(answers(&central, &later).await.len(), 1);
    }

    async fn an_effect_counts_what_became_part_of_the_theme_from_the_decision_on_whatever_its_priority_became(db: TestDatabase) {
        let mut round = Round::open(db, 1, json!({})).await;
        let central = round.app.user(CENTRAL).await;
        for (number, kind) in ["OFFER_FULL", "OFFER_FULL", "WAITING_TIME", "COST"].into_iter().enumerate() {
            met(&central, number, kind).await;
        }
        let coordinator = round.coordinator.clone();
        let (one, theme) = (proposed(&coordinator, "OFFER_FULL").await, proposed(&coordinator, "WAITING_TIME").await);
        merged(&coordinator, &one, &theme).await;
        confirmed(&round.app, &theme).await;
        done(&coordinator, "themeSteer", json!({ "themeId": theme, "status": "PRIORITISED" }), "theme { status }").await;
        let (_, items) = round.held(&[json!({ "themeId": theme })]).await;
        let decision = json!({ "agendaItemId": items[0], "kind": "ADOPT", "text": "Ein zweiter Kurs wird eingerichtet.",
            "votes": { "count": { "yes": 1, "no": 0, "abstentions": 0 } } });
        done(&round.coordinator, "decisionRecord", decision, "decision { id }").await;
        round.pass(1).await;
        met(&round.app.user(CENTRAL).await, 9, "OFFER_FULL").await;
        let urgent = json!({ "themeId": theme, "priorityOverride": 500 });
        let given = command_for(&round.coordinator, "themeSteer", urgent, "theme { id }", Some("Beschluss")).await;
        assert_eq!(given.user_errors(), Vec::<&str>::new(), "{given:?}");
        round.pass(30).await;
        let query = "query($id: ID!) { node(id: $id) { ... on Theme { effect { decidedOn before after } } } }";
        let seen = round.app.supervisor().await.send(query, json!({ "id": theme })).await;
        assert_eq!(seen.data()["node"]["effect"], json!({ "decidedOn": "2023-06-02", "before": 3, "after": 1 }));
    }

    async fn each_theme_of_a_family_names_the_one_in_which_it_lives_on(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let supervisor = app.supervisor().await;
        let mut themes = Vec::new();
        for kind in ["OFFER_FULL", "WAITING_TIME", "COST", "TRANSPORT"] {
            themes.push(proposed(&supervisor, kind).await);
        }
        merged(&supervisor, &themes[0], &themes[1]).await;
        merged(&supervisor, &themes[1], &themes[2]).await;
        let mut tables = Tables::open(app.db.url()).await;
        // By the numbers in which they were proposed: the first two live on in the third.
        let family = "SELECT count(*) FROM theme t JOIN theme f ON f.id = t.family_id WHERE f.number =";
        assert_eq!(tables.number(&format!("{family} 3 AND t.number IN (1, 2, 3)")).await, 3);
        assert_eq!(tables.number(&format!("{family} 4 AND t.number = 4")).await, 1);
    }
}
