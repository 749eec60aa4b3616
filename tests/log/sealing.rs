//! The sealer: away from the commands' way, one at a time, in an order that never changes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use entity::ids::{EventId, Identifier};
use futures_util::future::join_all;
use kim::authn::keys::SigningKeys;
use kim::store::log::event::{self, Event};
use kim::store::log::verification::Defect;
use secrecy::{ExposeSecret as _, SecretString};

use super::{district_of, sealed, second_process, verified, verified_with};
use crate::app::TestApp;
use crate::databases::{TestDatabase, both_databases};
use crate::desk::Desk;

both_databases! {
    async fn old_heads_verify_as_long_as_their_key_stays_in_the_ring(db: TestDatabase) {
        let pem = || SigningKeys::generate().unwrap().expose_secret().to_owned();
        let (old, new) = (pem(), pem());
        let rotated = format!("{new}{old}");
        let app = TestApp::on(db).with("KIM_SEALING_SIGNING_KEYS", old.as_str()).start().await;
        let desk = Desk::at(app).await;
        desk.planned("K-1").await;
        sealed(&desk.app).await;
        let app = TestApp::on(desk.app.stop().await).with("KIM_SEALING_SIGNING_KEYS", rotated.as_str()).start().await;
        let desk = Desk::at(app).await;
        desk.planned("K-2").await;
        sealed(&desk.app).await;
        let app = &desk.app.app;
        let ring = |text: &str| SigningKeys::from_pem(&SecretString::from(text)).unwrap();
        assert_eq!(verified_with(app, &ring(&rotated), None).await.finding, None);
        assert_eq!(verified_with(app, &ring(&format!("{old}{new}")), None).await.finding, None);
        let without_old = verified_with(app, &ring(&new), None).await.finding.unwrap();
        let first_head = desk.tables().await.number("SELECT min(last_position) FROM log_seal").await;
        assert_eq!((without_old.position, without_old.defect), (first_head, Defect::SignatureWrong));
        let without_new = verified_with(app, &ring(&old), None).await.finding.unwrap();
        let last_head = desk.tables().await.number("SELECT max(last_position) FROM log_seal").await;
        assert_eq!((without_new.position, without_new.defect), (last_head, Defect::SignatureWrong));
    }

    async fn many_events_are_sealed_in_batches_of_any_size(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_SEALING_BATCH_EVENTS", "3").start().await;
        let desk = Desk::at(app).await;
        join_all((0..10).map(async |number| desk.planned(&format!("B-{number}")).await)).await;
        sealed(&desk.app).await;
        let report = verified(&desk.app.app).await;
        assert_eq!((report.finding, report.entries), (None, desk.tables().await.count("event").await));
    }

    async fn verification_is_right_while_the_sealer_works(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let done = AtomicBool::new(false);
        let write = async {
            for number in 0..25 {
                desk.planned(&format!("W-{number}")).await;
            }
            done.store(true, Ordering::Relaxed);
        };
        let check = async {
            while !done.load(Ordering::Relaxed) {
                assert_eq!(verified(&desk.app.app).await.finding, None);
            }
        };
        tokio::join!(write, check);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_do_not_wait_for_the_heads_of_the_log() {
    let Some(db) = TestDatabase::postgres().await else { return };
    let desk = Desk::open(db).await;
    sealed(&desk.app).await;
    let mut positions = Vec::new();
    for number in 0..12 {
        positions.push(desk.approved(&format!("C-{number}")).await);
    }
    let mut outside = desk.tables().await;
    // The sealer, and whoever would need a chain head, waits for this until it is let go.
    outside.run("BEGIN; LOCK TABLE log_entry, log_seal IN ACCESS EXCLUSIVE MODE").await;
    let advertise =
        |position: &String| desk.employer.done("positionAdvertise", serde_json::json!({ "positionId": position }));
    let advertised = join_all(positions.iter().map(advertise)).await;
    assert!(advertised.iter().all(|position| position["status"] == "ADVERTISED"));
    outside.run("ROLLBACK").await;
    sealed(&desk.app).await;
    assert_eq!(verified(&desk.app.app).await.finding, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sealers_at_once_leave_neither_gaps_nor_doubles() {
    let Some(db) = TestDatabase::postgres().await else { return };
    let app = TestApp::on(db).with("KIM_SEALING_BATCH_EVENTS", "2").start().await;
    let desk = Desk::at(app).await;
    let done = Arc::new(AtomicBool::new(false));
    let mut sealers = Vec::new();
    for _ in 0..2 {
        let (other, done) = (second_process(&desk.app).await, Arc::clone(&done));
        sealers.push(tokio::spawn(async move {
            while !done.load(Ordering::Relaxed) {
                other.sealer().seal_all().await.unwrap();
                tokio::task::yield_now().await;
            }
        }));
    }
    for round in 0..8 {
        join_all((0..5).map(async |number| desk.planned(&format!("Z-{round}-{number}")).await)).await;
    }
    done.store(true, Ordering::Relaxed);
    for sealer in sealers {
        sealer.await.unwrap();
    }
    sealed(&desk.app).await;
    let report = verified(&desk.app.app).await;
    let mut tables = desk.tables().await;
    assert_eq!((report.finding, report.entries), (None, tables.count("event").await));
    assert_eq!(tables.number("SELECT count(DISTINCT event_id) FROM log_entry").await, report.entries);
    assert_eq!(tables.number("SELECT max(position) FROM log_entry").await, report.entries);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_commits_late_is_sealed_late_and_moves_no_other() {
    let Some(db) = TestDatabase::postgres().await else { return };
    let desk = Desk::open(db).await;
    sealed(&desk.app).await;
    let store = &desk.app.app.store;
    let late = Event {
        id: EventId::new(),
        district_id: district_of(&desk.app.app).await.id,
        occurred_at: crate::app::start_of_tests(),
        actor_id: None,
        command: "positionPlan".to_owned(),
        subject: "pos_0".to_owned(),
        reason: None,
        change: "{}".to_owned(),
    };
    let transaction = store.begin().await.unwrap();
    event::append(transaction.connection(), &late).await.unwrap();
    desk.planned("N-1").await;
    sealed(&desk.app).await;
    let before = verified(&desk.app.app).await;
    transaction.commit().await.unwrap();
    sealed(&desk.app).await;
    let after = verified_with(&desk.app.app, &desk.app.app.sealing_keys, Some(&before.head)).await;
    assert_eq!((after.finding, after.entries), (None, before.entries + 1));
    let sealed = event::sealed_after(store, late.district_id, before.entries, 10).await.unwrap();
    assert_eq!(sealed.iter().map(|row| row.event.id).collect::<Vec<_>>(), [late.id]);
}
