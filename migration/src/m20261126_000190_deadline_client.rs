//! A deadline is about a person of its case: whoever turns 18 need not be the one that the case is about. So far all of them
//! were about that one, and sealed under that one's key.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::{id_or_null, index, refers};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // It is always there; SQLite does not add columns of which it would know that.
        let client = id_or_null("client_id");
        manager.alter_table(Table::alter().table("deadline").add_column(client).take()).await?;
        of_the_case(manager).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            let client = ColumnDef::new("client_id").uuid().not_null().take();
            manager.alter_table(Table::alter().table("deadline").modify_column(client).take()).await?;
            manager.create_foreign_key(refers("deadline", "client_id", "client")).await?;
        }
        manager.create_index(index("deadline", &["client_id"])).await
    }
}

/// The deadlines that are there are about whom their cases are about.
#[expect(clippy::disallowed_methods, reason = "one statement for all rows; migrations are a room for raw SQL")]
async fn of_the_case(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let fill = "UPDATE deadline SET client_id = \
                (SELECT case_file.client_id FROM case_file WHERE case_file.id = deadline.case_id)";
    manager.get_connection().execute_unprepared(fill).await?;
    Ok(())
}
