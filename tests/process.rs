//! The real program as a process of its own, for what only a process can show: signals, its output, its exit code.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;

use crate::app::eventually;
use crate::databases::MASTER_KEY;

/// A running `kim serve`. Killed when it is dropped.
pub struct Process {
    child: Child,
    /// `host:port` that it listens on.
    pub address: String,
    stdout: Arc<Mutex<String>>,
    stderr: Arc<Mutex<String>>,
    _folder: TempDir,
}

fn collect(source: impl Read + Send + 'static) -> Arc<Mutex<String>> {
    let text = Arc::new(Mutex::new(String::new()));
    let into = Arc::clone(&text);
    std::thread::spawn(move || {
        for line in BufReader::new(source).lines().map_while(Result::ok) {
            let mut text = into.lock().unwrap();
            text.push_str(&line);
            text.push('\n');
        }
    });
    text
}

impl Process {
    /// Starts the program on this database and waits until it serves.
    pub async fn start(url: &str, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_kim"));
        // What the shell of whoever runs the tests has set is none of the program's business here.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("KIM_") || name == "DATABASE_URL" {
                command.env_remove(name);
            }
        }
        command
            .arg("serve")
            .current_dir(folder.path())
            .env("KIM_ENVIRONMENT", "development")
            .env("KIM_DATABASE_URL", url)
            .env("KIM_VAULT_MASTER_KEYS", MASTER_KEY)
            .env("KIM_SERVER_BIND", "127.0.0.1:0")
            .env("KIM_SERVER_WORKERS", "2")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = collect(child.stdout.take().unwrap());
        let stderr = collect(child.stderr.take().unwrap());
        let mut process = Self { child, address: String::new(), stdout, stderr, _folder: folder };
        for _ in 0..1_500 {
            let found = process
                .stdout()
                .split_once("://")
                .and_then(|(_, rest)| rest.split_once("/graphql").map(|(address, _)| address.to_owned()));
            if let Some(address) = found {
                process.address = address;
                return process;
            }
            if let Some(status) = process.child.try_wait().unwrap() {
                panic!("it ended at once: {status}\n{}{}", process.stdout(), process.stderr());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it does not serve:\n{}{}", process.stdout(), process.stderr());
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What it printed.
    pub fn stdout(&self) -> String {
        self.stdout.lock().unwrap().clone()
    }

    /// What it logged.
    pub fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    /// Asks it to stop, as an operator does.
    pub fn terminate(&self) {
        let kill = format!("kill -TERM {}", self.child.id());
        assert!(Command::new("/bin/sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits until it has ended.
    pub async fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        let child = &mut self.child;
        eventually("the process ends", || {
            status = child.try_wait().unwrap();
            std::future::ready(status.is_some())
        })
        .await;
        status.unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // An error says that it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
