//! The identity vault: clients apart from cases, their keys, and the terms by which they are found.

use sea_orm_migration::prelude::*;

use crate::column::{bytes, id, id_or_null, index, instant, instant_or_null, primary_id, refers, text, unique, whole};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // At most one row: what shows whether the server has the master key of this database.
        manager
            .create_table(
                Table::create()
                    .table("master_key_check")
                    .col(ColumnDef::new("id").integer().not_null().primary_key())
                    .col(bytes("content"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("district_key")
                    .col(ColumnDef::new("district_id").uuid().not_null().primary_key())
                    .col(text("master_key_id", 16))
                    .col(bytes("wrapped"))
                    .foreign_key(&mut refers("district_key", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("client")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(text("status", 40))
                    .col(text("legal_basis", 40))
                    .col(whole("version"))
                    .col(instant("created_at"))
                    .col(instant_or_null("restricted_at"))
                    .col(instant_or_null("erased_at"))
                    .foreign_key(&mut refers("client", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(index("client", &["district_id", "id"])).await?;
        // Destroying this row is what erases a client: nothing else opens what its key sealed.
        manager
            .create_table(
                Table::create()
                    .table("client_key")
                    .col(ColumnDef::new("client_id").uuid().not_null().primary_key())
                    .col(id("district_id"))
                    .col(text("master_key_id", 16))
                    .col(bytes("wrapped"))
                    .foreign_key(&mut refers("client_key", "client_id", "client"))
                    .foreign_key(&mut refers("client_key", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(index("client_key", &["district_id"])).await?;
        manager.create_index(index("client_key", &["master_key_id", "client_id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("client_term")
                    .col(id("district_id"))
                    .col(ColumnDef::new("kind").small_integer().not_null())
                    .col(ColumnDef::new("digest").big_integer().not_null())
                    .col(id("client_id"))
                    .primary_key(
                        Index::create()
                            .name("pk_client_term")
                            .col("district_id")
                            .col("kind")
                            .col("digest")
                            .col("client_id"),
                    )
                    .foreign_key(&mut refers("client_term", "district_id", "district"))
                    .foreign_key(&mut refers("client_term", "client_id", "client"))
                    .take(),
            )
            .await?;
        manager.create_index(index("client_term", &["client_id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("duplicate_verdict")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("first_client_id"))
                    .col(id("second_client_id"))
                    .col(text("verdict", 40))
                    .col(id_or_null("decided_by"))
                    .col(instant("decided_at"))
                    .foreign_key(&mut refers("duplicate_verdict", "district_id", "district"))
                    .foreign_key(&mut refers("duplicate_verdict", "first_client_id", "client"))
                    .foreign_key(&mut refers("duplicate_verdict", "second_client_id", "client"))
                    .foreign_key(&mut refers("duplicate_verdict", "decided_by", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("duplicate_verdict", &["district_id"])).await?;
        manager.create_index(unique("duplicate_verdict", &["first_client_id", "second_client_id"])).await?;
        manager.create_index(index("duplicate_verdict", &["second_client_id"])).await?;
        manager.create_index(index("duplicate_verdict", &["decided_by"])).await
    }
}
