//! Cases.

pub mod assessment;
pub mod case;
pub mod case_changed;
pub mod client;
pub mod consent;
pub mod contact;
pub mod goal;
pub mod legal_sphere_period;
pub mod measure;
pub mod note;
pub mod support_plan;
pub mod task;
pub mod text;
