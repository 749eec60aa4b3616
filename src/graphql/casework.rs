//! Cases.

pub mod case;
pub mod client;
pub mod consent;
pub mod import;
pub mod text;
