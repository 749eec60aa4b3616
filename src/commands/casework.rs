//! Commands about cases.

pub mod case;
pub mod deadline_rule;
