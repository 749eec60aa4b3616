//! Bodies: who belongs to them, their meetings and agendas, what they decide, and what is to be done after it.
//!
//! Coordinators and supervisors reach all of the district. Organisations reach the meetings of bodies that they belong to,
//! the items that name them and what they have to do; everybody else with a reach, what was published.
//!
//! Of the concept, organisations reach the editions that they take part in once these are open to the participants, with
//! comments and positions; and what was adopted.

pub mod action_item;
pub mod agenda_item;
pub mod concept;
pub mod concept_comment;
pub mod concept_milestone;
pub mod concept_participant;
pub mod concept_section;
pub mod decision;
pub mod meeting;
pub mod membership;
pub mod pack;
pub mod paper;
pub mod publication;
pub mod published;
pub mod question;
pub mod silence;

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, Condition};

/// The condition that a period of days holds on a day.
fn holds<C: ColumnTrait>(from: C, until: C, day: NaiveDate) -> Condition {
    Condition::all().add(from.lte(day)).add(Condition::any().add(until.is_null()).add(until.gt(day)))
}
