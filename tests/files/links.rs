//! Links and who gets past the door with them: asked at the moment of use, and again while the content flows.

use chrono::Duration;
use serde_json::{Value, json};

use super::{code, command_alone, files_in, get, link, pdf, prepare, put, stored, url};
use crate::app::{Client, TestApp};
use crate::clients::{CENTRAL, MUNICIPAL, command, command_for, known};
use crate::databases::{TestDatabase, both_databases};
use crate::tables::Tables;

async fn centre(user: &Client) -> Value {
    let answer = user.query("{ organisations(first: 100) { nodes { id kind } } }").await;
    let nodes = answer.data()["organisations"]["nodes"].as_array().unwrap().clone();
    nodes.into_iter().find(|node| node["kind"] == "INTEGRATION_CENTRE").unwrap()["id"].clone()
}

/// Releases classes of data to the centre; the id of the release.
async fn release(user: &Client, case: &Value, classes: &[&str]) -> Value {
    let input = json!({ "clientId": case["client"]["id"], "scope": "SUPERVISION_IDENTIFIED",
        "recipientOrganisationId": centre(user).await, "dataClasses": classes, "form": "WRITTEN", "language": "uk" });
    let given = command(user, "consentRecord", input, "consent { id }").await;
    assert_eq!(given.user_errors(), Vec::<&str>::new(), "{given:?}");
    given.payload()["consent"]["id"].clone()
}

/// Records a consent to keep photographs and documents; its id. `more` adds to the input.
async fn keeping(user: &Client, case: &Value, more: Value) -> Value {
    let mut input =
        json!({ "clientId": case["client"]["id"], "scope": "PHOTO_DOCUMENT", "form": "ORAL", "language": "uk" });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    let given = command(user, "consentRecord", input, "consent { id }").await;
    assert_eq!(given.user_errors(), Vec::<&str>::new(), "{given:?}");
    given.payload()["consent"]["id"].clone()
}

async fn revoke(user: &Client, consent: &Value) {
    let revoked = command(user, "consentRevoke", json!({ "consentId": consent }), "consent { id }").await;
    assert_eq!(revoked.user_errors(), Vec::<&str>::new(), "{revoked:?}");
}

/// Reads as much of a download as comes: whether it broke off, and how many bytes came.
async fn received(mut answer: reqwest::Response) -> (bool, usize) {
    let mut received = 0;
    loop {
        match answer.chunk().await {
            Ok(Some(piece)) => received += piece.len(),
            Ok(None) => return (false, received),
            Err(_) => return (true, received),
        }
    }
}

async fn is_invalid(address: &str) -> bool {
    let (status, body) = get(address).await;
    status == 404 && code(&serde_json::from_slice(&body).unwrap()) == "LINK_INVALID"
}

