//! A pack and a concept as there could have been in Kreis Coesfeld in 2023. The figures are invented.

use chrono::{NaiveDate, NaiveTime};

use super::{
    AgendaItem, Breakdown, Choice, Cost, Evidence, Figure, FormerDecision, Matter, MeetingPack, Months, Paper, Report,
    Section, Theme,
};

pub fn on(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn evidence(label: &str, figure: Figure, note: Option<&str>) -> Evidence {
    Evidence { label: text(label), figure, note: note.map(text) }
}

fn months(title: &str, counts: &[Option<u64>]) -> Option<Months> {
    let months = (1..).zip(counts).map(|(month, count)| (on(2023, month, 1), Figure::from(*count))).collect();
    Some(Months { title: text(title), months })
}

fn breakdown(title: &str, bars: &[(&str, Option<u64>)]) -> Breakdown {
    Breakdown {
        title: text(title),
        bars: bars.iter().map(|(name, count)| (text(name), Figure::from(*count))).collect(),
    }
}

fn choice(title: &str, description: &str, once: Option<u64>, yearly: Option<u64>, recommended: bool) -> Choice {
    Choice { title: text(title), description: text(description), once_cents: once, yearly_cents: yearly, recommended }
}

fn chance() -> Theme {
    Theme {
        key: text("t-104c"),
        title: text("Chancen-Aufenthaltsrecht: Der Weg aus der Duldung endet an fehlenden Nachweisen"),
        description: text(
            "Wer am 31. Oktober 2022 fünf Jahre geduldet, gestattet oder erlaubt in Deutschland lebte, kann für 18 Monate ein \
             Aufenthaltsrecht nach § 104c AufenthG erhalten. In dieser Zeit müssen Lebensunterhalt, Sprache und Identität \
             nachgewiesen werden. Im Kreis fehlt es an Plätzen in Sprachkursen und an einer Stelle, die bei der Beschaffung von \
             Pässen begleitet.",
        ),
        status: text("priorisiert"),
        facts: vec![(text("Reichweite"), text("Kreis")), (text("Rechtskreis"), text("AufenthG, AsylbLG"))],
        unanswered_meetings: 2,
        evidence: vec![
            evidence("Fälle mit dieser Hürde", Figure::Shown(38), Some("erwartet: 11,4")),
            evidence("Fallmanagerinnen und Fallmanager", Figure::Shown(9), None),
            evidence("Städte und Gemeinden", Figure::Shown(8), Some("von 11")),
            evidence("Davon mit Fristablauf bis Jahresende", Figure::Hidden, None),
        ],
        months: months(
            "Neu gemeldete Hürden je Monat",
            &[None, Some(5), Some(6), Some(9), Some(7), Some(12), Some(14), None, Some(0), Some(11)],
        ),
        breakdowns: vec![
            breakdown(
                "Nach Bedarfslage",
                &[
                    ("Aufenthaltsstatus", Some(19)),
                    ("Sprache", Some(12)),
                    ("Dokumente und Identität", Some(11)),
                    ("Sicherung des Lebensunterhalts", None),
                ],
            ),
            breakdown(
                "Nach Stadt oder Gemeinde",
                &[
                    ("Dülmen", Some(12)),
                    ("Coesfeld", Some(9)),
                    ("Lüdinghausen", Some(7)),
                    ("Nottuln", None),
                    ("Senden", None),
                ],
            ),
        ],
        cost: Some(Cost {
            minutes: Figure::Shown(41_280),
            cents_per_hour: 4_130,
            delay_days: Figure::Shown(1_140),
            cents_per_delay_day: 2_800,
        }),
        options: vec![
            choice(
                "Gemeinsame Sprechstunde von Ausländerbehörde und KIM",
                "Einmal im Monat in Coesfeld und Dülmen, mit Prüfung der Nachweise vor Ablauf der Frist.",
                Some(250_000),
                Some(1_420_000),
                true,
            ),
            choice(
                "Zusätzliche Sprachkurse B1 mit Kinderbetreuung",
                "Zwei Kurse mit je 16 Plätzen.",
                None,
                Some(4_680_050),
                false,
            ),
            choice("Nichts ändern", "Die Kosten oben entstehen weiter.", None, None, false),
        ],
        owner: Some(text("Ausländerbehörde, Herr Amtsleiter N. N.")),
        due_on: Some(on(2024, 3, 31)),
        former: vec![
            FormerDecision {
                decided_on: on(2023, 5, 9),
                text: text("Liste der Personen erstellen, deren Frist 2024 abläuft."),
                outcome: text(
                    "Umgesetzt am 30.06.2023. Neue Hürden danach: 11 statt 14 im Monat, noch kein sicherer Unterschied.",
                ),
            },
            FormerDecision {
                decided_on: on(2022, 11, 15),
                text: text("Das Land auf fehlende Kursplätze hinweisen."),
                outcome: text("Schreiben vom 02.12.2022, ohne Antwort."),
            },
        ],
    }
}

fn allowance() -> Theme {
    Theme {
        key: text("t-buergergeld"),
        title: text("Bürgergeld: Lücken beim Wechsel der Zuständigkeit"),
        description: text(
            "Beim Wechsel vom Sozialamt (AsylbLG) zum Jobcenter (SGB II) vergehen im Mittel sechs Wochen ohne Leistung.\n\n\
             Betroffen sind vor allem Familien aus der Ukraine und Personen mit neuem Aufenthaltstitel.",
        ),
        status: text("in Arbeit"),
        facts: vec![(text("Reichweite"), text("mehrere Kommunen"))],
        unanswered_meetings: 0,
        evidence: vec![
            evidence("Fälle mit dieser Hürde", Figure::Shown(21), None),
            evidence("Tage ohne Leistung, Mittel", Figure::Shown(43), None),
        ],
        months: months("Neu gemeldete Hürden je Monat", &[Some(2), Some(1), None, Some(3), Some(4), Some(2)]),
        breakdowns: vec![breakdown(
            "Nach Stadt oder Gemeinde",
            &[("Dülmen", Some(9)), ("Coesfeld", Some(7)), ("Olfen", None)],
        )],
        cost: Some(Cost {
            minutes: Figure::Shown(9_450),
            cents_per_hour: 4_130,
            delay_days: Figure::Hidden,
            cents_per_delay_day: 2_800,
        }),
        options: vec![choice("Übergabebogen zwischen Sozialämtern und Jobcenter", "", None, Some(0), true)],
        owner: Some(text("Jobcenter des Kreises Coesfeld")),
        due_on: None,
        former: Vec::new(),
    }
}

fn workers() -> Theme {
    Theme {
        key: text("t-fachkraefte"),
        title: text("Fachkräfteeinwanderung: Anerkennung ausländischer Abschlüsse"),
        description: text("Anträge auf Anerkennung scheitern an Übersetzungen und unklarer Zuständigkeit."),
        status: text("bestätigt"),
        facts: Vec::new(),
        unanswered_meetings: 1,
        evidence: vec![evidence("Fälle mit dieser Hürde", Figure::Hidden, None)],
        months: None,
        breakdowns: Vec::new(),
        cost: None,
        options: Vec::new(),
        owner: None,
        due_on: None,
        former: Vec::new(),
    }
}

fn matter(title: &str, theme: Option<&str>, proposal: Option<&str>) -> Matter {
    Matter { title: text(title), rapporteur: None, theme: theme.map(text), paper: None, proposal: proposal.map(text) }
}

pub fn pack() -> MeetingPack {
    MeetingPack {
        district: text("Kreis Coesfeld"),
        publisher: text("Kommunales Integrationszentrum"),
        body: text("Steuerungsgruppe Kommunales Integrationsmanagement"),
        session: Some(text("3. Sitzung")),
        held_on: on(2023, 11, 14),
        starts_at: NaiveTime::from_hms_opt(15, 0, 0),
        place: text("Kreishaus I, Kleiner Sitzungssaal, Friedrich-Ebert-Straße 7, Coesfeld"),
        marking: Some(text("Nicht öffentlich")),
        facts: Vec::new(),
        issued_on: on(2023, 11, 2),
        smallest_shown: 5,
        rounded_to: 5,
        items: vec![
            AgendaItem {
                number: text("1"),
                title: text("Begrüßung und Feststellung der Beschlussfähigkeit"),
                proposal: None,
                matters: Vec::new(),
            },
            AgendaItem {
                number: text("2"),
                title: text("Bericht aus dem Kommunalen Integrationsmanagement"),
                proposal: Some(text("Die Steuerungsgruppe nimmt den Bericht zur Kenntnis.")),
                matters: vec![Matter {
                    title: text("Besetzung der Stellen und Eigenanteile"),
                    rapporteur: Some(text("Kommunales Integrationszentrum")),
                    theme: None,
                    paper: Some(Paper {
                        label: text("SV-10-0815"),
                        url: Some(text("https://sessionnet.example.org/vo0050.php?__kvonr=815")),
                    }),
                    proposal: None,
                }],
            },
            AgendaItem {
                number: text("3"),
                title: text("Generative Themen"),
                proposal: None,
                matters: vec![
                    matter(
                        "Chancen-Aufenthaltsrecht",
                        Some("t-104c"),
                        Some(
                            "Die Ausländerbehörde richtet bis zum 31.03.2024 eine gemeinsame Sprechstunde ein (Möglichkeit A).",
                        ),
                    ),
                    matter(
                        "Bürgergeld",
                        Some("t-buergergeld"),
                        Some("Das Jobcenter und die Sozialämter führen den Übergabebogen zum 01.01.2024 ein."),
                    ),
                    matter("Fachkräfteeinwanderung", Some("t-fachkraefte"), None),
                ],
            },
            AgendaItem {
                number: text("4"),
                title: text("Konzept Case Management"),
                proposal: Some(text("Die Steuerungsgruppe beschließt das Konzept in der Fassung 1.0.")),
                matters: Vec::new(),
            },
            AgendaItem { number: text("5"), title: text("Verschiedenes"), proposal: None, matters: Vec::new() },
        ],
        themes: vec![chance(), allowance(), workers()],
    }
}

pub fn concept() -> Report {
    Report {
        district: text("Kreis Coesfeld"),
        publisher: text("Kommunales Integrationszentrum"),
        kind: text("Konzept"),
        title: text("Case Management im Kommunalen Integrationsmanagement"),
        version: Some(text("0.4")),
        dated: on(2023, 11, 2),
        facts: vec![
            (
                text("Beteiligt"),
                text("Kreis, Städte und Gemeinden, Jobcenter, Ausländerbehörde, Freie Wohlfahrtspflege"),
            ),
            (text("Zu beschließen von"), text("Steuerungsgruppe, 14.11.2023")),
        ],
        marking: Some(text("Entwurf")),
        contents: true,
        sections: vec![
            Section {
                title: text("Ziel"),
                markdown: text(
                    "Jede Person soll **so gut wie möglich** unterstützt werden. Zugleich sollen *generative Themen* erkannt werden: \
                     strukturelle Probleme, die besonders viele Einzelfälle betreffen.\n\n\
                     - Zielgruppe sind Menschen mit Einwanderungsgeschichte,\n  - gleich welcher Herkunft,\n  - auch aus der EU.\n\
                     - Doppelstrukturen werden vermieden.\n\nGrundlage ist das [Handlungskonzept](https://www.kim.nrw) des Landes.",
                ),
            },
            Section {
                title: text("Treppenmodell"),
                markdown: text(
                    "## Stufen\n\n| Stufe | Was geschieht | Wer |\n|:-:|---|---|\n| 1 | Einzelfall klären | Case Management |\n\
                     | 2 | Case Management im Einzelfall | Case Management |\n| 3 | Kollegiale Beratung | Team und KI |\n\
                     | 4 | Fall- und Planungskonferenz | AG Querschnitt, Koordinierungsgruppe |\n\
                     | 5 | Generatives Thema | Steuerungsgruppe |\n\n## Übergang\n\n\
                     1. Die Hürde wird beschrieben, ohne die Person erkennbar zu machen.\n2. Die Fachaufsicht prüft.\n\n\
                     > Der Fall bleibt bei der Fallmanagerin oder dem Fallmanager.\n\n---\n\nVordruck: `KIM-07`, ~~KIM-06~~.",
                ),
            },
        ],
    }
}
