//! A handover says on which day the client agreed to it.

use sea_orm_migration::prelude::*;

use crate::column::day_or_null;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let agreed = day_or_null("client_agreed_on");
        manager.alter_table(Table::alter().table("transfer").add_column(agreed).take()).await
    }
}
