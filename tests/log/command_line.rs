//! `kim log verify`, as the operator runs it.

use super::{three_sealed_events, verified};
use crate::databases::{TestDatabase, both_databases};
use crate::desk::Desk;
use crate::program::Program;

/// Runs `kim log verify`: exit code, and what it printed and complained about.
fn verify(program: &Program, arguments: &[&str]) -> (i32, String) {
    let ended = program.run(&[&["log", "verify"], arguments].concat());
    (ended.code, ended.output + &ended.complaints)
}

both_databases! {
    async fn the_command_says_whether_the_log_is_sound_and_where_it_is_not(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let last = three_sealed_events(&desk).await;
        let keys = desk.app.folder().display().to_string();
        let program = Program::on_url(desk.app.db.url()).with("KIM_DATA_DIRECTORY", keys);
        let report = verified(&desk.app.app).await;
        let head = hex::encode(&report.head);
        let (code, text) = verify(&program, &[]);
        let sound = format!(
            "05558 Kreis Coesfeld: sound. {last} events under {} signed heads; 0 wait for the sealer.\n  head {head}\n",
            report.heads
        );
        assert_eq!((code, text.as_str()), (0, sound.as_str()));
        assert_eq!(verify(&program, &["--district", "05558", "--head", &head]), (0, sound));
        let (code, text) = verify(&program, &["--head", &"0".repeat(64)]);
        assert_eq!((code, text), (3, format!("05558 Kreis Coesfeld: NOT SOUND. position {last}: the head is not the one that was given.\n")));
        assert_eq!(verify(&program, &["--head", "xyz"]), (1, "--head takes hexadecimal digits\n".to_owned()));
        assert_eq!(verify(&program, &["--district", "00000"]), (1, "There is no district 00000.\n".to_owned()));
        let mut tables = desk.tables().await;
        tables.unlock_log().await;
        let place = last - 1;
        tables.run(&format!("UPDATE event SET reason = 'x' WHERE id = (SELECT event_id FROM log_entry WHERE position = {place})")).await;
        let (code, text) = verify(&program, &[]);
        assert_eq!(code, 3);
        let beginning = format!("05558 Kreis Coesfeld: NOT SOUND. position {place}: event evt_");
        assert!(text.starts_with(&beginning) && text.ends_with(" was altered.\n"), "{text}");
        tables.run(&format!("DELETE FROM log_entry WHERE position = {place}")).await;
        let (code, text) = verify(&program, &[]);
        assert_eq!((code, text), (3, format!("05558 Kreis Coesfeld: NOT SOUND. position {place}: the event is missing.\n")));
    }
}
