//! An import that ends before its end: killed, cut off, or run twice at once.

use std::time::Duration;

use super::*;
use crate::program::Program;

/// Writes a file into the folder of a program.
fn file(program: &Program, name: &str, content: &str) {
    std::fs::write(program.folder().join(name), content).unwrap();
}

async fn set_up(db: &TestDatabase) -> Program {
    let app = TestApp::start(db.same()).await;
    app.stop().await;
    Program::on(db)
}

fn with_lead(rows: u32) -> String {
    let mut list = "externalId,municipality,lead,familyName,givenNames,birthDate,address\n".to_owned();
    for number in 0..rows {
        list.push_str(&format!("A{number},Senden,{MUNICIPAL},Muster,Olena,1985-03-14,Musterweg {number}\n"));
    }
    list
}

both_databases! {
    async fn an_import_that_was_killed_goes_on_where_it_stopped(db: TestDatabase) {
        let program = set_up(&db).await;
        const ROWS: i64 = 600;
        file(&program, "cases.csv", &with_lead(u32::try_from(ROWS).unwrap()));
        let mut tables = Tables::open(db.url()).await;
        let arguments = ["import", "cases", "cases.csv", "--source", "old-system"];
        let mut child = program.spawn(&arguments);
        // Killed as soon as a first batch is there, without a chance to tidy up.
        for _ in 0..3_000 {
            if tables.count("case_file").await > 0 || child.try_wait().unwrap().is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let done = tables.count("case_file").await;
        assert!((1..ROWS).contains(&done), "killed too early or too late: {done}");
        assert_eq!(tables.number("SELECT count(*) FROM import_run WHERE status = 'RUNNING'").await, 1);
        assert_eq!(tables.number("SELECT count(*) FROM import_row WHERE outcome = 'CREATED'").await, done);

        let output = program.succeed(&arguments);
        assert!(output.contains("600 rows: 600 rows were imported, 0 were known already, 0 were refused."), "{output}");
        assert_eq!(tables.count("case_file").await, ROWS);
        assert_eq!(tables.count("import_run").await, 1);
        assert_eq!(tables.number("SELECT count(*) FROM event WHERE command = 'caseImport'").await, ROWS);
        let output = program.succeed(&arguments);
        assert!(output.contains("0 rows were imported, 600 were known already"), "{output}");
        assert_eq!(tables.count("case_file").await, ROWS);
    }

    async fn the_same_file_imported_by_two_at_once_makes_each_case_once(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(MUNICIPAL).await;
        let rows = list((0..30).map(|number| format!("A{number}")));
        let other = list((0..30).rev().map(|number| format!("A{number}")));
        let sent = futures_util::future::join_all([
            send(&app, &user, "", rows.clone()),
            send(&app, &user, "", rows),
            send(&app, &user, "", other),
        ])
        .await;
        for sent in &sent {
            assert_eq!(sent.status, 200, "{sent:#?}");
            assert!(sent.outcomes().iter().all(|outcome| ["CREATED", "KNOWN"].contains(outcome)));
        }
        assert_eq!(cases(&app).await, 30);
    }
}

#[tokio::test]
async fn refused_rows_are_written_to_be_corrected_and_imported_again() {
    let db = TestDatabase::sqlite().await;
    let program = set_up(&db).await;
    let rows = "Fremdschlüssel;Kommune;Fallführung;Nachname;Kontakt\n\
        1;Senden;Cem Casemanagement-Muster;Muster;+49 2541 0000\n\
        2;Entenhausen;Cem Casemanagement-Muster;=HYPERLINK(\"x\");+49 2541 0001\n\
        3;Senden;;Muster;\n";
    file(&program, "cases.csv", rows);
    let checked = program.run(&["import", "cases", "cases.csv", "--dry-run", "--language", "de"]);
    assert_eq!(checked.code, 4, "{checked:?}");
    assert!(
        checked
            .output
            .contains("3 rows: 1 row could be imported, 0 were known already, 2 were refused. Nothing was stored.")
    );
    assert!(checked.output.contains("line 3: Kommune: „Entenhausen“ ist keine Kommune dieses Kreises."), "{checked:?}");
    assert!(checked.complaints.contains("3 of 3 rows"), "{checked:?}");
    let ended = program.run(&["import", "cases", "cases.csv", "--report", "refused.csv"]);
    assert_eq!(ended.code, 4, "{ended:?}");
    let report = std::fs::read_to_string(program.folder().join("refused.csv")).unwrap();
    assert!(report.contains("#Zeile;#Beanstandung;Fremdschlüssel"), "{report}");
    // No cell runs as a formula when the report is opened.
    assert!(report.contains("\"'=HYPERLINK(\"\"x\"\")\"") && report.contains("'+49 2541 0001"), "{report}");
    assert!(!report.contains("\n1;"), "only refused rows: {report}");

    let corrected = report.replace("Entenhausen", "Olfen").replace(";Senden;;", ";Senden;Cem Casemanagement-Muster;");
    let corrected = corrected.replace("\"'=HYPERLINK(\"\"x\"\")\"", "Muster");
    file(&program, "corrected.csv", &corrected);
    let output = program.succeed(&["import", "cases", "corrected.csv"]);
    assert!(output.contains("2 rows: 2 rows were imported"), "{output}");
    let app = TestApp::on(db).without_demo().start().await;
    let user = app.user(MUNICIPAL).await;
    let answer = user.query("{ cases { nodes { municipality { name } client { identity { contact } } } } }").await;
    let nodes = answer.data()["cases"]["nodes"].as_array().unwrap();
    let olfen = nodes.iter().find(|node| node["municipality"]["name"] == "Olfen").unwrap();
    assert_eq!(olfen["client"]["identity"]["contact"], "+49 2541 0001", "the sign of a telephone number came back");
}

#[tokio::test]
async fn the_command_line_tells_what_is_wrong_with_a_file() {
    let db = TestDatabase::sqlite().await;
    let program = set_up(&db).await;
    file(&program, "rubbish.csv", "\0\0\0\0");
    let complaint = program.fail(&["import", "cases", "rubbish.csv"]);
    assert!(complaint.contains("neither a CSV text file nor an Excel workbook"), "{complaint}");
    assert!(program.fail(&["import", "cases", "missing.csv"]).contains("missing.csv cannot be read"));
    let huge = std::fs::File::create(program.folder().join("huge.csv")).unwrap();
    huge.set_len(100 << 20).unwrap();
    assert!(program.fail(&["import", "cases", "huge.csv"]).contains("larger than 32 MiB"));
    let template = program.succeed(&["import", "template"]);
    assert!(template.starts_with("\u{feff}Fremdschlüssel;Kommune;"), "{template}");
}
