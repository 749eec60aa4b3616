//! Commands about structures: the stair, barriers, signals and themes.

pub mod barrier;
pub mod setting;
pub mod signals;
pub mod stair;
pub mod theme;
pub mod theme_option;
pub mod theme_publication;
pub mod waiting;
