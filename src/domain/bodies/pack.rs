//! The meeting pack (Sitzungsunterlage): what the members of a body get before a meeting. Its figures are those that may
//! leave the centre: see [`crate::domain::structure::figure`].

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use chrono_tz::Europe::Berlin;
use entity::codes::{ActionItemStatus, ThemeReach, ThemeStatus};
use entity::ids::{AgendaItemId, CaseId, MunicipalityId, ThemeId};

use super::agenda::{Placed, numbered};
use super::theme::is_presentable;
use crate::domain::structure::figure::{Audience, BASE, Counted, shown, shown_amount};
use crate::print::german;
use crate::print::{
    AgendaItem, Breakdown, Choice, Cost, Evidence, Figure, FormerDecision, Matter, MeetingPack, Months as Columns,
    Paper, Theme,
};

/// Who reads a pack.
const READERS: Audience = Audience::Outside;
/// The months of which a sheet tells.
const MONTHS: u32 = 12;
/// The most bars of a breakdown.
const BARS_MAXIMUM: usize = 12;

/// What a pack is made of.
#[derive(Clone, Debug)]
pub struct Material {
    /// The name of the district.
    pub district: String,
    /// The name of the integration centre.
    pub publisher: String,
    /// The name of the body.
    pub body: String,
    /// Whether it meets in public.
    pub is_public: bool,
    /// What the meeting is called.
    pub title: String,
    /// When it begins.
    pub starts_at: DateTime<Utc>,
    /// Where it takes place.
    pub place: Option<String>,
    /// Whether its members were invited: what they get is no draft any more.
    pub was_invited: bool,
    /// The agenda, in any order.
    pub items: Vec<Item>,
    /// The themes of the agenda, in any order. What may not be put to a body gets no sheet.
    pub themes: Vec<Subject>,
    /// The cases with a barrier that waits for bodies of this kind; absent if the stair leads to none of them.
    pub waiting: Option<Counted>,
    /// What an hour of work costs, in euro cents.
    pub hour_cost_cents: i32,
    /// What a day of delay costs, in euro cents.
    pub delay_day_cost_cents: i32,
    /// The German labels of the areas of need.
    pub need_areas: BTreeMap<String, String>,
    /// The names of the municipalities.
    pub municipalities: BTreeMap<MunicipalityId, String>,
}

/// An item of the agenda.
#[derive(Clone, Debug)]
pub struct Item {
    /// The item.
    pub id: AgendaItemId,
    /// The item that it is a part of.
    pub parent: Option<AgendaItemId>,
    /// Its place among its siblings.
    pub position: i32,
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub description: Option<String>,
    /// The decision that is proposed.
    pub proposal: Option<String>,
    /// The institution concerned.
    pub institution: Option<String>,
    /// The theme that it deals with.
    pub theme: Option<ThemeId>,
    /// The name and the address of a paper elsewhere.
    pub paper: Option<(String, String)>,
}

/// A theme.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The theme.
    pub id: ThemeId,
    /// Its number in the district.
    pub number: i32,
    /// What it is called.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// Where it stands.
    pub status: ThemeStatus,
    /// How far it reaches.
    pub reach: ThemeReach,
    /// How many meetings of the body passed without a result.
    pub unanswered_meetings: u32,
    /// The barriers that it rests on.
    pub met: Vec<Met>,
    /// What could be done.
    pub options: Vec<Choosable>,
    /// What was decided before, latest first.
    pub former: Vec<Former>,
}

/// A barrier that a theme rests on.
#[derive(Clone, Debug)]
pub struct Met {
    /// The case.
    pub case_id: CaseId,
    /// The random number of the case.
    pub cell_key: i32,
    /// When it was raised.
    pub raised_on: NaiveDate,
    /// The area of need.
    pub need_area: String,
    /// The municipality.
    pub municipality_id: MunicipalityId,
    /// Working time lost, in minutes.
    pub minutes_lost: i32,
    /// Days of delay.
    pub delay_days: i32,
}

/// Something that could be done.
#[derive(Clone, Debug)]
pub struct Choosable {
    /// What it is called.
    pub title: String,
    /// What it means.
    pub description: Option<String>,
    /// What it costs once.
    pub once_cents: Option<i64>,
    /// What it costs each year.
    pub yearly_cents: Option<i64>,
    /// Who would take it on.
    pub owner: Option<String>,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// Whether it is the one that is proposed.
    pub is_recommended: bool,
}

