//! The pure rules: values in, decision out. No database, no async, no clock.

pub mod bodies;
pub mod casework;
pub mod district;
pub mod input;
pub mod period;
pub mod reporting;
pub mod staffing;
pub mod structure;
pub mod versions;
