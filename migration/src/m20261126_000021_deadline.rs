//! Rules of deadlines, and the deadlines of cases.

use sea_orm_migration::prelude::*;

use crate::column::{
    day, day_or_null, id, id_or_null, index, instant, primary_id, refers, text, text_or_null, unique, whole,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("deadline_rule")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(text("code", 40))
                    .col(text("label_de", 200))
                    .col(text("label_en", 200))
                    .col(text_or_null("description", 2000))
                    .col(text("source", 400))
                    .col(text("basis", 40))
                    .col(whole("offset_years"))
                    .col(whole("offset_months"))
                    .col(whole("offset_days"))
                    .col(ColumnDef::new("next_working_day").boolean().not_null())
                    .col(ColumnDef::new("remind_days_before").json_binary().not_null())
                    .col(day("valid_from"))
                    .col(day_or_null("valid_until"))
                    .foreign_key(&mut refers("deadline_rule", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("deadline_rule", &["district_id", "code", "valid_from"])).await?;
        manager.create_index(index("deadline_rule", &["district_id", "code", "id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("deadline")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("case_id"))
                    .col(id_or_null("rule_id"))
                    .col(day_or_null("basis_on"))
                    .col(day("due_on"))
                    .col(text("precision", 40))
                    .col(ColumnDef::new("remind_days_before").json_binary().not_null())
                    .col(text("status", 40))
                    .col(day_or_null("settled_on"))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .col(instant("changed_at"))
                    .foreign_key(&mut refers("deadline", "district_id", "district"))
                    .foreign_key(&mut refers("deadline", "case_id", "case_file"))
                    .foreign_key(&mut refers("deadline", "rule_id", "deadline_rule"))
                    .take(),
            )
            .await?;
        manager.create_index(index("deadline", &["district_id", "due_on", "id"])).await?;
        manager.create_index(index("deadline", &["case_id", "due_on", "id"])).await?;
        manager.create_index(index("deadline", &["rule_id"])).await
    }
}
