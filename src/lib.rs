//! KIM: a GraphQL backend for municipal integration management (Kommunales Integrationsmanagement).
//!
//! The floors, each of which uses only what stands below it, are described in `docs/architecture.md`.

pub mod access;
pub mod app;
pub mod authn;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod demo;
pub mod domain;
pub mod error;
pub mod files;
pub mod graphql;
pub mod http;
pub mod import;
pub mod live;
pub mod log;
pub mod print;
pub mod store;
pub mod vault;
