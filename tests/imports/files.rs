//! What comes in: spreadsheets of all kinds, and rubbish of all kinds.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::*;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A list as somebody keeps it in Excel: days as Excel stores them, as text, and as numbers that nobody formatted; keys
/// as numbers; and one row that belongs elsewhere.
fn workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let (date, day) = (Format::new().set_num_format("dd.mm.yyyy"), ExcelDateTime::from_ymd);
    let sheet = workbook.add_worksheet();
    let names = ["Fremdschlüssel", "Kommune", "Nachname", "Vorname", "Geburtsdatum", "Eröffnet am", "Phase"];
    sheet.write_row(0, 0, names).unwrap();

    sheet.write_row(1, 0, ["A1", "Stadt Coesfeld", "Musterfrau", "Erika"]).unwrap();
    sheet.write_datetime_with_format(1, 4, day(1985, 3, 14).unwrap(), &date).unwrap();
    sheet.write_datetime_with_format(1, 5, day(2023, 2, 1).unwrap(), &date).unwrap();
    sheet.write_string(1, 6, "Hilfeplanung").unwrap();

    sheet.write_row(2, 0, ["A2", "Senden", "Größe-Muster", "Jörg", "03.11.1990", "15.3.2023", "Clearing"]).unwrap();

    sheet.write_number(3, 0, 4711.0).unwrap();
    sheet.write_number(3, 1, 5_558_044.0).unwrap();
    sheet.write_row(3, 2, ["Muster", "Olena"]).unwrap();
    sheet.write_number(3, 4, 1979.0).unwrap();
    sheet.write_number(3, 5, 44_986.0).unwrap();

    sheet.write_row(4, 0, ["A4", "Entenhausen", "Duck", "Donald"]).unwrap();
    workbook.save_to_buffer().unwrap()
}

both_databases! {
    async fn a_workbook_is_imported_as_a_list_is(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(MUNICIPAL).await;
        let first = send_as(&app, &user, "", XLSX, workbook()).await;
        assert_eq!(first.outcomes(), ["CREATED", "CREATED", "CREATED", "REFUSED"], "{first:#?}");
        assert_eq!((first.counts(), &first.body["run"]["status"]), ([3, 0, 1], &json!("DONE")));
        let rows = first.body["rows"].as_array().unwrap().clone();
        let told = rows.iter().map(|row| (row["line"].as_i64().unwrap(), row["externalId"].as_str().unwrap()));
        assert_eq!(told.collect::<Vec<_>>(), [(2, "A1"), (3, "A2"), (4, "4711"), (5, "A4")]);
        assert_eq!(rows[3]["errors"][0]["path"], json!(["municipality"]));
        assert_eq!(cases(&app).await, 3);

        let query = "query($id: ID!) { case(id: $id) { openedOn phase municipality { name } lead { displayName }
            client { identity { familyName givenNames birthDate } } } }";
        let expected = [
            ("2023-02-01", "PLANNING", "Coesfeld", ["Musterfrau", "Erika", "1985-03-14"]),
            ("2023-03-15", "CLEARING", "Senden", ["Größe-Muster", "Jörg", "1990-11-03"]),
            ("2023-03-01", "INTAKE", "Senden", ["Muster", "Olena", "1979"]),
        ];
        for (row, (opened_on, phase, municipality, [family, given, born])) in rows.iter().zip(expected) {
            let seen = user.send(query, json!({ "id": row["caseId"] })).await;
            let expected = json!({ "openedOn": opened_on, "phase": phase, "municipality": { "name": municipality },
                "lead": { "displayName": "Cem Casemanagement-Muster" },
                "client": { "identity": { "familyName": family, "givenNames": given, "birthDate": born } } });
            assert_eq!(seen.data()["case"], expected, "{row}");
        }

        // The same workbook again, and the same keys in a list: nobody is put on record twice.
        let second = send_as(&app, &user, "", XLSX, workbook()).await;
        assert_eq!(second.outcomes(), ["KNOWN", "KNOWN", "KNOWN", "REFUSED"], "{second:#?}");
        assert_eq!(second.counts(), [0, 3, 1]);
        for (row, again) in rows.iter().zip(second.body["rows"].as_array().unwrap()) {
            assert_eq!(row["caseId"], again["caseId"]);
        }
        let list = "externalId,municipality\nA1,Senden\n4711,Senden\n";
        assert_eq!(send(&app, &user, "", list).await.outcomes(), ["KNOWN", "KNOWN"]);
        assert_eq!(cases(&app).await, 3);
    }

    async fn the_examples_of_the_workbook_that_serves_as_a_template_become_nobodys_cases(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(MUNICIPAL).await;
        let response = reqwest::get(app.url("/import/cases-template.xlsx")).await.unwrap();
        assert_eq!(response.headers()["content-type"], XLSX);
        let template = response.bytes().await.unwrap();
        let sent = send_as(&app, &user, "", XLSX, template.to_vec()).await;
        assert_eq!(sent.outcomes(), ["REFUSED", "REFUSED"], "examples: {sent:#?}");
        assert_eq!(sent.body["rows"][0]["errors"][0]["code"], "IMPORT_EXAMPLE_ROW");
        assert_eq!(cases(&app).await, 0);
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
