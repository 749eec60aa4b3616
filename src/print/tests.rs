//! The documents as a body would get them, and what hostile texts do to them: nothing.

use lopdf::Document;

use super::sample::{concept, on, pack};
use super::{
    AgendaItem, Breakdown, Choice, Cost, Evidence, Fault, Figure, FormerDecision, Matter, MeetingPack, Months, Paper,
    Report, Section, Theme,
};

fn read(pdf: &[u8]) -> Document {
    Document::load_mem(pdf).unwrap()
}

/// The text of each page, without the places where words may break.
fn pages(pdf: &[u8]) -> Vec<String> {
    let document = read(pdf);
    document
        .get_pages()
        .keys()
        .map(|page| {
            let text = document.extract_text(&[*page]).unwrap();
            text.chars().filter(|char| !char.is_whitespace() && !matches!(char, '\u{ad}' | '\u{200b}')).collect()
        })
        .collect()
}

/// The page without tags: what is read.
fn text_of(html: &str) -> String {
    let (_, body) = html.split_once("<body").unwrap();
    let mut out = String::new();
    let mut in_tag = false;
    for char in "<".chars().chain(body.chars()) {
        match char {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                if !out.ends_with('\n') {
                    out.push('\n');
                }
            }
            char if !in_tag => out.push(char),
            _ => {}
        }
    }
    let lines: Vec<&str> = out.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

#[test]
fn the_pack_reads_as_expected() {
    insta::assert_snapshot!(text_of(&pack().html()));
}

#[test]
fn the_concept_reads_as_expected() {
    insta::assert_snapshot!(text_of(&concept().html()));
}

#[test]
fn the_markup_of_a_sheet_is_the_reviewed_one() {
    let html = MeetingPack { items: Vec::new(), themes: pack().themes.split_off(1), ..pack() }.html();
    let (_, main) = html.split_once("<main>").unwrap();
    insta::assert_snapshot!(main.replace("><", ">\n<"));
}

#[test]
fn a_pack_has_a_title_page_a_page_for_each_theme_and_a_decision_sheet() {
    let pages = pages(&pack().pdf().unwrap());
    assert_eq!(pages.len(), 5, "{pages:#?}");
    for (page, expected) in [
        (0, "Tagesordnung"),
        (0, "Dienstag,14.November2023"),
        (1, "Chancen-Aufenthaltsrecht:"),
        (1, "60.334€"),
        (2, "Bürgergeld:Lücken"),
        (2, "Nichtbezifferbar"),
        (3, "Fachkräfteeinwanderung:"),
        (4, "Beschlussblatt"),
        (4, "Enthaltung"),
    ] {
        assert!(pages[page].contains(expected), "{expected} on page {}: {}", page + 1, pages[page]);
    }
}

#[test]
fn the_same_values_give_the_same_bytes() {
    assert_eq!(pack().pdf().unwrap(), pack().pdf().unwrap());
    assert_eq!(concept().pdf().unwrap(), concept().pdf().unwrap());
    let other = MeetingPack { place: "Anderswo".to_owned(), ..pack() };
    assert_ne!(pack().pdf().unwrap(), other.pdf().unwrap());
}

/// PDF/A-2a and PDF/UA-1: kept for good, and read aloud.
fn is_lasting(pdf: &[u8]) -> bool {
    let text = String::from_utf8_lossy(pdf);
    text.contains("pdfaid:part") && text.contains("pdfuaid:part")
}

#[test]
fn documents_are_made_to_last_and_to_be_read_aloud() {
    assert!(is_lasting(&pack().pdf().unwrap()));
    assert!(is_lasting(&concept().pdf().unwrap()));
}

#[test]
fn the_page_fetches_nothing_and_runs_nothing() {
    for html in [pack().html(), concept().html()] {
        for forbidden in ["<script", "<img", "<iframe", "<object", "<link", "url(", "@import", "javascript:", " on"] {
            let found = html
                .find(forbidden)
                .filter(|_| forbidden != " on" || html.contains(" onload=") || html.contains(" onclick="));
            assert_eq!(found, None, "{forbidden}");
        }
        assert!(html.contains("<html lang=\"de\">") && html.contains("default-src 'none'"));
    }
}

#[test]
fn hidden_figures_are_nowhere_in_the_page() {
    let mut pack = pack();
    let theme = pack.themes.first_mut().unwrap();
    theme.cost.as_mut().unwrap().minutes = Figure::Hidden;
    let html = pack.html();
    assert!(html.contains("Nicht bezifferbar") && !html.contains("60.334"));
}

