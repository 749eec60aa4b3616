//! Commands about cases.

pub mod case;
pub mod client;
pub mod consent;
pub mod disclosure;
pub mod notice;
pub mod transfer;
pub mod transfer_expiry;
