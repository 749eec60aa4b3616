//! Accounts, their grants, their login sessions, and the counting of failed logins.

pub mod account;
pub mod grant;
pub mod session;
pub mod throttle;
