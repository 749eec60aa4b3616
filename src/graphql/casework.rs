//! Cases.

pub mod case;
pub mod client;
pub mod consent;
pub mod document;
pub mod text;
