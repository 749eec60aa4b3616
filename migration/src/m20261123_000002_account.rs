//! Accounts, grants, sessions, refresh tokens and the counting of failed logins.

use sea_orm_migration::prelude::*;

use crate::column::{
    bytes, day, day_or_null, id, index, instant, instant_or_null, primary_id, refers, text, text_or_null, unique, whole,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("account")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(text("login", 200))
                    .col(text("display_name", 200))
                    .col(text_or_null("password_hash", 300))
                    .col(instant("created_at"))
                    .col(instant_or_null("disabled_at"))
                    .col(whole("version"))
                    .foreign_key(&mut refers("account", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("account", &["login"])).await?;
        manager.create_index(index("account", &["district_id", "login", "id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("access_grant")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("account_id"))
                    .col(text("role", 40))
                    .col(id("organisation_id"))
                    .col(ColumnDef::new("scopes").json_binary().not_null())
                    .col(day("valid_from"))
                    .col(day_or_null("valid_until"))
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("access_grant", "district_id", "district"))
                    .foreign_key(&mut refers("access_grant", "account_id", "account"))
                    .foreign_key(&mut refers("access_grant", "organisation_id", "organisation"))
                    .take(),
            )
            .await?;
        manager.create_index(index("access_grant", &["account_id", "id"])).await?;
        manager.create_index(index("access_grant", &["organisation_id"])).await?;
        manager.create_index(index("access_grant", &["district_id", "id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("session")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("account_id"))
                    .col(instant("created_at"))
                    .col(instant("expires_at"))
                    .col(instant_or_null("ended_at"))
                    .col(text_or_null("end_reason", 40))
                    .foreign_key(&mut refers("session", "district_id", "district"))
                    .foreign_key(&mut refers("session", "account_id", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("session", &["district_id"])).await?;
        manager.create_index(index("session", &["account_id"])).await?;
        manager.create_index(index("session", &["expires_at"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("refresh_token")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("session_id"))
                    .col(bytes("digest"))
                    .col(instant("issued_at"))
                    .col(instant("expires_at"))
                    .col(instant_or_null("used_at"))
                    .foreign_key(&mut refers("refresh_token", "district_id", "district"))
                    .foreign_key(&mut refers("refresh_token", "session_id", "session"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("refresh_token", &["digest"])).await?;
        manager.create_index(index("refresh_token", &["district_id"])).await?;
        manager.create_index(index("refresh_token", &["session_id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("login_throttle")
                    .col(ColumnDef::new("key").binary().not_null().primary_key())
                    .col(instant("window_started_at"))
                    .col(whole("failures"))
                    .take(),
            )
            .await?;
        manager.create_index(index("login_throttle", &["window_started_at"])).await
    }
}
