//! What bodies have beside their name, and who belongs to them.

use sea_orm_migration::prelude::*;

use crate::column::{
    day, day_or_null, flag, id, id_or_null, index, instant, instant_or_null, primary_id, refers, text, whole,
    whole_or_null,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            whole_or_null("cadence"),
            whole_or_null("quorum"),
            flag("is_public").default(false).take(),
            whole("version").default(1).take(),
            instant_or_null("updated_at"),
        ] {
            // SQLite adds one column at a time.
            manager.alter_table(Table::alter().table("body").add_column(column).take()).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("body_membership")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("body_id"))
                    .col(id("organisation_id"))
                    .col(text("function", 200))
                    .col(id_or_null("staff_member_id"))
                    .col(flag("has_vote"))
                    .col(day("valid_from"))
                    .col(day_or_null("valid_until"))
                    .col(instant("created_at"))
                    .col(instant("updated_at"))
                    .foreign_key(&mut refers("body_membership", "district_id", "district"))
                    .foreign_key(&mut refers("body_membership", "body_id", "body"))
                    .foreign_key(&mut refers("body_membership", "organisation_id", "organisation"))
                    .foreign_key(&mut refers("body_membership", "staff_member_id", "staff_member"))
                    .take(),
            )
            .await?;
        manager.create_index(index("body_membership", &["district_id"])).await?;
        manager.create_index(index("body_membership", &["body_id", "id"])).await?;
        manager.create_index(index("body_membership", &["organisation_id", "body_id"])).await?;
        manager.create_index(index("body_membership", &["staff_member_id"])).await
    }
}
