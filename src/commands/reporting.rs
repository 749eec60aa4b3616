//! Commands about figures.

pub mod caseload_setting;
