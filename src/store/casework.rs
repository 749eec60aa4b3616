//! Cases and their way through the phases.

pub mod calendar_feed;
pub mod case;
pub mod case_phase_change;
pub mod deadline;
pub mod deadline_rule;
