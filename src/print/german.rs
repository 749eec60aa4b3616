//! How figures, money and days are written in German.

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};

use super::Figure;

/// What stands for a hidden figure.
pub const HIDDEN: &str = "k.\u{a0}A.";

/// Keeps a number and its unit on one line.
const TIE: char = '\u{a0}';

pub fn month(month: u32) -> &'static str {
    match month {
        1 => "Januar",
        2 => "Februar",
        3 => "März",
        4 => "April",
        5 => "Mai",
        6 => "Juni",
        7 => "Juli",
        8 => "August",
        9 => "September",
        10 => "Oktober",
        11 => "November",
        _ => "Dezember",
    }
}

pub fn short_month(number: u32) -> String {
    month(number).chars().take(3).collect()
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Montag",
        Weekday::Tue => "Dienstag",
        Weekday::Wed => "Mittwoch",
        Weekday::Thu => "Donnerstag",
        Weekday::Fri => "Freitag",
        Weekday::Sat => "Samstag",
        Weekday::Sun => "Sonntag",
    }
}

/// 14.11.2023
pub fn day(day: NaiveDate) -> String {
    format!("{:02}.{:02}.{}", day.day(), day.month(), day.year())
}

/// 14. November 2023
pub fn long_day(day: NaiveDate) -> String {
    format!("{}.{TIE}{} {}", day.day(), month(day.month()), day.year())
}

/// Dienstag, 14. November 2023
pub fn full_day(day: NaiveDate) -> String {
    format!("{}, {}", weekday(day.weekday()), long_day(day))
}

/// 16:30 Uhr
pub fn time(time: NaiveTime) -> String {
    format!("{}{TIE}Uhr", time.format("%H:%M"))
}

/// 12.345
pub fn number(number: impl Into<u128>) -> String {
    let digits = number.into().to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

pub fn figure(figure: Figure) -> String {
    figure.count().map_or_else(|| HIDDEN.to_owned(), number)
}

/// 12.345 €, with cents only if there are any.
pub fn money(cents: impl Into<u128>) -> String {
    let cents = cents.into();
    match cents % 100 {
        0 => format!("{}{TIE}€", number(cents / 100)),
        rest => format!("{},{rest:02}{TIE}€", number(cents / 100)),
    }
}

/// An estimate, without cents.
pub fn about(cents: u128) -> String {
    format!("{}{TIE}€", number(cents.saturating_add(50) / 100))
}

/// 20 Stunden 40 Minuten, or hours alone where minutes no longer matter.
pub fn duration(minutes: u64) -> String {
    let (hours, rest) = (minutes / 60, minutes % 60);
    match (hours, rest) {
        (0, rest) => format!("{rest}{TIE}Minuten"),
        (1, 0) => format!("1{TIE}Stunde"),
        (hours, 0) => format!("{}{TIE}Stunden", number(hours)),
        (hours, rest) if hours < 100 => format!("{hours}{TIE}Std. {rest}{TIE}Min."),
        (hours, rest) => format!("{}{TIE}Stunden", number(hours.saturating_add(rest / 30))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_money_have_points_and_commas() {
        assert_eq!(number(7_u64), "7");
        assert_eq!(number(1_234_567_u64), "1.234.567");
        assert_eq!(money(1_234_500_u64), "12.345\u{a0}€");
        assert_eq!(money(905_u64), "9,05\u{a0}€");
        assert_eq!(about(149), "1\u{a0}€");
        assert_eq!(about(150), "2\u{a0}€");
    }

    #[test]
    fn days_have_german_names() {
        let date = NaiveDate::from_ymd_opt(2023, 11, 14).unwrap();
        assert_eq!(day(date), "14.11.2023");
        assert_eq!(full_day(date), "Dienstag, 14.\u{a0}November 2023");
        assert_eq!(short_month(3), "Mär");
    }

    #[test]
    fn long_durations_are_hours() {
        assert_eq!(duration(59), "59\u{a0}Minuten");
        assert_eq!(duration(60), "1\u{a0}Stunde");
        assert_eq!(duration(1_240), "20\u{a0}Std. 40\u{a0}Min.");
        assert_eq!(duration(60 * 1_240 + 31), "1.241\u{a0}Stunden");
    }
}
