//! The integration tests: one binary, so that it is linked once. Each module is about one subject; what a test shows stands
//! in its name. Tests inside `both_databases!` run on SQLite and on PostgreSQL.

#[cfg(test)]
mod access;
#[cfg(test)]
mod app;
#[cfg(test)]
mod bodies;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod casework;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod clients;
#[cfg(test)]
mod code_lists;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod databases;
#[cfg(test)]
mod deadlines;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod disclosures;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod explorer;
#[cfg(test)]
mod figures;
#[cfg(test)]
mod files;
#[cfg(test)]
mod http;
#[cfg(test)]
mod imports;
#[cfg(test)]
#[expect(dead_code, reason = "the unit tests of `authn::oidc` use the rest")]
mod issuer;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod log;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod positions;
#[cfg(test)]
mod program;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod sockets;
#[cfg(test)]
mod structure;
#[cfg(test)]
mod subscriptions;
#[cfg(test)]
mod supervision;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod transfers;
