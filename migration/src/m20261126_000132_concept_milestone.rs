//! Milestones on the way to the concept.

use sea_orm_migration::prelude::*;

use crate::column::{day, day_or_null, id, index, instant, instant_or_null, primary_id, refers, text, whole};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("concept_milestone")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("concept_id"))
                    .col(text("title", 200))
                    .col(day("due_on"))
                    .col(day_or_null("reached_on"))
                    .col(instant_or_null("removed_at"))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .col(instant("updated_at"))
                    .foreign_key(&mut refers("concept_milestone", "district_id", "district"))
                    .foreign_key(&mut refers("concept_milestone", "concept_id", "concept"))
                    .take(),
            )
            .await?;
        manager.create_index(index("concept_milestone", &["concept_id", "due_on", "id"])).await?;
        manager.create_index(index("concept_milestone", &["district_id"])).await
    }
}
