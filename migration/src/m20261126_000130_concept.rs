//! Editions of the case-management concept, with their sections and what these read before.

use sea_orm_migration::prelude::*;

use crate::column::{
    day_or_null, id, id_or_null, index, instant, instant_or_null, primary_id, refers, text, text_or_null, unique, whole,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("concept")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(whole("number"))
                    .col(text("title", 200))
                    .col(text("status", 40))
                    .col(id_or_null("predecessor_id"))
                    .col(whole("consultation"))
                    .col(instant_or_null("opened_at"))
                    .col(day_or_null("respond_by"))
                    .col(text_or_null("reason", 2000))
                    .col(id_or_null("decision_id"))
                    .col(day_or_null("adopted_on"))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .col(instant("updated_at"))
                    .foreign_key(&mut refers("concept", "district_id", "district"))
                    .foreign_key(&mut refers("concept", "predecessor_id", "concept"))
                    .foreign_key(&mut refers("concept", "decision_id", "decision"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("concept", &["district_id", "number"])).await?;
        manager.create_index(index("concept", &["district_id", "id"])).await?;
        manager.create_index(index("concept", &["predecessor_id"])).await?;
        manager.create_index(unique("concept", &["decision_id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("concept_section")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("concept_id"))
                    .col(text("key", 40))
                    .col(whole("position"))
                    .col(text("title", 200))
                    .col(ColumnDef::new("text").text().not_null())
                    .col(id_or_null("written_by"))
                    .col(instant("written_at"))
                    .col(instant_or_null("removed_at"))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .col(instant("updated_at"))
                    .foreign_key(&mut refers("concept_section", "district_id", "district"))
                    .foreign_key(&mut refers("concept_section", "concept_id", "concept"))
                    .foreign_key(&mut refers("concept_section", "written_by", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("concept_section", &["concept_id", "key"])).await?;
        manager.create_index(index("concept_section", &["concept_id", "position"])).await?;
        manager.create_index(index("concept_section", &["district_id"])).await?;
        manager.create_index(index("concept_section", &["written_by"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("concept_section_text")
                    .col(id("section_id"))
                    .col(whole("version"))
                    .col(id("district_id"))
                    .col(text("title", 200))
                    .col(ColumnDef::new("text").text().not_null())
                    .col(id_or_null("written_by"))
                    .col(instant("written_at"))
                    .primary_key(Index::create().name("pk_concept_section_text").col("section_id").col("version"))
                    .foreign_key(&mut refers("concept_section_text", "section_id", "concept_section"))
                    .foreign_key(&mut refers("concept_section_text", "district_id", "district"))
                    .foreign_key(&mut refers("concept_section_text", "written_by", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("concept_section_text", &["district_id"])).await?;
        manager.create_index(index("concept_section_text", &["written_by"])).await
    }
}
