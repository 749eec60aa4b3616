//! The GraphQL floor: the schema, and the engine that runs requests against it.
//!
//! A request passes, in this order: the document's limits, parsing, its cost, the schema with its guards, the redaction of
//! whatever must not leave. See [`engine`]. Types are newtypes over the store's records; each resource has one file with its
//! type, its queries and its thin mutations.

pub mod accounts;
pub mod bodies;
pub mod casework;
pub mod connection;
pub mod context;
pub mod district;
pub mod engine;
pub mod errors;
pub mod guard;
mod levels;
pub mod limits;
pub mod loaders;
pub mod log;
pub mod node;
mod payload;
pub mod reporting;
pub mod schema;
pub mod staffing;
pub mod structure;

pub use engine::{Call, Caller, Engine, HttpLimits, Operations, SessionEnd};
