//! Finds in a text what would say who somebody is: names, birth dates, addresses, telephone numbers and mail addresses
//! of known persons, however they are spelled, in other scripts and inflected.
//!
//! It errs on the side of finding: whoever wrote the text words it anew. What nobody can tell from ordinary words – a
//! name of two letters, a name that is a function word or a month – counts only beside another name of the same person.

use std::collections::{HashMap, HashSet};
use std::fmt;

use chrono::{Datelike as _, NaiveDate};

use super::normal_form::{Birth, Person, is_in_word, spellings, words};

/// What is known of a person. Debug shows nothing of it.
#[derive(Clone, Copy, Default)]
pub struct Traits<'p> {
    /// Names and birth date.
    pub person: Person<'p>,
    /// Postal address.
    pub address: &'p str,
    /// Telephone, e-mail and other ways to reach the person.
    pub contact: &'p str,
}

impl fmt::Debug for Traits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traits").finish_non_exhaustive()
    }
}

/// A place in a text, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Passage {
    /// Where it begins, from 0.
    pub start: usize,
    /// How many characters it has.
    pub len: usize,
}

/// Endings of German, and of Slavic languages in Latin letters, as they look when folded.
const ENDINGS: [&str; 41] = [
    "s", "n", "e", "es", "en", "ns", "ens", "er", "ern", "em", "sche", "schen", "scher", "chen", "lein", "in", "a",
    "y", "i", "u", "o", "ou", "oi", "oyu", "oju", "oiu", "eyu", "eju", "om", "am", "ami", "ah", "akh", "iu", "ovi",
    "evi", "ym", "im", "ogo", "oho", "omu",
];
/// The fewest letters of a name that is looked for with endings other than `s`.
const INFLECTED_LEN: usize = 4;
/// The fewest letters of the name of a street that is looked for without its number.
const STREET_LEN: usize = 6;
/// The fewest digits of a telephone number.
const TELEPHONE_LEN: usize = 6;
/// Months in German that are given names as well.
const MONTHS_AS_NAMES: [&str; 4] = ["Mai", "Juni", "Juli", "August"];
/// Words in small letters that are names in other languages.
const FUNCTION_WORDS: [&str; 44] = [
    "alle", "also", "auch", "auf", "aus", "bei", "bis", "dann", "das", "dem", "den", "der", "des", "die", "dort",
    "ein", "fast", "für", "gar", "hat", "ihm", "ihn", "ihr", "ist", "kann", "man", "max", "mit", "nach", "noch", "nun",
    "nur", "sie", "soll", "und", "uns", "vom", "von", "vor", "war", "will", "wir", "zum", "zur",
];
/// The short name of the programme.
const PROGRAMME: &str = "KIM";

/// One word of a text.
struct Token {
    start: usize,
    end: usize,
    raw: String,
    spellings: Vec<String>,
}

impl Token {
    fn joined(&self, next: &Self) -> Vec<String> {
        spellings(&format!("{}{}", self.raw, next.raw))
    }

    /// Whether it may well be an ordinary word although it is spelled like a name.
    fn is_weak(&self) -> bool {
        let is_latin = self.spellings.iter().all(|spelling| spelling.is_ascii());
        (self.raw.chars().count() <= 2 && is_latin)
            || FUNCTION_WORDS.contains(&self.raw.as_str())
            || MONTHS_AS_NAMES.contains(&self.raw.as_str())
            || self.raw == PROGRAMME
    }

    /// As a number.
    fn number(&self) -> Option<u32> {
        self.raw.parse().ok()
    }

    /// As a month, by number or by its German or English name.
    fn month(&self) -> Option<u32> {
        const NAMES: [&[&str]; 12] = [
            &["jan"],
            &["feb"],
            &["mar", "mrz"],
            &["apr"],
            &["mai", "may"],
            &["jun"],
            &["jul"],
            &["aug"],
            &["sep"],
            &["okt", "oct"],
            &["nov"],
            &["dez", "dec"],
        ];
        let is_named = |names: &[&str]| {
            let starts = |name: &&str| self.spellings.iter().any(|spelling| spelling.starts_with(*name));
            names.iter().any(starts)
        };
        let by_name = || NAMES.iter().zip(1..).find(|(names, _)| is_named(names)).map(|(_, number)| number);
        self.number().or_else(by_name).filter(|month| (1..=12).contains(month))
    }

