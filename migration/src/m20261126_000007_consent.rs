//! Consents and releases from secrecy, what was passed on, notices, and the unmasking of cases.

use sea_orm_migration::prelude::*;

use crate::column::{
    day, day_or_null, flag, id, id_or_null, index, instant, instant_or_null, primary_id, refers, text, whole,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("consent")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("client_id"))
                    .col(text("scope", 40))
                    .col(id_or_null("recipient_organisation_id"))
                    .col(id_or_null("recipient_account_id"))
                    .col(text("form", 40))
                    .col(text("language", 35))
                    .col(flag("interpreter_present"))
                    .col(day("given_on"))
                    .col(day("valid_from"))
                    .col(day_or_null("valid_until"))
                    .col(instant_or_null("revoked_at"))
                    .col(id_or_null("recorded_by"))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("consent", "district_id", "district"))
                    .foreign_key(&mut refers("consent", "client_id", "client"))
                    .foreign_key(&mut refers("consent", "recipient_organisation_id", "organisation"))
                    .foreign_key(&mut refers("consent", "recipient_account_id", "account"))
                    .foreign_key(&mut refers("consent", "recorded_by", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("consent", &["district_id", "id"])).await?;
        manager.create_index(index("consent", &["client_id", "scope"])).await?;
        manager.create_index(index("consent", &["recipient_organisation_id"])).await?;
        manager.create_index(index("consent", &["recipient_account_id"])).await?;
        manager.create_index(index("consent", &["recorded_by"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("consent_data_class")
                    .col(id("consent_id"))
                    .col(text("data_class", 40))
                    .col(id("district_id"))
                    .primary_key(Index::create().name("pk_consent_data_class").col("consent_id").col("data_class"))
                    .foreign_key(&mut refers("consent_data_class", "consent_id", "consent"))
                    .foreign_key(&mut refers("consent_data_class", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(index("consent_data_class", &["district_id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("notice")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id_or_null("recipient_account_id"))
                    .col(id_or_null("recipient_organisation_id"))
                    .col(text("kind", 40))
                    .col(text("subject", 60))
                    .col(instant("created_at"))
                    .col(instant_or_null("acknowledged_at"))
                    .col(id_or_null("acknowledged_by"))
                    .foreign_key(&mut refers("notice", "district_id", "district"))
                    .foreign_key(&mut refers("notice", "recipient_account_id", "account"))
                    .foreign_key(&mut refers("notice", "recipient_organisation_id", "organisation"))
                    .foreign_key(&mut refers("notice", "acknowledged_by", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("notice", &["district_id", "id"])).await?;
        manager.create_index(index("notice", &["recipient_account_id", "id"])).await?;
        manager.create_index(index("notice", &["recipient_organisation_id", "id"])).await?;
        manager.create_index(index("notice", &["acknowledged_by"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("unmasking")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("case_id"))
                    .col(id("client_id"))
                    .col(id("account_id"))
                    .col(text("legal_basis", 40))
                    .col(day("valid_from"))
                    .col(day("valid_until"))
                    .col(instant_or_null("ended_at"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("unmasking", "district_id", "district"))
                    .foreign_key(&mut refers("unmasking", "case_id", "case_file"))
                    .foreign_key(&mut refers("unmasking", "client_id", "client"))
                    .foreign_key(&mut refers("unmasking", "account_id", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("unmasking", &["district_id"])).await?;
        manager.create_index(index("unmasking", &["case_id", "id"])).await?;
        manager.create_index(index("unmasking", &["client_id"])).await?;
        manager.create_index(index("unmasking", &["account_id"])).await
    }
}
