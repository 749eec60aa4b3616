//! Rules about cases.

pub mod access;
pub mod case;
pub mod consent;
pub mod supervision_session;
pub mod text;
pub mod unmasking;
