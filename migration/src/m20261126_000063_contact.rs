//! Contacts and notes.

use sea_orm_migration::prelude::*;

use crate::column::{
    day, flag, id, id_or_null, index, instant, instant_or_null, primary_id, refers, text, whole, whole_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("contact")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("case_id"))
                    .col(id("client_id"))
                    .col(day("held_on"))
                    .col(text("channel", 40))
                    .col(text("partner", 40))
                    .col(whole_or_null("minutes"))
                    .col(flag("interpreter_used"))
                    .col(id_or_null("recorded_by"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("contact", "district_id", "district"))
                    .foreign_key(&mut refers("contact", "case_id", "case_file"))
                    .foreign_key(&mut refers("contact", "client_id", "client"))
                    .foreign_key(&mut refers("contact", "recorded_by", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("contact", &["district_id"])).await?;
        manager.create_index(index("contact", &["client_id"])).await?;
        manager.create_index(index("contact", &["case_id", "held_on", "id"])).await?;
        manager.create_index(index("contact", &["recorded_by"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("note")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("case_id"))
                    .col(id("client_id"))
                    .col(day("written_on"))
                    .col(id_or_null("written_by"))
                    .col(instant_or_null("corrected_at"))
                    .col(id_or_null("corrected_by"))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("note", "district_id", "district"))
                    .foreign_key(&mut refers("note", "case_id", "case_file"))
                    .foreign_key(&mut refers("note", "client_id", "client"))
                    .foreign_key(&mut refers("note", "written_by", "account"))
                    .foreign_key(&mut refers("note", "corrected_by", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("note", &["district_id"])).await?;
        manager.create_index(index("note", &["client_id"])).await?;
        manager.create_index(index("note", &["case_id", "written_on", "id"])).await?;
        manager.create_index(index("note", &["written_by"])).await?;
        manager.create_index(index("note", &["corrected_by"])).await
    }
}
