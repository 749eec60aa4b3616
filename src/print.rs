//! Documents for bodies, in German, as HTML and as PDF: the meeting pack, and the concept and minutes written in Markdown.
//! Pure: plain values in, a document out; the same values give the same bytes.
//!
//! Whatever was written by people is text in the document and never markup of it: the page escapes it, and the printer
//! (typst) gets it as data beside a template that is part of this program.

mod chart;
mod figure;
pub(crate) mod german;
mod markdown;
mod page;
mod press;
mod view;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use chrono::{NaiveDate, NaiveTime};

pub use figure::{Cost, Figure};

/// Why a document could not be printed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is more text than a document may have.
    #[error("the document has {bytes} bytes of text, at most {limit} can be printed")]
    TooLong {
        /// What there is.
        bytes: usize,
        /// What is possible.
        limit: usize,
    },
    /// The printer refused the document.
    #[error("the document could not be printed: {0}")]
    Refused(String),
    /// The printer broke down.
    #[error("the printer broke down")]
    BrokeDown,
}

/// A meeting and what its members need for it: agenda, one sheet for each theme, decision sheet.
#[derive(Clone, Debug)]
pub struct MeetingPack {
    /// Where: "Kreis Coesfeld".
    pub district: String,
    /// Who made the pack: "Kommunales Integrationszentrum".
    pub publisher: String,
    /// The body: "Steuerungsgruppe KIM".
    pub body: String,
    /// Which of its meetings, if they are counted: "3. Sitzung".
    pub session: Option<String>,
    /// The day of the meeting.
    pub held_on: NaiveDate,
    /// When it starts.
    pub starts_at: Option<NaiveTime>,
    /// Where it takes place.
    pub place: String,
    /// What has to stand on top, if anything: "Entwurf", "nicht öffentlich".
    pub marking: Option<String>,
    /// What else stands on top, below day and place: what waits for the body (name and value).
    pub facts: Vec<(String, String)>,
    /// The day as of which the figures hold; also the date in the PDF.
    pub issued_on: NaiveDate,
    /// The smallest count that is shown; named in the note on figures.
    pub smallest_shown: u64,
    /// Counts are multiples of this; named in the note on figures.
    pub rounded_to: u64,
    /// The agenda.
    pub items: Vec<AgendaItem>,
    /// The themes on the agenda, one sheet each.
    pub themes: Vec<Theme>,
}

/// An item of the agenda.
#[derive(Clone, Debug)]
pub struct AgendaItem {
    /// Its number, as the body counts: "5", "5.1".
    pub number: String,
    /// What it is about.
    pub title: String,
    /// The decision proposed for the item as a whole.
    pub proposal: Option<String>,
    /// The matters dealt with under it.
    pub matters: Vec<Matter>,
}

/// One of the matters under an item.
#[derive(Clone, Debug)]
pub struct Matter {
    /// What it is about.
    pub title: String,
    /// Who speaks to it.
    pub rapporteur: Option<String>,
    /// The key of the theme it belongs to.
    pub theme: Option<String>,
    /// The paper in the council information system.
    pub paper: Option<Paper>,
    /// The decision proposed.
    pub proposal: Option<String>,
}

/// A paper elsewhere. An address that is not http, https or mailto is shown but is no link.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Its number or name: "SV-10-0815".
    pub label: String,
    /// Its address.
    pub url: Option<String>,
}

/// A generative theme, as it stands before the meeting.
#[derive(Clone, Debug)]
pub struct Theme {
    /// What the matters of the agenda refer to; not shown.
    pub key: String,
    /// Its name.
    pub title: String,
    /// What it is about, in plain words; blank lines part paragraphs.
    pub description: String,
    /// Its status: "priorisiert".
    pub status: String,
    /// More that can be said in a word or two: reach, legal sphere, priority (name and value).
    pub facts: Vec<(String, String)>,
    /// How many meetings it has been on without an answer.
    pub unanswered_meetings: u32,
    /// The figures.
    pub evidence: Vec<Evidence>,
    /// How it developed.
    pub months: Option<Months>,
    /// How it spreads: over need areas, over municipalities.
    pub breakdowns: Vec<Breakdown>,
    /// What it costs each year if nothing is done.
    pub cost: Option<Cost>,
    /// What can be done.
    pub options: Vec<Choice>,
    /// Who should take it on.
    pub owner: Option<String>,
    /// By when.
    pub due_on: Option<NaiveDate>,
    /// What was decided before, and what became of it.
    pub former: Vec<FormerDecision>,
}

