//! What stands in the documents, ready in words: the page and the printer only lay it out. Texts are cleaned here of what
//! could not be seen or would reorder what stands around it.

use serde::Serialize;

use super::chart::{Bars, Columns};
use super::german;
use super::markdown::{self, Block};
use super::{Choice, Evidence, Figure};

/// Addresses are not longer than this.
const LONGEST_ADDRESS: usize = 2_000;

/// Whether a character shows nothing and has no business in a document: controls, embeddings that reorder text, tags.
fn is_unseen(char: char) -> bool {
    matches!(char,
        '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// A text of several lines.
pub fn block(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            char if is_unseen(char) => {}
            char => out.push(char),
        }
    }
    out
}

/// A text of one line.
pub fn line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|char: char| char.is_whitespace() && char != '\u{a0}' && char != '\u{202f}').collect();
    let mut out = String::with_capacity(text.len());
    for word in words {
        let word: String = word.chars().filter(|char| !is_unseen(*char)).collect();
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&word);
    }
    out
}

/// A heading has to be there, for those who move from heading to heading.
pub fn heading(text: &str) -> String {
    let text = line(text);
    if text.chars().any(char::is_alphanumeric) { text } else { format!("{text} (ohne Titel)").trim_start().to_owned() }
}

fn paragraphs(text: &str) -> Vec<String> {
    let text = block(text).replace('\t', " ");
    let mut paragraphs = vec![String::new()];
    for line in text.lines() {
        if line.trim().is_empty() {
            paragraphs.push(String::new());
        } else if let Some(last) = paragraphs.last_mut() {
            if !last.is_empty() {
                last.push('\n');
            }
            last.push_str(line.trim());
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

fn some_line(text: Option<&String>) -> Option<String> {
    text.map(|text| line(text)).filter(|text| !text.is_empty())
}

/// An address that may become a link: of the web or of mail, and not one that only looks like another.
pub fn address(typed: &str) -> Option<String> {
    let typed = typed.trim();
    if typed.len() > LONGEST_ADDRESS
        || typed.chars().any(|char| char.is_whitespace() || char.is_control() || is_unseen(char))
    {
        return None;
    }
    let (scheme, rest) = typed.split_once(':')?;
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => {
            let host = rest.strip_prefix("//")?.split(['/', '?', '#', '\\']).next()?;
            if host.is_empty() || host.contains('@') {
                return None;
            }
        }
        "mailto" if rest.contains('@') => {}
        _ => return None,
    }
    let mut out = String::with_capacity(typed.len());
    for byte in typed.bytes() {
        match byte {
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x80.. => {
                out.push_str(&format!("%{byte:02X}"))
            }
            byte => out.push(char::from(byte)),
        }
    }
    Some(out)
}

/// A name and its value.
#[derive(Debug, Serialize)]
pub struct Fact {
    pub name: String,
    pub value: String,
}

impl Fact {
    fn of(name: &str, value: &str) -> Self {
        Self { name: line(name), value: line(value) }
    }

    fn list(facts: &[(String, String)]) -> Vec<Self> {
        facts.iter().map(|(name, value)| Self::of(name, value)).filter(|fact| !fact.value.is_empty()).collect()
    }
}

#[derive(Debug, Serialize)]
pub struct Meeting {
    pub title: String,
    pub district: String,
    pub publisher: String,
    pub body: String,
    pub session: Option<String>,
    pub marking: Option<String>,
    pub day: String,
    pub short_day: String,
    pub facts: Vec<Fact>,
    pub issued: String,
    pub items: Vec<Item>,
    pub themes: Vec<Theme>,
    pub decisions: Vec<Decision>,
    pub figures_note: String,
}

#[derive(Debug, Serialize)]
pub struct Item {
    pub number: String,
    pub title: String,
    pub matters: Vec<Matter>,
}

#[derive(Debug, Serialize)]
pub struct Matter {
    /// "a)", if there are several.
    pub letter: String,
    pub title: String,
    pub rapporteur: Option<String>,
    pub paper: Option<Paper>,
    /// The number of the sheet.
    pub sheet: Option<usize>,
}

#[derive(Debug, Serialize)]
pub struct Paper {
    pub label: String,
    pub url: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Theme {
    pub number: usize,
    pub title: String,
    /// "TOP 5 a)"
    pub item: Option<String>,
    pub description: Vec<String>,
    pub tags: Vec<Fact>,
    pub unanswered: Option<String>,
    pub evidence: Vec<Row>,
    pub months: Option<Columns>,
    pub breakdowns: Vec<Bars>,
    pub cost: Option<Cost>,
    pub options: Vec<Choices>,
    pub owner: Option<String>,
    pub due: Option<String>,
    pub former: Vec<Former>,
    pub counts: bool,
}

#[derive(Debug, Serialize)]
pub struct Row {
    pub label: String,
    pub value: String,
    pub hidden: bool,
    pub note: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Cost {
    pub amount: Option<String>,
    pub lines: Vec<CostLine>,
}

#[derive(Debug, Serialize)]
pub struct CostLine {
    pub name: String,
    pub basis: String,
    pub amount: String,
}

#[derive(Debug, Serialize)]
pub struct Choices {
    pub letter: String,
    pub title: String,
    pub description: String,
    pub once: String,
    pub yearly: String,
    pub recommended: bool,
}

#[derive(Debug, Serialize)]
pub struct Former {
    pub day: String,
    pub text: String,
    pub outcome: String,
}

#[derive(Debug, Serialize)]
pub struct Decision {
    pub number: String,
    pub title: String,
    pub proposals: Vec<Proposal>,
}

#[derive(Debug, Serialize)]
pub struct Proposal {
    /// "a) Chancen-Aufenthaltsrecht", if it is about one of several matters.
    pub about: Option<String>,
    pub text: Vec<String>,
}

/// a), b), … z), then 27), 28), …
fn letter(index: usize) -> String {
    u8::try_from(index)
        .ok()
        .filter(|index| *index < 26)
        .map_or_else(|| format!("{})", index.saturating_add(1)), |index| format!("{})", char::from(b'a' + index)))
}

impl Meeting {
    pub fn of(pack: &super::MeetingPack) -> Self {
        let session = some_line(pack.session.as_ref());
        let body = heading(&pack.body);
        let mut facts = Vec::new();
        if let Some(session) = &session {
            facts.push(Fact::of("Sitzung", session));
        }
        let day = german::full_day(pack.held_on);
        facts.push(Fact::of("Tag", &day));
        if let Some(time) = pack.starts_at {
            facts.push(Fact::of("Beginn", &german::time(time)));
        }
        facts.push(Fact::of("Ort", &pack.place));
        facts.extend(Fact::list(&pack.facts));
        facts.retain(|fact| !fact.value.is_empty());
        Self {
            title: format!("Sitzungsunterlage {body}, {}", german::day(pack.held_on)),
            district: line(&pack.district),
            publisher: line(&pack.publisher),
            body,
            session,
            marking: some_line(pack.marking.as_ref()),
            day,
            short_day: german::day(pack.held_on),
            facts,
            issued: german::day(pack.issued_on),
            items: pack.items.iter().map(|item| Item::of(item, &pack.themes)).collect(),
            themes: pack.themes.iter().enumerate().map(|(index, theme)| Theme::of(index, theme, &pack.items)).collect(),
            decisions: pack.items.iter().map(Decision::of).collect(),
            figures_note: format!(
                "Zum Schutz der Personen sind Zahlen auf Vielfache von {} gerundet und unter {} nicht angegeben \
                 ({}\u{a0}=\u{a0}keine Angabe). Was unter dieser Zahl liegt, ist in den Aufteilungen nicht genannt; Summen können deshalb abweichen. Gestrichelte Balken haben immer dieselbe Größe.",
                german::number(pack.rounded_to),
                german::number(pack.smallest_shown),
                german::HIDDEN,
            ),
        }
    }
}

impl Item {
    fn of(item: &super::AgendaItem, themes: &[super::Theme]) -> Self {
        let several = item.matters.len() > 1;
        Self {
            number: line(&item.number),
            title: line(&item.title),
            matters: item
                .matters
                .iter()
                .enumerate()
                .map(|(index, matter)| Matter {
                    letter: if several { letter(index) } else { String::new() },
                    title: line(&matter.title),
                    rapporteur: some_line(matter.rapporteur.as_ref()),
                    paper: matter
                        .paper
                        .as_ref()
                        .map(|paper| Paper { label: line(&paper.label), url: paper.url.as_deref().and_then(address) }),
                    sheet: matter
                        .theme
                        .as_ref()
                        .and_then(|key| themes.iter().position(|theme| theme.key == *key))
                        .map(|index| index.saturating_add(1)),
                })
                .collect(),
        }
    }
}

impl Theme {
    fn of(index: usize, theme: &super::Theme, items: &[super::AgendaItem]) -> Self {
        let item = items.iter().find_map(|item| {
            let place = item.matters.iter().position(|matter| matter.theme.as_ref() == Some(&theme.key))?;
            let letter = if item.matters.len() > 1 { format!(" {}", letter(place)) } else { String::new() };
            Some(format!("TOP\u{a0}{}{letter}", line(&item.number)))
        });
        let mut tags = Vec::new();
        tags.push(Fact::of("Stand", &theme.status));
        tags.extend(Fact::list(&theme.facts));
        let months = theme.months.as_ref().filter(|months| !months.months.is_empty()).map(Columns::of);
        let breakdowns: Vec<Bars> =
            theme.breakdowns.iter().filter(|breakdown| !breakdown.bars.is_empty()).map(Bars::of).collect();
        let evidence: Vec<Row> = theme.evidence.iter().map(Row::of).collect();
        let cost = theme.cost.as_ref().map(Cost::of);
        let counts = !evidence.is_empty() || months.is_some() || !breakdowns.is_empty() || cost.is_some();
        Self {
            number: index.saturating_add(1),
            title: heading(&theme.title),
            item,
            description: paragraphs(&theme.description),
            tags,
            unanswered: match theme.unanswered_meetings {
                0 => None,
                1 => Some("In einer Sitzung ohne Antwort geblieben".to_owned()),
                many => Some(format!("Unbeantwortet seit {many} Sitzungen")),
            },
            evidence,
            months,
            breakdowns,
            cost,
            options: theme.options.iter().enumerate().map(|(index, choice)| Choices::of(index, choice)).collect(),
            owner: some_line(theme.owner.as_ref()),
            due: theme.due_on.map(german::long_day),
            former: theme
                .former
                .iter()
                .map(|former| Former {
                    day: german::day(former.decided_on),
                    text: line(&former.text),
                    outcome: line(&former.outcome),
                })
                .collect(),
            counts,
        }
    }
}

impl Row {
    fn of(evidence: &Evidence) -> Self {
        Self {
            label: line(&evidence.label),
            value: german::figure(evidence.figure),
            hidden: evidence.figure == Figure::Hidden,
            note: some_line(evidence.note.as_ref()),
        }
    }
}

impl Cost {
    fn of(cost: &super::Cost) -> Self {
        let amount = |cents: Option<u128>| cents.map_or_else(|| german::HIDDEN.to_owned(), german::about);
        Self {
            amount: cost.cents().map(german::about),
            lines: vec![
                CostLine {
                    name: "Arbeitszeit".to_owned(),
                    basis: format!(
                        "{} × {} je Stunde",
                        cost.minutes.count().map_or_else(|| german::HIDDEN.to_owned(), german::duration),
                        german::money(cost.cents_per_hour)
                    ),
                    amount: amount(cost.working_time_cents()),
                },
                CostLine {
                    name: "Verzögerung".to_owned(),
                    basis: format!(
                        "{}\u{a0}Tage × {} je Tag",
                        german::figure(cost.delay_days),
                        german::money(cost.cents_per_delay_day)
                    ),
                    amount: amount(cost.delay_cents()),
                },
            ],
        }
    }
}

impl Choices {
    fn of(index: usize, choice: &Choice) -> Self {
        let money = |cents: Option<u64>| cents.map_or_else(|| "–".to_owned(), german::money);
        Self {
            letter: letter(index).trim_end_matches(')').to_uppercase(),
            title: line(&choice.title),
            description: line(&choice.description),
            once: money(choice.once_cents),
            yearly: money(choice.yearly_cents),
            recommended: choice.recommended,
        }
    }
}

impl Decision {
    fn of(item: &super::AgendaItem) -> Self {
        let several = item.matters.len() > 1;
        let of_item = item.proposal.iter().map(|text| Proposal { about: None, text: paragraphs(text) });
        let of_matters = item.matters.iter().enumerate().filter_map(|(index, matter)| {
            let about = if several {
                Some(format!("{} {}", letter(index), line(&matter.title)))
            } else {
                Some(line(&matter.title)).filter(|title| *title != line(&item.title))
            };
            Some(Proposal { about, text: paragraphs(matter.proposal.as_ref()?) })
        });
        Self {
            number: line(&item.number),
            title: line(&item.title),
            proposals: of_item.chain(of_matters).filter(|proposal| !proposal.text.is_empty()).collect(),
        }
    }
}

#[derive(Debug, Serialize)]
pub struct Report {
    pub title: String,
    pub district: String,
    pub publisher: String,
    pub genre: String,
    pub marking: Option<String>,
    pub facts: Vec<Fact>,
    pub issued: String,
    pub contents: bool,
    pub sections: Vec<Section>,
}

#[derive(Debug, Serialize)]
pub struct Section {
    pub title: String,
    pub blocks: Vec<Block>,
}

impl Report {
    pub fn of(report: &super::Report) -> Self {
        let mut facts = vec![Fact::of("Stand", &german::long_day(report.dated))];
        if let Some(version) = some_line(report.version.as_ref()) {
            facts.push(Fact::of("Fassung", &version));
        }
        facts.extend(Fact::list(&report.facts));
        Self {
            title: heading(&report.title),
            district: line(&report.district),
            publisher: line(&report.publisher),
            genre: line(&report.kind),
            marking: some_line(report.marking.as_ref()),
            facts,
            issued: german::day(report.dated),
            contents: report.contents,
            sections: report
                .sections
                .iter()
                .map(|section| Section { title: heading(&section.title), blocks: markdown::read(&section.markdown, 3) })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_left_out() {
        assert_eq!(line(" a\u{202e}b\n\tc\u{0} d\u{e0041}\u{feff} "), "ab c d");
        assert_eq!(block("a\r\nb\rc\u{2028}d\u{2066}"), "a\nb\nc\nd");
        assert_eq!(paragraphs("a\nb\n \n\nc"), ["a\nb", "c"]);
    }

    #[test]
    fn addresses_that_only_look_like_others_are_no_links() {
        assert_eq!(address(" https://a.de/ü\"x ").as_deref(), Some("https://a.de/%C3%BC%22x"));
        assert_eq!(address("mailto:kim@kreis-coesfeld.de").as_deref(), Some("mailto:kim@kreis-coesfeld.de"));
        for hostile in
            ["https://bank.de@evil.org/", "https:///x", "http:x", "mailto:x", "ftp://a", "https://a b", "", "x"]
        {
            assert_eq!(address(hostile), None, "{hostile}");
        }
        assert_eq!(address(&format!("https://a.de/{}", "x".repeat(LONGEST_ADDRESS))), None);
    }

    #[test]
    fn matters_have_letters_and_then_numbers() {
        assert_eq!([letter(0), letter(25), letter(26)], ["a)", "z)", "27)"]);
    }
}
