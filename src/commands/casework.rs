//! Commands about cases.

pub mod calendar_feed;
pub mod case;
pub mod client;
pub mod consent;
pub mod deadline;
pub mod deadline_rule;
pub mod disclosure;
pub mod erasure;
pub mod notice;
pub mod retention_rule;
pub mod supervision_session;
pub mod transfer;
pub mod transfer_expiry;
pub mod unmasking;
