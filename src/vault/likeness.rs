//! Why two persons may be one: field by field, with the reason. Pure; it shows, a human being decides.

use chrono::{Datelike as _, NaiveDate};

use super::normal_form::{Birth, Person, Word, plain, words};

/// From this score on a hint is given: equal names suffice when no birth date speaks against it, and so does an equal
/// birth date with names that only sound alike.
pub const HINT_SCORE_MINIMUM: u8 = 60;

/// A field that was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ComparedField {
    /// Family name.
    FamilyName,
    /// Given names.
    GivenNames,
    /// A former name of one person and the family name or a former name of the other.
    FormerNames,
    /// Birth date.
    BirthDate,
}

/// In which way two values agree, the closest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Agreement {
    /// The same but for case and blanks.
    Exact,
    /// The same name in another spelling: umlauts, marks, another script, particles, hyphens.
    OtherSpelling,
    /// Names: a letter or two mistyped. Dates: one digit differs, or two neighbouring ones are exchanged.
    Slip,
    /// Dates: day and month are exchanged.
    DayAndMonthSwapped,
    /// Names: they sound alike.
    SameSound,
    /// Names: at least one word is the same, and others are missing or differ.
    InPart,
    /// Dates: the year is the same.
    SameYear,
    /// They differ, which speaks against the same person.
    Differs,
}

/// How one field agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldAgreement {
    /// The field.
    pub field: ComparedField,
    /// In which way it agrees.
    pub agreement: Agreement,
    /// Whether the names agree crosswise: the family name of one person is the given name of the other. The field is
    /// then the one of the first person.
    pub is_swapped: bool,
    /// What it adds to the score; negative when it speaks against the same person.
    pub points: i16,
}

/// What speaks for two persons being the same, and against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// One entry per field that both persons have.
    pub agreements: Vec<FieldAgreement>,
    /// From 0 (nothing in common, or too much against it) to 100 (all of it exactly the same).
    pub score: u8,
}

impl Comparison {
    /// Whether the two may be the same person.
    #[must_use]
    pub fn is_hint(&self) -> bool {
        self.score >= HINT_SCORE_MINIMUM
    }
}

const FAMILY_NAME_POINTS: i16 = 35;
const GIVEN_NAMES_POINTS: i16 = 30;
const BIRTH_DATE_POINTS: i16 = 35;
/// Marriage changes family names, hardly anything changes given names.
const OTHER_FAMILY_NAME_POINTS: i16 = -25;
const OTHER_GIVEN_NAMES_POINTS: i16 = -30;
const OTHER_BIRTH_DATE_POINTS: i16 = -30;

/// Compares two persons. The score does not depend on which one comes first.
#[must_use]
pub fn compare(a: &Person<'_>, b: &Person<'_>) -> Comparison {
    let mut agreements = compare_names(a, b);
    if let (Some(a), Some(b)) = (a.birth, b.birth) {
        agreements.push(compare_births(a, b));
    }
    let sum: i16 = agreements.iter().map(|agreement| agreement.points).sum();
    Comparison { agreements, score: u8::try_from(sum.clamp(0, 100)).unwrap_or(0) }
}

struct Name {
    plain: String,
    words: Vec<Word>,
}

impl Name {
    fn new(text: &str) -> Self {
        Self { plain: plain(text), words: words(text) }
    }

    fn as_one_word(&self) -> String {
        self.words.iter().map(Word::usual).collect()
    }
}

