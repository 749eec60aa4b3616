//! Rules about cases.

pub mod case;
pub mod deadline;
