//! Cases.

pub mod case;
pub mod client;
pub mod consent;
pub mod disclosure;
pub mod notice;
pub mod text;
pub mod transfer;
