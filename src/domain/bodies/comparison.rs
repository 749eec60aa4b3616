//! Two editions of a concept, section by section and line by line.

use std::collections::BTreeSet;
use std::time::Duration;

use async_graphql::Enum;
use similar::{Algorithm, ChangeTag, DiffOp, TextDiff, capture_diff_slices};

/// For how long the shortest difference of two texts is looked for; then a longer one does.
const PATIENCE: Duration = Duration::from_millis(100);

/// Lines that are shown around a difference.
const CONTEXT: usize = 3;

/// What became of a section from one edition to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum ConceptSectionChange {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// Its heading or its text reads differently. It may stand in another place as well: see `isMoved`.
    Changed,
    /// It reads the same in another place.
    Moved,
    /// It reads the same in the same place.
    Unchanged,
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum ConceptLineChange {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It is the same: shown around what differs.
    Unchanged,
}

/// A section as it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage<'a> {
    /// What it is recognised by.
    pub key: &'a str,
    /// Its heading.
    pub title: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// A section of one edition or of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Its place in the edition before.
    pub before: Option<usize>,
    /// Its place in the edition after.
    pub after: Option<usize>,
    /// What became of it.
    pub change: ConceptSectionChange,
    /// Whether it stands in another place among the sections that both have.
    pub is_moved: bool,
}

/// A line of one text or of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What became of it.
    pub change: ConceptLineChange,
    /// What it says, without its end.
    pub text: String,
    /// Its number in the text before, from 1.
    pub before: Option<usize>,
    /// Its number in the text after, from 1.
    pub after: Option<usize>,
}

/// Compares the sections of two editions, each with its own keys: in the order of the edition after; what was removed stands
/// behind what it followed.
#[must_use]
pub fn sections(before: &[Passage<'_>], after: &[Passage<'_>]) -> Vec<Compared> {
    let place_before = |key: &str| before.iter().position(|passage| passage.key == key);
    let moved = moved(before, after);
    let mut compared: Vec<Compared> = Vec::with_capacity(after.len());
    for (place, passage) in after.iter().enumerate() {
        let former = place_before(passage.key);
        let is_moved = moved.contains(passage.key);
        let change = match former.and_then(|former| before.get(former)) {
            None => ConceptSectionChange::Added,
            Some(former) if former != passage => ConceptSectionChange::Changed,
            Some(_) if is_moved => ConceptSectionChange::Moved,
            Some(_) => ConceptSectionChange::Unchanged,
        };
        compared.push(Compared { before: former, after: Some(place), change, is_moved });
    }
    for (place, passage) in before.iter().enumerate() {
        if after.iter().any(|other| other.key == passage.key) {
            continue;
        }
        let predecessor = place.checked_sub(1);
        let behind = predecessor
            .and_then(|predecessor| compared.iter().position(|row| row.before == Some(predecessor)))
            .map_or(0, |index| index.saturating_add(1));
        let change = ConceptSectionChange::Removed;
        compared.insert(behind, Compared { before: Some(place), after: None, change, is_moved: false });
    }
    compared
}

/// The keys of the sections that both editions have and that stand in another order: as few as explain it.
fn moved<'a>(before: &[Passage<'a>], after: &[Passage<'a>]) -> BTreeSet<&'a str> {
    let common = |of: &[Passage<'a>], other: &[Passage<'a>]| -> Vec<&'a str> {
        let is_there = |key: &str| other.iter().any(|passage| passage.key == key);
        of.iter().map(|passage| passage.key).filter(|key| is_there(key)).collect()
    };
    let (before, after) = (common(before, after), common(after, before));
    let mut moved: BTreeSet<&str> = after.iter().copied().collect();
    for operation in capture_diff_slices(Algorithm::Myers, &before, &after) {
        if let DiffOp::Equal { new_index, len, .. } = operation {
            for key in after.iter().skip(new_index).take(len) {
                moved.remove(key);
            }
        }
    }
    moved
}

