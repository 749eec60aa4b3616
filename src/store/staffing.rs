//! Positions, their holders, service areas and supervision.

pub mod occupancy;
pub mod position;
pub mod service_area;
pub mod staff_member;
pub mod supervision;
