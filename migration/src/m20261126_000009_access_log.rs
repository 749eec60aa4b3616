//! Who read identified data, when and why.

use sea_orm_migration::prelude::*;

use crate::column::{id, id_or_null, index, instant, primary_id, refers, text, text_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("access_log")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(instant("read_at"))
                    .col(id_or_null("account_id"))
                    .col(id("client_id"))
                    .col(id_or_null("case_id"))
                    .col(text("data_class", 40))
                    .col(text("purpose", 40))
                    .col(text("basis", 40))
                    .col(text_or_null("request_id", 100))
                    .foreign_key(&mut refers("access_log", "district_id", "district"))
                    .foreign_key(&mut refers("access_log", "account_id", "account"))
                    .foreign_key(&mut refers("access_log", "client_id", "client"))
                    .foreign_key(&mut refers("access_log", "case_id", "case_file"))
                    .take(),
            )
            .await?;
        manager.create_index(index("access_log", &["district_id", "id"])).await?;
        manager.create_index(index("access_log", &["client_id", "id"])).await?;
        manager.create_index(index("access_log", &["account_id", "id"])).await?;
        manager.create_index(index("access_log", &["case_id"])).await
    }
}
