//! What is stored: nothing readable about a person outside the sealed parts, and every look recorded before it leaves.

use super::*;
use crate::tables::Tables;

both_databases! {
    async fn no_table_holds_anything_readable_about_a_client(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let input = json!({ "clientId": case["client"]["id"], "contact": "MARKKONTAKT 0000" });
        let document = "mutation($input: ClientCorrectInput!) { clientCorrect(input: $input, options: {
            idempotencyKey: \"MARKKEY\", reason: \"MARKGRUND\" }) { client { identity { contact } } userErrors { code } } }";
        let answer = user.send(document, json!({ "input": input })).await;
        assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{answer:?}");
        let again = user.send(document, json!({ "input": input })).await;
        assert_eq!(again.payload()["client"]["identity"]["contact"], "MARKKONTAKT 0000");
        let everything = Tables::open(app.db.url()).await.everything(app.db.url()).await;
        assert!(everything.contains("clientCorrect"), "the search looks at the right place");
        for secret in
            ["Musterfrau", "Erika", "Musterova", "1985-03-14", "Musterweg", "erika@muster", "MARKKONTAKT", "MARKGRUND", "MARKKEY"]
        {
            assert!(!everything.contains(secret), "{secret} is readable in the database");
        }
    }

    async fn the_history_tells_reasons_and_texts_to_those_who_may_read_them(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        command_for(&user, "casePause", json!({ "caseId": case["id"] }), "case { id }", Some("MARKGRUND")).await;
        let input = json!({ "clientId": case["client"]["id"], "address": "MARKWEG 1" });
        command_for(&user, "clientCorrect", input, "client { id }", Some("umgezogen")).await;
        let query = "query($id: ID!) { case(id: $id) { history { nodes { command reason texts { kind text } } }
            client { history { nodes { command reason texts { kind text } } } } } }";
        let own = user.send(query, json!({ "id": case["id"] })).await;
        let newest = &own.data()["case"]["history"]["nodes"][0];
        assert_eq!(newest, &json!({ "command": "casePause", "reason": "MARKGRUND", "texts": [] }));
        let newest = &own.data()["case"]["client"]["history"]["nodes"][0];
        assert_eq!(newest["reason"], "umgezogen");
        assert_eq!(newest["texts"], json!([{ "kind": "ADDRESS", "text": "MARKWEG 1" }]));
        let centre = app.supervisor().await.send(query, json!({ "id": case["id"] })).await;
        assert_eq!(centre.data()["case"]["history"]["nodes"][0]["command"], "casePause");
        assert!(!centre.body.to_string().contains("MARK"), "{centre:?}");
        let officer = app.user("datenschutz@kreis-coesfeld.example").await;
        let log = officer.query("{ logEntries(first: 100) { nodes { command reason texts { text } changes { after } details } } }").await;
        assert!(log.body.to_string().contains("clientCorrect"));
        for secret in ["MARK", "Musterfrau", "umgezogen"] {
            assert!(!log.body.to_string().contains(secret), "{secret}");
        }
    }

    async fn each_look_at_identified_data_is_recorded_before_the_answer_leaves(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let count = async || Tables::open(app.db.url()).await.count("access_log").await;
        let before = count().await;
        user.send("query($id: ID!) { case(id: $id) { reference client { id } } }", json!({ "id": case["id"] })).await;
        assert_eq!(count().await, before, "nothing identified was shown");
        identity(&user, &case["client"]["id"]).await;
        assert_eq!(count().await, before + 3, "IDENTITY, CONTACT_DETAILS and LANGUAGES");
        name_in_case(&user, &case["id"]).await;
        assert_eq!(count().await, before + 4);
    }

    async fn when_a_look_cannot_be_recorded_nothing_identified_leaves(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        Tables::open(app.db.url()).await.refuse_inserts("access_log").await;
        let query = "query($id: ID!) { case(id: $id) { client { identity { familyName } } } }";
        let answer = user.send(query, json!({ "id": case["id"] })).await;
        assert_eq!(answer.code(), "INTERNAL");
        assert!(!answer.body.to_string().contains("Musterfrau"));
        let answer = user.send("query($id: ID!) { case(id: $id) { reference } }", json!({ "id": case["id"] })).await;
        assert_eq!(answer.data()["case"]["reference"], case["reference"]);
    }

    async fn a_page_of_clients_costs_the_same_however_many_rows_it_has(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let page = "{ cases(first: 50) { nodes { reference client { identity { familyName givenNames address } } } } }";
        let mut costs = Vec::new();
        for more in [1, 5] {
            for _ in 0..more {
                open_case(&user, erika(), json!({})).await;
            }
            let mut least = u64::MAX;
            for _ in 0..10 {
                let before = app.app.store.statements();
                assert!(!user.query(page).await.data()["cases"]["nodes"].as_array().unwrap().is_empty());
                least = least.min(app.app.store.statements() - before);
            }
            costs.push(least);
        }
        assert_eq!(costs[0], costs[1]);
        assert!(costs[0] <= 5, "session, page, clients, texts, access log: {costs:?}");
    }
}
