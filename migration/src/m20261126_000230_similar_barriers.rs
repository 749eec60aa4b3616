//! What is like a barrier is asked for while somebody types: found by indexes that hold all that the question needs.

use sea_orm_migration::prelude::*;

use crate::column::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let by_pattern = ["district_id", "kind", "need_area"];
        let by_words = ["district_id", "band", "value"];
        manager.create_index(index("barrier", &[&by_pattern[..], &["municipality_id"]].concat())).await?;
        manager.create_index(index("barrier_likeness", &[&by_words[..], &["barrier_id"]].concat())).await?;
        for (table, name) in [
            ("barrier", "ix_barrier_district_id_kind_need_area"),
            ("barrier_likeness", "ix_barrier_likeness_district_id_band_value"),
        ] {
            manager.drop_index(Index::drop().name(name).table(table).to_owned()).await?;
        }
        Ok(())
    }
}
