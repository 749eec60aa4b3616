//! Tasks.

use sea_orm_migration::prelude::*;

use crate::column::{day, day_or_null, id, index, instant, primary_id, refers, text, whole};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("task")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("case_id"))
                    .col(id("client_id"))
                    .col(day("due_on"))
                    .col(text("assignee", 40))
                    .col(text("status", 40))
                    .col(day_or_null("settled_on"))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("task", "district_id", "district"))
                    .foreign_key(&mut refers("task", "case_id", "case_file"))
                    .foreign_key(&mut refers("task", "client_id", "client"))
                    .take(),
            )
            .await?;
        manager.create_index(index("task", &["district_id"])).await?;
        manager.create_index(index("task", &["client_id"])).await?;
        manager.create_index(index("task", &["case_id", "due_on", "id"])).await?;
        manager.create_index(index("task", &["district_id", "due_on", "id"])).await
    }
}
