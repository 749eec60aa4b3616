//! Figures of case work: published statistics, caseloads with hints about quality, and what employers see of them.

pub mod caseload;
pub mod caseload_setting;
mod cases_on;
pub mod hint;
pub mod statistics;
