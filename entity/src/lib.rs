//! The shape of the database: one file per table, and the vocabulary that the tables share.
//!
//! [`ids`] and [`codes`] are that vocabulary: newtypes over UUID v7 and the code lists, used on every floor. The tables
//! themselves are named by `src/store` only.

pub mod codes;
pub mod ids;

pub mod access_grant;
pub mod access_log;
pub mod access_purge;
pub mod account;
pub mod assessment;
pub mod body;
pub mod calendar_feed;
pub mod case_file;
pub mod case_person;
pub mod case_phase_change;
pub mod client;
pub mod client_key;
pub mod client_term;
pub mod code_list_entry;
pub mod consent;
pub mod consent_data_class;
pub mod contact;
pub mod deadline;
pub mod deadline_rule;
pub mod disclosure;
pub mod disclosure_data_class;
pub mod district;
pub mod district_key;
pub mod document;
pub mod duplicate_verdict;
pub mod erasure;
pub mod event;
pub mod goal;
pub mod idempotency_record;
pub mod import_row;
pub mod import_run;
pub mod legal_sphere_period;
pub mod log_entry;
pub mod log_pending;
pub mod log_seal;
pub mod login_throttle;
pub mod master_key_check;
pub mod measure;
pub mod municipality;
pub mod note;
pub mod notice;
pub mod occupancy;
pub mod organisation;
pub mod position;
pub mod refresh_token;
pub mod retention_rule;
pub mod sealed_text;
pub mod service_area;
pub mod session;
pub mod staff_member;
pub mod supervision;
pub mod supervision_agreement;
pub mod supervision_session;
pub mod supervision_session_case;
pub mod support_plan;
pub mod task;
pub mod transfer;
pub mod transfer_item;
pub mod unmasking;
