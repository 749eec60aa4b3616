//! The write path: every change is a command of the trade, and all commands run through [`pipeline`].
//!
//! A command is an input type (its fields are the API's input, defined once, here) with a rule. What it gets without
//! writing it: idempotency, the transaction, loading through the access door, the version check, one event, validate-only.

pub mod accounts;
pub mod bodies;
pub mod casework;
pub mod district;
pub mod pipeline;
pub mod reporting;
pub mod staffing;
pub mod structure;

pub use pipeline::{Answer, CommandOptions, Commands};
