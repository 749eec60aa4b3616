//! Figures of case work.

pub mod caseload;
pub mod caseload_setting;
pub mod statistics;
pub mod workload;
