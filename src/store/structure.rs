//! From the case to the structure and back.

pub mod theme_touch;
