//! Reads single settings out of the merged layers and collects what is wrong with them.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use config::{File, FileFormat, Map, Source as _, Value, ValueKind};

use super::Environment;
use super::problems::{ConfigProblem, Origin};
use super::settings::{self, SETTINGS, Setting};

/// Why a value cannot be used: the end of a sentence that begins with the value, and what to do.
#[derive(Debug)]
pub(super) struct Fault {
    wrong: String,
    remedy: String,
}

impl Fault {
    pub fn new(wrong: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { wrong: wrong.into(), remedy: remedy.into() }
    }

    /// The same fault of a file's content, where the value is the file's name.
    pub fn of_file(self) -> Self {
        Self { wrong: format!("names a file that {}", self.wrong), remedy: self.remedy }
    }

    pub fn unreadable(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::new("names a file that does not exist", "Create it or correct the path."),
            io::ErrorKind::PermissionDenied => Self::new(
                "names a file that this process may not read",
                "Give the account that runs KIM the right to read it.",
            ),
            io::ErrorKind::InvalidData => {
                Self::new("names a file that is not text", "Check that the path is the right one.")
            }
            _ => Self::new(
                format!("names a file that cannot be read ({})", error.kind()),
                "Check the path and the disk.",
            ),
        }
    }
}

/// Values found outside the built-in defaults, by key.
#[derive(Default)]
struct Layer(BTreeMap<&'static str, (Origin, Value)>);

/// The merged configuration. After a problem, a getter hands out a placeholder: the problems decide in the end.
pub(super) struct Reader {
    values: config::Config,
    origins: BTreeMap<&'static str, Origin>,
    pub environment: Environment,
    file_is_broken: bool,
    problems: Vec<ConfigProblem>,
    #[cfg(test)]
    pub asked_for: std::collections::BTreeSet<&'static str>,
}

impl Reader {
    /// Merges defaults, file and environment. `file` is the path and who named it.
    pub fn new(file: Option<(PathBuf, String)>, variables: BTreeMap<String, String>, build: Environment) -> Self {
        let mut problems = Vec::new();
        let mut file_is_broken = false;
        let from_file = match file {
            None => Layer::default(),
            Some((path, named_by)) => read_file(&path, &named_by, &mut problems).unwrap_or_else(|| {
                file_is_broken = true;
                Layer::default()
            }),
        };
        let from_variables = read_variables(variables, &mut problems);

        let mut reader = Self {
            values: config::Config::default(),
            origins: BTreeMap::new(),
            environment: build,
            file_is_broken,
            problems,
            #[cfg(test)]
            asked_for: std::collections::BTreeSet::new(),
        };
        reader.merge(&from_file, &from_variables);
        // The defaults of other settings depend on the environment, which is itself a setting.
        if let Some(environment) = reader.optional("environment", Environment::parse) {
            reader.environment = environment;
            reader.merge(&from_file, &from_variables);
        }
        reader
    }

    fn merge(&mut self, from_file: &Layer, from_variables: &Layer) {
        let mut builder = config::Config::builder();
        for setting in SETTINGS {
            let mut value = setting.preset_in(self.environment).map(Value::from);
            let mut origin = Origin::Default;
            for layer in [from_file, from_variables] {
                if let Some((source, found)) = layer.0.get(setting.key) {
                    value = Some(found.clone());
                    origin = source.clone();
                }
            }
            self.origins.insert(setting.key, origin);
            builder = match builder.set_override_option(setting.key, value) {
                Ok(builder) => builder,
                Err(error) => return self.report(setting.key, Fault::new(error.to_string(), "Please report this.")),
            };
        }
        match builder.build() {
            Ok(values) => self.values = values,
            Err(error) => self.report("environment", Fault::new(error.to_string(), "Please report this.")),
        }
    }

    /// All problems so far, in the order of the settings.
    pub fn into_problems(mut self) -> Vec<ConfigProblem> {
        let place = |problem: &ConfigProblem| {
            SETTINGS.iter().position(|setting| setting.key == problem.setting).unwrap_or(SETTINGS.len())
        };
        self.problems.sort_by_key(place);
        self.problems
    }

    /// Whether nothing is wrong with this setting so far.
    pub fn is_sound(&self, key: &str) -> bool {
        !self.problems.iter().any(|problem| problem.setting == key)
    }

    /// Whether file or environment set any of the settings whose key starts with `prefix`.
    pub fn is_any_set(&self, prefix: &str) -> bool {
        self.origins.iter().any(|(key, origin)| key.starts_with(prefix) && *origin != Origin::Default)
    }

    /// Notes that a required setting has no value. A file that could not be read may hold it, so nothing is said then.
    pub fn report_missing(&mut self, key: &'static str, remedy: impl Into<String>) {
        if !self.file_is_broken && self.is_sound(key) {
            let variable = settings::by_key(key).map(Setting::variable);
            let setting = key.to_owned();
            self.problems.push(ConfigProblem {
                setting,
                variable,
                origin: None,
                wrong: "missing".into(),
                remedy: remedy.into(),
            });
        }
    }

    /// Notes what is wrong with the value of `key`; the value is shown unless it is a secret.
    pub fn report(&mut self, key: &'static str, fault: Fault) {
        let setting = settings::by_key(key);
        let value = match setting {
            Some(setting) if !setting.secret => self.values.get_string(key).ok(),
            _ => None,
        };
        let subject = value.map_or_else(|| "the value".to_owned(), |value| quoted(&value));
        self.note(key, format!("{subject} {}", fault.wrong), fault.remedy);
    }

    fn note(&mut self, key: &'static str, wrong: String, remedy: String) {
        self.problems.push(ConfigProblem {
            setting: key.to_owned(),
            variable: settings::by_key(key).map(Setting::variable),
            origin: self.origins.get(key).cloned(),
            wrong,
            remedy,
        });
    }

    /// Notes what is wrong with the file that stands in where nobody set `key`.
    pub fn report_unset(&mut self, key: &'static str, file: &Path, fault: Fault) {
        self.problems.push(ConfigProblem {
            setting: key.to_owned(),
            variable: settings::by_key(key).map(Setting::variable),
            origin: Some(Origin::File(file.to_owned())),
            wrong: format!("the generated file {}", fault.wrong),
            remedy: format!("{}, or delete the file to have a new one made.", fault.remedy.trim_end_matches('.')),
        });
    }

    /// The value as text, trimmed; `None` when it is not set or empty.
    pub fn text(&mut self, key: &'static str) -> Option<String> {
        self.note_question(key);
        let text = match self.values.get_string(key) {
            Ok(text) => text,
            Err(config::ConfigError::NotFound(_)) => return None,
            Err(_) => {
                self.report(key, Fault::new("is a list", "Write a single value."));
                return None;
            }
        };
        if text.contains(['\0', char::REPLACEMENT_CHARACTER]) {
            self.report(key, Fault::new("is not UTF-8 text", "Write it in UTF-8 and without NUL."));
            return None;
        }
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// A value that may be left out.
    pub fn optional<T>(&mut self, key: &'static str, parse: impl FnOnce(&str) -> Result<T, Fault>) -> Option<T> {
        match parse(&self.text(key)?) {
            Ok(value) => Some(value),
            Err(fault) => {
                self.report(key, fault);
                None
            }
        }
    }

    /// A value that must not be left out; `remedy` says what to write.
    pub fn required(&mut self, key: &'static str, remedy: &str) -> String {
        self.text(key).unwrap_or_else(|| {
            self.report_missing(key, remedy);
            String::new()
        })
    }

    /// Zero or more values: an array in the file, separated by commas in the environment.
    pub fn list<T>(&mut self, key: &'static str, parse: impl Fn(&str) -> Result<T, Fault>) -> Vec<T> {
        self.note_question(key);
        let parts = match self.values.get_array(key) {
            Ok(values) => match values.into_iter().map(Value::into_string).collect::<Result<Vec<_>, _>>() {
                Ok(parts) => parts,
                Err(_) => {
                    self.report(key, Fault::new("holds something other than texts", "Write a list of texts."));
                    return Vec::new();
                }
            },
            Err(_) => self.text(key).map(|text| text.split(',').map(str::to_owned).collect()).unwrap_or_default(),
        };
        let mut values = Vec::new();
        for part in parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
            match parse(part) {
                Ok(value) => values.push(value),
                Err(fault) => {
                    let wrong = format!("the entry {} {}", quoted(part), fault.wrong);
                    self.note(key, wrong, fault.remedy);
                }
            }
        }
        values
    }

    /// A whole number of the given range.
    pub fn number<T: FromStr + PartialOrd + Display + Copy>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<T>,
    ) -> T {
        self.optional_number(key, range.clone()).unwrap_or(*range.start())
    }

    /// A whole number of the given range that may be left out.
    pub fn optional_number<T: FromStr + PartialOrd + Display + Copy>(
        &mut self,
        key: &'static str,
        range: RangeInclusive<T>,
    ) -> Option<T> {
        self.optional(key, |text| {
            let span = || format!("Write a whole number from {} to {}.", range.start(), range.end());
            let is_number = !text.is_empty() && text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
            match text.parse::<T>() {
                Ok(number) if range.contains(&number) => Ok(number),
                Ok(_) => Err(Fault::new("is out of range", span())),
                Err(_) if is_number => Err(Fault::new("is out of range", span())),
                Err(_) => Err(Fault::new("is not a whole number", span())),
            }
        })
    }

    /// A span of time that is written in milliseconds.
    pub fn milliseconds(&mut self, key: &'static str, range: RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.number(key, range))
    }

    /// A span of time that is written in seconds.
    pub fn seconds(&mut self, key: &'static str, range: RangeInclusive<u64>) -> Duration {
        Duration::from_secs(self.number(key, range))
    }

    /// Yes or no.
    pub fn flag(&mut self, key: &'static str) -> bool {
        let flag = self.optional(key, |text| match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err(Fault::new("is neither true nor false", "Write true or false.")),
        });
        flag.unwrap_or_default()
    }

    #[cfg(test)]
    fn note_question(&mut self, key: &'static str) {
        self.asked_for.insert(key);
    }

    #[cfg(not(test))]
    fn note_question(&mut self, _key: &'static str) {}
}

