//! Bodies: the life of a meeting, what votes have to be like, and which themes nobody answers.

pub mod agenda;
pub mod decision;
pub mod meeting;
pub mod pack;
pub mod theme;
