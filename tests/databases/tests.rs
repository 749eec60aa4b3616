//! What the test databases promise.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use kim::store::accounts::throttle::count_attempt;
use sea_orm::sqlx::{Connection as _, PgConnection, query_scalar};

use super::{DatabaseKind, Place, TestDatabase, both_databases, required};

both_databases! {
    async fn a_row_written_in_one_database_is_in_no_other(one: TestDatabase) {
        let other = match one.kind() {
            DatabaseKind::Sqlite => TestDatabase::sqlite().await,
            DatabaseKind::Postgres => TestDatabase::postgres().await.unwrap(),
        };
        assert_ne!(one.url(), other.url());
        let attempt = async |database: &TestDatabase| {
            let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
            let store = database.store().await;
            count_attempt(&store, &[7; 32], chrono::Duration::minutes(1), now).await.unwrap()
        };
        assert_eq!(attempt(&one).await, 1);
        assert_eq!(attempt(&one).await, 2);
        assert_eq!(attempt(&other).await, 1);
    }

    async fn a_test_database_is_migrated(database: TestDatabase) {
        let store = database.store().await;
        assert_eq!(store.missing_migrations().await.unwrap(), Vec::<String>::new());
        assert_eq!(store.is_postgres(), database.kind() == DatabaseKind::Postgres);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_databases_can_be_made_at_once() {
    let made = futures_util::future::join_all((0..20).map(|_| TestDatabase::postgres())).await;
    let urls: HashSet<&str> = made.iter().flatten().map(TestDatabase::url).collect();
    assert!(urls.len() == 20 || urls.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_sqlite_database_leaves_no_folder() {
    let database = TestDatabase::sqlite().await;
    let file = database.url().strip_prefix("sqlite://").unwrap().to_owned();
    assert!(Path::new(&file).exists());
    drop(database);
    assert!(!Path::new(&file).parent().unwrap().exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_server_can_be_lost_and_come_back() {
    let Some(database) = TestDatabase::private_postgres().await else { return };
    let store = database.store().await;
    store.ping().await.unwrap();
    database.stop();
    store.ping().await.unwrap_err();
    database.start();
    store.ping().await.unwrap();
    assert_eq!(store.missing_migrations().await.unwrap(), Vec::<String>::new());
}

#[test]
fn what_is_left_out_is_said_once() {
    let output = run_without_postgres(&[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert_eq!(said.matches("was left out").count(), 1, "{said}");
    let line = said.lines().find(|line| line.contains("was left out")).unwrap();
    assert_eq!(
        line,
        "PostgreSQL was left out: there is no initdb, pg_ctl and postgres in PG_BIN (/nowhere). \
         Install its server programs (Debian: postgresql) or set TEST_DATABASE_URL."
    );
}

#[test]
fn what_is_required_is_not_left_out() {
    let output = run_without_postgres(&[("KIM_TEST_REQUIRE", "chromium, postgres")]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!output.status.success());
    assert!(said.contains("KIM_TEST_REQUIRE does not allow to leave it out"), "{said}");
}

#[test]
fn a_word_is_required_only_when_it_is_in_the_list() {
    assert!(!required("no such thing"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_server_keeps_no_more_than_the_template_of_the_last_run() {
    let Some(database) = TestDatabase::private_postgres().await else { return };
    let mut templates = HashSet::new();
    for _ in 0..2 {
        let output = run_tests(&SAMPLES, &[("TEST_DATABASE_URL", database.url())]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let mut connection = PgConnection::connect(database.url()).await.unwrap();
        let left: Vec<String> =
            query_scalar(r"SELECT datname::text FROM pg_database WHERE datname LIKE 'kim\_test\_%'")
                .fetch_all(&mut connection)
                .await
                .unwrap();
        assert_eq!(left.len(), 1, "{left:?}");
        templates.extend(left);
    }
    assert_eq!(templates.len(), 2);
}

#[test]
fn a_killed_test_leaves_no_server_and_no_folder() {
    let mut tests = command(&["holds_a_server_until_it_is_killed"], &[(HOLD, "1")])
        .arg("--ignored")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let held = BufReader::new(tests.stderr.take().unwrap()).lines().map(Result::unwrap).find_map(|line| {
        let (folder, process) = line.strip_prefix(HOLD)?.trim().split_once(' ')?;
        Some((folder.to_owned(), format!("/proc/{process}/cmdline")))
    });
    tests.kill().unwrap();
    tests.wait().unwrap();
    // Nothing is held where there is no PostgreSQL.
    let Some((folder, process)) = held else { return };
    let started = Instant::now();
    // The command line of a process that has ended is empty until its parent takes note.
    let runs = || std::fs::read(&process).is_ok_and(|line| !line.is_empty());
    while Path::new(&folder).exists() || runs() {
        assert!(started.elapsed() < Duration::from_secs(30), "{folder} or the server in it is still there");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "part of another test, which runs it in a process of its own"]
async fn holds_a_server_until_it_is_killed() {
    if std::env::var_os(HOLD).is_none() {
        return;
    }
    let Some(database) = TestDatabase::private_postgres().await else { return };
    let Place::Private(cluster) = &database.place else { panic!("not private") };
    let process = std::fs::read_to_string(cluster.folder().join("data/postmaster.pid")).unwrap();
    let process = process.lines().next().unwrap();
    writeln!(std::io::stderr(), "{HOLD} {} {process}", cluster.folder().display()).unwrap();
    std::thread::sleep(Duration::from_secs(60));
}

const HOLD: &str = "KIM_TEST_HOLD";
const SAMPLES: [&str; 3] = [
    "a_row_written_in_one_database_is_in_no_other::postgres",
    "a_test_database_is_migrated::postgres",
    "a_private_server_can_be_lost_and_come_back",
];

fn run_without_postgres(variables: &[(&str, &str)]) -> Output {
    run_tests(&SAMPLES, &[variables, &[("PG_BIN", "/nowhere")]].concat())
}

fn run_tests(names: &[&str], variables: &[(&str, &str)]) -> Output {
    command(names, variables).output().unwrap()
}

/// Runs tests of this file in a process of their own.
fn command(names: &[&str], variables: &[(&str, &str)]) -> Command {
    let (_, module) = module_path!().split_once("::").unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("--exact").args(names.iter().map(|name| format!("{module}::{name}")));
    command.env_remove("TEST_DATABASE_URL").env_remove("KIM_TEST_REQUIRE").envs(variables.iter().copied());
    command
}
