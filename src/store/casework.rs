//! Cases and their way through the phases.

pub mod case;
pub mod case_phase_change;
pub mod deadline_rule;
