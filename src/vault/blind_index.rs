//! The blind index: keyed terms by which clients are found by name and birth date while both lie sealed.
//!
//! A term is a truncated HMAC-SHA-256 over one normal form, under a key of its district and of its kind. Whoever has
//! the database but not the key cannot test guesses, but sees which clients share a term, and how often a term occurs:
//! a frequent name stays recognisable as frequent. Two things lessen this. Terms of single facts are cut to 16 bits, so
//! that in a district of some thousand clients a good part of the names shares its term with another name, at the cost
//! of about one false candidate per 65,536 terms of a kind, which costs microseconds to open and to throw away. Terms
//! of two facts at once, which hardly repeat but for the same person, have 32 bits.
//!
//! So the index answers with *candidates*: the store opens them and asks [`Query::fits`] or
//! [`compare`](super::likeness::compare).

use std::collections::BTreeSet;
use std::fmt;

use aws_lc_rs::hmac;
use chrono::NaiveDate;

use super::normal_form::{Birth, Person, Word, words};
use super::{RawKey, VaultError, derive, encode, root};

/// What a term is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TermKind {
    /// The spelling of one word of any name: given, family and former names are not told apart.
    Name,
    /// The sound of one word of any name.
    Sound,
    /// The birth date.
    BirthDate,
    /// The year of birth.
    BirthYear,
    /// The sound of one word together with the birth date.
    SoundAndBirthDate,
    /// The sounds of a given name and of a family or former name, in either order.
    SoundPair,
}

impl TermKind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Name, Self::Sound, Self::BirthDate, Self::BirthYear, Self::SoundAndBirthDate, Self::SoundPair];

    /// The number that stands for it in the database. It never changes.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::Name => 1,
            Self::Sound => 2,
            Self::BirthDate => 3,
            Self::BirthYear => 4,
            Self::SoundAndBirthDate => 5,
            Self::SoundPair => 6,
        }
    }

    /// How many bits its digests have.
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self {
            Self::Name | Self::Sound | Self::BirthDate | Self::BirthYear => 16,
            Self::SoundAndBirthDate | Self::SoundPair => 32,
        }
    }
}

/// One term of the index, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexTerm {
    /// What it is about.
    pub kind: TermKind,
    /// From 0 to 2^[`TermKind::bits`] - 1.
    pub digest: i64,
}

/// What somebody searches for. Debug shows nothing of it.
#[derive(Clone, Copy, Default)]
pub struct Query<'q> {
    /// Words of names in any order, as typed.
    pub names: &'q str,
    /// Birth date or year, if given.
    pub birth: Option<Birth>,
}

/// What one typed word, or the typed birth date, asks of a client. A candidate meets *every* criterion of a query, each
/// by at least one term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// Terms of the same name or date in any spelling: the first search.
    pub close: Vec<IndexTerm>,
    /// Terms of what is only similar (sound, day and month exchanged, year): for a second, wider search, in which
    /// both lists count.
    pub loose: Vec<IndexTerm>,
}

/// How well a person fits a query; the better one is smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// By spelling and date, in every criterion.
    Close,
    /// By sound or a similar date in at least one of them.
    Loose,
}

/// The index key of one district, made by [`CurrentKey`](super::CurrentKey) and opened by [`MasterKeys`](super::MasterKeys); wiped when dropped. Debug shows
/// nothing of it.
pub struct IndexKey {
    name: hmac::Key,
    sound: hmac::Key,
    birth_date: hmac::Key,
    birth_year: hmac::Key,
    sound_and_birth_date: hmac::Key,
    sound_pair: hmac::Key,
    external_id: hmac::Key,
}

/// What a term stands for, in plain.
type Fact = (TermKind, Vec<u8>);

struct PlainCriterion {
    close: BTreeSet<Fact>,
    loose: BTreeSet<Fact>,
}

impl IndexKey {
    pub(super) fn new(raw: &RawKey) -> Result<Self, VaultError> {
        let root = root(raw);
        let key = |kind: TermKind| {
            let info = encode("kim/1/index-key", &[&kind.code().to_be_bytes()]);
            derive(&root, &info).map(|key| hmac::Key::new(hmac::HMAC_SHA256, key.as_slice()))
        };
        let external_id = derive(&root, b"kim/1/index-key/external-id")?;
        Ok(Self {
            external_id: hmac::Key::new(hmac::HMAC_SHA256, external_id.as_slice()),
            name: key(TermKind::Name)?,
            sound: key(TermKind::Sound)?,
            birth_date: key(TermKind::BirthDate)?,
            birth_year: key(TermKind::BirthYear)?,
            sound_and_birth_date: key(TermKind::SoundAndBirthDate)?,
            sound_pair: key(TermKind::SoundPair)?,
        })
    }

