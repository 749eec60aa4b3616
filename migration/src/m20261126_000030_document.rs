//! Documents of cases.

use sea_orm_migration::prelude::*;

use crate::column::{id, id_or_null, index, instant, instant_or_null, primary_id, refers, text, text_or_null, whole};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("document")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("case_id"))
                    .col(id("client_id"))
                    .col(text("document_type", 40))
                    .col(whole("size_bytes"))
                    .col(text("status", 40))
                    .col(text_or_null("object_key", 100))
                    .col(id_or_null("uploaded_by"))
                    .col(instant("awaited_until"))
                    .col(instant_or_null("stored_at"))
                    .col(instant_or_null("deleted_at"))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("document", "district_id", "district"))
                    .foreign_key(&mut refers("document", "case_id", "case_file"))
                    .foreign_key(&mut refers("document", "client_id", "client"))
                    .foreign_key(&mut refers("document", "uploaded_by", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("document", &["district_id"])).await?;
        manager.create_index(index("document", &["case_id", "id"])).await?;
        manager.create_index(index("document", &["client_id"])).await?;
        manager.create_index(index("document", &["uploaded_by"])).await?;
        manager.create_index(index("document", &["status", "awaited_until"])).await
    }
}
