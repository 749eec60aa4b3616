//! Commands about cases.

pub mod calendar_feed;
pub mod case;
pub mod deadline_rule;
