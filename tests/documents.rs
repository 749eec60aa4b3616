//! The documents: what they show is true, what they copy from the program is current, and their links lead somewhere.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use entity::codes::{OrganisationKind, Role};
use kim::access::policy::{Action, Reach, fits, reach};
use kim::error::{ErrorCode, ErrorKind};
use serde_json::Value;

use crate::app::TestApp;
use crate::databases::TestDatabase;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Compares the part of a document between the markers `made-by-test NAME` and `end of NAME` with what it is made from.
fn check_part(document: &str, name: &str, current: &str) {
    // Two parts of one document must not be written at the same time.
    static WRITING: Mutex<()> = Mutex::new(());
    let _turn = WRITING.lock();
    let path = root().join(document);
    let text = read(&path);
    let (beginning, end) = (format!("<!-- made-by-test {name} -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = text.split_once(&beginning).unwrap_or_else(|| panic!("{document} has no {beginning}"));
    let (part, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{document} has no {end}"));
    if std::env::var_os("KIM_TEST_UPDATE").is_some() {
        std::fs::write(&path, format!("{before}{beginning}{current}{end}{after}")).unwrap();
        return;
    }
    assert!(
        part == current,
        "{document} is stale; write it anew with: KIM_TEST_UPDATE=1 cargo test --test it documents::"
    );
}

#[test]
fn the_table_of_access_is_the_policy() {
    let mut table = String::from("| action | ");
    for role in Role::ALL {
        let _ = write!(table, "{} | ", role.as_str());
    }
    table = format!("{}\n|---|{}\n", table.trim_end(), "---|".repeat(Role::ALL.len()));
    for action in Action::ALL {
        let _ = write!(table, "| `{}` | ", action.as_str());
        for role in Role::ALL {
            let cell = match reach(*role, *action) {
                Reach::Nothing => "–",
                Reach::Own => "own",
                Reach::Organisation => "organisation",
                Reach::Released => "released",
                Reach::ScopedOrganisation => "organisation, by scope",
                Reach::District => "district",
            };
            let _ = write!(table, "{cell} | ");
        }
        table = format!("{}\n", table.trim_end());
    }
    check_part("docs/access.md", "policy", &table);
}

#[test]
fn the_table_of_places_is_the_policy() {
    let mut table = String::from("| role | can be held in |\n|---|---|\n");
    for role in Role::ALL {
        let kinds = OrganisationKind::ALL.iter().filter(|kind| fits(*role, **kind));
        let kinds: Vec<String> = kinds.map(|kind| format!("`{}`", kind.as_str())).collect();
        let _ = writeln!(table, "| `{}` | {} |", role.as_str(), kinds.join(", "));
    }
    check_part("docs/access.md", "places", &table);
}

#[test]
fn the_table_of_errors_is_the_catalogue() {
    let mut table = String::new();
    for (kind, title) in [
        (ErrorKind::Request, "The request cannot be understood or exceeds a limit"),
        (ErrorKind::Access, "Who asks is unknown or may not do this"),
        (ErrorKind::Rule, "A rule of the trade forbids it (in `userErrors`)"),
        (ErrorKind::Server, "The server cannot answer at the moment"),
    ] {
        let _ = write!(table, "**{title}**\n\n| code | HTTP | retry | message |\n|---|---|---|---|\n");
        for code in ErrorCode::ALL.iter().filter(|code| code.entry().kind == kind) {
            let entry = code.entry();
            let retry = if entry.retryable { "yes" } else { "no" };
            let _ = writeln!(table, "| `{}` | {} | {retry} | {} |", code.as_str(), entry.http_status, entry.english);
        }
        table.push('\n');
    }
    check_part("docs/api.md", "errors", &table);
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut dead = Vec::new();
    for document in documents() {
        let folder = document.parent().unwrap();
        for target in links(&read(&document)) {
            let path = target.split('#').next().unwrap_or_default();
            let outside = path.is_empty() || path.contains("://") || path.starts_with("mailto:");
            if !outside && !folder.join(path).exists() {
                dead.push(format!("{}: {target}", document.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert_eq!(dead, Vec::<String>::new());
}

fn documents() -> Vec<PathBuf> {
    let in_folder = |folder: &str| {
        let entries = std::fs::read_dir(root().join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "md"))
    };
    in_folder("").chain(in_folder("docs")).chain(in_folder("docs/adr")).collect()
}

fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
}

/// A query of the README as an account, with the answer that it shows.
struct Shown {
    login: String,
    query: String,
    answer: Value,
}

/// Reads the README: a line that names a demo account, a block with a query (or none: the same query again), and a block
/// with the answer.
fn shown_in(text: &str) -> Vec<Shown> {
    let (mut login, mut query, mut shown) = (None, String::new(), Vec::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(account) = kim::demo::ACCOUNTS.iter().find(|account| line.contains(&format!("`{}`", account.login)))
        {
            login = Some(account.login.to_owned());
        }
        let Some(language) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        match language {
            "graphql" => query = block.join("\n"),
            "json" => {
                let answer =
                    serde_json::from_str(&block.join("\n")).unwrap_or_else(|error| panic!("{error}: {block:#?}"));
                let login = login.clone().expect("a query without an account");
                shown.push(Shown { login, query: query.clone(), answer });
            }
            _ => {}
        }
    }
    shown
}

/// Compares an answer with what is shown of it. `"… 12 more"` stands for entries left out.
fn compare(place: &str, shown: &Value, real: &Value) {
    match (shown, real) {
        (Value::Object(shown), Value::Object(real)) => {
            let keys = |members: &serde_json::Map<String, Value>| members.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(shown), keys(real), "{place}");
            for (name, value) in shown {
                compare(&format!("{place}.{name}"), value, &real[name]);
            }
        }
        (Value::Array(shown), Value::Array(real)) => {
            let mut index = 0;
            for value in shown {
                let left_out = value.as_str().and_then(|text| text.strip_prefix("… ")?.strip_suffix(" more"));
                if let Some(number) = left_out {
                    index += number.parse::<usize>().unwrap();
                } else {
                    let answered = real.get(index).unwrap_or_else(|| panic!("{place} has {} entries only", real.len()));
                    compare(&format!("{place}.{index}"), value, answered);
                    index += 1;
                }
            }
            assert_eq!(index, real.len(), "{place}: {real:#?}");
        }
        _ => assert_eq!(shown, real, "{place}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_readme_shows_what_the_demo_answers() {
    let text = read(&root().join("README.md"));
    let shown = shown_in(&text);
    assert!(shown.len() >= 5, "{} queries", shown.len());
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let (count, seed) = (kim::demo::cases::COUNT, kim::demo::cases::SEED);
    assert_eq!(kim::demo::load_cases(&app.app, count, seed, |_| {}).await.ok(), Some(count));
    for Shown { login, query, answer } in &shown {
        let real = app.user(login).await.query(query).await;
        compare(login, answer, &serde_json::json!({ "data": real.data() }));
    }
    for example in &kim::http::explorer::EXAMPLES {
        let is_shown =
            shown.iter().any(|shown| shown.login == example.login && shown.query.trim() == example.query.trim());
        assert!(is_shown, "the README does not show the example {:?} as {}", example.title, example.login);
    }
}

#[test]
fn the_readme_shows_what_the_first_start_prints() {
    let text = read(&root().join("README.md"));
    // Another test compares this file with what the program prints.
    let printed = include_str!("snapshots/it__cli__first_start.snap");
    let (_, rest) = text.split_once("```text\n").unwrap();
    let (shown, _) = rest.split_once("\n```").unwrap();
    for line in shown.lines().filter(|line| *line != "…") {
        assert!(printed.lines().any(|printed| printed == line), "{line}");
    }
}
