//! Bodies: the life of a meeting, what votes have to be like, which themes nobody answers, and what the public is shown.

pub mod agenda;
pub mod decision;
pub mod meeting;
pub mod oparl;
pub mod theme;
