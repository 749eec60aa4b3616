//! Cases.

pub mod calendar_feed;
pub mod case;
pub mod client;
pub mod consent;
pub mod deadline;
pub mod deadline_rule;
pub mod disclosure;
pub mod erasure;
pub mod notice;
pub mod supervision_session;
pub mod text;
pub mod transfer;
pub mod unmasking;
