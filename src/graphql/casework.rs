//! Cases.

pub mod case;
pub mod client;
pub mod consent;
pub mod erasure;
pub mod import;
pub mod text;