const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"><foreignObject/></svg>",
    "![x](javascript:alert(1)) [y](javascript:alert(2)) <javascript:alert(3)> [z](data:text/html;base64,PHNjcmlwdD4=)",
    "#import \"@preview/x:1.0.0\" #read(\"/etc/passwd\") #eval(\"1\") #panic() $ x $ `raw` <label> @ref *a* _b_ = h",
    "#set text(size: 200pt)\n= Überschrift\n- a\n+ b\n/ c: d",
    "]] }} ) \\ \" ' ` ~ \\u{202e} \u{202e}rechts\u{2066}links \u{feff}\u{0}\u{7}\u{e0041}",
    "👩‍👩‍👧‍👦 🏳️‍🌈 😀 中文字符 हिन्दी ไทย",
    "أحمد عبد الله שלום עולם mixed مختلط",
    "a\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308} Z\u{335}\u{336}",
    "&lt;b&gt; &#8238; &#x202e; &#0; &nbsp; &unknown;",
    "https://example.org/a?b=<c>&d=\"e\"",
    "{{7*7}} ${jndi:ldap://x} %s %n ../../etc/passwd",
    "\n\n\n",
    "",
];

fn hostile_texts() -> Vec<String> {
    let mut texts: Vec<String> = HOSTILE.iter().map(|&text| text.to_owned()).collect();
    texts.push("Donaudampfschifffahrtsgesellschaft".repeat(40));
    texts.push("W".repeat(600));
    texts.push("\u{200d}".repeat(300));
    texts.push("wort ".repeat(400));
    texts
}

/// A pack that has the text everywhere.
fn all_over(text: &str) -> MeetingPack {
    let t = || text.to_owned();
    let theme = |key: &str| Theme {
        key: key.to_owned(),
        title: t(),
        description: t(),
        status: t(),
        facts: vec![(t(), t())],
        unanswered_meetings: u32::MAX,
        evidence: vec![Evidence { label: t(), figure: Figure::Shown(u64::MAX), note: Some(t()) }],
        months: Some(Months {
            title: t(),
            months: (0..40)
                .map(|n| (on(2020 + n / 12, u32::try_from(n % 12).unwrap() + 1, 1), Figure::Shown(u64::MAX)))
                .collect(),
        }),
        breakdowns: vec![Breakdown { title: t(), bars: vec![(t(), Figure::Hidden), (t(), Figure::Shown(0))] }; 3],
        cost: Some(Cost {
            minutes: Figure::Shown(u64::MAX),
            cents_per_hour: u64::MAX,
            delay_days: Figure::Shown(u64::MAX),
            cents_per_delay_day: u64::MAX,
        }),
        options: vec![Choice {
            title: t(),
            description: t(),
            once_cents: Some(u64::MAX),
            yearly_cents: None,
            recommended: true,
        }],
        owner: Some(t()),
        due_on: Some(on(9999, 12, 31)),
        former: vec![FormerDecision { decided_on: on(2023, 1, 1), text: t(), outcome: t() }],
    };
    MeetingPack {
        district: t(),
        publisher: t(),
        body: t(),
        session: Some(t()),
        held_on: on(2023, 1, 1),
        starts_at: None,
        place: t(),
        marking: Some(t()),
        facts: vec![("Offene Hürden".to_owned(), t())],
        issued_on: on(2023, 1, 1),
        smallest_shown: 5,
        rounded_to: 5,
        items: vec![AgendaItem {
            number: t(),
            title: t(),
            proposal: Some(t()),
            matters: vec![
                Matter {
                    title: t(),
                    rapporteur: Some(t()),
                    theme: Some(t()),
                    paper: Some(Paper { label: t(), url: Some(t()) }),
                    proposal: Some(t()),
                };
                2
            ],
        }],
        themes: vec![theme("a"), theme(text)],
    }
}

fn report(markdown: &str) -> Report {
    Report {
        district: markdown.to_owned(),
        publisher: markdown.to_owned(),
        kind: markdown.to_owned(),
        title: markdown.to_owned(),
        version: Some(markdown.to_owned()),
        facts: vec![(markdown.to_owned(), markdown.to_owned())],
        marking: Some(markdown.to_owned()),
        sections: vec![
            Section { title: markdown.to_owned(), markdown: markdown.to_owned() },
            Section {
                title: String::new(),
                markdown: format!(
                    "> - 1. {markdown}\n\n| {markdown} | b |\n|---|:-:|\n| c | {markdown} |\n\n**{markdown}**"
                ),
            },
        ],
        ..concept()
    }
}

