//! The documents as pages. Nothing in them is fetched, nothing runs, and every text is escaped.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::chart::{Bars, Columns};
use super::markdown::{Block, Inline, Side};
use super::view;

const STYLE: &str = include_str!("style.css");

/// The drawing of upright bars, in units of its view box.
mod plot {
    pub const LEFT: u32 = 34;
    pub const WIDTH: u32 = 606;
    pub const TOP: u32 = 18;
    pub const HEIGHT: u32 = 130;
    pub const BOX: &str = "0 0 640 186";
}

fn shell(title: &str, district: &str, publisher: &str, issued: &str, class: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="de" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body class=(class) {
                header.top { bdi { (district) } bdi { (publisher) } }
                main { (body) }
                footer.end { "Stand der Angaben: " (issued) }
            }
        }
    };
    page.into_string()
}

fn facts(facts: &[view::Fact]) -> Markup {
    html! {
        dl.facts { @for fact in facts { dt { bdi { (fact.name) } } dd dir="auto" { (fact.value) } } }
    }
}

fn marking(marking: Option<&String>) -> Markup {
    html! { @if let Some(text) = marking { p.marking dir="auto" { (text) } } }
}

pub fn meeting(meeting: &view::Meeting) -> String {
    let body = html! {
        section.sheet {
            p.kicker { "Sitzungsunterlage" }
            h1 dir="auto" { (meeting.body) }
            (marking(meeting.marking.as_ref()))
            (facts(&meeting.facts))
            h2 { "Tagesordnung" }
            (agenda(&meeting.items))
            @if !meeting.themes.is_empty() {
                h3 { "Themenblätter" }
                nav aria-label="Themenblätter" {
                    ol { @for theme in &meeting.themes { li { a href={ "#blatt-" (theme.number) } dir="auto" { (theme.title) } } } }
                }
            }
        }
        @for theme in &meeting.themes { (sheet(theme, &meeting.figures_note)) }
        (decisions(meeting))
    };
    shell(&meeting.title, &meeting.district, &meeting.publisher, &meeting.issued, "meeting", &body)
}

