//! The whole way: what hinders one person climbs until a body decides, and the answer comes back to the case.

use super::*;
use crate::bodies::{JOB_CENTRE, Round};
use crate::desk::id_of;

const BARRIERS: &str = "query($id: ID!) { case(id: $id) { barriers { nodes { id status stage { key } measure { status }
    themes { nodes { status } } answers { nodes { text hint answeredBy } } } } } }";

async fn barriers(user: &Client, case: &Value) -> Value {
    user.send(BARRIERS, json!({ "id": case })).await.data()["case"]["barriers"]["nodes"].clone()
}

async fn page(round: &Round, user: &Client, meeting: &str, form: &str) -> (u16, String) {
    let url = round.app.url(&format!("/meetings/{meeting}/pack.{form}"));
    let response = reqwest::Client::new().get(url).bearer_auth(user.token.as_ref().unwrap()).send().await.unwrap();
    (response.status().as_u16(), String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned())
}

both_databases! {
    async fn a_failed_measure_becomes_a_theme_and_the_answer_comes_back_to_the_case(db: TestDatabase) {
        let mut round = Round::open(db, 3, json!({ "quorum": 2 })).await;
        let (municipal, central) = (round.app.user(MUNICIPAL).await, round.app.user(CENTRAL).await);

        // One person's measure fails, and says what was missing.
        let (case, measure) = failed_measure(&municipal).await;
        let (case, name) = (&case["id"], "Musterfrau");
        let named = json!({ "measureId": measure, "severity": "SERIOUS", "vignette": format!("Frau {name} findet keinen Kurs.") });
        assert_eq!(refused(&municipal, "barrierRaise", named, "barrier { id }").await, ["TEXT_NAMES_PERSON"]);
        for number in 0..9 {
            met(if number % 3 == 0 { &municipal } else { &central }, number, "OFFER_FULL").await;
        }
        let seen = municipal.send(
            "query($input: SeenElsewhereInput!) { barriersSeenElsewhere(input: $input) { similarAtLeast } }",
            json!({ "input": { "kind": "OFFER_FULL", "needArea": "LANGUAGE", "caseId": case } })).await;
        let similar = seen.data()["barriersSeenElsewhere"]["similarAtLeast"].as_i64().unwrap();
        assert!([3, 6, 9].contains(&similar), "nine or fewer, in steps of three, never whose: {similar}");
        let input = json!({ "measureId": measure, "severity": "SERIOUS", "minutesLost": 90, "delayDays": 14,
            "vignette": "Der Kurs war voll, Wartezeit acht Monate." });
        let barrier = raised(&municipal, input).await;

        // It climbs, without the person: first with the case manager, then with the centre.
        let barrier = &barrier["id"];
        let up = async |user: &Client, stage: i32| {
            command(user, "barrierMove", json!({ "barrierId": barrier, "stage": stage }), "barrier { stage { key } }").await
        };
        assert_eq!(up(&municipal, 3).await.payload()["barrier"]["stage"]["key"], "CONSULT");
        let supervisor = round.app.supervisor().await;
        assert_eq!(up(&municipal, 4).await.user_errors(), ["STAGE_OF_CENTRE"], "the centre moves from here on");
        for (stage, key) in [(4, "NEGOTIATE"), (5, "STRUCTURE")] {
            assert_eq!(up(&supervisor, stage).await.payload()["barrier"]["stage"]["key"], key);
        }
        let query = "query($id: ID!) { node(id: $id) { ... on Barrier { vignette case { client { id identity { familyName } } } } } }";
        let watched = supervisor.send(query, json!({ "id": barrier })).await;
        assert!(watched.data()["node"]["case"]["client"].is_null(), "{watched:?}");

        // The coordinators see figures, propose a theme, and the centre confirms it.
        let coordinator = round.coordinator.clone();
        assert!(coordinator.send(query, json!({ "id": barrier })).await.data()["node"].is_null());
        let theme = proposed(&coordinator, "OFFER_FULL").await;
        confirmed(&round.app, &theme).await;
        done(&coordinator, "themeSteer", json!({ "themeId": theme, "status": "PRIORITISED" }), "theme { status }").await;
        let job_centre = id_of(&coordinator, "organisations", JOB_CENTRE).await;
        let options = json!({ "themeId": theme, "options": [
            { "title": "Zweiter Kurs am Nachmittag", "description": "Zwanzig Plätze.", "yearlyCents": 4_500_000,
              "ownerId": job_centre, "dueOn": "2023-12-31", "isRecommended": true },
            { "title": "Nichts ändern" },
        ] });
        done(&coordinator, "themeOptionsSet", options, "theme { options { nodes { title } } }").await;

        // A body gets its papers, decides, and somebody has to do it.
        let meeting = round.planned().await;
        let item = round.item(&meeting, "Volle Kurse", json!({ "themeId": theme, "organisationId": job_centre,
            "proposal": "Die Runde richtet einen zweiten Kurs ein." })).await;
        round.invite(&meeting).await;
        let (status, pack) = page(&round, &round.coordinator, &meeting, "html").await;
        assert_eq!(status, 200, "{pack}");
        for words in ["Volle Kurse", "Kurse sind voll", "Zweiter Kurs am Nachmittag", "richtet einen zweiten Kurs ein", JOB_CENTRE] {
            assert!(pack.contains(words), "{words} is not in the pack");
        }
        for hidden in [name, "Nummer0", "Nummer1", "Nummer8", ">Ida", "Wartezeit acht Monate"] {
            assert!(!pack.contains(hidden), "{hidden} is in the pack");
        }
        let institution = round.job_centre().await;
        assert_eq!(page(&round, &institution, &meeting, "html").await.0, 403);
        let agenda = institution.query("{ agendaItems { nodes { title proposal theme { id } } } }").await;
        assert_eq!(agenda.data()["agendaItems"]["nodes"][0], json!({ "title": "Volle Kurse",
            "proposal": "Die Runde richtet einen zweiten Kurs ein.", "theme": null }));
        round.pass(1).await;
        round.hold(&meeting, 3).await;
        let coordinator = round.coordinator.clone();
        let input = json!({ "agendaItemId": item, "kind": "ADOPT", "text": "Ein zweiter Kurs wird eingerichtet.",
            "votes": { "count": { "yes": 3, "no": 0, "abstentions": 0 } } });
        let decision = done(&coordinator, "decisionRecord", input, "decision { id agendaItem { theme { status } } }").await;
        assert_eq!(decision["agendaItem"]["theme"]["status"], "DECIDED");
        let input = json!({ "decisionId": decision["id"], "organisationId": job_centre, "text": "Kurs einrichten", "dueOn": "2023-12-31" });
        let action = done(&coordinator, "actionItemAssign", input, "actionItem { id }").await;
        let institution = round.app.user(crate::bodies::JOB_CENTRE_LOGIN).await;
        let own = institution.query("{ actionItems { nodes { id text } } }").await;
        assert_eq!(own.data()["actionItems"]["nodes"], json!([{ "id": action["id"], "text": "Kurs einrichten" }]));
        let report = json!({ "actionItemId": action["id"], "result": "Der Kurs läuft." });
        done(&institution, "actionItemReport", report, "actionItem { status }").await;

        // It is done, everybody who contributed gets an answer, and it is looked at whether it helped.
        round.pass(60).await;
        let (coordinator, supervisor) = (round.coordinator.clone(), round.app.supervisor().await);
        let steer = |status: &str| json!({ "themeId": theme, "status": status });
        done(&coordinator, "themeSteer", steer("IMPLEMENTED"), "theme { status }").await;
        assert_eq!(refused(&coordinator, "themeSteer", steer("EVALUATED"), "theme { id }").await, ["THEME_NOT_ANSWERED"]);
        let input = json!({ "themeId": theme, "text": "Es gibt einen zweiten Kurs.", "hint": "Jetzt anmelden: nachmittags sind Plätze frei." });
        done(&coordinator, "themeAnswer", input, "answer { id }").await;
        done(&coordinator, "themeSteer", steer("EVALUATED"), "theme { status }").await;
        let effect = supervisor.send(
            "query($id: ID!) { node(id: $id) { ... on Theme { effect { before after ratioHundredths highHundredths } } } }",
            json!({ "id": theme })).await;
        let effect = &effect.data()["node"]["effect"];
        assert_eq!((&effect["before"], &effect["after"], &effect["ratioHundredths"]), (&json!(10), &json!(0), &json!(0)));
        assert!(effect["highHundredths"].as_i64().unwrap() < 100, "fewer, and not by chance: {effect}");

        // The answer is in the case.
        let municipal = round.app.user(MUNICIPAL).await;
        let found = barriers(&municipal, case).await;
        assert_eq!((&found[0]["stage"]["key"], &found[0]["measure"]["status"]), (&json!("STRUCTURE"), &json!("NOT_AVAILABLE")));
        assert_eq!(found[0]["themes"]["nodes"], json!([{ "status": "EVALUATED" }]));
        assert_eq!(found[0]["answers"]["nodes"][0]["text"], "Es gibt einen zweiten Kurs.");
        assert_eq!(found[0]["answers"]["nodes"][0]["hint"], "Jetzt anmelden: nachmittags sind Plätze frei.");
        let told = municipal.query("{ notices { nodes { kind theme { status } } } }").await;
        let told = told.data()["notices"]["nodes"].as_array().unwrap().clone();
        assert!(told.contains(&json!({ "kind": "THEME_ANSWERED", "theme": { "status": "EVALUATED" } })), "{told:?}");
        // Who meets the same barrier later gets the hint as well.
        let later = numbered(&municipal, 77).await;
        raised(&municipal, json!({ "caseId": later, "kind": "OFFER_FULL", "needArea": "LANGUAGE", "severity": "MINOR" })).await;
        assert_eq!(barriers(&municipal, &later).await[0]["answers"]["nodes"][0]["text"], "Es gibt einen zweiten Kurs.");

        // And the employers read what was released, with figures that give nobody away.
        let request = json!({ "themeId": theme, "title": "Mehr Kursplätze", "text": "Ein zweiter Kurs wurde eingerichtet." });
        let publication = done(&coordinator, "themePublicationRequest", request, "publication { id }").await;
        let release = json!({ "themePublicationId": publication["id"], "status": "PUBLISHED" });
        assert_eq!(refused(&coordinator, "themePublicationDecide", release.clone(), "publication { id }").await, ["PUBLICATION_OWN"]);
        done(&supervisor, "themePublicationDecide", release, "publication { status }").await;
        let employer = round.app.employer().await;
        let published = employer.query("{ themePublications { nodes { title cases } } actionItems { nodes { text } } }").await;
        let shown = &published.data()["themePublications"]["nodes"][0];
        let cases = shown["cases"].as_i64().unwrap();
        assert!(shown["title"] == "Mehr Kursplätze" && cases % 5 == 0 && (5..=15).contains(&cases), "{shown}");
        assert!(published.data()["actionItems"]["nodes"].as_array().unwrap().is_empty(), "what others have to do is theirs");
    }

    async fn a_body_rejects_a_theme_in_its_own_words_and_the_answer_comes_back_to_the_case(db: TestDatabase) {
        let mut round = Round::open(db, 1, json!({})).await;
        let met = met(&round.app.user(CENTRAL).await, 1, "OFFER_FULL").await;
        let theme = proposed(&round.coordinator, "OFFER_FULL").await;
        confirmed(&round.app, &theme).await;
        for status in ["PRIORITISED", "IN_WORK"] {
            done(&round.coordinator, "themeSteer", json!({ "themeId": theme, "status": status }), "theme { status }").await;
        }
        let (_, items) = round.held(&[json!({ "themeId": theme })]).await;
        let words = format!("Ein zweiter Kurs wird nicht eingerichtet. {}", "Es fehlen die Mittel dafür. ".repeat(110));
        let decision = json!({ "agendaItemId": items[0], "kind": "REJECT", "text": words,
            "votes": { "count": { "yes": 0, "no": 1, "abstentions": 0 } } });
        let coordinator = round.coordinator.clone();
        done(&coordinator, "decisionRecord", decision, "decision { id }").await;
        let query = "query($id: ID!) { node(id: $id) { ... on Theme { status changes { nodes { previousStatus toStatus reason } } } } }";
        let seen = coordinator.send(query, json!({ "id": theme })).await.data()["node"].clone();
        assert_eq!(seen["status"], "REJECTED");
        let changes = seen["changes"]["nodes"].as_array().unwrap();
        let expected = json!({ "previousStatus": "IN_WORK", "toStatus": "REJECTED", "reason": words.trim() });
        assert_eq!(changes.last(), Some(&expected), "a rejection has a reason");
        let answer = json!({ "themeId": theme, "text": "Es bleibt bei einem Kurs.", "hint": "Die Volkshochschule hat Plätze." });
        done(&coordinator, "themeAnswer", answer, "answer { id }").await;
        let query = "query($id: ID!) { node(id: $id) { ... on Barrier { answers { nodes { text hint } } } } }";
        let seen = round.app.user(CENTRAL).await.send(query, json!({ "id": met["id"] })).await;
        let expected = json!([{ "text": "Es bleibt bei einem Kurs.", "hint": "Die Volkshochschule hat Plätze." }]);
        assert_eq!(seen.data()["node"]["answers"]["nodes"], expected);
    }
}
