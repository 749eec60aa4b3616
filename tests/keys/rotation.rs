//! Rotation of the master key: without downtime, in batches, to be killed and begun again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kim::store::vault::rotation::{self, Holdings, Wraps};
use serde_json::{Value, json};

use super::{Registered, Vault, id_of, new_key, ring};
use crate::app::{Client, TestApp};
use crate::clients::{CENTRAL, MUNICIPAL, erika, name_in_case, open_case};
use crate::databases::{MASTER_KEY, TestDatabase, both_databases};
use crate::program::Program;
use crate::tables::Tables;

/// More than a few batches.
const MANY: usize = 2_600;

async fn under(db: &TestDatabase, line: &str) -> i64 {
    let id = id_of(line);
    let mut tables = Tables::open(db.url()).await;
    tables.count(&format!("client_key WHERE master_key_id = '{id}'")).await
        + tables.count(&format!("district_key WHERE master_key_id = '{id}'")).await
}

async fn all_open(vault: &Vault, clients: &[Registered]) -> bool {
    for client in clients {
        if !vault.opens(client).await.unwrap() {
            return false;
        }
    }
    true
}

both_databases! {
    async fn servers_read_and_register_while_a_rotation_runs(db: TestDatabase) {
        let new = new_key();
        let both = format!("{new}{MASTER_KEY}");
        let app = TestApp::on(db).with("KIM_VAULT_MASTER_KEYS", format!("{MASTER_KEY}\n{new}")).start().await;
        // One server has the new key behind the old one, the other one before it: the database decides.
        let other = app.neighbour().with("KIM_VAULT_MASTER_KEYS", &both).start().await;
        let known = open_case(&app.user(CENTRAL).await, erika(), json!({})).await.payload()["case"]["id"].clone();
        open_case(&other.user(CENTRAL).await, erika(), json!({})).await.payload()["case"]["id"].as_str().unwrap();
        assert_eq!(under(&app.db, &new).await, 0);
        let vault = Vault::open(&app.db, MASTER_KEY).await.unwrap();
        let clients = vault.register(MANY).await.unwrap();

        let ended = Arc::new(AtomicBool::new(false));
        let work = |user: Client, known: Option<Value>| {
            let ended = Arc::clone(&ended);
            async move {
                let mut cases = Vec::new();
                // Once more after the end, so that there is always something from before, from within and from after.
                loop {
                    let last = ended.load(Ordering::Relaxed);
                    let opened = open_case(&user, erika(), json!({})).await;
                    let case = opened.payload()["case"]["id"].clone();
                    assert_eq!(name_in_case(&user, &case).await, "Musterfrau");
                    if let Some(known) = &known {
                        assert_eq!(name_in_case(&user, known).await, "Musterfrau");
                    }
                    cases.push(case);
                    if last {
                        return cases;
                    }
                }
            }
        };
        let program = Program::on(&app.db).with("KIM_VAULT_MASTER_KEYS", &both);
        let rotate = async {
            let told = tokio::task::spawn_blocking(move || program.succeed(&["keys", "rotate"])).await.unwrap();
            ended.store(true, Ordering::Relaxed);
            told
        };
        let (central, municipal) = (app.user(CENTRAL).await, other.user(MUNICIPAL).await);
        let (told, one, two) = tokio::join!(rotate, work(central, Some(known.clone())), work(municipal, None));
        assert!(told.starts_with(&format!("The database was under master key {} and is under {} now.\n", id_of(MASTER_KEY), id_of(&new))), "{told}");
        assert_eq!(under(&app.db, MASTER_KEY).await, 0);
        let total = MANY + 2 + one.len() + two.len() + 1;
        assert_eq!(under(&app.db, &new).await, i64::try_from(total).unwrap());

        // With the new key alone everything opens.
        let user = app.neighbour().with("KIM_VAULT_MASTER_KEYS", &new).start().await.user(CENTRAL).await;
        for case in one.iter().chain([&known]) {
            assert_eq!(name_in_case(&user, case).await, "Musterfrau");
        }
        let vault = Vault::open(&app.db, &new).await.unwrap();
        assert!(all_open(&vault, &clients[..50]).await && all_open(&vault, &clients[MANY - 50..]).await);
        app.seal().await;
        let keys = app.folder().display().to_string();
        let program = Program::on(&app.db).with("KIM_VAULT_MASTER_KEYS", &new).with("KIM_DATA_DIRECTORY", keys);
        assert!(program.succeed(&["log", "verify"]).contains(": sound."));
    }

    async fn a_rotation_that_is_killed_again_and_again_goes_on_where_it_stopped(db: TestDatabase) {
        let (old, new) = (new_key(), new_key());
        let both = format!("{new}{old}");
        let vault = Vault::open(&db, &old).await.unwrap();
        let clients = vault.register(MANY).await.unwrap();
        let program = Program::on(&db).with("KIM_VAULT_MASTER_KEYS", &both);
        let (mut done, mut kills) = (0, 0);
        let reader = Vault::open(&db, &both).await.unwrap();
        while kills < 4 {
            let mut running = program.begin(&["keys", "rotate"]);
            // Killed as soon as it has come further.
            loop {
                let now = under(&db, &new).await;
                if now > done || running.has_ended() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            drop(running);
            kills += 1;
            let now = under(&db, &new).await;
            assert!(now > done || now == i64::try_from(MANY).unwrap(), "{now} after {done}");
            done = now;
            assert_eq!(done + under(&db, &old).await, i64::try_from(MANY).unwrap());
            for client in clients.iter().step_by(97) {
                assert!(reader.opens(client).await.unwrap());
            }
            // What comes in between is under the new key at once.
            assert_eq!(rotation::holdings(&reader.store).await.unwrap().current.unwrap().to_string(), id_of(&new));
        }
        let told = program.succeed(&["keys", "rotate"]);
        let left = i64::try_from(MANY).unwrap() - done;
        assert!(told.starts_with(&format!("{left} keys were wrapped anew under {}.\n", id_of(&new))), "{told}");
        assert_eq!((under(&db, &old).await, under(&db, &new).await), (0, i64::try_from(MANY).unwrap()));
        assert!(all_open(&Vault::open(&db, &new).await.unwrap(), &clients).await);
        let again = program.succeed(&["keys", "rotate"]);
        assert!(again.starts_with("0 keys were wrapped anew"), "{again}");
    }

    async fn a_client_erased_while_a_rotation_runs_stays_erased(db: TestDatabase) {
        let (old, new) = (new_key(), new_key());
        let vault = Vault::open(&db, &old).await.unwrap();
        let clients = vault.register(MANY).await.unwrap();
        let rotating = Vault::open(&db, &format!("{new}{old}")).await.unwrap();
        let eraser = Vault::open(&db, &format!("{old}{new}")).await.unwrap();
        let erase = async {
            for client in clients.iter().step_by(13) {
                assert!(eraser.erase(client.id).await.unwrap());
            }
        };
        let (rotated, ()) = tokio::join!(rotation::rotate(&rotating.store, |_| ()), erase);
        let rotated = rotated.unwrap();
        assert!(rotated.unopened.is_empty());
        let erased = clients.iter().step_by(13).count();
        assert!(rotated.rewrapped >= u64::try_from(MANY - erased).unwrap());
        let left = i64::try_from(MANY - erased).unwrap();
        assert_eq!((under(&db, &old).await, under(&db, &new).await), (0, left));
        let after = Vault::open(&db, &new).await.unwrap();
        for (index, client) in clients.iter().enumerate() {
            assert_eq!(after.opens(client).await.unwrap(), index % 13 != 0);
        }
    }

    async fn the_operator_sees_what_is_under_which_key_and_what_to_do(db: TestDatabase) {
        let (old, new) = (new_key(), new_key());
        let (old_id, new_id) = (id_of(&old), id_of(&new));
        let status = |ring: &str| {
            let told = Program::on(&db).with("KIM_VAULT_MASTER_KEYS", ring).succeed(&["keys", "status"]);
            assert!(!told.contains(&old[17..]) && !told.contains(&new[17..]));
            told.replace(&old_id, "<the old key id>").replace(&new_id, "<the new key id>")
        };
        insta::assert_snapshot!("status_new_database", status(&old));
        Vault::open(&db, &old).await.unwrap().register(3).await.unwrap();
        insta::assert_snapshot!("status_one_key", status(&old));
        insta::assert_snapshot!("status_before_rotation", status(&format!("{new}{old}")));
        let rotate = |ring: &str| {
            let told = Program::on(&db).with("KIM_VAULT_MASTER_KEYS", ring).succeed(&["keys", "rotate"]);
            told.replace(&old_id, "<the old key id>").replace(&new_id, "<the new key id>")
        };
        insta::assert_snapshot!("rotation", rotate(&format!("{new}{old}")));
        insta::assert_snapshot!("status_after_rotation", status(&format!("{new}{old}")));
        insta::assert_snapshot!("status_wrong_key", status(&old));
        insta::assert_snapshot!("rotation_with_one_key", rotate(&new));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_another_transaction_holds_are_passed_over_and_found_again() {
    let Some(db) = TestDatabase::postgres().await else { return };
    let (old, new) = (new_key(), new_key());
    let vault = Vault::open(&db, &old).await.unwrap();
    let clients = vault.register(20).await.unwrap();
    let mut holder = Tables::open(db.url()).await;
    let held = holder.id(clients[3].id.0);
    holder.run(&format!("BEGIN; SELECT 1 FROM client_key WHERE client_id = {held} FOR UPDATE")).await;
    let rotating = Vault::open(&db, &format!("{new}{old}")).await.unwrap();
    let release = async {
        crate::app::eventually("all others are done", async || under(&db, &new).await == 19).await;
        holder.run("COMMIT").await;
    };
    let (rotated, ()) = tokio::join!(rotation::rotate(&rotating.store, |_| ()), release);
    assert_eq!(rotated.unwrap().rewrapped, 20);
    let wraps = [(ring(&new).active_id(), Wraps { data_keys: 20, index_keys: 0 })].into();
    let ring = ring(&format!("{new}{old}")).ids().collect::<Vec<_>>();
    let held = Holdings { current: ring.first().copied(), ring, wraps };
    assert_eq!(rotation::holdings(&rotating.store).await.unwrap(), held);
}
