//! Erasing a client takes the key away and leaves the log as it is: sound, and unreadable where it told of the client.

use serde_json::json;

use super::{sealed, verified, verified_with};
use crate::app::TestApp;
use crate::clients::{CENTRAL, command, command_for, known};
use crate::databases::{TestDatabase, both_databases};
use crate::tables::Tables;

/// The log up to a position, byte for byte.
async fn rows(tables: &mut Tables, last: i64) -> String {
    let sealed = format!("SELECT event_id FROM log_entry WHERE position <= {last}");
    let parts = [
        (
            "event",
            "id",
            format!("id IN ({sealed})"),
            vec!["id", "district_id", "occurred_at", "actor_id", "command", "subject", "reason", "change"],
        ),
        (
            "log_entry",
            "position",
            format!("position <= {last}"),
            vec!["district_id", "position", "event_id", "event_hash", "chain_hash"],
        ),
        (
            "log_seal",
            "last_position",
            format!("last_position <= {last}"),
            vec!["district_id", "last_position", "first_position", "chain_hash", "sealed_at", "key_id", "signature"],
        ),
    ];
    let mut rows = String::new();
    for (table, order, which, columns) in parts {
        let sql = match tables {
            Tables::Sqlite(_) => {
                let row: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
                let row = row.join(" || ' ' || ");
                let ordered = format!("SELECT {row} AS told FROM {table} WHERE {which} ORDER BY {order}");
                format!("SELECT group_concat(told) FROM ({ordered})")
            }
            Tables::Postgres(_) => {
                format!("SELECT string_agg(told::text, ',' ORDER BY {order}) FROM {table} told WHERE {which}")
            }
        };
        rows += &tables.text(&sql).await;
        rows.push('\n');
    }
    rows
}

both_databases! {
    async fn an_erasure_changes_no_byte_of_the_log_and_leaves_it_sound(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, officer) = (app.user(CENTRAL).await, app.user("datenschutz@kreis-coesfeld.example").await);
        let case = known(&user).await;
        command_for(&user, "casePause", json!({ "caseId": case["id"] }), "case { id }", Some("MARKGRUND")).await;
        let close = json!({ "caseId": case["id"], "closureReason": "CLIENT_WISH" });
        assert_eq!(command(&user, "caseClose", close, "case { id }").await.user_errors(), Vec::<&str>::new());
        let propose = json!({ "clientId": case["client"]["id"], "ground": "REQUEST" });
        let proposed = command(&user, "erasurePropose", propose, "erasure { id }").await;
        let erasure = json!({ "erasureId": proposed.payload()["erasure"]["id"] });
        let offered = command(&officer, "erasureOfferToArchive", erasure.clone(), "erasure { status }").await;
        assert_eq!(offered.user_errors(), Vec::<&str>::new(), "{offered:?}");
        sealed(&app).await;
        let before = verified(&app.app).await;
        assert_eq!(before.finding, None);
        let mut tables = Tables::open(app.db.url()).await;
        let log = rows(&mut tables, before.entries).await;
        assert!(log.contains("casePause") && log.contains("caseOpen"), "the copy looks at the right place");
        let history = "query($id: ID!) { case(id: $id) { history { nodes { command reason texts { text } } } } }";
        let told = user.send(history, json!({ "id": case["id"] })).await.data().to_string();
        assert!(told.contains("MARKGRUND") && told.contains("1985-03-14"), "{told}");

        let done = command(&officer, "erasureApprove", erasure, "erasure { status }").await;
        assert_eq!(done.payload()["erasure"]["status"], "CARRIED_OUT", "{done:?}");
        sealed(&app).await;
        assert_eq!(rows(&mut tables, before.entries).await, log);
        let after = verified_with(&app.app, &app.app.sealing_keys, Some(&before.head)).await;
        assert_eq!((after.finding, after.waiting), (None, 0));
        assert!(after.entries > before.entries, "the erasure itself is told as well");
        let told = user.send(history, json!({ "id": case["id"] })).await.data().to_string();
        assert!(told.contains("casePause") && !told.contains("MARKGRUND") && !told.contains("1985-03-14"), "{told}");
    }
}
