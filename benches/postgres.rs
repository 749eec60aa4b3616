//! A throw-away PostgreSQL with its default settings, on the disk: commits are as durable, and as slow, as in production.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::Trouble;

const START: &str = r#"
set -eu
folder=$1
"$PG_BIN/initdb" --pgdata="$folder/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C
"$PG_BIN/pg_ctl" start --wait --pgdata="$folder/data" --log="$folder/log" \
    --options="-c listen_addresses= -c unix_socket_directories=$folder"
"$PG_BIN/createdb" --host="$folder" --username=postgres kim
"#;

const STOP: &str = r#""$PG_BIN/pg_ctl" stop --wait --mode=immediate --pgdata="$1/data""#;

/// A running cluster. Dropped, it is stopped and removed.
pub(crate) struct Cluster {
    folder: TempDir,
    programs: PathBuf,
}

impl Cluster {
    /// Creates and starts it. PostgreSQL refuses to run as root: then it is run as the user `postgres`.
    pub(crate) fn start() -> Result<Self, Trouble> {
        let folder = tempfile::Builder::new().prefix("kim-bench-postgres-").tempdir_in("/tmp")?;
        let programs = match std::env::var_os("PG_BIN") {
            Some(folder) => PathBuf::from(folder),
            None => newest_programs()?,
        };
        if is_root()? {
            let given = Command::new("chown").arg("postgres").arg(folder.path()).status()?;
            if !given.success() {
                return Err("there is no user `postgres` to run PostgreSQL as".into());
            }
        }
        let cluster = Self { folder, programs };
        cluster.run(START)?;
        Ok(cluster)
    }

    /// The URL of an empty database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@localhost/kim?host={}", self.folder.path().display())
    }

    /// The process id of the server.
    pub(crate) fn postmaster(&self) -> Result<u32, Trouble> {
        let text = std::fs::read_to_string(self.folder.path().join("data/postmaster.pid"))?;
        Ok(text.lines().next().unwrap_or_default().parse()?)
    }

    fn run(&self, script: &str) -> Result<(), Trouble> {
        let mut command = if is_root()? {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]);
            command.arg("sh");
            command
        } else {
            Command::new("sh")
        };
        let log = self.folder.path().join("bench.log");
        let output = std::fs::File::create(&log)?;
        let status = command
            .args(["-c", script, "sh"])
            .arg(self.folder.path())
            .env("PG_BIN", &self.programs)
            .current_dir("/")
            .stdout(output.try_clone()?)
            .stderr(output)
            .status()?;
        if status.success() {
            return Ok(());
        }
        Err(format!("PostgreSQL could not be started:\n{}", std::fs::read_to_string(log)?).into())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(trouble) = self.run(STOP) {
            eprintln!("{trouble}");
        }
    }
}

fn is_root() -> Result<bool, Trouble> {
    let output = Command::new("id").arg("-u").output()?;
    Ok(output.stdout.trim_ascii() == b"0")
}

fn newest_programs() -> Result<PathBuf, Trouble> {
    let version = |folder: &Path| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let folders =
        std::fs::read_dir("/usr/lib/postgresql").map_err(|_| "no PostgreSQL was found: set PG_BIN to its programs")?;
    let newest = folders.filter_map(|entry| Some(entry.ok()?.path())).max_by_key(|folder| version(folder));
    Ok(newest.ok_or("no PostgreSQL was found: set PG_BIN to its programs")?.join("bin"))
}
