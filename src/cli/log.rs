//! `kim log`.

use std::process::ExitCode;

use clap::Subcommand;

use super::{CliError, counted};
use crate::app::App;
use crate::store::district::district;
use crate::store::log::verification::verify;

#[derive(Debug, Subcommand)]
pub(super) enum LogCommand {
    /// Check that no event of the log was altered, removed or moved
    ///
    /// Recomputes the whole chain and checks the signatures of its heads. Names the first event that is altered, missing or out
    /// of order, and ends with exit code 3 then. Note the printed head somewhere else: given again as --head, it also proves
    /// that nothing was cut off at the end.
    Verify {
        /// Only this district
        #[arg(long, value_name = "AGS")]
        district: Option<String>,
        /// A head that was noted earlier, in hexadecimal digits; it has to occur in the chain. Needs --district if there are several
        #[arg(long, value_name = "HEX")]
        head: Option<String>,
    },
}

/// `kim log verify`.
pub(super) async fn log(app: &App, command: LogCommand) -> Result<ExitCode, CliError> {
    let LogCommand::Verify { district, head } = command;
    let witness = head.map(hex::decode).transpose().map_err(|_| CliError::other("--head takes hexadecimal digits"))?;
    let mut districts = district::all(&app.store).await?;
    if let Some(ags) = &district {
        districts.retain(|district| &district.ags == ags);
        if districts.is_empty() {
            return Err(CliError::other(format!("There is no district {ags}.")));
        }
    }
    if witness.is_some() && districts.len() > 1 {
        return Err(CliError::other("A head belongs to one district: name it by --district."));
    }
    if districts.is_empty() {
        println!("The database has no district yet, so there is no log.");
    }
    let keys = &app.sealing_keys;
    let check = |key: &str, message: &[u8], signature: &[u8]| keys.verify(key, message, signature);
    let mut sound = true;
    for district in districts {
        let report = verify(&app.store, district.id, witness.as_deref(), &check).await?;
        let place = format!("{} {}", district.ags, district.name);
        match &report.finding {
            None => println!(
                "{place}: sound. {} under {}; {} for the sealer.\n  head {}",
                counted(u64::try_from(report.entries).unwrap_or(0), "event", "events"),
                counted(report.heads, "signed head", "signed heads"),
                counted(report.waiting, "waits", "wait"),
                hex::encode(&report.head)
            ),
            Some(finding) => {
                sound = false;
                println!("{place}: NOT SOUND. {finding}.");
            }
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(3) })
}
