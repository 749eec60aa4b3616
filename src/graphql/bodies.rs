//! Bodies, their meetings, what they decide, and the concept.

pub mod action_item;
pub mod agenda_item;
pub mod concept;
pub mod concept_comment;
pub mod concept_comparison;
pub mod concept_milestone;
pub mod concept_participant;
pub mod concept_section;
pub mod decision;
pub mod meeting;
pub mod membership;
pub mod paper;
pub mod question;
pub mod silence;
