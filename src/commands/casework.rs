//! Commands about cases.

pub mod case;
pub mod client;
pub mod consent;
pub mod erasure;
pub mod import;
pub mod retention_rule;
