//! What was passed on about clients, to whom and on what ground.

use sea_orm_migration::prelude::*;

use crate::column::{day, id, id_or_null, index, instant, primary_id, refers, text, text_or_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("disclosure")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("client_id"))
                    .col(id_or_null("case_id"))
                    .col(id("recipient_organisation_id"))
                    .col(id_or_null("recipient_account_id"))
                    .col(id_or_null("consent_id"))
                    .col(text_or_null("legal_basis", 40))
                    .col(day("disclosed_on"))
                    .col(id_or_null("recorded_by"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("disclosure", "district_id", "district"))
                    .foreign_key(&mut refers("disclosure", "client_id", "client"))
                    .foreign_key(&mut refers("disclosure", "case_id", "case_file"))
                    .foreign_key(&mut refers("disclosure", "recipient_organisation_id", "organisation"))
                    .foreign_key(&mut refers("disclosure", "recipient_account_id", "account"))
                    .foreign_key(&mut refers("disclosure", "consent_id", "consent"))
                    .foreign_key(&mut refers("disclosure", "recorded_by", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("disclosure", &["district_id", "id"])).await?;
        manager.create_index(index("disclosure", &["client_id", "id"])).await?;
        manager.create_index(index("disclosure", &["case_id"])).await?;
        manager.create_index(index("disclosure", &["recipient_organisation_id"])).await?;
        manager.create_index(index("disclosure", &["recipient_account_id"])).await?;
        manager.create_index(index("disclosure", &["consent_id"])).await?;
        manager.create_index(index("disclosure", &["recorded_by"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("disclosure_data_class")
                    .col(id("disclosure_id"))
                    .col(text("data_class", 40))
                    .col(id("district_id"))
                    .primary_key(
                        Index::create().name("pk_disclosure_data_class").col("disclosure_id").col("data_class"),
                    )
                    .foreign_key(&mut refers("disclosure_data_class", "disclosure_id", "disclosure"))
                    .foreign_key(&mut refers("disclosure_data_class", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(index("disclosure_data_class", &["district_id"])).await
    }
}