    /// The terms to store for a person, sorted and without repetition; to be made anew when a name or the birth date
    /// changes, and deleted with the data key.
    #[must_use]
    pub fn terms_for(&self, person: &Person<'_>) -> Vec<IndexTerm> {
        self.terms(&facts_of(person))
    }

    /// What to search for, one criterion per typed word and one for the birth date. Empty when nothing was typed that
    /// can be searched for: the answer is then nobody, not everybody.
    #[must_use]
    pub fn query_terms(&self, query: &Query<'_>) -> Vec<Criterion> {
        let criteria = criteria_of(query);
        criteria
            .iter()
            .map(|plain| Criterion { close: self.terms(&plain.close), loose: self.terms(&plain.loose) })
            .collect()
    }

    /// Terms by which possible doubles of a person are found: whoever shares *one* of them is a candidate for
    /// [`compare`](super::likeness::compare). Sorted and without repetition.
    #[must_use]
    pub fn duplicate_terms(&self, person: &Person<'_>) -> Vec<IndexTerm> {
        let mut facts = facts_of(person);
        facts.retain(|(kind, _)| matches!(kind, TermKind::SoundAndBirthDate | TermKind::SoundPair));
        if let Some(swapped) = person.birth.and_then(Birth::swapped) {
            facts.extend(sounds_of(&all_words(person)).map(|sound| sound_and_birth_date(sound, swapped)));
        }
        self.terms(&facts)
    }

    /// What stands for the key that another system has for somebody: it may be personal, and is never kept itself.
    /// `scope` is where the key is unique.
    #[must_use]
    pub fn external_id(&self, scope: &str, id: &str) -> [u8; 32] {
        let tag = hmac::sign(&self.external_id, &encode("external id", &[scope.as_bytes(), id.as_bytes()]));
        tag.as_ref().first_chunk().copied().unwrap_or_default()
    }

    fn terms(&self, facts: &BTreeSet<Fact>) -> Vec<IndexTerm> {
        let terms: BTreeSet<IndexTerm> = facts.iter().map(|fact| self.term(fact)).collect();
        terms.into_iter().collect()
    }

    fn term(&self, fact: &Fact) -> IndexTerm {
        let kind = fact.0;
        let digest = self.mac(fact);
        let word = digest.as_ref().first_chunk::<4>().map_or(0, |bytes| u32::from_be_bytes(*bytes));
        IndexTerm { kind, digest: i64::from(word >> (u32::BITS - kind.bits())) }
    }

    fn mac(&self, (kind, plain): &Fact) -> hmac::Tag {
        let key = match kind {
            TermKind::Name => &self.name,
            TermKind::Sound => &self.sound,
            TermKind::BirthDate => &self.birth_date,
            TermKind::BirthYear => &self.birth_year,
            TermKind::SoundAndBirthDate => &self.sound_and_birth_date,
            TermKind::SoundPair => &self.sound_pair,
        };
        hmac::sign(key, plain)
    }
}

impl Query<'_> {
    /// Whether, and how well, an opened candidate really fits. `None` for one that only shares truncated terms.
    #[must_use]
    pub fn fits(&self, person: &Person<'_>) -> Option<Fit> {
        let facts = facts_of(person);
        let fits = criteria_of(self).into_iter().map(|criterion| {
            if !criterion.close.is_disjoint(&facts) {
                Some(Fit::Close)
            } else if !criterion.loose.is_disjoint(&facts) {
                Some(Fit::Loose)
            } else {
                None
            }
        });
        fits.collect::<Option<Vec<Fit>>>()?.into_iter().max()
    }
}

fn all_words(person: &Person<'_>) -> Vec<Word> {
    [person.given_names, person.family_name, person.former_names].into_iter().flat_map(words).collect()
}

