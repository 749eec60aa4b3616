//! Contents on their way in and out: whole or not at all, as declared or not at all.

use std::time::Duration;

use chrono::Duration as Days;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Bucket, code, files_in, get, link, pdf, prepare, put, status, stored, url};
use crate::app::{TestApp, eventually};
use crate::clients::{CENTRAL, command, command_for, erika, known, open_case};
use crate::databases::{TestDatabase, both_databases};
use crate::program::Program;
use crate::tables::Tables;

/// What lies in the folder of contents.
fn contents(app: &TestApp) -> Vec<std::path::PathBuf> {
    files_in(&app.folder().join("files"))
}

/// Begins an upload by hand: the head and a first part of the body.
async fn begin(app: &TestApp, address: &str, length: usize, part: &[u8]) -> TcpStream {
    let mut wire = TcpStream::connect(app.address).await.unwrap();
    let path = address.strip_prefix(&app.url("")).unwrap();
    let head = format!("PUT {path} HTTP/1.1\r\nHost: kim\r\nContent-Length: {length}\r\n\r\n");
    wire.write_all(head.as_bytes()).await.unwrap();
    wire.write_all(part).await.unwrap();
    wire
}

/// The rest of what the server says, until it closes or says no more for a while.
async fn hear(wire: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(Ok(count)) = tokio::time::timeout(Duration::from_secs(5), wire.read(&mut buffer)).await {
        heard.extend_from_slice(&buffer[..count]);
        if count == 0 || heard.ends_with(b"}") {
            break;
        }
    }
    String::from_utf8_lossy(&heard).into_owned()
}

