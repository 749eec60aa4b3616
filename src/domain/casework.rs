//! Rules about cases.

pub mod case;
