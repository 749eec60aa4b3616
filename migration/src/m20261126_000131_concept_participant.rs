//! Who takes part in the concept, the positions they take, and their comments.

use sea_orm_migration::prelude::*;

use crate::column::{id, id_or_null, index, instant, instant_or_null, primary_id, refers, text, text_or_null, whole};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("concept_participant")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("concept_id"))
                    .col(id("organisation_id"))
                    .col(text("function", 200))
                    .col(id_or_null("staff_member_id"))
                    .col(instant_or_null("invited_at"))
                    .col(instant_or_null("removed_at"))
                    .col(instant("created_at"))
                    .col(instant("updated_at"))
                    .foreign_key(&mut refers("concept_participant", "district_id", "district"))
                    .foreign_key(&mut refers("concept_participant", "concept_id", "concept"))
                    .foreign_key(&mut refers("concept_participant", "organisation_id", "organisation"))
                    .foreign_key(&mut refers("concept_participant", "staff_member_id", "staff_member"))
                    .take(),
            )
            .await?;
        manager.create_index(index("concept_participant", &["concept_id", "id"])).await?;
        manager.create_index(index("concept_participant", &["organisation_id", "concept_id"])).await?;
        manager.create_index(index("concept_participant", &["staff_member_id"])).await?;
        manager.create_index(index("concept_participant", &["district_id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("concept_position")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("concept_id"))
                    .col(id("participant_id"))
                    .col(whole("consultation"))
                    .col(text("kind", 40))
                    .col(text_or_null("text", 4000))
                    .col(id_or_null("recorded_by"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("concept_position", "district_id", "district"))
                    .foreign_key(&mut refers("concept_position", "concept_id", "concept"))
                    .foreign_key(&mut refers("concept_position", "participant_id", "concept_participant"))
                    .foreign_key(&mut refers("concept_position", "recorded_by", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("concept_position", &["participant_id", "id"])).await?;
        manager.create_index(index("concept_position", &["concept_id"])).await?;
        manager.create_index(index("concept_position", &["district_id"])).await?;
        manager.create_index(index("concept_position", &["recorded_by"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("concept_comment")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("concept_id"))
                    .col(id_or_null("section_id"))
                    .col(whole("consultation"))
                    .col(id_or_null("organisation_id"))
                    .col(id_or_null("author_id"))
                    .col(text("text", 4000))
                    .col(text("status", 40))
                    .col(text_or_null("answer", 2000))
                    .col(id_or_null("settled_by"))
                    .col(instant_or_null("settled_at"))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .col(instant("updated_at"))
                    .foreign_key(&mut refers("concept_comment", "district_id", "district"))
                    .foreign_key(&mut refers("concept_comment", "concept_id", "concept"))
                    .foreign_key(&mut refers("concept_comment", "section_id", "concept_section"))
                    .foreign_key(&mut refers("concept_comment", "organisation_id", "organisation"))
                    .foreign_key(&mut refers("concept_comment", "author_id", "account"))
                    .foreign_key(&mut refers("concept_comment", "settled_by", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("concept_comment", &["concept_id", "id"])).await?;
        for column in ["section_id", "organisation_id", "author_id", "settled_by", "district_id"] {
            manager.create_index(index("concept_comment", &[column])).await?;
        }
        Ok(())
    }
}
