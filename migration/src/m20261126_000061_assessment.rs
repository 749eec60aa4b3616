//! Assessments by area of need.

use sea_orm_migration::prelude::*;

use crate::column::{day, id, id_or_null, index, instant, primary_id, refers, text};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("assessment")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("case_id"))
                    .col(id("client_id"))
                    .col(text("need_area", 40))
                    .col(text("severity", 40))
                    .col(day("assessed_on"))
                    .col(id_or_null("superseded_by_id"))
                    .col(id_or_null("recorded_by"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("assessment", "district_id", "district"))
                    .foreign_key(&mut refers("assessment", "case_id", "case_file"))
                    .foreign_key(&mut refers("assessment", "client_id", "client"))
                    .foreign_key(&mut refers("assessment", "superseded_by_id", "assessment"))
                    .foreign_key(&mut refers("assessment", "recorded_by", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("assessment", &["district_id"])).await?;
        manager.create_index(index("assessment", &["client_id"])).await?;
        manager.create_index(index("assessment", &["case_id", "need_area"])).await?;
        manager.create_index(index("assessment", &["superseded_by_id"])).await?;
        manager.create_index(index("assessment", &["recorded_by"])).await
    }
}