fn facts_of(person: &Person<'_>) -> BTreeSet<Fact> {
    let mut facts = BTreeSet::new();
    let [given, family, former] = [person.given_names, person.family_name, person.former_names].map(words);
    for part in [&given, &family, &former] {
        let joined: Vec<Word> = part.iter().zip(part.iter().skip(1)).map(|(word, next)| word.joined(next)).collect();
        for word in part.iter().chain(&joined) {
            facts.extend(spellings_as_facts(word));
            facts.extend(sounds_as_facts(word));
        }
    }
    if let Some(birth) = person.birth {
        facts.insert(birth_year(birth));
    }
    if let Some(Birth::Day(day)) = person.birth {
        facts.insert(birth_date(day));
        for part in [&given, &family, &former] {
            facts.extend(sounds_of(part).map(|sound| sound_and_birth_date(sound, day)));
        }
    }
    for other in [&family, &former] {
        for one in sounds_of(&given) {
            facts.extend(sounds_of(other).map(|two| sound_pair(one, two)));
        }
    }
    facts
}

fn criteria_of(query: &Query<'_>) -> Vec<PlainCriterion> {
    let words = words(query.names);
    let joined: Vec<Word> = words.iter().zip(words.iter().skip(1)).map(|(word, next)| word.joined(next)).collect();
    let mut criteria = Vec::with_capacity(words.len() + 1);
    for (at, word) in words.iter().enumerate() {
        // The word itself, or written as one with the word before it or after it.
        let neighbours = at.checked_sub(1).and_then(|before| joined.get(before)).into_iter().chain(joined.get(at));
        let forms: Vec<&Word> = std::iter::once(word).chain(neighbours).collect();
        criteria.push(PlainCriterion {
            close: forms.iter().flat_map(|word| spellings_as_facts(word)).collect(),
            loose: forms.iter().flat_map(|word| sounds_as_facts(word)).collect(),
        });
    }
    match query.birth {
        Some(birth @ Birth::Day(day)) => {
            let swapped = birth.swapped().map(birth_date);
            let loose = swapped.into_iter().chain(std::iter::once(birth_year(birth))).collect();
            criteria.push(PlainCriterion { close: BTreeSet::from([birth_date(day)]), loose });
        }
        Some(birth @ Birth::Year(_)) => {
            criteria.push(PlainCriterion { close: BTreeSet::from([birth_year(birth)]), loose: BTreeSet::new() });
        }
        None => {}
    }
    criteria
}

fn spellings_as_facts(word: &Word) -> impl Iterator<Item = Fact> {
    word.spellings.iter().map(|spelling| (TermKind::Name, spelling.clone().into_bytes()))
}

fn sounds_as_facts(word: &Word) -> impl Iterator<Item = Fact> {
    word.sounds.iter().map(|sound| (TermKind::Sound, sound.clone().into_bytes()))
}

fn sounds_of(words: &[Word]) -> impl Iterator<Item = &str> {
    words.iter().flat_map(|word| word.sounds.iter().map(String::as_str))
}

fn birth_date(day: NaiveDate) -> Fact {
    (TermKind::BirthDate, day.to_string().into_bytes())
}

fn birth_year(birth: Birth) -> Fact {
    (TermKind::BirthYear, birth.year().to_string().into_bytes())
}

fn sound_and_birth_date(sound: &str, day: NaiveDate) -> Fact {
    (TermKind::SoundAndBirthDate, format!("{sound} {day}").into_bytes())
}

fn sound_pair(one: &str, two: &str) -> Fact {
    let (first, second) = if one <= two { (one, two) } else { (two, one) };
    (TermKind::SoundPair, format!("{first} {second}").into_bytes())
}

impl fmt::Debug for IndexKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IndexKey").finish_non_exhaustive()
    }
}

