//! The PostgreSQL server that all tests of the process share: the throw-away cluster, or somebody else's server.
//!
//! Databases are called `kim_test_<run>_<number>`, the template of the run `kim_test_<run>_template`. On somebody
//! else's server the process holds an advisory lock with the name of its run as long as it lives: a later run removes
//! what it finds of runs whose lock is free, so that killed tests leave nothing for long.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use sea_orm::sqlx::{AssertSqlSafe, Connection as _, Error, PgConnection, query_scalar, raw_sql};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::cluster::Cluster;
use super::{Absence, migrate};

/// Makes and removes databases.
pub(super) struct Server {
    /// A database that exists, from which others are created and removed.
    url: String,
    run: String,
    /// How a template is copied, as the end of the statement.
    strategy: &'static str,
    copies: AtomicU64,
    /// Never dropped, since the server is a static: its keeper ends it with the process.
    _cluster: Option<Cluster>,
}

impl Server {
    /// The server, started with the first call.
    pub(super) async fn shared() -> Result<&'static Self, Absence> {
        static SHARED: OnceCell<Result<Server, Absence>> = OnceCell::const_new();
        SHARED.get_or_init(Self::prepare).await.as_ref().map_err(Clone::clone)
    }

    async fn prepare() -> Result<Self, Absence> {
        let given = given_url();
        let cluster = if given.is_some() { None } else { Some(Cluster::start()?) };
        let url = given.or_else(|| cluster.as_ref().map(|cluster| cluster.url("postgres"))).unwrap_or_default();
        // The tail of such an identifier is random.
        let run = Uuid::now_v7().simple().to_string().split_off(20);
        // Copying files instead of logging pages takes a third of the time where nothing waits for the disk. Servers
        // before version 15 know no other way and no word for it.
        let strategy = match &cluster {
            Some(_) if version(&url).await.map_err(|error| Absence::Broken(error.to_string()))? >= 150_000 => {
                "STRATEGY FILE_COPY"
            }
            Some(_) | None => "",
        };
        let server = Self { url, run, strategy, copies: AtomicU64::new(0), _cluster: cluster };
        server.make_template().await.map_err(Absence::Broken)?;
        Ok(server)
    }

    async fn make_template(&self) -> Result<(), String> {
        if self._cluster.is_none() {
            self.hold_lock()?;
            self.remove_leftovers().await.map_err(|error| error.to_string())?;
        }
        let template = self.name("template");
        let execute = async |statement: String| execute(&self.url, &statement).await.map_err(|error| error.to_string());
        execute(format!("CREATE DATABASE {template} TEMPLATE template0")).await?;
        migrate(&self.url_of(&template)?).await?;
        // A template that somebody is connected to cannot be copied.
        execute(format!("ALTER DATABASE {template} ALLOW_CONNECTIONS false")).await
    }

    /// A new database: its name and its URL.
    pub(super) async fn copy_template(&self) -> Result<(String, String), String> {
        let name = self.name(&self.copies.fetch_add(1, Ordering::Relaxed).to_string());
        let statement = format!("CREATE DATABASE {name} TEMPLATE {} {}", self.name("template"), self.strategy);
        execute(&self.url, &statement).await.map_err(|error| error.to_string())?;
        let url = self.url_of(&name)?;
        Ok((name, url))
    }

    /// A new database with the content of another one, to which nobody may be connected: its name and its URL.
    pub(super) async fn copy(&self, original: &str) -> Result<(String, String), String> {
        let name = self.name(&self.copies.fetch_add(1, Ordering::Relaxed).to_string());
        let statement = format!("CREATE DATABASE {name} TEMPLATE {original} {}", self.strategy);
        let mut outcome = execute(&self.url, &statement).await;
        for _ in 0..50 {
            // A pool that was closed says good-bye in its own time.
            if !outcome.as_ref().is_err_and(|error| error.to_string().contains("being accessed by other users")) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            outcome = execute(&self.url, &statement).await;
        }
        outcome.map_err(|error| error.to_string())?;
        let url = self.url_of(&name)?;
        Ok((name, url))
    }

    /// Removes a database and ends its connections. Waits until it is gone, also where nothing can be awaited.
    pub(super) fn remove(&self, name: &str) {
        let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let url = &self.url;
        // A thread, since this one may be driving a runtime already.
        let removed = std::thread::scope(|scope| scope.spawn(|| block_on(execute(url, &statement))).join());
        if !matches!(removed, Ok(Ok(()))) {
            eprintln!("the database {name} could not be removed: {removed:?}");
        }
    }

    fn name(&self, tail: &str) -> String {
        format!("kim_test_{}_{tail}", self.run)
    }

    fn url_of(&self, database: &str) -> Result<String, String> {
        let mut url = reqwest::Url::parse(&self.url).map_err(|error| format!("TEST_DATABASE_URL: {error}"))?;
        url.set_path(database);
        Ok(url.into())
    }

    /// Holds the lock of this run until the process ends.
    fn hold_lock(&self) -> Result<(), String> {
        let (sender, receiver) = mpsc::channel();
        let (url, run) = (self.url.clone(), self.run.clone());
        std::thread::spawn(move || {
            let outcome = block_on(async {
                let mut connection = PgConnection::connect(&url).await?;
                let is_taken = take_lock(&mut connection, &run).await?;
                sender.send(Ok(is_taken)).ok();
                // Never ends, and keeps the connection until then.
                std::future::pending::<Result<(), Error>>().await
            });
            sender.send(outcome.map(|()| false)).ok();
        });
        match receiver.recv() {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err("another run has the same name".to_owned()),
            Ok(Err(error)) => Err(format!("TEST_DATABASE_URL: {error}")),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn remove_leftovers(&self) -> Result<(), Error> {
        let mut connection = PgConnection::connect(&self.url).await?;
        let names: Vec<String> =
            query_scalar(r"SELECT datname::text FROM pg_database WHERE datname LIKE 'kim\_test\_%'")
                .fetch_all(&mut connection)
                .await?;
        for name in names {
            let run = name.split('_').nth(2).unwrap_or_default();
            if run != self.run && take_lock(&mut connection, run).await? {
                let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
            }
        }
        connection.close().await
    }
}

/// The server that the tests are to use instead of a cluster of their own.
pub(super) fn given_url() -> Option<String> {
    std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}

/// Runs statements in a connection of their own.
pub(super) async fn execute(url: &str, statement: &str) -> Result<(), Error> {
    let mut connection = PgConnection::connect(url).await?;
    raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
    connection.close().await
}

async fn version(url: &str) -> Result<i32, Error> {
    let mut connection = PgConnection::connect(url).await?;
    let version =
        query_scalar("SELECT current_setting('server_version_num')::integer").fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(version)
}

/// Takes the lock of a run, held until the connection ends, unless somebody else has it.
async fn take_lock(connection: &mut PgConnection, run: &str) -> Result<bool, Error> {
    query_scalar("SELECT pg_try_advisory_lock(hashtextextended('kim_test_' || $1, 0))")
        .bind(run)
        .fetch_one(connection)
        .await
}

fn block_on<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Io)?;
    runtime.block_on(future)
}
