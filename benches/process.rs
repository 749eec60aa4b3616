//! The processes that are measured, and what the kernel says about them.

use std::fmt;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{Trouble, client};

/// The kernel counts CPU time for user space in hundredths of a second, on every architecture.
const TICK: Duration = Duration::from_millis(10);

/// The settings under which a server runs, and under which its data is made.
pub(crate) fn settings(url: &str, folder: &Path) -> Vec<(String, String)> {
    [
        ("KIM_ENVIRONMENT", "development"),
        ("KIM_DATABASE_URL", url),
        ("KIM_DATA_DIRECTORY", &folder.display().to_string()),
        ("KIM_SERVER_BIND", "127.0.0.1:0"),
        ("KIM_AUTH_ACCESS_TOKEN_SECONDS", "3600"),
        ("KIM_LOG_FORMAT", "json"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// Where the data is.
pub(crate) struct Database {
    /// `sqlite:` or `postgres:` URL.
    pub(crate) url: String,
    /// The postmaster on this machine.
    pub(crate) postmaster: Option<u32>,
}

impl Database {
    /// The CPU time of PostgreSQL and its children so far; nothing for SQLite, which is a part of the server.
    pub(crate) fn cpu_time(&self) -> Result<Option<Duration>, Trouble> {
        let Some(postmaster) = self.postmaster else { return Ok(None) };
        let main = Stat::of(postmaster)?;
        let mut sum = main.own.saturating_add(main.waited_for_children);
        for entry in fs::read_dir("/proc")? {
            let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            // A process may end between the listing and the reading.
            if let Ok(stat) = Stat::of(pid)
                && stat.parent == postmaster
            {
                sum = sum.saturating_add(stat.own);
            }
        }
        Ok(Some(sum))
    }
}

struct Stat {
    parent: u32,
    own: Duration,
    waited_for_children: Duration,
}

impl Stat {
    fn of(pid: u32) -> Result<Self, Trouble> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // The name, in parentheses, may hold spaces.
        let (_, rest) = text.rsplit_once(')').ok_or("an unreadable stat file")?;
        let field = |number: usize| -> Result<u32, Trouble> {
            let text = rest.split_whitespace().nth(number.saturating_sub(3)).ok_or("a short stat file")?;
            Ok(text.parse()?)
        };
        let ticks = |first: usize, second: usize| -> Result<Duration, Trouble> {
            Ok(TICK.saturating_mul(field(first)?.saturating_add(field(second)?)))
        };
        Ok(Self { parent: field(4)?, own: ticks(14, 15)?, waited_for_children: ticks(16, 17)? })
    }
}

/// A running `kim serve`. Dropped, it is killed.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// From the start of the process to the first answer.
    pub(crate) started_in: Duration,
}

impl Server {
    /// Starts the server and waits until it answers.
    pub(crate) async fn start(database: &Database, folder: &Path) -> Result<Self, Trouble> {
        fs::create_dir_all(folder)?;
        let log = File::create(folder.join("server.log"))?;
        let begun = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_kim"))
            .arg("serve")
            .env_clear()
            .envs(settings(&database.url, folder))
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let output = child.stdout.take();
        let mut server = Self { child, address: SocketAddr::from(([0; 4], 0)), started_in: Duration::ZERO };
        let mut lines = BufReader::new(output.ok_or("no output")?).lines();
        // It says where it listens; nothing else goes on here meanwhile, so waiting may block.
        server.address = loop {
            let Some(line) = lines.next().transpose()? else {
                let log = fs::read_to_string(folder.join("server.log")).unwrap_or_default();
                return Err(format!("the server did not start:\n{log}").into());
            };
            if let Some((_, rest)) = line.split_once("http://")
                && let Some((address, _)) = rest.split_once('/')
            {
                break address.parse()?;
            }
        };
        client::get(server.address, "/health/live").await?;
        server.started_in = begun.elapsed();
        // The table of demo accounts follows: the pipe must not fill up or close.
        std::thread::spawn(move || lines.count());
        Ok(server)
    }

    /// Its CPU time so far.
    pub(crate) fn cpu_time(&self) -> Result<Duration, Trouble> {
        Ok(Stat::of(self.child.id())?.own)
    }

    /// Its memory now.
    pub(crate) fn memory(&self) -> Result<Memory, Trouble> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kilobytes = |name: &str| -> Result<u32, Trouble> {
            let value = text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok());
            value.ok_or_else(|| format!("no {name}").into())
        };
        Ok(Memory { resident_kb: kilobytes("VmRSS:")?, file_kb: kilobytes("RssFile:")? })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // An error says that it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What a process holds in memory.
pub(crate) struct Memory {
    resident_kb: u32,
    /// The part that is the program itself, shared with its file.
    file_kb: u32,
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = |kilobytes: u32| f64::from(kilobytes) / 1024.0;
        write!(f, "{:.1} MB ({:.1} of it program)", megabytes(self.resident_kb), megabytes(self.file_kb))
    }
}
