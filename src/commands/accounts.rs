//! Commands about accounts and grants, and the login sessions.

pub mod account;
pub mod grant;
pub mod session;
