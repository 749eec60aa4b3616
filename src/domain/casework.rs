//! Rules about cases.

pub mod calendar;
pub mod case;
pub mod deadline;