/// A value for an error message: escaped, cut when it is long, and left out when a secret strayed into it.
fn quoted(value: &str) -> String {
    const LONGEST: usize = 80;
    let has_credentials = value.contains("://") && value.contains('@');
    if has_credentials || value.contains("-----") {
        String::from("(not shown)")
    } else if value.chars().count() > LONGEST {
        let start: String = value.chars().take(LONGEST).collect();
        format!("{:?}", format!("{start}…"))
    } else {
        format!("{value:?}")
    }
}

fn read_file(path: &Path, named_by: &str, problems: &mut Vec<ConfigProblem>) -> Option<Layer> {
    let mut fail = |wrong: String, remedy: &str| {
        problems.push(ConfigProblem {
            setting: named_by.to_owned(),
            variable: None,
            origin: None,
            wrong,
            remedy: remedy.to_owned(),
        });
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            let fault = Fault::unreadable(&error);
            fail(format!("{} {}", quoted(&path.to_string_lossy()), fault.wrong), &fault.remedy);
            return None;
        }
    };
    let table = match File::from_str(&text, FileFormat::Toml).collect() {
        Ok(table) => table,
        Err(error) => {
            // The parser quotes the faulty line, which may hold a secret: only the place is passed on.
            let place = error.to_string();
            let place = place.find("line ").and_then(|at| place.get(at..)).and_then(|rest| rest.lines().next());
            let place = place.filter(|place| place.chars().all(|c| c.is_ascii_alphanumeric() || " ,".contains(c)));
            let place = place.map(|place| format!(" at {place}")).unwrap_or_default();
            fail(format!("{} is not valid TOML{place}", quoted(&path.to_string_lossy())), "Correct the file.");
            return None;
        }
    };
    let mut layer = Layer::default();
    flatten("", table, path, &mut layer, problems);
    Some(layer)
}

