//! The life of a theme tells when people gave it another priority, and has room for the words of a decision as a reason.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::whole_or_null;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let priority = whole_or_null("priority_override");
        manager.alter_table(Table::alter().table("theme_change").add_column(priority).take()).await?;
        lengthen_reasons(manager).await
    }
}

/// A decision has up to 4000 characters. SQLite does not count them.
#[expect(clippy::disallowed_methods, reason = "SQLite has no such statement; migrations are a room for raw SQL")]
async fn lengthen_reasons(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Postgres {
        let longer = "ALTER TABLE theme_change ALTER COLUMN reason TYPE varchar(4000)";
        manager.get_connection().execute_unprepared(longer).await?;
    }
    Ok(())
}
