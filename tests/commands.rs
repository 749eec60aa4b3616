//! The write path, whatever the command: idempotency keys, expected versions, bad input.

mod bad_input;
mod idempotency;
mod versions;
