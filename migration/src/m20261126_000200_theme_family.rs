//! A theme knows in which theme it lives on: itself, or the one that it became part of in the end. So answers and effects
//! reach what was merged, however often it was.

use sea_orm_migration::prelude::*;

use crate::column::{id_or_null, index};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // It is always there; SQLite does not add columns of which it would know that.
        let family = id_or_null("family_id");
        manager.alter_table(Table::alter().table("theme").add_column(family).take()).await?;
        manager.create_index(index("theme", &["family_id"])).await?;
        follow_merges(manager).await
    }
}

/// Follows each theme to the end of its way through other themes.
#[expect(clippy::disallowed_methods, reason = "a recursive statement; migrations are a room for raw SQL")]
async fn follow_merges(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let ways = "WITH RECURSIVE way (id, family_id) AS ( \
                    SELECT theme.id, theme.id FROM theme WHERE theme.merged_into_id IS NULL \
                    UNION ALL \
                    SELECT theme.id, way.family_id FROM theme JOIN way ON theme.merged_into_id = way.id \
                ) \
                UPDATE theme SET family_id = (SELECT way.family_id FROM way WHERE way.id = theme.id)";
    manager.get_connection().execute_unprepared(ways).await?;
    Ok(())
}