    /// The spellings with "straße" cut to "str".
    fn street_spellings(&self) -> impl Iterator<Item = String> {
        self.spellings.iter().map(|spelling| as_street(spelling))
    }
}

fn as_street(spelling: &str) -> String {
    match spelling.strip_suffix("strase") {
        Some(name) => format!("{name}str"),
        None => spelling.to_owned(),
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut open: Option<(usize, String)> = None;
    let mut close = |open: &mut Option<(usize, String)>, end: usize| {
        if let Some((start, raw)) = open.take() {
            let spellings = spellings(&raw);
            if !spellings.is_empty() {
                tokens.push(Token { start, end, raw, spellings });
            }
        }
    };
    let mut end = 0;
    for (at, letter) in text.chars().enumerate() {
        if is_in_word(letter) {
            open.get_or_insert_with(|| (at, String::new())).1.push(letter);
        } else {
            close(&mut open, at);
        }
        end = at.saturating_add(1);
    }
    close(&mut open, end);
    tokens
}

/// One word of a name: of which person, and which of the person's.
type NameWord = (usize, usize);

/// The names of all persons, by spelling.
#[derive(Default)]
struct Names {
    whole: HashMap<String, HashSet<NameWord>>,
    /// Without a vowel at the end, which changes when the name is inflected.
    stems: HashMap<String, HashSet<NameWord>>,
}

impl Names {
    fn of(persons: &[Traits<'_>]) -> Self {
        let mut names = Self::default();
        for (number, Traits { person, .. }) in persons.iter().enumerate() {
            let mut counter = 0;
            for name in [person.family_name, person.given_names, person.former_names] {
                let words = words(name);
                for word in &words {
                    counter += 1;
                    names.add(&word.spellings, (number, counter));
                }
                for (word, next) in words.iter().zip(words.iter().skip(1)) {
                    counter += 1;
                    names.add(&word.joined(next).spellings, (number, counter));
                }
            }
        }
        names
    }

    fn add(&mut self, spellings: &[String], word: NameWord) {
        for spelling in spellings {
            self.whole.entry(spelling.clone()).or_default().insert(word);
            if let Some(stem) = spelling.strip_suffix(['a', 'e', 'i', 'o', 'u', 'y'])
                && stem.chars().count() >= INFLECTED_LEN.saturating_sub(1)
            {
                self.stems.entry(stem.to_owned()).or_default().insert(word);
            }
        }
    }

    /// The words of names that one of these spellings is.
    fn found(&self, spellings: &[String]) -> HashSet<NameWord> {
        spellings.iter().filter_map(|spelling| self.whole.get(spelling)).flatten().copied().collect()
    }

    /// The words of names that a word is, in any of its cases.
    fn inflected(&self, token: &Token) -> HashSet<NameWord> {
        let mut found = self.found(&token.spellings);
        if token.is_weak() {
            return found;
        }
        let letters = token.raw.chars().count();
        for spelling in &token.spellings {
            for ending in ENDINGS {
                let Some(stem) = spelling.strip_suffix(ending) else { continue };
                // By what was written: folding makes names shorter.
                let len = letters.saturating_sub(ending.len());
                if len >= INFLECTED_LEN || (ending == "s" && len.saturating_add(1) >= INFLECTED_LEN) {
                    // The last letter of the name and the first of the ending may have become one.
                    let longer: String = stem.chars().chain(ending.chars().next()).collect();
                    let whole = [stem, &longer].into_iter().filter_map(|name| self.whole.get(name));
                    found.extend(whole.flatten().copied());
                }
                found.extend(self.stems.get(stem).into_iter().flatten().copied());
            }
        }
        found
    }
}

/// Finds the passages of `text` that would say who one of these persons is, in the order of the text.
#[must_use]
pub fn names_in_text(text: &str, persons: &[Traits<'_>]) -> Vec<Passage> {
    let tokens = tokens(text);
    let mut marked = vec![false; tokens.len()];
    mark_names(&tokens, &Names::of(persons), &mut marked);
    for Traits { person, address, .. } in persons {
        if let Some(Birth::Day(birth)) = person.birth {
            mark_dates(&tokens, birth, &mut marked);
        }
        mark_addresses(&tokens, address, &mut marked);
    }
    let mut passages: Vec<Passage> = Vec::new();
    let mut last_marked = None;
    for (at, (token, _)) in tokens.iter().zip(&marked).enumerate().filter(|(_, (_, marked))| **marked) {
        match passages.last_mut().filter(|_| last_marked.is_some_and(|last: usize| last.saturating_add(1) == at)) {
            Some(passage) => passage.len = token.end.saturating_sub(passage.start),
            None => passages.push(Passage { start: token.start, len: token.end.saturating_sub(token.start) }),
        }
        last_marked = Some(at);
    }
    for Traits { contact, .. } in persons {
        passages.extend(contacts_in(text, contact));
    }
    passages.sort_unstable();
    passages.dedup();
    passages
}

fn mark(marked: &mut [bool], at: usize, count: usize) {
    marked.iter_mut().skip(at).take(count).for_each(|marked| *marked = true);
}

fn mark_names(tokens: &[Token], names: &Names, marked: &mut [bool]) {
    let found: Vec<HashSet<NameWord>> = tokens.iter().map(|token| names.inflected(token)).collect();
    for (at, (token, words)) in tokens.iter().zip(&found).enumerate() {
        let stands_beside = || {
            let before = at.checked_sub(1).and_then(|before| found.get(before));
            let beside = before.into_iter().chain(found.get(at.saturating_add(1)));
            beside.flatten().any(|(person, word)| words.iter().any(|(own, name)| own == person && name != word))
        };
        if !words.is_empty() && (!token.is_weak() || stands_beside()) {
            mark(marked, at, 1);
        }
    }
    for (at, (token, next)) in tokens.iter().zip(tokens.iter().skip(1)).enumerate() {
        let is_one_word = next.start.saturating_sub(token.end) <= 1 && !(token.is_weak() && next.is_weak());
        if is_one_word && !names.found(&token.joined(next)).is_empty() {
            mark(marked, at, 2);
        }
    }
}

/// Marks a birth date however it is written: with two or four digits of the year, in any order, with the month's name.
fn mark_dates(tokens: &[Token], birth: NaiveDate, marked: &mut [bool]) {
    let year = u32::try_from(birth.year()).unwrap_or(0);
    let is_year = |token: &Token| token.number().is_some_and(|number| number == year || number == year % 100);
    let is_day = |token: &Token| token.number() == Some(birth.day());
    let is_month = |token: &Token| token.month() == Some(birth.month());
    let compact: Vec<String> =
        ["%d%m%Y", "%Y%m%d", "%d%m%y", "%y%m%d"].iter().map(|form| birth.format(form).to_string()).collect();
    for (at, token) in tokens.iter().enumerate() {
        if compact.contains(&token.raw) {
            mark(marked, at, 1);
        }
        let (Some(second), Some(third)) = (tokens.get(at.saturating_add(1)), tokens.get(at.saturating_add(2))) else {
            continue;
        };
        let is_written = (is_day(token) && is_month(second) && is_year(third))
            || (is_year(token) && is_month(second) && is_day(third))
            || (is_month(token) && is_day(second) && is_year(third));
        if is_written {
            mark(marked, at, 3);
        }
    }
}

/// Marks streets with their numbers, and names of streets of one long word also without.
fn mark_addresses(tokens: &[Token], address: &str, marked: &mut [bool]) {
    for part in address.split(['\n', ',', ';']) {
        let part = self::tokens(part);
        let begins_with_digit = |token: &Token| token.raw.starts_with(|letter: char| letter.is_ascii_digit());
        let Some(number) = part.iter().position(begins_with_digit).filter(|number| *number > 0) else { continue };
        let same = |a: &Token, b: &Token| a.street_spellings().any(|a| b.street_spellings().any(|b| a == b));
        let whole = part.get(..=number).unwrap_or_default();
        for (at, window) in tokens.windows(whole.len()).enumerate() {
            if window.iter().zip(whole).all(|(a, b)| same(a, b)) {
                mark(marked, at, whole.len());
            }
        }
        if let ([street], true) = (part.get(..number).unwrap_or_default(), number == 1)
            && street.raw.chars().count() >= STREET_LEN
        {
            for (at, _) in tokens.iter().enumerate().filter(|(_, token)| same(token, street)) {
                mark(marked, at, 1);
            }
        }
    }
}

/// A run of characters of one kind, with where it stands.
fn runs(text: &str, belongs: impl Fn(char) -> bool) -> Vec<(Passage, String)> {
    let mut runs: Vec<(Passage, String)> = Vec::new();
    let mut is_open = false;
    for (at, letter) in text.chars().enumerate() {
        if !belongs(letter) {
            is_open = false;
            continue;
        }
        match runs.last_mut().filter(|_| is_open) {
            Some((passage, run)) => {
                passage.len = passage.len.saturating_add(1);
                run.push(letter);
            }
            None => runs.push((Passage { start: at, len: 1 }, letter.to_string())),
        }
        is_open = true;
    }
    runs
}

fn mails(text: &str) -> Vec<(Passage, String)> {
    let belongs = |letter: char| letter.is_alphanumeric() || matches!(letter, '@' | '.' | '_' | '-' | '+');
    let mut mails = runs(text, belongs);
    mails.retain(|(_, mail)| mail.contains('@'));
    for (passage, mail) in &mut mails {
        *mail = mail.trim_matches(['.', '-']).to_lowercase();
        passage.len = mail.chars().count();
    }
    mails
}

fn telephones(text: &str) -> Vec<(Passage, String)> {
    let mut numbers =
        runs(text, |letter| letter.is_ascii_digit() || matches!(letter, '+' | ' ' | '/' | '-' | '(' | ')'));
    for (_, number) in &mut numbers {
        number.retain(|letter| letter.is_ascii_digit());
        let national = number.strip_prefix("0049").or_else(|| number.strip_prefix("49")).unwrap_or(number);
        *number = national.trim_start_matches('0').to_owned();
    }
    numbers.retain(|(_, number)| number.len() >= TELEPHONE_LEN);
    numbers
}

/// The mail addresses and telephone numbers of `contact` that stand in `text`.
fn contacts_in(text: &str, contact: &str) -> Vec<Passage> {
    let known_mails: HashSet<String> = mails(contact).into_iter().map(|(_, mail)| mail).collect();
    let known_numbers: Vec<String> = telephones(contact).into_iter().map(|(_, number)| number).collect();
    let mails = mails(text).into_iter().filter(|(_, mail)| known_mails.contains(mail));
    let numbers = telephones(text)
        .into_iter()
        .filter(|(_, number)| known_numbers.iter().any(|known| number.contains(known) || known.ends_with(number)));
    mails.chain(numbers).map(|(passage, _)| passage).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn erika() -> Traits<'static> {
        Traits {
            person: Person {
                given_names: "Erika Olena",
                family_name: "Müller-Öz",
                former_names: "Шевченко",
                birth: NaiveDate::from_ymd_opt(1985, 3, 14).map(Birth::Day),
            },
            address: "Musterstraße 7, 48653 Coesfeld",
            contact: "Tel. 02541 / 99 88 77, erika@muster.example",
        }
    }

    fn marked(text: &str) -> Vec<String> {
        let passages = names_in_text(text, &[erika()]);
        passages.iter().map(|passage| text.chars().skip(passage.start).take(passage.len).collect()).collect()
    }

    #[test]
    fn whatever_says_who_somebody_is_is_found_with_its_place() {
        for (text, expected) in [
            ("Bis Mai ruft Frau Mueller wieder an.", "Mueller"),
            ("Die Akte Müllers ist zu ordnen", "Müllers"),
            ("Gespräch mit Olena", "Olena"),
            ("розмова з Оленою", "Оленою"),
            ("Gespräch mit Schewtschenko", "Schewtschenko"),
            ("mit Ševčenkos Bruder", "Ševčenkos"),
            ("für Müller-Öz, dringend", "Müller-Öz"),
            ("MÜLLER anrufen", "MÜLLER"),
            ("geboren 14.03.1985", "14.03.1985"),
            ("geboren 14.3.85 in", "14.3.85"),
            ("*1985-03-14", "1985-03-14"),
            ("am 14. März 1985", "14. März 1985"),
            ("March 14, 1985", "March 14, 1985"),
            ("Kennung 14031985", "14031985"),
            ("wohnt Musterstr. 7", "Musterstr. 7"),
            ("in der Musterstraße gibt es", "Musterstraße"),
            ("unter 02541-998877 erreichbar", "02541-998877"),
            ("an ERIKA@muster.example", "ERIKA@muster.example"),
        ] {
            let found = marked(text);
            assert!(found.iter().any(|found| found.trim() == expected), "{text}: {found:?}");
        }
    }

    #[test]
    fn ordinary_words_about_the_work_are_let_through() {
        for text in [
            "Bis zum 30.06.2023 die Hilfepläne aller Fälle prüfen.",
            "KIM: zwei Fälle pro Woche gemeinsam durchgehen, Vertretung in Coesfeld (48653) regeln",
            "Am 14. März 2023 wieder besprechen; 14 Fälle, 3 davon seit 1985 Minuten überfällig",
            "Erst Müllabfuhr, dann Ö-Normen.",
            "",
        ] {
            assert_eq!(marked(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn names_that_are_ordinary_words_count_only_beside_another_name_of_the_person() {
        let person = Person { given_names: "An Mai", family_name: "Kim", ..Person::default() };
        let traits = [Traits { person, ..Traits::default() }];
        assert_eq!(names_in_text("An KIM denken: im Mai wieder an den Plan gehen", &traits).len(), 1);
        assert!(names_in_text("Im Mai wieder an den Plan gehen; KIM hat Vorrang", &traits).is_empty());
        assert_eq!(names_in_text("mit Mai Kim", &traits), [Passage { start: 4, len: 7 }]);
        assert_eq!(names_in_text("mit Kims Mutter", &traits), [Passage { start: 4, len: 4 }]);
    }

    proptest! {
        #[test]
        fn a_name_is_found_in_any_spelling_case_and_inflection_wherever_it_stands(
            name in "[A-ZÄÖÜ][a-zäöüßčşı]{3,12}",
            ending in proptest::sample::select(vec!["", "s", "n", "en", "s'", "schen"]),
            before in "[ .,;:!?()\n]{1,3}",
            shape in 0..4_u8,
        ) {
            prop_assume!(words(&name).len() == 1);
            let person = Person { family_name: &name, ..Person::default() };
            let written = match shape {
                0 => name.clone(),
                1 => name.to_uppercase(),
                2 => name.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('ß', "ss"),
                _ => name.chars().flat_map(|letter| [letter, '\u{200B}']).collect(),
            };
            let text = format!("Vereinbart{before}{written}{ending}{before}bis morgen");
            let weak = Token { start: 0, end: 0, raw: written.clone(), spellings: spellings(&written) }.is_weak();
            prop_assume!(!weak);
            let found = names_in_text(&text, &[Traits { person, ..Traits::default() }]);
            let start = "Vereinbart".chars().count() + before.chars().count();
            prop_assert!(found.iter().any(|passage| passage.start == start), "{text}: {found:?}");
        }

        #[test]
        fn a_cyrillic_name_is_found_in_latin_letters_and_the_other_way_round(name in "[А-ЯІЇЄ][а-яіїєґ]{3,10}", scheme in 0..6_usize) {
            let all = spellings(&name);
            let latin = all.get(scheme % all.len().max(1)).cloned().unwrap_or_default();
            prop_assume!(latin.len() > 3 && !words(&name).is_empty() && !words(&latin).is_empty());
            for (known, written) in [(&name, &latin), (&latin, &name)] {
                let person = Person { given_names: known, ..Person::default() };
                let text = format!("Sitzung wegen {written}.");
                prop_assert!(!names_in_text(&text, &[Traits { person, ..Traits::default() }]).is_empty(), "{text}");
            }
        }

        #[test]
        fn a_birth_date_is_found_however_it_is_written(day in 0..30_000_i64, form in 0..8_usize) {
            let birth = NaiveDate::from_ymd_opt(1930, 1, 1).unwrap() + chrono::Duration::days(day);
            let forms = ["%d.%m.%Y", "%-d.%-m.%Y", "%-d.%-m.%y", "%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%d. %B %Y", "%b %-d, %Y"];
            let text = format!("Person, geb. {}, kommt", birth.format(forms[form]));
            let person = Person { birth: Some(Birth::Day(birth)), ..Person::default() };
            prop_assert_eq!(names_in_text(&text, &[Traits { person, ..Traits::default() }]).len(), 1, "{}", text);
        }

        #[test]
        fn no_text_makes_it_fail_and_passages_lie_inside(text in "\\PC{0,200}", name in "\\PC{0,30}", address in "\\PC{0,40}") {
            let person = Person { family_name: &name, given_names: &name, ..Person::default() };
            let length = text.chars().count();
            for passage in names_in_text(&text, &[Traits { person, address: &address, contact: &address }]) {
                prop_assert!(passage.len > 0 && passage.start + passage.len <= length);
            }
        }
    }
}
