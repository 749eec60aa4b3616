//! Commands about positions.

pub mod position;
pub mod supervision;
