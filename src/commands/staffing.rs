//! Commands about positions.

pub mod position;
pub mod staff_member;
pub mod supervision;