/// A decision of an earlier meeting, with what was to be done after it.
#[derive(Clone, Debug)]
pub struct Former {
    /// When.
    pub decided_on: NaiveDate,
    /// What.
    pub text: String,
    /// What was to be done.
    pub actions: Vec<Action>,
}

/// What was to be done after a decision.
#[derive(Clone, Debug)]
pub struct Action {
    /// Where it stands.
    pub status: ActionItemStatus,
    /// Until when.
    pub due_on: Option<NaiveDate>,
    /// What came of it.
    pub result: Option<String>,
    /// When it was done or dropped.
    pub settled_on: Option<NaiveDate>,
}

/// Makes the pack of a meeting, with the figures of a day.
#[must_use]
pub fn pack(material: &Material, today: NaiveDate) -> MeetingPack {
    let starts_at = material.starts_at.with_timezone(&Berlin);
    let mut markings = Vec::new();
    if !material.was_invited {
        markings.push("Entwurf");
    }
    if !material.is_public {
        markings.push("Nicht öffentlich");
    }
    MeetingPack {
        district: material.district.clone(),
        publisher: material.publisher.clone(),
        body: material.body.clone(),
        session: Some(material.title.clone()),
        held_on: starts_at.date_naive(),
        starts_at: Some(starts_at.time()),
        place: material.place.clone().unwrap_or_default(),
        marking: (!markings.is_empty()).then(|| markings.join(" · ")),
        facts: material.waiting.map(waiting).into_iter().collect(),
        issued_on: today,
        smallest_shown: u64::from(READERS.threshold()),
        rounded_to: u64::from(BASE),
        items: agenda(&material.items),
        themes: themes(material, today),
    }
}

/// What the stair brings to a body, besides the themes of its agenda.
fn waiting(counted: Counted) -> (String, String) {
    let value = match shown(counted, READERS) {
        Some(cases) => format!("{} Fälle warten auf dieses Gremium (gerundet auf {BASE})", german::number(cases)),
        None => format!("{} (zu wenige, um eine Zahl zu nennen)", german::HIDDEN),
    };
    ("Offene Hürden".to_owned(), value)
}

fn agenda(items: &[Item]) -> Vec<AgendaItem> {
    let placed: Vec<Placed<AgendaItemId>> =
        items.iter().map(|item| Placed { id: item.id, parent: item.parent, position: item.position }).collect();
    let mut agenda: Vec<AgendaItem> = Vec::new();
    for (id, number) in numbered(&placed) {
        let Some(item) = items.iter().find(|item| item.id == id) else { continue };
        match (item.parent, agenda.last_mut()) {
            (Some(_), Some(above)) => {
                above.matters.push(Matter { proposal: item.proposal.clone(), ..matter(item, None) })
            }
            _ => {
                let is_alone = !items.iter().any(|other| other.parent == Some(item.id));
                let title = item.description.as_deref().unwrap_or("Beratung");
                agenda.push(AgendaItem {
                    number,
                    title: item.title.clone(),
                    proposal: item.proposal.clone(),
                    matters: if is_alone { vec![matter(item, Some(title))] } else { Vec::new() },
                });
            }
        }
    }
    agenda
}

fn matter(item: &Item, title: Option<&str>) -> Matter {
    Matter {
        title: title.unwrap_or(&item.title).to_owned(),
        rapporteur: item.institution.clone(),
        theme: item.theme.map(|theme| theme.to_string()),
        paper: item.paper.as_ref().map(|(label, url)| Paper { label: label.clone(), url: Some(url.clone()) }),
        proposal: None,
    }
}

/// The themes in the order of the agenda.
fn themes(material: &Material, today: NaiveDate) -> Vec<Theme> {
    let placed: Vec<Placed<AgendaItemId>> = material
        .items
        .iter()
        .map(|item| Placed { id: item.id, parent: item.parent, position: item.position })
        .collect();
    let mut seen = BTreeSet::new();
    numbered(&placed)
        .into_iter()
        .filter_map(|(id, _)| material.items.iter().find(|item| item.id == id)?.theme)
        .filter(|theme| seen.insert(*theme))
        .filter_map(|id| material.themes.iter().find(|theme| theme.id == id))
        .filter(|theme| is_presentable(theme.status))
        .map(|theme| sheet(material, theme, today))
        .collect()
}

