//! Master keys that do not fit the database: the server does not start, and nothing is written.

use kim::error::{ErrorCode, Failure};
use kim::store::vault::rotation;
use serde_json::{Value, json};

use super::{Vault, id_of, new_key};
use crate::app::TestApp;
use crate::clients::{CENTRAL, erika, name_in_case, open_case};
use crate::databases::{MASTER_KEY, TestDatabase, both_databases};
use crate::program::Program;
use crate::tables::Tables;

/// How many rows there are in every table that a server may write to.
async fn rows(db: &TestDatabase) -> Vec<i64> {
    let mut tables = Tables::open(db.url()).await;
    let mut counts = Vec::new();
    for table in [
        "district",
        "account",
        "access_grant",
        "session",
        "refresh_token",
        "login_throttle",
        "position",
        "case_file",
        "client",
        "client_key",
        "client_term",
        "district_key",
        "master_key_check",
        "sealed_text",
        "event",
        "log_pending",
        "log_entry",
        "access_log",
        "idempotency_record",
    ] {
        counts.push(tables.count(table).await);
    }
    counts
}

/// The demo district with one client, under [`MASTER_KEY`], and nobody connected.
async fn with_a_client(db: TestDatabase) -> (TestDatabase, Value) {
    let app = TestApp::start(db).await;
    let user = app.user(CENTRAL).await;
    let case = open_case(&user, erika(), json!({})).await.payload()["case"]["id"].clone();
    assert_eq!(name_in_case(&user, &case).await, "Musterfrau");
    app.seal().await;
    (app.stop().await, case)
}

