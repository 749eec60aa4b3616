//! Cases.

pub mod case;
pub mod deadline_rule;