both_databases! {
    async fn a_document_goes_in_and_comes_out_as_it_was_and_is_sealed_in_between(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let content = pdf(6_300_000);
        let prepared = prepare(&user, &case, "PDF", content.len()).await;
        assert_eq!(prepared.payload()["document"]["status"], "RECEIVING", "{prepared:?}");
        assert_eq!(prepared.payload()["upload"]["expiresAt"], "2023-06-01T08:05:00+00:00");
        let (answer, body) = put(&url(&app, &prepared, "upload"), content.clone()).await;
        let id = prepared.payload()["document"]["id"].clone();
        let expected = json!({ "document": { "id": id, "status": "STORED", "sizeBytes": 6_300_000, "version": 2 } });
        assert_eq!((answer, body), (201, expected));

        let shown = user
            .send("query($id: ID!) { case(id: $id) { documentCount documents { nodes { id name documentType mediaType sizeBytes
                status uploadedBy storedAt client { id } case { id } } }
                history(first: 3) { nodes { command texts { kind text } } } } }", json!({ "id": case["id"] }))
            .await;
        let shown = &shown.data()["case"];
        let expected = json!([{ "id": id, "name": "Mietvertrag Größe.pdf", "documentType": "PDF",
            "mediaType": "application/pdf", "sizeBytes": 6_300_000, "status": "STORED",
            "uploadedBy": shown["documents"]["nodes"][0]["uploadedBy"], "storedAt": "2023-06-01T08:00:00+00:00",
            "client": { "id": case["client"]["id"] }, "case": { "id": case["id"] } }]);
        assert_eq!(shown["documents"]["nodes"], expected);
        assert!(shown["documents"]["nodes"][0]["uploadedBy"].is_string());
        assert_eq!(shown["documentCount"], 1);
        assert_eq!(shown["history"]["nodes"][0]["command"], "documentStore");
        assert_eq!(shown["history"]["nodes"][1]["command"], "documentPrepare");
        assert_eq!(shown["history"]["nodes"][1]["texts"][0]["text"], "Mietvertrag Größe.pdf");

        let download = url(&app, &link(&user, &id).await, "download");
        let answer = reqwest::Client::new().get(&download).header("accept-encoding", "gzip").send().await.unwrap();
        assert_eq!(answer.status(), 200);
        for (name, value) in [
            ("content-type", "application/pdf"),
            ("content-length", "6300000"),
            ("content-disposition", "attachment; filename=\"document.pdf\"; filename*=UTF-8''Mietvertrag%20Gr%C3%B6%C3%9Fe.pdf"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(answer.headers()[name], value, "{name}");
        }
        assert!(answer.bytes().await.unwrap() == content);

        let [file] = contents(&app).try_into().unwrap();
        let sealed = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        let everything = Tables::open(app.db.url()).await.everything(app.db.url()).await;
        for mark in ["MARKINHALT", "Kowalenko", "Mietvertrag"] {
            assert!(!sealed.contains(mark) && !everything.contains(mark) && !file.display().to_string().contains(mark));
        }
    }

    async fn a_content_that_is_not_as_declared_is_refused_and_leaves_nothing(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_FILES_MAXIMUM_BYTES", "3000000").start().await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        for (length, refused) in [(3_000_001, "DOCUMENT_TOO_LARGE"), (0, "DOCUMENT_EMPTY")] {
            assert_eq!(prepare(&user, &case, "PDF", length).await.user_errors(), [refused]);
        }
        let program = [b"MZ\x90\0".as_slice(), &pdf(2_500_000)].concat();
        let page = b"<!DOCTYPE html><html><script>alert(1)</script></html>".to_vec();
        let cut = pdf(2_500_000)[..2_400_000].to_vec();
        for (content, declared, expected) in [
            (program.clone(), "PDF", (415, "DOCUMENT_TYPE_MISMATCH")),
            (page.clone(), "TEXT", (415, "DOCUMENT_TYPE_MISMATCH")),
            (page, "PDF", (415, "DOCUMENT_TYPE_MISMATCH")),
            (pdf(2_500_000), "JPEG", (415, "DOCUMENT_TYPE_MISMATCH")),
            (program, "DOCX", (415, "DOCUMENT_TYPE_MISMATCH")),
            (b"Latin-1: M\xFCller".to_vec(), "TEXT", (415, "DOCUMENT_TYPE_MISMATCH")),
            (cut, "PDF", (422, "DOCUMENT_DAMAGED")),
        ] {
            let prepared = prepare(&user, &case, declared, content.len()).await;
            let (answer, body) = put(&url(&app, &prepared, "upload"), content).await;
            assert_eq!((answer, code(&body)), expected, "{declared}");
            assert_eq!(status(&user, &prepared.payload()["document"]["id"]).await, "RECEIVING");
        }
        // Another length than was declared, announced by the request or not.
        for length in [100, 99_999, 100_001, 2_000_000] {
            let prepared = prepare(&user, &case, "PDF", 100_000).await;
            let address = url(&app, &prepared, "upload");
            let (answer, body) = put(&address, pdf(length)).await;
            assert_eq!((answer, code(&body)), (422, "DOCUMENT_SIZE_MISMATCH"), "{length}");
            let pieces = pdf(length).chunks(10_000).map(<[u8]>::to_vec).collect::<Vec<_>>();
            let pieces = futures_util::stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>));
            let answer = reqwest::Client::new().put(&address).body(reqwest::Body::wrap_stream(pieces)).send().await;
            // The server may have closed before the client had sent all of it.
            if let Ok(answer) = answer {
                assert_eq!(answer.status(), 422, "{length}");
            }
            assert_eq!(status(&user, &prepared.payload()["document"]["id"]).await, "RECEIVING");
        }
        eventually("nothing is left", || async { contents(&app).is_empty() }).await;
        let count = user.send("query($id: ID!) { case(id: $id) { documentCount } }", json!({ "id": case["id"] })).await;
        assert_eq!(count.data()["case"]["documentCount"], 0);
    }

    async fn an_upload_that_is_cut_off_or_stalls_leaves_nothing_and_can_be_tried_again(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_SERVER_BODY_TIMEOUT_MS", "300").start().await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let content = pdf(4_000_000);
        let prepared = prepare(&user, &case, "PDF", content.len()).await;
        let (address, id) = (url(&app, &prepared, "upload"), &prepared.payload()["document"]["id"]);
        let wire = begin(&app, &address, content.len(), &content[..3_000_000]).await;
        eventually("a part is on the disk", || async { !contents(&app).is_empty() }).await;
        assert_eq!(status(&user, id).await, "RECEIVING");
        assert_eq!(link(&user, id).await.user_errors(), ["DOCUMENT_NOT_STORED"]);
        drop(wire);
        eventually("it is gone", || async { contents(&app).is_empty() }).await;

        let mut wire = begin(&app, &address, content.len(), &content[..3_000_000]).await;
        let heard = hear(&mut wire).await;
        assert!(heard.starts_with("HTTP/1.1 408") && heard.contains("REQUEST_TIMEOUT"), "{heard}");
        eventually("it is gone", || async { contents(&app).is_empty() }).await;

        assert_eq!(put(&address, content.clone()).await.0, 201);
        let (answer, body) = put(&address, content.clone()).await;
        assert_eq!((answer, code(&body)), (409, "DOCUMENT_NOT_AWAITED"), "once is enough");
        assert!(get(&url(&app, &link(&user, id).await, "download")).await.1 == content);
        assert_eq!(contents(&app).len(), 1);
    }

    async fn of_two_uploads_at_once_one_counts_and_the_other_leaves_nothing(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let (one, mut two) = (pdf(2_000_000), pdf(2_000_000));
        two[1_000_000] ^= 1;
        let prepared = prepare(&user, &case, "PDF", one.len()).await;
        let (address, id) = (url(&app, &prepared, "upload"), &prepared.payload()["document"]["id"]);
        let (first, second) = tokio::join!(put(&address, one.clone()), put(&address, two.clone()));
        let mut answers = [first.0, second.0];
        answers.sort_unstable();
        assert_eq!(answers, [201, 409]);
        let content = get(&url(&app, &link(&user, id).await, "download")).await.1;
        assert!(content == if first.0 == 201 { one } else { two });
        assert_eq!(contents(&app).len(), 1);
    }

    async fn consent_that_is_revoked_during_an_upload_keeps_the_content_out(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let consent = json!({ "legalBasis": "CONSENT_6_1_A", "consent": { "form": "ORAL", "language": "ar" } });
        let case = open_case(&user, erika(), consent).await.payload()["case"].clone();
        let content = pdf(3_000_000);
        let prepared = prepare(&user, &case, "PDF", content.len()).await;
        let address = url(&app, &prepared, "upload");
        let mut wire = begin(&app, &address, content.len(), &content[..2_000_000]).await;
        eventually("a part is on the disk", || async { !contents(&app).is_empty() }).await;
        let revoke = json!({ "consentId": case["client"]["consents"]["nodes"][0]["id"] });
        assert_eq!(command(&user, "consentRevoke", revoke, "consent { id }").await.user_errors(), Vec::<&str>::new());
        wire.write_all(&content[2_000_000..]).await.unwrap();
        let heard = hear(&mut wire).await;
        assert!(heard.starts_with("HTTP/1.1 409") && heard.contains("CONSENT_NEEDED"), "{heard}");
        eventually("it is gone", || async { contents(&app).is_empty() }).await;
        let (answer, body) = put(&address, content).await;
        assert_eq!((answer, code(&body)), (404, "LINK_INVALID"), "nothing opens for the lead either");
        let again = prepare(&user, &case, "PDF", 100).await;
        assert_eq!(again.user_errors(), ["CONSENT_NEEDED"]);
    }

    async fn consent_to_keep_documents_that_is_revoked_during_an_upload_keeps_the_content_out(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let keeping = json!({ "clientId": case["client"]["id"], "scope": "PHOTO_DOCUMENT", "form": "ORAL", "language": "uk" });
        let consent = command(&user, "consentRecord", keeping, "consent { id }").await.payload()["consent"]["id"].clone();
        let content = pdf(3_000_000);
        let prepared = prepare(&user, &case, "PDF", content.len()).await;
        let mut wire = begin(&app, &url(&app, &prepared, "upload"), content.len(), &content[..2_000_000]).await;
        eventually("a part is on the disk", || async { !contents(&app).is_empty() }).await;
        let revoke = json!({ "consentId": consent });
        assert_eq!(command(&user, "consentRevoke", revoke, "consent { id }").await.user_errors(), Vec::<&str>::new());
        wire.write_all(&content[2_000_000..]).await.unwrap();
        let heard = hear(&mut wire).await;
        assert!(heard.starts_with("HTTP/1.1 409") && heard.contains("DOCUMENT_CONSENT_NEEDED"), "{heard}");
        eventually("it is gone", || async { contents(&app).is_empty() }).await;
        assert_eq!(status(&user, &prepared.payload()["document"]["id"]).await, "RECEIVING");
    }

    async fn a_deleted_document_is_gone_with_its_name_and_its_content(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let id = stored(&app, &user, &case, &pdf(5_000)).await;
        let download = url(&app, &link(&user, &id).await, "download");
        let input = json!({ "documentId": id, "expectedVersion": 2 });
        let fields = "document { status name deletedAt version }";
        assert_eq!(command(&user, "documentDelete", input.clone(), fields).await.user_errors(), ["REASON_NEEDED"]);
        let stale = json!({ "documentId": id, "expectedVersion": 1 });
        assert_eq!(command_for(&user, "documentDelete", stale, fields, Some("doppelt")).await.user_errors(), ["VERSION_STALE"]);
        assert_eq!(contents(&app).len(), 1);
        let deleted = command_for(&user, "documentDelete", input.clone(), fields, Some("doppelt")).await;
        let expected = json!({ "status": "DELETED", "name": null, "deletedAt": "2023-06-01T08:00:00+00:00", "version": 3 });
        assert_eq!(deleted.payload()["document"], expected, "{deleted:?}");
        assert!(contents(&app).is_empty());
        assert_eq!(get(&download).await.0, 404);
        assert_eq!(link(&user, &id).await.user_errors(), ["DOCUMENT_NOT_STORED"]);
        let again = json!({ "documentId": id });
        assert_eq!(command_for(&user, "documentDelete", again, fields, Some("noch einmal")).await.user_errors(), ["DOCUMENT_NOT_STORED"]);
        let shown = user
            .send("query($id: ID!) { case(id: $id) { documentCount documents { nodes { id } }
                history(first: 1) { nodes { command reason } } } }", json!({ "id": case["id"] }))
            .await;
        let expected = json!({ "documentCount": 0, "documents": { "nodes": [] },
            "history": { "nodes": [{ "command": "documentDelete", "reason": "doppelt" }] } });
        assert_eq!(shown.data()["case"], expected);
    }

    async fn what_is_restricted_stays_closed_and_what_is_erased_is_gone(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, officer) = (app.user(CENTRAL).await, app.user("datenschutz@kreis-coesfeld.example").await);
        let case = known(&user).await;
        let id = stored(&app, &user, &case, &pdf(5_000)).await;
        let download = url(&app, &link(&user, &id).await, "download");
        let client = json!({ "clientId": case["client"]["id"] });
        command_for(&user, "clientRestrict", client.clone(), "client { id }", Some("bestreitet")).await;
        assert_eq!(get(&download).await.0, 404);
        assert_eq!(link(&user, &id).await.user_errors(), ["NOT_FOUND"]);
        assert_eq!(prepare(&user, &case, "PDF", 5_000).await.user_errors(), ["CLIENT_RESTRICTED"]);
        let delete = json!({ "documentId": id });
        let deleted = command_for(&user, "documentDelete", delete, "document { id }", Some("weg")).await;
        assert_eq!(deleted.user_errors(), ["CLIENT_RESTRICTED"], "what a person wants to be kept is kept");
        let extract = "query($id: ID!) { clientExtract(id: $id) { html } }";
        let told = user.send(extract, json!({ "id": case["client"]["id"] })).await;
        let html = told.data()["clientExtract"]["html"].as_str().unwrap();
        assert!(html.contains("Ihre Unterlagen") && html.contains("Mietvertrag Größe.pdf"));
        command_for(&user, "clientLiftRestriction", client.clone(), "client { id }", Some("geklärt")).await;
        assert_eq!(get(&download).await.0, 200);

        let close = json!({ "caseId": case["id"], "closureReason": "CLIENT_WISH" });
        command(&user, "caseClose", close, "case { id }").await;
        let propose = json!({ "clientId": case["client"]["id"], "ground": "REQUEST" });
        let proposed = command(&user, "erasurePropose", propose, "erasure { id }").await;
        let erasure = json!({ "erasureId": proposed.payload()["erasure"]["id"] });
        command(&officer, "erasureOfferToArchive", erasure.clone(), "erasure { id }").await;
        assert_eq!(contents(&app).len(), 1);
        let done = command(&officer, "erasureApprove", erasure, "erasure { status }").await;
        assert_eq!(done.payload()["erasure"]["status"], "CARRIED_OUT", "{done:?}");
        assert!(contents(&app).is_empty());
        assert_eq!(get(&download).await.0, 404);
        let mut tables = Tables::open(app.db.url()).await;
        assert_eq!(tables.number("SELECT count(*) FROM document WHERE status = 'DELETED' AND object_key IS NULL").await, 1);
    }

    async fn validating_only_stores_and_deletes_nothing(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let id = stored(&app, &user, &case, &pdf(5_000)).await;
        let options = json!({ "validateOnly": true, "reason": "nur so" });
        let document = "mutation($a: DocumentPrepareInput!, $b: DocumentDeleteInput!, $options: CommandOptions) {
            documentPrepare(input: $a, options: $options) { document { id } upload { url } userErrors { code } }
            documentDelete(input: $b, options: $options) { document { status } userErrors { code } } }";
        let prepare = json!({ "caseId": case["id"], "name": "x", "documentType": "PDF", "sizeBytes": 10 });
        let answer = user.send(document, json!({ "a": prepare, "b": { "documentId": id }, "options": options })).await;
        assert!(answer.data()["documentPrepare"]["upload"].is_null(), "{answer:?}");
        assert_eq!(answer.data()["documentPrepare"]["userErrors"], json!([]));
        assert_eq!(answer.data()["documentDelete"]["document"]["status"], "DELETED");
        assert_eq!(status(&user, &id).await, "STORED");
        assert_eq!(contents(&app).len(), 1);
    }

    async fn housekeeping_removes_what_no_document_counts_as_its_own_and_nothing_else(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let documents = &app.app.engine.services().documents;
        let (kept, lost) = (stored(&app, &user, &case, &pdf(5_000)).await, stored(&app, &user, &case, &pdf(5_000)).await);
        let unfinished = prepare(&user, &case, "PDF", 5_000).await.payload()["document"]["id"].clone();
        let [one, two] = contents(&app).try_into().unwrap();
        let file_of = |id: &Value| {
            let digits = id.as_str().unwrap().strip_prefix("doc_").unwrap().to_owned();
            [&one, &two].into_iter().find(|file| file.display().to_string().contains(&digits)).unwrap().clone()
        };
        // Another upload of the same document, as one that was cut off between content and record leaves it; and one of a
        // document that nobody knows.
        let race = file_of(&kept).parent().unwrap().join("01890000000070008000000000000000");
        std::fs::copy(file_of(&kept), &race).unwrap();
        let unknown = file_of(&kept).parent().unwrap().with_file_name("01890000000070008000000000000001");
        std::fs::create_dir(&unknown).unwrap();
        let unknown = unknown.join("01890000000070008000000000000002");
        std::fs::copy(file_of(&kept), &unknown).unwrap();
        // A content that the deletion left behind.
        let left = file_of(&lost);
        let saved = std::fs::read(&left).unwrap();
        command_for(&user, "documentDelete", json!({ "documentId": lost }), "document { id }", Some("weg")).await;
        std::fs::write(&left, saved).unwrap();
        // What is none of ours.
        let foreign = app.folder().join("files/README");
        std::fs::write(&foreign, "?").unwrap();

        assert_eq!(documents.sweep().await.unwrap(), 2);
        assert!(!race.exists() && !left.exists() && unknown.exists() && foreign.exists() && file_of(&kept).exists());
        assert_eq!(documents.forget_unfinished().await.unwrap(), 0);
        assert_eq!(status(&user, &unfinished).await, "RECEIVING");
        app.clock.advance(Days::hours(2));
        assert_eq!(documents.forget_unfinished().await.unwrap(), 1);
        let user = app.user(CENTRAL).await;
        let found = user.send("query($id: ID!) { node(id: $id) { id } }", json!({ "id": unfinished })).await;
        assert!(found.data()["node"].is_null());
        // The simulated clock is years behind the files'.
        app.clock.advance(Days::days(3650));
        assert_eq!(documents.sweep().await.unwrap(), 1);
        assert!(!unknown.exists() && foreign.exists() && file_of(&kept).exists());
    }

    async fn a_bucket_serves_as_well_and_its_absence_is_told_apart_from_a_missing_document(db: TestDatabase) {
        let bucket = Bucket::start().await;
        let settings = bucket.settings().into_iter().fold(TestApp::on(db), |app, (name, value)| app.with(name, value));
        let app = settings.start().await;
        let user = app.user(CENTRAL).await;
        let case = known(&user).await;
        let content = pdf(7_000_000);
        let id = stored(&app, &user, &case, &content).await;
        assert!(get(&url(&app, &link(&user, &id).await, "download")).await.1 == content);
        let [file] = bucket.files().into_iter().filter(|file| !file.display().to_string().contains(".json")).collect::<Vec<_>>().try_into().unwrap();
        assert!(!String::from_utf8_lossy(&std::fs::read(file).unwrap()).contains("MARKINHALT"));
        let prepared = prepare(&user, &case, "PDF", 5_000).await;
        bucket.stop();
        let (answer, body) = get(&url(&app, &link(&user, &id).await, "download")).await;
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((answer, code(&body)), (503, "FILES_UNAVAILABLE"));
        let (answer, body) = put(&url(&app, &prepared, "upload"), pdf(5_000)).await;
        assert_eq!((answer, code(&body)), (503, "FILES_UNAVAILABLE"));
        assert_eq!(body["errors"][0]["extensions"]["retryable"], true);
        assert_eq!(status(&user, &prepared.payload()["document"]["id"]).await, "RECEIVING");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_log_line_holds_a_link_or_a_name_of_a_document() {
    let db = TestDatabase::sqlite().await;
    let program =
        Program::on(&db).with("KIM_LOG_FILTER", "trace").with("KIM_DEMO", "true").with("KIM_LOG_FORMAT", "json");
    let process = program.serve(&["serve"]);
    let http = reqwest::Client::new();
    let send = async |token: Option<&str>, query: &str, variables: Value| -> Value {
        let mut request = http.post(process.url("/graphql")).json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request.send().await.unwrap().json().await.unwrap()
    };
    let login = "mutation($input: SessionLoginInput!) { sessionLogin(input: $input) { session { accessToken } } }";
    let answer = send(None, login, json!({ "input": { "login": CENTRAL, "password": kim::demo::PASSWORD } })).await;
    let token = answer["data"]["sessionLogin"]["session"]["accessToken"].as_str().unwrap().to_owned();
    let cases = send(Some(&token), "{ cases(first: 1) { nodes { id } } }", json!({})).await;
    let case = match &cases["data"]["cases"]["nodes"][0]["id"] {
        Value::Null => {
            let municipality = send(Some(&token), "{ municipalities(first: 1) { nodes { id } } }", json!({})).await;
            let input = json!({ "municipalityId": municipality["data"]["municipalities"]["nodes"][0]["id"], "unit": "PERSON",
                "intensity": "STANDARD", "referralSource": "OTHER" });
            let open = "mutation($input: CaseOpenInput!) { caseOpen(input: $input) { case { id } } }";
            send(Some(&token), open, json!({ "input": input })).await["data"]["caseOpen"]["case"]["id"].clone()
        }
        id => id.clone(),
    };
    let input = json!({ "caseId": case, "name": "MARKNAME.pdf", "documentType": "PDF", "sizeBytes": 5_000 });
    let prepare =
        "mutation($input: DocumentPrepareInput!) { documentPrepare(input: $input) { document { id } upload { url } } }";
    let prepared = send(Some(&token), prepare, json!({ "input": input })).await["data"]["documentPrepare"].clone();
    let upload = prepared["upload"]["url"].as_str().unwrap().to_owned();
    assert_eq!(put(&process.url(&upload), pdf(5_000)).await.0, 201);
    assert_eq!(put(&process.url(&upload), pdf(5_000)).await.0, 409);
    let link = "mutation($input: DocumentLinkInput!) { documentLink(input: $input) { download { url } } }";
    let input = json!({ "documentId": prepared["document"]["id"] });
    let download =
        send(Some(&token), link, json!({ "input": input })).await["data"]["documentLink"]["download"]["url"].clone();
    let download = download.as_str().unwrap().to_owned();
    assert_eq!(get(&process.url(&download)).await.0, 200);
    assert_eq!(get(&process.url(&format!("{download}x"))).await.0, 404);
    process.terminate();
    let ended = process.ended().await;
    assert_eq!(ended.code, 0);
    let logged = ended.complaints;
    assert!(logged.lines().filter(|line| line.contains("/files/{token}")).count() >= 4, "{logged}");
    for secret in [upload.rsplit('/').next().unwrap(), download.rsplit('/').next().unwrap(), "MARKNAME", "MARKINHALT"] {
        assert!(!logged.contains(secret), "{secret}");
    }
}
