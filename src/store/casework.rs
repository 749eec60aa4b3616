//! Cases, the people in them, and the door to what identifies them.

pub mod calendar_feed;
pub mod case;
pub mod case_person;
pub mod case_phase_change;
pub mod client;
pub mod client_term;
pub mod consent;
pub mod deadline;
pub mod deadline_rule;
pub mod disclosure;
pub mod erasure;
pub mod extract;
pub mod guarded_text;
pub mod identified;
pub mod notice;
pub mod retention_rule;
pub mod sealed_text;
pub mod supervision_session;
pub mod transfer;
pub mod transfer_item;
pub mod unmasking;
