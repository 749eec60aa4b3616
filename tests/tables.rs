//! The tables as somebody sees them who goes round the server: raw SQL in a connection of its own, without foreign keys on
//! SQLite, so that a test can look at what was stored and do to it what no command does.

use std::str::FromStr as _;

use kim::log::Hash;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Error, PgConnection, SqliteConnection};
use sea_orm::sqlx::{query_scalar, raw_sql};
use uuid::Uuid;

/// A connection beside the server.
pub enum Tables {
    /// To the file.
    Sqlite(SqliteConnection),
    /// To the server.
    Postgres(PgConnection),
}

impl Tables {
    /// Connects to the database of this URL.
    pub async fn open(url: &str) -> Self {
        if url.starts_with("sqlite") {
            let options = SqliteConnectOptions::from_str(url).unwrap().foreign_keys(false);
            Self::Sqlite(options.busy_timeout(std::time::Duration::from_secs(5)).connect().await.unwrap())
        } else {
            Self::Postgres(PgConnection::connect(url).await.unwrap())
        }
    }

    /// Runs statements; the error of the database if it refuses one.
    pub async fn try_run(&mut self, sql: &str) -> Result<(), Error> {
        match self {
            Self::Sqlite(connection) => raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop),
            Self::Postgres(connection) => raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop),
        }
    }

    /// Runs statements.
    pub async fn run(&mut self, sql: &str) {
        self.try_run(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// The whole number that a statement selects.
    pub async fn number(&mut self, sql: &str) -> i64 {
        let found: Result<i64, Error> = match self {
            Self::Sqlite(connection) => query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await,
            Self::Postgres(connection) => query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await,
        };
        found.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The bytes that a statement selects.
    pub async fn bytes(&mut self, sql: &str) -> Vec<u8> {
        let found: Result<Vec<u8>, Error> = match self {
            Self::Sqlite(connection) => query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await,
            Self::Postgres(connection) => query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await,
        };
        found.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The text that a statement selects.
    pub async fn text(&mut self, sql: &str) -> String {
        let found: Result<String, Error> = match self {
            Self::Sqlite(connection) => query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await,
            Self::Postgres(connection) => query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await,
        };
        found.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Makes the database refuse every new row of a table.
    pub async fn refuse_inserts(&mut self, table: &str) {
        let sql = match self {
            Self::Sqlite(_) => format!(
                "CREATE TRIGGER tr_refuse_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'refused'); END"
            ),
            Self::Postgres(_) => format!(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'refused'; END $$; \
                 CREATE TRIGGER tr_refuse_{table} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"
            ),
        };
        self.run(&sql).await;
    }

    /// All that is stored, as far as it can be read as text: the bytes of the file, or all rows of all tables.
    pub async fn everything(&mut self, url: &str) -> String {
        if let Self::Sqlite(_) = self {
            let file = url.strip_prefix("sqlite://").unwrap();
            let read = |name: &str| std::fs::read(name).unwrap_or_default();
            let bytes = [read(file), read(&format!("{file}-wal"))].concat();
            return String::from_utf8_lossy(&bytes).into_owned();
        }
        let list = "SELECT string_agg(quote_ident(tablename), ',') FROM pg_tables WHERE schemaname = 'public'";
        let tables = self.text(list).await;
        self.run("SET bytea_output = 'escape'").await;
        let mut everything = String::new();
        for table in tables.split(',') {
            // Bytes are written out as text, so that what stands in them in plain is found.
            let rows = format!("SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t");
            everything.push_str(&self.text(&rows).await);
        }
        everything
    }

    /// How many rows a table has.
    pub async fn count(&mut self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}")).await
    }

    /// A hash as it is written in SQL.
    pub fn hash(&self, hash: &Hash) -> String {
        let digits = hex::encode(hash);
        match self {
            Self::Sqlite(_) => format!("X'{digits}'"),
            Self::Postgres(_) => format!("'\\x{digits}'::bytea"),
        }
    }

    /// An identifier as it is written in SQL.
    pub fn id(&self, id: Uuid) -> String {
        match self {
            Self::Sqlite(_) => format!("X'{}'", id.simple()),
            Self::Postgres(_) => format!("'{id}'::uuid"),
        }
    }

    /// Ends the connections to a PostgreSQL database that listen; how many there were.
    pub async fn end_listeners(&mut self) -> i64 {
        self.number(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
             WHERE datname = current_database() AND query ILIKE 'LISTEN%'",
        )
        .await
    }

    /// Takes away what the database itself holds against changes of the log.
    pub async fn unlock_log(&mut self) {
        let sql = match self {
            Self::Sqlite(_) => ["event", "log_entry", "log_seal"]
                .map(|table| {
                    format!("DROP TRIGGER tr_{table}_append_only_UPDATE; DROP TRIGGER tr_{table}_append_only_DELETE;")
                })
                .concat(),
            Self::Postgres(_) => {
                let triggers = ["event", "log_entry", "log_seal"]
                    .map(|table| format!("DROP TRIGGER tr_{table}_append_only ON {table};"));
                let keys = [
                    ("event", "district_id"),
                    ("event", "actor_id"),
                    ("log_entry", "event_id"),
                    ("log_entry", "district_id"),
                    ("log_pending", "event_id"),
                ]
                .map(|(table, column)| format!("ALTER TABLE {table} DROP CONSTRAINT fk_{table}_{column};"));
                triggers.concat() + &keys.concat()
            }
        };
        self.run(&sql).await;
    }
}

/// A lock that another process holds on the server's database.
pub struct Lock(Tables);

impl Lock {
    /// Locks tables of a PostgreSQL database, so that nobody else can read or write them; nobody else can write to an SQLite
    /// file at all.
    pub async fn hold(url: &str, tables: &str) -> Self {
        let mut connection = Tables::open(url).await;
        let sql = match connection {
            Tables::Sqlite(_) => "BEGIN IMMEDIATE".to_owned(),
            Tables::Postgres(_) => format!("BEGIN; LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE"),
        };
        connection.run(&sql).await;
        Self(connection)
    }

    /// Lets go.
    pub async fn release(mut self) {
        self.0.run("COMMIT").await;
    }
}
