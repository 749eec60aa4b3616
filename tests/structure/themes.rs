//! Themes: proposed, confirmed, merged, split, published, answered; and who sees what of them.

use super::*;

const THEME: &str = "query($id: ID!) { node(id: $id) { ... on Theme { number title status version mergedInto { id } splitOffOf { id }
    evidence { isExact cases barriers caseManagers municipalities costCents suffices } priority { value score isOverridden }
    barriers { nodes { id } } changes { nodes { previousStatus toStatus changedBy reason } }
    availableTransitions { status by allowed } answers { nodes { text hint } } } } }";

async fn theme(user: &Client, id: &Value) -> Value {
    user.send(THEME, json!({ "id": id })).await.data()["node"].clone()
}

async fn steer(user: &Client, theme: &Value, status: &str, reason: Option<&str>) -> Vec<String> {
    let input = json!({ "themeId": theme, "status": status });
    let answer = command_for(user, "themeSteer", input, "theme { id }", reason).await;
    answer.user_errors().into_iter().map(str::to_owned).collect()
}

async fn review(user: &Client, theme: &Value, status: &str, reason: Option<&str>) -> Vec<String> {
    let input = json!({ "themeId": theme, "status": status });
    let answer = command_for(user, "themeReview", input, "theme { id }", reason).await;
    answer.user_errors().into_iter().map(str::to_owned).collect()
}

