//! All free text about clients, sealed: one table, so that there is one door.

use sea_orm_migration::prelude::*;

use crate::column::{bytes, id, id_or_null, index, instant, primary_id, refers, text, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("sealed_text")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("client_id"))
                    .col(id_or_null("case_id"))
                    .col(id("record_id"))
                    .col(text("kind", 40))
                    .col(text("data_class", 40))
                    .col(bytes("content"))
                    .col(instant("changed_at"))
                    .foreign_key(&mut refers("sealed_text", "district_id", "district"))
                    .foreign_key(&mut refers("sealed_text", "client_id", "client"))
                    .foreign_key(&mut refers("sealed_text", "case_id", "case_file"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("sealed_text", &["record_id", "kind"])).await?;
        manager.create_index(index("sealed_text", &["client_id"])).await?;
        manager.create_index(index("sealed_text", &["case_id"])).await?;
        manager.create_index(index("sealed_text", &["district_id"])).await
    }
}