both_databases! {
    async fn links_that_are_altered_expired_or_turned_round_lead_nowhere(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let id = stored(&app, &user, &case, &pdf(5_000)).await;
        let download = url(&app, &link(&user, &id).await, "download");
        let upload = url(&app, &prepare(&user, &case, "PDF", 5_000).await, "upload");
        assert_eq!(get(&download).await.0, 200);
        let (stem, last) = download.split_at(download.len() - 1);
        let altered = format!("{stem}{}", if last == "A" { "B" } else { "A" });
        for wrong in [&altered, &format!("{download}A"), stem, &upload, &app.url("/files/x"), &app.url("/files/%00")] {
            assert!(is_invalid(wrong).await, "{wrong}");
        }
        assert_eq!(code(&put(&download, pdf(5_000)).await.1), "LINK_INVALID");
        let other = reqwest::Client::new().post(&download).send().await.unwrap();
        assert_eq!((other.status().as_u16(), other.headers()["allow"].to_str().unwrap()), (405, "GET, PUT"));
        app.clock.advance(Duration::seconds(299));
        assert_eq!(get(&download).await.0, 200);
        app.clock.advance(Duration::seconds(1));
        assert!(is_invalid(&download).await);
        assert_eq!(code(&put(&upload, pdf(5_000)).await.1), "LINK_INVALID");
    }

    async fn a_link_works_as_long_as_its_account_may_do_so_itself(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let (case, own) = (known(&central).await, known(&municipal).await);
        let id = stored(&app, &central, &case, &pdf(5_000)).await;
        assert_eq!(link(&municipal, &id).await.user_errors(), ["NOT_FOUND"]);
        let substitute = |id: &Value| json!({ "caseId": case["id"], "substituteId": id });
        command(&central, "caseNameSubstitute", substitute(&own["lead"]["id"]), "case { id }").await;
        let theirs = url(&app, &link(&municipal, &id).await, "download");
        let upload = url(&app, &prepare(&municipal, &case, "PDF", 5_000).await, "upload");
        assert_eq!(get(&theirs).await.0, 200);
        command(&central, "caseNameSubstitute", substitute(&Value::Null), "case { id }").await;
        assert!(is_invalid(&theirs).await);
        assert_eq!(code(&put(&upload, pdf(5_000)).await.1), "LINK_INVALID");
        // The link of the session that ends, and not that of another one.
        let second = app.user(CENTRAL).await;
        let (first, other) = (url(&app, &link(&central, &id).await, "download"), url(&app, &link(&second, &id).await, "download"));
        command_alone(&central, "sessionLogout", json!({}), "").await;
        assert!(is_invalid(&first).await);
        assert_eq!(get(&other).await.0, 200);
    }

    async fn those_who_see_the_case_only_by_its_pseudonym_see_how_many_documents_there_are_and_nothing_else(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = known(&user).await;
        let id = stored(&app, &user, &case, &pdf(5_000)).await;
        stored(&app, &user, &case, &pdf(5_000)).await;
        let query = "query($id: ID!, $document: ID!) { case(id: $id) { documentCount documents { nodes { name sizeBytes } } }
            node(id: $document) { id } }";
        let variables = json!({ "id": case["id"], "document": id });
        let seen = supervisor.send(query, variables.clone()).await;
        assert_eq!(seen.data(), &json!({ "case": { "documentCount": 2, "documents": { "nodes": [] } }, "node": null }));
        assert_eq!(seen.body["extensions"]["redactions"][0]["path"], json!(["case", "documents"]), "{seen:?}");
        assert_eq!(link(&supervisor, &id).await.user_errors(), ["NOT_FOUND"]);
        assert_eq!(link(&app.employer().await, &id).await.code(), "FORBIDDEN");

        let release = release(&user, &case, &["NOTES", "DOCUMENTS"]).await;
        let seen = supervisor.send(query, variables.clone()).await;
        assert_eq!(seen.data()["case"]["documents"]["nodes"][0], json!({ "name": "Mietvertrag Größe.pdf", "sizeBytes": 5_000 }));
        assert_eq!(get(&url(&app, &link(&supervisor, &id).await, "download")).await.1, pdf(5_000));
        command(&user, "consentRevoke", json!({ "consentId": release }), "consent { id }").await;
        let seen = supervisor.send(query, variables).await;
        assert_eq!(seen.data()["case"]["documents"]["nodes"], json!([]));
    }

    async fn consent_that_is_revoked_in_the_middle_breaks_a_download_off(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = known(&user).await;
        let content = pdf(24_000_000);
        let id = stored(&app, &user, &case, &content).await;
        let release = release(&user, &case, &["DOCUMENTS"]).await;
        let address = url(&app, &link(&supervisor, &id).await, "download");
        let mut answer = reqwest::get(&address).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.content_length()), (200, Some(24_000_000)));
        let mut received = answer.chunk().await.unwrap().unwrap().len();
        command(&user, "consentRevoke", json!({ "consentId": release }), "consent { id }").await;
        let broken = loop {
            match answer.chunk().await {
                Ok(Some(piece)) => received += piece.len(),
                Ok(None) => break false,
                Err(_) => break true,
            }
        };
        assert!(broken, "{received} bytes looked like a whole content");
        assert!(received < content.len(), "{received}");
        assert!(is_invalid(&address).await);
        // Others are not disturbed.
        assert!(get(&url(&app, &link(&user, &id).await, "download")).await.1 == content);
    }

    async fn once_the_consent_to_keep_them_is_gone_documents_say_nothing_and_lead_and_substitute_see_that_they_are_there(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, municipal, supervisor) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await, app.supervisor().await);
        let (case, own) = (known(&user).await, known(&municipal).await);
        let substitute = json!({ "caseId": case["id"], "substituteId": own["lead"]["id"] });
        command(&user, "caseNameSubstitute", substitute, "case { id }").await;
        let id = stored(&app, &user, &case, &pdf(5_000)).await;
        release(&user, &case, &["DOCUMENTS", "HISTORY"]).await;
        let query = "query($id: ID!, $document: ID!) { case(id: $id) { documentCount documents { nodes { name status sizeBytes storedAt } }
            history(first: 20) { nodes { command texts { text } } } } node(id: $document) { id } }";
        let variables = json!({ "id": case["id"], "document": id });
        let is_told = async |reader: &Client| {
            let seen = reader.send(query, variables.clone()).await;
            let name = &seen.data()["case"]["documents"]["nodes"][0]["name"];
            let opens = link(reader, &id).await.user_errors().is_empty();
            let in_history = seen.data()["case"]["history"].to_string().contains("Mietvertrag");
            assert_eq!((name.is_string(), opens), (in_history, in_history), "{seen:?}");
            opens
        };
        for reader in [&user, &municipal, &supervisor] {
            assert!(is_told(reader).await, "where no such consent was ever given, the record decides");
        }
        let consent = keeping(&user, &case, json!({})).await;
        for reader in [&user, &municipal, &supervisor] {
            assert!(is_told(reader).await);
        }
        let download = url(&app, &link(&user, &id).await, "download");
        let upload = url(&app, &prepare(&user, &case, "PDF", 5_000).await, "upload");
        revoke(&user, &consent).await;
        for reader in [&user, &municipal] {
            let seen = reader.send(query, variables.clone()).await;
            let shown = &seen.data()["case"]["documents"]["nodes"][0];
            let expected = json!({ "name": null, "status": "STORED", "sizeBytes": 5_000, "storedAt": "2023-06-01T08:00:00+00:00" });
            assert_eq!((shown, &seen.data()["node"]["id"]), (&expected, &id));
            assert!(!seen.body.to_string().contains("Mietvertrag"), "neither in the history: {seen:?}");
            assert!(seen.body["extensions"]["redactions"].to_string().contains("name"), "{seen:?}");
            assert_eq!(link(reader, &id).await.user_errors(), ["DOCUMENT_CONSENT_NEEDED"]);
        }
        let seen = supervisor.send(query, variables.clone()).await;
        let shown = (&seen.data()["case"]["documentCount"], &seen.data()["case"]["documents"]["nodes"], &seen.data()["node"]);
        assert_eq!(shown, (&json!(1), &json!([]), &Value::Null), "nobody else sees that it is there");
        assert!(!seen.body.to_string().contains("Mietvertrag"));
        assert_eq!(link(&supervisor, &id).await.user_errors(), ["NOT_FOUND"]);
        assert!(is_invalid(&download).await);
        assert_eq!(code(&put(&upload, pdf(5_000)).await.1), "LINK_INVALID");
        assert_eq!(prepare(&user, &case, "PDF", 5_000).await.user_errors(), ["DOCUMENT_CONSENT_NEEDED"]);
        // Another person's documents rest on that person's word.
        let theirs = stored(&app, &municipal, &own, &pdf(5_000)).await;
        assert_eq!(link(&municipal, &theirs).await.user_errors(), Vec::<&str>::new());

        keeping(&user, &case, json!({ "validUntil": "2023-06-02" })).await;
        for reader in [&user, &municipal, &supervisor] {
            assert!(is_told(reader).await, "given anew");
        }
        assert_eq!(get(&download).await.1, pdf(5_000));
        // One that is still to come decides nothing yet.
        keeping(&user, &case, json!({ "validFrom": "2023-06-03" })).await;
        assert!(is_told(&user).await);
        let mut open = Vec::new();
        for _ in 0..2 {
            app.clock.advance(Duration::days(1));
            open.push(link(&app.user(CENTRAL).await, &id).await.user_errors().is_empty());
        }
        assert_eq!(open, [false, true], "over on the second day, and begun on the third");
    }

    async fn a_document_whose_consent_is_gone_can_be_deleted(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let id = stored(&app, &user, &case, &pdf(5_000)).await;
        let consent = keeping(&user, &case, json!({})).await;
        revoke(&user, &consent).await;
        let input = json!({ "documentId": id, "expectedVersion": 2 });
        let deleted = command_for(&user, "documentDelete", input, "document { status }", Some("widerrufen")).await;
        assert_eq!(deleted.user_errors(), Vec::<&str>::new());
        assert_eq!(deleted.payload()["document"]["status"], "DELETED", "{deleted:?}");
        assert!(files_in(&app.folder().join("files")).is_empty());
    }

    async fn consent_to_keep_documents_that_is_revoked_in_the_middle_breaks_the_download_of_the_lead_off(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let content = pdf(24_000_000);
        let id = stored(&app, &user, &case, &content).await;
        let consent = keeping(&user, &case, json!({})).await;
        let address = url(&app, &link(&user, &id).await, "download");
        let mut answer = reqwest::get(&address).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.content_length()), (200, Some(24_000_000)));
        let first = answer.chunk().await.unwrap().unwrap().len();
        revoke(&user, &consent).await;
        let (broken, rest) = received(answer).await;
        assert!(broken && first + rest < content.len(), "{} bytes looked like a whole content", first + rest);
        assert!(is_invalid(&address).await);
    }

    async fn every_download_is_recorded_before_its_first_byte_and_without_a_record_none_leaves(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let id = stored(&app, &user, &case, &pdf(5_000)).await;
        let mut tables = Tables::open(app.db.url()).await;
        let reads = "SELECT count(*) FROM access_log WHERE data_class = 'DOCUMENTS'";
        assert_eq!(tables.number(reads).await, 0);
        let input = json!({ "documentId": id, "purpose": "DATA_SUBJECT_RIGHTS" });
        let told = command_alone(&user, "documentLink", input, "download { url }").await;
        let (plain, told) = (url(&app, &link(&user, &id).await, "download"), url(&app, &told, "download"));
        assert_eq!(tables.number(reads).await, 0, "a link is no read");
        for address in [&plain, &plain, &told] {
            assert_eq!(get(address).await.0, 200);
        }
        assert_eq!(tables.number(reads).await, 3);
        let of = |purpose: &str| format!("{reads} AND purpose = '{purpose}' AND basis = 'OWN_CASE'");
        assert_eq!(tables.number(&of("CASE_WORK")).await, 2);
        assert_eq!(tables.number(&of("DATA_SUBJECT_RIGHTS")).await, 1);
        tables.refuse_inserts("access_log").await;
        let (status, body) = get(&plain).await;
        assert_eq!(status, 500, "{}", String::from_utf8_lossy(&body));
        assert!(!String::from_utf8_lossy(&body).contains("MARKINHALT"));
    }

    async fn a_document_may_be_about_any_person_of_the_case_and_about_nobody_else(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let (case, other) = (known(&user).await, known(&user).await);
        let persons = "query($id: ID!) { case(id: $id) { persons { nodes { relation client { id } } } } }";
        let persons = user.send(persons, json!({ "id": case["id"] })).await;
        let child = persons.data()["case"]["persons"]["nodes"][1]["client"]["id"].clone();
        let input = |client: &Value| json!({ "caseId": case["id"], "clientId": client, "name": "Zeugnis.pdf",
            "documentType": "PDF", "sizeBytes": 5_000 });
        let fields = "document { client { id } } upload { url }";
        let prepared = command(&user, "documentPrepare", input(&child), fields).await;
        assert_eq!(prepared.payload()["document"]["client"]["id"], child, "{prepared:?}");
        assert_eq!(put(&url(&app, &prepared, "upload"), pdf(5_000)).await.0, 201);
        let foreign = command(&user, "documentPrepare", input(&other["client"]["id"]), fields).await;
        assert_eq!(foreign.user_errors(), ["NOT_FOUND"]);
        let close = json!({ "caseId": case["id"], "closureReason": "CLIENT_WISH" });
        command(&user, "caseClose", close, "case { id }").await;
        assert_eq!(prepare(&user, &case, "PDF", 5_000).await.user_errors(), ["CASE_IS_CLOSED"]);
    }

    async fn documents_of_many_cases_cost_as_many_statements_as_those_of_one(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_SEALING_INTERVAL_MS", "5000").start().await;
        let user = app.user(CENTRAL).await;
        for _ in 0..4 {
            let case = known(&user).await;
            prepare(&user, &case, "PDF", 5_000).await;
            prepare(&user, &case, "PNG", 5_000).await;
        }
        app.seal().await;
        let query = "query($first: Int) { cases(first: $first) { nodes { documentCount documents { nodes { name status uploadedBy
            client { id } } } } } }";
        let mut costs = Vec::new();
        for first in [1, 4] {
            let mut fewest = u64::MAX;
            for _ in 0..6 {
                let before = app.app.store.statements();
                user.send(query, json!({ "first": first })).await.data();
                fewest = fewest.min(app.app.store.statements() - before);
            }
            costs.push(fewest);
        }
        assert_eq!(costs[0], costs[1], "{costs:?}");
    }
}
