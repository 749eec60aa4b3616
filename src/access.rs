//! Who may do what: actors and their grants, the one policy, and the permits without which the store answers nothing.
//!
//! Pure: no database, no async. The store turns a [`Permit`] into a narrowed `SELECT`; GraphQL guards ask
//! [`Actor::extent`]; the schema's descriptions and the documentation's table are printed from [`policy::reach`].

mod actor;
mod permit;
pub mod policy;
mod public;

pub use actor::{Actor, HeldGrant};
pub use permit::{Extent, Permit};
pub use policy::{Action, Reach, Verb, on, verb};
pub use public::Public;