fn agenda(items: &[view::Item]) -> Markup {
    html! {
        @if items.is_empty() {
            p { "Die Tagesordnung ist leer." }
        } @else {
            ol.agenda {
                @for item in items {
                    li {
                        span.no { span.unseen { "Tagesordnungspunkt " } bdi { (item.number) } }
                        div {
                            div.what dir="auto" { (item.title) }
                            @if !item.matters.is_empty() {
                                ol { @for matter in &item.matters { (self::matter(matter)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn matter(matter: &view::Matter) -> Markup {
    html! {
        li {
            @if !matter.letter.is_empty() { (matter.letter) " " }
            bdi { (matter.title) }
            span.aside {
                @if let Some(who) = &matter.rapporteur { " · " bdi { (who) } }
                @if let Some(paper) = &matter.paper {
                    " · Vorlage "
                    @match &paper.url {
                        Some(url) => a href=(url) rel="noopener noreferrer nofollow" { bdi { (paper.label) } },
                        None => bdi { (paper.label) },
                    }
                }
                @if let Some(number) = matter.sheet {
                    " · " a href={ "#blatt-" (number) } { "Themenblatt " (number) }
                }
            }
        }
    }
}

fn sheet(theme: &view::Theme, note: &str) -> Markup {
    html! {
        section.sheet id={ "blatt-" (theme.number) } {
            p.kicker {
                "Themenblatt " (theme.number)
                @if let Some(item) = &theme.item { " · " bdi { (item) } }
            }
            h2 dir="auto" { (theme.title) }
            ul.tags {
                @if let Some(unanswered) = &theme.unanswered { li.alert { (unanswered) } }
                @for tag in &theme.tags { li { bdi { (tag.name) } ": " strong { bdi { (tag.value) } } } }
            }
            @for paragraph in &theme.description { p.lines dir="auto" { (paragraph) } }
            div.pair {
                @if !theme.evidence.is_empty() { (evidence(&theme.evidence)) }
                @if let Some(cost) = &theme.cost { (self::cost(cost)) }
            }
            @if let Some(months) = &theme.months { (columns(months)) }
            @if !theme.breakdowns.is_empty() {
                div.pair { @for breakdown in &theme.breakdowns { (bars(breakdown)) } }
            }
            @if theme.counts { p.aside { (note) } }
            @if !theme.options.is_empty() { (options(&theme.options)) }
            @if theme.owner.is_some() || theme.due.is_some() {
                div.owner {
                    p { b { "Vorgeschlagen zur Übernahme" } bdi { (theme.owner.as_deref().unwrap_or("–")) } }
                    p { b { "Bis" } (theme.due.as_deref().unwrap_or("–")) }
                }
            }
            @if !theme.former.is_empty() { (former(&theme.former)) }
        }
    }
}

fn evidence(rows: &[view::Row]) -> Markup {
    html! {
        div {
            h3 { "Belege" }
            table {
                thead { tr { th scope="col" { "Gezählt" } th.number scope="col" { "Anzahl" } } }
                tbody {
                    @for row in rows {
                        tr {
                            th scope="row" dir="auto" {
                                (row.label)
                                @if let Some(note) = &row.note { " " span.aside { "(" bdi { (note) } ")" } }
                            }
                            td.number { (figure(&row.value, row.hidden)) }
                        }
                    }
                }
            }
        }
    }
}

fn figure(value: &str, hidden: bool) -> Markup {
    html! {
        @if hidden { abbr title="nicht ausgewiesen" { (value) } } @else { (value) }
    }
}

fn cost(cost: &view::Cost) -> Markup {
    html! {
        div {
            h3 { "Was Nichtstun kostet" }
            div.cost {
                @match &cost.amount {
                    Some(amount) => p.amount { (amount) " " span.aside { "im Jahr" } },
                    None => p { strong { "Nicht bezifferbar" } ", weil Angaben verdeckt sind." },
                }
                table {
                    tbody {
                        @for line in &cost.lines {
                            tr { th scope="row" { (line.name) br; span.aside { (line.basis) } } td.number { (line.amount) } }
                        }
                    }
                }
            }
        }
    }
}

fn columns(chart: &Columns) -> Markup {
    let count = u32::try_from(chart.columns.len()).unwrap_or(1).max(1);
    let slot = plot::WIDTH / count;
    let width = (slot * 6 / 10).clamp(4, 44);
    let height = |size: u32| size.saturating_mul(plot::HEIGHT) / 1000;
    let base = plot::TOP + plot::HEIGHT;
    html! {
        h3 { (chart.title) }
        figure {
            svg viewBox=(plot::BOX) role="img" aria-label=(chart.alternative) {
                @for tick in &chart.ticks {
                    line.grid x1=(plot::LEFT) x2=(plot::LEFT + plot::WIDTH) y1=(base - height(tick.at)) y2=(base - height(tick.at)) {}
                    text.axis x=(plot::LEFT - 6) y=(base - height(tick.at) + 4) text-anchor="end" { (tick.label) }
                }
                @for (index, column) in (0_u32..).zip(&chart.columns) {
                    @let middle = plot::LEFT + slot * index + slot / 2;
                    rect class=(if column.hidden { "hidden" } else { "full" }) x=(middle - width / 2)
                        y=(base - height(column.size)) width=(width) height=(height(column.size)) {}
                    text x=(middle) y=(base - height(column.size) - 4) text-anchor="middle" { (column.value) }
                    text.axis x=(middle) y=(base + 16) text-anchor="middle" { (column.short) }
                    text.axis x=(middle) y=(base + 31) text-anchor="middle" { (column.year) }
                }
                line.base x1=(plot::LEFT) x2=(plot::LEFT + plot::WIDTH) y1=(base) y2=(base) {}
            }
            details {
                summary { "Werte als Tabelle" }
                table {
                    caption { (chart.title) }
                    thead { tr { th scope="col" { "Monat" } th.number scope="col" { "Anzahl" } } }
                    tbody {
                        @for column in &chart.columns {
                            tr { th scope="row" { (column.name) } td.number { (figure(&column.value, column.hidden)) } }
                        }
                    }
                }
            }
        }
    }
}

fn bars(chart: &Bars) -> Markup {
    html! {
        div {
            h3 { bdi { (chart.title) } }
            table.bars {
                thead.unseen { tr { th scope="col" { "Bereich" } td {} th scope="col" { "Anzahl" } } }
                tbody {
                    @for bar in &chart.bars {
                        tr {
                            th scope="row" dir="auto" { (bar.name) }
                            td.draw {
                                svg viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true" {
                                    rect class=(if bar.hidden { "hidden" } else { "full" }) x="0" y="10" width=(bar.size) height="80" {}
                                }
                            }
                            td.number { (figure(&bar.value, bar.hidden)) }
                        }
                    }
                }
            }
        }
    }
}

fn options(options: &[view::Choices]) -> Markup {
    html! {
        h3 { "Handlungsmöglichkeiten" }
        table {
            thead {
                tr {
                    th scope="col" { span.unseen { "Buchstabe" } }
                    th scope="col" { "Möglichkeit" }
                    th.number scope="col" { "einmalig" }
                    th.number scope="col" { "im Jahr" }
                }
            }
            tbody {
                @for option in options {
                    tr {
                        td { (option.letter) }
                        th scope="row" dir="auto" {
                            (option.title)
                            @if option.recommended { " " span.recommended { "✓ vorgeschlagen" } }
                            @if !option.description.is_empty() { br; span.aside { (option.description) } }
                        }
                        td.number { (option.once) }
                        td.number { (option.yearly) }
                    }
                }
            }
        }
    }
}

fn former(former: &[view::Former]) -> Markup {
    html! {
        h3 { "Was aus früheren Beschlüssen wurde" }
        table {
            thead { tr { th scope="col" { "vom" } th scope="col" { "Beschluss" } th scope="col" { "Ergebnis" } } }
            tbody {
                @for decision in former {
                    tr { td.day { (decision.day) } td dir="auto" { (decision.text) } td dir="auto" { (decision.outcome) } }
                }
            }
        }
    }
}

fn decisions(meeting: &view::Meeting) -> Markup {
    html! {
        section.sheet {
            p.kicker { bdi { (meeting.body) } ", " (meeting.day) }
            h2 { "Beschlussblatt" }
            @for decision in &meeting.decisions {
                div.decision {
                    h3 { "TOP " bdi { (decision.number) } " " bdi { (decision.title) } }
                    @if decision.proposals.is_empty() { p.aside { "Kein Beschluss vorgesehen." } }
                    @for proposal in &decision.proposals {
                        @if let Some(about) = &proposal.about { p { strong { bdi { (about) } } } }
                        @for paragraph in &proposal.text { p.lines dir="auto" { (paragraph) } }
                        (votes())
                    }
                }
            }
            div.signatures { @for name in ["Ort, Datum", "Vorsitz", "Schriftführung"] { p { (name) } } }
        }
    }
}

fn votes() -> Markup {
    html! {
        ul.votes {
            @for vote in ["Ja", "Nein", "Enthaltung"] { li { (vote) span.box {} } }
            li { "Handzeichen" span.rule {} }
        }
    }
}

pub fn report(report: &view::Report) -> String {
    let body = html! {
        article.sheet {
            p.kicker { bdi { (report.genre) } }
            h1 dir="auto" { (report.title) }
            (marking(report.marking.as_ref()))
            (facts(&report.facts))
            @if report.contents && !report.sections.is_empty() {
                nav aria-label="Inhalt" {
                    h2 { "Inhalt" }
                    ol {
                        @for (number, section) in (1_usize..).zip(&report.sections) {
                            li { a href={ "#abschnitt-" (number) } dir="auto" { (section.title) } }
                        }
                    }
                }
            }
            @for (number, section) in (1_usize..).zip(&report.sections) {
                section id={ "abschnitt-" (number) } {
                    h2 { @if report.contents { (number) " " } bdi { (section.title) } }
                    @for block in &section.blocks { (self::block(block)) }
                }
            }
        }
    };
    let title = format!("{} {}", report.genre, report.title);
    shell(&title, &report.district, &report.publisher, &report.issued, "report", &body)
}

fn block(block: &Block) -> Markup {
    html! {
        @match block {
            Block::Heading { level, body } => (heading(*level, &inlines(body))),
            Block::Paragraph { body } => p dir="auto" { (inlines(body)) },
            Block::Code { text } => pre dir="auto" { (text) },
            Block::Quote { blocks } => blockquote { @for inner in blocks { (self::block(inner)) } },
            Block::List { start: Some(start), items } => ol start=(start) { (self::items(items)) },
            Block::List { start: None, items } => ul { (self::items(items)) },
            Block::Table { sides, head, rows, .. } => (table(sides, head, rows)),
            Block::Rule => hr;,
        }
    }
}

fn heading(level: u8, body: &Markup) -> Markup {
    html! {
        @match level {
            0..=3 => h3 { (body) },
            4 => h4 { (body) },
            5 => h5 { (body) },
            _ => h6 { (body) },
        }
    }
}

/// An item of a single paragraph stands without it: a tight list.
fn items(items: &[Vec<Block>]) -> Markup {
    html! {
        @for item in items {
            li dir="auto" {
                @for inner in item {
                    @match inner {
                        Block::Paragraph { body } if item.len() == 1 => (inlines(body)),
                        inner => (block(inner)),
                    }
                }
            }
        }
    }
}

fn side(sides: &[Side], index: usize) -> &'static str {
    match sides.get(index) {
        Some(Side::Center) => "center",
        Some(Side::End) => "number",
        Some(Side::Start) | None => "start",
    }
}

fn table(sides: &[Side], head: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>]) -> Markup {
    html! {
        table {
            thead { tr { @for (index, cell) in head.iter().enumerate() { th scope="col" class=(side(sides, index)) { (inlines(cell)) } } } }
            tbody {
                @for row in rows {
                    tr { @for (index, cell) in row.iter().enumerate() { td dir="auto" class=(side(sides, index)) { (inlines(cell)) } } }
                }
            }
        }
    }
}

fn inlines(body: &[Inline]) -> Markup {
    html! {
        @for inline in body {
            @match inline {
                Inline::Text { text } => (text),
                Inline::Code { text } => code { (text) },
                Inline::Emphasis { body } => em { (inlines(body)) },
                Inline::Strong { body } => strong { (inlines(body)) },
                Inline::Struck { body } => s { (inlines(body)) },
                Inline::Link { url, body } => a href=(url) rel="noopener noreferrer nofollow" { (inlines(body)) },
                Inline::Break => br;,
            }
        }
    }
}
