//! An edition of the concept as it is printed, with what its reader may be told of it.

use chrono::NaiveDate;
use entity::codes::{ConceptPositionKind, ConceptStatus};

use super::concept::is_overdue;
use crate::print::german::day;
use crate::print::{Report, Section};

/// What is printed of an edition.
#[derive(Clone, Debug)]
pub struct Edition {
    /// The name of the district.
    pub district: String,
    /// Who publishes it.
    pub publisher: String,
    /// What it is called.
    pub title: String,
    /// Which edition it is, from 1.
    pub number: i32,
    /// Where it stands.
    pub status: ConceptStatus,
    /// When it was adopted.
    pub adopted_on: Option<NaiveDate>,
    /// The words of the decision that adopted it, as far as the reader sees the decision.
    pub decision: Option<String>,
    /// Until when the participants answer.
    pub respond_by: Option<NaiveDate>,
    /// Who takes part.
    pub participants: Vec<Party>,
    /// What is to be reached.
    pub milestones: Vec<Target>,
    /// Headings and texts in Markdown.
    pub sections: Vec<(String, String)>,
}

/// Who takes part.
#[derive(Clone, Debug)]
pub struct Party {
    /// The institution.
    pub institution: String,
    /// The function in it.
    pub function: String,
    /// What is thought of the edition.
    pub position: Told,
}

/// What the reader is told of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nothing: the reader takes no part.
    Nothing,
    /// That there is none yet.
    Missing,
    /// Which it is.
    Position(ConceptPositionKind),
}

/// A milestone.
#[derive(Clone, Debug)]
pub struct Target {
    /// What is to be reached.
    pub title: String,
    /// Until when.
    pub due_on: NaiveDate,
    /// When it was reached.
    pub reached_on: Option<NaiveDate>,
}

impl Edition {
    /// What its file is called, without an ending.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.title, self.number)
    }

    /// The document, as of a day.
    #[must_use]
    pub fn report(self, today: NaiveDate) -> Report {
        let facts = self.facts(today);
        let (status, marking) = standing(self.status);
        Report {
            district: self.district,
            publisher: self.publisher,
            kind: "Konzept".to_owned(),
            title: self.title,
            version: Some(format!("Ausgabe {} ({status})", self.number)),
            dated: self.adopted_on.unwrap_or(today),
            facts,
            marking: marking.map(str::to_owned),
            contents: true,
            sections: self.sections.into_iter().map(|(title, markdown)| Section { title, markdown }).collect(),
        }
    }

    fn facts(&self, today: NaiveDate) -> Vec<(String, String)> {
        let mut facts = Vec::new();
        let mut tell = |name: &str, value: String| facts.push((name.to_owned(), value));
        if let Some(adopted_on) = self.adopted_on {
            let words = self.decision.as_ref().map(|words| format!(": {words}")).unwrap_or_default();
            tell("Beschluss", format!("{}{words}", day(adopted_on)));
        }
        if let (ConceptStatus::InConsultation, Some(respond_by)) = (self.status, self.respond_by) {
            tell("Rückmeldung", format!("bis {}", day(respond_by)));
        }
        for party in &self.participants {
            let who = format!("{} ({})", party.institution, party.function);
            tell("Beteiligt", position(party.position).map_or_else(|| who.clone(), |told| format!("{who}: {told}")));
        }
        for target in &self.milestones {
            let state = match target.reached_on {
                Some(reached) => format!("erreicht am {}", day(reached)),
                None if is_overdue(self.status, target.due_on, None, today) => "überfällig".to_owned(),
                None => "offen".to_owned(),
            };
            tell("Meilenstein", format!("bis {}: {} ({state})", day(target.due_on), target.title));
        }
        facts
    }
}

/// Where it stands, and what has to stand on top of an edition that is not in force.
const fn standing(status: ConceptStatus) -> (&'static str, Option<&'static str>) {
    match status {
        ConceptStatus::Draft => ("Entwurf", Some("Entwurf")),
        ConceptStatus::InConsultation => ("in Abstimmung", Some("Entwurf zur Abstimmung")),
        ConceptStatus::Adopted => ("beschlossen", None),
        ConceptStatus::Superseded => ("abgelöst", Some("Abgelöst durch eine spätere Ausgabe")),
        ConceptStatus::Withdrawn => ("zurückgezogen", Some("Zurückgezogen")),
    }
}

const fn position(told: Told) -> Option<&'static str> {
    match told {
        Told::Nothing => None,
        Told::Missing => Some("noch keine Position"),
        Told::Position(ConceptPositionKind::Agree) => Some("stimmt zu"),
        Told::Position(ConceptPositionKind::AgreeWithReservation) => Some("stimmt mit Vorbehalt zu"),
        Told::Position(ConceptPositionKind::Object) => Some("lehnt ab"),
    }
}
