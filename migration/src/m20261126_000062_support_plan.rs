//! Support plans with their goals and measures.

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
                    .table("support_plan")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("case_id"))
                    .col(id("client_id"))
                    .col(whole("number"))
                    .col(text("status", 40))
                    .col(day("drafted_on"))
                    .col(day_or_null("agreed_on"))
                    .col(day_or_null("review_on"))
                    .col(day_or_null("superseded_on"))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("support_plan", "district_id", "district"))
                    .foreign_key(&mut refers("support_plan", "case_id", "case_file"))
                    .foreign_key(&mut refers("support_plan", "client_id", "client"))
                    .take(),
            )
            .await?;
        manager.create_index(index("support_plan", &["district_id"])).await?;
        manager.create_index(index("support_plan", &["client_id"])).await?;
        manager.create_index(unique("support_plan", &["case_id", "number"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("goal")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("case_id"))
                    .col(id("client_id"))
                    .col(id("plan_id"))
                    .col(id_or_null("carried_from_id"))
                    .col(text("need_area", 40))
                    .col(text("status", 40))
                    .col(day("status_since"))
                    .col(day_or_null("target_on"))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("goal", "district_id", "district"))
                    .foreign_key(&mut refers("goal", "case_id", "case_file"))
                    .foreign_key(&mut refers("goal", "client_id", "client"))
                    .foreign_key(&mut refers("goal", "plan_id", "support_plan"))
                    .foreign_key(&mut refers("goal", "carried_from_id", "goal"))
                    .take(),
            )
            .await?;
        manager.create_index(index("goal", &["district_id"])).await?;
        manager.create_index(index("goal", &["client_id"])).await?;
        manager.create_index(index("goal", &["case_id"])).await?;
        manager.create_index(index("goal", &["plan_id", "id"])).await?;
        manager.create_index(index("goal", &["carried_from_id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("measure")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("case_id"))
                    .col(id("client_id"))
                    .col(id("goal_id"))
                    .col(text("need_area", 40))
                    .col(text("status", 40))
                    .col(day("status_since"))
                    .col(id_or_null("institution_id"))
                    .col(text_or_null("barrier_kind", 40))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("measure", "district_id", "district"))
                    .foreign_key(&mut refers("measure", "case_id", "case_file"))
                    .foreign_key(&mut refers("measure", "client_id", "client"))
                    .foreign_key(&mut refers("measure", "goal_id", "goal"))
                    .foreign_key(&mut refers("measure", "institution_id", "organisation"))
                    .take(),
            )
            .await?;
        manager.create_index(index("measure", &["district_id"])).await?;
        manager.create_index(index("measure", &["client_id"])).await?;
        manager.create_index(index("measure", &["case_id"])).await?;
        manager.create_index(index("measure", &["goal_id", "id"])).await?;
        manager.create_index(index("measure", &["institution_id"])).await?;
        manager.create_index(index("measure", &["district_id", "status", "id"])).await
    }
}
