//! Rules about cases.

pub mod case;
pub mod consent;
pub mod extract;
pub mod retention;
pub mod text;
