//! Meetings, their minutes and attendance, agendas, questions, and papers.

use sea_orm_migration::prelude::*;

use crate::column::{
    bytes, day_or_null, flag, id, id_or_null, index, instant, instant_or_null, primary_id, refers, text, text_or_null,
    whole, whole_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        meeting(manager).await?;
        agenda(manager).await?;
        papers(manager).await
    }
}

async fn meeting(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("meeting")
                .col(primary_id())
                .col(id("district_id"))
                .col(id("body_id"))
                .col(text("title", 200))
                .col(text("status", 40))
                .col(instant("starts_at"))
                .col(instant_or_null("ends_at"))
                .col(text_or_null("place", 200))
                .col(instant_or_null("invited_at"))
                .col(instant_or_null("minutes_approved_at"))
                .col(instant_or_null("published_at"))
                .col(flag("minutes_public"))
                .col(instant_or_null("unpublished_at"))
                .col(whole("version"))
                .col(instant("created_at"))
                .col(instant("updated_at"))
                .foreign_key(&mut refers("meeting", "district_id", "district"))
                .foreign_key(&mut refers("meeting", "body_id", "body"))
                .take(),
        )
        .await?;
    manager.create_index(index("meeting", &["district_id", "starts_at", "id"])).await?;
    manager.create_index(index("meeting", &["body_id", "starts_at", "id"])).await?;

    manager
        .create_table(
            Table::create()
                .table("meeting_minutes")
                .col(ColumnDef::new("meeting_id").uuid().not_null().primary_key())
                .col(id("district_id"))
                .col(ColumnDef::new("text").text().not_null())
                .col(id_or_null("written_by"))
                .col(instant("updated_at"))
                .foreign_key(&mut refers("meeting_minutes", "meeting_id", "meeting"))
                .foreign_key(&mut refers("meeting_minutes", "district_id", "district"))
                .foreign_key(&mut refers("meeting_minutes", "written_by", "account"))
                .take(),
        )
        .await?;
    manager.create_index(index("meeting_minutes", &["district_id"])).await?;
    manager.create_index(index("meeting_minutes", &["written_by"])).await?;

    manager
        .create_table(
            Table::create()
                .table("meeting_attendance")
                .col(id("meeting_id"))
                .col(id("membership_id"))
                .col(id("district_id"))
                .col(text("status", 40))
                .primary_key(Index::create().name("pk_meeting_attendance").col("meeting_id").col("membership_id"))
                .foreign_key(&mut refers("meeting_attendance", "meeting_id", "meeting"))
                .foreign_key(&mut refers("meeting_attendance", "membership_id", "body_membership"))
                .foreign_key(&mut refers("meeting_attendance", "district_id", "district"))
                .take(),
        )
        .await?;
    manager.create_index(index("meeting_attendance", &["membership_id"])).await?;
    manager.create_index(index("meeting_attendance", &["district_id"])).await
}

async fn agenda(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("agenda_item")
                .col(primary_id())
                .col(id("district_id"))
                .col(id("meeting_id"))
                .col(id_or_null("parent_id"))
                .col(whole("position"))
                .col(text("title", 300))
                .col(text_or_null("description", 4000))
                .col(id_or_null("theme_id"))
                .col(id_or_null("organisation_id"))
                .col(flag("is_public"))
                .col(text("status", 40))
                .col(id_or_null("carried_from_id"))
                .col(instant_or_null("removed_at"))
                .col(whole("version"))
                .col(instant("created_at"))
                .col(instant("updated_at"))
                .foreign_key(&mut refers("agenda_item", "district_id", "district"))
                .foreign_key(&mut refers("agenda_item", "meeting_id", "meeting"))
                .foreign_key(&mut refers("agenda_item", "parent_id", "agenda_item"))
                .foreign_key(&mut refers("agenda_item", "theme_id", "theme"))
                .foreign_key(&mut refers("agenda_item", "organisation_id", "organisation"))
                .foreign_key(&mut refers("agenda_item", "carried_from_id", "agenda_item"))
                .take(),
        )
        .await?;
    manager.create_index(index("agenda_item", &["district_id", "id"])).await?;
    manager.create_index(index("agenda_item", &["meeting_id", "id"])).await?;
    for column in ["parent_id", "theme_id", "organisation_id", "carried_from_id"] {
        manager.create_index(index("agenda_item", &[column])).await?;
    }

    manager
        .create_table(
            Table::create()
                .table("meeting_question")
                .col(primary_id())
                .col(id("district_id"))
                .col(id("meeting_id"))
                .col(id("item_id"))
                .col(text("asked_by", 200))
                .col(text("text", 2000))
                .col(text_or_null("answer", 4000))
                .col(day_or_null("answered_on"))
                .col(id_or_null("answered_by"))
                .col(whole("version"))
                .col(instant("created_at"))
                .col(instant("updated_at"))
                .foreign_key(&mut refers("meeting_question", "district_id", "district"))
                .foreign_key(&mut refers("meeting_question", "meeting_id", "meeting"))
                .foreign_key(&mut refers("meeting_question", "item_id", "agenda_item"))
                .foreign_key(&mut refers("meeting_question", "answered_by", "account"))
                .take(),
        )
        .await?;
    manager.create_index(index("meeting_question", &["district_id"])).await?;
    manager.create_index(index("meeting_question", &["meeting_id"])).await?;
    manager.create_index(index("meeting_question", &["item_id", "id"])).await?;
    manager.create_index(index("meeting_question", &["answered_by"])).await
}

async fn papers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("paper")
                .col(primary_id())
                .col(id("district_id"))
                .col(id("meeting_id"))
                .col(id_or_null("item_id"))
                .col(text("kind", 40))
                .col(text("name", 200))
                .col(text_or_null("url", 2000))
                .col(text_or_null("document_type", 40))
                .col(whole_or_null("size_bytes"))
                .col(text_or_null("sha256", 64))
                .col(instant_or_null("stored_at"))
                .col(flag("is_public"))
                .col(instant_or_null("removed_at"))
                .col(whole("version"))
                .col(instant("created_at"))
                .col(instant("updated_at"))
                .foreign_key(&mut refers("paper", "district_id", "district"))
                .foreign_key(&mut refers("paper", "meeting_id", "meeting"))
                .foreign_key(&mut refers("paper", "item_id", "agenda_item"))
                .take(),
        )
        .await?;
    manager.create_index(index("paper", &["district_id"])).await?;
    manager.create_index(index("paper", &["meeting_id", "id"])).await?;
    manager.create_index(index("paper", &["item_id"])).await?;

    manager
        .create_table(
            Table::create()
                .table("paper_content")
                .col(id("paper_id"))
                .col(whole("part"))
                .col(id("district_id"))
                .col(bytes("content"))
                .primary_key(Index::create().name("pk_paper_content").col("paper_id").col("part"))
                .foreign_key(&mut refers("paper_content", "paper_id", "paper"))
                .foreign_key(&mut refers("paper_content", "district_id", "district"))
                .take(),
        )
        .await?;
    manager.create_index(index("paper_content", &["district_id"])).await
}
