//! Structures: the stair, barriers, signals and themes.

pub mod barrier;
pub mod setting;
pub mod signal;
pub mod stair;
pub mod theme;
pub mod theme_publication;
