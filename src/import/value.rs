//! Days and months as people and spreadsheet programs write them.

use chrono::{Datelike, Days, NaiveDate};

/// Days before these are not meant as numbers of days.
const SERIAL_MINIMUM: f64 = 61.0;
/// The number of a day in the year 2200.
const SERIAL_MAXIMUM: f64 = 109_940.0;
/// Days between the beginnings of the two ways to count.
const DAYS_TO_1904: u64 = 1_462;

/// The day that a spreadsheet program numbers so; the time of the day is left out.
pub(super) fn from_serial(serial: f64, from_1904: bool) -> Option<NaiveDate> {
    if !(SERIAL_MINIMUM..=SERIAL_MAXIMUM).contains(&serial) {
        return None;
    }
    // Within these bounds the text of the number is that of a whole one.
    let days: u64 = format!("{:.0}", serial.trunc()).parse().ok()?;
    let days = if from_1904 { days.saturating_add(DAYS_TO_1904) } else { days };
    // Day 1 is 1 January 1900, but 1900 is counted as a leap year; all days here lie behind that mistake.
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(days))
}

fn digits(text: &str, least: usize, most: usize) -> Option<u32> {
    let plain = (least..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// The year of four digits.
pub(super) fn year(text: &str) -> Option<i32> {
    digits(text, 4, 4).and_then(|year| i32::try_from(year).ok())
}

fn parts<'t, const N: usize>(text: &'t str, separator: char) -> Option<[&'t str; N]> {
    let parts: Vec<&'t str> = text.split(separator).map(str::trim).collect();
    parts.try_into().ok()
}

/// A day: `2023-06-01`, `1.6.2023`, or the number that a spreadsheet program has for it. Orders that could mean two days
/// (`01/06/2023`) and years of two digits are not read.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    // A workbook may store a day as text with a time.
    let text = text.split_once(['T', ' ']).map_or(text, |(day, time)| {
        if time.trim_start().starts_with(|letter: char| letter.is_ascii_digit()) && time.contains(':') {
            day
        } else {
            text
        }
    });
    if let Some([year_of, month, day]) = parts(text, '-') {
        return NaiveDate::from_ymd_opt(year(year_of)?, digits(month, 1, 2)?, digits(day, 1, 2)?);
    }
    if let Some([day, month, year_of]) = parts(text, '.') {
        return NaiveDate::from_ymd_opt(year(year_of)?, digits(month, 1, 2)?, digits(day, 1, 2)?);
    }
    digits(text, 5, 5).and_then(|serial| from_serial(f64::from(serial), false))
}

/// A month as its first day: `2022-03`, `03.2022`, `3/2022`, or any day of it.
pub(super) fn month(text: &str) -> Option<NaiveDate> {
    let read = |year_of: &str, month: &str| NaiveDate::from_ymd_opt(year(year_of)?, digits(month, 1, 2)?, 1);
    if let Some([year_of, month]) = parts(text, '-') {
        return read(year_of, month);
    }
    if let Some([month, year_of]) = parts(text, '.').or_else(|| parts(text, '/')) {
        return read(year_of, month);
    }
    day(text).and_then(|day| day.with_day(1))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use proptest::prelude::*;

    use super::{day, from_serial, month};

    fn date(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, month, day)
    }

    #[test]
    fn days_are_read_as_they_are_written_here_and_by_spreadsheet_programs() {
        for text in
            ["2023-06-01", "01.06.2023", "1.6.2023", "1. 6. 2023", "45078", "2023-06-01T00:00:00", "2023-06-01 12:30"]
        {
            assert_eq!(day(text), date(2023, 6, 1), "{text}");
        }
        assert_eq!(from_serial(61.0, false), date(1900, 3, 1));
        assert_eq!(from_serial(43_616.75, true), date(2023, 6, 1));
    }

    #[test]
    fn days_that_could_be_others_are_not_read() {
        for text in
            ["01/06/2023", "01.06.23", "31.02.2023", "2023-13-01", "Juni 2023", "1", "", "gestern", "2023", "1.6."]
        {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn months_are_read_by_themselves_or_by_any_of_their_days() {
        for text in ["2022-03", "03.2022", "3/2022", "15.03.2022", "2022-03-31", "44640"] {
            assert_eq!(month(text), date(2022, 3, 1), "{text}");
        }
        for text in ["03/22", "13.2022", "2022", "März 2022"] {
            assert_eq!(month(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_day_is_read_back_from_every_way_to_write_it(number in 61_u32..109_000) {
            let told = from_serial(f64::from(number), false).unwrap();
            prop_assert_eq!(day(&told.to_string()), Some(told));
            prop_assert_eq!(day(&told.format("%d.%m.%Y").to_string()), Some(told));
            if (10_000..=99_999).contains(&number) {
                prop_assert_eq!(day(&number.to_string()), Some(told));
            }
        }

        #[test]
        fn no_text_makes_it_stumble(text in any::<String>()) {
            let _ = (day(&text), month(&text));
        }
    }
}
