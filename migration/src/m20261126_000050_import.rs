//! Imports of cases: their runs, and what became of each row.

use sea_orm_migration::prelude::*;

use crate::column::{
    bytes, id, id_or_null, index, instant, instant_or_null, primary_id, refers, text, text_or_null, unique, whole,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("import_run")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id_or_null("account_id"))
                    .col(text_or_null("source", 40))
                    .col(bytes("file_hash"))
                    .col(text("status", 40))
                    .col(whole("row_count"))
                    .col(whole("created_count"))
                    .col(whole("known_count"))
                    .col(whole("refused_count"))
                    .col(instant("started_at"))
                    .col(instant_or_null("finished_at"))
                    .foreign_key(&mut refers("import_run", "district_id", "district"))
                    .foreign_key(&mut refers("import_run", "account_id", "account"))
                    .take(),
            )
            .await?;
        manager.create_index(index("import_run", &["district_id", "id"])).await?;
        manager.create_index(index("import_run", &["account_id", "id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("import_row")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("run_id"))
                    .col(whole("line"))
                    .col(text("outcome", 40))
                    .col(id_or_null("case_id"))
                    .col(ColumnDef::new("claim").binary())
                    .col(ColumnDef::new("faults").text())
                    .foreign_key(&mut refers("import_row", "district_id", "district"))
                    .foreign_key(&mut refers("import_row", "run_id", "import_run"))
                    .foreign_key(&mut refers("import_row", "case_id", "case_file"))
                    .take(),
            )
            .await?;
        manager.create_index(unique("import_row", &["run_id", "line"])).await?;
        manager.create_index(index("import_row", &["case_id"])).await?;
        // What makes an import happen exactly once: of two rows with the same external id, the second finds it taken.
        manager.create_index(unique("import_row", &["district_id", "claim"])).await
    }
}
