//! The command line: what people see who run the program.

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::databases::{DatabaseKind, TestDatabase, both_databases};
use crate::program::{Program, Serving};
use crate::tables::Tables;

const DISTRICT: [&str; 6] = ["district", "create", "--ags", "05558", "--name", "Kreis Coesfeld"];

/// An empty database without tables, and the URL to reach it.
async fn emptied(db: &TestDatabase, program: &Program) -> String {
    match db.kind() {
        DatabaseKind::Sqlite => format!("sqlite://{}", program.folder().join("new.sqlite").display()),
        DatabaseKind::Postgres => {
            Tables::open(db.url()).await.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
            db.url().to_owned()
        }
    }
}

/// Asks a serving program something, as an account or as nobody.
async fn ask(serving: &Serving, account: Option<(&str, &str)>, query: &str) -> Value {
    let http = reqwest::Client::new();
    let send = async |token: Option<&str>, body: Value| -> Value {
        let mut request = http.post(serving.url("/graphql")).json(&body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let text = request.send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let Some((login, password)) = account else { return send(None, json!({ "query": query })).await };
    let log_in = "mutation($input: SessionLoginInput!) { sessionLogin(input: $input) { session { accessToken } } }";
    let variables = json!({ "input": { "login": login, "password": password } });
    let answer = send(None, json!({ "query": log_in, "variables": variables })).await;
    let token = answer["data"]["sessionLogin"]["session"]["accessToken"].as_str();
    send(Some(token.unwrap_or_else(|| panic!("{login} cannot log in: {answer}"))), json!({ "query": query })).await
}

fn id_in<'a>(text: &'a str, prefix: &str) -> &'a str {
    let start = text.find(prefix).unwrap_or_else(|| panic!("no {prefix}: {text}"));
    let id = &text[start..];
    id.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next().unwrap()
}

/// The names of the subcommands in a help text.
fn subcommands(help: &str) -> Vec<&str> {
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    list.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect()
}

fn collect_help(program: &Program, path: &[&str], pages: &mut String) {
    let help = program.succeed(&[path, &["--help"]].concat());
    pages.push_str(&format!("$ kim {}\n{help}\n", [path, &["--help"]].concat().join(" ")));
    for name in subcommands(&help) {
        collect_help(program, &[path, &[name]].concat(), pages);
    }
}

#[test]
fn every_command_explains_itself() {
    let mut pages = String::new();
    collect_help(&Program::unconfigured(), &[], &mut pages);
    insta::assert_snapshot!("help", pages);
}

