//! The `kim` program. Everything is in the library; see `kim --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    kim::cli::run()
}