fn flatten(
    section: &str,
    table: Map<String, Value>,
    path: &Path,
    layer: &mut Layer,
    problems: &mut Vec<ConfigProblem>,
) {
    // The map has no order of its own, and the problem list should not change from run to run.
    for (name, value) in table.into_iter().collect::<BTreeMap<_, _>>() {
        let key = if section.is_empty() { name } else { format!("{section}.{name}") };
        let origin = Origin::File(path.to_owned());
        let is_section = SETTINGS
            .iter()
            .any(|setting| setting.key.strip_prefix(key.as_str()).is_some_and(|rest| rest.starts_with('.')));
        let (wrong, remedy) = match (settings::by_key(&key), value.kind) {
            (Some(_), ValueKind::Table(_)) => {
                ("is a section here, but it is a single value", String::from("Write one value."))
            }
            (Some(setting), kind) => {
                layer.0.insert(setting.key, (origin, Value::new(None, kind)));
                continue;
            }
            (None, ValueKind::Table(table)) if is_section => {
                flatten(&key, table, path, layer, problems);
                continue;
            }
            (None, _) if is_section => {
                ("is a single value here, but it is a section", format!("Write its settings under [{key}]."))
            }
            (None, _) => {
                ("there is no such setting", suggestion(&key, SETTINGS.iter().map(|setting| setting.key.to_owned())))
            }
        };
        problems.push(ConfigProblem {
            setting: key,
            variable: None,
            origin: Some(origin),
            wrong: wrong.into(),
            remedy,
        });
    }
}

