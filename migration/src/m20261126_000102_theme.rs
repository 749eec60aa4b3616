//! Signals, generative themes, their evidence, their life, what left the centre, and the answers that come back.

use sea_orm_migration::prelude::*;

use crate::column::{
    day, day_or_null, id, id_or_null, index, instant, instant_or_null, primary_id, refers, text, text_or_null, unique,
    whole, whole_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The columns that say which barriers are meant.
fn pattern() -> [ColumnDef; 5] {
    [
        text_or_null("kind", 40),
        text_or_null("need_area", 40),
        text_or_null("legal_sphere", 40),
        id_or_null("institution_id"),
        id_or_null("municipality_id"),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        theme(manager).await?;
        around_themes(manager).await?;
        signal(manager).await?;
        manager
            .create_table(
                Table::create()
                    .table("structure_setting")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(day("valid_from"))
                    .col(whole("hour_cost_cents"))
                    .col(whole("delay_day_cost_cents"))
                    .col(whole("minimum_cases"))
                    .col(whole("minimum_case_managers"))
                    .col(whole("minimum_municipalities"))
                    .col(whole("false_discovery_permille"))
                    .col(whole("minimum_ratio_hundredths"))
                    .col(id_or_null("created_by"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("structure_setting", "district_id", "district"))
                    .foreign_key(&mut refers("structure_setting", "created_by", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("structure_setting", &["district_id", "valid_from"])).await?;
        manager.create_index(index("structure_setting", &["created_by"])).await
    }
}

async fn theme(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create()
        .table("theme")
        .col(primary_id())
        .col(id("district_id"))
        .col(whole("number"))
        .col(text("title", 200))
        .col(text("description", 4000))
        .col(text("status", 40))
        .col(day("status_since"))
        .col(text("reach", 40))
        .col(text("solvable_by", 40))
        .col(text("severity", 40))
        .col(whole_or_null("priority_override"))
        .col(id_or_null("merged_into_id"))
        .col(id_or_null("split_from_id"))
        .col(id_or_null("proposed_by"))
        .col(instant_or_null("touched_at"))
        .col(whole("version"))
        .col(instant("created_at"))
        .foreign_key(&mut refers("theme", "district_id", "district"))
        .foreign_key(&mut refers("theme", "merged_into_id", "theme"))
        .foreign_key(&mut refers("theme", "split_from_id", "theme"))
        .foreign_key(&mut refers("theme", "proposed_by", "account"))
        .foreign_key(&mut refers("theme", "institution_id", "organisation"))
        .foreign_key(&mut refers("theme", "municipality_id", "municipality"))
        .take();
    for column in pattern() {
        table.col(column);
    }
    manager.create_table(table).await?;
    manager.create_index(unique("theme", &["district_id", "number"])).await?;
    for column in ["merged_into_id", "split_from_id", "proposed_by", "institution_id", "municipality_id"] {
        manager.create_index(index("theme", &[column])).await?;
    }
    manager.create_index(index("theme", &["district_id", "status", "id"])).await
}

async fn around_themes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("theme_evidence")
                .col(id("theme_id"))
                .col(id("barrier_id"))
                .col(id("district_id"))
                .col(id_or_null("added_by"))
                .col(instant("created_at"))
                .primary_key(Index::create().name("pk_theme_evidence").col("theme_id").col("barrier_id"))
                .foreign_key(&mut refers("theme_evidence", "theme_id", "theme"))
                .foreign_key(&mut refers("theme_evidence", "barrier_id", "barrier"))
                .foreign_key(&mut refers("theme_evidence", "district_id", "district"))
                .foreign_key(&mut refers("theme_evidence", "added_by", "account"))
                .take(),
        )
        .await?;
    for column in ["barrier_id", "district_id", "added_by"] {
        manager.create_index(index("theme_evidence", &[column])).await?;
    }

    manager
        .create_table(
            Table::create()
                .table("theme_change")
                .col(primary_id())
                .col(id("district_id"))
                .col(id("theme_id"))
                .col(text_or_null("from_status", 40))
                .col(text("to_status", 40))
                .col(id_or_null("account_id"))
                .col(text_or_null("reason", 2000))
                .col(instant("created_at"))
                .foreign_key(&mut refers("theme_change", "district_id", "district"))
                .foreign_key(&mut refers("theme_change", "theme_id", "theme"))
                .foreign_key(&mut refers("theme_change", "account_id", "account"))
                .take(),
        )
        .await?;
    manager.create_index(index("theme_change", &["district_id"])).await?;
    manager.create_index(index("theme_change", &["theme_id", "id"])).await?;
    manager.create_index(index("theme_change", &["account_id"])).await?;

    manager
        .create_table(
            Table::create()
                .table("theme_publication")
                .col(primary_id())
                .col(id("district_id"))
                .col(id("theme_id"))
                .col(text("status", 40))
                .col(text("title", 200))
                .col(text("text", 4000))
                .col(whole_or_null("cases"))
                .col(whole_or_null("municipalities"))
                .col(whole_or_null("cost_euro"))
                .col(day("figures_on"))
                .col(id("requested_by"))
                .col(id_or_null("decided_by"))
                .col(instant_or_null("decided_at"))
                .col(whole("version"))
                .col(instant("created_at"))
                .foreign_key(&mut refers("theme_publication", "district_id", "district"))
                .foreign_key(&mut refers("theme_publication", "theme_id", "theme"))
                .foreign_key(&mut refers("theme_publication", "requested_by", "account"))
                .foreign_key(&mut refers("theme_publication", "decided_by", "account"))
                .take(),
        )
        .await?;
    manager.create_index(index("theme_publication", &["district_id", "status", "id"])).await?;
    manager.create_index(index("theme_publication", &["theme_id", "id"])).await?;
    manager.create_index(index("theme_publication", &["requested_by"])).await?;
    manager.create_index(index("theme_publication", &["decided_by"])).await?;

    manager
        .create_table(
            Table::create()
                .table("theme_answer")
                .col(primary_id())
                .col(id("district_id"))
                .col(id("theme_id"))
                .col(text("text", 2000))
                .col(text_or_null("hint", 2000))
                .col(id("answered_by"))
                .col(day_or_null("effective_on"))
                .col(instant("created_at"))
                .foreign_key(&mut refers("theme_answer", "district_id", "district"))
                .foreign_key(&mut refers("theme_answer", "theme_id", "theme"))
                .foreign_key(&mut refers("theme_answer", "answered_by", "account"))
                .take(),
        )
        .await?;
    manager.create_index(index("theme_answer", &["district_id"])).await?;
    manager.create_index(index("theme_answer", &["theme_id", "id"])).await?;
    manager.create_index(index("theme_answer", &["answered_by"])).await
}

async fn signal(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create()
        .table("signal")
        .col(primary_id())
        .col(id("district_id"))
        .col(whole("cases"))
        .col(ColumnDef::new("case_keys").big_integer().not_null())
        .col(whole("case_managers"))
        .col(whole("municipalities"))
        .col(whole("expected_hundredths"))
        .col(whole("ratio_hundredths"))
        .col(whole("lower_hundredths"))
        .col(whole("chance_millionths"))
        .col(id_or_null("theme_id"))
        .col(instant("found_at"))
        .col(instant("created_at"))
        .foreign_key(&mut refers("signal", "district_id", "district"))
        .foreign_key(&mut refers("signal", "theme_id", "theme"))
        .foreign_key(&mut refers("signal", "institution_id", "organisation"))
        .foreign_key(&mut refers("signal", "municipality_id", "municipality"))
        .take();
    for column in pattern() {
        table.col(column);
    }
    manager.create_table(table).await?;
    manager.create_index(index("signal", &["district_id", "lower_hundredths", "id"])).await?;
    for column in ["theme_id", "institution_id", "municipality_id"] {
        manager.create_index(index("signal", &[column])).await?;
    }
    Ok(())
}
