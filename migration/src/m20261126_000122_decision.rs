//! Decisions with their votes, and what is to be done after them.

use sea_orm_migration::prelude::*;

use crate::column::{
    day, day_or_null, id, id_or_null, index, instant, primary_id, refers, text, text_or_null, unique, whole,
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
                    .table("decision")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("meeting_id"))
                    .col(id("item_id"))
                    .col(text("kind", 40))
                    .col(text("text", 4000))
                    .col(text("voting", 40))
                    .col(whole_or_null("yes"))
                    .col(whole_or_null("no"))
                    .col(whole_or_null("abstentions"))
                    .col(text_or_null("paper_url", 2000))
                    .col(day("decided_on"))
                    .col(id_or_null("recorded_by"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("decision", "district_id", "district"))
                    .foreign_key(&mut refers("decision", "meeting_id", "meeting"))
                    .foreign_key(&mut refers("decision", "item_id", "agenda_item"))
                    .foreign_key(&mut refers("decision", "recorded_by", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("decision", &["item_id"])).await?;
        manager.create_index(index("decision", &["district_id", "id"])).await?;
        manager.create_index(index("decision", &["meeting_id"])).await?;
        manager.create_index(index("decision", &["recorded_by"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("decision_vote")
                    .col(id("decision_id"))
                    .col(id("membership_id"))
                    .col(id("district_id"))
                    .col(text("vote", 40))
                    .primary_key(Index::create().name("pk_decision_vote").col("decision_id").col("membership_id"))
                    .foreign_key(&mut refers("decision_vote", "decision_id", "decision"))
                    .foreign_key(&mut refers("decision_vote", "membership_id", "body_membership"))
                    .foreign_key(&mut refers("decision_vote", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(index("decision_vote", &["membership_id"])).await?;
        manager.create_index(index("decision_vote", &["district_id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("action_item")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("body_id"))
                    .col(id("decision_id"))
                    .col(id("organisation_id"))
                    .col(text("text", 2000))
                    .col(day_or_null("due_on"))
                    .col(text("status", 40))
                    .col(text_or_null("result", 2000))
                    .col(day_or_null("settled_on"))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .col(instant("updated_at"))
                    .foreign_key(&mut refers("action_item", "district_id", "district"))
                    .foreign_key(&mut refers("action_item", "body_id", "body"))
                    .foreign_key(&mut refers("action_item", "decision_id", "decision"))
                    .foreign_key(&mut refers("action_item", "organisation_id", "organisation"))
                    .take(),
            )
            .await?;
        manager.create_index(index("action_item", &["district_id", "id"])).await?;
        manager.create_index(index("action_item", &["body_id", "status", "id"])).await?;
        manager.create_index(index("action_item", &["decision_id", "id"])).await?;
        manager.create_index(index("action_item", &["organisation_id", "id"])).await
    }
}
