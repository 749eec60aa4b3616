//! Database migrations: one change per file, in order, never edited once released.

pub use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::prelude::*;

mod column;
mod m20261123_000001_district;
mod m20261123_000002_account;
mod m20261123_000003_position;
mod m20261123_000004_log;
mod m20261126_000005_client;
mod m20261126_000006_case;
mod m20261126_000007_consent;
mod m20261126_000008_sealed_text;
mod m20261126_000009_access_log;
mod m20261126_000010_erasure;
mod m20261126_000050_import;

/// Brings a database to the present shape.
#[derive(Debug, Clone, Copy)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_district::Migration),
            Box::new(m20261123_000002_account::Migration),
            Box::new(m20261123_000003_position::Migration),
            Box::new(m20261123_000004_log::Migration),
            Box::new(m20261126_000005_client::Migration),
            Box::new(m20261126_000006_case::Migration),
            Box::new(m20261126_000007_consent::Migration),
            Box::new(m20261126_000008_sealed_text::Migration),
            Box::new(m20261126_000009_access_log::Migration),
            Box::new(m20261126_000010_erasure::Migration),
            Box::new(m20261126_000050_import::Migration),
        ]
    }
}
