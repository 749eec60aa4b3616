//! Structures: barriers on the stair, signals, generative themes, and what of them may be known to whom.

pub mod barrier;
pub mod effect;
pub mod figure;
pub mod likeness;
pub mod priority;
pub mod signal;
pub mod stair;
pub mod theme;
