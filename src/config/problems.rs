//! What is wrong with a configuration, told all at once.

use std::fmt;
use std::path::PathBuf;

/// Where the value of a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it: the built-in default holds.
    Default,
    /// The TOML file at this path.
    File(PathBuf),
    /// The environment variable of this name.
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the built-in default"),
            Self::File(path) => write!(f, "the file {}", path.display()),
            Self::Variable(name) => write!(f, "the environment variable {name}"),
        }
    }
}

/// One thing that is wrong with the configuration. It never holds the value of a secret setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The setting in the notation of the TOML file (`server.bind`), or the name of an unknown key or variable.
    pub setting: String,
    /// The environment variable that sets it; `None` when there is none.
    pub variable: Option<String>,
    /// Where the faulty value stands; `None` when there is no value.
    pub origin: Option<Origin>,
    /// What is wrong, without a full stop.
    pub wrong: String,
    /// What to do about it: whole sentences.
    pub remedy: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.setting)?;
        let origin = match &self.origin {
            // The variable is named anyway, so it need not be named twice.
            Some(Origin::Variable(name)) if self.variable.as_ref() == Some(name) || self.setting == *name => {
                Some("from the environment".into())
            }
            Some(origin) => Some(format!("from {origin}")),
            None => None,
        };
        match (&self.variable, origin) {
            (Some(variable), Some(origin)) => write!(f, " ({variable}, {origin})")?,
            (Some(variable), None) => write!(f, " ({variable})")?,
            (None, Some(origin)) => write!(f, " ({origin})")?,
            (None, None) => {}
        }
        write!(f, ": {}. {}", self.wrong, self.remedy)
    }
}

/// All problems of a configuration, in the order of the settings. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblems(pub(super) Vec<ConfigProblem>);

impl ConfigProblems {
    /// The single problems.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigProblem> {
        self.0.iter()
    }
}

impl fmt::Display for ConfigProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.0.len() == 1 { "problem" } else { "problems" };
        write!(f, "KIM cannot start: {} {noun} with its configuration", self.0.len())?;
        for (index, problem) in self.0.iter().enumerate() {
            write!(f, "\n{:>2}. {problem}", index.saturating_add(1))?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigProblems {}
