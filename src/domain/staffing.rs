//! Rules about positions, their holders and their supervision.

pub mod figures;
pub mod position;
pub mod supervision;