fn compare_names(a: &Person<'_>, b: &Person<'_>) -> Vec<FieldAgreement> {
    let [a_family, a_given, a_former] = [a.family_name, a.given_names, a.former_names].map(Name::new);
    let [b_family, b_given, b_former] = [b.family_name, b.given_names, b.former_names].map(Name::new);

    let mut straight = Vec::new();
    straight.extend(agreement(&a_family, &b_family).map(|found| family_name(found, false)));
    straight.extend(agreement(&a_given, &b_given).map(|found| given_names(found, false)));
    let former = [(&a_family, &b_former), (&a_former, &b_family), (&a_former, &b_former)];
    let former = former.into_iter().filter_map(|(one, other)| agreement(one, other)).min();
    if let Some(found) = former.filter(|found| *found != Agreement::Differs)
        && let Some(family) = straight.iter_mut().find(|entry| entry.field == ComparedField::FamilyName)
        && family.agreement > found
    {
        // The former name explains why the family name differs.
        family.points = family.points.max(0);
        let points = scaled(FAMILY_NAME_POINTS, found) * 9 / 10 - family.points;
        straight.push(FieldAgreement {
            field: ComparedField::FormerNames,
            agreement: found,
            is_swapped: false,
            points: points.max(0),
        });
    }

    let crosswise = agreement(&a_family, &b_given).zip(agreement(&a_given, &b_family));
    if let Some((family, given)) = crosswise
        && family != Agreement::Differs
        && given != Agreement::Differs
    {
        let swapped = vec![family_name(family, true), given_names(given, true)];
        if points(&swapped) > points(&straight) {
            return swapped;
        }
    }
    straight
}

fn points(agreements: &[FieldAgreement]) -> i16 {
    agreements.iter().map(|agreement| agreement.points).sum()
}

fn family_name(agreement: Agreement, is_swapped: bool) -> FieldAgreement {
    let points = match agreement {
        Agreement::Differs => OTHER_FAMILY_NAME_POINTS,
        // The mean of both fields, so that the score does not depend on which person comes first.
        _ if is_swapped => scaled(i16::midpoint(FAMILY_NAME_POINTS, GIVEN_NAMES_POINTS), agreement),
        _ => scaled(FAMILY_NAME_POINTS, agreement),
    };
    FieldAgreement { field: ComparedField::FamilyName, agreement, is_swapped, points }
}

fn given_names(agreement: Agreement, is_swapped: bool) -> FieldAgreement {
    let points = match agreement {
        Agreement::Differs => OTHER_GIVEN_NAMES_POINTS,
        _ if is_swapped => scaled(i16::midpoint(FAMILY_NAME_POINTS, GIVEN_NAMES_POINTS), agreement),
        _ => scaled(GIVEN_NAMES_POINTS, agreement),
    };
    FieldAgreement { field: ComparedField::GivenNames, agreement, is_swapped, points }
}

fn scaled(points: i16, agreement: Agreement) -> i16 {
    let percent = match agreement {
        Agreement::Exact => 100,
        Agreement::OtherSpelling => 96,
        Agreement::Slip | Agreement::DayAndMonthSwapped => 80,
        Agreement::SameSound => 70,
        Agreement::InPart => 60,
        Agreement::SameYear => 30,
        Agreement::Differs => 0,
    };
    points * percent / 100
}

/// How two names agree; nothing when one of them is blank.
fn agreement(a: &Name, b: &Name) -> Option<Agreement> {
    if a.words.is_empty() || b.words.is_empty() {
        return None;
    }
    if a.plain == b.plain {
        return Some(Agreement::Exact);
    }
    if a.as_one_word() == b.as_one_word() {
        return Some(Agreement::OtherSpelling);
    }
    let best = |words: &[Word], others: &[Word]| -> Vec<Option<Agreement>> {
        words.iter().map(|word| others.iter().filter_map(|other| word_agreement(word, other)).min()).collect()
    };
    let [of_a, of_b] = [best(&a.words, &b.words), best(&b.words, &a.words)];
    let worst = |found: &[Option<Agreement>]| found.iter().copied().collect::<Option<Vec<_>>>()?.into_iter().max();
    Some(match (worst(&of_a), worst(&of_b)) {
        (Some(one), Some(other)) => one.max(other),
        _ if of_a.iter().chain(&of_b).flatten().any(|found| *found <= Agreement::OtherSpelling) => Agreement::InPart,
        _ => Agreement::Differs,
    })
}

