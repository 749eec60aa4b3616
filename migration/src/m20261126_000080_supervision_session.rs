//! Sessions of professional supervision, the cases that they are about, and what was agreed.

use sea_orm_migration::prelude::*;

use crate::column::{day_or_null, id, id_or_null, index, instant, instant_or_null, primary_id, refers, text, whole};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("supervision_session")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("staff_member_id"))
                    .col(id_or_null("requested_by"))
                    .col(id_or_null("supervisor_id"))
                    .col(text("status", 40))
                    .col(day_or_null("planned_on"))
                    .col(day_or_null("held_on"))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("supervision_session", "district_id", "district"))
                    .foreign_key(&mut refers("supervision_session", "staff_member_id", "staff_member"))
                    .foreign_key(&mut refers("supervision_session", "requested_by", "account"))
                    .foreign_key(&mut refers("supervision_session", "supervisor_id", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("supervision_session", &["district_id", "id"])).await?;
        manager.create_index(index("supervision_session", &["staff_member_id", "id"])).await?;
        manager.create_index(index("supervision_session", &["requested_by"])).await?;
        manager.create_index(index("supervision_session", &["supervisor_id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("supervision_session_case")
                    .col(id("session_id"))
                    .col(id("case_id"))
                    .col(id("district_id"))
                    .primary_key(Index::create().name("pk_supervision_session_case").col("session_id").col("case_id"))
                    .foreign_key(&mut refers("supervision_session_case", "session_id", "supervision_session"))
                    .foreign_key(&mut refers("supervision_session_case", "case_id", "case_file"))
                    .foreign_key(&mut refers("supervision_session_case", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(index("supervision_session_case", &["case_id"])).await?;
        manager.create_index(index("supervision_session_case", &["district_id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("supervision_agreement")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("session_id"))
                    .col(text("text", 2000))
                    .col(day_or_null("due_on"))
                    .col(instant_or_null("done_at"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("supervision_agreement", "district_id", "district"))
                    .foreign_key(&mut refers("supervision_agreement", "session_id", "supervision_session"))
                    .take(),
            )
            .await?;
        manager.create_index(index("supervision_agreement", &["district_id"])).await?;
        manager.create_index(index("supervision_agreement", &["session_id", "id"])).await
    }
}
