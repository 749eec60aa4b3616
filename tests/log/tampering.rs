//! Whoever changes the log beside the write path is found out, at the first place that was touched.

use entity::ids::{EventId, Identifier};
use kim::log::{chain_hash, event_hash};
use kim::store::log::event::Event;
use kim::store::log::verification::{Defect, Finding};
use uuid::Uuid;

use super::{district_of, sealed, three_sealed_events, verified, verified_with};
use crate::databases::{TestDatabase, both_databases};
use crate::desk::Desk;
use crate::tables::Tables;

const LOG: [&str; 3] = ["event", "log_entry", "log_seal"];

/// The word for a defect, without the event.
fn word(finding: &Finding) -> (i64, &'static str) {
    let word = match finding.defect {
        Defect::Altered(_) => "altered",
        Defect::Missing => "missing",
        Defect::Reordered(_) => "reordered",
        Defect::Unsealed(_) => "unsealed",
        Defect::SignatureWrong => "signature wrong",
        Defect::HeadMissing => "head missing",
        Defect::HeadUnknown => "head unknown",
    };
    (finding.position, word)
}

/// Keeps a copy of the log, to put it back after each deed.
struct Crime {
    desk: Desk,
    tables: Tables,
    last: i64,
}

impl Crime {
    async fn prepare(db: TestDatabase) -> Self {
        let desk = Desk::open(db).await;
        let last = three_sealed_events(&desk).await;
        let mut tables = desk.tables().await;
        tables.unlock_log().await;
        for table in LOG {
            tables.run(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
        }
        Self { desk, tables, last }
    }

    async fn undo(&mut self) {
        for table in ["log_seal", "log_entry", "event"] {
            self.tables.run(&format!("DELETE FROM {table}")).await;
        }
        for table in LOG {
            self.tables.run(&format!("INSERT INTO {table} SELECT * FROM kept_{table}")).await;
        }
    }

    /// What the verification finds after these statements, which are undone then.
    async fn found(&mut self, statements: &str) -> Option<(i64, &'static str)> {
        self.tables.run(statements).await;
        let report = verified(&self.desk.app.app).await;
        self.undo().await;
        assert_eq!(verified(&self.desk.app.app).await.finding, None, "put back after {statements}");
        report.finding.as_ref().map(word)
    }

    /// The statements that put an event of this shape into the log at a position, with a faultless chain hash.
    async fn forged_entry(&mut self, position: i64) -> String {
        let district = district_of(&self.desk.app.app).await.id;
        let event = Event {
            id: EventId::new(),
            district_id: district,
            occurred_at: crate::app::start_of_tests(),
            actor_id: None,
            command: "positionEnd".to_owned(),
            subject: "pos_0".to_owned(),
            reason: None,
            change: "{}".to_owned(),
        };
        let before =
            self.tables.bytes(&format!("SELECT chain_hash FROM log_entry WHERE position = {}", position - 1)).await;
        let hash = event_hash(&event);
        let chain = chain_hash(&before, position, &hash);
        let (id, district) = (self.tables.id(event.id.uuid()), self.tables.id(district.uuid()));
        format!(
            "INSERT INTO event (id, district_id, occurred_at, command, subject, change) \
               VALUES ({id}, {district}, '2023-06-01 08:00:00+00:00', 'positionEnd', 'pos_0', '{{}}'); \
             INSERT INTO log_entry (district_id, position, event_id, event_hash, chain_hash) \
               VALUES ({district}, {position}, {id}, {}, {});",
            self.tables.hash(&hash),
            self.tables.hash(&chain),
        )
    }
}

fn event_at(position: i64) -> String {
    format!("(SELECT event_id FROM log_entry WHERE position = {position})")
}

both_databases! {
    async fn a_log_that_nobody_touched_is_sound(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let last = three_sealed_events(&desk).await;
        let report = verified(&desk.app.app).await;
        assert_eq!((report.finding, report.entries, report.waiting), (None, last, 0));
        assert_eq!(last, desk.tables().await.count("event").await);
        assert!(report.heads >= 4);
    }

    async fn the_database_refuses_to_change_or_delete_rows_of_the_log(db: TestDatabase) {
        let desk = Desk::open(db).await;
        sealed(&desk.app).await;
        let mut tables = desk.tables().await;
        for (table, column) in [("event", "reason"), ("log_entry", "event_hash"), ("log_seal", "signature")] {
            let mut statements =
                vec![format!("UPDATE {table} SET {column} = {column}"), format!("DELETE FROM {table}")];
            if matches!(tables, Tables::Postgres(_)) {
                statements.push(format!("TRUNCATE {table} CASCADE"));
            }
            for statement in statements {
                let refusal = tables.try_run(&statement).await.expect_err(&statement);
                assert!(refusal.to_string().contains("are added only"), "{statement}: {refusal}");
            }
        }
        assert_eq!(verified(&desk.app.app).await.finding, None);
    }

    async fn every_altered_column_of_an_event_is_found(db: TestDatabase) {
        let mut crime = Crime::prepare(db).await;
        let place = crime.last - 1;
        let other = crime.tables.id(Uuid::now_v7());
        for change in [
            &format!("district_id = {other}"),
            "occurred_at = '2023-06-01 08:00:01+00:00'",
            "actor_id = NULL",
            &format!("actor_id = {other}"),
            "command = 'positionEnd'",
            "subject = 'pos_0'",
            "reason = NULL",
            "reason = ''",
            "reason = 'Zuwendungsbescheid '",
            "change = change || ' '",
            "change = '{}'",
        ] {
            let statement = format!("UPDATE event SET {change} WHERE id = {}", event_at(place));
            assert_eq!(crime.found(&statement).await, Some((place, "altered")), "{change}");
        }
        let new_id = format!("UPDATE event SET id = {other} WHERE id = {}", event_at(place));
        assert_eq!(crime.found(&new_id).await, Some((place, "missing")));
        let both = format!("{new_id}; UPDATE log_entry SET event_id = {other} WHERE position = {place}");
        assert_eq!(crime.found(&both).await, Some((place, "altered")));
    }

    async fn the_first_of_several_defects_is_named(db: TestDatabase) {
        let mut crime = Crime::prepare(db).await;
        let statements: Vec<String> = [7, 3, 5]
            .map(|place| format!("UPDATE event SET reason = 'x' WHERE id = {}", event_at(place)))
            .into();
        assert_eq!(crime.found(&statements.join(";")).await, Some((3, "altered")));
    }

    async fn removed_events_and_entries_are_found(db: TestDatabase) {
        let mut crime = Crime::prepare(db).await;
        let (place, last) = (crime.last - 1, crime.last);
        for (statement, expected) in [
            (format!("DELETE FROM event WHERE id = {}", event_at(place)), (place, "missing")),
            (format!("DELETE FROM log_entry WHERE position = {place}"), (place, "missing")),
            (format!("DELETE FROM event WHERE id = {}; DELETE FROM log_entry WHERE position = {place}", event_at(place)), (place, "missing")),
            ("DELETE FROM log_entry WHERE position = 1".to_owned(), (1, "missing")),
            (format!("DELETE FROM log_entry WHERE position = {last}"), (last, "missing")),
            ("DELETE FROM log_entry".to_owned(), (1, "missing")),
            // The gap closed behind it.
            (format!("DELETE FROM log_entry WHERE position = {place}; UPDATE log_entry SET position = {place} WHERE position = {last}"), (place, "reordered")),
            (format!("UPDATE log_entry SET position = position + 1000 WHERE position >= {place}"), (place, "missing")),
        ] {
            assert_eq!(crime.found(&statement).await, Some(expected), "{statement}");
        }
    }

    async fn entries_and_events_that_changed_places_are_found(db: TestDatabase) {
        let mut crime = Crime::prepare(db).await;
        let (place, last) = (crime.last - 1, crime.last);
        let entries = format!(
            "UPDATE log_entry SET position = -9 WHERE position = {place}; \
             UPDATE log_entry SET position = {place} WHERE position = {last}; \
             UPDATE log_entry SET position = {last} WHERE position = -9"
        );
        assert_eq!(crime.found(&entries).await, Some((place, "reordered")));
        let aside = crime.tables.id(Uuid::now_v7());
        let kept = |position: i64| format!("(SELECT event_id FROM kept_log_entry WHERE position = {position})");
        let events = format!(
            "UPDATE log_entry SET event_id = {aside} WHERE position = {place}; \
             UPDATE log_entry SET event_id = {} WHERE position = {last}; \
             UPDATE log_entry SET event_id = {} WHERE position = {place}",
            kept(place),
            kept(last)
        );
        assert_eq!(crime.found(&events).await, Some((place, "reordered")));
    }

    async fn events_put_in_beside_the_write_path_are_found(db: TestDatabase) {
        let mut crime = Crime::prepare(db).await;
        let last = crime.last;
        let entry = crime.forged_entry(last + 1).await;
        let only_event = entry.split(';').next().unwrap().to_owned();
        assert_eq!(crime.found(&only_event).await, Some((last, "unsealed")));
        assert_eq!(crime.found(&entry).await, Some((last + 1, "head missing")));
        for position in [0, -5] {
            let before_all = entry.replace(&format!(", {}, ", last + 1), &format!(", {position}, "));
            assert_eq!(crime.found(&before_all).await, Some((position, "reordered")));
        }
        // An entry in the log of another district does not hide it.
        let elsewhere = crime.tables.id(Uuid::now_v7());
        let (event, rest) = entry.split_once(';').unwrap();
        let district = crime.tables.id(district_of(&crime.desk.app.app).await.id.uuid());
        assert_eq!(crime.found(&format!("{event};{}", rest.replace(&district, &elsewhere))).await, Some((last, "unsealed")));
        // What was taken out of the outbox before it was sealed is neither here nor there.
        let taken = format!("DELETE FROM log_seal WHERE last_position = {last}; DELETE FROM log_entry WHERE position = {last}");
        assert_eq!(crime.found(&taken).await, Some((last - 1, "unsealed")));
    }

    async fn changed_removed_and_forged_heads_are_found(db: TestDatabase) {
        let mut crime = Crime::prepare(db).await;
        let (place, last) = (crime.last - 1, crime.last);
        let zero = crime.tables.hash(&[0; 32]);
        for change in [
            &format!("signature = {zero}"),
            &format!("chain_hash = {zero}"),
            "key_id = 'nobody'",
            "sealed_at = '2023-06-01 08:00:01+00:00'",
            "first_position = first_position - 1",
            "last_position = last_position - 1000",
        ] {
            let (found, defect) = crime.found(&format!("UPDATE log_seal SET {change} WHERE last_position = {place}")).await.unwrap();
            let where_it_is = if change.starts_with("last_position") { place - 1000 } else { place };
            assert_eq!((found, defect), (where_it_is, "signature wrong"), "{change}");
        }
        assert_eq!(crime.found(&format!("DELETE FROM log_seal WHERE last_position = {place}")).await, Some((place, "head missing")));
        assert_eq!(crime.found(&format!("DELETE FROM log_seal WHERE last_position = {last}")).await, Some((last, "head missing")));
        assert_eq!(crime.found("DELETE FROM log_seal").await, Some((last, "head missing")));
        // A head of another place does not pass for one of this place.
        let copied = |position: i64| format!(
            "INSERT INTO log_seal (district_id, last_position, first_position, chain_hash, sealed_at, key_id, signature) \
             SELECT district_id, {position}, first_position, chain_hash, sealed_at, key_id, signature FROM log_seal WHERE last_position = {last}"
        );
        for position in [last + 1, 0, -7] {
            assert_eq!(crime.found(&copied(position)).await, Some((position, "signature wrong")), "{position}");
        }
    }

    async fn a_chain_rewritten_without_the_key_is_found(db: TestDatabase) {
        let mut crime = Crime::prepare(db).await;
        let (place, last) = (crime.last - 1, crime.last);
        crime.tables.run(&format!("UPDATE event SET reason = 'erfunden' WHERE id = {}", event_at(place))).await;
        let app = crime.desk.app.app.clone();
        let district = district_of(&app).await.id;
        let rows = kim::store::log::event::sealed_after(&app.store, district, place - 1, 10).await.unwrap();
        let mut chain = crime.tables.bytes(&format!("SELECT chain_hash FROM log_entry WHERE position = {}", place - 1)).await;
        let mut rewriting = String::new();
        for row in rows {
            let hash = event_hash(&row.event);
            let next = chain_hash(&chain, row.position, &hash);
            let (hash, hashed) = (crime.tables.hash(&hash), crime.tables.hash(&next));
            rewriting += &format!("UPDATE log_entry SET event_hash = {hash}, chain_hash = {hashed} WHERE position = {}; ", row.position);
            rewriting += &format!("UPDATE log_seal SET chain_hash = {hashed} WHERE last_position = {}; ", row.position);
            chain = next.to_vec();
        }
        crime.tables.run(&rewriting).await;
        let report = verified(&app).await;
        assert_eq!(report.finding.as_ref().map(word), Some((place, "signature wrong")));
        // Nor does it help to put a head before all others.
        crime.tables.run(&format!(
            "UPDATE log_seal SET last_position = 0 WHERE last_position = {place}; \
             DELETE FROM log_seal WHERE last_position = {last}"
        )).await;
        assert!(verified(&app).await.finding.is_some());
    }

    async fn a_tail_that_was_cut_off_is_found_by_a_head_that_was_noted(db: TestDatabase) {
        let mut crime = Crime::prepare(db).await;
        let last = crime.last;
        let noted = verified(&crime.desk.app.app).await.head;
        let cut = format!(
            "DELETE FROM event WHERE id = {}; DELETE FROM log_entry WHERE position = {last}; \
             DELETE FROM log_seal WHERE last_position = {last}",
            event_at(last)
        );
        assert_eq!(crime.found(&cut).await, None, "nothing inside the database remembers it");
        crime.tables.run(&cut).await;
        let app = crime.desk.app.app.clone();
        let report = verified_with(&app, &app.sealing_keys, Some(&noted)).await;
        assert_eq!(report.finding.as_ref().map(word), Some((last - 1, "head unknown")));
        crime.undo().await;
        for witness in [noted.as_slice(), &crime.tables.bytes("SELECT chain_hash FROM log_entry WHERE position = 2").await] {
            assert_eq!(verified_with(&app, &app.sealing_keys, Some(witness)).await.finding, None);
        }
    }
}