fn sheet(material: &Material, theme: &Subject, today: NaiveDate) -> Theme {
    let all: Vec<&Met> = theme.met.iter().collect();
    let counted = count(&all);
    let told = shown(counted, READERS);
    let recommended = theme.options.iter().find(|option| option.is_recommended);
    let town = |met: &Met| material.municipalities.get(&met.municipality_id).cloned().unwrap_or_default();
    let area = |met: &Met| material.need_areas.get(&met.need_area).unwrap_or(&met.need_area).clone();
    let (areas, towns) = (told_by(&all, area), told_by(&all, town));
    let town_count = towns.len();
    let breakdowns = [("Nach Bedarfslage", areas), ("Nach Stadt oder Gemeinde", towns)];
    Theme {
        key: theme.id.to_string(),
        title: theme.title.clone(),
        description: theme.description.clone(),
        status: status(theme.status).to_owned(),
        facts: vec![
            ("Nummer".to_owned(), theme.number.to_string()),
            ("Reichweite".to_owned(), reach(theme.reach).to_owned()),
        ],
        unanswered_meetings: theme.unanswered_meetings,
        evidence: vec![
            Evidence {
                label: "Fälle mit dieser Hürde".to_owned(),
                figure: Figure::from(told.map(u64::from)),
                note: None,
            },
            Evidence {
                label: format!("Städte und Gemeinden mit mindestens {} Fällen", READERS.threshold()),
                figure: Figure::from(told.and_then(|_| u64::try_from(town_count).ok())),
                note: Some(format!("von {}", material.municipalities.len())),
            },
        ],
        months: Some(months(&all, today)),
        breakdowns: breakdowns.into_iter().filter_map(|(title, bars)| breakdown(title, bars)).collect(),
        cost: Some(cost(material, &all, today)),
        options: theme.options.iter().map(choice).collect(),
        owner: recommended.and_then(|option| option.owner.clone()),
        due_on: recommended.and_then(|option| option.due_on),
        former: theme.former.iter().map(former).collect(),
    }
}

/// Cases, each once.
fn count(met: &[&Met]) -> Counted {
    let cases: BTreeMap<CaseId, i32> = met.iter().map(|met| (met.case_id, met.cell_key)).collect();
    Counted {
        cases: u32::try_from(cases.len()).unwrap_or(u32::MAX),
        keys: cases.values().map(|key| i64::from(*key)).sum(),
    }
}

