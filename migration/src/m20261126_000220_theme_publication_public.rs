//! What the public is told with a publication of a theme: where the theme stood when it was written, and a number of its own.

use sea_orm_migration::prelude::*;

use crate::column::{text_or_null, whole_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One by one: SQLite adds one column at a time.
        for column in [text_or_null("theme_status", 40), whole_or_null("public_number")] {
            manager.alter_table(Table::alter().table("theme_publication").add_column(column).take()).await?;
        }
        Ok(())
    }
}