both_databases! {
    async fn the_program_refuses_to_start_names_the_key_it_needs_and_changes_nothing(db: TestDatabase) {
        let (db, _) = with_a_client(db).await;
        let before = rows(&db).await;
        let wrong = new_key();
        let program = Program::on(&db).with("KIM_VAULT_MASTER_KEYS", &wrong);
        let (needed, active) = (id_of(MASTER_KEY), id_of(&wrong));
        for arguments in [
            &["serve"][..],
            &["account", "create", "--login", "neu@example.org", "--name", "N. Neu", "--external"],
            &["district", "create", "--ags", "05554", "--name", "Kreis Borken"],
            &["demo"],
            &["migrate"],
            &["log", "verify"],
            &["keys", "rotate"],
        ] {
            let complaint = program.fail(arguments);
            assert!(complaint.contains(&format!("key {needed} is needed and the active key is {active}")), "{complaint}");
            assert!(!complaint.contains(&wrong[17..]), "{complaint}");
        }
        assert_eq!(rows(&db).await, before);
        let status = program.succeed(&["keys", "status"]);
        assert!(status.contains(&needed) && status.contains("MISSING") && status.contains("No server starts"), "{status}");
        assert_eq!(rows(&db).await, before);
    }

    async fn a_server_that_got_past_the_start_does_not_write_either(db: TestDatabase) {
        let (db, case) = with_a_client(db).await;
        let before = rows(&db).await;
        let app = TestApp::on(db).without_demo().with("KIM_VAULT_MASTER_KEYS", new_key()).start().await;
        let login = "mutation($input: SessionLoginInput!) { sessionLogin(input: $input) { session { accessToken } } }";
        let input = json!({ "login": CENTRAL, "password": kim::demo::PASSWORD });
        let answer = app.nobody().send(login, json!({ "input": input })).await;
        assert_eq!((answer.status, answer.code()), (503, "MASTER_KEY_WRONG"));
        let ready = reqwest::get(app.url("/health/ready")).await.unwrap();
        assert_eq!(ready.status(), 503);
        assert!(ready.text().await.unwrap().contains("master key"));
        let db = app.stop().await;
        assert_eq!(rows(&db).await, before);
        // Nothing is lost: with the right key all goes on.
        let app = TestApp::on(db).without_demo().start().await;
        assert_eq!(name_in_case(&app.user(CENTRAL).await, &case).await, "Musterfrau");
    }

    async fn a_new_database_belongs_to_the_first_of_several_servers(db: TestDatabase) {
        let (one, other) = (new_key(), new_key());
        // Writes in any case: who only finds the district that the other has made is asked for no key yet.
        let write = async |ring| Vault::open(&db, ring).await?.register(1).await.map(|_| ());
        let both: [Result<(), Failure>; 2] = futures_util::future::join(write(&one), write(&other)).await.into();
        let admitted: Vec<bool> = both.iter().map(Result::is_ok).collect();
        assert_eq!(admitted.iter().filter(|admitted| **admitted).count(), 1, "{admitted:?}");
        let refused = both.into_iter().find_map(Result::err).unwrap();
        assert_eq!(refused.code, ErrorCode::MasterKeyWrong);
        let mut tables = Tables::open(db.url()).await;
        assert_eq!((tables.count("master_key_check").await, tables.count("district").await), (1, 1));
    }

    async fn a_ring_that_lacks_a_key_still_in_use_is_refused(db: TestDatabase) {
        let (old, new) = (new_key(), new_key());
        let before = Vault::open(&db, &old).await.unwrap();
        let clients = before.register(3).await.unwrap();
        // Damaged, so that it stays under the old key.
        let mut tables = Tables::open(db.url()).await;
        let damaged = tables.id(clients[1].id.0);
        tables.run(&format!("UPDATE client_key SET wrapped = (SELECT content FROM master_key_check) WHERE client_id = {damaged}")).await;
        let both = Vault::open(&db, &format!("{new}{old}")).await.unwrap();
        let done = rotation::rotate(&both.store, |_| ()).await.unwrap();
        assert_eq!((done.rewrapped, done.unopened.into_iter().collect::<Vec<_>>()), (2, vec![rotation::Unopened::Client(clients[1].id)]));
        assert!(both.opens(&clients[0]).await.unwrap());

        let program = Program::on(&db).with("KIM_VAULT_MASTER_KEYS", format!("{new}{old}"));
        let complaint = program.run(&["keys", "rotate"]);
        assert_eq!(complaint.code, 1);
        assert!(complaint.complaints.contains("1 damaged key could not be opened"), "{complaint:?}");
        assert!(complaint.complaints.contains(&clients[1].id.to_string()), "{complaint:?}");
        let program = program.with("KIM_VAULT_MASTER_KEYS", &new);
        let complaint = program.fail(&["serve"]);
        assert!(complaint.contains(&format!("master key {} is missing", id_of(&old))), "{complaint}");
        let refused = Vault::open(&db, &new).await.unwrap().register(1).await.err().unwrap();
        assert_eq!(refused.code, ErrorCode::MasterKeyWrong);
    }

    async fn a_running_server_without_the_new_key_stores_and_shows_nothing_of_clients_until_it_has_it(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.user(CENTRAL).await;
        let case = open_case(&user, erika(), json!({})).await.payload()["case"]["id"].clone();
        let ready = async || reqwest::get(app.url("/health/ready")).await.unwrap().status().as_u16();
        assert_eq!(ready().await, 200);

        let new = new_key();
        let knowing = app.neighbour().with("KIM_VAULT_MASTER_KEYS", format!("{new}{MASTER_KEY}")).start().await;
        rotation::rotate(&knowing.app.store, |_| ()).await.unwrap();
        app.seal().await;
        let before = rows(&app.db).await;
        let query = "query($id: ID!) { case(id: $id) { reference client { identity { familyName } } } }";
        let read = user.send(query, json!({ "id": case })).await;
        assert_eq!(read.code(), "MASTER_KEY_WRONG", "{read:?}");
        assert_eq!(open_case(&user, erika(), json!({})).await.code(), "MASTER_KEY_WRONG");
        assert_eq!(open_case(&user, Value::Null, json!({})).await.code(), "MASTER_KEY_WRONG");
        assert_eq!(rows(&app.db).await, before);
        assert_eq!(ready().await, 503);
        // What has nothing to do with clients goes on.
        assert!(!crate::desk::numbers(&app.coordinator().await).await.is_empty());

        let user = knowing.user(CENTRAL).await;
        assert_eq!(name_in_case(&user, &case).await, "Musterfrau");
        assert_eq!(open_case(&user, erika(), json!({})).await.user_errors(), Vec::<&str>::new());
    }
}
