//! How alike two vignettes are, so that the like are found without reading all of them.
//!
//! A text becomes the set of its word stems (Snowball stemmer for German, crate `rust-stemmers`), the set a short row of
//! *bands*: locality-sensitive hashing over minima (Broder, "On the resemblance and containment of documents", 1997;
//! Leskovec, Rajaraman, Ullman, *Mining of Massive Datasets*, ch. 3). Two texts that share a third of their stems have a
//! band in common with a probability of about 4 in 5; two that share a twentieth, of 3 in 100. Bands are found by an index
//! on any database, and tell nothing of the text.

use std::collections::BTreeSet;

use rust_stemmers::{Algorithm, Stemmer};

/// How many bands a text has.
pub const BANDS: u32 = 14;
/// How many minima make a band.
const ROWS: u32 = 2;
/// Shorter words say nothing.
const SHORTEST: usize = 4;
/// Words that stand in nearly every text.
const COMMON: &[&str] = &[
    "aber", "alle", "auch", "dann", "dass", "dein", "denn", "dies", "diese", "dieser", "doch", "durch", "eine",
    "einem", "einen", "einer", "eines", "etwa", "fall", "familie", "frau", "haben", "hatte", "herr", "hier", "ihre",
    "ihren", "immer", "kann", "kein", "keine", "keinen", "klient", "klientin", "konnte", "mehr", "muss", "nach",
    "nicht", "noch", "oder", "ohne", "person", "schon", "sein", "seit", "sich", "sind", "soll", "über", "viel", "vom",
    "weil", "wenn", "werden", "wird", "wurde", "zwar",
];

/// The stems of a German text.
#[must_use]
pub fn stems(text: &str) -> BTreeSet<String> {
    let stemmer = Stemmer::create(Algorithm::German);
    text.split(|letter: char| !letter.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| word.chars().count() >= SHORTEST && !COMMON.contains(&word.as_str()))
        .map(|word| stemmer.stem(&word).into_owned())
        .collect()
}

fn mixed(value: u64, seed: u64) -> u64 {
    let mut mixed = value ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn number_of(stem: &str) -> u64 {
    // FNV-1a: stable for ever, since what it gives is stored.
    stem.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// The bands of a text, in their order; none if it has no stems.
#[must_use]
pub fn bands(text: &str) -> Vec<i64> {
    let stems: Vec<u64> = stems(text).iter().map(|stem| number_of(stem)).collect();
    if stems.is_empty() {
        return Vec::new();
    }
    let minimum =
        |seed: u32| stems.iter().map(|stem| mixed(*stem, u64::from(seed).saturating_add(1))).min().unwrap_or(0);
    (0..BANDS)
        .map(|band| {
            let rows = (0..ROWS).map(|row| minimum(band.saturating_mul(ROWS).saturating_add(row)));
            i64::from_be_bytes(rows.fold(u64::from(band), mixed).to_be_bytes())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{BANDS, bands, stems};

    const ONE: &str = "Integrationskurs beim Träger voll, Wartezeit acht Monate, keine Kinderbetreuung";
    const LIKE: &str = "Die Integrationskurse der Träger sind voll: Wartezeiten von acht Monaten ohne Kinderbetreuung";
    const OTHER: &str = "Jobcenter verlangt Kontoauszüge, die Bank eröffnet ohne Pass kein Konto";

    fn common(one: &str, other: &str) -> usize {
        bands(one).iter().zip(bands(other)).filter(|(one, other)| *one == other).count()
    }

    #[test]
    fn inflected_forms_have_the_same_stem() {
        assert!(stems("Wartezeiten Monaten Hürden").is_subset(&stems("Wartezeit Monat Hürde")));
    }

    #[test]
    fn like_texts_share_bands_and_others_do_not() {
        assert!(common(ONE, LIKE) >= 1);
        assert_eq!(common(ONE, OTHER), 0);
        assert_eq!(common(ONE, ONE), usize::try_from(BANDS).unwrap());
    }

    #[test]
    fn a_text_without_words_is_like_nothing() {
        assert!(bands("").is_empty() && bands("und … 12 €").is_empty());
    }

    #[test]
    fn bands_are_the_same_for_ever() {
        // They are stored: another number here makes all barriers on record unfindable.
        assert_eq!(bands("Wartezeit")[0], bands("Wartezeiten")[0]);
        assert_eq!(bands("Wartezeit")[0], 2_148_064_787_741_189_926);
    }
}
