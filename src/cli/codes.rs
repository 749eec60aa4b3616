//! `kim codes`: the code lists of a district as a file.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::accounts::{InDistrict, done};
use super::{CliError, counted, find_district, system};
use crate::access::{Actor, verb};
use crate::app::App;
use crate::commands::CommandOptions;
use crate::commands::district::code_list::CodeListEntrySetInput;
use crate::domain::district::code_list::{FileEntry, read_file, write_file};
use crate::domain::period::Period;
use crate::store::district::code_list::{self, CodeListEntry};

/// The largest file that is read.
const FILE_MAXIMUM_BYTES: u64 = 4 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub(super) enum CodesCommand {
    /// Set the entries of a file (JSON, as `kim codes export` writes it)
    ///
    /// New values are added, values that read differently get their new words; what the file does not name stays as it is. All
    /// entries are checked before the first one is set. Safe to repeat.
    Import {
        /// The file
        file: PathBuf,
        /// Only check the file and say what would be set
        #[arg(long)]
        check: bool,
        #[command(flatten)]
        place: InDistrict,
    },
    /// Print all entries of all lists: kim codes export > lists.json
    Export {
        #[command(flatten)]
        place: InDistrict,
    },
}

/// `kim codes`.
pub(super) async fn codes(app: &App, command: CodesCommand) -> Result<(), CliError> {
    match command {
        CodesCommand::Export { place } => {
            let actor = system(app, &find_district(app, place.district()).await?);
            let entries: Vec<FileEntry> = present(app, &actor).await?.into_iter().map(as_written).collect();
            print!("{}", write_file(&entries));
            Ok(())
        }
        CodesCommand::Import { file, check, place } => {
            let mut entries = read(&file)?;
            entries.sort_by(|a, b| (a.list, &a.code, a.valid_from).cmp(&(b.list, &b.code, b.valid_from)));
            let actor = system(app, &find_district(app, place.district()).await?);
            import(app, &actor, entries, check).await
        }
    }
}

fn read(file: &Path) -> Result<Vec<FileEntry>, CliError> {
    let unreadable = |why: String| CliError::other(format!("{} cannot be read: {why}", file.display()));
    let length = std::fs::metadata(file).map_err(|error| unreadable(error.to_string()))?.len();
    if length > FILE_MAXIMUM_BYTES {
        return Err(unreadable(format!("it is larger than {FILE_MAXIMUM_BYTES} bytes")));
    }
    let bytes = std::fs::read(file).map_err(|error| unreadable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("its text is not in UTF-8".to_owned()))?;
    read_file(&text).map_err(|fault| unreadable(fault.to_string()))
}

async fn present(app: &App, actor: &Actor) -> Result<Vec<CodeListEntry>, CliError> {
    Ok(code_list::all(&app.store, &actor.permit::<verb::ReadDirectory>()?).await?)
}

fn as_written(entry: CodeListEntry) -> FileEntry {
    FileEntry {
        list: entry.list,
        code: entry.code,
        label_de: entry.label_de,
        label_en: entry.label_en,
        description: entry.description,
        position: entry.position,
        valid_from: entry.valid_from,
        valid_until: entry.valid_until,
    }
}

fn name(entry: &FileEntry) -> String {
    format!("{} {} from {}", entry.list.as_str(), entry.code, entry.valid_from)
}

/// What keeps entries of the same file from going together.
fn clashes(entries: &[FileEntry]) -> Vec<String> {
    let period = |entry: &FileEntry| Period::new(entry.valid_from, entry.valid_until);
    let mut clashes = Vec::new();
    for (entry, next) in entries.iter().zip(entries.iter().skip(1)) {
        if (entry.list, &entry.code) != (next.list, &next.code) {
            continue;
        }
        if entry.valid_from == next.valid_from {
            clashes.push(format!("{}: it is there twice.", name(entry)));
        } else if entry.valid_until.is_some() && period(entry).overlaps(&period(next)) {
            clashes.push(format!("{}: it ends after the next entry of this value begins.", name(entry)));
        }
    }
    clashes
}

/// Whether an entry is there already, word for word.
fn is_present(entry: &FileEntry, present: &[CodeListEntry]) -> bool {
    let same = |known: &CodeListEntry| (known.list, &known.code) == (entry.list, &entry.code);
    present.iter().any(|known| {
        // Without an end, an entry holds until the next one of its value begins.
        let until_next = entry.valid_until.is_none()
            && known.valid_until.is_some_and(|until| present.iter().any(|next| same(next) && next.valid_from == until));
        let written = as_written(known.clone());
        written == *entry || (until_next && FileEntry { valid_until: None, ..written } == *entry)
    })
}

async fn import(app: &App, actor: &Actor, entries: Vec<FileEntry>, check: bool) -> Result<(), CliError> {
    let commands = &app.engine.services().commands;
    let mut problems = clashes(&entries);
    let known = present(app, actor).await?;
    let total = entries.len();
    let entries: Vec<FileEntry> = entries.into_iter().filter(|entry| !is_present(entry, &known)).collect();
    let input = |entry: &FileEntry| CodeListEntrySetInput {
        list: entry.list,
        code: entry.code.clone(),
        label_de: entry.label_de.clone(),
        label_en: entry.label_en.clone(),
        description: entry.description.clone(),
        position: Some(entry.position),
        valid_from: entry.valid_from,
        valid_until: entry.valid_until,
    };
    let only_check = CommandOptions { validate_only: true, ..CommandOptions::default() };
    for entry in &entries {
        if let Err(error) = done(commands.create(actor, &input(entry), &only_check).await?) {
            problems.extend(error.to_string().lines().map(|line| format!("{}: {line}", name(entry))));
        }
    }
    if !problems.is_empty() {
        return Err(CliError::other(format!("Nothing was changed.\n{}", problems.join("\n"))));
    }
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let unchanged = counted(number(total.saturating_sub(entries.len())), "is there already", "are there already");
    if check {
        println!("{} be set; {unchanged}.", counted(number(entries.len()), "entry would", "entries would"));
        return Ok(());
    }
    for entry in &entries {
        done(commands.create(actor, &input(entry), &CommandOptions::default()).await?)?;
    }
    println!("{} set; {unchanged}.", counted(number(entries.len()), "entry was", "entries were"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::clashes;
    use crate::domain::district::code_list::read_file;

    #[test]
    fn entries_of_a_file_that_do_not_go_together_are_named() {
        let entry = |from: &str, until: &str| {
            format!(
                r#"{{"list": "NEED_AREA", "code": "X", "labelDe": "X", "labelEn": "X", "position": 1, "validFrom": "{from}"{until}}}"#
            )
        };
        let file = |entries: &[String]| {
            read_file(&format!(r#"{{"format": "kim code lists 1", "entries": [{}]}}"#, entries.join(","))).unwrap()
        };
        let until = |day: &str| format!(r#", "validUntil": "{day}""#);
        let fits = file(&[entry("2020-01-01", ""), entry("2023-01-01", &until("2024-01-01")), entry("2024-01-01", "")]);
        assert_eq!(clashes(&fits), Vec::<String>::new());
        let twice = file(&[entry("2020-01-01", ""), entry("2020-01-01", "")]);
        assert_eq!(clashes(&twice), ["NEED_AREA X from 2020-01-01: it is there twice."]);
        let overlapping = file(&[entry("2020-01-01", &until("2024-01-02")), entry("2024-01-01", "")]);
        assert_eq!(clashes(&overlapping).len(), 1);
    }
}
