//! Accounts, grants, login sessions, and the viewer.

pub mod account;
pub mod grant;
pub mod session;
pub mod viewer;
