//! The database: connecting, transactions, and the counting of statements.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use migration::{Migrator, MigratorTrait};
use sea_orm::sqlx::postgres::PgPool;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    AccessMode, ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tokio::sync::{Mutex, OnceCell, OwnedMutexGuard};

use super::vault::{self, Vault};
use crate::error::{ErrorCode, Failure};
use crate::vault::{KeyCheck, MasterKeys};

/// How long a pooled connection may rest before it is tested again.
const IDLE_BEFORE_TEST: Duration = Duration::from_secs(1);

/// How to reach the database.
#[derive(Clone)]
pub struct ConnectionSettings {
    /// `sqlite:` or `postgres:` URL. May hold a password: never printed.
    pub url: String,
    /// The most connections of the pool.
    pub max_connections: u32,
    /// How long a request waits for a connection.
    pub acquire_timeout: Duration,
    /// How long one statement may run (PostgreSQL).
    pub statement_timeout: Duration,
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    connection: DatabaseConnection,
    /// SQLite has one writer; waiting here in order is fairer than its retries.
    turn: Option<Arc<Mutex<()>>>,
    statements: Arc<AtomicU64>,
    url: Arc<str>,
    vault: Arc<Vault>,
}

/// A transaction that writes. Dropped without [`Transaction::commit`], it rolls back.
pub struct Transaction {
    inner: DatabaseTransaction,
    vault: Arc<Vault>,
    /// The key check as this transaction read and locked it.
    key_check: OnceCell<KeyCheck>,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Store {
    /// Connects lazily: an unreachable database is an error of the first request, not of the start. Nothing is written
    /// before it is known that the master keys fit the database.
    ///
    /// # Errors
    /// If the URL cannot be understood.
    pub async fn connect(settings: &ConnectionSettings, master_keys: Arc<MasterKeys>) -> Result<Self, Failure> {
        let mut options = ConnectOptions::new(settings.url.clone());
        options
            .max_connections(settings.max_connections)
            .min_connections(0)
            .acquire_timeout(settings.acquire_timeout)
            .idle_timeout(Some(Duration::from_secs(300)))
            // A connection is tested when it comes back to the pool; testing it again before each statement would double the
            // round trips. One that died in the meantime costs one request, which is told to come back.
            .test_before_acquire_if_idle_for(IDLE_BEFORE_TEST)
            .sqlx_logging(false)
            .connect_lazy(true)
            .set_application_name("kim");
        let statement_timeout_ms = settings.statement_timeout.as_millis().to_string();
        options.map_sqlx_postgres_opts(move |options| {
            options.options([("statement_timeout", statement_timeout_ms.as_str()), ("timezone", "UTC")])
        });
        options.map_sqlx_sqlite_opts(|options| {
            options
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // An acknowledged write survives the loss of power, not only the end of the process.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                // What was deleted is overwritten: the key of an erased client is not to be found in a free page.
                .pragma("secure_delete", "ON")
                .busy_timeout(Duration::from_secs(5))
        });
        let mut connection = Database::connect(options).await?;
        let statements = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&statements);
        connection.set_metric_callback(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        let turn = (connection.get_database_backend() == DbBackend::Sqlite).then(|| Arc::new(Mutex::new(())));
        let vault = Arc::new(Vault::new(master_keys));
        Ok(Self { connection, turn, statements, url: settings.url.as_str().into(), vault })
    }

    /// Brings the database to the present shape, and gives districts the lists and rules that they have lacked so far.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE`, `MASTER_KEY_WRONG`, or a migration that the database refuses.
    pub async fn migrate(&self) -> Result<(), Failure> {
        // An error says that there is no vault yet, or no database: then so says the first migration.
        if let Ok(Some(why)) = vault::trouble(self).await {
            return Err(Failure::new(ErrorCode::MasterKeyWrong).because(why));
        }
        Migrator::up(&self.connection, None).await?;
        super::district::code_list::complete(&self.connection).await?;
        super::casework::deadline_rule::complete(&self.connection).await?;
        super::structure::stair::complete(&self.connection).await?;
        super::bodies::publication::complete(&self.connection).await
    }

    /// Names of the migrations that the database still lacks.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE`.
    pub async fn missing_migrations(&self) -> Result<Vec<String>, Failure> {
        let pending = Migrator::get_pending_migrations(&self.connection).await?;
        Ok(pending.iter().map(|migration| migration.name().to_owned()).collect())
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE`.
    pub async fn ping(&self) -> Result<(), Failure> {
        self.connection.ping().await.map_err(Failure::from)
    }

    /// For reading outside a transaction.
    #[must_use]
    pub const fn reader(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// For a single statement that writes outside a transaction.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE` or `MASTER_KEY_WRONG`.
    pub async fn writer(&self) -> Result<&DatabaseConnection, Failure> {
        vault::admit(self).await?;
        Ok(&self.connection)
    }

    /// Begins a transaction that writes.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE`, `MASTER_KEY_WRONG`, or `BUSY` when another process keeps an SQLite file locked.
    pub async fn begin(&self) -> Result<Transaction, Failure> {
        vault::admit(self).await?;
        let turn = match &self.turn {
            Some(turn) => Some(
                tokio::time::timeout(Duration::from_secs(5), Arc::clone(turn).lock_owned())
                    .await
                    .map_err(|_| Failure::new(ErrorCode::Busy))?,
            ),
            None => None,
        };
        // Taking the write lock at once: a transaction that starts as a reader cannot always become a writer.
        let options = TransactionOptions {
            isolation_level: None,
            access_mode: None,
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        };
        let inner = self.connection.begin_with_options(options).await?;
        Ok(Transaction::new(inner, &self.vault, turn))
    }

    /// Begins a transaction that only reads, all of it in the state of one moment. Nobody waits for it.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE`.
    pub async fn snapshot(&self) -> Result<Transaction, Failure> {
        let options = if self.is_postgres() {
            TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                sqlite_transaction_mode: None,
            }
        } else {
            // In WAL mode the first statement fixes the state that a transaction sees.
            TransactionOptions {
                isolation_level: None,
                access_mode: None,
                sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
            }
        };
        let inner = self.connection.begin_with_options(options).await?;
        Ok(Transaction::new(inner, &self.vault, None))
    }

    /// The keys of the vault.
    pub(super) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The keys of the vault, for threads of their own.
    pub(super) fn shared_vault(&self) -> Arc<Vault> {
        Arc::clone(&self.vault)
    }

    /// The pool of a PostgreSQL database, for what SeaORM has no words for.
    pub(super) fn postgres(&self) -> &PgPool {
        self.connection.get_postgres_connection_pool()
    }

    /// Statements sent since the start, transactions' begin and commit not counted.
    #[must_use]
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Whether the database is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.connection.get_database_backend() == DbBackend::Postgres
    }

