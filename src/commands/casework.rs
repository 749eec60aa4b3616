//! Commands about cases.

pub mod case;
pub mod client;
pub mod consent;
pub mod erasure;
pub mod retention_rule;
pub mod supervision_session;
pub mod unmasking;
