//! Commands about cases.

pub mod calendar_feed;
pub mod case;
pub mod client;
pub mod consent;
pub mod erasure;
pub mod retention_rule;
pub mod deadline;
pub mod deadline_rule;
