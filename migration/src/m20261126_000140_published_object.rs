//! The register of what is public, or was.

use sea_orm_migration::prelude::*;

use crate::column::{id, index, instant, instant_or_null, primary_id, refers, text, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("published_object")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(text("kind", 40))
                    .col(text("object", 40))
                    .col(text("source", 40))
                    .col(text("digest", 64))
                    .col(instant("created_at"))
                    .col(instant("modified_at"))
                    .col(instant_or_null("deleted_at"))
                    .foreign_key(&mut refers("published_object", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("published_object", &["kind", "object"])).await?;
        manager.create_index(index("published_object", &["district_id", "kind", "id"])).await?;
        manager.create_index(index("published_object", &["district_id", "kind", "modified_at"])).await?;
        manager.create_index(index("published_object", &["source"])).await
    }
}
