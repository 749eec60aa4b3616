//! Rules about cases.

pub mod access;
pub mod case;
pub mod consent;
pub mod extract;
pub mod retention;
pub mod supervision_session;
pub mod text;
pub mod unmasking;
