//! An item of an agenda can deal with an edition of the concept, as it can with a theme: so a decision says what it adopts.

use sea_orm_migration::prelude::*;

use crate::column::{id_or_null, index};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let concept = id_or_null("concept_id");
        manager.alter_table(Table::alter().table("agenda_item").add_column(concept).take()).await?;
        manager.create_index(index("agenda_item", &["concept_id"])).await
    }
}
