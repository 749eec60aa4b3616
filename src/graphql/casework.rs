//! Cases.

pub mod case;
