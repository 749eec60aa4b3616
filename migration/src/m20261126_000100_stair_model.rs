//! Stair models: versions, and their stages.

use sea_orm_migration::prelude::*;

use crate::column::{
    id, index, instant, instant_or_null, primary_id, refers, text, text_or_null, unique, whole, whole_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("stair_model")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(whole("number"))
                    .col(text("name", 200))
                    .col(text("source", 500))
                    .col(text("status", 40))
                    .col(whole("entry_position"))
                    .col(instant_or_null("activated_at"))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("stair_model", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("stair_model", &["district_id", "number"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("stair_stage")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("model_id"))
                    .col(whole("position"))
                    .col(text("key", 40))
                    .col(text("label_de", 200))
                    .col(text("label_en", 200))
                    .col(text("criteria_de", 2000))
                    .col(text("criteria_en", 2000))
                    .col(text("accountable", 40))
                    .col(text_or_null("body_kind", 40))
                    .col(whole_or_null("answer_days"))
                    .col(text("identity_level", 40))
                    .foreign_key(&mut refers("stair_stage", "district_id", "district"))
                    .foreign_key(&mut refers("stair_stage", "model_id", "stair_model"))
                    .take(),
            )
            .await?;
        manager.create_index(index("stair_stage", &["district_id"])).await?;
        manager.create_index(unique("stair_stage", &["model_id", "position"])).await?;
        manager.create_index(unique("stair_stage", &["model_id", "key"])).await
    }
}
