//! Structures: the stair, barriers, signals and themes.

pub mod barrier;
pub mod setting;
pub mod signal;
pub mod stair;
pub mod theme;
pub mod theme_answer;
pub mod theme_option;
pub mod theme_publication;
pub mod theme_touch;
