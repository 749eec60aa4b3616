//! Test databases: each test gets one of its own, made by copying a template that is migrated once per process.
//!
//! - SQLite: a file in a folder of its own.
//! - PostgreSQL: a database on the server that `TEST_DATABASE_URL` names (its user needs `CREATEDB`), otherwise on a
//!   throw-away cluster ([`cluster`]) that is started with the first test that needs it and is gone with the process.
//!   Where neither can be had, PostgreSQL is left out and one line says so.
//!
//! [`both_databases`] writes a test once and runs it on both. `KIM_TEST_REQUIRE` names, separated by commas, what must
//! not be left out. Declare this module under `#[cfg(test)]`: the lints allow `unwrap` only there.

use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Once};
use std::time::Duration;

use kim::store::Store;
use kim::store::connection::ConnectionSettings;
use kim::vault::MasterKeys;
use sea_orm::sqlx::{AssertSqlSafe, Connection as _, SqliteConnection, raw_sql};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use self::cluster::Cluster;
use self::server::Server;

mod cluster;
mod server;
mod tests;

/// Runs each test on SQLite and on PostgreSQL: `async fn rule(database: TestDatabase) { … }` becomes the tests
/// `rule::sqlite` and `rule::postgres`, each with a database of its own.
macro_rules! both_databases {
    ($($(#[$attribute:meta])* async fn $rule:ident($database:ident: $type:ty) $body:block)+) => {$(
        mod $rule {
            use super::*;

            $(#[$attribute])*
            async fn check($database: $type) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                check($crate::databases::TestDatabase::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(database) = $crate::databases::TestDatabase::postgres().await {
                    check(database).await;
                }
            }
        }
    )+};
}
pub(crate) use both_databases;

/// Which database stands behind a [`TestDatabase`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseKind {
    Sqlite,
    Postgres,
}

/// A migrated, empty database of one test. It is removed when it is dropped.
pub struct TestDatabase {
    url: String,
    place: Place,
}

enum Place {
    File(#[expect(dead_code, reason = "removes the folder when it is dropped")] TempDir),
    Copy {
        server: &'static Server,
        name: String,
    },
    Private(Cluster),
    /// Somebody else's, who also removes it.
    Elsewhere(DatabaseKind),
}

/// Why there is no PostgreSQL.
#[derive(Clone, Debug)]
enum Absence {
    /// The machine has none: the tests pass without.
    LeftOut(String),
    /// It should be there and is not: the tests fail.
    Broken(String),
}

impl TestDatabase {
    /// An SQLite file.
    pub async fn sqlite() -> Self {
        static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
        let template = TEMPLATE.get_or_init(migrated_sqlite_file).await;
        let folder = new_folder();
        let file = folder.path().join("kim.db");
        std::fs::write(&file, template).unwrap();
        Self { url: sqlite_url(&file), place: Place::File(folder) }
    }

    /// A database on the PostgreSQL server that all tests of the process share; nothing when it is left out.
    pub async fn postgres() -> Option<Self> {
        let server = present(Server::shared().await, &NO_POSTGRES)?;
        let (name, url) = server.copy_template().await.unwrap();
        Some(Self { url, place: Place::Copy { server, name } })
    }

    /// A database on a PostgreSQL server that no other test uses and that can be stopped. It needs the server programs
    /// on this machine, `TEST_DATABASE_URL` or not; nothing when they are missing.
    pub async fn private_postgres() -> Option<Self> {
        let notice = if server::given_url().is_some() { &NO_PRIVATE_POSTGRES } else { &NO_POSTGRES };
        let cluster = present(Cluster::start(), notice)?;
        let url = cluster.url("kim");
        server::execute(&cluster.url("postgres"), "CREATE DATABASE kim").await.unwrap();
        migrate(&url).await.unwrap();
        Some(Self { url, place: Place::Private(cluster) })
    }

    /// The same database once more, for a second server. It is gone with the first one.
    pub fn same(&self) -> Self {
        Self { url: self.url.clone(), place: Place::Elsewhere(self.kind()) }
    }

    /// A copy of it as it is now, as a backup makes it. Waits until nobody is connected where that is needed.
    pub async fn copy(&self) -> Self {
        match &self.place {
            Place::File(_) => {
                let folder = new_folder();
                let file = folder.path().join("copy.db");
                let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
                let statement = format!("VACUUM INTO '{}'", file.display());
                raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
                Self { url: sqlite_url(&file), place: Place::File(folder) }
            }
            Place::Copy { server, name } => {
                let (name, url) = server.copy(name).await.unwrap();
                Self { url, place: Place::Copy { server, name } }
            }
            Place::Private(_) | Place::Elsewhere(_) => panic!("only a database that a test has for itself is copied"),
        }
    }

    /// `sqlite:` or `postgres:` URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// SQLite or PostgreSQL.
    pub const fn kind(&self) -> DatabaseKind {
        match self.place {
            Place::File(_) => DatabaseKind::Sqlite,
            Place::Copy { .. } | Place::Private(_) => DatabaseKind::Postgres,
            Place::Elsewhere(kind) => kind,
        }
    }

    /// Settings of a small pool on this database.
    pub fn settings(&self) -> ConnectionSettings {
        settings(&self.url)
    }

    /// A store with a small pool of its own.
    pub async fn store(&self) -> Store {
        Store::connect(&self.settings(), master_keys()).await.unwrap()
    }

    /// Takes the server of a private database away, as a crash does; returns when it is gone.
    pub fn stop(&self) {
        self.private_cluster().stop();
    }

    /// Brings the stopped server of a private database back under the same URL; returns when it answers.
    pub fn start(&self) {
        self.private_cluster().restart();
    }

    fn private_cluster(&self) -> &Cluster {
        match &self.place {
            Place::Private(cluster) => cluster,
            Place::File(_) | Place::Copy { .. } | Place::Elsewhere(_) => {
                panic!("only the server of a private database can be stopped")
            }
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Place::Copy { server, name } = &self.place {
            server.remove(name);
        }
    }
}

/// Whether `KIM_TEST_REQUIRE` says that `what` (`postgres`, `chromium`) must not be left out.
pub fn required(what: &str) -> bool {
    std::env::var("KIM_TEST_REQUIRE").is_ok_and(|list| list.split(',').any(|word| word.trim() == what))
}

struct Notice {
    said: Once,
    what: &'static str,
    remedy: &'static str,
}

static NO_POSTGRES: Notice = Notice {
    said: Once::new(),
    what: "PostgreSQL",
    remedy: "Install its server programs (Debian: postgresql) or set TEST_DATABASE_URL.",
};
static NO_PRIVATE_POSTGRES: Notice = Notice {
    said: Once::new(),
    what: "A PostgreSQL server that can be stopped",
    remedy: "Install the server programs (Debian: postgresql).",
};

fn present<T>(found: Result<T, Absence>, notice: &Notice) -> Option<T> {
    let reason = match found {
        Ok(found) => return Some(found),
        Err(Absence::Broken(reason)) => panic!("PostgreSQL cannot be used: {reason}"),
        Err(Absence::LeftOut(reason)) => reason,
    };
    let line = format!("{} was left out: {reason}. {}", notice.what, notice.remedy);
    assert!(!required("postgres"), "{line} (KIM_TEST_REQUIRE does not allow to leave it out.)");
    // Not `eprintln!`: the test harness swallows that for tests that pass.
    notice.said.call_once(|| writeln!(std::io::stderr(), "{line}").unwrap());
    None
}

/// The master key of all databases of tests, so that one server can go on where another one stopped.
pub const MASTER_KEY: &str = "5e1f0a7c93b24d688f21c7e5a0d9b3f4716c2e8d5b9a403f1e6d8c7b2a590f34";

fn master_keys() -> Arc<MasterKeys> {
    Arc::new(MasterKeys::from_text(&SecretString::from(MASTER_KEY)).unwrap())
}

fn settings(url: &str) -> ConnectionSettings {
    ConnectionSettings {
        url: url.to_owned(),
        max_connections: 4,
        acquire_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(10),
    }
}

async fn migrate(url: &str) -> Result<(), String> {
    let store = Store::connect(&settings(url), master_keys()).await.map_err(|error| format!("{error:?}"))?;
    let migrated = store.migrate().await.map_err(|error| format!("{error:?}"));
    store.close().await;
    migrated
}

async fn migrated_sqlite_file() -> Vec<u8> {
    let folder = new_folder();
    let file = folder.path().join("template.db");
    migrate(&sqlite_url(&file)).await.unwrap();
    assert!(!folder.path().join("template.db-wal").exists(), "the template's write-ahead log is still in use");
    std::fs::read(&file).unwrap()
}

fn new_folder() -> TempDir {
    tempfile::Builder::new().prefix("kim-test-").tempdir().unwrap()
}

fn sqlite_url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}
