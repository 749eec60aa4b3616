//! Figures of case work: published statistics, and what caseloads are reckoned by.

use sea_orm_migration::prelude::*;

use crate::column::{day, day_or_null, id, index, instant, primary_id, refers, text, unique, whole};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("statistics_table")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(text("audience", 40))
                    .col(text("name", 40))
                    .col(day("reporting_on"))
                    .col(instant("made_at"))
                    .col(whole("smallest_shown"))
                    .col(ColumnDef::new("figures").json_binary().not_null())
                    .foreign_key(&mut refers("statistics_table", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("statistics_table", &["district_id", "audience", "name", "reporting_on"])).await?;
        manager.create_index(index("statistics_table", &["district_id", "reporting_on"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("caseload_setting")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(whole("short_advice_hundredths"))
                    .col(whole("standard_hundredths"))
                    .col(whole("intensive_hundredths"))
                    .col(whole("planning_minimum"))
                    .col(whole("planning_maximum"))
                    .col(whole("intake_days"))
                    .col(whole("clearing_days"))
                    .col(whole("assessment_days"))
                    .col(whole("planning_days"))
                    .col(whole("linking_days"))
                    .col(whole("monitoring_days"))
                    .col(whole("evaluation_days"))
                    .col(whole("no_plan_days"))
                    .col(whole("no_contact_days"))
                    .col(day("valid_from"))
                    .col(day_or_null("valid_until"))
                    .foreign_key(&mut refers("caseload_setting", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("caseload_setting", &["district_id", "valid_from"])).await
    }
}
