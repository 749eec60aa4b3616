//! Contacts can be corrected, as notes can.

use sea_orm_migration::prelude::*;

use crate::column::{id_or_null, index, instant_or_null, whole};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let version = whole("version").default(1).take();
        for column in [instant_or_null("corrected_at"), id_or_null("corrected_by"), version] {
            // SQLite adds one column at a time.
            manager.alter_table(Table::alter().table("contact").add_column(column).take()).await?;
        }
        manager.create_index(index("contact", &["corrected_by"])).await
    }
}
