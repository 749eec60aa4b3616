//! Cases, pseudonymous, their way through the phases, and who belongs to them.

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
                    .table("case_file")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(whole("year"))
                    .col(whole("number"))
                    .col(id("client_id"))
                    .col(id("municipality_id"))
                    .col(id("lead_id"))
                    .col(id_or_null("substitute_id"))
                    .col(text("unit", 40))
                    .col(text("intensity", 40))
                    .col(text("referral_source", 40))
                    .col(text("status", 40))
                    .col(text("phase", 40))
                    .col(day("phase_since"))
                    .col(day("opened_on"))
                    .col(day_or_null("closed_on"))
                    .col(text_or_null("closure_reason", 40))
                    .col(text_or_null("age_band", 40))
                    .col(text_or_null("gender", 40))
                    .col(text_or_null("nationality_group", 40))
                    .col(text_or_null("residence_group", 40))
                    .col(text_or_null("language_level", 40))
                    .col(day_or_null("arrival_month"))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("case_file", "district_id", "district"))
                    .foreign_key(&mut refers("case_file", "client_id", "client"))
                    .foreign_key(&mut refers("case_file", "municipality_id", "municipality"))
                    .foreign_key(&mut refers("case_file", "lead_id", "staff_member"))
                    .foreign_key(&mut refers("case_file", "substitute_id", "staff_member"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("case_file", &["district_id", "year", "number"])).await?;
        manager.create_index(index("case_file", &["district_id", "id"])).await?;
        manager.create_index(index("case_file", &["lead_id", "id"])).await?;
        manager.create_index(index("case_file", &["substitute_id", "id"])).await?;
        manager.create_index(index("case_file", &["municipality_id"])).await?;
        manager.create_index(index("case_file", &["client_id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("case_phase_change")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("case_id"))
                    .col(text_or_null("from_phase", 40))
                    .col(text("to_phase", 40))
                    .col(day("changed_on"))
                    .foreign_key(&mut refers("case_phase_change", "district_id", "district"))
                    .foreign_key(&mut refers("case_phase_change", "case_id", "case_file"))
                    .take(),
            )
            .await?;
        manager.create_index(index("case_phase_change", &["district_id"])).await?;
        manager.create_index(index("case_phase_change", &["case_id", "id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("case_person")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("case_id"))
                    .col(id("client_id"))
                    .col(text("relation", 40))
                    .col(day("joined_on"))
                    .col(day_or_null("left_on"))
                    .foreign_key(&mut refers("case_person", "district_id", "district"))
                    .foreign_key(&mut refers("case_person", "case_id", "case_file"))
                    .foreign_key(&mut refers("case_person", "client_id", "client"))
                    .take(),
            )
            .await?;
        manager.create_index(index("case_person", &["district_id"])).await?;
        manager.create_index(unique("case_person", &["case_id", "client_id"])).await?;
        manager.create_index(index("case_person", &["client_id", "case_id"])).await
    }
}
