//! The log with its outbox, its sealed order and its signed heads; idempotency keys.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::{bytes, id, id_or_null, index, instant, primary_id, refers, text, text_or_null, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Tables whose rows are added and never changed.
const APPEND_ONLY: [&str; 3] = ["event", "log_entry", "log_seal"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("event")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(instant("occurred_at"))
                    .col(id_or_null("actor_id"))
                    .col(text("command", 60))
                    .col(text("subject", 60))
                    .col(text_or_null("reason", 2000))
                    .col(ColumnDef::new("change").text().not_null())
                    .foreign_key(&mut refers("event", "district_id", "district"))
                    .foreign_key(&mut refers("event", "actor_id", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("event", &["subject", "id"])).await?;
        manager.create_index(index("event", &["district_id", "id"])).await?;
        manager.create_index(index("event", &["actor_id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("log_pending")
                    .col(ColumnDef::new("event_id").uuid().not_null().primary_key())
                    .col(id("district_id"))
                    .foreign_key(&mut refers("log_pending", "event_id", "event"))
                    .take(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("log_entry")
                    .col(id("district_id"))
                    .col(ColumnDef::new("position").big_integer().not_null())
                    .col(id("event_id"))
                    .col(bytes("event_hash"))
                    .col(bytes("chain_hash"))
                    .primary_key(Index::create().name("pk_log_entry").col("district_id").col("position"))
                    .foreign_key(&mut refers("log_entry", "district_id", "district"))
                    .foreign_key(&mut refers("log_entry", "event_id", "event"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("log_entry", &["event_id"])).await?;

        manager
            .create_table(
                Table::create()
                    .table("log_seal")
                    .col(id("district_id"))
                    .col(ColumnDef::new("last_position").big_integer().not_null())
                    .col(ColumnDef::new("first_position").big_integer().not_null())
                    .col(bytes("chain_hash"))
                    .col(instant("sealed_at"))
                    .col(text("key_id", 60))
                    .col(bytes("signature"))
                    .primary_key(Index::create().name("pk_log_seal").col("district_id").col("last_position"))
                    .foreign_key(&mut refers("log_seal", "district_id", "district"))
                    .take(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("idempotency_record")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("account_id"))
                    .col(text("key", 200))
                    .col(bytes("request_hash"))
                    .col(ColumnDef::new("answer").json_binary())
                    .col(instant("created_at"))
                    .foreign_key(&mut refers("idempotency_record", "district_id", "district"))
                    .foreign_key(&mut refers("idempotency_record", "account_id", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("idempotency_record", &["account_id", "key"])).await?;
        manager.create_index(index("idempotency_record", &["district_id"])).await?;
        manager.create_index(index("idempotency_record", &["created_at"])).await?;

        forbid_changes(manager).await
    }
}

/// Makes the database itself refuse to change or delete what is only ever added.
#[expect(clippy::disallowed_methods, reason = "triggers have no builder; migrations are a room for raw SQL")]
async fn forbid_changes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    if manager.get_database_backend() == DbBackend::Postgres {
        connection
            .execute_unprepared(
                "CREATE FUNCTION kim_append_only() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'rows of % are added only', TG_TABLE_NAME; END $$",
            )
            .await?;
    }
    for table in APPEND_ONLY {
        if manager.get_database_backend() == DbBackend::Postgres {
            connection
                .execute_unprepared(&format!(
                    "CREATE TRIGGER tr_{table}_append_only BEFORE UPDATE OR DELETE ON {table} \
                     FOR EACH ROW EXECUTE FUNCTION kim_append_only(); \
                     CREATE TRIGGER tr_{table}_append_only_truncate BEFORE TRUNCATE ON {table} \
                     FOR EACH STATEMENT EXECUTE FUNCTION kim_append_only()"
                ))
                .await?;
        } else {
            for verb in ["UPDATE", "DELETE"] {
                connection
                    .execute_unprepared(&format!(
                        "CREATE TRIGGER tr_{table}_append_only_{verb} BEFORE {verb} ON {table} \
                         BEGIN SELECT RAISE(ABORT, 'rows of {table} are added only'); END"
                    ))
                    .await?;
            }
        }
    }
    Ok(())
}