fn figure(met: &[&Met]) -> Figure {
    Figure::from(shown(count(met), READERS).map(u64::from))
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The last twelve months up to the present one.
fn months(all: &[&Met], today: NaiveDate) -> Columns {
    let this = first_of_month(today);
    let columns = (0..MONTHS).rev().filter_map(|back| this.checked_sub_months(Months::new(back)));
    let column = |month: NaiveDate| {
        let met: Vec<&Met> = all.iter().copied().filter(|met| first_of_month(met.raised_on) == month).collect();
        (month, figure(&met))
    };
    Columns { title: "Fälle mit neu gemeldeten Hürden je Monat".to_owned(), months: columns.map(column).collect() }
}

/// The counts that can be told, highest first. Of the others nothing is said, not even that there are some: a bar without a
/// number would tell that somebody is there.
fn told_by(all: &[&Met], by: impl Fn(&Met) -> String) -> Vec<(String, Figure)> {
    let mut groups: BTreeMap<String, Vec<&Met>> = BTreeMap::new();
    for met in all {
        groups.entry(by(met)).or_default().push(met);
    }
    let told = |(name, met): (String, Vec<&Met>)| shown(count(&met), READERS).map(|told| (told, name));
    let mut bars: Vec<(u32, String)> = groups.into_iter().filter_map(told).collect();
    bars.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    bars.into_iter().map(|(told, name)| (name, Figure::Shown(u64::from(told)))).collect()
}

/// The highest bars; one alone would only say again what all are.
fn breakdown(title: &str, mut bars: Vec<(String, Figure)>) -> Option<Breakdown> {
    bars.truncate(BARS_MAXIMUM);
    (bars.len() > 1).then(|| Breakdown { title: title.to_owned(), bars })
}

/// What the barriers of the last year cost.
fn cost(material: &Material, all: &[&Met], today: NaiveDate) -> Cost {
    let since = today.checked_sub_months(Months::new(MONTHS)).unwrap_or(today);
    let met: Vec<&Met> = all.iter().copied().filter(|met| met.raised_on > since).collect();
    let counted = count(&met);
    let amount = |of: fn(&Met) -> i32, unit: i64| {
        let sum: i64 = met.iter().map(|met| i64::from(of(met))).sum();
        Figure::from(shown_amount(sum, counted, READERS, unit).and_then(|amount| u64::try_from(amount).ok()))
    };
    let cents = |cents: i32| u64::try_from(cents).unwrap_or(0);
    Cost {
        minutes: amount(|met| met.minutes_lost, 60),
        cents_per_hour: cents(material.hour_cost_cents),
        delay_days: amount(|met| met.delay_days, 10),
        cents_per_delay_day: cents(material.delay_day_cost_cents),
    }
}

fn choice(option: &Choosable) -> Choice {
    let mut words: Vec<String> = option.description.iter().cloned().collect();
    if !option.is_recommended {
        words.extend(option.owner.iter().map(|owner| format!("Zuständig: {owner}.")));
        words.extend(option.due_on.map(|day| format!("Bis {}.", german::day(day))));
    }
    let cents = |cents: Option<i64>| cents.and_then(|cents| u64::try_from(cents).ok());
    Choice {
        title: option.title.clone(),
        description: words.join(" "),
        once_cents: cents(option.once_cents),
        yearly_cents: cents(option.yearly_cents),
        recommended: option.is_recommended,
    }
}

fn former(former: &Former) -> FormerDecision {
    let outcomes: Vec<String> = former
        .actions
        .iter()
        .map(|action| {
            let day = |word: &str, day: Option<NaiveDate>| match day {
                Some(day) => format!("{word} {}", german::day(day)),
                None => word.split(' ').next().unwrap_or_default().to_owned(),
            };
            let standing = match action.status {
                ActionItemStatus::Open => day("Offen bis", action.due_on),
                ActionItemStatus::Done => day("Erledigt am", action.settled_on),
                ActionItemStatus::Dropped => day("Aufgegeben am", action.settled_on),
            };
            action.result.as_ref().map_or_else(|| format!("{standing}."), |result| format!("{standing}: {result}"))
        })
        .collect();
    FormerDecision {
        decided_on: former.decided_on,
        text: former.text.clone(),
        outcome: if outcomes.is_empty() { "Kein Auftrag erteilt.".to_owned() } else { outcomes.join(" ") },
    }
}

pub(super) const fn status(status: ThemeStatus) -> &'static str {
    match status {
        ThemeStatus::Signal => "Signal",
        ThemeStatus::Proposed => "vorgeschlagen",
        ThemeStatus::UnderReview => "in Prüfung",
        ThemeStatus::Confirmed => "bestätigt",
        ThemeStatus::Prioritised => "priorisiert",
        ThemeStatus::InWork => "in Arbeit",
        ThemeStatus::Decided => "entschieden",
        ThemeStatus::Implemented => "umgesetzt",
        ThemeStatus::Evaluated => "ausgewertet",
        ThemeStatus::ForwardedToState => "an das Land weitergegeben",
        ThemeStatus::Rejected => "abgelehnt",
        ThemeStatus::Merged => "zusammengeführt",
        ThemeStatus::Parked => "ruht",
    }
}