#[test]
fn an_unknown_command_or_option_is_refused() {
    let program = Program::unconfigured();
    for arguments in [&["srve"][..], &["serve", "--port", "80"], &["grant", "add", "somebody", "MAYOR", "somewhere"]] {
        let ended = program.run(arguments);
        assert_eq!((ended.code, ended.output.as_str()), (2, ""), "{ended:?}");
    }
    insta::assert_snapshot!(program.run(&["grant", "add", "somebody", "MAYOR", "somewhere"]).complaints, @r"
    error: invalid value 'MAYOR' for '<ROLE>': roles are CASE_MANAGER, SUPERVISOR, COORDINATOR, EMPLOYER, DATA_PROTECTION_OFFICER, ADMINISTRATOR, INTEGRATION, INSTITUTION

    For more information, try '--help'.
    ");
}

#[test]
fn the_schema_is_printed_without_a_database() {
    let program = Program::unconfigured().with("KIM_DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing");
    assert!(program.succeed(&["schema"]) == kim::graphql::schema::text());
}

#[test]
fn each_secret_is_new_and_can_be_used() {
    let program = Program::unconfigured();
    let keys = ["signing-key", "sealing-key", "master-key"].map(|purpose| program.succeed(&["secret", "new", purpose]));
    assert_ne!(keys[0], keys[1]);
    let file = program.folder().join("kim.sqlite");
    let program = program
        .with("KIM_ENVIRONMENT", "production")
        .with("KIM_DATABASE_URL", format!("sqlite://{}", file.display()))
        .with("KIM_AUTH_SIGNING_KEYS", &keys[0])
        .with("KIM_SEALING_SIGNING_KEYS", &keys[1])
        .with("KIM_VAULT_MASTER_KEYS", &keys[2]);
    program.succeed(&["migrate"]);
}

#[tokio::test]
async fn the_first_start_needs_nothing_and_the_second_keeps_the_data() {
    let program = Program::unconfigured();
    let mut serving = program.serve(&[]);
    let greeting = serving.printed_until("└");
    insta::assert_snapshot!("first_start", greeting);
    assert!(program.folder().join("data/kim.sqlite").exists());
    let query = "{ viewer { account { id } } positions { totalCount } }";
    let coordinator = Some((kim::demo::COORDINATOR_LOGIN, kim::demo::PASSWORD));
    let before = ask(&serving, coordinator, query).await;
    assert_eq!(before["data"]["positions"]["totalCount"], 15, "{before}");
    assert_eq!(serving.stop().await, 0);

    let made = program
        .run_with_input(&["account", "create", "--login", "neu@example.org", "--name", "N. Neu"], "a long password\n");
    assert_eq!(made.code, 0, "{made:?}");
    program.succeed(&["grant", "add", "neu@example.org", "EMPLOYER", "Kreis Coesfeld"]);

    let mut serving = program.serve(&["serve"]);
    assert_eq!(serving.printed_until("└"), greeting);
    let after = ask(&serving, coordinator, query).await;
    assert_eq!(after["data"], before["data"]);
    let new =
        ask(&serving, Some(("neu@example.org", "a long password")), "{ viewer { account { displayName } } }").await;
    assert_eq!(new["data"]["viewer"]["account"]["displayName"], "N. Neu", "{new}");
    assert_eq!(serving.stop().await, 0);
}

#[test]
fn a_production_start_without_secrets_lists_all_problems_and_no_secret() {
    let program = Program::unconfigured()
        .with("KIM_ENVIRONMENT", "production")
        .with("KIM_DATABASE_URL", "postgres//kim:hunter2@db")
        .with("KIM_SEALING_SIGNING_KEYS", "-----BEGIN hunter2-----")
        .with("KIM_SERVER_PUBLIC_URL", "http://kim.example.org")
        .with("KIM_LIMITS_DEPHT", "30");
    for arguments in [&[][..], &["serve"], &["migrate"], &["account", "list"]] {
        let ended = program.run(arguments);
        assert_eq!((ended.code, ended.output.as_str()), (2, ""), "{ended:?}");
        assert!(!ended.complaints.contains("hunter2"), "{ended:?}");
    }
    insta::assert_snapshot!("production_without_secrets", program.run(&[]).complaints);
}

#[test]
fn a_settings_file_that_is_not_there_is_a_problem() {
    let program = Program::unconfigured();
    let ended = program.run(&["--config", "nowhere.toml", "serve"]);
    assert_eq!(ended.code, 2);
    assert!(ended.complaints.contains("nowhere.toml"), "{ended:?}");
}

#[test]
fn an_address_in_use_is_named() {
    let program = Program::unconfigured();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = program.with("KIM_SERVER_BIND", &address).run(&["serve"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.complaints.contains(&format!("The address {address} cannot be used: ")), "{ended:?}");
}

#[test]
fn a_database_that_cannot_be_reached_is_no_riddle() {
    let program =
        Program::on_url("postgres://kim:hunter2@127.0.0.1:1/kim").with("KIM_DATABASE_ACQUIRE_TIMEOUT_MS", "300");
    for arguments in [&["migrate"][..], &["account", "list"], &["log", "verify"]] {
        let complaint = program.fail(arguments);
        assert!(complaint.starts_with("The database cannot be reached at the moment."), "{complaint}");
        assert!(!complaint.contains("hunter2"), "{complaint}");
    }
}

both_databases! {
    async fn a_new_database_is_migrated_once(db: TestDatabase) {
        let program = Program::on(&db);
        let url = emptied(&db, &program).await;
        let program = program.with("KIM_DATABASE_URL", url);
        for arguments in [&["account", "list"][..], &["log", "verify"], &DISTRICT] {
            assert_eq!(program.fail(arguments), "The database is not up to date yet: run `kim migrate` first.\n");
        }
        let first = program.succeed(&["migrate"]);
        let count = first.split(' ').find_map(|word| word.parse::<u32>().ok()).unwrap();
        assert!(count >= 4, "{first}");
        assert_eq!(program.succeed(&["migrate"]), "The database is up to date; 0 migrations were applied.\n");
        assert_eq!(
            program.fail(&["account", "list"]),
            "The database has no district yet: `kim demo` or `kim district create`.\n"
        );
        assert_eq!(program.succeed(&["log", "verify"]), "The database has no district yet, so there is no log.\n");
    }

    async fn the_demo_is_loaded_once(db: TestDatabase) {
        let program = Program::on(&db);
        let first = program.succeed(&["demo"]);
        assert!(
            first.starts_with("The demo district Kreis Coesfeld was loaded, with 240 invented cases.\n┌"),
            "{first}"
        );
        for account in &kim::demo::ACCOUNTS {
            assert!(first.contains(account.login), "{first}");
        }
        assert_eq!(program.succeed(&["demo"]), "The demo district is there already; nothing was changed.\n");
    }

    async fn a_district_is_added_once_and_has_to_be_named_when_there_are_several(db: TestDatabase) {
        let program = Program::on(&db);
        assert_eq!(
            program.succeed(&DISTRICT),
            "District 05558 Kreis Coesfeld was added, with its administration and its integration centre.\n"
        );
        assert_eq!(program.fail(&DISTRICT), "There is a district 05558 already.\n");
        for ags in ["5558", "0555x", "055580"] {
            let complaint = program.fail(&["district", "create", "--ags", ags, "--name", "Kreis"]);
            assert_eq!(complaint, "The key of a district has five digits, e.g. 05558.\n");
        }
        assert_eq!(program.fail(&["district", "create", "--ags", "05554", "--name", " "]), "name: The text must not be empty.\n");
        program.succeed(&["account", "list"]);
        program.succeed(&["district", "create", "--ags", "05554", "--name", "Kreis Borken"]);
        let several = program.fail(&["account", "list"]);
        assert_eq!(
            several,
            "There are several districts: name one by --district (05554 Kreis Borken, 05558 Kreis Coesfeld).\n"
        );
        program.succeed(&["account", "list", "--district", "05554"]);
        assert!(program.fail(&["account", "list", "--district", "05555"]).starts_with("There is no district 05555:"));
        assert_eq!(
            program.fail(&["log", "verify", "--head", "00"]),
            "A head belongs to one district: name it by --district.\n"
        );
    }

    async fn an_account_is_made_listed_and_disabled(db: TestDatabase) {
        let program = Program::on(&db);
        program.succeed(&DISTRICT);
        let create = |login: &'static str| ["account", "create", "--login", login, "--name", "A. Muster"];
        let made = program.succeed(&[&create("a@example.org")[..], &["--generate-password"]].concat());
        let password = made.lines().find_map(|line| line.strip_prefix("Password: ")).unwrap_or_else(|| panic!("{made}"));
        assert!(password.len() >= 12);
        assert!(made.starts_with("Account a@example.org was made (acc_"), "{made}");
        program.succeed(&[&create("b@example.org")[..], &["--external"]].concat());
        let given = program.run_with_input(&create("c@example.org"), "correct horse battery\n");
        assert_eq!(given.code, 0, "{given:?}");

        let short = program.run_with_input(&create("d@example.org"), "short\n");
        assert_eq!((short.code, short.complaints.as_str()), (1, "The password must have at least 12 characters.\n"));
        let taken = program.fail(&[&create("A@example.org")[..], &["--external"]].concat());
        assert_eq!(taken, "login: This login name cannot be used.\n");
        let malformed = program.fail(&[&create("a b")[..], &["--external"]].concat());
        assert_eq!(malformed, "login: The login name must have 3 to 200 characters and no white space.\n");

        let list = program.succeed(&["account", "list"]);
        let rows: Vec<&str> = list.lines().filter(|line| line.contains("example.org")).collect();
        assert_eq!(rows.len(), 3, "{list}");
        assert!(rows.iter().all(|row| row.contains("active")), "{list}");

        program.succeed(&["grant", "add", "a@example.org", "EMPLOYER", "Kreis Coesfeld"]);
        let serving = program.serve(&["serve"]);
        let name = "{ viewer { account { displayName } } }";
        let viewer = ask(&serving, Some(("a@example.org", password)), name).await;
        assert_eq!(viewer["data"]["viewer"]["account"]["displayName"], "A. Muster", "{viewer}");
        assert_eq!(serving.stop().await, 0);

        assert_eq!(
            program.succeed(&["account", "disable", "A@example.org"]),
            "Account a@example.org is disabled; its sessions have ended.\n"
        );
        assert_eq!(program.fail(&["account", "disable", "a@example.org"]), "accountId: The account is disabled already.\n");
        assert_eq!(
            program.fail(&["account", "disable", "nobody@example.org"]),
            "There is no account nobody@example.org in this district.\n"
        );
        assert!(program.succeed(&["account", "list"]).contains("disabled"));
    }

    async fn a_grant_is_given_and_ended(db: TestDatabase) {
        let program = Program::on(&db);
        program.succeed(&DISTRICT);
        program.succeed(&["account", "create", "--login", "a@example.org", "--name", "A. Muster", "--external"]);
        let add = ["grant", "add", "a@example.org"];
        let given = program.succeed(&[&add[..], &["administrator", "Kreis Coesfeld", "--from", "2023-01-01"]].concat());
        assert!(given.starts_with("a@example.org is ADMINISTRATOR in Kreis Coesfeld from 2023-01-01 on (grt_"), "{given}");
        let grant = id_in(&given, "grt_");
        assert!(program.succeed(&["account", "list"]).contains(grant));

        let unknown = program.fail(&[&add[..], &["EMPLOYER", "Nowhere"]].concat());
        assert_eq!(unknown, "There is no organisation \"Nowhere\".\n");
        let unfit = program.fail(&[&add[..], &["SUPERVISOR", "Kreis Coesfeld"]].concat());
        assert!(unfit.ends_with(": This role cannot be held in an organisation of this kind.\n"), "{unfit}");
        let scoped = program.fail(&[&add[..], &["EMPLOYER", "Kreis Coesfeld", "--scope", "READ_POSITION"]].concat());
        assert!(scoped.starts_with("scopes: Scopes belong to the role INTEGRATION only"), "{scoped}");
        let empty = program.fail(
            &[&add[..], &["EMPLOYER", "Kreis Coesfeld", "--from", "2023-01-01", "--until", "2023-01-01"]].concat(),
        );
        assert_eq!(empty, "until: The end must lie after the beginning.\n");
        assert_eq!(
            program.fail(&["grant", "add", "nobody@example.org", "EMPLOYER", "Kreis Coesfeld"]),
            "There is no account nobody@example.org in this district.\n"
        );

        let ended = program.succeed(&["grant", "revoke", grant]);
        assert!(ended.starts_with("The grant ends on 20"), "{ended}");
        assert_eq!(program.fail(&["grant", "revoke", grant]), "grantId: The grant has ended already.\n");
        assert_eq!(program.fail(&["grant", "revoke", "42"]), "That is no id of a grant (grt_…).\n");
        let foreign = grant.replace(|letter: char| letter.is_ascii_digit(), "0");
        assert_eq!(program.fail(&["grant", "revoke", &foreign]), "grantId: Not found, or not visible to you.\n");
    }

    async fn the_log_is_sound_until_somebody_alters_it(db: TestDatabase) {
        let key = Program::unconfigured().succeed(&["secret", "new", "sealing-key"]);
        let app = TestApp::on(db).with("KIM_SEALING_SIGNING_KEYS", &key).start().await;
        app.seal().await;
        let db = app.stop().await;
        let program = Program::on(&db).with("KIM_SEALING_SIGNING_KEYS", &key);
        let sound = program.succeed(&["log", "verify"]);
        assert!(sound.starts_with("05558 Kreis Coesfeld: sound. "), "{sound}");
        assert!(sound.contains("; 0 wait for the sealer.\n  head "), "{sound}");
        let head = sound.trim().rsplit(' ').next().unwrap();
        program.succeed(&["log", "verify", "--district", "05558", "--head", head]);

        let unsound = |program: &Program, arguments: &[&str]| {
            let ended = program.run(arguments);
            assert_eq!(ended.code, 3, "{ended:?}");
            ended.output
        };
        let other_head = "0".repeat(64);
        let report = unsound(&program, &["log", "verify", "--head", &other_head]);
        assert!(report.contains("NOT SOUND") && report.contains("the head is not the one that was given"), "{report}");
        let foreign = Program::on(&db).with("KIM_SEALING_SIGNING_KEYS", Program::unconfigured().succeed(&["secret", "new", "sealing-key"]));
        let report = unsound(&foreign, &["log", "verify"]);
        assert!(report.contains("the head is not one that a key of ours signed"), "{report}");
        assert_eq!(program.fail(&["log", "verify", "--head", "xyz"]), "--head takes hexadecimal digits\n");
        assert_eq!(program.fail(&["log", "verify", "--district", "05555"]), "There is no district 05555.\n");

        let third = "(SELECT event_id FROM log_entry WHERE position = 3)";
        let alter = format!("UPDATE event SET reason = 'altered' WHERE id = {third}");
        let mut tables = Tables::open(db.url()).await;
        tables.unlock_log().await;
        tables.run(&alter).await;
        let report = unsound(&program, &["log", "verify"]);
        assert!(report.starts_with("05558 Kreis Coesfeld: NOT SOUND. position 3: event evt_"), "{report}");
        assert!(report.ends_with(" was altered.\n"), "{report}");
    }
}
