//! Transfers of cases from one case manager to another, and what their receivers confirm.

use sea_orm_migration::prelude::*;

use crate::column::{
    day, day_or_null, id, id_or_null, index, instant, instant_or_null, primary_id, refers, text, text_or_null, unique,
    whole,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("transfer")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id_or_null("case_id"))
                    .col(id_or_null("client_id"))
                    .col(text("kind", 40))
                    .col(whole("year"))
                    .col(whole("number"))
                    .col(id_or_null("from_staff_id"))
                    .col(id("to_staff_id"))
                    .col(id_or_null("offered_by"))
                    .col(text("status", 40))
                    .col(id_or_null("consent_id"))
                    .col(text_or_null("legal_basis", 40))
                    .col(instant("offered_at"))
                    .col(day("answer_by"))
                    .col(instant_or_null("answered_at"))
                    .col(whole("version"))
                    .foreign_key(&mut refers("transfer", "district_id", "district"))
                    .foreign_key(&mut refers("transfer", "case_id", "case_file"))
                    .foreign_key(&mut refers("transfer", "client_id", "client"))
                    .foreign_key(&mut refers("transfer", "from_staff_id", "staff_member"))
                    .foreign_key(&mut refers("transfer", "to_staff_id", "staff_member"))
                    .foreign_key(&mut refers("transfer", "offered_by", "account"))
                    .foreign_key(&mut refers("transfer", "consent_id", "consent"))
                    .take(),
            )
            .await?;
        manager.create_index(index("transfer", &["district_id", "id"])).await?;
        manager.create_index(index("transfer", &["case_id", "id"])).await?;
        manager.create_index(index("transfer", &["client_id"])).await?;
        manager.create_index(index("transfer", &["from_staff_id", "id"])).await?;
        manager.create_index(index("transfer", &["to_staff_id", "id"])).await?;
        manager.create_index(index("transfer", &["offered_by", "id"])).await?;
        manager.create_index(index("transfer", &["consent_id"])).await?;
        manager.create_index(index("transfer", &["status", "answer_by"])).await?;
        // A case is offered to one person at a time.
        manager
            .create_index(
                Index::create()
                    .name("uq_transfer_open_case_id")
                    .table("transfer")
                    .unique()
                    .col("case_id")
                    .and_where(Expr::col("status").eq("OFFERED"))
                    .and_where(Expr::col("kind").ne("REQUEST"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("transfer_item")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("case_id"))
                    .col(id("client_id"))
                    .col(id("transfer_id"))
                    .col(text("kind", 40))
                    .col(id("item_id"))
                    .col(day_or_null("due_on"))
                    .col(instant_or_null("confirmed_at"))
                    .foreign_key(&mut refers("transfer_item", "district_id", "district"))
                    .foreign_key(&mut refers("transfer_item", "case_id", "case_file"))
                    .foreign_key(&mut refers("transfer_item", "client_id", "client"))
                    .foreign_key(&mut refers("transfer_item", "transfer_id", "transfer"))
                    .take(),
            )
            .await?;
        manager.create_index(index("transfer_item", &["district_id"])).await?;
        manager.create_index(index("transfer_item", &["case_id"])).await?;
        manager.create_index(index("transfer_item", &["client_id"])).await?;
        manager.create_index(unique("transfer_item", &["transfer_id", "item_id"])).await
    }
}
