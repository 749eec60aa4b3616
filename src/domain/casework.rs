//! Rules about cases.

pub mod calendar;
pub mod case;
pub mod consent;
pub mod extract;
pub mod retention;
pub mod deadline;
pub mod text;
