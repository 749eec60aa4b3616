//! Bodies: the life of a meeting, what votes have to be like, which themes nobody answers, and the life of the concept.

pub mod agenda;
pub mod comparison;
pub mod concept;
pub mod decision;
pub mod meeting;
pub mod pack;
pub mod theme;
