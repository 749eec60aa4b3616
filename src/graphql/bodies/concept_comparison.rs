//! Two editions of the concept beside each other.

use async_graphql::{Context, Object, SimpleObject};

use super::concept::ConceptDocument;
use super::concept_section::ConceptSection;
use crate::domain::bodies::comparison::{self, ConceptLineChange, ConceptSectionChange, Passage};
use crate::error::Failure;
use crate::graphql::connection::{List, RelationArguments, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::loaders::ConceptSectionsOf;
use crate::store::bodies::concept::Concept;
use crate::store::bodies::concept_section::Section;

/// `ConceptComparison` of the schema; the description that its readers see stands on the `impl`.
pub struct ConceptComparison {
    /// The edition before.
    pub before: Concept,
    /// The edition after.
    pub after: Concept,
}

/// `ConceptSectionComparison` of the schema; the description that its readers see stands on the `impl`.
pub struct ConceptSectionComparison {
    before: Option<Section>,
    after: Option<Section>,
    change: ConceptSectionChange,
    is_moved: bool,
}

/// A line of a section, as it differs between two editions.
#[derive(SimpleObject)]
pub struct ConceptLine {
    /// What became of it.
    change: ConceptLineChange,
    /// What it says.
    text: String,
    /// Its number in the text before, from 1; null if it was not there.
    number_before: Option<i32>,
    /// Its number in the text after, from 1; null if it is not there any more.
    number_after: Option<i32>,
}

impl From<comparison::Line> for ConceptLine {
    fn from(line: comparison::Line) -> Self {
        let number = |number: Option<usize>| number.and_then(|number| i32::try_from(number).ok());
        Self {
            change: line.change,
            text: line.text,
            number_before: number(line.before),
            number_after: number(line.after),
        }
    }
}

impl ConceptSectionComparison {
    /// Either of the two is there.
    fn any(&self) -> Option<&Section> {
        self.after.as_ref().or(self.before.as_ref())
    }
}

fn passages(sections: &[Section]) -> Vec<Passage<'_>> {
    sections.iter().map(|row| Passage { key: &row.key, title: &row.title, text: &row.text }).collect()
}

/// What differs from one edition of the concept to another. Sections are recognised by their `key`, whatever their heading and
/// place.
#[Object]
impl ConceptComparison {
    /// The edition before.
    async fn before(&self) -> ConceptDocument {
        ConceptDocument(self.before.clone())
    }

    /// The edition after.
    async fn after(&self) -> ConceptDocument {
        ConceptDocument(self.after.clone())
    }

    /// The sections of both, in the order of the edition after; what was removed stands behind what it followed.
    async fn sections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<ConceptSectionComparison>, Failure> {
        let (old, new) = (ConceptSectionsOf(self.before.id), ConceptSectionsOf(self.after.id));
        let (old, new) = futures_util::try_join!(ctx.load(old), ctx.load(new))?;
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        let compared = comparison::sections(&passages(&old), &passages(&new));
        let section = |of: &[Section], place: Option<usize>| place.and_then(|place| of.get(place)).cloned();
        let rows: Vec<ConceptSectionComparison> = compared
            .into_iter()
            .map(|row| ConceptSectionComparison {
                before: section(&old, row.before),
                after: section(&new, row.after),
                change: row.change,
                is_moved: row.is_moved,
            })
            .collect();
        let arguments = RelationArguments { first, after };
        let list = format!("comparison {} {}", self.before.id, self.after.id);
        let id = |row: &ConceptSectionComparison| row.any().map(|section| section.id.0).unwrap_or_default();
        connect_loaded(ctx, &list, &arguments, rows, id, |row| row)
    }
}

/// A section of one of two editions of the concept, or of both.
#[Object]
impl ConceptSectionComparison {
    /// What it is recognised by.
    async fn key(&self) -> &str {
        self.any().map(|section| section.key.as_str()).unwrap_or_default()
    }

    /// What became of it.
    async fn change(&self) -> ConceptSectionChange {
        self.change
    }

    /// Whether it stands in another place among the sections that both editions have.
    async fn is_moved(&self) -> bool {
        self.is_moved
    }

    /// As it read before; null if it was added.
    async fn before(&self) -> Option<ConceptSection> {
        self.before.clone().map(ConceptSection)
    }

    /// As it reads after; null if it was removed.
    async fn after(&self) -> Option<ConceptSection> {
        self.after.clone().map(ConceptSection)
    }

    /// The lines in which the texts differ, with up to three around them; empty if the text is the same. All lines of a
    /// section that was added or removed. Numbers that do not follow each other show that lines between them are left out.
    async fn lines(&self) -> Vec<ConceptLine> {
        let text = |section: &Option<Section>| section.as_ref().map(|row| row.text.clone()).unwrap_or_default();
        let lines = comparison::lines(&text(&self.before), &text(&self.after));
        lines.into_iter().map(ConceptLine::from).collect()
    }
}
