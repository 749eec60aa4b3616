//! Rules about cases.

pub mod case;
pub mod consent;
pub mod text;
