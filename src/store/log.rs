//! The log: events, their sealed order, and the idempotency keys that belong to the write path.

pub mod access;
pub mod event;
pub mod history;
pub mod idempotency;
pub mod seal;
pub mod verification;