/// Every tag and attribute that there may be. Whatever else is in a page came from a text.
fn assert_only_known_markup(html: &str) {
    const TAGS: &[&str] = &[
        "!DOCTYPE",
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "bdi",
        "main",
        "footer",
        "section",
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "dl",
        "dt",
        "dd",
        "ol",
        "ul",
        "li",
        "span",
        "div",
        "nav",
        "a",
        "strong",
        "em",
        "s",
        "code",
        "pre",
        "blockquote",
        "hr",
        "br",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "abbr",
        "figure",
        "svg",
        "line",
        "rect",
        "text",
        "details",
        "summary",
        "article",
        "b",
    ];
    for tag in html.split('<').skip(1) {
        let name: String =
            tag.trim_start_matches('/').chars().take_while(|char| char.is_alphanumeric() || *char == '!').collect();
        assert!(TAGS.contains(&name.as_str()), "<{}", tag.chars().take(60).collect::<String>());
        let (inside, _) = tag.split_once('>').unwrap();
        let mut outside_quotes = String::new();
        let mut quoted = false;
        for char in inside.chars() {
            if char == '"' {
                quoted = !quoted;
            } else if !quoted {
                outside_quotes.push(char);
            }
        }
        assert!(!quoted, "{inside}");
        assert!(!outside_quotes.split_whitespace().any(|attribute| attribute.starts_with("on")), "{inside}");
        if let Some((_, href)) = inside.split_once("href=\"") {
            assert!(["#", "https://", "http://", "mailto:"].iter().any(|start| href.starts_with(start)), "{inside}");
        }
    }
}

/// Nothing in a document acts but links to the web, to mail and within it.
fn assert_no_action(document: &Document) {
    for object in document.objects.values() {
        let Ok(dictionary) = object.as_dict() else { continue };
        for forbidden in [b"JS".as_slice(), b"AA", b"OpenAction", b"EmbeddedFiles"] {
            assert!(!dictionary.has(forbidden), "{dictionary:?}");
        }
        if let Ok(action) = dictionary.get(b"A").and_then(lopdf::Object::as_dict) {
            let kind = action.get(b"S").and_then(lopdf::Object::as_name).unwrap();
            assert!(kind == b"URI" || kind == b"GoTo", "{action:?}");
            if let Ok(uri) = action.get(b"URI").and_then(lopdf::Object::as_str) {
                let uri = String::from_utf8_lossy(uri);
                assert!(["https://", "http://", "mailto:"].iter().any(|start| uri.starts_with(start)), "{uri}");
            }
        }
    }
}

#[test]
fn hostile_text_stays_text_on_the_page() {
    for text in hostile_texts() {
        for html in [all_over(&text).html(), report(&text).html()] {
            assert_only_known_markup(&html);
            assert!(
                !html.chars().any(|char| matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{0}'))
            );
        }
    }
}

#[test]
fn hostile_text_is_printed_and_stays_text() {
    for text in hostile_texts() {
        for pdf in [all_over(&text).pdf().unwrap(), report(&text).pdf().unwrap()] {
            assert!(is_lasting(&pdf), "{}", text.chars().take(60).collect::<String>());
            assert_no_action(&read(&pdf));
            assert!(read(&pdf).get_pages().len() < 200, "{}", text.chars().take(60).collect::<String>());
        }
    }
    let markup = HOSTILE[4];
    let printed = pages(&report(markup).pdf().unwrap()).concat();
    assert!(printed.contains("#read(\"/etc/passwd\")"), "{printed}");
}

#[test]
fn depth_and_width_do_not_break_the_printer() {
    let list: String = (0..120).map(|depth| format!("{}- p\n", "  ".repeat(depth))).collect();
    let columns = "| a ".repeat(100);
    let table = format!("{columns}|\n{}|\n{columns}|", "|---".repeat(100));
    let all = format!("{}x\n\n{list}\n\n{table}\n\n{}x{}", "> ".repeat(3_000), "**_".repeat(500), "_**".repeat(500));
    let pdf = report("a").with_markdown(&all).pdf().unwrap();
    assert!(is_lasting(&pdf));
}

#[test]
fn an_empty_pack_is_still_a_document() {
    let empty = MeetingPack { items: Vec::new(), themes: Vec::new(), ..pack() };
    assert!(empty.html().contains("Die Tagesordnung ist leer."));
    assert_eq!(pages(&empty.pdf().unwrap()).len(), 2);
    let blank = Report { sections: Vec::new(), ..concept() };
    assert_eq!(pages(&blank.pdf().unwrap()).len(), 1);
}

#[test]
fn a_book_is_refused_by_the_printer() {
    let book = concept().with_markdown(&"wort ".repeat(500_000));
    assert!(matches!(book.pdf(), Err(Fault::TooLong { limit: 2_000_000, .. })));
}

impl Report {
    fn with_markdown(self, markdown: &str) -> Self {
        Self { sections: vec![Section { title: "Abschnitt".to_owned(), markdown: markdown.to_owned() }], ..self }
    }
}
