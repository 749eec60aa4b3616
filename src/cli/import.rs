//! `kim import`: lists of cases from a spreadsheet, and the template for them.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use entity::codes::ImportOutcome;

use super::accounts::InDistrict;
use super::progress::Shown;
use super::{CliError, counted, find_district, system};
use crate::app::App;
use crate::commands::casework::import::{ImportOptions, ImportReport, told_at};
use crate::error::{ErrorCode, UserError};
use crate::import::{LIMITS, Vocabulary, template};

/// How an import that refused rows ends.
const SOME_REFUSED: u8 = 4;
/// So many refused rows are shown; all are in the report.
const SHOWN_MAXIMUM: usize = 20;

#[derive(Debug, Subcommand)]
pub(super) enum ImportCommand {
    /// Import cases from a spreadsheet file (.csv or .xlsx)
    ///
    /// Every row is imported or refused on its own. The same file can be given again at any time: what was imported is known
    /// by its external id and not imported twice, so that an interrupted import goes on where it stopped. Try --dry-run first.
    Cases(CasesArguments),
    /// Print the template for lists of cases, with examples and the allowed values
    ///
    /// kim import template > cases.csv, or kim import template --xlsx > cases.xlsx
    Template {
        /// As an Excel workbook instead of CSV
        #[arg(long)]
        xlsx: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct CasesArguments {
    /// The file
    file: PathBuf,
    /// Name of the system that the external ids come from; they have to be unique in it. Without one they have to be unique
    /// for each case manager
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Only check: try every row, store nothing but the report
    #[arg(long)]
    dry_run: bool,
    /// Write the refused rows with the complaints about them into this CSV file, to be corrected and imported again. It holds
    /// what the rows hold: names
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Language of the complaints
    #[arg(long, value_enum, default_value_t = Language::En)]
    language: Language,
    #[command(flatten)]
    place: InDistrict,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    /// German
    De,
    /// English
    En,
}

impl Language {
    fn message(self) -> fn(&UserError) -> String {
        match self {
            Self::De => UserError::german,
            Self::En => UserError::english,
        }
    }
}

/// Prints the template.
pub(super) fn print_template(xlsx: bool) -> Result<(), CliError> {
    let vocabulary = Vocabulary::default();
    let content = if xlsx {
        template::workbook(&vocabulary).map_err(|error| CliError::other(error.to_string()))?
    } else {
        template::csv(&vocabulary).into_bytes()
    };
    Ok(std::io::stdout().write_all(&content)?)
}

/// `kim import cases`.
pub(super) async fn cases(app: &App, arguments: CasesArguments) -> Result<ExitCode, CliError> {
    let message = arguments.language.message();
    let refused = |errors: &[UserError]| CliError::other(errors.iter().map(message).collect::<Vec<_>>().join("\n"));
    let actor = system(app, &find_district(app, arguments.place.district()).await?);
    let bytes = read(&arguments.file).await?.map_err(|error| refused(&[error]))?;
    let commands = &app.engine.services().commands;
    let file = commands.read_import(&actor, bytes).await?.map_err(|errors| refused(&errors))?;
    let options = ImportOptions { source: arguments.source, dry_run: arguments.dry_run };
    let shown = Shown::new(file.len(), "rows");
    let imported = commands.import_cases(&actor, &file, &options, &|progress| shown.show(progress.done)).await;
    shown.end();
    let report = match imported {
        Ok(report) => report.map_err(|errors| refused(&errors))?,
        Err(failure) => {
            eprintln!("The import stopped. What was imported stays; give the same command again to import the rest.");
            return Err(failure.into());
        }
    };
    println!("{}", summary(&report, arguments.dry_run));
    let count = print_refused(&report, message);
    if let Some(path) = &arguments.report {
        write(path, &file.refused(&report, message))?;
        println!("The refused rows are in {}.", path.display());
    }
    Ok(if count == 0 { ExitCode::SUCCESS } else { ExitCode::from(SOME_REFUSED) })
}

/// Reads the file unless it is too large to be looked into.
async fn read(path: &Path) -> Result<Result<Vec<u8>, UserError>, CliError> {
    let named = |error: std::io::Error| CliError::other(format!("{} cannot be read: {error}.", path.display()));
    let length = tokio::fs::metadata(path).await.map_err(named)?.len();
    if length > u64::try_from(LIMITS.file_bytes).unwrap_or(u64::MAX) {
        return Ok(Err(UserError::at("", ErrorCode::ImportFileTooLarge).with("maximum", LIMITS.file_bytes >> 20)));
    }
    tokio::fs::read(path).await.map(Ok).map_err(named)
}

/// Writes a file that only its owner reads.
fn write(path: &Path, content: &str) -> Result<(), CliError> {
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    Ok(file.write_all(content.as_bytes())?)
}

fn summary(report: &ImportReport, dry_run: bool) -> String {
    let count = |count: i32| u64::try_from(count).unwrap_or(0);
    let run = &report.run;
    let opened = if dry_run {
        format!("{} could be imported", counted(count(run.created_count), "row", "rows"))
    } else {
        format!("{} imported", counted(count(run.created_count), "row was", "rows were"))
    };
    let known = counted(count(run.known_count), "was known already", "were known already");
    let refused = counted(count(run.refused_count), "was refused", "were refused");
    let nothing = if dry_run { " Nothing was stored." } else { "" };
    format!("{}: {opened}, {known}, {refused}.{nothing}", counted(count(run.row_count), "row", "rows"))
}

fn print_refused(report: &ImportReport, message: fn(&UserError) -> String) -> usize {
    let refused: Vec<_> = report.rows.iter().filter(|row| row.outcome == ImportOutcome::Refused).collect();
    for row in refused.iter().take(SHOWN_MAXIMUM) {
        for error in &row.errors {
            println!("  line {}: {}", row.line, told_at(error, message));
        }
    }
    if let Some(more) = refused.len().checked_sub(SHOWN_MAXIMUM).filter(|more| *more > 0) {
        println!("  and {} more: see --report", counted(u64::try_from(more).unwrap_or(0), "row", "rows"));
    }
    refused.len()
}