both_databases! {
    async fn a_theme_rests_on_barriers_and_the_centre_confirms_it(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let (coordinator, supervisor) = (app.coordinator().await, app.supervisor().await);
        for number in 0..3 {
            met(&central, number, "OFFER_FULL").await;
        }
        met(&central, 3, "COST").await;
        let id = proposed(&coordinator, "OFFER_FULL").await;
        assert_eq!(steer(&coordinator, &id, "CONFIRMED", None).await, ["STATUS_NOT_REACHABLE"]);
        assert_eq!(steer(&coordinator, &id, "UNDER_REVIEW", None).await, Vec::<String>::new());
        assert_eq!(steer(&coordinator, &id, "CONFIRMED", None).await, ["THEME_STEP_OF_CENTRE"]);
        // Three cases of one case manager in one town are thin.
        assert_eq!(review(&supervisor, &id, "CONFIRMED", None).await, ["THEME_EVIDENCE_THIN"]);
        met(&municipal, 4, "OFFER_FULL").await;
        done(&coordinator, "themeGather", json!({ "themeId": id }), "theme { id }").await;
        let seen = theme(&supervisor, &id).await;
        assert_eq!(seen["evidence"]["cases"], 4);
        assert_eq!(seen["evidence"]["caseManagers"], 2);
        assert_eq!(seen["evidence"]["suffices"], true);
        // 4 x 60 minutes at 40.25 EUR an hour and 4 x 10 days at 16.50 EUR.
        assert_eq!(seen["evidence"]["costCents"], 4 * 4_025 + 40 * 1_650);
        assert_eq!(seen["barriers"]["nodes"].as_array().unwrap().len(), 4);
        assert_eq!(review(&supervisor, &id, "CONFIRMED", None).await, Vec::<String>::new());
        let statuses: Vec<_> = theme(&coordinator, &id).await["changes"]["nodes"].as_array().unwrap().iter()
            .map(|change| change["toStatus"].as_str().unwrap().to_owned()).collect();
        assert_eq!(statuses, ["PROPOSED", "UNDER_REVIEW", "CONFIRMED"]);
        assert_eq!(steer(&coordinator, &id, "PRIORITISED", None).await, Vec::<String>::new());
        assert_eq!(steer(&coordinator, &id, "IN_WORK", None).await, Vec::<String>::new());
        assert_eq!(steer(&coordinator, &id, "DECIDED", Some("selbst")).await, ["THEME_STEP_OF_BODY"]);
    }

    async fn nobody_confirms_a_theme_of_their_own_and_somebody_else_of_the_centre_may(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (coordinator, supervisor) = (app.coordinator().await, app.supervisor().await);
        let place = crate::access::world::Place::demo(&app).await;
        let account = place.account("zweite.fachaufsicht@kreis-coesfeld.example", "Zita Fachaufsicht-Muster").await;
        let centre = crate::desk::id_of(&coordinator, "organisations", "Kommunales Integrationszentrum Kreis Coesfeld").await;
        let centre = entity::ids::Identifier::parse(&centre).unwrap();
        place.grant(account, entity::codes::Role::Supervisor, centre).await;
        let other = app.user("zweite.fachaufsicht@kreis-coesfeld.example").await;
        let id = proposed(&supervisor, "OFFER_FULL").await;
        // Rejected and taken up again, it comes under review without anybody else.
        assert_eq!(review(&supervisor, &id, "REJECTED", Some("noch nicht")).await, Vec::<String>::new());
        assert_eq!(review(&supervisor, &id, "UNDER_REVIEW", Some("doch")).await, Vec::<String>::new());
        assert_eq!(review(&supervisor, &id, "CONFIRMED", Some("klar belegt")).await, ["FOUR_EYES"]);
        let shown = async |user: &Client| {
            let query = "query($id: ID!) { node(id: $id) { ... on Theme { availableTransitions { status allowed blockedBy { code } } } } }";
            let seen = user.send(query, json!({ "id": id })).await;
            let steps = seen.data()["node"]["availableTransitions"].as_array().unwrap().clone();
            let step = steps.into_iter().find(|step| step["status"] == "CONFIRMED").unwrap();
            (step["allowed"].clone(), step["blockedBy"].clone())
        };
        assert_eq!(shown(&supervisor).await, (json!(false), json!([{ "code": "FOUR_EYES" }])));
        assert_eq!(shown(&other).await, (json!(true), json!([])));
        assert_eq!(review(&other, &id, "CONFIRMED", Some("klar belegt")).await, Vec::<String>::new());
        assert_eq!(theme(&supervisor, &id).await["status"], "CONFIRMED");
    }

    async fn a_coordinator_sees_figures_and_no_case_and_a_case_manager_the_own_theme_only(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let coordinator = app.coordinator().await;
        for number in 0..2 {
            met(&central, number, "OFFER_FULL").await;
        }
        let id = proposed(&coordinator, "OFFER_FULL").await;
        let seen = theme(&coordinator, &id).await;
        assert_eq!(seen["evidence"], json!({ "isExact": false, "cases": null, "barriers": null, "caseManagers": null,
            "municipalities": null, "costCents": null, "suffices": null }));
        assert!(seen["barriers"].is_null());
        assert_eq!(theme(&central, &id).await["barriers"]["nodes"].as_array().unwrap().len(), 2);
        assert!(theme(&municipal, &id).await.is_null(), "it rests on none of the own cases");
        for number in 2..9 {
            met(&central, number, "OFFER_FULL").await;
        }
        done(&coordinator, "themeGather", json!({ "themeId": id }), "theme { id }").await;
        let told = theme(&coordinator, &id).await["evidence"]["cases"].as_i64().unwrap();
        assert!((7..=11).contains(&told), "blurred by at most two: {told}");
        assert_eq!(theme(&coordinator, &id).await["evidence"]["cases"], told, "the same cases give the same figure");
        for other in [app.employer().await, app.administrator().await] {
            assert!(theme(&other, &id).await.is_null());
        }
    }

    async fn a_text_that_names_somebody_of_the_evidence_is_refused(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let coordinator = app.coordinator().await;
        met(&app.user(CENTRAL).await, 1, "OFFER_FULL").await;
        let mut named = proposal("OFFER_FULL");
        named["description"] = json!("Familie Nummer1 und andere finden keinen Kurs.");
        assert_eq!(refused(&coordinator, "themePropose", named, "theme { id }").await, ["TEXT_NAMES_PERSON"]);
        let id = proposed(&coordinator, "OFFER_FULL").await;
        assert_eq!(steer(&coordinator, &id, "UNDER_REVIEW", Some("Nummer1 drängt")).await, ["TEXT_NAMES_PERSON"]);
        let empty = json!({ "title": "x", "description": "y", "pattern": { "needArea": "WORK" }, "reach": "DISTRICT",
            "solvableBy": "OFFICE", "severity": "MINOR" });
        assert_eq!(refused(&coordinator, "themePropose", empty, "theme { id }").await, ["THEME_PATTERN_EMPTY"]);
    }

    async fn merging_keeps_the_evidence_and_never_goes_in_a_circle(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, coordinator, supervisor) = (app.user(CENTRAL).await, app.coordinator().await, app.supervisor().await);
        met(&central, 0, "OFFER_FULL").await;
        met(&central, 1, "WAITING_TIME").await;
        let (one, other) = (proposed(&coordinator, "OFFER_FULL").await, proposed(&coordinator, "WAITING_TIME").await);
        let merge = |from: &Value, into: &Value| json!({ "themeId": from, "intoId": into });
        assert_eq!(refused(&coordinator, "themeMerge", merge(&one, &one), "theme { id }").await, ["THEME_MERGE_ITSELF"]);
        done(&coordinator, "themeMerge", merge(&one, &other), "theme { status }").await;
        assert_eq!(refused(&coordinator, "themeMerge", merge(&other, &one), "theme { id }").await, ["THEME_MERGE_ITSELF"]);
        let (ended, whole) = (theme(&supervisor, &one).await, theme(&supervisor, &other).await);
        assert_eq!((&ended["status"], &ended["mergedInto"]["id"]), (&json!("MERGED"), &other));
        assert_eq!((&ended["evidence"]["cases"], &whole["evidence"]["cases"]), (&json!(1), &json!(2)));
        let split = json!({ "themeId": other, "title": "Nur volle Kurse", "description": "Der Teil", "pattern": { "kind": "OFFER_FULL" } });
        let part = done(&coordinator, "themeSplit", split, "theme { id }").await["id"].clone();
        let (part, whole) = (theme(&supervisor, &part).await, theme(&supervisor, &other).await);
        assert_eq!((&part["evidence"]["cases"], &whole["evidence"]["cases"]), (&json!(1), &json!(1)));
        assert_eq!(part["splitOffOf"]["id"], other);
    }

    async fn a_priority_is_reckoned_openly_and_overridden_with_a_reason_only(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, coordinator, supervisor) = (app.user(CENTRAL).await, app.coordinator().await, app.supervisor().await);
        for number in 0..4 {
            met(&central, number, "OFFER_FULL").await;
        }
        let id = proposed(&coordinator, "OFFER_FULL").await;
        assert_eq!(theme(&supervisor, &id).await["priority"]["score"], 4 * 2 * 3 * 3);
        let other = json!({ "themeId": id, "priorityOverride": 500 });
        assert_eq!(refused(&coordinator, "themeSteer", other.clone(), "theme { id }").await, ["REASON_NEEDED"]);
        let given = command_for(&coordinator, "themeSteer", other, "theme { id }", Some("Beschluss der Steuerungsgruppe")).await;
        assert_eq!(given.user_errors(), Vec::<&str>::new());
        assert_eq!(theme(&supervisor, &id).await["priority"], json!({ "value": 500, "score": 72, "isOverridden": true }));
    }

    async fn every_priority_that_people_give_stands_in_the_life_of_the_theme(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let coordinator = app.coordinator().await;
        let id = proposed(&coordinator, "OFFER_FULL").await;
        let give = async |input: Value, reason: Option<&str>| {
            let answer = command_for(&coordinator, "themeSteer", input, "theme { id }", reason).await;
            assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{answer:?}");
        };
        give(json!({ "themeId": id, "priorityOverride": null }), None).await;
        give(json!({ "themeId": id, "priorityOverride": 500 }), Some("Beschluss der Steuerungsgruppe")).await;
        give(json!({ "themeId": id, "priorityOverride": null }), Some("wieder nach Zahlen")).await;
        give(json!({ "themeId": id, "status": "UNDER_REVIEW", "priorityOverride": 30 }), Some("eilt nicht")).await;
        let query = "query($id: ID!) { node(id: $id) { ... on Theme { status priority { value } changes { nodes { previousStatus toStatus
            isPriority priorityOverride reason changedBy } } } } }";
        let seen = coordinator.send(query, json!({ "id": id })).await.data()["node"].clone();
        let changes: Vec<Value> = seen["changes"]["nodes"].as_array().unwrap().iter()
            .map(|change| json!([change["previousStatus"], change["toStatus"], change["isPriority"], change["priorityOverride"], change["reason"]]))
            .collect();
        assert_eq!(Value::from(changes), json!([
            [null, "PROPOSED", false, null, null],
            ["PROPOSED", "PROPOSED", true, 500, "Beschluss der Steuerungsgruppe"],
            ["PROPOSED", "PROPOSED", true, null, "wieder nach Zahlen"],
            ["PROPOSED", "PROPOSED", true, 30, "eilt nicht"],
            ["PROPOSED", "UNDER_REVIEW", false, null, "eilt nicht"],
        ]));
        assert!(seen["changes"]["nodes"].as_array().unwrap().iter().all(|change| change["changedBy"].is_string()));
        assert_eq!((&seen["status"], &seen["priority"]["value"]), (&json!("UNDER_REVIEW"), &json!(30)));
    }

    async fn a_theme_is_evaluated_only_after_those_who_contributed_got_an_answer(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let coordinator = app.coordinator().await;
        let id = proposed(&coordinator, "OFFER_FULL").await;
        confirmed(&app, &id).await;
        assert_eq!(steer(&coordinator, &id, "PRIORITISED", None).await, Vec::<String>::new());
        assert_eq!(steer(&coordinator, &id, "FORWARDED_TO_STATE", Some("Landessache")).await, Vec::<String>::new());
        let shown = async || {
            let query = "query($id: ID!) { node(id: $id) { ... on Theme { availableTransitions { status allowed blockedBy { code message } } } } }";
            let seen = coordinator.send(query, json!({ "id": id })).await;
            let steps = seen.data()["node"]["availableTransitions"].as_array().unwrap().clone();
            steps.into_iter().find(|step| step["status"] == "EVALUATED").unwrap()
        };
        let before = shown().await;
        assert_eq!((&before["allowed"], &before["blockedBy"][0]["code"]), (&json!(false), &json!("THEME_NOT_ANSWERED")));
        assert!(before["blockedBy"][0]["message"].as_str().unwrap().contains("themeAnswer"));
        assert_eq!(steer(&coordinator, &id, "EVALUATED", Some("abgeschlossen")).await, ["THEME_NOT_ANSWERED"]);
        done(&coordinator, "themeAnswer", json!({ "themeId": id, "text": "Das Land ist gefragt." }), "answer { id }").await;
        assert_eq!(shown().await, json!({ "status": "EVALUATED", "allowed": true, "blockedBy": [] }));
        assert_eq!(steer(&coordinator, &id, "EVALUATED", Some("abgeschlossen")).await, Vec::<String>::new());
    }

    async fn who_raised_a_barrier_is_told_of_the_answer_and_sees_the_theme_though_the_case_was_handed_over(db: TestDatabase) {
        use crate::transfers::{colleague, confirm_all, give, offer};
        let app = TestApp::start(db).await;
        let (giver, receiver) = (app.user(CENTRAL).await, colleague(&app).await);
        let supervisor = app.supervisor().await;
        let case = numbered(&giver, 1).await;
        let input = json!({ "caseId": case, "kind": "OFFER_FULL", "needArea": "LANGUAGE", "severity": "SERIOUS" });
        raised(&giver, input).await;
        let id = proposed(&supervisor, "OFFER_FULL").await;
        let offered = offer(&giver, &json!({ "id": case }), "Zita", json!({})).await;
        let transfer = offered.payload()["transfer"]["id"].clone();
        confirm_all(&receiver, &transfer).await;
        let accepted = give(&receiver, "transferAccept", &transfer, None).await;
        assert_eq!(accepted.user_errors(), Vec::<&str>::new(), "{offered:?} {accepted:?}");
        // Whoever raised a barrier and leads its case is told once.
        met(&receiver, 2, "OFFER_FULL").await;
        done(&supervisor, "themeGather", json!({ "themeId": id }), "theme { id }").await;
        assert_eq!(review(&supervisor, &id, "REJECTED", Some("schon gelöst")).await, Vec::<String>::new());
        done(&supervisor, "themeAnswer", json!({ "themeId": id, "text": "Es gibt Plätze.", "hint": "Anmelden." }), "answer { id }").await;
        for (user, own) in [(&giver, 0), (&receiver, 2)] {
            let notices = user.query("{ notices { nodes { kind theme { id } } } }").await;
            let told = notices.data()["notices"]["nodes"].as_array().unwrap().clone();
            let about = json!({ "kind": "THEME_ANSWERED", "theme": { "id": id } });
            assert_eq!(told.iter().filter(|notice| **notice == about).count(), 1, "{notices:?}");
            let seen = theme(user, &id).await;
            assert_eq!(seen["answers"]["nodes"], json!([{ "text": "Es gibt Plätze.", "hint": "Anmelden." }]));
            assert_eq!(seen["barriers"]["nodes"].as_array().unwrap().len(), own, "of own cases only");
            let board = user.query("{ themes { nodes { id } } }").await;
            assert_eq!(board.data()["themes"]["nodes"], json!([{ "id": id }]));
        }
        let closed = giver.send("query($id: ID!) { case(id: $id) { id } }", json!({ "id": case })).await;
        assert!(closed.data()["case"].is_null(), "the case is somebody else's now");
        let third = app.user(MUNICIPAL).await;
        assert!(theme(&third, &id).await.is_null(), "who contributed nothing sees nothing");
    }

    async fn a_publication_needs_four_eyes_and_tells_no_small_number(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, coordinator, supervisor) = (app.user(CENTRAL).await, app.coordinator().await, app.supervisor().await);
        for number in 0..4 {
            met(&central, number, "OFFER_FULL").await;
        }
        let id = proposed(&coordinator, "OFFER_FULL").await;
        let request = json!({ "themeId": id, "title": "Kurse sind voll", "text": "Es fehlen Plätze." });
        assert_eq!(refused(&coordinator, "themePublicationRequest", request.clone(), "publication { id }").await, ["THEME_NOT_PUBLISHABLE"]);
        confirmed(&app, &id).await;
        let made = done(&coordinator, "themePublicationRequest", request, "publication { id cases costEuro themeStatus reference }").await;
        assert_eq!((&made["cases"], &made["costEuro"]), (&Value::Null, &Value::Null), "four cases are too few");
        assert_eq!((&made["themeStatus"], &made["reference"]), (&json!("CONFIRMED"), &Value::Null), "cited once it is released");
        let seen = async || app.employer().await.query("{ themePublications { nodes { title requestedBy theme { id } } } }").await.data()["themePublications"]["nodes"].clone();
        assert_eq!(seen().await, json!([]));
        let decide = |status: &str| json!({ "themePublicationId": made["id"], "status": status });
        assert_eq!(refused(&coordinator, "themePublicationDecide", decide("PUBLISHED"), "publication { id }").await, ["PUBLICATION_OWN"]);
        let released = done(&supervisor, "themePublicationDecide", decide("PUBLISHED"), "publication { reference }").await;
        assert_eq!(released["reference"], "GT-1", "a number of its own, and not that of the theme");
        assert_eq!(seen().await, json!([{ "title": "Kurse sind voll", "requestedBy": null, "theme": null }]));
        done(&coordinator, "themePublicationDecide", decide("WITHDRAWN"), "publication { status }").await;
        assert_eq!(seen().await, json!([]));
        assert_eq!(refused(&supervisor, "themePublicationDecide", decide("PUBLISHED"), "publication { id }").await, ["PUBLICATION_DECIDED"]);
    }

    async fn an_answer_reaches_everybody_who_contributed_and_every_case_that_meets_the_same(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let (coordinator, supervisor) = (app.coordinator().await, app.supervisor().await);
        met(&central, 0, "OFFER_FULL").await;
        let id = proposed(&coordinator, "OFFER_FULL").await;
        let answer = json!({ "themeId": id, "text": "Ab Herbst gibt es zwei Kurse mehr.", "hint": "Jetzt anmelden." });
        assert_eq!(refused(&coordinator, "themeAnswer", answer.clone(), "answer { id }").await, ["THEME_NOT_ANSWERABLE"]);
        assert_eq!(review(&supervisor, &id, "REJECTED", None).await, ["REASON_NEEDED"]);
        assert_eq!(review(&supervisor, &id, "REJECTED", Some("schon gelöst")).await, Vec::<String>::new());
        done(&coordinator, "themeAnswer", answer, "answer { id }").await;
        let notices = central.query("{ notices { nodes { kind theme { id } } } }").await;
        let told = notices.body["data"]["notices"]["nodes"].as_array().cloned().unwrap_or_default();
        assert!(told.iter().any(|notice| notice["kind"] == "THEME_ANSWERED" && notice["theme"]["id"] == id), "{notices:?}");
        // Somebody else meets the same barrier later, and finds the answer there.
        met(&municipal, 1, "OFFER_FULL").await;
        let seen = municipal.query("{ barriers { nodes { answers { nodes { text hint } } } } }").await;
        let expected = json!([{ "text": "Ab Herbst gibt es zwei Kurse mehr.", "hint": "Jetzt anmelden." }]);
        assert_eq!(seen.data()["barriers"]["nodes"][0]["answers"]["nodes"], expected);
        let none = municipal.query("{ notices { nodes { kind } } }").await;
        assert!(none.data()["notices"]["nodes"].as_array().unwrap().iter().all(|notice| notice["kind"] != "THEME_ANSWERED"));
    }

    async fn a_board_of_themes_costs_the_same_however_many_there_are(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_SEALING_INTERVAL_MS", "5000").start().await;
        let (central, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let board = "{ themes(first: 100) { nodes { title status evidence { cases costCents } priority { value } institution { name } } } }";
        let mut costs = Vec::new();
        for number in [2, 12] {
            for one in 0..number {
                met(&central, number * 100 + one, "OFFER_FULL").await;
                proposed(&supervisor, "OFFER_FULL").await;
            }
            app.seal().await;
            let mut fewest = u64::MAX;
            for _ in 0..8 {
                let before = app.app.store.statements();
                assert!(!supervisor.query(board).await.data().is_null());
                fewest = fewest.min(app.app.store.statements() - before);
            }
            costs.push(fewest);
        }
        // Who asks; the page; two for the evidence; the setting.
        assert_eq!(costs, [5, 5]);
    }

    async fn options_are_put_together_as_a_whole_and_one_at_most_is_proposed(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, coordinator, supervisor) = (app.user(CENTRAL).await, app.coordinator().await, app.supervisor().await);
        met(&central, 1, "OFFER_FULL").await;
        let id = proposed(&coordinator, "OFFER_FULL").await;
        let set = |options: Value| json!({ "themeId": id, "options": options });
        let fields = "theme { version options { nodes { title description yearlyCents dueOn isRecommended owner { name } } } }";
        let first = set(json!([{ "title": "Eins", "isRecommended": true, "yearlyCents": 100, "dueOn": "2023-12-31" }, { "title": "Zwei" }]));
        let seen = done(&coordinator, "themeOptionsSet", first, fields).await;
        assert_eq!(seen["options"]["nodes"][0], json!({ "title": "Eins", "description": null, "yearlyCents": 100, "dueOn": "2023-12-31",
            "isRecommended": true, "owner": null }));
        let refusals = [
            (json!([{ "title": "a", "isRecommended": true }, { "title": "b", "isRecommended": true }]), "THEME_OPTIONS_RECOMMENDED"),
            (json!([{ "title": "a", "yearlyCents": -1 }]), "NUMBER_OUT_OF_RANGE"),
            (json!([{ "title": " " }]), "TEXT_EMPTY"),
            (json!([{ "title": "a", "ownerId": format!("org_{}", "0".repeat(32)) }]), "NOT_FOUND"),
            (json!([{ "title": "Hilfe für Familie Nummer1" }]), "TEXT_NAMES_PERSON"),
            (json!((0..11).map(|number| json!({ "title": number.to_string() })).collect::<Vec<_>>()), "LIST_TOO_LONG"),
        ];
        for (options, code) in refusals {
            assert_eq!(refused(&coordinator, "themeOptionsSet", set(options.clone()), fields).await, [code], "{options}");
        }
        let mut stale = set(json!([]));
        stale["expectedVersion"] = json!(1);
        assert_eq!(refused(&coordinator, "themeOptionsSet", stale, fields).await, ["VERSION_STALE"]);
        let seen = done(&coordinator, "themeOptionsSet", set(json!([{ "title": "Drei" }])), fields).await;
        let titles: Vec<&Value> = seen["options"]["nodes"].as_array().unwrap().iter().map(|option| &option["title"]).collect();
        assert_eq!(titles, ["Drei"], "in the place of what was there");
        for other in [&supervisor, &central] {
            let answer = command(other, "themeOptionsSet", set(json!([])), fields).await;
            assert_eq!(answer.code(), "FORBIDDEN", "{answer:?}");
        }
        done(&coordinator, "themeSteer", json!({ "themeId": id, "status": "UNDER_REVIEW" }), "theme { id }").await;
        let rejected = json!({ "themeId": id, "status": "REJECTED" });
        let review = command_for(&supervisor, "themeReview", rejected, "theme { id }", Some("kein Muster")).await;
        assert_eq!(review.user_errors(), Vec::<&str>::new());
        assert_eq!(refused(&coordinator, "themeOptionsSet", set(json!([])), fields).await, ["THEME_NOT_OPEN"]);
    }
}
