//! Cases, the people in them, and the door to what identifies them.

pub mod bulk;
pub mod case;
pub mod case_person;
pub mod case_phase_change;
pub mod client;
pub mod client_term;
pub mod consent;
pub mod erasure;
pub mod extract;
pub mod identified;
pub mod import;
pub mod notice;
pub mod retention_rule;
pub mod sealed_text;
