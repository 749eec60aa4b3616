//! What comes in: spreadsheets of all kinds, and rubbish of all kinds.

use super::*;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

both_databases! {
    async fn a_workbook_is_imported_as_a_list_is(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(MUNICIPAL).await;
        let response = reqwest::get(app.url("/import/cases-template.xlsx")).await.unwrap();
        assert_eq!(response.headers()["content-type"], XLSX);
        let template = response.bytes().await.unwrap();
        let sent = send_as(&app, &user, "", XLSX, template.to_vec()).await;
        assert_eq!(sent.outcomes(), ["REFUSED", "REFUSED"], "examples: {sent:#?}");
        assert_eq!(sent.body["rows"][0]["errors"][0]["code"], "IMPORT_EXAMPLE_ROW");
    }
}

#[tokio::test]
async fn the_template_is_a_list_that_can_be_imported_once_its_examples_are_real() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let user = app.user(MUNICIPAL).await;
    let response = reqwest::get(app.url("/import/cases-template.csv")).await.unwrap();
    assert!(response.headers()["content-disposition"].to_str().unwrap().contains("kim-faelle.csv"));
    let template = response.text().await.unwrap();
    let sent = send(&app, &user, "", template.replace("BEISPIEL-", "B")).await;
    assert_eq!(sent.outcomes(), ["CREATED", "CREATED"], "{sent:#?}");
}

#[tokio::test]
async fn a_file_that_is_no_list_of_cases_is_refused_with_the_reason_and_nothing_happens() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let user = app.user(MUNICIPAL).await;
    let rubbish: Vec<u8> = (0..=255).cycle().take(1 << 20).collect();
    for (body, code) in [
        (Vec::new(), "IMPORT_FILE_EMPTY"),
        (rubbish, "IMPORT_FILE_NOT_TEXT"),
        (b"PK\x03\x04 no workbook".to_vec(), "IMPORT_WORKBOOK_DAMAGED"),
        (b"Name,Vorname\nMuster,Max\n".to_vec(), "IMPORT_HEADER_MISSING"),
        (b"externalId,municipality,favouriteColour\n".to_vec(), "IMPORT_COLUMN_UNKNOWN"),
        (list((0..20_001).map(|number| number.to_string())).into_bytes(), "IMPORT_TOO_MANY_ROWS"),
    ] {
        let sent = send_as(&app, &user, "", "text/csv", body).await;
        assert_eq!((sent.status, sent.codes()[0]), (422, code), "{sent:#?}");
        assert_eq!(sent.body["run"], Value::Null);
    }
    let sent = send_as(&app, &user, "", "application/json", "{}").await;
    assert_eq!((sent.status, sent.codes()), (415, vec!["IMPORT_MEDIA_TYPE"]));
    let sent = send(&app, &user, "?dryRun=vielleicht", list(["1".to_owned()])).await;
    assert_eq!((sent.status, sent.codes()), (400, vec!["BAD_REQUEST"]));
    assert_eq!(cases(&app).await, 0);
    assert_eq!(Tables::open(app.db.url()).await.count("import_run").await, 0);
}

#[tokio::test]
async fn a_hundred_megabytes_are_refused_before_they_are_read() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let user = app.user(MUNICIPAL).await;
    // Only announced: whoever sends them is told before the first byte.
    let request = format!(
        "POST /import/cases HTTP/1.1\r\nhost: kim\r\ncontent-type: text/csv\r\nauthorization: Bearer {}\r\ncontent-length: 104857600\r\n\r\n",
        user.token.as_deref().unwrap()
    );
    let answer = tokio::task::spawn_blocking(move || {
        use std::io::{Read as _, Write as _};
        let mut socket = std::net::TcpStream::connect(app.address).unwrap();
        socket.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        drop(app);
        answer
    });
    let answer = answer.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("PAYLOAD_TOO_LARGE"), "{answer}");
}
