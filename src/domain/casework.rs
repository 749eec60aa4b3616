//! Rules about cases.

pub mod case;
pub mod consent;
pub mod disclosure;
pub mod text;
pub mod transfer;
