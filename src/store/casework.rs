//! Cases, the people in them, and the door to what identifies them.

pub mod assessment;
pub mod case;
pub mod case_person;
pub mod case_phase_change;
pub mod client;
pub mod client_term;
pub mod consent;
pub mod contact;
pub mod goal;
pub mod identified;
pub mod legal_sphere_period;
pub mod measure;
pub mod note;
pub mod notice;
pub mod part;
pub mod sealed_text;
pub mod support_plan;
pub mod task;
pub mod work;
