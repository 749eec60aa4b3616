//! Commands about cases.

pub mod assessment;
pub mod calendar_feed;
pub mod case;
pub mod client;
pub mod consent;
pub mod contact;
pub mod deadline;
pub mod deadline_rule;
pub mod disclosure;
pub mod document;
pub mod erasure;
pub mod goal;
pub mod import;
pub mod legal_sphere_period;
pub mod measure;
pub mod note;
pub mod notice;
pub mod retention_rule;
pub mod supervision_session;
pub mod support_plan;
pub mod task;
pub mod transfer;
pub mod transfer_expiry;
pub mod unmasking;
pub(super) mod work;