fn read_variables(variables: BTreeMap<String, String>, problems: &mut Vec<ConfigProblem>) -> Layer {
    let mut layer = Layer::default();
    let mut rest = variables;
    rest.retain(|_, value| !value.trim().is_empty());
    for setting in SETTINGS {
        let own = rest.remove_entry(&setting.variable());
        let alias = setting.alias.and_then(|alias| rest.remove_entry(alias));
        if let (Some((own, value)), Some((alias, other))) = (&own, &alias)
            && value != other
        {
            problems.push(ConfigProblem {
                setting: setting.key.to_owned(),
                variable: Some(own.clone()),
                origin: Some(Origin::Variable(own.clone())),
                wrong: format!("{own} and {alias} say different things"),
                remedy: "Set only one of them.".into(),
            });
        }
        if let Some((name, value)) = own.or(alias) {
            layer.0.insert(setting.key, (Origin::Variable(name), Value::from(value)));
        }
    }
    for (name, _) in rest.iter().filter(|(name, value)| name.starts_with("KIM_") && !is_foreign(name, value)) {
        problems.push(ConfigProblem {
            setting: name.clone(),
            variable: None,
            origin: Some(Origin::Variable(name.clone())),
            wrong: "there is no such setting".into(),
            remedy: suggestion(name, SETTINGS.iter().map(Setting::variable)),
        });
    }
    layer
}

/// Variables with our prefix that do not configure the server. Kubernetes describes a service called `kim` to every
/// container of its namespace in variables that start with `KIM_`.
fn is_foreign(name: &str, value: &str) -> bool {
    name == "KIM_CONFIG"
        || name.starts_with("KIM_TEST_")
        || name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || name.contains("_TCP_")
        || name.contains("_UDP_")
        || value.starts_with("tcp://")
        || value.starts_with("udp://")
}

fn suggestion(name: &str, candidates: impl Iterator<Item = String>) -> String {
    const ALIKE: f64 = 0.7;
    let leaf = |key: &str| key.rsplit('.').next().map(str::to_owned);
    let best = candidates
        .map(|candidate| {
            let whole = strsim::normalized_damerau_levenshtein(name, &candidate);
            let same_leaf = if leaf(name) == leaf(&candidate) { ALIKE } else { 0.0 };
            (whole.max(same_leaf), candidate)
        })
        .max_by(|(left, _), (right, _)| left.total_cmp(right));
    match best {
        Some((likeness, candidate)) if likeness >= ALIKE => format!("Did you mean {candidate}?"),
        _ => "Remove it; docs/configuration.md lists all settings.".into(),
    }
}
