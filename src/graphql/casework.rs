//! Cases.

pub mod case;
pub mod client;
pub mod consent;
pub mod erasure;
pub mod supervision_session;
pub mod text;
pub mod unmasking;
