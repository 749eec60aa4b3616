//! From cases to structures: the search for signals, "seen elsewhere", and the board of themes.

use std::fs;
use std::time::Instant;

use entity::codes::{BarrierSeverity, CodeList, ThemeReach, ThemeSolvableBy};
use kim::access::{Actor, verb};
use kim::app::App;
use kim::clock::legal_day;
use kim::commands::CommandOptions;
use kim::commands::structure::theme::{BarrierPatternInput, ThemeProposeInput};
use kim::error::Failure;
use kim::store::district::municipality::Municipality;
use kim::store::district::{code_list, directory, district};
use kim::store::page::Window;
use serde_json::{Value, json};

use crate::client;
use crate::{Bench, Trouble};

/// How many themes stand on the board.
const THEMES: usize = 200;
/// What somebody types, bit by bit.
const VIGNETTE: &str = "Der Kurs ist belegt, es gibt eine lange Warteliste und keinen Platz in der Nähe";

const SEEN: &str = "query($input: SeenElsewhereInput!) { barriersSeenElsewhere(input: $input) {
    similarAtLeast municipalities wordedAlikeAtLeast } }";

const BOARD: &str = "query($after: String) { themes(first: 100, after: $after) { nodes { number title status reach
    evidence { cases municipalities costCents } priority { value isOverridden } } } }";

fn trouble(failure: Failure) -> Trouble {
    format!("{} {}", failure.message(), failure.cause.unwrap_or_default()).into()
}

/// A line of what the system says about this process, e.g. the most memory that it ever had.
fn own(line: &str) -> Result<String, Trouble> {
    let status = fs::read_to_string("/proc/self/status")?;
    let found = status.lines().find_map(|one| one.strip_prefix(line)).ok_or("no such line")?;
    Ok(found.trim_start_matches(':').trim().to_owned())
}

/// Searches for signals as the job does, and proposes themes for the board.
pub(crate) async fn prepare(app: &App) -> Result<(), Trouble> {
    let before = own("VmRSS")?;
    let begun = Instant::now();
    let found = app.signal_search().search().await.map_err(trouble)?;
    let (seconds, most) = (begun.elapsed().as_secs_f64(), own("VmHWM")?);
    println!(
        "\nSignals: {found} found in {seconds:.1} s, reading and storing included; memory {before} before, at most {most}."
    );
    propose(app).await.map_err(trouble)
}

async fn propose(app: &App) -> Result<(), Failure> {
    let missing = || Failure::internal("no demo district");
    let district = district::by_ags(&app.store, kim::demo::DISTRICT_AGS).await?.ok_or_else(missing)?;
    let actor = Actor::system(district.id, legal_day(app.clock.now()));
    let permit = actor.permit::<verb::ReadDirectory>()?;
    let entries = code_list::all(&app.store, &permit).await?;
    let codes = |list: CodeList| entries.iter().filter(move |entry| entry.list == list).map(|entry| entry.code.clone());
    let (kinds, areas): (Vec<_>, Vec<_>) =
        (codes(CodeList::BarrierKind).collect(), codes(CodeList::NeedArea).collect());
    let window = Window { limit: 100, after: None, before: None, from_the_end: false, descending: false };
    let towns = directory::page::<Municipality, _>(&app.store, &permit, &window).await?.rows;
    let patterns = kinds.iter().flat_map(|kind| areas.iter().map(move |area| (kind, area)));
    let patterns = patterns.flat_map(|(kind, area)| towns.iter().map(move |town| (kind, area, town)));
    let inputs = patterns.enumerate().map(|(number, (kind, area, town))| ThemeProposeInput {
        title: format!("Thema {number}"),
        description: "Was viele Fälle gemeinsam haben.".to_owned(),
        signal_id: None,
        pattern: Some(BarrierPatternInput {
            kind: Some(kind.clone()),
            need_area: Some(area.clone()),
            municipality_id: Some(town.id),
            ..BarrierPatternInput::default()
        }),
        reach: ThemeReach::District,
        solvable_by: ThemeSolvableBy::Office,
        severity: BarrierSeverity::Serious,
    });
    // Every seventh, so that they are of different kinds and areas.
    let inputs: Vec<_> = inputs.step_by(7).take(THEMES).collect();
    let commands = &app.engine.services().commands;
    let begun = Instant::now();
    for input in &inputs {
        commands.create(&actor, input, &CommandOptions::default()).await?;
    }
    println!("{} themes proposed with their evidence in {:.1} s.", inputs.len(), begun.elapsed().as_secs_f64());
    Ok(())
}

/// Runs what is asked about structures.
pub(crate) async fn all(bench: &Bench<'_>, manager: &str) -> Result<(), Trouble> {
    let typed = |length: usize| -> Value {
        let vignette: String = VIGNETTE.chars().take(length).collect();
        json!({ "query": SEEN, "variables": { "input": { "kind": "OFFER_FULL", "needArea": "LANGUAGE", "vignette": vignette } } })
    };
    let typing: Vec<Value> = (20..VIGNETTE.chars().count()).step_by(4).map(typed).collect();
    bench.queries("seen elsewhere, while typing", &typing, Some(manager)).await?;
    let coordinator = client::log_in(bench.server.address, kim::demo::COORDINATOR_LOGIN).await?;
    bench
        .queries("board: 100 themes with evidence and priority", &[json!({ "query": BOARD })], Some(&coordinator))
        .await
}
