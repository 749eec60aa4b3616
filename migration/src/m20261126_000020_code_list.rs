//! Code lists that a district edits.

use sea_orm_migration::prelude::*;

use crate::column::{day, day_or_null, id, index, primary_id, refers, text, text_or_null, unique, whole};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("code_list_entry")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(text("list", 40))
                    .col(text("code", 40))
                    .col(text("label_de", 200))
                    .col(text("label_en", 200))
                    .col(text_or_null("description", 2000))
                    .col(whole("position"))
                    .col(day("valid_from"))
                    .col(day_or_null("valid_until"))
                    .foreign_key(&mut refers("code_list_entry", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("code_list_entry", &["district_id", "list", "code", "valid_from"])).await?;
        manager.create_index(index("code_list_entry", &["district_id", "list", "position", "id"])).await
    }
}
