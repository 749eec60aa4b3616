//! Rules about cases.

pub mod access;
pub mod calendar;
pub mod case;
pub mod consent;
pub mod deadline;
pub mod disclosure;
pub mod extract;
pub mod legal_sphere;
pub mod plan;
pub mod retention;
pub mod supervision_session;
pub mod text;
pub mod transfer;
pub mod unmasking;
