//! The fences of authorization: who reaches what, on every path into the API. A new field, role or relation that nobody
//! thought of fails here first.

mod canary;
mod costs;
mod fields;
mod matrix;
mod paging;
mod permissions;
mod reach;
pub mod samples;
mod secrets;
pub mod world;
