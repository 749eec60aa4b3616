//! Rules about what may be counted and shown.
//!
//! Whatever counts people and leaves the data layer goes through [`suppression`] first.

pub mod caseload;
pub mod hint;
pub mod statistics;
pub mod suppression;
pub mod workload;
