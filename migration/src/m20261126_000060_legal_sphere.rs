//! The legal spheres that cases are in, with their times.

use sea_orm_migration::prelude::*;

use crate::column::{day, day_or_null, id, index, primary_id, refers, text, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("legal_sphere_period")
                    .col(primary_id())
                    .col(id("district_id"))
                    .col(id("case_id"))
                    .col(id("client_id"))
                    .col(text("sphere", 40))
                    .col(day("valid_from"))
                    .col(day_or_null("valid_until"))
                    .foreign_key(&mut refers("legal_sphere_period", "district_id", "district"))
                    .foreign_key(&mut refers("legal_sphere_period", "case_id", "case_file"))
                    .foreign_key(&mut refers("legal_sphere_period", "client_id", "client"))
                    .take(),
            )
            .await?;
        manager.create_index(index("legal_sphere_period", &["district_id"])).await?;
        manager.create_index(index("legal_sphere_period", &["client_id"])).await?;
        manager.create_index(unique("legal_sphere_period", &["case_id", "sphere", "valid_from"])).await
    }
}