const fn reach(reach: ThemeReach) -> &'static str {
    match reach {
        ThemeReach::OneMunicipality => "eine Stadt oder Gemeinde",
        ThemeReach::SeveralMunicipalities => "mehrere Städte und Gemeinden",
        ThemeReach::District => "Kreis",
        ThemeReach::State => "Land",
        ThemeReach::Federal => "Bund",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::{DateTime, NaiveDate};
    use entity::codes::{ThemeReach, ThemeStatus};
    use entity::ids::{AgendaItemId, CaseId, Identifier, MunicipalityId, ThemeId};

    use super::{Item, Material, Met, Subject, breakdown, count, figure, months, pack, told_by, waiting};
    use crate::domain::bodies::theme::is_presentable;
    use crate::domain::structure::figure::Counted;
    use crate::print::Figure;

    fn met(case_id: CaseId, month: u32, area: &str) -> Met {
        Met {
            case_id,
            cell_key: 7,
            raised_on: NaiveDate::from_ymd_opt(2023, month, 28).unwrap(),
            need_area: area.to_owned(),
            municipality_id: MunicipalityId::new(),
            minutes_lost: 60,
            delay_days: 7,
        }
    }

    #[test]
    fn a_case_counts_once_however_many_barriers_it_met() {
        let case = CaseId::new();
        let twice = [met(case, 3, "HOUSING"), met(case, 4, "HOUSING")];
        let twice: Vec<&Met> = twice.iter().collect();
        assert_eq!((count(&twice).cases, count(&twice).keys), (1, 7));
    }

    #[test]
    fn few_cases_stay_untold_in_every_part_of_a_sheet() {
        let few: Vec<Met> = (0..4).map(|_| met(CaseId::new(), 3, "HOUSING")).collect();
        let few: Vec<&Met> = few.iter().collect();
        assert_eq!(figure(&few), Figure::Hidden);
        let day = NaiveDate::from_ymd_opt(2023, 5, 9).unwrap();
        let columns = months(&few, day);
        assert_eq!(columns.months.len(), 12);
        assert_eq!(columns.months.first().unwrap().0, NaiveDate::from_ymd_opt(2022, 6, 1).unwrap());
        assert!(columns.months.iter().all(|(_, figure)| *figure == Figure::Hidden), "no month tells of none either");
    }

    #[test]
    fn what_waits_for_a_body_is_told_rounded_and_not_at_all_if_it_is_little() {
        let (name, told) = waiting(Counted { cases: 4, keys: 28 });
        assert_eq!(name, "Offene Hürden");
        assert_eq!(told, "k.\u{a0}A. (zu wenige, um eine Zahl zu nennen)");
        let (_, told) = waiting(Counted { cases: 20, keys: 140 });
        let number: u32 = told.split(' ').next().unwrap().parse().unwrap();
        assert!(number.is_multiple_of(5) && (15..=25).contains(&number), "{told}");
    }

    #[test]
    fn what_may_not_be_put_to_a_body_gets_no_sheet() {
        for status in ThemeStatus::ALL {
            let id = ThemeId::new();
            let item = Item {
                id: AgendaItemId::new(),
                parent: None,
                position: 1,
                title: "Punkt".to_owned(),
                description: None,
                proposal: None,
                institution: None,
                theme: Some(id),
                paper: None,
            };
            let subject = Subject {
                id,
                number: 1,
                title: "Thema".to_owned(),
                description: "Worum es geht".to_owned(),
                status: *status,
                reach: ThemeReach::District,
                unanswered_meetings: 0,
                met: Vec::new(),
                options: Vec::new(),
                former: Vec::new(),
            };
            let material = Material {
                district: String::new(),
                publisher: String::new(),
                body: String::new(),
                is_public: false,
                title: String::new(),
                starts_at: DateTime::UNIX_EPOCH,
                place: None,
                was_invited: true,
                items: vec![item],
                themes: vec![subject],
                waiting: None,
                hour_cost_cents: 0,
                delay_day_cost_cents: 0,
                need_areas: BTreeMap::new(),
                municipalities: BTreeMap::new(),
            };
            let made = pack(&material, NaiveDate::from_ymd_opt(2023, 5, 9).unwrap());
            assert_eq!(made.themes.len(), usize::from(is_presentable(*status)), "{status:?}");
            assert_eq!(made.items.len(), 1, "the item stays");
        }
    }

    #[test]
    fn a_group_of_few_is_not_named_at_all() {
        let mut all: Vec<Met> = (0..9).map(|_| met(CaseId::new(), 3, "WORK")).collect();
        all.extend((0..1).map(|_| met(CaseId::new(), 3, "CHILDCARE")));
        all.extend((0..4).map(|_| met(CaseId::new(), 3, "HOUSING")));
        let all: Vec<&Met> = all.iter().collect();
        let found = told_by(&all, |met| met.need_area.clone());
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["WORK"]);
        assert!(breakdown("Nach Bedarfslage", found).is_none(), "one bar says nothing new");
    }
}