    /// The URL, for a connection of its own kind (LISTEN).
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Closes the pool; running statements finish first.
    pub async fn close(&self) {
        if let Err(error) = self.connection.close_by_ref().await {
            tracing::warn!(%error, "the database pool did not close cleanly");
        }
    }
}

impl Transaction {
    fn new(inner: DatabaseTransaction, vault: &Arc<Vault>, turn: Option<OwnedMutexGuard<()>>) -> Self {
        Self { inner, vault: Arc::clone(vault), key_check: OnceCell::new(), _turn: turn }
    }

    /// For reading and writing inside the transaction.
    #[must_use]
    pub const fn connection(&self) -> &DatabaseTransaction {
        &self.inner
    }

    /// The keys of the vault.
    pub(super) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Begins a part that can be undone by itself; committed, it is as durable as the whole.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE`.
    pub async fn savepoint(&self) -> Result<Self, Failure> {
        // Read and locked once for all parts.
        self.current_key().await?;
        let part = Self::new(self.inner.begin().await?, &self.vault, None);
        Ok(Self { key_check: self.key_check.clone(), ..part })
    }

    /// The key check, once it was read.
    pub(super) const fn key_check(&self) -> &OnceCell<KeyCheck> {
        &self.key_check
    }

    /// Makes everything durable.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE`, `STORAGE_FULL` or `BUSY`; then nothing was stored.
    pub async fn commit(self) -> Result<(), Failure> {
        self.inner.commit().await.map_err(Failure::from)
    }

    /// Undoes everything.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE`; the database undoes it by itself then.
    pub async fn rollback(self) -> Result<(), Failure> {
        self.inner.rollback().await.map_err(Failure::from)
    }
}
