//! Bodies, their meetings, and what they decide.

pub mod action_item;
pub mod agenda_item;
pub mod decision;
pub mod meeting;
pub mod membership;
pub mod paper;
pub mod question;
pub mod silence;
