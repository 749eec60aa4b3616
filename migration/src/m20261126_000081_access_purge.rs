//! The access log is only added to: rows never change, and go only after their removal was recorded. An index finds the
//! reads since an instant.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::column::{id, index, instant, primary_id, refers};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("access_purge")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(instant("read_before"))
                    .col(instant("purged_at"))
                    .foreign_key(&mut refers("access_purge", "district_id", "district"))
                    .take(),
            )
            .await?;
        manager.create_index(index("access_purge", &["district_id", "read_before"])).await?;
        manager.create_index(index("access_log", &["district_id", "read_at", "id"])).await?;
        forbid_changes(manager).await
    }
}

/// Makes the database itself refuse to change what was recorded, and to remove what no recorded removal covers.
#[expect(clippy::disallowed_methods, reason = "triggers have no builder; migrations are a room for raw SQL")]
async fn forbid_changes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let covered = "EXISTS (SELECT 1 FROM access_purge WHERE access_purge.district_id = OLD.district_id \
                   AND access_purge.read_before > OLD.read_at)";
    let statements: Vec<String> = if manager.get_database_backend() == DbBackend::Postgres {
        vec![
            "CREATE TRIGGER tr_access_purge_append_only BEFORE UPDATE OR DELETE ON access_purge \
             FOR EACH ROW EXECUTE FUNCTION kim_append_only()"
                .to_owned(),
            "CREATE TRIGGER tr_access_log_append_only BEFORE UPDATE ON access_log \
             FOR EACH ROW EXECUTE FUNCTION kim_append_only()"
                .to_owned(),
            "CREATE TRIGGER tr_access_log_append_only_truncate BEFORE TRUNCATE ON access_log \
             FOR EACH STATEMENT EXECUTE FUNCTION kim_append_only()"
                .to_owned(),
            format!(
                "CREATE FUNCTION kim_access_log_kept() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN IF {covered} THEN RETURN OLD; END IF; \
                 RAISE EXCEPTION 'rows of access_log go only after their removal was recorded'; END $$"
            ),
            "CREATE TRIGGER tr_access_log_kept BEFORE DELETE ON access_log \
             FOR EACH ROW EXECUTE FUNCTION kim_access_log_kept()"
                .to_owned(),
        ]
    } else {
        let refuse = |name: &str, verb: &str, table: &str| {
            format!(
                "CREATE TRIGGER tr_{table}_{name} BEFORE {verb} ON {table} \
                 BEGIN SELECT RAISE(ABORT, 'rows of {table} are added only'); END"
            )
        };
        vec![
            refuse("append_only_UPDATE", "UPDATE", "access_purge"),
            refuse("append_only_DELETE", "DELETE", "access_purge"),
            refuse("append_only_UPDATE", "UPDATE", "access_log"),
            format!(
                "CREATE TRIGGER tr_access_log_kept BEFORE DELETE ON access_log WHEN NOT {covered} \
                 BEGIN SELECT RAISE(ABORT, 'rows of access_log go only after their removal was recorded'); END"
            ),
        ]
    };
    for statement in statements {
        manager.get_connection().execute_unprepared(&statement).await?;
    }
    Ok(())
}
