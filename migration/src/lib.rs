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
mod m20261126_000020_code_list;
mod m20261126_000021_deadline;
mod m20261126_000022_calendar_feed;
mod m20261126_000030_document;
mod m20261126_000040_figures;
mod m20261126_000050_import;
mod m20261126_000060_legal_sphere;
mod m20261126_000061_assessment;
mod m20261126_000062_support_plan;
mod m20261126_000063_contact;
mod m20261126_000064_task;
mod m20261126_000070_transfer;
mod m20261126_000071_disclosure;
mod m20261126_000080_supervision_session;
mod m20261126_000081_access_purge;
mod m20261126_000100_stair_model;
mod m20261126_000101_barrier;
mod m20261126_000102_theme;
mod m20261126_000120_body;
mod m20261126_000121_meeting;
mod m20261126_000122_decision;
mod m20261126_000130_concept;
mod m20261126_000131_concept_participant;
mod m20261126_000132_concept_milestone;
mod m20261126_000140_published_object;
mod m20261126_000150_theme_option;
mod m20261126_000151_agenda_item_concept;
mod m20261126_000160_transfer_agreement;
mod m20261126_000170_contact_correction;
mod m20261126_000190_deadline_client;
mod m20261126_000200_theme_family;
mod m20261126_000201_theme_priority_change;
mod m20261126_000220_theme_publication_public;
mod m20261126_000230_similar_barriers;

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
            Box::new(m20261126_000020_code_list::Migration),
            Box::new(m20261126_000021_deadline::Migration),
            Box::new(m20261126_000022_calendar_feed::Migration),
            Box::new(m20261126_000030_document::Migration),
            Box::new(m20261126_000040_figures::Migration),
            Box::new(m20261126_000060_legal_sphere::Migration),
            Box::new(m20261126_000061_assessment::Migration),
            Box::new(m20261126_000062_support_plan::Migration),
            Box::new(m20261126_000063_contact::Migration),
            Box::new(m20261126_000064_task::Migration),
            Box::new(m20261126_000070_transfer::Migration),
            Box::new(m20261126_000071_disclosure::Migration),
            Box::new(m20261126_000080_supervision_session::Migration),
            Box::new(m20261126_000081_access_purge::Migration),
            Box::new(m20261126_000050_import::Migration),
            Box::new(m20261126_000100_stair_model::Migration),
            Box::new(m20261126_000101_barrier::Migration),
            Box::new(m20261126_000102_theme::Migration),
            Box::new(m20261126_000120_body::Migration),
            Box::new(m20261126_000121_meeting::Migration),
            Box::new(m20261126_000122_decision::Migration),
            Box::new(m20261126_000130_concept::Migration),
            Box::new(m20261126_000131_concept_participant::Migration),
            Box::new(m20261126_000132_concept_milestone::Migration),
            Box::new(m20261126_000140_published_object::Migration),
            Box::new(m20261126_000150_theme_option::Migration),
            Box::new(m20261126_000151_agenda_item_concept::Migration),
            Box::new(m20261126_000160_transfer_agreement::Migration),
            Box::new(m20261126_000170_contact_correction::Migration),
            Box::new(m20261126_000190_deadline_client::Migration),
            Box::new(m20261126_000200_theme_family::Migration),
            Box::new(m20261126_000201_theme_priority_change::Migration),
            Box::new(m20261126_000220_theme_publication_public::Migration),
            Box::new(m20261126_000230_similar_barriers::Migration),
        ]
    }
}