impl fmt::Debug for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vault::random_key;

    fn key() -> IndexKey {
        IndexKey::new(&random_key().unwrap()).unwrap()
    }

    fn day(year: i32, month: u32, day: u32) -> Option<Birth> {
        NaiveDate::from_ymd_opt(year, month, day).map(Birth::Day)
    }

    fn person<'p>(given_names: &'p str, family_name: &'p str, birth: Option<Birth>) -> Person<'p> {
        Person { given_names, family_name, former_names: "", birth }
    }

    /// How the index answers, as the store is to ask it.
    fn finds(key: &IndexKey, query: &Query<'_>, person: &Person<'_>) -> Option<Fit> {
        let stored = key.terms_for(person);
        let criteria = key.query_terms(query);
        let meets = |term: &IndexTerm| stored.contains(term);
        if criteria.is_empty() {
            None
        } else if criteria.iter().all(|criterion| criterion.close.iter().any(meets)) {
            Some(Fit::Close)
        } else if criteria.iter().all(|criterion| criterion.close.iter().chain(&criterion.loose).any(meets)) {
            Some(Fit::Loose)
        } else {
            None
        }
    }

    #[test]
    fn person_is_found_however_the_name_is_typed() {
        let key = key();
        let people = [
            person("Mohammed Ali", "Al-Khatib", day(1985, 3, 4)),
            person("Олена", "Шевченко", day(1990, 12, 1)),
            person("Anna-Lena", "Müller-Yıldız", Some(Birth::Year(1970))),
            Person { former_names: "Груйч", ..person("Ана", "Стоянова", None) },
            person("Abd al-Rahman", "محمد", day(2001, 1, 1)),
        ];
        let queries = [
            ("mohammed khatib", None, 0, Fit::Close),
            ("Al Khatib, Mohammed", day(1985, 3, 4), 0, Fit::Close),
            ("elkhatib", None, 0, Fit::Close),
            ("Muhamad Alkhatib", None, 0, Fit::Loose),
            ("Chatib", None, 0, Fit::Loose),
            ("khatib", day(1985, 4, 3), 0, Fit::Loose),
            ("khatib", day(1985, 7, 7), 0, Fit::Loose),
            ("ali", Some(Birth::Year(1985)), 0, Fit::Close),
            ("", day(1985, 3, 4), 0, Fit::Close),
            ("Shevchenko Olena", None, 1, Fit::Close),
            ("Schewtschenko", day(1990, 12, 1), 1, Fit::Close),
            ("Ševčenko", None, 1, Fit::Close),
            ("ШЕВЧЕНКО", None, 1, Fit::Close),
            ("Scheftschenko", None, 1, Fit::Loose),
            ("Annalena Mueller", None, 2, Fit::Close),
            ("Anna Yildiz", None, 2, Fit::Close),
            ("muller lena", Some(Birth::Year(1970)), 2, Fit::Close),
            ("Gruytch", None, 3, Fit::Loose),
            ("Stoyanova Ana", None, 3, Fit::Close),
            ("Abdelrahman", None, 4, Fit::Close),
            ("محمّد", None, 4, Fit::Close),
            ("Abdurrahman", None, 4, Fit::Loose),
        ];
        for (names, birth, expected, fit) in queries {
            let query = Query { names, birth };
            assert_eq!(query.fits(&people[expected]), Some(fit), "{names}");
            assert!(finds(&key, &query, &people[expected]).is_some_and(|found| found <= fit), "{names}");
        }
        for (names, birth, not) in [
            ("mohammed müller", None, 0),
            ("khatib", Some(Birth::Year(1986)), 0),
            ("Kowalenko", None, 1),
            ("Anna-Lena Schmidt", None, 2),
            ("Anna", day(1970, 1, 1), 3),
            ("", None, 0),
            ("-", None, 0),
            ("von", None, 1),
        ] {
            assert_eq!(Query { names, birth }.fits(&people[not]), None, "{names}");
        }
    }

    #[test]
    fn query_of_nothing_asks_for_nobody() {
        assert!(key().query_terms(&Query { names: " - ", birth: None }).is_empty());
    }

    #[test]
    fn possible_double_shares_a_duplicate_term() {
        let key = key();
        let stored = key.terms_for(&person("Mohammed", "Al-Khatib", day(1985, 3, 4)));
        let is_candidate = |person: Person<'_>| key.duplicate_terms(&person).iter().any(|term| stored.contains(term));
        assert!(is_candidate(person("Muhamad", "Alkhatib", None)));
        assert!(is_candidate(person("Khatib", "Mohammed", day(1990, 1, 1))));
        assert!(is_candidate(person("Mohammed", "Nasser", day(1985, 3, 4))));
        assert!(is_candidate(person("Ahmad", "Chatib", day(1985, 4, 3))));
        assert!(!is_candidate(person("Mohammed", "Nasser", day(1986, 3, 4))));
        assert!(!is_candidate(person("", "", day(1985, 3, 4))));
    }

    #[test]
    fn number_of_terms_of_a_person_stays_small() {
        let key = key();
        let usual = key.terms_for(&person("Mohammed Ali", "Al-Khatib", day(1985, 3, 4)));
        assert!(usual.len() <= 30, "{}", usual.len());
        let long = "Шчукин ".repeat(100);
        let most = key.terms_for(&Person { former_names: &long, ..person(&long, &long, day(1985, 3, 4)) });
        assert!(most.len() <= 300, "{}", most.len());
    }

    #[test]
    fn digests_stay_within_their_bits_and_codes_differ() {
        let key = key();
        let terms = key.terms_for(&person("Mohammed Ali", "Al-Khatib", day(1985, 3, 4)));
        for term in &terms {
            assert!((0..1_i64 << term.kind.bits()).contains(&term.digest));
        }
        for kind in TermKind::ALL {
            assert!(terms.iter().any(|term| term.kind == kind), "{kind:?}");
        }
        let codes: BTreeSet<i16> = TermKind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), TermKind::ALL.len());
    }

    #[test]
    fn key_and_query_show_nothing_in_debug() {
        let query = Query { names: "Olena", birth: day(1985, 3, 4) };
        assert_eq!(format!("{:?} {query:?}", key()), "IndexKey { .. } Query { .. }");
    }

    const NAME: &str = "[A-ZÄÖÜŞ][a-zäöüßşçğı]{2,10}( [A-Z][a-z]{2,8})?";

    fn birth() -> impl Strategy<Value = Option<Birth>> {
        prop::option::of((1930_i32..2025, 1_u32..=12, 1_u32..=28).prop_map(|(y, m, d)| day(y, m, d).unwrap()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn swapped_names_meet_in_every_term(given in NAME, family in NAME, birth in birth()) {
            let key = key();
            let straight = key.terms_for(&person(&given, &family, birth));
            let swapped = key.terms_for(&person(&family, &given, birth));
            prop_assert_eq!(straight, swapped);
        }

        #[test]
        fn transliterated_variant_is_found(given in NAME, family in NAME, birth in birth()) {
            let variant = |name: &str| {
                let name = name.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('ß', "ss");
                name.replace('ş', "s").replace('ç', "c").replace('ğ', "g").replace('ı', "i")
            };
            let names = format!("{}, {}", variant(&family).to_uppercase(), variant(&given));
            let query = Query { names: &names, birth };
            let person = person(&given, &family, birth);
            prop_assert_eq!(query.fits(&person), Some(Fit::Close));
            prop_assert_eq!(finds(&key(), &query, &person), Some(Fit::Close));
        }

        #[test]
        fn whoever_fits_is_found_by_the_index(names in any::<String>(), given in any::<String>(), family in any::<String>(), birth in birth()) {
            let key = key();
            for query in [Query { names: &names, birth }, Query { names: &given, birth }, Query { names: &family, birth: None }] {
                let person = person(&given, &family, birth);
                if let Some(fit) = query.fits(&person) {
                    prop_assert!(finds(&key, &query, &person).is_some_and(|found| found <= fit));
                }
            }
        }

        #[test]
        fn digests_of_different_keys_or_kinds_never_meet(given in NAME, family in NAME, birth in birth()) {
            let (one, other) = (key(), key());
            let facts = facts_of(&person(&given, &family, birth));
            let macs = |key: &IndexKey| facts.iter().map(|fact| key.mac(fact).as_ref().to_vec()).collect::<BTreeSet<_>>();
            prop_assert_eq!(macs(&one).len(), facts.len());
            prop_assert!(macs(&one).is_disjoint(&macs(&other)));
            let same_text: BTreeSet<_> =
                TermKind::ALL.map(|kind| one.mac(&(kind, b"662".to_vec())).as_ref().to_vec()).into_iter().collect();
            prop_assert_eq!(same_text.len(), TermKind::ALL.len());
        }

        #[test]
        fn terms_carry_no_plaintext(given in "[a-z]{4,10}", family in "[a-z]{4,10}", birth in birth()) {
            let shown = format!("{:?}", key().terms_for(&person(&given, &family, birth))).to_lowercase();
            let shown = shown.replace("indexterm", "").replace("soundandbirthdate", "").replace("kind", "");
            prop_assert!(!shown.contains(&given) && !shown.contains(&family));
        }
    }
}