/// A figure with its name.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// What was counted.
    pub label: String,
    /// How many.
    pub figure: Figure,
    /// A word of explanation: "erwartet: 2,1".
    pub note: Option<String>,
}

/// Counts per month, in order.
#[derive(Clone, Debug)]
pub struct Months {
    /// What was counted: "Neu gemeldete Hürden".
    pub title: String,
    /// Any day of the month, and the count.
    pub months: Vec<(NaiveDate, Figure)>,
}

/// Counts per category.
#[derive(Clone, Debug)]
pub struct Breakdown {
    /// By what: "Nach Bedarfslage".
    pub title: String,
    /// The category and its count, in order.
    pub bars: Vec<(String, Figure)>,
}

/// Something that can be done about a theme.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its name.
    pub title: String,
    /// What it means.
    pub description: String,
    /// What it costs once.
    pub once_cents: Option<u64>,
    /// What it costs each year.
    pub yearly_cents: Option<u64>,
    /// Whether it is the one proposed.
    pub recommended: bool,
}

/// A decision of an earlier meeting.
#[derive(Clone, Debug)]
pub struct FormerDecision {
    /// When.
    pub decided_on: NaiveDate,
    /// What.
    pub text: String,
    /// What became of it.
    pub outcome: String,
}

/// A document in sections: the case-management concept, or minutes.
#[derive(Clone, Debug)]
pub struct Report {
    /// Where: "Kreis Coesfeld".
    pub district: String,
    /// Who made it.
    pub publisher: String,
    /// Of what kind it is: "Konzept", "Niederschrift".
    pub kind: String,
    /// Its name.
    pub title: String,
    /// Its version: "0.4 (Entwurf)".
    pub version: Option<String>,
    /// Its date, also the one in the PDF.
    pub dated: NaiveDate,
    /// What else stands on top: body, place, who was present (name and value).
    pub facts: Vec<(String, String)>,
    /// What has to stand on top, if anything: "Entwurf", "nicht öffentlich".
    pub marking: Option<String>,
    /// Whether the sections are numbered and listed at the beginning.
    pub contents: bool,
    /// Its text.
    pub sections: Vec<Section>,
}

/// A part of a document.
#[derive(Clone, Debug)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// Its text in Markdown: headings, paragraphs, lists, quotations, tables, emphasis, links. Anything else, HTML and
    /// pictures among it, is shown as it was typed.
    pub markdown: String,
}

impl MeetingPack {
    /// The pack as a page that needs nothing beside itself.
    #[must_use]
    pub fn html(&self) -> String {
        page::meeting(&view::Meeting::of(self))
    }

    /// The pack as a PDF. Takes a second or so of a core: not for an async worker.
    ///
    /// # Errors
    /// If there is too much text, or if the printer fails.
    pub fn pdf(&self) -> Result<Vec<u8>, Fault> {
        press::print(press::Template::Meeting, &view::Meeting::of(self), self.issued_on)
    }
}

impl Report {
    /// The document as a page that needs nothing beside itself.
    #[must_use]
    pub fn html(&self) -> String {
        page::report(&view::Report::of(self))
    }

    /// The document as a PDF. Takes a second or so of a core: not for an async worker.
    ///
    /// # Errors
    /// If there is too much text, or if the printer fails.
    pub fn pdf(&self) -> Result<Vec<u8>, Fault> {
        press::print(press::Template::Report, &view::Report::of(self), self.dated)
    }
}
