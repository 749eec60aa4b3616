//! Positions with everything that hangs on them, and the staffing figures.

pub mod figures;
pub mod occupancy;
pub mod position;
pub mod position_changed;
pub mod service_area;
pub mod staff_member;
pub mod supervision;
