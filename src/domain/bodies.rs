//! Bodies: the life of a meeting, what votes have to be like, which themes nobody answers, the life of the concept, what is
//! printed for a meeting, and what the public is shown.

pub mod agenda;
pub mod comparison;
pub mod concept;
pub mod decision;
pub mod edition;
pub mod meeting;
pub mod oparl;
pub mod pack;
pub mod theme;
