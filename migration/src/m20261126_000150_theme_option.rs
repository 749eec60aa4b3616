//! What could be done about a theme, and what is proposed for an item of an agenda: what a body needs to decide.

use sea_orm_migration::prelude::*;

use crate::column::{
    day_or_null, flag, id, id_or_null, index, instant, primary_id, refers, text, text_or_null, unique, whole,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let proposal = text_or_null("proposal", 4000);
        manager.alter_table(Table::alter().table("agenda_item").add_column(proposal).take()).await?;
        manager
            .create_table(
                Table::create()
                    .table("theme_option")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("theme_id"))
                    .col(whole("position"))
                    .col(text("title", 200))
                    .col(text_or_null("description", 2000))
                    .col(ColumnDef::new("once_cents").big_integer().null())
                    .col(ColumnDef::new("yearly_cents").big_integer().null())
                    .col(id_or_null("owner_id"))
                    .col(day_or_null("due_on"))
                    .col(flag("is_recommended"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("theme_option", "district_id", "district"))
                    .foreign_key(&mut refers("theme_option", "theme_id", "theme"))
                    .foreign_key(&mut refers("theme_option", "owner_id", "organisation"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("theme_option", &["theme_id", "position"])).await?;
        manager.create_index(index("theme_option", &["district_id"])).await?;
        manager.create_index(index("theme_option", &["owner_id"])).await
    }
}