fn word_agreement(a: &Word, b: &Word) -> Option<Agreement> {
    if a.spellings.iter().any(|spelling| b.spellings.contains(spelling)) {
        Some(Agreement::OtherSpelling)
    } else if is_slip(a.usual(), b.usual()) {
        Some(Agreement::Slip)
    } else if a.sounds.iter().any(|sound| b.sounds.contains(sound)) {
        Some(Agreement::SameSound)
    } else {
        None
    }
}

/// One letter mistyped in a word of five or more, two in one of nine or more.
fn is_slip(a: &str, b: &str) -> bool {
    let shorter = a.chars().count().min(b.chars().count());
    let allowed = match shorter {
        0..5 => return false,
        5..9 => 1,
        _ => 2,
    };
    strsim::osa_distance(a, b) <= allowed
}

fn compare_births(a: Birth, b: Birth) -> FieldAgreement {
    let agreement = match (a, b) {
        (Birth::Day(one), Birth::Day(other)) if one == other => Agreement::Exact,
        (Birth::Day(one), Birth::Day(_)) if b.swapped() == Some(one) => Agreement::DayAndMonthSwapped,
        (Birth::Day(one), Birth::Day(other)) if is_slip_of_date(one, other) => Agreement::Slip,
        _ if a.year() == b.year() => Agreement::SameYear,
        _ => Agreement::Differs,
    };
    let is_first_of_january = |birth: Birth| matches!(birth, Birth::Day(day) if day.ordinal() == 1);
    let points = match agreement {
        Agreement::Differs => OTHER_BIRTH_DATE_POINTS,
        // Registered for many whose birthday is not known: it says little more than the year.
        Agreement::Exact if is_first_of_january(a) => BIRTH_DATE_POINTS * 2 / 3,
        Agreement::SameYear if is_first_of_january(a) || is_first_of_january(b) => BIRTH_DATE_POINTS / 2,
        _ => scaled(BIRTH_DATE_POINTS, agreement),
    };
    FieldAgreement { field: ComparedField::BirthDate, agreement, is_swapped: false, points }
}

