//! A throw-away PostgreSQL cluster, in a folder of its own: in memory where there is room, otherwise on the disk.
//!
//! The test harness ends the process without running the destructors of statics, and tests are killed. So the cluster
//! belongs to a *keeper*: a shell that reads commands from us through a pipe. When the pipe closes, for whatever
//! reason, the keeper stops the server and removes the folder.
//!
//! The server listens on a socket in that folder and not on a TCP port: no other user of the machine can reach it,
//! though it asks for no password, and no port can be taken by somebody else in the meantime.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

use super::Absence;

/// Nothing here has to survive a crash of the machine, and tables are far too small for housekeeping. Commits stay
/// synchronous: what was acknowledged has to survive [`Cluster::stop`].
const CONFIGURATION: &str = "\
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 32MB
fsync = off
full_page_writes = off
autovacuum = off
jit = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 128MB
cluster_name = 'kim-test'
";

/// Arguments: the folder, the folder of the programs, the configuration. Answers every command with one line.
const KEEPER: &str = r#"
trap '' HUP INT PIPE TERM
folder=$1 programs=$2 configuration=$3
answer() {
    if "$@" </dev/null >>"$folder/keeper.log" 2>&1; then echo done; else echo failed; fi
}
create() {
    "$programs/initdb" --pgdata="$folder/data" --username=postgres --auth=trust \
        --encoding=UTF8 --locale=C --no-sync &&
    printf '%s' "$configuration" >>"$folder/data/postgresql.conf" &&
    printf "unix_socket_directories = '%s'\n" "$folder" >>"$folder/data/postgresql.conf"
}
start() {
    "$programs/pg_ctl" start --silent --wait --timeout=60 --pgdata="$folder/data" --log="$folder/server.log"
}
stop() {
    "$programs/pg_ctl" stop --silent --wait --timeout=60 --mode=immediate --pgdata="$folder/data"
}
while read -r command; do
    case $command in create | start | stop) answer "$command" ;; esac
done
answer stop
rm -rf "$folder"
"#;

/// The programs that we start ourselves are found whatever `PATH` says.
const SYSTEM_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A running cluster. Dropped, it is stopped and removed.
pub(super) struct Cluster {
    folder: PathBuf,
    keeper: Mutex<Keeper>,
}

