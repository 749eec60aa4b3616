//! Cases.

pub mod calendar_feed;
pub mod case;
pub mod deadline_rule;
