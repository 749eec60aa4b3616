//! The only floor that names tables and SeaORM. Every function that reads or writes records takes a permit and narrows
//! its own statement by it: a row out of reach is a row that is not there.
//!
//! The areas and resources have the same names as on every floor. [`connection`] holds the pool and transactions,
//! [`page`] the keyset pages, [`vault`] the keys of what is sealed.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the room of the bare SeaORM functions that the lint keeps out of all others"
)]

pub mod accounts;
pub mod bodies;
pub mod casework;
pub mod connection;
pub mod district;
pub mod log;
pub mod page;
pub mod reporting;
pub mod staffing;
pub mod structure;
pub mod vault;

pub use connection::{Store, Transaction};
