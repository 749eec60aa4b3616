//! The real `kim` program, run as a person at a terminal or a service manager runs it: for what only a process can show, its
//! output, its exit codes, and what signals and crashes do to it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::databases::{MASTER_KEY, TestDatabase};

/// The program in a folder of its own, with no variables but those given.
pub struct Program {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code.
    pub code: i32,
    /// What it printed.
    pub output: String,
    /// What it complained about, and its log.
    pub complaints: String,
}

impl Program {
    /// Without any configuration, as a newcomer starts it; but on a free port, since tests run beside each other.
    pub fn unconfigured() -> Self {
        let folder = tempfile::Builder::new().prefix("kim-program-").tempdir().unwrap();
        Self { folder, variables: Vec::new() }.with("KIM_SERVER_BIND", "127.0.0.1:0")
    }

    /// With this database, in development, without the demo district.
    pub fn on(db: &TestDatabase) -> Self {
        Self::on_url(db.url())
    }

    /// The same with the URL of a database.
    pub fn on_url(url: &str) -> Self {
        Self::unconfigured()
            .with("KIM_ENVIRONMENT", "development")
            .with("KIM_DATABASE_URL", url)
            .with("KIM_DEMO", "false")
            .with("KIM_LOG_FILTER", "warn")
            .with("KIM_VAULT_MASTER_KEYS", MASTER_KEY)
    }

    /// Sets a variable of its environment.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// The folder that it runs in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kim"));
        command
            .args(arguments)
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with_input(arguments, "")
    }

    /// Starts a command and leaves it to the test.
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Runs a command to its end with something on its standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Ended {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        // Commands that ask for nothing may be gone before they are told something.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ended {
            code: output.status.code().unwrap_or(-1),
            output: String::from_utf8(output.stdout).unwrap(),
            complaints: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Begins a command that is killed before its end.
    pub fn begin(&self, arguments: &[&str]) -> Begun {
        Begun(self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// Runs a command that has to succeed, and returns what it printed.
    pub fn succeed(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, 0, "{arguments:?}: {ended:#?}");
        ended.output
    }

    /// Runs a command that has to fail with exit code 1, and returns what it complained about.
    pub fn fail(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, 1, "{arguments:?}: {ended:#?}");
        assert_eq!(ended.output, "", "{arguments:?}");
        ended.complaints
    }

    /// Starts to serve; returns when it listens.
    pub fn serve(&self, arguments: &[&str]) -> Serving {
        // A file, since a pipe that nobody reads would stop the server when it is full.
        let log = self.folder.path().join("kim.log");
        let file = std::fs::File::create(&log).unwrap();
        let mut child = self.command(arguments).stderr(file).spawn().unwrap();
        let lines = lines_of(child.stdout.take().unwrap());
        let mut serving = Serving { child, lines, log, address: String::new(), printed: String::new() };
        let first = serving.next_line();
        let (_, address) = first.split_once("http://").unwrap_or_else(|| panic!("no address: {first}"));
        serving.address = address.trim_end().trim_end_matches("/graphql").to_owned();
        serving
    }
}

/// A command that runs. It is killed, as by a crash, when it is dropped.
pub struct Begun(Child);

impl Begun {
    /// Whether it has come to its end by itself.
    pub fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        // Errors say that it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn lines_of(output: ChildStdout) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// The program while it serves. It is killed, as by a crash, when it is dropped.
pub struct Serving {
    child: Child,
    lines: mpsc::Receiver<String>,
    log: PathBuf,
    /// Host and port.
    pub address: String,
    /// What it printed, as far as it was read.
    printed: String,
}

impl Serving {
    fn next_line(&mut self) -> String {
        let line = self
            .lines
            .recv_timeout(Duration::from_secs(60))
            .unwrap_or_else(|error| panic!("kim serve printed nothing more: {error}\n{}", self.logged()));
        self.keep(&line);
        line
    }

    fn keep(&mut self, line: &str) {
        self.printed.push_str(line);
        self.printed.push('\n');
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Everything it printed up to a line that begins like this, with the changing port replaced.
    pub fn printed_until(&mut self, beginning: &str) -> String {
        while !self.next_line().starts_with(beginning) {}
        self.printed.trim_end().replace(&self.address, "127.0.0.1:8080")
    }

    /// What it logged so far.
    pub fn logged(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Asks it to stop, as a service manager does.
    pub fn terminate(&self) {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
    }

    /// Waits until it has ended.
    pub async fn ended(mut self) -> Ended {
        let give_up = Instant::now() + Duration::from_secs(60);
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() > give_up => panic!("kim serve does not end\n{}", self.logged()),
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        // The lines end when the thread that reads them has seen the end of the program.
        while let Ok(line) = self.lines.recv() {
            self.keep(&line);
        }
        Ended {
            code: status.code().unwrap_or(-1),
            output: std::mem::take(&mut self.printed),
            complaints: self.logged(),
        }
    }

    /// Stops it as a service manager does, and returns its exit code.
    pub async fn stop(self) -> i32 {
        self.terminate();
        self.ended().await.code
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Errors say that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