fn is_slip_of_date(a: NaiveDate, b: NaiveDate) -> bool {
    let digits = |day: NaiveDate| day.format("%Y%m%d").to_string();
    let (a, b) = (digits(a), digits(b));
    a.len() == b.len() && strsim::osa_distance(&a, &b) <= 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Option<Birth> {
        text.parse().ok().map(Birth::Day)
    }

    fn person<'p>(given_names: &'p str, family_name: &'p str, birth: &str) -> Person<'p> {
        Person { given_names, family_name, former_names: "", birth: day(birth) }
    }

    fn found(comparison: &Comparison, field: ComparedField) -> Option<Agreement> {
        comparison.agreements.iter().find(|entry| entry.field == field).map(|entry| entry.agreement)
    }

    #[test]
    fn each_field_says_in_which_way_it_agrees() {
        use Agreement::*;
        let stored = person("Mohammed Ali", "Müller", "1985-03-14");
        for (given, family, birth, expected, is_hint) in [
            ("mohammed  ali", "MÜLLER", "1985-03-14", [Exact, Exact, Exact], true),
            ("Mohamed Ali", "Mueller", "1985-03-14", [OtherSpelling, OtherSpelling, Exact], true),
            ("Muhammad Aly", "Miller", "1985-03-14", [SameSound, Slip, Exact], true),
            ("Mohammed", "Müller", "1985-03-15", [InPart, Exact, Slip], true),
            ("Mohammed", "Müller", "1985-11-30", [InPart, Exact, SameYear], true),
            ("Mohammed Ali", "Müller", "1991-11-30", [Exact, Exact, Differs], false),
            ("Mohammed Ali", "Schmidt", "1985-03-14", [Exact, Differs, Exact], false),
            ("Sabine", "Müller", "1985-03-14", [Differs, Exact, Exact], false),
            ("Sabine", "Schmidt", "1991-11-30", [Differs, Differs, Differs], false),
        ] {
            let comparison = compare(&stored, &person(given, family, birth));
            let fields = [ComparedField::GivenNames, ComparedField::FamilyName, ComparedField::BirthDate];
            assert_eq!(fields.map(|field| found(&comparison, field)), expected.map(Some), "{given} {family}");
            assert_eq!(comparison.is_hint(), is_hint, "{given} {family} {birth}: {}", comparison.score);
        }
    }

    #[test]
    fn swapped_names_and_swapped_dates_are_named_as_such() {
        let comparison = compare(&person("Олена", "Коваль", "1990-04-05"), &person("Koval", "Olena", "1990-05-04"));
        assert!(comparison.agreements.iter().filter(|entry| entry.is_swapped).count() == 2);
        assert_eq!(found(&comparison, ComparedField::BirthDate), Some(Agreement::DayAndMonthSwapped));
        assert!(comparison.is_hint());
        let comparison = compare(&person("Ali", "Ali", ""), &person("Ali", "Ali", ""));
        assert!(comparison.agreements.iter().all(|entry| !entry.is_swapped));
    }

    #[test]
    fn former_name_explains_another_family_name() {
        let before = person("Elena", "Popescu", "1990-04-05");
        let after = Person { former_names: "Popescu", ..person("Elena", "Schulz", "1990-04-05") };
        let comparison = compare(&before, &after);
        assert_eq!(found(&comparison, ComparedField::FormerNames), Some(Agreement::Exact));
        assert!(comparison.is_hint(), "{}", comparison.score);
        assert!(!compare(&before, &Person { former_names: "", ..after }).is_hint());
    }

    #[test]
    fn first_of_january_weighs_less_than_a_true_birthday() {
        let score = |birth| compare(&person("Ali", "Nasser", birth), &person("Ali", "Nasser", birth)).score;
        assert!(score("1990-01-01") < score("1990-01-02"));
        assert_eq!(score("1990-01-02"), 100);
    }

    #[test]
    fn blank_fields_speak_neither_for_nor_against() {
        let comparison = compare(&person("", "", ""), &person("", "", ""));
        assert_eq!((comparison.agreements.len(), comparison.score), (0, 0));
        assert!(compare(&person("Ali", "Nasser", ""), &person("Ali", "Nasser", "1990-01-02")).is_hint());
    }

    const NAME: &str = "([A-ZÄÖÜŞ][a-zäöüßşçğı]{1,10}( [A-Z][a-z]{2,8})?)?";

    proptest! {
        #[test]
        fn score_does_not_depend_on_the_order(
            names in proptest::array::uniform6(NAME), births in proptest::array::uniform2(1_i64..8_000),
        ) {
            let [a, b, c, d, e, f] = names.each_ref().map(String::as_str);
            let [first, second] = births.map(|days| {
                NaiveDate::from_ymd_opt(1990, 1, 1).map(|day| Birth::Day(day + chrono::Duration::days(days / 1_000)))
            });
            // Names are drawn from both persons, so that they agree often and in all ways.
            let pairs = [
                (Person { given_names: a, family_name: b, former_names: c, birth: first },
                 Person { given_names: d, family_name: e, former_names: f, birth: second }),
                (Person { given_names: a, family_name: b, former_names: c, birth: first },
                 Person { given_names: b, family_name: a, former_names: d, birth: second }),
                (Person { given_names: a, family_name: b, former_names: "", birth: first },
                 Person { given_names: a, family_name: c, former_names: b, birth: second }),
            ];
            for (one, other) in pairs {
                prop_assert_eq!(compare(&one, &other).score, compare(&other, &one).score);
            }
        }

        #[test]
        fn nobody_is_less_than_fully_alike_to_oneself(given in "[A-Z][a-z]{2,9}", family in "[A-Z][a-z]{2,9}") {
            let person = person(&given, &family, "1985-03-14");
            prop_assert_eq!(compare(&person, &person).score, 100);
        }
    }
}
