//! What stands in the server's way: locks that another process holds on its database.

use sea_orm::sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection, query_scalar, raw_sql};

/// Tables of a PostgreSQL database that nobody else can read or write meanwhile.
pub struct LockedTables(PgConnection);

impl LockedTables {
    /// Locks tables.
    pub async fn hold(url: &str, tables: &str) -> Self {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let statements = format!("BEGIN; LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE");
        raw_sql(AssertSqlSafe(statements)).execute(&mut connection).await.unwrap();
        Self(connection)
    }

    /// Lets them go.
    pub async fn release(mut self) {
        raw_sql("COMMIT").execute(&mut self.0).await.unwrap();
    }
}

/// Ends the connections of a PostgreSQL database that listen; how many there were.
pub async fn end_listeners(url: &str) -> i64 {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let statement = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                     WHERE datname = current_database() AND query ILIKE 'LISTEN%'";
    query_scalar(statement).fetch_one(&mut connection).await.unwrap()
}

/// One number from a PostgreSQL or SQLite database.
pub async fn number(url: &str, statement: &'static str) -> i64 {
    if url.starts_with("postgres") {
        let mut connection = PgConnection::connect(url).await.unwrap();
        query_scalar(statement).fetch_one(&mut connection).await.unwrap()
    } else {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        query_scalar(statement).fetch_one(&mut connection).await.unwrap()
    }
}

/// Runs a statement on an SQLite file.
pub async fn execute(url: &str, statement: &'static str) {
    let mut connection = SqliteConnection::connect(url).await.unwrap();
    raw_sql(statement).execute(&mut connection).await.unwrap();
}

/// An SQLite file that another process writes to.
pub struct LockedFile(SqliteConnection);

impl LockedFile {
    /// Begins to write.
    pub async fn hold(url: &str) -> Self {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        raw_sql("BEGIN IMMEDIATE").execute(&mut connection).await.unwrap();
        Self(connection)
    }

    /// Stops writing.
    pub async fn release(mut self) {
        raw_sql("COMMIT").execute(&mut self.0).await.unwrap();
    }
}
