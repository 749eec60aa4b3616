//! Commands about cases.

pub mod case;
