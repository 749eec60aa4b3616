//! The log, as history and as a feed.

pub mod access;
pub mod entry;
