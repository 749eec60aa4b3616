//! Barriers, what tells them without telling the person, their steps on the stair, and by what similar ones are found.

use sea_orm_migration::prelude::*;

use crate::column::{
    day, day_or_null, flag, id, id_or_null, index, instant, primary_id, refers, text, text_or_null, whole,
    whole_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("barrier")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("case_id"))
                    .col(id("client_id"))
                    .col(id_or_null("measure_id"))
                    .col(id_or_null("raised_by"))
                    .col(text("kind", 40))
                    .col(text("need_area", 40))
                    .col(text_or_null("legal_sphere", 40))
                    .col(id("municipality_id"))
                    .col(id_or_null("institution_id"))
                    .col(text("severity", 40))
                    .col(flag("is_structural"))
                    .col(whole("minutes_lost"))
                    .col(whole("delay_days"))
                    .col(text("status", 40))
                    .col(day("status_since"))
                    .col(id("model_id"))
                    .col(whole("stage"))
                    .col(day("stage_since"))
                    .col(day_or_null("answer_due_on"))
                    .col(day_or_null("raise_on"))
                    .col(day("raised_on"))
                    .col(whole("cell_key"))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("barrier", "district_id", "district"))
                    .foreign_key(&mut refers("barrier", "case_id", "case_file"))
                    .foreign_key(&mut refers("barrier", "client_id", "client"))
                    .foreign_key(&mut refers("barrier", "measure_id", "measure"))
                    .foreign_key(&mut refers("barrier", "raised_by", "account"))
                    .foreign_key(&mut refers("barrier", "municipality_id", "municipality"))
                    .foreign_key(&mut refers("barrier", "institution_id", "organisation"))
                    .foreign_key(&mut refers("barrier", "model_id", "stair_model"))
                    .take(),
            )
            .await?;
        manager.create_index(index("barrier", &["district_id", "id"])).await?;
        manager.create_index(index("barrier", &["district_id", "kind", "need_area"])).await?;
        manager.create_index(index("barrier", &["case_id", "id"])).await?;
        manager.create_index(index("barrier", &["client_id"])).await?;
        manager.create_index(index("barrier", &["measure_id"])).await?;
        manager.create_index(index("barrier", &["raised_by"])).await?;
        manager.create_index(index("barrier", &["municipality_id"])).await?;
        manager.create_index(index("barrier", &["institution_id"])).await?;
        manager.create_index(index("barrier", &["model_id"])).await?;
        manager.create_index(index("barrier", &["raise_on"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("barrier_vignette")
                    .col(ColumnDef::new("barrier_id").uuid().not_null().primary_key())
                    .col(id("district_id"))
                    .col(text("text", 1000))
                    .foreign_key(&mut refers("barrier_vignette", "barrier_id", "barrier"))
                    .foreign_key(&mut refers("barrier_vignette", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(index("barrier_vignette", &["district_id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("barrier_likeness")
                    .col(id("barrier_id"))
                    .col(id("district_id"))
                    .col(whole("band"))
                    .col(ColumnDef::new("value").big_integer().not_null())
                    .primary_key(Index::create().name("pk_barrier_likeness").col("barrier_id").col("band"))
                    .foreign_key(&mut refers("barrier_likeness", "barrier_id", "barrier"))
                    .foreign_key(&mut refers("barrier_likeness", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(index("barrier_likeness", &["district_id", "band", "value"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("stage_transition")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("barrier_id"))
                    .col(whole_or_null("from_stage"))
                    .col(whole("to_stage"))
                    .col(id_or_null("account_id"))
                    .col(text_or_null("reason", 2000))
                    .col(flag("is_overdue"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("stage_transition", "district_id", "district"))
                    .foreign_key(&mut refers("stage_transition", "barrier_id", "barrier"))
                    .foreign_key(&mut refers("stage_transition", "account_id", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("stage_transition", &["district_id"])).await?;
        manager.create_index(index("stage_transition", &["barrier_id", "id"])).await?;
        manager.create_index(index("stage_transition", &["account_id"])).await
    }
}
