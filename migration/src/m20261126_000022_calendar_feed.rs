//! Calendar feeds of accounts.

use sea_orm_migration::prelude::*;

use crate::column::{bytes, id, index, instant, instant_or_null, primary_id, refers, text, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("calendar_feed")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("account_id"))
                    .col(text("name", 200))
                    .col(bytes("digest"))
                    .col(instant("created_at"))
                    .col(instant_or_null("revoked_at"))
                    .foreign_key(&mut refers("calendar_feed", "district_id", "district"))
                    .foreign_key(&mut refers("calendar_feed", "account_id", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("calendar_feed", &["digest"])).await?;
        manager.create_index(index("calendar_feed", &["district_id"])).await?;
        manager.create_index(index("calendar_feed", &["account_id", "id"])).await
    }
}
