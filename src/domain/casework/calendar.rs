//! A calendar feed: deadlines as iCalendar text (RFC 5545), pseudonymous. The same entries give the same text, byte for byte,
//! so that a calendar that has it already need not fetch it again.
//!
//! The text is written here and not by a library: the one that there is (`icalendar` 0.17) lets a whole day end where it
//! begins, folds lines behind the 75th octet, and puts the present time and random names into alarms.

use chrono::{DateTime, NaiveDate, Utc};

/// The longest line, in octets; longer ones are folded.
const LINE_OCTETS: usize = 75;
/// At which hour of the day people are reminded: an alarm at midnight helps nobody.
const REMIND_AT_HOUR: i32 = 8;

/// One day in a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Names it for ever: a calendar knows by it which entry changed. Must be unique, and without blanks.
    pub id: String,
    /// The day.
    pub on: NaiveDate,
    /// One line: what it is. No names.
    pub summary: String,
    /// What else to know. No names.
    pub description: String,
    /// So many days before, the person is reminded.
    pub remind_days_before: Vec<i32>,
    /// How often it was changed.
    pub revision: i32,
    /// When it was changed last.
    pub changed_at: DateTime<Utc>,
}

/// Text as a property holds it (RFC 5545, 3.3.11): whatever it says, it stays one value.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => value.extend(['\\', letter]),
            '\n' => value.push_str("\\n"),
            letter if letter.is_control() => {}
            letter => value.push(letter),
        }
    }
    value
}

/// Content lines, folded and ended as RFC 5545, 3.1 wants it.
#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    fn add(&mut self, name: &str, value: &str) {
        let mut octets = 0_usize;
        for letter in name.chars().chain([':']).chain(value.chars()) {
            if octets.saturating_add(letter.len_utf8()) > LINE_OCTETS {
                self.text.push_str("\r\n ");
                octets = 1;
            }
            self.text.push(letter);
            octets = octets.saturating_add(letter.len_utf8());
        }
        self.text.push_str("\r\n");
    }

    fn add_text(&mut self, name: &str, text: &str) {
        self.add(name, &escaped(text));
    }

    fn add_entry(&mut self, entry: &Entry) {
        let changed = entry.changed_at.format("%Y%m%dT%H%M%SZ").to_string();
        self.add("BEGIN", "VEVENT");
        self.add("UID", &format!("{}@kim", entry.id));
        self.add("DTSTAMP", &changed);
        self.add("LAST-MODIFIED", &changed);
        self.add("SEQUENCE", &entry.revision.to_string());
        // Without an end, it is one whole day.
        self.add("DTSTART;VALUE=DATE", &entry.on.format("%Y%m%d").to_string());
        self.add_text("SUMMARY", &entry.summary);
        if !entry.description.is_empty() {
            self.add_text("DESCRIPTION", &entry.description);
        }
        self.add("CLASS", "CONFIDENTIAL");
        // A deadline does not make anybody busy.
        self.add("TRANSP", "TRANSPARENT");
        for days in &entry.remind_days_before {
            self.add("BEGIN", "VALARM");
            self.add("ACTION", "DISPLAY");
            self.add_text("DESCRIPTION", &entry.summary);
            self.add("TRIGGER", &trigger(*days));
            self.add("END", "VALARM");
        }
        self.add("END", "VEVENT");
    }
}

/// How far from the midnight at which the day begins the alarm is.
fn trigger(days_before: i32) -> String {
    match days_before.checked_sub(1) {
        Some(whole_days) if whole_days >= 0 => format!("-P{whole_days}DT{}H", 24 - REMIND_AT_HOUR),
        _ => format!("PT{REMIND_AT_HOUR}H"),
    }
}

/// The calendar of these entries.
#[must_use]
pub fn write(name: &str, entries: &[Entry]) -> String {
    let mut lines = Lines::default();
    lines.add("BEGIN", "VCALENDAR");
    lines.add("VERSION", "2.0");
    lines.add("PRODID", "-//KIM//Kommunales Integrationsmanagement//DE");
    lines.add("CALSCALE", "GREGORIAN");
    lines.add("METHOD", "PUBLISH");
    lines.add_text("NAME", name);
    lines.add_text("X-WR-CALNAME", name);
    lines.add("REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    lines.add("X-PUBLISHED-TTL", "PT1H");
    for entry in entries {
        lines.add_entry(entry);
    }
    lines.add("END", "VCALENDAR");
    lines.text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Entry, trigger, write};

    fn entry() -> Entry {
        Entry {
            id: "ddl_1".to_owned(),
            on: "2023-06-12".parse().unwrap(),
            summary: "2023-0042: Widerspruch oder Klage (1 Monat)".to_owned(),
            description: "§ 70 Abs. 1, § 74 Abs. 1 VwGO; §§ 84, 87 SGG".to_owned(),
            remind_days_before: vec![14, 0],
            revision: 0,
            changed_at: "2023-05-10T08:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_deadline_is_a_day_with_alarms_in_the_morning() {
        insta::assert_snapshot!(write("KIM-Fristen", &[entry()]).replace("\r\n", "\n"));
        assert_eq!([30, 1, 0].map(trigger), ["-P29DT16H", "-P0DT16H", "PT8H"]);
    }

    /// The lines of a text as a reader unfolds them (RFC 5545, 3.1).
    fn unfolded(text: &str) -> Vec<String> {
        text.strip_suffix("\r\n").unwrap().replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
    }

    /// The text of a value as a reader reads it (RFC 5545, 3.3.11).
    fn read(value: &str) -> String {
        let (mut text, mut letters) = (String::new(), value.chars());
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => match letters.next().unwrap() {
                    'n' => text.push('\n'),
                    escaped => text.push(escaped),
                },
                letter => text.push(letter),
            }
        }
        text
    }

    proptest! {
        #[test]
        fn whatever_a_label_says_it_stays_one_property(summary in "\\PC{0,120}", description in "[\\PC\r\n]{1,120}") {
            let mut entry = entry();
            (entry.summary, entry.description) = (summary, description);
            let text = write("KIM", &[entry.clone()]);
            prop_assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])));
            let lines = unfolded(&text);
            let value = |name: &str| read(lines.iter().find_map(|line| line.strip_prefix(name)).unwrap());
            prop_assert_eq!(value("SUMMARY:"), entry.summary);
            prop_assert_eq!(value("DESCRIPTION:"), entry.description.replace('\r', ""));
            let begins: Vec<_> = lines.iter().filter(|line| line.starts_with("BEGIN:")).collect();
            prop_assert_eq!(begins, ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "BEGIN:VALARM", "BEGIN:VALARM"]);
        }
    }
}
