//! How long records are kept, and the erasure of clients.

use sea_orm_migration::prelude::*;

use crate::column::{
    day, day_or_null, flag, id, id_or_null, index, instant, instant_or_null, primary_id, refers, text, text_or_null,
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
                    .table("retention_rule")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(text("class", 40))
                    .col(whole("months"))
                    .col(flag("after_year_end"))
                    .col(text("source", 500))
                    .col(day("valid_from"))
                    .col(day_or_null("valid_until"))
                    .foreign_key(&mut refers("retention_rule", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(index("retention_rule", &["district_id", "id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("erasure")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("client_id"))
                    .col(text("ground", 40))
                    .col(text("status", 40))
                    .col(day("due_on"))
                    .col(id_or_null("proposed_by"))
                    .col(instant("proposed_at"))
                    .col(id_or_null("archive_offered_by"))
                    .col(instant_or_null("archive_offered_at"))
                    .col(id_or_null("decided_by"))
                    .col(instant_or_null("carried_out_at"))
                    .col(text_or_null("key_fingerprint", 64))
                    .col(ColumnDef::new("erased_texts").integer())
                    .col(whole("version"))
                    .foreign_key(&mut refers("erasure", "district_id", "district"))
                    .foreign_key(&mut refers("erasure", "client_id", "client"))
                    .foreign_key(&mut refers("erasure", "proposed_by", "account"))
                    .foreign_key(&mut refers("erasure", "archive_offered_by", "account"))
                    .foreign_key(&mut refers("erasure", "decided_by", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("erasure", &["district_id", "id"])).await?;
        manager.create_index(index("erasure", &["client_id"])).await?;
        manager.create_index(index("erasure", &["proposed_by"])).await?;
        manager.create_index(index("erasure", &["archive_offered_by"])).await?;
        manager.create_index(index("erasure", &["decided_by"])).await
    }
}