/// The lines in which two texts differ, with a few around them; none if they are the same. The numbers of the lines show
/// where something between them is left out.
#[must_use]
pub fn lines(before: &str, after: &str) -> Vec<Line> {
    let differences = TextDiff::configure().timeout(PATIENCE).diff_lines(before, after);
    let number = |index: Option<usize>| index.map(|index| index.saturating_add(1));
    let operations = differences.grouped_ops(CONTEXT);
    operations
        .iter()
        .flatten()
        .flat_map(|operation| differences.iter_changes(operation))
        .map(|line| Line {
            change: match line.tag() {
                ChangeTag::Equal => ConceptLineChange::Unchanged,
                ChangeTag::Delete => ConceptLineChange::Removed,
                ChangeTag::Insert => ConceptLineChange::Added,
            },
            text: line.value().trim_end_matches(['\n', '\r']).to_owned(),
            before: number(line.old_index()),
            after: number(line.new_index()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{ConceptLineChange, ConceptSectionChange as Change, Passage, lines, sections};

    fn passage<'a>(key: &'a str, text: &'a str) -> Passage<'a> {
        Passage { key, title: "Titel", text }
    }

    fn passages(of: &BTreeMap<String, String>) -> Vec<Passage<'_>> {
        of.iter().map(|(key, text)| passage(key, text)).collect()
    }

    #[test]
    fn sections_are_added_removed_changed_and_moved() {
        let before = [passage("a", "1"), passage("b", "2"), passage("c", "3"), passage("d", "4")];
        let after = [passage("d", "4"), passage("a", "1"), passage("c", "3!"), passage("e", "5")];
        let found: Vec<_> =
            sections(&before, &after).iter().map(|row| (row.before, row.after, row.change, row.is_moved)).collect();
        assert_eq!(
            found,
            [
                (Some(3), Some(0), Change::Moved, true),
                (Some(0), Some(1), Change::Unchanged, false),
                (Some(1), None, Change::Removed, false),
                (Some(2), Some(2), Change::Changed, false),
                (None, Some(3), Change::Added, false),
            ]
        );
        let other_title = [Passage { title: "Anders", ..passage("a", "1") }];
        assert_eq!(sections(&before[..1], &other_title)[0].change, Change::Changed);
    }

    #[test]
    fn lines_that_differ_are_shown_with_a_few_around_them() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let after = "1\n2\n3\n4\nfünf\n6\n7\n8\n9\n";
        let found: Vec<_> =
            lines(before, after).into_iter().map(|line| (line.change, line.text, line.before, line.after)).collect();
        assert_eq!(found.first().unwrap(), &(ConceptLineChange::Unchanged, "2".to_owned(), Some(2), Some(2)));
        assert_eq!(found[3], (ConceptLineChange::Removed, "5".to_owned(), Some(5), None));
        assert_eq!(found[4], (ConceptLineChange::Added, "fünf".to_owned(), None, Some(5)));
        assert_eq!(found.len(), 8);
        assert!(lines(after, after).is_empty());
    }

    proptest! {
        #[test]
        fn each_section_of_both_editions_is_told_once_and_unmoved_ones_keep_their_order(
            before in proptest::collection::btree_map("[a-h]", "[xy]", 0..8),
            after in proptest::collection::btree_map("[a-h]", "[xy]", 0..8), turn in 0_usize..8, backwards in any::<bool>()
        ) {
            let (before, mut after) = (passages(&before), passages(&after));
            if !after.is_empty() {
                let by = turn % after.len();
                after.rotate_left(by);
                if backwards { after.reverse(); }
            }
            let compared = sections(&before, &after);
            let mut seen: Vec<usize> = compared.iter().filter_map(|row| row.before).collect();
            let unmoved: Vec<usize> = compared.iter().filter(|row| row.after.is_some() && !row.is_moved).filter_map(|row| row.before).collect();
            prop_assert!(unmoved.is_sorted());
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..before.len()).collect::<Vec<_>>());
            let places: Vec<usize> = compared.iter().filter_map(|row| row.after).collect();
            prop_assert_eq!(places, (0..after.len()).collect::<Vec<_>>());
            for row in sections(&after, &after) {
                prop_assert_eq!((row.change, row.is_moved), (Change::Unchanged, false));
            }
        }

        #[test]
        fn the_lines_told_are_those_of_the_texts(before in "([a-c]{1,2}\n){0,12}", after in "([a-c]{1,2}\n){0,12}") {
            let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
            let found = lines(&before, &after);
            for line in &found {
                if let Some(number) = line.before { prop_assert_eq!(old[number - 1], &line.text); }
                if let Some(number) = line.after { prop_assert_eq!(new[number - 1], &line.text); }
            }
            let count = |change| found.iter().filter(|line| line.change == change).count();
            prop_assert_eq!(old.len() + count(ConceptLineChange::Added), new.len() + count(ConceptLineChange::Removed));
            prop_assert_eq!(found.is_empty(), before == after);
        }
    }
}
