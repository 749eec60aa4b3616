//! Commands about cases.

pub mod calendar_feed;
pub mod case;
pub mod client;
pub mod consent;
pub mod deadline;
pub mod deadline_rule;
pub mod document;
pub mod erasure;
pub mod retention_rule;
