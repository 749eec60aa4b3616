//! Districts, municipalities, organisations and guiding bodies.

use sea_orm_migration::prelude::*;

use crate::column::{day, day_or_null, id, id_or_null, index, instant, primary_id, refers, text, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("district")
                    .col(primary_id())
                    .col(text("ags", 5))
                    .col(text("name", 200))
                    .col(instant("created_at"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("district", &["ags"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("municipality")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(text("ags", 8))
                    .col(text("name", 200))
                    .col(text("kind", 40))
                    .col(day("valid_from"))
                    .col(day_or_null("valid_until"))
                    .foreign_key(&mut refers("municipality", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("municipality", &["district_id", "ags", "valid_from"])).await?;
        manager.create_index(index("municipality", &["district_id", "name", "id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("organisation")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(text("kind", 40))
                    .col(text("name", 200))
                    .col(id_or_null("parent_id"))
                    .col(id_or_null("municipality_id"))
                    .col(day("valid_from"))
                    .col(day_or_null("valid_until"))
                    .foreign_key(&mut refers("organisation", "district_id", "district"))
                    .foreign_key(&mut refers("organisation", "parent_id", "organisation"))
                    .foreign_key(&mut refers("organisation", "municipality_id", "municipality"))
                    .take(),
            )
            .await?;
        manager.create_index(index("organisation", &["district_id", "name", "id"])).await?;
        manager.create_index(index("organisation", &["parent_id"])).await?;
        manager.create_index(index("organisation", &["municipality_id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("body")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(text("kind", 40))
                    .col(text("name", 200))
                    .foreign_key(&mut refers("body", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(index("body", &["district_id", "name", "id"])).await
    }
}