struct Keeper {
    process: Child,
    /// Taken out to say that the end has come.
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Cluster {
    /// Creates a cluster and starts its server.
    pub(super) fn start() -> Result<Self, Absence> {
        let programs = find_programs()?;
        let login = Login::find()?;
        let broken = |error: std::io::Error| Absence::Broken(format!("no folder for a cluster: {error}"));
        let folder = new_folder(&login).map_err(broken)?;
        login.give(folder.path()).map_err(broken)?;
        let mut process = login
            .command("/bin/sh")
            .arg("-c")
            .arg(KEEPER)
            .arg("kim-test-keeper")
            .args([folder.path(), programs.as_path(), Path::new(CONFIGURATION)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Ctrl-C ends the process group of the tests; the keeper has to outlive it.
            .process_group(0)
            .spawn()
            .map_err(|error| Absence::Broken(format!("no keeper for a cluster: {error}")))?;
        let commands = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().unwrap());
        let cluster = Self { folder: folder.keep(), keeper: Mutex::new(Keeper { process, commands, answers }) };
        cluster.order("create").map_err(Absence::Broken)?;
        cluster.order("start").map_err(Absence::Broken)?;
        Ok(cluster)
    }

    /// Where the cluster lies.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// URL of a database of this cluster.
    pub(super) fn url(&self, database: &str) -> String {
        // The host of the address is only there because an address needs one.
        let mut url = reqwest::Url::parse("postgres://postgres@localhost").unwrap();
        url.set_path(database);
        url.query_pairs_mut().append_pair("host", self.folder.to_str().unwrap());
        url.into()
    }

    /// Ends the server at once, its connections with it.
    pub(super) fn stop(&self) {
        self.order("stop").unwrap();
    }

    /// Starts the stopped server again.
    pub(super) fn restart(&self) {
        self.order("start").unwrap();
    }

    fn order(&self, command: &str) -> Result<(), String> {
        let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        let mut answer = String::new();
        let outcome = match &mut keeper.commands {
            Some(commands) => writeln!(commands, "{command}"),
            None => Ok(()),
        };
        outcome
            .and_then(|()| keeper.answers.read_line(&mut answer))
            .map_err(|error| format!("the cluster's keeper is gone: {error}"))?;
        if answer.trim_end() == "done" {
            return Ok(());
        }
        let log = |name| std::fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        Err(format!("`{command}` of the cluster failed:\n{}{}", log("keeper.log"), log("server.log")))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let keeper = self.keeper.get_mut().unwrap_or_else(PoisonError::into_inner);
        keeper.commands = None;
        // An error says that it has ended already.
        drop(keeper.process.wait());
    }
}

/// Creating a database writes hundreds of small files: in memory that takes a fraction of the time.
fn new_folder(login: &Login) -> std::io::Result<TempDir> {
    let make = |parent: &Path| tempfile::Builder::new().prefix("kim-test-postgres-").tempdir_in(parent);
    let memory = Path::new("/dev/shm");
    // In a container it is often 64 MB small.
    if free_kilobytes(memory).is_some_and(|free| free >= 1_000_000)
        && let Ok(folder) = make(memory)
    {
        return Ok(folder);
    }
    // The temporary folder of root may be closed to others.
    if login.is_other() { make(Path::new("/tmp")) } else { make(&std::env::temp_dir()) }
}

fn free_kilobytes(folder: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(folder).env("PATH", SYSTEM_PATH).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

/// As whom the server runs: PostgreSQL refuses to run as root.
enum Login {
    Ourselves,
    Other { change: Change, user: &'static str, user_id: u32, group_id: u32 },
}

#[derive(Clone, Copy)]
enum Change {
    Setpriv,
    Runuser,
    Su,
}

impl Login {
    fn find() -> Result<Self, Absence> {
        let number = |arguments: &[&str]| {
            let output = Command::new("id").args(arguments).env("PATH", SYSTEM_PATH).output().ok()?;
            String::from_utf8(output.stdout).ok()?.trim().parse::<u32>().ok()
        };
        if number(&["-u"]) != Some(0) {
            return Ok(Self::Ourselves);
        }
        let left_out = |reason: &str| Absence::LeftOut(format!("it does not run as root, and {reason}"));
        let change = [("setpriv", Change::Setpriv), ("runuser", Change::Runuser), ("su", Change::Su)]
            .into_iter()
            .find(|(program, _)| std::env::split_paths(SYSTEM_PATH).any(|folder| folder.join(program).is_file()))
            .map(|(_, change)| change)
            .ok_or_else(|| left_out("there is no setpriv, runuser or su to become somebody else"))?;
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|user| {
                let (user_id, group_id) = (number(&["-u", user])?, number(&["-g", user])?);
                Some(Self::Other { change, user, user_id, group_id })
            })
            .ok_or_else(|| left_out("there is no user `postgres` or `nobody`"))
    }

    const fn is_other(&self) -> bool {
        matches!(self, Self::Other { .. })
    }

    fn give(&self, folder: &Path) -> std::io::Result<()> {
        match self {
            Self::Ourselves => Ok(()),
            Self::Other { user_id, group_id, .. } => chown(folder, Some(*user_id), Some(*group_id)),
        }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = match self {
            Self::Ourselves => Command::new(program),
            Self::Other { change: Change::Setpriv, user_id, group_id, .. } => {
                let mut command = Command::new("setpriv");
                command.arg(format!("--reuid={user_id}")).arg(format!("--regid={group_id}"));
                command.args(["--clear-groups", "--", program]);
                command
            }
            Self::Other { change: Change::Runuser, user, .. } => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--", program]);
                command
            }
            Self::Other { change: Change::Su, user, .. } => {
                let mut command = Command::new("su");
                command.args(["-s", "/bin/sh", "-c", r#"exec "$0" "$@""#, user, "--", program]);
                command
            }
        };
        // `PGDATA`, `PGOPTIONS` and the like are meant for another server.
        command.env_clear().env("PATH", SYSTEM_PATH).env("LC_ALL", "C").current_dir("/");
        command
    }
}

/// The folder of `initdb`, `pg_ctl` and `postgres`. Where `PG_BIN` is set, no other folder is looked at.
fn find_programs() -> Result<PathBuf, Absence> {
    let set = std::env::var_os("PG_BIN").filter(|value| !value.is_empty()).map(PathBuf::from);
    let place = match &set {
        Some(folder) => format!("PG_BIN ({})", folder.display()),
        None => "pg_config's folder, /usr/lib/postgresql or PATH".to_owned(),
    };
    let candidates = set.map_or_else(usual_folders, |folder| vec![folder]);
    let is_complete =
        |folder: &PathBuf| ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file());
    candidates
        .into_iter()
        .find(is_complete)
        .ok_or_else(|| Absence::LeftOut(format!("there is no initdb, pg_ctl and postgres in {place}")))
}

fn usual_folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let version = path.file_name().and_then(OsStr::to_str)?.parse().ok()?;
            Some((version, path.join("bin")))
        })
        .collect();
    versions.sort();
    folders.extend(versions.into_iter().rev().map(|(_, folder)| folder));
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    folders
}
